"""What the log says of payments, and of the receipts that they promise.

A buyer's contact stands beside the log, from where it can be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from kassa_tui.journal import call_events, document_events, reading
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.chain import contact_seal
from kassa_tui.journal.errors import CallerIdTaken, JournalError
from kassa_tui.journal.privacy import masked, without_contact
from kassa_tui.journal.records import Payment, Promise, ReceiptIntent, Restored
from kassa_tui.journal.writing import Log


def take(log: Log, promises: Sequence[Promise]) -> None:
    """Raises `CallerIdTaken`."""
    for promise in promises:
        caller_id = promise.payment.caller_id
        if caller_id is not None:
            earlier = reading.payment_of_caller(log.db, caller_id)
            if earlier is not None:
                raise CallerIdTaken(earlier.payment.id)
        _take(log, promise.payment, promise.receipts)
        call_events.queue(log, promise.calls)


def promise_more(
    log: Log, payment_id: UUID, receipts: Sequence[ReceiptIntent], incident: tuple[str, str]
) -> None:
    """Further receipts of a payment; `incident` is the kind and the words of why."""
    kind, detail = incident
    promised = [_promise(log, intent) for intent in receipts]
    log.append("receipts_promised", {"id": str(payment_id), "receipts": promised})
    log.append("incident", {"kind": kind, "detail": masked(detail)})


def restore(log: Log, restored: Restored) -> None:
    """A payment that was lost, and what is known of its receipt."""
    payment, document = restored.payment, restored.document
    _take(log, payment, () if restored.receipt is None else (restored.receipt,))
    call_events.queue(log, (restored.posted,))
    call_events.end(log, restored.posted.id, CallState.DONE, "", restored.result, tries=False)
    if document is not None:
        key = (document.fiscal_drive_number, document.fiscal_document_number)
        if reading.document(log.db, *key) is None:
            document_events.keep(log, document, payment.id)
        else:
            document_events.bind(log, document, payment.id)
    call_events.queue(log, restored.calls)


def call_off(log: Log, payments: Sequence[UUID], reason: str, refused: UUID | None) -> None:
    """`refused` is the call that the CRM has refused."""
    for ended in payments:
        log.append("payment_called_off", {"payment": str(ended), "reason": reason})
        call_events.drop(log, ended, reason, refused)


def forget_contacts(log: Log, recorded_before: datetime) -> int:
    """Those of receipts that are wanted no more; how many."""
    receipts = reading.forgettable_contacts(log.db, recorded_before)
    if receipts:
        log.append("contacts_purged", {"receipts": receipts})
        log.db.executemany("DELETE FROM contact WHERE receipt = ?", [(one,) for one in receipts])
    return len(receipts)


def _take(log: Log, payment: Payment, receipts: Sequence[ReceiptIntent]) -> None:
    body = {
        "id": str(payment.id),
        "caller_id": payment.caller_id,
        "kind": payment.kind,
        "total": payment.total,
        "pay_by": payment.pay_by,
        "tendered": payment.tendered,
        "client_id": payment.client_id,
        "client": masked(payment.client),
        "cashier": payment.cashier,
        "shift": _text(payment.shift_id),
        "original": _text(payment.original_id),
        "comment": masked(payment.comment),
        "order_id": _text(payment.order_id),
        "asked": payment.asked,
        "direction": payment.direction,
        "created_at": payment.created_at.isoformat(),
        "parts": [
            {"method": part.method, "amount": part.amount, "card": part.card}
            for part in payment.parts
        ],
        "lines": [{**asdict(line), "quantity": str(line.quantity)} for line in payment.lines],
        "receipts": [_promise(log, intent) for intent in receipts],
    }
    log.append("payment_taken", body)


def _promise(log: Log, intent: ReceiptIntent) -> dict[str, object]:
    """The body of a promised receipt; its contact goes to its place."""
    try:
        receipt, contact = without_contact(intent.receipt)
    except ValueError as error:
        raise JournalError(f"the receipt {intent.id} is no JSON: {error}") from error
    seal = None
    if contact is not None:
        seal = contact_seal(log.key, str(intent.id), contact)
        log.db.execute("INSERT INTO contact VALUES (?, ?)", (str(intent.id), contact))
    return {"id": str(intent.id), "receipt": receipt, "contact_seal": seal}


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
