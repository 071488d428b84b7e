"""What is done about a row only with a reason, which the journal keeps."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.content import Content
from textual.getters import query_one
from textual.widget import Widget

from kassa_tui.money import format_sum
from kassa_tui.screens.form import FormScreen, field_row
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Done, Recorded, Uncertain
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.reconciliation.requests import (
    IssueForRow,
    SetRight,
    SettleRow,
    ShiftComparison,
)
from kassa_tui.station.reconciliation.rows import Action, Row
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.grid_lines import sign_word
from kassa_tui.widgets.grid_words import selected
from kassa_tui.widgets.mending_words import done_words
from kassa_tui.widgets.outside_text import plain
from kassa_tui.widgets.reconciliation_words import row_words
from kassa_tui.words import _

_DRIVE = 16
"""Cells of 1041."""


class SayingWhyScreen(FormScreen):
    """A comment about the row; subclasses say what for."""

    comment = query_one("#why-comment", TextField)

    def __init__(
        self, till: Till, comparison: ShiftComparison, row: Row, on_done: Callable[[], None]
    ) -> None:
        super().__init__(till)
        self._comparison = comparison
        self._row = row
        self._on_done = on_done

    @property
    def fields(self) -> tuple[Widget, ...]:
        return (self.comment,)

    def compose_fields(self) -> ComposeResult:
        yield field_row(_("Comment"), TextField(id="why-comment", max_length=MAX_COMMENT))

    def request(self) -> IssueForRow | SetRight | SettleRow | str:
        comment = self.comment.value.strip()
        return self.asked(comment) if comment else _("Write who decided, and what was looked at.")

    def asked(self, comment: str) -> IssueForRow | SetRight | SettleRow:
        """What the form asks for."""
        raise NotImplementedError

    def take(self, answer: Answer) -> None:
        self.outcome = done_words(answer)
        if isinstance(answer, Done | Recorded | Uncertain):
            self.leave()
            self._on_done()

    @property
    def _selected(self) -> str:
        return selected(self._row, self.till.now().tzinfo)


class SettlingRowScreen(SayingWhyScreen):
    """Neither the register nor the CRM is told anything."""

    @property
    def heading(self) -> str:
        return _("Settle with a comment: {row}").format(row=self._selected)

    @property
    def confirms(self) -> str:
        return _("settle it; nothing is printed, and the CRM is not told")

    def asked(self, comment: str) -> SettleRow:
        return SettleRow(
            comparison_id=self._comparison.comparison_id, row=self._row.key, comment=comment
        )

    def more(self) -> Content:
        """Why it does not match, and what the law and the CRM leave to do."""
        why = "; ".join(row_words(self._row))
        lines = [why, _("What is double in the CRM is put right there first, by hand.")]
        return Content("\n".join(filter(None, lines)))


class IssuingUnreadScreen(SayingWhyScreen):
    """A receipt of a shift whose FN is gone before all of it was read."""

    @property
    def heading(self) -> str:
        return _("Issue Receipt: {row}").format(row=self._selected)

    @property
    def confirms(self) -> str:
        return _("issue it on the FN of now; no money is taken")

    def asked(self, comment: str) -> IssueForRow:
        return IssueForRow(
            comparison_id=self._comparison.comparison_id,
            row=self._row.key,
            as_correction=Action.ISSUE_CORRECTION in self._row.actions,
            comment=comment,
        )

    def more(self) -> Content:
        """What is not known, and where to look."""
        drive = plain(self._comparison.fiscal_drive_number, _DRIVE)
        gone = _("FN {drive} was replaced before all of it was read.").format(drive=drive)
        return Content("\n".join([gone, _("Look in the OFD's cabinet: has it such a receipt?")]))


class SettingRightScreen(SayingWhyScreen):
    """Two documents on the register, and no money."""

    @property
    def heading(self) -> str:
        return _("Set the receipt right: {row}").format(row=self._selected)

    @property
    def confirms(self) -> str:
        return _("record both; no money is taken or given")

    def asked(self, comment: str) -> SetRight:
        return SetRight(
            comparison_id=self._comparison.comparison_id, row=self._row.key, comment=comment
        )

    def more(self) -> Content:
        """The documents, as far as both sides tell them."""
        wrong, operation = self._row.document, self._row.operation
        assert wrong is not None, "a receipt is set right"
        assert operation is not None, "it is known what is right"
        lines = [
            _("FD {number} is wrong: {what} {sum}").format(
                number=wrong.fiscal_document_number,
                what=sign_word(wrong.calculation_sign),
                sum=format_sum(wrong.total or 0),
            )
        ]
        if not self._row.corrections:
            back = None if wrong.calculation_sign is None else wrong.calculation_sign.opposite
            lines.append(f"1. {sign_word(back)} {format_sum(wrong.total or 0)}")
        lines.append(f"2. {sign_word(operation.calculation_sign)} {format_sum(operation.due)}")
        lines.append(_("Each names the fiscal sign of the wrong one."))
        return Content("\n".join(lines))
