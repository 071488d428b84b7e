"""Lists below the form: what is found, and the lines that are sold or come back."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message

from kassa_tui.widgets.outside_text import pad
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.sale import basket

Row = tuple[str, str]
"""Left and right part of a row, harmless text."""


class Found(Rows, can_focus=False, inherit_bindings=False):
    """Rows of which one may be marked; the keys are those of the field that looks for them."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(self._drawn, id=id)
        self._rows: tuple[Row, ...] = ()

    def put(self, rows: tuple[Row, ...], at: int = -1) -> None:
        """Show `rows`; `at` is the marked one, -1: none."""
        if rows != self._rows:
            self._rows = rows
            self.show(len(rows), at)
        else:
            self.cursor = at

    def validate_cursor(self, cursor: int) -> int:
        return min(cursor, self.count - 1)

    def _drawn(self, index: int) -> Content:
        left, right = self._rows[index]
        room = max(self.size.width - len(right) - 4, 0)
        return Content(f"  {pad(left, room)} {right}")


class LinesList(Found, can_focus=True):
    """Lines with a quantity, which digits type and Delete takes away."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("delete", "take_away", show=False),
    ]

    class Typed(Message):
        """A quantity was typed for a line."""

        def __init__(self, line: int, quantity: Decimal) -> None:
            super().__init__()
            self.line = line
            self.quantity = quantity

    class Left(Message):
        """The cursor goes beyond the first line."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.line = 0
        """Where the cursor is."""
        self.typed = ""
        """The digits typed for this line: a scanner types more than a quantity has."""
        self._before: Decimal | None = None
        self._quantities: tuple[Decimal, ...] = ()

    def put_lines(self, rows: tuple[Row, ...], quantities: tuple[Decimal, ...]) -> None:
        """Show the lines; `quantities` are those that stand in them."""
        self._quantities = quantities
        self.line = min(self.line, max(len(rows) - 1, 0))
        self.put(rows, self.line if self.has_focus else -1)

    def on_focus(self) -> None:
        self._start()
        self._show_cursor()

    def on_blur(self) -> None:
        self._show_cursor()

    def on_key(self, event: events.Key) -> None:
        if event.key == "backspace":
            self.typed = self.typed[:-1]
        elif event.character and event.character in "0123456789.,":
            if not self.typed and self.line < len(self._quantities):
                self._before = self._quantities[self.line]
            self.typed += event.character
        else:
            return
        event.stop()
        # `0` may be the begin of `0,5`: a line goes by Delete alone.
        if quantity := basket.parse_quantity(self.typed):
            self._tell(quantity)

    def forget_typed(self) -> None:
        """Have the quantity again that stood there before the digits came."""
        if self._before is not None:
            self._tell(self._before)
        self._start()

    def action_take_away(self) -> None:
        self._start()
        self._tell(Decimal(0))

    def action_move(self, by: int) -> None:
        self._start()
        if self.line + by < 0:
            self.post_message(self.Left())
            return
        self.line = min(self.line + by, max(self.count - 1, 0))
        self._show_cursor()

    def _start(self) -> None:
        self.typed = ""
        self._before = None

    def _tell(self, quantity: Decimal) -> None:
        if self.count:
            self.post_message(self.Typed(self.line, quantity))

    def _show_cursor(self) -> None:
        self.put(self._rows, self.line if self.has_focus else -1)
