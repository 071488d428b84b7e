"""INN and registration number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.inn import is_organisation_inn, is_person_inn, is_valid_inn, read_inn
from drivers.ffd.rnm import is_valid_registration_number, registration_number
from tests.drivers.ffd.vectors import vectors


@pytest.mark.parametrize("inn", ["7707083893", "7709364346", "4703148343"])
def test_an_organisation_has_ten_digits_and_one_check(inn: str) -> None:
    assert is_organisation_inn(inn)
    assert not is_person_inn(inn)
    assert not is_valid_inn(inn[:9] + str((int(inn[9]) + 1) % 10))


@pytest.mark.parametrize("position", [10, 11])
def test_a_person_has_twelve_digits_and_two_checks(position: int) -> None:
    inn = "500100732259"
    assert is_person_inn(inn)
    wrong = str((int(inn[position]) + 1) % 10)
    assert not is_valid_inn(inn[:position] + wrong + inn[position + 1 :])


@pytest.mark.parametrize("text", ["", "0000000000", "000000000000", "770708389", "77070838933",
                                  "770708389x", "٧٧٠٧٠٨٣٨٩٣", " 7707083893"])  # fmt: skip
def test_what_is_no_inn_is_refused(text: str) -> None:
    assert not is_valid_inn(text)


def test_padding_of_either_kind_is_taken_off() -> None:
    assert read_inn("7707083893  ") == "7707083893"
    assert read_inn("007707083893") == "7707083893"
    assert read_inn("001234567890") == "001234567890"


@given(st.text())
def test_any_text_can_be_asked(text: str) -> None:
    assert not is_valid_inn(text) or re.fullmatch(r"[0-9]{10}|[0-9]{12}", text)


@pytest.mark.parametrize("vector", vectors("rnm"))
def test_a_registration_number_belongs_to_owner_and_device(vector: dict[str, Any]) -> None:
    rnm, inn, serial = vector["rnm"], vector["inn"], vector["serial"]
    assert registration_number(rnm[:10], inn, serial) == rnm
    assert is_valid_registration_number(f"{rnm}    ", inn, serial) is vector["valid"]
    assert not is_valid_registration_number(rnm, "7707083893", serial)
    assert not is_valid_registration_number(rnm, inn, serial + "1")
    assert not is_valid_registration_number("", inn, serial)


def test_a_registration_number_is_sixteen_digits_for_short_parts() -> None:
    assert len(registration_number("1", "7707083893", "1")) == 16


@pytest.mark.parametrize("parts", [("x y", "1", "1"), ("1" * 11, "1", "1"), ("", "1", "1")])
def test_parts_that_are_no_numbers_are_refused(parts: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="no part"):
        registration_number(*parts)
