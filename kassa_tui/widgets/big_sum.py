"""The sum to take, five rows high."""

from __future__ import annotations

from textual.content import Content
from textual.timer import Timer

from kassa_tui.money import format_sum
from kassa_tui.widgets.still import Still

_SHAPES = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": (" # ", "## ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ",": (" ", " ", " ", "#", "#"),
    " ": ("", "", "", "", ""),
}
_ROWS = 5


_SETTLED_S = 0.4
"""A sum is drawn large so long after its last key: while it is typed, each key would cost a
slow line ten times the bytes."""


def big(text: str, cells: int, *, console: bool = False) -> Content:
    """`text` in large shapes, right-aligned; in plain letters where it is too wide.

    On a console they are of the background, which needs no font; elsewhere of full blocks,
    which need a fifth of the bytes.
    """
    shapes = [_SHAPES[char] for char in text]
    rows = [" ".join(shape[row] for shape in shapes) for row in range(_ROWS)]
    if any(len(row) > cells for row in rows):
        return Content("\n" * (_ROWS // 2)) + Content.styled(text.rjust(cells), "bold")
    if not console:
        return Content("\n").join(Content(row.replace("#", "█").rjust(cells)) for row in rows)
    lines = []
    for row in rows:
        line = Content(" " * (cells - len(row)))
        for block in row:
            line += Content.styled(" ", "reverse") if block == "#" else Content(" ")
        lines.append(line)
    return Content("\n").join(lines)


class BigSum(Still):
    """A sum in kopecks; nothing where there is none, or while it is typed."""

    DEFAULT_CSS = "BigSum { height: 5; }"

    def __init__(self, *, console: bool, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._on_console = console
        self._kopecks: int | None = None
        self._settling: Timer | None = None

    def show(self, kopecks: int | None, *, typing: bool = False) -> None:
        """Draw the sum; `typing`: once no other has come for a while."""
        if kopecks == self._kopecks and (typing or self._settling is None):
            return
        self._kopecks = kopecks
        if self._settling is not None:
            self._settling.stop()
            self._settling = None
        if typing and kopecks is not None:
            self.put("")
            self._settling = self.set_timer(_SETTLED_S, self._draw)
        else:
            self._draw()

    def on_resize(self) -> None:
        if self._settling is None:
            self._draw()

    def _draw(self) -> None:
        self._settling = None
        kopecks, cells = self._kopecks, self.size.width
        text = "" if kopecks is None else format_sum(kopecks)
        self.put(big(text, cells, console=self._on_console) if text else "")
