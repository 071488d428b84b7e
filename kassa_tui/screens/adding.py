"""Add to IZI: the operation that a document of the FN proves. Nothing is printed."""

from __future__ import annotations

from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.money import format_sum
from kassa_tui.screens.form import FormScreen, field_row
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined, Done, Uncertain
from kassa_tui.station.inquiries import FoundClient
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.reconciliation.requests import AddAs, AddToIzi, ShiftComparison
from kassa_tui.station.reconciliation.rows import Row
from kassa_tui.widgets.fields import Choice, TextField
from kassa_tui.widgets.mending_words import done_words
from kassa_tui.widgets.sale.search import ClientField, SearchField
from kassa_tui.widgets.sale.told import client_row
from kassa_tui.words import N_, _

_MAX_ID = 64
_MOST_FOUND = 5
_KINDS = {
    CalculationSign.SALE: ((N_("Top-up"), AddAs.TOP_UP), (N_("Purchase"), AddAs.CHARGE)),
    CalculationSign.SALE_RETURN: (
        (N_("Withdrawal"), AddAs.WITHDRAWAL),
        (N_("Refund"), AddAs.REFUND),
    ),
}


class AddingScreen(FormScreen):
    """One document becomes one operation, however often it is asked for."""

    comment = query_one("#add-comment", TextField)
    client = query_one("#add-client", ClientField)

    def __init__(
        self, till: Till, comparison: ShiftComparison, row: Row, on_added: Callable[[], None]
    ) -> None:
        super().__init__(till)
        assert row.document is not None, "it proves an operation"
        self._comparison = comparison
        self._row = row
        self._document = row.document
        self._on_added = on_added
        sign = self._document.calculation_sign
        self._kinds = _KINDS.get(sign, ()) if sign is not None else ()
        self._client: FoundClient | None = None
        self._client_text = ""

    @property
    def heading(self) -> str:
        return _("Add to IZI: FD {number}, {sum}").format(
            number=self._document.fiscal_document_number,
            sum=format_sum(self._document.total or 0),
        )

    @property
    def confirms(self) -> str:
        return _("add it to IZI; nothing is printed") if self._kinds else ""

    @property
    def fields(self) -> tuple[Widget, ...]:
        original = self.query("#add-original")
        return (
            self.query_one("#add-kind"),
            self.client,
            *original,
            self.comment,
        )

    def compose_fields(self) -> ComposeResult:
        labels = tuple(_(label) for label, _kind in self._kinds)
        yield field_row(_("Operation"), Choice(labels or (_("none"),), id="add-kind"))
        yield field_row(_("Client"), ClientField(id="add-client"))
        if any(kind is AddAs.REFUND for _label, kind in self._kinds):
            yield field_row(_("Of operation"), TextField(id="add-original", max_length=_MAX_ID))
        yield field_row(_("Comment"), TextField(id="add-comment", max_length=MAX_COMMENT))

    def request(self) -> AddToIzi | str:
        kind = self._kinds[self.query_one("#add-kind", Choice).chosen][1]
        typed = self.client.value.strip()
        if typed and (self._client is None or typed != self._client_text):
            self.client.focus()
            return _("Choose the client from those found, or clear the field.")
        if not typed and kind in (AddAs.TOP_UP, AddAs.WITHDRAWAL):
            self.client.focus()
            return _("Whose balance is it? Find the client.")
        original = ""
        if kind is AddAs.REFUND:
            field = self.query_one("#add-original", TextField)
            original = field.value.strip()
            if not original:
                field.focus()
                return _("Type the id that the sale has in IZI.")
        comment = self.comment.value.strip()
        if not comment:
            self.comment.focus()
            return _("Say why: a comment is obligatory.")
        return AddToIzi(
            comparison_id=self._comparison.comparison_id,
            row=self._row.key,
            add_as=kind,
            comment=comment,
            client_id=self._client.id if self._client is not None and typed else None,
            original_transaction_id=original or None,
        )

    def take(self, answer: Answer) -> None:
        if isinstance(answer, Declined):
            self.decline(answer)
            return
        self.outcome = done_words(answer)
        if isinstance(answer, Done | Uncertain):
            self.leave()
            self._on_added()

    def more(self) -> Content:
        """The clients that are found, or the one chosen."""
        if self._client is not None and self.client.value.strip() == self._client_text:
            return Content("  ".join(client_row(self._client)))
        found = self.client.found or ()
        lines = [
            Content(f"{'>' if index == self.client.at else ' '} {'  '.join(client_row(one))}")
            for index, one in enumerate(found[:_MOST_FOUND])
        ]
        return Content("\n").join(lines)

    def action_next_field(self) -> None:
        if self.focused is self.client and self.client.is_open:
            self.client.entered()
        else:
            super().action_next_field()

    def key_down(self) -> None:
        self.client.move(1)

    def key_up(self) -> None:
        self.client.move(-1)

    @on(SearchField.Asked)
    def _asked_for(self, event: SearchField.Asked) -> None:
        self._look(event)

    @work(group="inquiries")
    async def _look(self, event: SearchField.Asked) -> None:
        event.field.answered(event.inquiry, await self.till.link.ask(event.inquiry))

    @on(SearchField.Found)
    def _found(self) -> None:
        self.redraw()

    @on(SearchField.Chosen)
    def _chosen(self, event: SearchField.Chosen) -> None:
        assert isinstance(event.item, FoundClient), "clients are looked for"
        self._client, self._client_text = event.item, self.client.value.strip()
        super().action_next_field()
        self.redraw()
