"""The sum to take, five rows high, drawn with the background: every console font can."""

from __future__ import annotations

from textual.content import Content

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


def big(text: str, cells: int) -> Content:
    """`text` in large shapes, right-aligned; in plain letters where it is too wide."""
    shapes = [_SHAPES[char] for char in text]
    rows = [" ".join(shape[row] for shape in shapes) for row in range(_ROWS)]
    if any(len(row) > cells for row in rows):
        return Content("\n" * (_ROWS // 2)) + Content.styled(text.rjust(cells), "bold")
    lines = []
    for row in rows:
        line = Content(" " * (cells - len(row)))
        for block in row:
            line += Content.styled(" ", "reverse") if block == "#" else Content(" ")
        lines.append(line)
    return Content("\n").join(lines)


class BigSum(Still):
    """A sum in kopecks; nothing where there is none."""

    DEFAULT_CSS = "BigSum { height: 5; }"

    def show(self, kopecks: int | None) -> None:
        self.put("" if kopecks is None else big(format_sum(kopecks), self.size.width))
