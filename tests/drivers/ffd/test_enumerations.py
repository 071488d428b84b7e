"""The code lists: numbers, printed words, and the calendar of the VAT rates."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    DocumentForm,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)

NAMED = (
    CalculationSign,
    DocumentForm,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)


def test_codes_are_those_of_the_order() -> None:
    assert [*CalculationSign] == [1, 2, 3, 4]
    assert [*TaxSystem] == [1, 2, 4, 8, 16, 32]
    assert [*VatRate] == [*range(1, 13)]
    assert [*PaymentMethod] == [*range(1, 8)]
    assert [*PaymentSubject] == [*range(1, 28), *range(30, 34)]
    assert [*AgentFlag] == [1, 2, 4, 8, 16, 32, 64]
    assert [*DocumentForm] == [1, 2, 3, 4, 5, 6, 7, 11, 21, 31, 41]
    assert [*QuantityMeasure] == [0, 10, 11, 12, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51,
                                  70, 71, 72, 73, 80, 81, 82, 83, 255]  # fmt: skip


@pytest.mark.parametrize("codes", NAMED)
def test_every_code_has_both_names(codes: type[CalculationSign]) -> None:
    for member in codes:
        assert member.name_ru
        assert member.name_en
        assert codes.from_code(int(member)) is member


@pytest.mark.parametrize("codes", NAMED)
def test_an_unknown_code_is_a_value_error(codes: type[CalculationSign]) -> None:
    with pytest.raises(ValueError, match="99"):
        codes.from_code(99)


def test_printed_words_of_subjects_are_the_orders_abbreviations() -> None:
    printed = {int(subject): subject.printed for subject in PaymentSubject if subject.printed}
    assert printed == {
        1: "Т", 2: "АТ", 3: "Р", 4: "У", 5: "СА", 6: "ВА", 7: "СЛ", 8: "ВЛ", 9: "РИД", 10: "П",
        11: "АВ", 12: "В", 13: "ИПР", 19: "ЗАЛОГ", 20: "РАСХОД", 30: "АТНМ", 31: "АТМ",
        32: "ТНМ", 33: "ТМ",
    }  # fmt: skip


def test_versions_are_found_by_their_code() -> None:
    assert [FfdVersion.from_code(code) for code in (2, 3, 4)] == [*FfdVersion]
    with pytest.raises(ValueError, match="version 1"):
        FfdVersion.from_code(1)


def test_a_rate_is_a_share_of_the_sum_with_vat() -> None:
    assert VatRate.VAT_22.share == VatRate.VAT_22_122.share == Fraction(22, 122)
    assert VatRate.VAT_5.share == Fraction(5, 105)
    assert VatRate.VAT_0.share == VatRate.NO_VAT.share == 0


def test_six_rates_have_flat_totals_and_the_rest_share_1115() -> None:
    assert {int(rate): rate.total_tag for rate in VatRate if rate.total_tag} == {
        1: 1102,
        2: 1103,
        3: 1106,
        4: 1107,
        5: 1104,
        6: 1105,
    }


@pytest.mark.parametrize(
    ("rate", "first", "last"),
    [
        (VatRate.VAT_20, date(2019, 1, 1), date(2025, 12, 31)),
        (VatRate.VAT_20_120, date(2019, 1, 1), date(2025, 12, 31)),
        (VatRate.VAT_5, date(2025, 1, 1), None),
        (VatRate.VAT_7_107, date(2025, 1, 1), None),
        (VatRate.VAT_22, date(2026, 1, 1), None),
        (VatRate.VAT_22_122, date(2026, 1, 1), None),
        (VatRate.VAT_10, None, None),
        (VatRate.NO_VAT, None, None),
    ],
)
def test_rates_begin_and_end_with_their_laws(
    rate: VatRate, first: date | None, last: date | None
) -> None:
    assert rate.is_valid_on(date(2018, 12, 31)) is (first is None)
    assert first is None or rate.is_valid_on(first)
    assert rate.is_valid_on(date(2026, 1, 1)) is (last is None)
    assert last is None or rate.is_valid_on(last)


def test_agents_have_names_and_the_eighth_bit_is_none() -> None:
    both = AgentFlag.BANK_PAYMENT_AGENT | AgentFlag.OTHER_AGENT
    assert both.name_ru == "банковский платежный агент, иной агент"
    assert both.name_en == "bank payment agent, other agent"
    with pytest.raises(ValueError, match="128"):
        AgentFlag(128)
