"""Money arithmetic of a receipt, exact and in integer kopecks.

Everything rounds half up to a kopeck, as the registers do (order ED-7-20/662@, notes to 1043
and 1200).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from drivers.ffd.enumerations import VatRate


def round_half_up(value: Fraction) -> int:
    """The nearest integer; a half goes away from zero. `value` must not be negative."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def item_cost(price: int, quantity: Decimal) -> int:
    """1043 in kopecks: `price` (kopecks a unit) x `quantity`."""
    return round_half_up(price * Fraction(quantity))


def vat_of(cost: int, rate: VatRate) -> int:
    """VAT contained in `cost` kopecks at `rate`, in kopecks."""
    return round_half_up(cost * rate.share)


def vat_totals(lines: Iterable[tuple[int, VatRate]]) -> dict[VatRate, int]:
    """Totals of a document by rate, in the order of the codes, from (cost, rate) of its lines.

    VAT of the summed cost, kopecks; for 0 % and no VAT the turnover (1104, 1105). A register
    may add up the items' VAT instead: the two differ by at most a kopeck for each line.
    """
    sums: dict[VatRate, int] = {}
    for cost, rate in lines:
        sums[rate] = sums.get(rate, 0) + cost
    return {rate: vat_of(sums[rate], rate) if rate.percent else sums[rate] for rate in sorted(sums)}


def spread_discount(costs: Sequence[int], discount: int) -> tuple[int, ...]:
    """Each line's share of a discount on the whole receipt, in kopecks; they add up to it.

    In proportion to the cost: every share is rounded down, and the kopecks left go to the
    largest remainders, the first line first among equals. A line of zero gets nothing.

    Raises:
        ValueError: A negative sum, or a discount that exceeds the receipt.
    """
    total = sum(costs)
    if min(costs, default=0) < 0 or not 0 <= discount <= total:
        raise ValueError(f"a discount of {discount} kopecks cannot be spread over {total}")
    if not total:
        return (0,) * len(costs)
    shares = [cost * discount // total for cost in costs]
    remainders = [cost * discount % total for cost in costs]
    by_remainder = sorted(range(len(costs)), key=lambda line: -remainders[line])
    for line in by_remainder[: discount - sum(shares)]:
        shares[line] += 1
    return tuple(shares)


class Line(NamedTuple):
    """Price, quantity and cost of an item, kopecks."""

    price: int
    quantity: Decimal
    cost: int


def split_line(cost: int, quantity: Decimal) -> tuple[Line, ...]:
    """`quantity` for exactly `cost` kopecks, as one or two lines that a register accepts.

    One line where price x quantity gives the cost (for a fractional quantity: within the
    kopeck that 1043 may differ by). Otherwise n-k at a price and k at one kopeck more.

    Raises:
        ValueError: A negative cost, or a quantity that is not positive.
    """
    if cost < 0 or not quantity > 0:
        raise ValueError(f"{quantity} for {cost} kopecks is no line")
    exact = cost / Fraction(quantity)
    nearest = round_half_up(exact)
    tolerance = 0 if quantity == quantity.to_integral_value() else 1
    if abs(item_cost(nearest, quantity) - cost) <= tolerance:
        return (Line(nearest, quantity, cost),)
    price = int(exact)
    dearer = int(cost - price * Fraction(quantity))
    rest = cost - (price + 1) * dearer
    return (Line(price, quantity - dearer, rest), Line(price + 1, Decimal(dearer), cost - rest))
