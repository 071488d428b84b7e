"""The file that a club begins with."""

import re
from pathlib import Path

import pytest

from kassa_tui import words
from kassa_tui.settings.example import example
from kassa_tui.settings.explanation import tables_of
from kassa_tui.settings.file import SECRETS, load
from kassa_tui.settings.model import Settings
from kassa_tui.settings.tax import TAX_SYSTEMS, VAT_RATES

TABLES = [
    (field.alias or name, table)
    for name, field in Settings.model_fields.items()
    for table in [next(tables_of(field.annotation))]
]


def test_the_example_is_valid_as_it_stands(tmp_path):
    file = tmp_path / "kassa.toml"
    file.write_text(example(), "utf-8")
    assert load(file, {}).settings.station.name


def test_the_example_is_valid_with_every_optional_key_switched_on(tmp_path):
    file = tmp_path / "kassa.toml"
    switched_on = re.sub(r"^#(?=[\w\[])", "", example(), flags=re.MULTILINE)
    file.write_text(switched_on, "utf-8")
    settings = load(file, {}).settings
    assert settings.ofd is not None
    assert settings.tax.mapping
    assert settings.crm.token is not None


@pytest.mark.parametrize(("table", "model"), TABLES)
def test_every_key_stands_in_the_example_with_a_comment(table, model):
    lines = example().splitlines()
    start = next(i for i, line in enumerate(lines) if line.strip("# []") == table)
    for name, field in model.model_fields.items():
        key = field.alias or name
        at = next(
            i
            for i, line in enumerate(lines[start:], start)
            if re.match(rf"#?({key} = |\[{table}\.{key}\])", line)
        )
        assert re.match(r"# \w", lines[at - 1])


def test_the_comments_speak_the_language_of_the_process():
    class Shouting(words.gettext.NullTranslations):
        def gettext(self, message):
            return message.upper()

    try:
        words.use(Shouting())
        assert "# TIME ZONE OF THE REGISTER'S CLOCK" in example()
    finally:
        words.use(words.gettext.NullTranslations())


def test_the_document_names_every_table_variable_and_word_of_the_file():
    document = (Path(__file__).parents[2] / "docs" / "settings.md").read_text("utf-8")
    tables = [f"[[{name}]]" if name == "cashiers" else f"[{name}]" for name, _model in TABLES]
    for word in (*tables, *SECRETS, *TAX_SYSTEMS, *VAT_RATES):
        assert f"`{word}`" in document
