"""One line for each payment: what it was and what became of its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from gettext import NullTranslations

import pytest

from kassa_tui import words
from kassa_tui.journal.records import PayBy, PaymentKind, PaymentState
from kassa_tui.widgets.payment_lines import kind_word, payment_line
from tests.screens.till import CALM, NOW, PAYMENTS
from tests.words import russian


@pytest.fixture(autouse=True)
def in_russian() -> Iterator[None]:
    words.use(russian())
    yield
    words.use(NullTranslations())


def line(state: PaymentState) -> str:
    return payment_line(state, CALM, NOW.tzinfo).plain


def without_document(**changes: object) -> PaymentState:
    paid = PAYMENTS[0]
    return replace(paid, payment=replace(paid.payment, **changes), document=None, facts=frozenset())


def test_money_without_a_receipt_is_told() -> None:
    assert "чека нет" in line(without_document())


def test_a_payment_that_the_crm_turned_down_lacks_no_receipt() -> None:
    called_off = replace(without_document(), called_off="client-blocked")
    assert "не состоялась" in line(called_off)
    assert "чека нет" not in line(called_off)


@pytest.mark.parametrize(
    "changes", [{"kind": PaymentKind.BONUS_CREDIT}, {"pay_by": PayBy.BONUS, "tendered": None}]
)
def test_bonuses_need_no_receipt(changes: dict[str, object]) -> None:
    assert "чек не нужен" in line(without_document(**changes))


@pytest.mark.parametrize("kind", PaymentKind)
def test_each_kind_has_a_word_that_fits_its_column(kind: PaymentKind) -> None:
    assert 0 < len(kind_word(kind)) <= 10
