"""Kopecks here, roubles on IZI's wire. Exact both ways; a float never stands between."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal

from kassa_tui.izi.values import MAX_KOPECKS

_DIGITS = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?")


def roubles(kopecks: int) -> Decimal:
    """`500`, `500.05`: a whole number where it is one, in case IZI takes no other."""
    whole, rest = divmod(kopecks, 100)
    return Decimal(whole) if rest == 0 else Decimal(kopecks).scaleb(-2)


def kopecks(told: object) -> int:
    """The amount that IZI tells, a number or its text. Raises `ValueError`: none of kopecks."""
    exact = _exact(told)
    if exact != exact.to_integral_value():
        raise ValueError("a part of a kopeck")
    return int(exact)


def whole_kopecks(told: object) -> int:
    """A balance that IZI tells: time is charged by parts of a kopeck, which nobody can spend."""
    return int(_exact(told).to_integral_value(ROUND_FLOOR))


def _exact(told: object) -> Decimal:
    """In kopecks. Raises `ValueError`."""
    if isinstance(told, bool) or not isinstance(told, int | Decimal | str):
        raise ValueError("no amount")
    text = told if isinstance(told, str) else format(told, "f") if _is_small(told) else ""
    if not _DIGITS.fullmatch(text):
        raise ValueError("no amount")
    exact = Decimal(text).scaleb(2)
    if abs(exact) > MAX_KOPECKS:
        raise ValueError("more money than there is")
    return exact


def _is_small(number: int | Decimal) -> bool:
    """Before its digits are written out: 1e999999999 has many."""
    if isinstance(number, int):
        return abs(number) <= MAX_KOPECKS
    return number.is_finite() and -16 < number.adjusted() < 16
