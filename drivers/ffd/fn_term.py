"""How long a fiscal storage is made for, by the begin of its number (1041)."""

from __future__ import annotations

_MONTHS = {
    13: ("87100001",),
    15: ("92820001", "9280", "9284", "9285", "9286", "9288", "9289", "9251"),
    36: ("87110001", "92810001", "9252", "9283", "9287"),
}


def term_months(fiscal_drive_number: str) -> int | None:
    """13, 15 or 36; None for a number that does not tell.

    When the term ends is asked of the register, never reckoned from this.
    """
    for months, prefixes in _MONTHS.items():
        if fiscal_drive_number.startswith(prefixes):
            return months
    return None
