"""`kassa config` as a person and as a script use it."""

import argparse
import json
import os
import stat

import pytest

from kassa_tui import words
from kassa_tui.cli import config
from kassa_tui.settings.file import SECRETS

from ..settings.files import GOOD, replaced, with_line

SECRET = "s3cr3t-of-the-club"


@pytest.fixture(autouse=True)
def _english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    for variable in (*SECRETS, "KASSA_CONFIG"):
        monkeypatch.delenv(variable, raising=False)
    yield
    words.use(words.gettext.NullTranslations())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "club" / "kassa.toml"


@pytest.fixture
def kassa_config(capsys):
    """Runs `kassa config ...`: exit code, output, errors."""

    def run(*arguments):
        parser = argparse.ArgumentParser()
        config.add_parser(parser.add_subparsers())
        args = parser.parse_args(["config", *map(str, arguments)])
        return args.run(args), *capsys.readouterr()

    return run


def write(file, text=GOOD):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")


def test_init_writes_a_file_that_check_finds_good(kassa_config, file):
    assert kassa_config("init", "--config", file)[0] == 0
    code, out, err = kassa_config("check", "--config", file)
    assert (code, err) == (0, "")
    assert "The settings are good." in out
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_init_replaces_a_file_only_by_force(kassa_config, file):
    write(file)
    code, out, err = kassa_config("init", "--config", file)
    assert (code, out) == (2, "")
    assert "--force" in err
    assert file.read_text("utf-8") == GOOD
    assert kassa_config("init", "--force", "--config", file)[0] == 0
    assert file.read_text("utf-8") != GOOD


def test_init_says_why_it_cannot_write(kassa_config, tmp_path):
    (tmp_path / "plain").write_text("", "utf-8")
    code, _out, err = kassa_config("init", "--config", tmp_path / "plain" / "kassa.toml")
    assert code == 2
    assert "cannot be written" in err


def test_the_variable_names_the_file(kassa_config, file, monkeypatch):
    write(file)
    monkeypatch.setenv("KASSA_CONFIG", str(file))
    assert kassa_config("check")[0] == 0


def test_check_lists_every_error_and_ends_with_2(kassa_config, file):
    write(file, with_line("station", "langauge = 'ru'\ntraining = 1"))
    code, out, _err = kassa_config("check", "--config", file)
    assert code == 2
    assert "station.langauge: unknown key; did you mean language?" in out
    assert "station.training: must be true or false" in out


def test_check_gives_a_script_keys_and_places(kassa_config, file):
    write(file, with_line("station", "training = 1"))
    code, out, _err = kassa_config("check", "--json", "--config", file)
    report = json.loads(out)
    assert (code, report["ok"]) == (2, False)
    assert [error["key"] for error in report["errors"]] == ["station.training"]
    write(file, "a = \n")
    (error,) = json.loads(kassa_config("check", "--json", "--config", file)[1])["errors"]
    assert (error["line"], error["column"]) == (1, 5)


def test_check_counts_a_tax_code_that_cannot_print_as_an_error(kassa_config, file):
    write(file, replaced('"PSN"', '"ESHN"'))
    code, out, _err = kassa_config("check", "--config", file)
    assert code == 2
    assert "tax.services: unknown tax code ESHN" in out


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")
def test_check_warns_of_readable_secrets_and_is_content(kassa_config, file):
    write(file, with_line("crm", f'token = "{SECRET}"'))
    file.chmod(0o644)
    code, out, _err = kassa_config("check", "--config", file)
    assert code == 0
    assert "warning: " in out


def test_a_missing_file_is_told_with_what_to_do(kassa_config, file):
    code, out, _err = kassa_config("check", "--config", file)
    assert code == 2
    assert "kassa config init" in out


def test_show_tells_the_effective_settings_and_what_the_taxes_mean(kassa_config, file):
    write(file)
    code, out, _err = kassa_config("show", "--config", file)
    assert code == 0
    assert 'station.name = "Касса 1"' in out
    assert 'limits.max_receipt_roubles = "100000.00"' in out
    assert "# tax.top_up: УСН доход (1055 = 2), НДС не облагается (1199 = 6)" in out
    assert "# tax.goods: ОСН (1055 = 1), НДС 22% (1199 = 11)" in out


def test_show_speaks_the_language_that_is_set(kassa_config, file):
    write(file, with_line("station", 'language = "en"'))
    assert (
        "# tax.services: patent (1055 = 32), no VAT (1199 = 6)"
        in kassa_config("show", "--config", file)[1]
    )


def test_show_gives_a_script_the_same(kassa_config, file):
    write(file, replaced('"PSN"', '"USN_5"'))
    code, out, _err = kassa_config("show", "--json", "--config", file)
    shown = json.loads(out)
    assert code == 0
    assert shown["settings"]["register"]["timezone"] == "Asia/Yekaterinburg"
    assert shown["settings"]["tax"]["goods"] == {"tax_system": "general", "vat_rate": "22"}
    assert shown["tax_on_that_day"]["goods"] == {"tax_system": 1, "vat_rate": 11}
    assert "USN_5" in shown["tax_on_that_day"]["services"]["error"]


def test_show_of_a_bad_file_tells_its_errors(kassa_config, file):
    write(file, replaced("7700000016", "1"))
    code, out, err = kassa_config("show", "--config", file)
    assert (code, out) == (2, "")
    assert "legal_entity.inn" in err


@pytest.mark.parametrize("action", [("check",), ("check", "--json"), ("show",), ("show", "--json")])
@pytest.mark.parametrize("more", ["", "unknown = 1\n"])
def test_no_output_has_a_secret(kassa_config, file, monkeypatch, action, more):
    write(file, more + with_line("crm", f'token = "{SECRET}"'))
    monkeypatch.setenv("KASSA_REGISTER_ADMIN_PASSWORD", "87654321")
    monkeypatch.setenv("KASSA_REGISTER_OPERATOR_PASSWORD", "12345678")
    _code, out, err = kassa_config(*action, "--config", file)
    for secret in (SECRET, "87654321", "12345678"):
        assert secret not in out + err
