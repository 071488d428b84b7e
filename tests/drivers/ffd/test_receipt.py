"""The values of a receipt."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.receipt import Item, Payments
from tests.drivers.ffd.receipts import correction, correction_1_05, item, receipt


def test_the_total_is_the_cost_of_the_items() -> None:
    assert receipt(item(price=100), item(price=250, quantity=2)).total == 600


def test_without_items_the_total_is_what_was_paid() -> None:
    assert correction_1_05(payments=Payments(cash=100, cashless=50)).total == 150


def test_change_is_what_was_handed_over_beyond_the_cash_part() -> None:
    paid = Payments(cash=5000, cashless=10000)
    assert receipt(payments=paid, cash_tendered=7000).change == 2000
    assert receipt(payments=paid, cash_tendered=4000).change == 0
    assert receipt(payments=paid).change == 0


def test_a_correction_has_a_form_of_its_own() -> None:
    assert receipt().form is DocumentForm.RECEIPT
    assert correction().form is DocumentForm.CORRECTION_RECEIPT


def test_money_comes_in_by_sales_and_returned_expenses() -> None:
    assert [sign for sign in CalculationSign if sign.takes_money_in] == [1, 4]


@pytest.mark.parametrize("price", [1.0, "100", True, -1, 2**48])
def test_money_is_whole_kopecks_and_nothing_else(price: object) -> None:
    with pytest.raises(ValidationError):
        item(price=price)


@pytest.mark.parametrize("quantity", [1.5, True, 0, -1, "NaN", "1.0000001"])
def test_a_quantity_is_an_exact_positive_decimal(quantity: object) -> None:
    with pytest.raises(ValidationError):
        item(quantity=quantity)


def test_a_value_cannot_be_changed() -> None:
    line: Item = item()
    with pytest.raises(ValidationError):
        line.price = 1
