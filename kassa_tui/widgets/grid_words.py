"""What stands around the rows of a reconciliation: title, counts, the row chosen, the sums."""

from __future__ import annotations

from datetime import datetime, tzinfo

from textual.content import Content

from kassa_tui.money import format_sum
from kassa_tui.station.reconciliation.requests import ShiftComparison, TapeReach
from kassa_tui.station.reconciliation.rows import Action, Row, RowStatus
from kassa_tui.widgets.grid_filter import Filter, Order
from kassa_tui.widgets.grid_lines import SIGNS, method_words, operation_word, sign_word
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside, plain
from kassa_tui.widgets.reconciliation_words import (
    difference_words,
    evidence_words,
    remedy_words,
    status_words,
)
from kassa_tui.widgets.spans import span
from kassa_tui.words import N_, _

_CLIENT = 24
"""Cells."""

_ORDERS = {
    Order.TIME: N_("by time"),
    Order.SUM: N_("by sum"),
    Order.STATUS: N_("by status"),
}
_MAIN = (
    Action.ATTACH_RECEIPT,
    Action.ISSUE_RECEIPT,
    Action.ISSUE_CORRECTION,
    Action.ADD_TO_IZI,
    Action.SET_RIGHT,
    Action.SETTLE,
)
"""Of several actions the first is the one under F12: what might be there already goes before a
new receipt, a second one of a payment being the worse mistake."""
_DOES = {
    Action.ISSUE_RECEIPT: N_("issue the receipt; no money is taken"),
    Action.ISSUE_CORRECTION: N_("a correction receipt is due: look at it first"),
    Action.ATTACH_RECEIPT: N_("tell the CRM that both belong together"),
    Action.ADD_TO_IZI: N_("add it to IZI; nothing is printed"),
    Action.SET_RIGHT: N_("set the receipt right: one takes it back, one is as it should be"),
    Action.SETTLE: N_("say what became of it: put it right in the CRM first"),
}
_COMMENT = 150
"""Cells."""
_CHOOSES = N_("choose what belongs to it; it is suggested")


def title(
    comparison: ShiftComparison | None, reach: TapeReach | None, by: Filter, zone: tzinfo | None
) -> Content:
    """The shift, its time, the order of the rows, and how much of the tape was read."""
    text = " " + _("Reconciliation")
    if comparison is not None:
        text += " · " + _("shift {number}").format(number=comparison.shift_number)
        if comparison.opened_at is not None:
            until = _("now")
            if comparison.closed_at is not None:
                until = f"{comparison.closed_at.astimezone(zone):%H:%M}"
            text += f" · {comparison.opened_at.astimezone(zone):%d.%m %H:%M} – {until}"
        text += f" · {_(_ORDERS[by.order])}"
    read = Content("")
    if reach is not None and not reach.is_done:
        total = "?" if reach.total is None else reach.total
        words = _("reading {done} / {total}").format(done=reach.done, total=total)
        read = Content.styled("  " + words, "bold $warning")
    elif comparison is not None and not comparison.is_whole:
        read = Content("  ") + mark(Level.LOOK, " " + _("the tape is not read to its end"))
    return Content.styled(text, "bold") + read


def counts(comparison: ShiftComparison | None, chosen: RowStatus | None, cells: int) -> Content:
    """A number for each filter, with the key that chooses it; signs alone where words have no
    room in `cells`."""
    if comparison is None:
        return Content("")
    totals = comparison.totals

    def line(*, in_words: bool) -> Content:
        parts = [_count(1, "", _("All"), totals.count, "", is_chosen=chosen is None)]
        for number, status in enumerate(RowStatus, 2):
            sign, style = SIGNS[status]
            word = status_words(status) if in_words else ""
            parts.append(
                _count(
                    number,
                    f"{sign} " if in_words else sign,
                    word,
                    totals.of(status).count,
                    style,
                    is_chosen=chosen is status,
                )
            )
        return Content(" ") + Content(" ").join(parts)

    whole = line(in_words=True)
    return whole if whole.cell_length <= cells else line(in_words=False)


def _count(
    number: int, sign: str, word: str, count: int, style: str, *, is_chosen: bool
) -> Content:
    text = Content.assemble(f"{number} ", (sign, style), f"{word} {count}")
    if is_chosen:
        return (Content("[") + text + "]").stylize("bold reverse")
    return Content(" ") + text


def sides() -> str:
    """The heading of the rows."""
    return "IZI" + " " * 30 + _("FN")


def selected(row: Row | None, zone: tzinfo | None) -> str:
    """The row in one line."""
    if row is None:
        return ""
    parts = [f"{row.at.astimezone(zone):%d.%m %H:%M}"]
    if (operation := row.operation) is not None:
        parts += [operation_word(operation), format_sum(operation.signed or operation.amount)]
        parts += [method_words(operation), plain(operation.client, _CLIENT)]
    elif (document := row.document) is not None:
        parts += [_("FD {number}").format(number=document.fiscal_document_number)]
        parts += [sign_word(document.calculation_sign), format_sum(document.signed or 0)]
    return " ".join(filter(None, parts))


def main_action(row: Row) -> Action | None:
    """What F12 does about the row."""
    return next((one for one in _MAIN if one in row.actions), None)


def detail(row: Row, now: datetime) -> Content:
    """Three lines: what is known, what is lawful, what F12 does."""
    lines = [Content(" ") + Content("; ").join(map(Content, _clauses(row)))]
    if row.owed is not None:
        since = span(now - row.owed.since)
        text = _("Money without a receipt for {since}.").format(since=since)
        lines.append(mark(Level.STOPPED, f" {text} {remedy_words(row.owed.remedy)}"))
    if row.settled:
        lines.append(settled_words(row))
    if (action := main_action(row)) is not None:
        lines.append(Content.styled(f" F12 {does(row, action)}", "bold"))
    return Content("\n").join(lines)


def settled_words(row: Row) -> Content:
    """Who has said what of it."""
    return mark(Level.WELL, " ") + outside(row.settled, _COMMENT)


def does(row: Row, action: Action) -> str:
    """What the action does about this row."""
    if action is Action.ATTACH_RECEIPT and (row.operation is None or row.document is None):
        return _(_CHOOSES)
    return _(_DOES[action])


def totals(comparison: ShiftComparison | None) -> Content:
    """The footer: what is without the other side, and what it may cost."""
    if comparison is None:
        return Content("")
    told = comparison.totals
    text = _("No receipt: {count}, {total}   No operation: {others}, {sum}").format(
        count=told.without_receipt,
        total=format_sum(told.without_receipt_sum),
        others=told.without_operation,
        sum=format_sum(told.without_operation_sum),
    )
    line = Content(f" {text}")
    if told.settled:
        line += Content("   " + _("settled: {count}").format(count=told.settled))
    if told.exposure:
        fine = _("fine from {sum}").format(sum=format_sum(told.exposure))
        line += Content("   ") + mark(Level.STOPPED, f" {fine}")
    return line


def _clauses(row: Row) -> tuple[str, ...]:
    """What is wrong first, then what it rests on."""
    return (*map(difference_words, row.differences), *map(evidence_words, row.evidence))
