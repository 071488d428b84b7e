"""Mending a row of the reconciliation: the request that needs no question, and its outcome."""

from __future__ import annotations

from textual.content import Content

from kassa_tui.station.answers import (
    Answer,
    Declined,
    Done,
    NotRecorded,
    Recorded,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.reconciliation.requests import (
    AttachReceipt,
    IssueForRow,
    Mending,
    ShiftComparison,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Row
from kassa_tui.widgets.grid_words import main_action
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import plain
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.words import _

_DETAIL_CELLS = 60


def mending_of(comparison: ShiftComparison, row: Row) -> Mending | None:
    """What the main action asks for; None: a person must choose or type something first."""
    match main_action(row):
        case Action.ISSUE_RECEIPT if Evidence.FN_GONE not in row.evidence:
            return IssueForRow(comparison_id=comparison.comparison_id, row=row.key)
        case Action.ATTACH_RECEIPT if row.operation is not None and row.document is not None:
            return AttachReceipt(comparison_id=comparison.comparison_id, row=row.key)
        case _:
            return None


def done_words(answer: Answer) -> Content:
    """What became of a row, as a symbol and a sentence."""
    match answer:
        case Recorded():
            return mark(Level.WELL, " " + _("The receipt is recorded."))
        case Done():
            return mark(Level.WELL, " " + _("The CRM knows of it."))
        case Uncertain(payment_id) if payment_id is not None:
            return mark(Level.UNKNOWN, " " + _("The outcome is being found out: see the alarms."))
        case TurnedDown(code=code, detail=detail):
            text = _("The CRM refuses: {why}").format(why=plain(detail or code, _DETAIL_CELLS))
            return mark(Level.STOPPED, f" {text}")
        case Declined(reason) | NotRecorded(reason=reason):
            text = _("Nothing was done: {why}.").format(why=why(reason))
            return mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
        case _:
            return mark(Level.UNKNOWN, " " + _("The station does not answer."))
