"""The column of fields, and what is typed in them."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from kassa_tui.widgets.fields import Choice, SumField, TextField
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.search import ClientField, ItemField, SaleField
from kassa_tui.widgets.still import Still
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
NOTED = (Field.BONUS, Field.TENDERED)
"""Fields with a note beside them."""


def translated(labels: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(_, labels))


class FieldRow(Horizontal):
    """Label, field, and a note where there is one."""

    def __init__(self, field: Field, widget: Widget) -> None:
        super().__init__(id=f"row-{field}")
        self.field = field
        self._widget = widget
        self.note = Still(classes="note") if field in NOTED else None

    def compose(self) -> ComposeResult:
        yield Still(_(_LABELS[self.field]), classes="label")
        yield self._widget
        if self.note is not None:
            yield self.note


class FieldsColumn(Vertical):
    """Every field of every operation, those that it needs in sight."""

    def compose(self) -> ComposeResult:
        yield FieldRow(Field.CLIENT, ClientField(id=Field.CLIENT))
        yield FieldRow(Field.ORIGINAL, SaleField(id=Field.ORIGINAL))
        yield FieldRow(Field.EXTENT, Choice(translated(_EXTENTS), id=Field.EXTENT))
        yield FieldRow(Field.ITEM, ItemField(id=Field.ITEM))
        yield FieldRow(Field.AGE, Choice(translated(_AGES), id=Field.AGE))
        yield FieldRow(Field.CHANGE, Choice(translated(_CHANGES), id=Field.CHANGE))
        yield FieldRow(Field.TOTAL, SumField(id=Field.TOTAL))
        yield FieldRow(Field.BONUS, SumField(id=Field.BONUS))
        yield FieldRow(Field.METHOD, Choice(translated(METHODS), id=Field.METHOD))
        yield FieldRow(Field.CARD, SumField(id=Field.CARD))
        yield FieldRow(Field.BALANCE, SumField(id=Field.BALANCE))
        yield FieldRow(Field.TENDERED, SumField(id=Field.TENDERED))
        yield FieldRow(Field.COMMENT, TextField(id=Field.COMMENT, max_length=_MAX_COMMENT))
        yield FieldRow(Field.CONTACT, TextField(id=Field.CONTACT, max_length=_MAX_CONTACT))
        yield FieldRow(Field.PAPER, Choice(translated(_PAPER), id=Field.PAPER))

    def show(self, fields: tuple[Field, ...]) -> None:
        """Have the rows of `fields` in sight."""
        for row in self._rows:
            row.display = row.field in fields

    def note(self, field: Field, text: str) -> None:
        for row in self._rows:
            if row.field is field and row.note is not None:
                row.note.put(text)

    @property
    def _rows(self) -> list[FieldRow]:
        # Every key looks at them all: no query walks through what they are made of.
        return [row for row in self.children if isinstance(row, FieldRow)]
