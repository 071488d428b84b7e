"""Every word of the code has its Russian."""

import string
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir

import kassa_tui
from kassa_tui import words
from tests.words import russian_catalogue

PACKAGE = Path(kassa_tui.__file__).parent
KEYWORDS = {"_": None, "N_": None}


def messages() -> list[str | tuple[str, ...]]:
    found = extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS)
    return sorted({message for _, _, message, _, _ in found}, key=str)


def fields(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_code_has_words() -> None:
    assert len(messages()) > 100


def test_every_word_has_a_russian_translation() -> None:
    catalogue = russian_catalogue()
    missing = [
        message
        for message in messages()
        if message not in catalogue or not catalogue[message].string
    ]
    assert missing == []


def test_no_translation_is_left_of_words_that_are_gone() -> None:
    known = set(messages())
    assert [entry.id for entry in russian_catalogue() if entry.id and entry.id not in known] == []


def test_a_translation_fills_in_the_same_fields() -> None:
    for entry in russian_catalogue():
        if entry.id and isinstance(entry.id, str):
            assert fields(entry.id) == fields(str(entry.string)), entry.id


@pytest.mark.parametrize(
    ("asked", "environment", "language"),
    [
        ("en", {"LANG": "ru_RU.UTF-8"}, "en"),
        ("ru", {"LANG": "en_US.UTF-8"}, "ru"),
        (None, {"LANG": "en_US.UTF-8"}, "en"),
        (None, {"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.UTF-8"}, "ru"),
        (None, {"LANG": "C.UTF-8"}, "ru"),
        (None, {}, "ru"),
    ],
)
def test_russian_is_spoken_where_nothing_says_english(
    asked: str | None, environment: dict[str, str], language: str
) -> None:
    assert words.language(asked, environment) == language
