"""The one gate for text from outside: clients' names, a register's words, errors.

What comes out can be drawn anywhere: no markup, no control or direction characters, no
character that takes no cell, and never wider than its place.
"""

from __future__ import annotations

import unicodedata

from rich.cells import cell_len, set_cell_size
from textual.content import Content

REPLACEMENT = "?"
"""Stands for what may not reach a terminal."""

ELLIPSIS = "..."
"""Shows that something was cut; three points, because `…` is not in every console font."""

_ZERO_WIDTH = {"Mn", "Me"}
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_READ_AT_MOST = 4096


def plain(text: str, cells: int) -> str:
    """`text` as harmless characters in at most `cells` cells of a terminal."""
    normal = unicodedata.normalize("NFC", text[:_READ_AT_MOST])
    return fit("".join(_harmless(char) for char in normal), cells)


def outside(text: str, cells: int) -> Content:
    """The same, as content that is never read as markup."""
    return Content(plain(text, cells))


def fit(text: str, cells: int) -> str:
    """`text`, cut to `cells` with an ellipsis where it is wider."""
    if cell_len(text) <= cells:
        return text
    if cells <= len(ELLIPSIS):
        return ELLIPSIS[: max(cells, 0)]
    return set_cell_size(text, cells - len(ELLIPSIS)).rstrip() + ELLIPSIS


def pad(text: str, cells: int) -> str:
    """`text` in exactly `cells` cells, left."""
    return set_cell_size(fit(text, cells), cells)


def _harmless(char: str) -> str:
    category = unicodedata.category(char)
    if category in _ZERO_WIDTH:
        return ""
    if category in _FORBIDDEN:
        return REPLACEMENT
    return " " if category == "Zs" else char
