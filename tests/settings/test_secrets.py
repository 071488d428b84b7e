"""Passwords and tokens are used, and shown nowhere."""

import io
import os
import stat
import traceback
from typing import get_args

import pytest
from pydantic import SecretStr
from rich.console import Console
from rich.traceback import Traceback

from kassa_tui.settings.file import SECRETS, load, replace_file
from kassa_tui.settings.model import Settings
from kassa_tui.settings.problems import SettingsError

from .files import GOOD, with_line

SECRET = "s3cr3t-of-the-club"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kassa.toml"


def holds_secret(annotation) -> bool:
    return annotation is SecretStr or any(map(holds_secret, get_args(annotation)))


def test_every_secret_may_come_from_the_environment():
    secret_keys = {
        (field.alias or name, key)
        for name, field in Settings.model_fields.items()
        if hasattr(field.annotation, "model_fields")
        for key, member in field.annotation.model_fields.items()
        if holds_secret(member.annotation)
    }
    assert secret_keys == set(SECRETS.values())
    assert set(SECRETS) == {f"KASSA_{table}_{key}".upper() for table, key in secret_keys}


def test_a_variable_goes_before_the_file(file):
    file.write_text(with_line("crm", 'token = "of-the-file"'), "utf-8")
    found = load(file, {"KASSA_CRM_TOKEN": SECRET, "KASSA_REGISTER_ADMIN_PASSWORD": "42"}).settings
    assert found.crm.token.get_secret_value() == SECRET
    assert found.fiscal_register.admin_password.get_secret_value() == "42"


def test_an_empty_variable_counts_as_none(file):
    file.write_text(with_line("crm", 'token = "of-the-file"'), "utf-8")
    found = load(file, {"KASSA_CRM_TOKEN": ""}).settings
    assert found.crm.token.get_secret_value() == "of-the-file"


def test_a_token_from_the_environment_is_enough_for_a_gateway(file):
    file.write_text(with_line("crm", 'kind = "gateway"\nurl = "https://a.ru"'), "utf-8")
    assert load(file, {"KASSA_CRM_TOKEN": SECRET}).settings.crm.token is not None


def test_a_wrong_secret_of_the_environment_is_told_by_its_variable(file):
    file.write_text(GOOD, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, {"KASSA_CRM_TOKEN": "two words"})
    assert [problem.key for problem in caught.value.problems] == ["KASSA_CRM_TOKEN"]


def test_settings_print_without_their_secrets(file):
    file.write_text(with_line("crm", f'token = "{SECRET}"'), "utf-8")
    environ = {"KASSA_REGISTER_ADMIN_PASSWORD": "87654321", "KASSA_REGISTER_PASSWORD": "kkm-пароль"}
    loaded = load(file, environ)
    shown = f"{loaded!r} {loaded.settings} {loaded.settings.model_dump_json()}"
    assert SECRET not in shown
    assert "87654321" not in shown
    assert "kkm-пароль" not in shown
    assert loaded.settings.fiscal_register.password.get_secret_value() == "kkm-пароль"


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("crm", f'token = "{SECRET} "'),
        ("crm", f'token = ["{SECRET}"]'),
        ("crm", f'token = {{ a = "{SECRET}" }}'),
        ("crm", f'url = "https://user:{SECRET}@crm.example.ru"'),
        ("crm", f'kind = "{SECRET}"'),
        ("crm", f'club_id = "{SECRET}!"'),
        ("crm", f"token = {SECRET}"),
        ("crm", f'token = "{SECRET}'),
        ("crm", f'token = "{SECRET}\\q"'),
        ("register", f'operator_password = "{SECRET}"'),
        ("register", f'url = "{SECRET}"'),
        ("register", f'url = "socket://{SECRET}:x"'),
        ("register", f'url = "http://User:{SECRET}@host?num_device=1"'),
        ("register", f'password = "{SECRET}\\n"'),
        ("station", f'language = "{SECRET}"'),
        ("legal_entity", f'sender_email = "{SECRET}"'),
        ("legal_entity", f'name = "{SECRET}"'),
    ],
)
@pytest.mark.parametrize("spoilt_elsewhere", [False, True])
def test_no_error_and_no_traceback_repeats_a_value(file, table, line, spoilt_elsewhere):
    text = with_line(table, line)
    file.write_text(f"unknown = 1\n{text}" if spoilt_elsewhere else text, "utf-8")
    environ = {"KASSA_REGISTER_ADMIN_PASSWORD": SECRET}
    with pytest.raises(SettingsError) as caught:
        load(file, environ)
    del environ
    page = io.StringIO()
    error = caught.value
    frames = error.__traceback__.tb_next  # this test's own frame knows the secret by right
    rendered = Traceback.from_exception(SettingsError, error, frames, show_locals=True, width=200)
    Console(file=page, width=200).print(rendered)
    plain = "".join(traceback.format_exception(error))
    assert "SettingsError" in page.getvalue()
    assert SECRET not in page.getvalue() + str(error) + repr(error) + plain
    assert error.__cause__ is None
    assert error.__context__ is None


posix = pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX")


@posix
@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o640, True), (0o604, True)])
def test_a_file_with_secrets_that_others_can_read_is_warned_of(file, mode, warned):
    file.write_text(with_line("crm", f'token = "{SECRET}"'), "utf-8")
    file.chmod(mode)
    assert bool(load(file, {}).warnings) == warned


@posix
def test_a_file_without_secrets_may_be_read_by_all(file):
    file.write_text(GOOD, "utf-8")
    file.chmod(0o644)
    assert load(file, {"KASSA_CRM_TOKEN": SECRET}).warnings == ()


@posix
def test_a_written_file_belongs_to_its_owner_alone(file):
    file.write_text("old", "utf-8")
    file.chmod(0o666)
    replace_file(file, "новое")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text("utf-8") == "новое"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(file, monkeypatch):
    file.write_text("old", "utf-8")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(file, "new")
    assert [entry.read_text("utf-8") for entry in file.parent.iterdir()] == ["old"]


@posix
def test_the_target_of_a_link_is_replaced_and_the_link_stays(file, tmp_path):
    target = tmp_path / "dotfiles.toml"
    target.write_text("old", "utf-8")
    file.symlink_to(target)
    replace_file(file, "new")
    assert file.is_symlink()
    assert target.read_text("utf-8") == "new"
