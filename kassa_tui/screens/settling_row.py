"""Settling a row that nothing can mend: what a person says of it, which the journal keeps."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget

from kassa_tui.screens.form import FormScreen, field_row
from kassa_tui.screens.till import Till
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.reconciliation.requests import SettleRow, ShiftComparison
from kassa_tui.station.reconciliation.rows import Row
from kassa_tui.station.requests import Answer, Declined, Done
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.grid_words import selected
from kassa_tui.widgets.mending_words import done_words
from kassa_tui.widgets.reconciliation_words import row_words
from kassa_tui.words import _


class SettlingRowScreen(FormScreen):
    """Neither the register nor the CRM is told anything."""

    comment = query_one("#settling-comment", TextField)

    def __init__(
        self, till: Till, comparison: ShiftComparison, row: Row, on_settled: Callable[[], None]
    ) -> None:
        super().__init__(till)
        self._comparison = comparison
        self._row = row
        self._on_settled = on_settled

    @property
    def heading(self) -> str:
        row = selected(self._row, self.till.now().tzinfo)
        return _("Settle with a comment: {row}").format(row=row)

    @property
    def confirms(self) -> str:
        return _("settle it; nothing is printed, and the CRM is not told")

    @property
    def fields(self) -> tuple[Widget, ...]:
        return (self.comment,)

    def compose_fields(self) -> ComposeResult:
        field = TextField(id="settling-comment", max_length=MAX_COMMENT)
        yield field_row(_("Comment"), field)

    def request(self) -> SettleRow | str:
        comment = self.comment.value.strip()
        if not comment:
            return _("Write who decided, and what was looked at.")
        return SettleRow(
            comparison_id=self._comparison.comparison_id, row=self._row.key, comment=comment
        )

    def take(self, answer: Answer) -> None:
        if isinstance(answer, Declined):
            self.decline(answer)
            return
        self.outcome = done_words(answer)
        if isinstance(answer, Done):
            self.leave()
            self._on_settled()

    def more(self) -> Content:
        """Why it does not match, and what the law and the CRM leave to do."""
        why = "; ".join(row_words(self._row))
        lines = [why, _("What is double in the CRM is put right there first, by hand.")]
        return Content("\n".join(filter(None, lines)))
