"""Fields one below another, their labels, and what is typed in them."""

from __future__ import annotations

from collections.abc import Callable

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget

from kassa_tui.widgets.fields import Choice, SumField, TextField
from kassa_tui.widgets.outside_text import pad
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.search import ClientField, ItemField, SaleField
from kassa_tui.words import N_, _

OPERATIONS = (N_("Top-up"), N_("Tariff"), N_("Goods"), N_("Refund"), N_("Withdrawal"), N_("Bonus"))
METHODS = (N_("Cash"), N_("Card"), N_("SBP"), N_("Balance"), N_("Split"))
_CHANGES = (N_("Credit"), N_("Write off"), N_("Balance up"), N_("Balance down"))
_EXTENTS = (N_("All of it"), N_("A part"))
_AGES = (N_("not checked"), N_("checked"))
_PAPER = (N_("Print"), N_("No paper"))
_MAX_COMMENT = 500
_MAX_CONTACT = 64
"""Characters."""
_LABEL_CELLS = 11

_LABELS = {
    Field.OPERATION: N_("Operation"),
    Field.CLIENT: N_("Client"),
    Field.ORIGINAL: N_("Sold"),
    Field.EXTENT: N_("Comes back"),
    Field.ITEM: N_("Find"),
    Field.AGE: N_("Age"),
    Field.CHANGE: N_("Account"),
    Field.TOTAL: N_("Sum"),
    Field.BONUS: N_("Bonus"),
    Field.METHOD: N_("Payment"),
    Field.CARD: N_("By card"),
    Field.BALANCE: N_("Balance"),
    Field.TENDERED: N_("Given"),
    Field.COMMENT: N_("Reason"),
    Field.CONTACT: N_("Receipt to"),
    Field.PAPER: N_("Paper"),
}
"""In the order of the column."""


FIRST = (
    Field.CLIENT,
    Field.TOTAL,
    Field.METHOD,
    Field.TENDERED,
    Field.CONTACT,
    Field.PAPER,
)
"""What the first of the operations needs."""


def translated(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_, labels))


_MAKE: dict[Field, Callable[[Field], Widget]] = {
    Field.OPERATION: lambda name: Choice(translated(OPERATIONS), id=name),
    Field.CLIENT: lambda name: ClientField(id=name),
    Field.ORIGINAL: lambda name: SaleField(id=name),
    Field.EXTENT: lambda name: Choice(translated(_EXTENTS), id=name),
    Field.ITEM: lambda name: ItemField(id=name),
    Field.AGE: lambda name: Choice(translated(_AGES), id=name),
    Field.CHANGE: lambda name: Choice(translated(_CHANGES), id=name),
    Field.METHOD: lambda name: Choice(translated(METHODS[:3]), id=name),
    Field.COMMENT: lambda name: TextField(id=name, max_length=_MAX_COMMENT),
    Field.CONTACT: lambda name: TextField(id=name, max_length=_MAX_CONTACT),
    Field.PAPER: lambda name: Choice(translated(_PAPER), id=name),
}
"""The others are sums."""


class FieldsColumn(Vertical):
    """The fields that were ever needed, those that are needed now in sight.

    It draws their labels and notes itself: as widgets they would cost more than the fields.
    """

    def __init__(self, *fields: Field, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._fields = {field: _made(field) for field in fields}
        self._notes: dict[Field, str] = {}
        super().__init__(*self._fields.values(), id=id)

    def __getitem__(self, field: Field) -> Widget:
        """The widget of a field; made when it is first asked for."""
        if field not in self._fields:
            order = list(_LABELS)
            later = [one for one in self._fields if order.index(one) > order.index(field)]
            before = self._fields[min(later, key=order.index)] if later else None
            self._fields[field] = _made(field)
            self.mount(self._fields[field], before=before)
        return self._fields[field]

    def get(self, field: Field) -> Widget | None:
        """The widget of a field, if it was ever needed."""
        return self._fields.get(field)

    def show(self, fields: tuple[Field, ...]) -> None:
        """Have the rows of `fields` in sight."""
        shown = [self[field] for field in fields if field in _LABELS]
        for widget in self._fields.values():
            if widget.display != (widget in shown):
                widget.display = not widget.display
                self.refresh()

    def note(self, field: Field, text: str) -> None:
        """Show some words beside a field."""
        if text != self._notes.get(field, ""):
            self._notes[field] = text
            self.refresh()

    def render(self) -> Content:
        rows: list[str] = []
        for field, widget in self._in_sight():
            note = self._notes.get(field, "")
            beside = " " * (widget.outer_size.width + 1) + note if note else ""
            rows.append(pad(_(_LABELS[field]), _LABEL_CELLS) + beside)
            rows += [""] * (widget.outer_size.height - 1)
        return Content("\n".join(rows))

    def _in_sight(self) -> list[tuple[Field, Widget]]:
        return [(Field(str(one.id)), one) for one in self.children if one.display]


def _made(field: Field) -> Widget:
    return _MAKE[field](field) if field in _MAKE else SumField(id=field)
