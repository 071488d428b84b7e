"""Money arithmetic, against exact fractions."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.arithmetic import (
    item_cost,
    round_half_up,
    split_line,
    spread_discount,
    vat_of,
    vat_totals,
)
from drivers.ffd.enumerations import VatRate
from tests.drivers.ffd.vectors import vectors

kopecks = st.integers(0, 10**10)
rates = st.sampled_from(VatRate)
quantities = st.decimals("0.000001", "1000000", places=6) | st.integers(1, 10**6).map(Decimal)


@pytest.mark.parametrize("vector", vectors("item_sum"))
def test_the_cost_of_real_items_is_that_of_their_receipts(vector: dict[str, Any]) -> None:
    price, cost = (int(Decimal(vector[name]) * 100) for name in ("price", "sum"))
    assert item_cost(price, Decimal(vector["quantity"])) == cost


def test_half_a_kopeck_goes_up() -> None:
    assert item_cost(1, Decimal("0.5")) == 1
    assert item_cost(5, Decimal("0.1")) == 1
    assert item_cost(49, Decimal("0.01")) == 0
    assert vat_of(3, VatRate.VAT_20) == 1  # exactly 0.5


def test_vat_of_items_and_of_their_sum_may_differ() -> None:
    assert vat_of(9990, VatRate.VAT_22) == 1801
    assert vat_totals([(9990, VatRate.VAT_22)] * 2) == {VatRate.VAT_22: 3603}


def test_a_receipt_of_2026_has_the_vat_of_the_real_one() -> None:
    assert vat_of(80730, VatRate.VAT_22) == 14558


@given(kopecks, rates)
def test_vat_is_the_nearest_kopeck_to_the_exact_share(cost: int, rate: VatRate) -> None:
    percent = Fraction(rate.percent or 0)
    assert abs(vat_of(cost, rate) - cost * percent / (100 + percent)) <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("plain", "calculated"),
    [
        (VatRate.VAT_20, VatRate.VAT_20_120),
        (VatRate.VAT_10, VatRate.VAT_10_110),
        (VatRate.VAT_5, VatRate.VAT_5_105),
        (VatRate.VAT_7, VatRate.VAT_7_107),
        (VatRate.VAT_22, VatRate.VAT_22_122),
    ],
)
def test_the_calculated_rate_gives_the_same_sum(plain: VatRate, calculated: VatRate) -> None:
    assert calculated.calculated
    assert plain.share == calculated.share


@given(kopecks, quantities)
def test_a_cost_is_the_nearest_kopeck(price: int, quantity: Decimal) -> None:
    assert abs(item_cost(price, quantity) - price * Fraction(quantity)) <= Fraction(1, 2)


@given(st.fractions(min_value=0))
def test_rounding_is_half_up(value: Fraction) -> None:
    rounded = round_half_up(value)
    assert -Fraction(1, 2) <= value - rounded < Fraction(1, 2)


@given(st.lists(st.tuples(kopecks, rates)))
def test_totals_by_rate_cover_every_line_and_no_more(lines: list[tuple[int, VatRate]]) -> None:
    totals = vat_totals(lines)
    assert set(totals) == {rate for _, rate in lines}
    for rate, amount in totals.items():
        turnover = sum(cost for cost, of in lines if of is rate)
        if rate in (VatRate.VAT_0, VatRate.NO_VAT):
            assert amount == turnover
        else:
            assert abs(amount - turnover * rate.share) <= Fraction(1, 2)


@given(st.lists(kopecks, max_size=30), st.data())
def test_a_discount_is_spread_to_the_kopeck(costs: list[int], data: st.DataObject) -> None:
    discount = data.draw(st.integers(0, sum(costs)))
    shares = spread_discount(costs, discount)
    assert sum(shares) == discount
    for cost, share in zip(costs, shares, strict=True):
        assert 0 <= share <= cost
        assert abs(share - Fraction(cost * discount, sum(costs) or 1)) < 1


def test_left_over_kopecks_go_to_the_largest_remainders_first_line_first() -> None:
    assert spread_discount([100, 100, 100], 100) == (34, 33, 33)
    assert spread_discount([10, 50, 40], 33) == (3, 17, 13)
    assert spread_discount([0, 1, 0], 1) == (0, 1, 0)
    assert spread_discount([], 0) == ()


@pytest.mark.parametrize(("costs", "discount"), [([100], 101), ([100], -1), ([-1, 5], 1)])
def test_a_discount_beyond_the_receipt_is_refused(costs: list[int], discount: int) -> None:
    with pytest.raises(ValueError, match="discount"):
        spread_discount(costs, discount)


@given(kopecks, quantities)
def test_a_split_line_costs_and_holds_exactly_what_was_asked(cost: int, quantity: Decimal) -> None:
    lines = split_line(cost, quantity)
    assert sum(line.cost for line in lines) == cost
    assert sum(line.quantity for line in lines) == quantity
    for line in lines:
        assert line.quantity > 0
        assert abs(item_cost(line.price, line.quantity) - line.cost) <= 1


@given(kopecks, st.integers(1, 10**6))
def test_whole_quantities_split_without_any_rounding(cost: int, quantity: int) -> None:
    for line in split_line(cost, Decimal(quantity)):
        assert line.price * line.quantity == line.cost


def test_three_for_a_rouble_are_two_and_one() -> None:
    assert split_line(100, Decimal(3)) == ((33, 2, 66), (34, 1, 34))


def test_a_fraction_keeps_one_line_and_uses_the_kopeck() -> None:
    assert split_line(100, Decimal("1.5")) == ((67, Decimal("1.5"), 100),)


@pytest.mark.parametrize(("cost", "quantity"), [(-1, "1"), (1, "0"), (1, "-2")])
def test_what_is_no_line_is_not_split(cost: int, quantity: str) -> None:
    with pytest.raises(ValueError, match="no line"):
        split_line(cost, Decimal(quantity))
