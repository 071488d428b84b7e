"""Money arithmetic of a receipt, exact and in integer kopecks.

Everything rounds half up to a kopeck, as the registers do (ffd order 662@, notes to 1043
and 1200).
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

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
