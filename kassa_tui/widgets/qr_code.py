"""The QR of a receipt, drawn with half-blocks or, where a font may lack them, by background.

Dark on light whatever the theme is, with the light margin that scanners need.
"""

from __future__ import annotations

from functools import lru_cache

from textual.content import Content

from kassa_tui.widgets.still import Still
from kassa_tui.words import _

MARGIN = 2
"""Light modules around the code. The standard asks for four; with two every receipt's code
fits 37 columns x 19 rows, and phones read it."""

_DARK, _LIGHT = "black", "white"
_CONSOLE_DARK, _CONSOLE_LIGHT = "ansi_black", "ansi_white"
"""A console has eight backgrounds: its white is light enough."""

Matrix = tuple[tuple[bool, ...], ...]
"""Rows of modules; True is dark."""


@lru_cache(maxsize=8)
def matrix(text: str) -> Matrix:
    """The modules of the QR of `text`, margin included."""
    import segno

    code = segno.make_qr(text, error="l")
    return tuple(
        tuple(bool(module) for module in row) for row in code.matrix_iter(scale=1, border=MARGIN)
    )


def half_blocks(modules: Matrix) -> Content:
    """Two modules in each cell, one above the other; a light last row where they are odd."""
    width = len(modules[0])
    rows = [*modules, (False,) * width] if len(modules) % 2 else list(modules)
    lines = []
    for upper, lower in zip(rows[::2], rows[1::2], strict=True):
        line = Content("")
        for top, bottom in zip(upper, lower, strict=True):
            block = " " if top == bottom else "▀"
            line += Content.styled(block, f"{_colour(top)} on {_colour(bottom)}")
        lines.append(line)
    return Content("\n").join(lines)


def backgrounds(modules: Matrix) -> Content:
    """One module in two cells, by background alone."""
    lines = []
    for row in modules:
        line = Content("")
        for dark in row:
            line += Content.styled("  ", f"on {_CONSOLE_DARK if dark else _CONSOLE_LIGHT}")
        lines.append(line)
    return Content("\n").join(lines)


def _colour(dark: bool) -> str:
    return _DARK if dark else _LIGHT


class QrCode(Still):
    """Draws a code when it fits, says so when it does not."""

    def __init__(
        self,
        *,
        console: bool,
        id: str,  # noqa: A002 - Textual's name
        elsewhere: bool = True,
    ) -> None:
        """`elsewhere`: where there is no room for it, the code is on the paper."""
        super().__init__(id=id)
        self._elsewhere = elsewhere
        self._on_console = console
        self._text = ""

    def show(self, text: str) -> None:
        """The code of `text`; nothing for an empty one."""
        if text != self._text:
            self._text = text
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if not self._text:
            self.put("")
            return
        modules = matrix(self._text)
        side = len(modules)
        columns, rows = (side * 2, side) if self._on_console else (side, (side + 1) // 2)
        width, height = self.size
        if width < columns or height < rows:
            words = (
                _("No room for the QR here ({columns} x {rows}): it is on the paper.")
                if self._elsewhere
                else _("No room for the QR here ({columns} x {rows}).")
            )
            self.put(words.format(columns=columns, rows=rows))
        else:
            self.put(backgrounds(modules) if self._on_console else half_blocks(modules))
