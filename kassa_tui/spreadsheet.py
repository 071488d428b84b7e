"""Cells of a table that a spreadsheet program may open."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"(^|[;,\t\r\n])(\s*)(?=[=+\-@＝＋－＠])")
"""Where a table's program takes a cell for a formula. It may also cut a cell in two at a
separator of its own: Russian ones read files with `;`."""


def cell(value: object) -> str:
    """A value as a cell, no formula to any table's program; a number stays one."""
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value)
    return _FORMULA.sub(r"\1\2'", str(value))
