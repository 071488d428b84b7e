"""Sums as people write them: kopecks inside, a comma and two digits outside."""

from __future__ import annotations

import re

_SUM = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,]([0-9]{1,2}))?")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f", " "))


def format_sum(kopecks: int) -> str:
    """`1 234,50`; negative sums with a minus in front."""
    roubles, rest = divmod(abs(kopecks), 100)
    sign = "-" if kopecks < 0 else ""
    return f"{sign}{roubles:,}".replace(",", " ") + f",{rest:02}"


def parse_sum(text: str) -> int | None:
    """Kopecks of a typed sum, comma or point, exactly; None where it is no sum."""
    match = _SUM.fullmatch(text.translate(_SPACES).strip())
    if match is None:
        return None
    roubles, kopecks = match.groups()
    return int(roubles.replace(" ", "")) * 100 + int((kopecks or "").ljust(2, "0"))
