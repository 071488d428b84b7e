"""Roubles and kopecks: exact both ways, for every amount there is."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa_tui.izi.graphql.money import kopecks, roubles, whole_kopecks
from kassa_tui.izi.graphql.wire import json_text
from kassa_tui.izi.values import MAX_KOPECKS

amounts = st.integers(-MAX_KOPECKS, MAX_KOPECKS)


@given(amounts)
def test_an_amount_comes_back_from_the_wire_as_it_went(amount):
    text = json_text(roubles(amount))
    assert kopecks(json.loads(text, parse_float=Decimal)) == amount
    assert kopecks(text) == amount
    assert whole_kopecks(text) == amount


@given(amounts)
def test_what_goes_out_is_a_plain_number_of_at_most_two_places(amount):
    whole, point, rest = json_text(roubles(amount)).partition(".")
    assert whole.lstrip("-").isdigit()
    assert (not point and not rest) if amount % 100 == 0 else len(rest) == 2


@given(st.decimals(-(10**9), 10**9, places=6))
def test_a_balance_is_never_told_larger_than_it_is(told):
    found = whole_kopecks(told)
    assert found <= told * 100 < found + 1


@pytest.mark.parametrize(
    "told",
    [
        0.5, True, None, "", "1,5", "1e2", "0x1", " 1", "٣", [], Decimal("NaN"), Decimal("Inf"),
        Decimal("1e999999999"), Decimal("1e-999999999"), 10**400, Decimal(MAX_KOPECKS), "9" * 99,
    ],
)  # fmt: skip
def test_what_is_no_amount_is_none(told):
    for read in (kopecks, whole_kopecks):
        with pytest.raises(ValueError, match=r"amount|money"):
            read(told)


def test_a_part_of_a_kopeck_is_no_price():
    assert kopecks(Decimal("0.10")) == 10
    with pytest.raises(ValueError, match="part of a kopeck"):
        kopecks(Decimal("0.105"))


def test_no_float_goes_out():
    with pytest.raises(TypeError):
        json_text({"amount": 0.1})
