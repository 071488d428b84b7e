"""Reading a settings file: everything wrong with it, in words, and nothing else raised."""

import os
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.settings.file import config_path, load, state_directory
from kassa_tui.settings.model import Settings
from kassa_tui.settings.problems import SettingsError
from kassa_tui.settings.tax import TaxPair

from .files import GOOD, replaced, with_line


@pytest.fixture
def file(tmp_path):
    return tmp_path / "kassa.toml"


def loaded(file, text=GOOD, environ=None):
    file.write_text(text, "utf-8")
    return load(file, environ or {}).settings


def errors(file, text, environ=None):
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, environ or {})
    return {problem.key: problem.message for problem in caught.value.problems}


def test_a_good_file_loads_with_the_defaults_of_what_it_leaves_out(file):
    found = loaded(file)
    assert found.station.name == "Касса 1"
    assert found.fiscal_register.timezone == ZoneInfo("Asia/Yekaterinburg")
    assert found.crm.kind == "embedded"
    assert found.tax.services == "PSN"
    assert found.tax.goods == TaxPair(tax_system=TaxSystem.GENERAL, vat_rate=VatRate.VAT_22)
    assert found.limits.backup_count == 30
    assert found.ofd is None


def test_settings_cannot_be_changed(file):
    found = loaded(file)
    with pytest.raises(ValueError, match="frozen"):
        found.station.name = "Касса 2"
    with pytest.raises(TypeError):
        found.tax.mapping["USN_5"] = found.tax.goods


def test_sums_are_roubles_in_the_file_and_kopecks_in_the_program(file):
    text = with_line("limits", "max_receipt_roubles = 1500.50\nmax_top_up_roubles = 700")
    assert loaded(file, text).limits.max_receipt == 150050
    assert loaded(file, text).limits.max_top_up == 70000


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "nan", "inf", "1e999999999", "'5'", "true"])
def test_a_sum_that_is_no_sum_of_roubles_is_an_error(file, amount):
    text = with_line("limits", f"max_receipt_roubles = {amount}")
    assert list(errors(file, text)) == ["limits.max_receipt_roubles"]


def test_all_errors_are_told_at_once(file):
    text = replaced("7700000016", "7700000017").replace('name = "Касса 1"', "training = 1")
    text = text.replace("Asia/Yekaterinburg", "Asia/Ekaterinburg").replace('"PSN"', "5")
    assert list(errors(file, text)) == [
        "station.name",
        "station.training",
        "register.timezone",
        "legal_entity.inn",
        "tax.services",
    ]


def test_an_unknown_key_is_named_with_the_nearest_known_one(file):
    found = errors(file, with_line("station", "low_bandwith = true"))
    assert found == {"station.low_bandwith": "unknown key; did you mean low_bandwidth?"}


def test_an_unknown_table_is_named_with_the_nearest_known_one(file):
    found = errors(file, replaced("[legal_entity]", "[legal_entty]"))
    assert found["legal_entty"] == "unknown key; did you mean legal_entity?"
    assert found["legal_entity"] == "is missing"


def test_a_key_in_the_wrong_table_is_sent_to_the_right_one(file):
    found = errors(file, with_line("station", 'sender_email = "a@b.ru"'))
    assert found["station.sender_email"] == "unknown key; its place is the table [legal_entity]"


def test_an_error_in_a_list_counts_its_members_from_one(file):
    found = errors(file, GOOD + '[[cashiers]]\nname = "Кассир Петров"\ninn = "500100732250"\n')
    assert list(found) == ["cashiers[2].inn"]


def test_an_unknown_key_of_a_tax_pair_is_compared_with_the_keys_of_a_pair(file):
    found = errors(file, replaced("vat_rate =", "vat_rat ="))
    assert found["tax.goods.vat_rat"] == "unknown key; did you mean vat_rate?"
    text = f'{GOOD}[tax.mapping]\nUSN_5 = {{ tax_systm = "patent", vat_rate = "5" }}\n'
    assert "did you mean tax_system?" in errors(file, text)["tax.mapping.USN_5.tax_systm"]


def test_an_unknown_tax_code_is_kept(file):
    assert loaded(file, replaced('"PSN"', '"ESHN"')).tax.services == "ESHN"


