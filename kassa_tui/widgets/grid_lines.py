"""A row of the reconciliation as one line: what IZI has, a sign, what the FN has."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from textual.content import Content

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.journal.records import PayBy, PaymentKind
from kassa_tui.money import format_sum
from kassa_tui.station.reconciliation.requests import ShiftComparison
from kassa_tui.station.reconciliation.rows import Row, RowStatus
from kassa_tui.station.reconciliation.sides import Operation, TapeDocument
from kassa_tui.widgets.outside_text import fit, pad, plain
from kassa_tui.widgets.payment_lines import kind_word, method_word, moment
from kassa_tui.widgets.reconciliation_words import status_words
from kassa_tui.words import _

SIGNS = {
    RowStatus.MATCHED: ("=", "$success"),
    RowStatus.IZI_ONLY: ("<", "bold $warning"),
    RowStatus.FR_ONLY: (">", "bold $error"),
    RowStatus.MISMATCH: ("!", "bold $accent"),
}
"""The sign between the sides, and the style that repeats it."""

MARK_CELLS = 6
"""Cells of a line's time, which the cursor covers."""

_NOTHING = "–"
_LEFT = 38
_RIGHT = 27
_CLIENT = 20
_FISCAL_SIGN = 11
"""Cells."""


def day_of(comparison: ShiftComparison | None, now: datetime) -> date:
    """The day whose times need no date beside them: that on which the shift was opened."""
    opened_at = comparison.opened_at if comparison is not None else None
    return (opened_at or now).astimezone(now.tzinfo).date()


def grid_line(row: Row, today: date, zone: tzinfo | None, *, wide: bool) -> Content:
    """One line of 79 cells; of 111 where it is wide. `today` needs no date beside the time."""
    sign, style = SIGNS[row.status]
    left = _left(row.operation, today, zone, wide=wide)
    right = _right(row.document, today, zone, wide=wide)
    word = _("Settled") if row.settled else status_words(row.status)
    return Content.assemble(left, (sign, style), " ", right, " ", (word, style))


def operation_word(operation: Operation) -> str:
    """Its kind; of one that is not known here, the CRM's own word."""
    try:
        return kind_word(PaymentKind(operation.type))
    except ValueError:
        return plain(operation.type, 10)


def method_words(operation: Operation) -> str:
    """How it was paid, in one word."""
    ways = {
        method_word(PayBy.CASH): operation.cash,
        method_word(PayBy.CARD): operation.card,
        _("app"): operation.app,
        method_word(PayBy.BALANCE): operation.balance,
        method_word(PayBy.BONUS): operation.bonus,
    }
    used = [way for way, amount in ways.items() if amount]
    if len(used) > 1:
        return _("mixed")
    return used[0] if used else ""


def sign_word(sign: CalculationSign | None) -> str:
    """The name of 1054."""
    match sign:
        case CalculationSign.SALE:
            return _("Sale")
        case CalculationSign.SALE_RETURN:
            return _("Sale return")
        case CalculationSign.EXPENSE:
            return _("Expense")
        case CalculationSign.EXPENSE_RETURN:
            return _("Expense return")
        case None:
            return ""


def _left(operation: Operation | None, today: date, zone: tzinfo | None, *, wide: bool) -> str:
    if operation is None:
        return pad(f"   {_NOTHING}", _LEFT - 3) + f"{_NOTHING}  " + " " * (_CLIENT * wide)
    client = f" {pad(plain(operation.client, _CLIENT - 1), _CLIENT - 1)}" if wide else ""
    amount = format_sum(operation.signed or operation.amount)
    return (
        f" {moment(operation.occurred_at, today, zone)}"
        f" {pad(operation_word(operation), 10)}{client}"
        f" {pad(method_words(operation), 8)}{amount.rjust(_LEFT - 27)} "
    )


def _right(document: TapeDocument | None, today: date, zone: tzinfo | None, *, wide: bool) -> str:
    if document is None:
        return pad(f"   {_NOTHING}", _RIGHT - 2) + f"{_NOTHING} " + " " * (_FISCAL_SIGN * wide)
    number = _("FD {number}").format(number=document.fiscal_document_number)
    fiscal_sign = f" {document.fiscal_sign:010}" if wide else ""
    signed = document.signed
    amount = "?" if signed is None else format_sum(signed)
    return (
        f"{pad(number, 10)}{fiscal_sign} {moment(document.date_time, today, zone)}"
        f"{fit(amount, 11).rjust(_RIGHT - 16)}"
    )
