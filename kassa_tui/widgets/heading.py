"""A rule, with a word in it or none."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget


class Heading(Widget):
    """`──── Latest ─────────`."""

    DEFAULT_CSS = "Heading { height: 1; }"

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002 - Textual's
        super().__init__(id=id)
        self._text = text

    def put(self, text: str) -> None:
        """Show another word."""
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Content:
        head = f"──── {self._text} " if self._text else ""
        return Content(head + "─" * max(0, self.size.width - cell_len(head)))