@pytest.mark.parametrize(
    ("table", "line", "key"),
    [
        ("register", 'protocol = "v3"', "register.protocol"),
        ("register", 'operator_password = "letters"', "register.operator_password"),
        ("register", "admin_password = 30", "register.admin_password"),
        ("register", 'user = "root"', "register.user"),
        ("register", 'password = "two\\nlines"', "register.password"),
        ("register", 'ca_file = "ca.pem"', "register.ca_file"),
        ("station", "state_directory = 30", "station.state_directory"),
        ("station", 'state_directory = "relative/path"', "station.state_directory"),
        ("station", 'state_directory = "/a\\u0000b"', "station.state_directory"),
        ("crm", 'url = "http://crm.example.ru"', "crm.url"),
        ("crm", 'url = "https://crm.example.ru/?a=1"', "crm.url"),
        ("crm", 'url = "https://[crm"', "crm.url"),
        ("crm", 'club_id = "a b"', "crm.club_id"),
        ("crm", 'token = "two words"', "crm.token"),
        ("sales", "payment_methods = []", "sales.payment_methods"),
        ("sales", 'payment_methods = ["cash", "cash"]', "sales.payment_methods"),
        ("sales", 'payment_methods = ["bonus"]', "sales.payment_methods[1]"),
        ("sales", "fiscalise_balance_charges = 1", "sales.fiscalise_balance_charges"),
        ("limits", "personal_data_days = 0", "limits.personal_data_days"),
        ("limits", "backup_count = 1001", "limits.backup_count"),
        ("printing", 'paper = "never"', "printing.paper"),
        ("legal_entity", 'sender_email = "nobody"', "legal_entity.sender_email"),
    ],
)
def test_a_wrong_value_is_told_by_its_key_alone(file, table, line, key):
    assert list(errors(file, with_line(table, line))) == [key]


@pytest.mark.parametrize(
    "url",
    [
        "tty:///dev/ttyS0",
        "/dev/ttyACM0",
        "serial://",
        "serial:///",
        "socket://192.168.1.50",
        "socket://:7778",
        "socket://host:0",
        "socket://host:99999",
        "socket://user:word@host:7778",
        "socket://host name:7778",
        "http://192.168.1.20:5893",
        "http://192.168.1.20:5893?num_device=0",
        "http://192.168.1.20:5893/Execute?num_device=1",
        "http://User:word@192.168.1.20:5893?num_device=1",
        "https://?inn=526300112224",
        "ftp://192.168.1.20?num_device=1",
    ],
)
def test_an_address_that_names_no_register_is_an_error(file, url):
    text = replaced("serial:///dev/ttyACM0?baudrate=115200", url)
    assert list(errors(file, text)) == ["register.url"]


@pytest.mark.parametrize(
    "url",
    [
        "serial://COM3",
        "socket://[::1]:7778",
        "serial:///dev/ttyS0",
        "http://192.168.1.20:5893?num_device=1",
        "https://kkm.club.local?kkt_number=0010690000000177",
    ],
)
def test_the_addresses_of_registers_load(file, url):
    text = replaced("serial:///dev/ttyACM0?baudrate=115200", url)
    assert loaded(file, text).fiscal_register.url == url


@pytest.mark.parametrize(
    ("name", "why"),
    [("☺", "cannot show"), ("я" * 65, "at most 64"), (" ", "empty"), ("a\\nb", "one line")],
)
def test_a_name_that_a_receipt_cannot_show_is_an_error(file, name, why):
    assert why in errors(file, replaced("Кассир Иванова А.А.", name))["cashiers[1].name"]


def test_typography_that_paper_can_replace_is_no_error(file):
    found = loaded(file, replaced("Кассир Иванова А.А.", "Кассир — «Иванова»"))
    assert found.cashiers[0].name == "Кассир — «Иванова»"


def test_two_cashiers_have_two_names(file):
    text = GOOD + '[[cashiers]]\nname = "Кассир Иванова А.А."\n'
    assert errors(file, text) == {"cashiers": "two cashiers have the same name"}


def test_a_cashier_is_needed(file):
    text = replaced('[[cashiers]]\nname = "Кассир Иванова А.А."', "")
    assert errors(file, "cashiers = []\n" + text) == {"cashiers": "at least one is needed"}


def test_a_gateway_needs_address_and_token(file):
    assert list(errors(file, with_line("crm", 'kind = "gateway"'))) == ["crm.url", "crm.token"]


def test_a_gateway_on_this_computer_may_do_without_encryption(file):
    lines = 'kind = "gateway"\nurl = "http://127.0.0.1:8080"\ntoken = "abc"'
    assert loaded(file, with_line("crm", lines)).crm.url == "http://127.0.0.1:8080"


def test_a_syntax_error_is_told_by_line_and_column(file):
    file.write_text(replaced('"PSN"', "PSN"), "utf-8")
    with pytest.raises(SettingsError, match="line 15, column 12: this is no value"):
        load(file, {})


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = "open', 1),
        ("a = 1\na = 2", 2),
        ("[a]\n[a]", 2),
        ("a = [1,", 1),
        ("\n\nа = 1", 3),
        ('a = "C:\\d"', 1),
        ("a = 1 b = 2", 1),
        ("=", 1),
    ],
)
def test_every_syntax_error_has_its_line(file, text, line):
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    (problem,) = caught.value.problems
    assert problem.line == line


def test_a_file_saved_by_a_windows_editor_loads(file):
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load(file, {}).settings.station.name == "Касса 1"


