"""A recorded receipt: sums, the numbers of the document, the three facts."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import Document, DocumentFact, PayBy, PaymentKind, PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_LABEL = 9
_SUM = 14
_CELLS = 40
_METHODS = {
    PayBy.CASH: N_("in cash"),
    PayBy.CARD: N_("by card"),
    PayBy.BALANCE: N_("from the balance"),
    PayBy.BONUS: N_("by bonuses"),
}


def card(state: PaymentState, snapshot: Snapshot, sent_to: str = "") -> Content:
    """The card of a payment with a document; `sent_to` is masked."""
    document, payment = state.document, state.payment
    assert document is not None, "only a recorded receipt has a card"
    given_back = payment.kind in (PaymentKind.REFUND, PaymentKind.WITHDRAWAL)
    sums = [(_("Given back") if given_back else _("Sale"), payment.total)]
    sums += [(_(_METHODS[part.method]), part.amount) for part in payment.parts]
    if payment.tendered is not None:
        sums.append((_("Change"), payment.tendered - payment.paid_by(PayBy.CASH)))
    lines = [
        Content.assemble(label.ljust(_LABEL), (format_sum(kopecks).rjust(_SUM), "bold"))
        for label, kopecks in sums
    ]
    lines.append(Content(""))
    lines += [Content(f"{label:<{_LABEL}} {value}") for label, value in _numbers(document)]
    lines.append(Content(""))
    lines += [
        Content.assemble(f"{label:<{_LABEL}} ", mark(level, f" {value}"))
        for label, level, value in _facts(state, snapshot, document)
    ]
    if sent_to:
        lines += [
            Content(""),
            outside(_("To the buyer: {contact}").format(contact=sent_to), _CELLS),
        ]
    return Content("\n").join(lines)


def _numbers(document: Document) -> list[tuple[str, str]]:
    rows = [
        (_("FN"), document.fiscal_drive_number),
        (_("FD"), str(document.fiscal_document_number)),
        (_("FP"), f"{document.fiscal_sign:010}"),
        (_("Time"), f"{document.date_time:%d.%m.%Y %H:%M}"),
    ]
    if document.shift_number is not None:
        shift = str(document.shift_number)
        if document.receipt_number is not None:
            shift = _("{shift}, receipt {number}").format(
                shift=shift, number=document.receipt_number
            )
        rows.append((_("Shift"), shift))
    return rows


def _facts(
    state: PaymentState, snapshot: Snapshot, document: Document
) -> list[tuple[str, Level, str]]:
    register = snapshot.register
    rows = [(_("FN"), Level.WELL, _("recorded"))]
    is_last = (
        register is not None
        and register.fn.last_fiscal_document_number == document.fiscal_document_number
    )
    if DocumentFact.PRINTED in state.facts:
        rows.append((_("Paper"), Level.WELL, _("printed")))
    elif register is not None and is_last and not register.paper_present:
        rows.append((_("Paper"), Level.LOOK, _("out of paper")))
    elif is_last:
        rows.append((_("Paper"), Level.UNKNOWN, _("printing")))
    else:
        rows.append((_("Paper"), Level.UNKNOWN, _("unknown")))
    if DocumentFact.DELIVERED in state.facts:
        rows.append((_("OFD"), Level.WELL, _("delivered")))
    elif register is not None and register.ofd.unsent_count:
        count = register.ofd.unsent_count
        rows.append((_("OFD"), Level.LOOK, _("in the queue, {count}").format(count=count)))
    else:
        rows.append((_("OFD"), Level.UNKNOWN, _("not told yet")))
    return [*rows, *_crm(state, document)]


def _crm(state: PaymentState, document: Document) -> Iterator[tuple[str, Level, str]]:
    """How far the CRM knows; nothing where it need not."""
    if not state.calls:
        return
    if any(call in (CallState.REFUSED, CallState.POISONED) for call in state.calls):
        yield _("CRM"), Level.STOPPED, _("does not take it")
    elif CallState.PENDING in state.calls:
        yield _("CRM"), Level.LOOK, _("waits to be told")
    else:
        number = f"{document.fiscal_drive_number}:{document.fiscal_document_number}"
        yield _("CRM"), Level.WELL, number


class ReceiptCard(Still):
    """The card of the payment it is shown."""

    def show(self, state: PaymentState, snapshot: Snapshot, sent_to: str = "") -> None:
        self.put(card(state, snapshot, sent_to))
