"""Lists below the form: what is found, and the lines that are sold or come back."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from kassa_tui.widgets.outside_text import fit, pad
from kassa_tui.widgets.sale.basket import parse_quantity

_AT, _NOT_AT = "> ", "  "


class Rows(Widget):
    """Rows of harmless text, one of them marked; only those in sight are drawn."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._rows: tuple[tuple[str, str], ...] = ()
        self._at = -1
        self._top = 0

    def show(self, rows: tuple[tuple[str, str], ...], at: int = -1) -> None:
        """Left and right part of each row; `at` is the marked one, -1: none."""
        top = self._top_for(at)
        if rows != self._rows or top != self._top:
            self._rows, self._at, self._top = rows, at, top
            self.refresh()
        elif at != self._at:
            changed = (self._at - top, at - top)
            self._at = at
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed if y >= 0))

    def on_resize(self) -> None:
        self._top = self._top_for(self._at)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        number = y + self._top
        width = self.size.width
        if number >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        left, right = self._rows[number]
        marked = number == self._at
        room = max(width - len(_AT) - len(right) - 2, 0)
        text = (_AT if marked else _NOT_AT) + pad(left, room) + " " + right
        style = self.rich_style + Style(reverse=True) if marked else self.rich_style
        return Strip([Segment(pad(fit(text, width), width), style)], width)

    def _top_for(self, at: int) -> int:
        height = max(self.size.height, 1)
        at = max(at, 0)
        return min(max(self._top, at - height + 1), at)


class LinesList(Rows, can_focus=True):
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

    def on_focus(self) -> None:
        self._start()
        self._show_cursor()

    def on_blur(self) -> None:
        self._show_cursor()

    def put(self, rows: tuple[tuple[str, str], ...], quantities: tuple[Decimal, ...] = ()) -> None:
        """Show the lines; `quantities` are those that stand in them."""
        self._quantities = quantities
        self.line = min(self.line, max(len(rows) - 1, 0))
        self.show(rows, self.line if self.has_focus and rows else -1)

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
        if quantity := parse_quantity(self.typed):
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
        self.line = min(self.line + by, max(len(self._rows) - 1, 0))
        self._show_cursor()

    def _start(self) -> None:
        self.typed = ""
        self._before = None

    def _tell(self, quantity: Decimal) -> None:
        if self._rows:
            self.post_message(self.Typed(self.line, quantity))

    def _show_cursor(self) -> None:
        self.put(self._rows, self._quantities)