def test_a_file_in_another_encoding_is_told_by_the_line(file):
    file.write_bytes(GOOD.encode("cp1251"))
    with pytest.raises(SettingsError, match=r"line 2, column 9: .*UTF-8"):
        load(file, {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a = " + "[\n" * 5000, "nested too deep"),
        ("a = 1e99999999999999999999", "number in the file is too long"),
        ("a = 0x" + "9" * 4000, "unknown key"),
        ("a" + ".a" * 2000 + " = 1", "unknown key"),
        ("\n" + "a" + ".a" * 20000 + " = 1", "line 2, column 4097: the line is longer"),
        ("a = 1\n" * 20000, "larger than 64 KiB"),
        ("\x00", "line 1, column 1: this cannot be read"),
        ("a = 1979-13-41", "line 1, column 9: something stands after"),
        ("[[cashiers.name]]", "a list"),
        ("[cashiers]\n" + "\n".join(f"a{n} = 1" for n in range(300)), "must be a list"),
        ("\n".join(f"a{n} = 1" for n in range(300)), "and more errors: 105"),
    ],
    ids=lambda text: text[:12],
)
def test_a_hostile_file_is_refused_like_any_other(file, text, why):
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match=why):
        load(file, {})


def test_what_is_no_file_is_an_error(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml", tmp_path / "none" / "none.toml"):
        with pytest.raises(SettingsError):
            load(path, {})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_and_not_waited_for(file):
    os.mkfifo(file)
    with pytest.raises(SettingsError, match="not a file"):
        load(file, {})


def test_control_characters_of_a_key_reach_no_terminal(file):
    file.write_text('"a\\u001b[2J" = 1\n', "utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert str(caught.value).replace("\n", "").isprintable()


leaves = st.one_of(
    st.text(max_size=40),
    st.integers(),
    st.booleans(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.dates(),
    st.times(),
    st.sampled_from(["v1", "gateway", "20", "PSN", "serial://COM3", "https://a", "UTC", "~x/y"]),
)
KEYS = sorted(
    {
        field.alias or name
        for model in (
            Settings,
            TaxPair,
            *(Settings.model_fields[n].annotation for n in ("station", "fiscal_register", "tax")),
        )
        for name, field in model.model_fields.items()
    }
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=8)), inner, max_size=5),
    ),
    max_leaves=12,
)


def toml(value):
    """A value as TOML writes it inline."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
        case Decimal():
            return "nan" if value.is_nan() else str(value).lower().replace("infinity", "inf")
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{toml(key)} = {toml(v)}" for key, v in value.items()) + "}"
        case _:
            return str(value)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("hostile") / "kassa.toml"


def load_or_refuse(path):
    try:
        load(path, {})
    except SettingsError as error:
        refusal = error
    else:
        return
    assert refusal.problems
    assert all(line.isprintable() for line in str(refusal).split("\n"))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(tables=st.dictionaries(st.sampled_from(list(KEYS)), values, max_size=6))
def test_any_toml_loads_or_is_refused_by_the_typed_error(scratch, tables):
    scratch.write_text("".join(f"{key} = {toml(v)}\n" for key, v in tables.items()), "utf-8")
    load_or_refuse(scratch)


@settings(max_examples=100)
@given(raw=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode())))
def test_any_bytes_load_or_are_refused_by_the_typed_error(scratch, raw):
    scratch.write_bytes(raw)
    load_or_refuse(scratch)


def test_the_option_goes_before_the_variable_and_both_before_the_usual_place():
    environ = {"KASSA_CONFIG": "/etc/kassa.toml"}
    assert config_path(Path("mine.toml"), environ) == Path("mine.toml")
    assert config_path(None, environ) == Path("/etc/kassa.toml")
    assert config_path(None, {"KASSA_CONFIG": ""}).name == "kassa.toml"


def test_the_state_directory_is_the_one_that_is_set(file, tmp_path):
    text = with_line("station", f"state_directory = '{tmp_path}'")
    assert state_directory(loaded(file, text)) == tmp_path
    assert state_directory(loaded(file)).is_absolute()


@pytest.mark.parametrize(
    ("url", "password", "keys"),
    [
        ("http://127.0.0.1:5893?num_device=1", "secret", []),
        ("http://127.0.0.1:5893?num_device=1", "", ["register.password"]),
        ("http://192.168.1.20:5893?num_device=1", "", ["register.password", "register.url"]),
        ("https://192.168.1.20:5893?num_device=1", "secret", []),
    ],
)
def test_what_is_unwise_about_kkmserver_is_warned_of(file, url, password, keys):
    told = f'{url}"\npassword = "{password}'
    file.write_text(replaced("serial:///dev/ttyACM0?baudrate=115200", told), "utf-8")
    file.chmod(0o600)
    assert [problem.key for problem in load(file, {}).warnings] == keys
