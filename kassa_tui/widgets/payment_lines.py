"""The last payments, one line each: what, how much, and the three facts of the receipt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, tzinfo

from textual.content import Content

from kassa_tui.journal.records import DocumentFact, PayBy, PaymentKind, PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import pad, plain
from kassa_tui.words import _


def method_word(pay_by: PayBy) -> str:
    match pay_by:
        case PayBy.CASH:
            return _("cash")
        case PayBy.CARD:
            return _("card")
        case PayBy.BALANCE:
            return _("balance")
        case PayBy.BONUS:
            return _("bonus")


def kind_word(kind: PaymentKind) -> str:
    """At most ten cells in either language."""
    match kind:
        case PaymentKind.TOP_UP:
            return _("Top-up")
        case PaymentKind.CHARGE:
            return _("Purchase")
        case PaymentKind.REFUND:
            return _("Refund")
        case PaymentKind.WITHDRAWAL:
            return _("Withdrawal")
        case PaymentKind.ADJUSTMENT:
            return _("Adjustment")
        case PaymentKind.BONUS_CREDIT | PaymentKind.BONUS_WRITE_OFF:
            return _("Bonus")


def facts(state: PaymentState) -> Iterator[tuple[Level, str]]:
    """Recorded, printed, delivered: each a level and a word for it."""
    yield Level.WELL, _("FN")
    printed = DocumentFact.PRINTED in state.facts
    yield (Level.WELL if printed else Level.UNKNOWN), _("Paper")
    delivered = DocumentFact.DELIVERED in state.facts
    yield (Level.WELL if delivered else Level.LOOK), _("OFD")


_GIVEN = (PaymentKind.REFUND, PaymentKind.WITHDRAWAL)
"""The client gets the money."""


def payment_line(state: PaymentState, snapshot: Snapshot, zone: tzinfo | None) -> Content:
    """One line of 80 cells."""
    payment = state.payment
    who = plain(payment.client, 11) if payment.client else _("no name")
    left = " ".join(
        (
            f" {moment(payment.created_at, snapshot.at.astimezone(zone).date(), zone)}",
            pad(kind_word(payment.kind), 10),
            pad(who, 11),
            pad(method_word(payment.pay_by), 8),
            format_sum(-payment.total if payment.kind in _GIVEN else payment.total).rjust(13),
        )
    )
    gap = "  "
    return Content(left + gap) + _receipt(state, snapshot)


def moment(at: datetime, today: date, zone: tzinfo | None) -> str:
    """Five cells: the time; of another day the day."""
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == today else f"{local:%d.%m}"


def _receipt(state: PaymentState, snapshot: Snapshot) -> Content:
    if state.document is not None:
        number = pad(_("FD {number}").format(number=state.document.fiscal_document_number), 9)
        return Content(" ").join(
            (Content(number), *(mark(level, word) for level, word in facts(state)))
        )
    progress = snapshot.in_progress
    if progress is not None and progress.payment_id == state.payment.id:
        return Content(_("being recorded"))
    unsettled = snapshot.unsettled
    if unsettled is not None and unsettled.payment.payment.id == state.payment.id:
        return mark(Level.UNKNOWN, _("outcome unknown"))
    if state.called_off:
        return mark(Level.LOOK, _("called off"))
    if _needs_none(state):
        return Content(_("no receipt due"))
    return mark(Level.STOPPED, _("no receipt"))


def _needs_none(state: PaymentState) -> bool:
    """Bonuses and adjustments are no money: the law wants no receipt."""
    kinds = (PaymentKind.ADJUSTMENT, PaymentKind.BONUS_CREDIT, PaymentKind.BONUS_WRITE_OFF)
    return state.payment.kind in kinds or state.payment.pay_by is PayBy.BONUS
