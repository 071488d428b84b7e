"""A payment and its story in words: each event on a line, with its time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from textual.content import Content

from drivers.register import Reason
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import AttemptState, PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.inquiries import Moment, StoryEvent
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import pad, plain
from kassa_tui.widgets.payment_lines import kind_word, method_word
from kassa_tui.widgets.reasons import why
from kassa_tui.words import _

_LABEL = 13
_TIME = 19
"""Cells of an event's line in front of its words."""


def payment_facts(state: PaymentState, zone: tzinfo | None, cells: int) -> Iterator[Content]:
    """What was paid for, by whom and how; each line of at most `cells`."""
    payment = state.payment
    yield Content.styled(f"{kind_word(payment.kind)}  {format_sum(payment.total)}", "bold")
    parts = (f"{method_word(part.method)} {format_sum(part.amount)}" for part in payment.parts)
    rows = [
        (_("Time"), f"{payment.created_at.astimezone(zone):%d.%m.%Y %H:%M:%S}"),
        (_("Payment"), ", ".join(parts)),
        (_("Client"), payment.client),
        (_("Cashier"), payment.cashier),
        *(
            (_("Line"), f"{line.quantity:f} x {format_sum(line.price)}  {line.name}")
            for line in payment.lines
        ),
        (_("Comment"), payment.comment),
    ]
    for receipt in state.receipts:
        if (document := receipt.document) is not None:
            numbers = _("{drive}, FD {number}, FP {sign}").format(
                drive=document.fiscal_drive_number,
                number=document.fiscal_document_number,
                sign=f"{document.fiscal_sign:010}",
            )
            rows.append((_("FN"), numbers))
    for label, value in rows:
        if value:
            yield Content(f"{pad(label, _LABEL)} {plain(value, cells - _LABEL - 1)}")


def event_line(event: StoryEvent, zone: tzinfo | None, cells: int) -> Content:
    """One line; it begins with a blank for a cursor."""
    level, text = _event(event)
    time = f" {event.at.astimezone(zone):%d.%m %H:%M:%S}"
    return Content(pad(time, _TIME - 2)) + mark(level, " " + plain(text, cells - _TIME))


def _event(event: StoryEvent) -> tuple[Level, str]:
    detail = (*event.detail, "", "", "")
    match event.moment:
        case Moment.NOTED:
            return Level.WELL, _("Noted in the journal")
        case Moment.MADE_ELSEWHERE:
            return Level.WELL, _("Made in the CRM, not at this till; its receipt is made here")
        case Moment.SENT:
            text = _("Sent to the register; the last document before it was FD {number}")
            return Level.WELL, text.format(number=detail[1])
        case Moment.ENDED:
            return _ended(detail[0], detail[1])
        case Moment.RECORDED:
            return Level.WELL, _("Recorded in the FN: FD {number}").format(number=detail[1])
        case Moment.PRINTED:
            return Level.WELL, _("Printed")
        case Moment.DELIVERED:
            return Level.WELL, _("Delivered to the OFD")
        case Moment.TOLD:
            return _told(*detail[:3])
        case Moment.CALLED_OFF:
            return Level.LOOK, _("Called off: {words}").format(words=detail[0])


def _ended(state: str, reason: str) -> tuple[Level, str]:
    match state:
        case AttemptState.REFUSED:
            said = why(Reason(reason)) if reason in tuple(Reason) else reason
            return Level.STOPPED, _("Surely not recorded: {why}").format(why=said)
        case AttemptState.ABSENT:
            return Level.LOOK, _("Surely not recorded: the tape does not have it")
        case _:
            return Level.UNKNOWN, _("No answer: the outcome is unknown")


def _told(name: str, state: str, error: str) -> tuple[Level, str]:
    if state == CallState.DONE:
        match name:
            case "post_transaction":
                return Level.WELL, _("The CRM has the payment")
            case "attach_receipt":
                return Level.WELL, _("The CRM has the number of the receipt")
            case _:
                return Level.WELL, _("The CRM has been told: {name}").format(name=name)
    if state == CallState.REFUSED:
        return Level.STOPPED, _("The CRM refused: {words}").format(words=error)
    return Level.LOOK, _("The CRM does not take it: {words}").format(words=error)
