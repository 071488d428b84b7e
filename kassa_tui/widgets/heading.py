"""A rule with a word in it."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget


class Heading(Widget):
    """`──── Latest ─────────`."""

    DEFAULT_CSS = "Heading { height: 1; }"

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self) -> Content:
        head = f"──── {self._text} "
        return Content(head + "─" * max(0, self.size.width - cell_len(head)))
