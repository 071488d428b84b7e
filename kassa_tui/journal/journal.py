"""The journal: one SQLite file, one writer, every write durable when the call returns.

What happens is an event at the end of a sealed log (`chain`); tables beside it hold what
follows from the events (`projections`), written in the same transaction. Everything that
must happen together is one method. A cancelled write may have been kept, as a whole.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from kassa_tui.journal import reading, searching, tape_reading, traces
from kassa_tui.journal.backup import KEPT, back_up
from kassa_tui.journal.calls import Call, CallCounts, CallState, StoredCall
from kassa_tui.journal.chain import contact_seal
from kassa_tui.journal.database import Connect, Database, connect
from kassa_tui.journal.errors import CallerIdTaken, DiskNearlyFull, JournalError, JournalReadOnly
from kassa_tui.journal.export import export_payments
from kassa_tui.journal.head import JournalHead
from kassa_tui.journal.lock import WriterLock
from kassa_tui.journal.opening import opened
from kassa_tui.journal.privacy import masked, without_contact
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Document,
    DocumentFact,
    PayBy,
    Payment,
    PaymentState,
    Promise,
    ReceiptIntent,
    Restored,
    StoredAttempt,
)
from kassa_tui.journal.shifts import (
    CashMove,
    CashMoveState,
    MethodSums,
    ShiftClosing,
    ShiftOpening,
    ShiftRecord,
    StoredCashMove,
)
from kassa_tui.journal.writing import Log, Unit, Writer, as_journal_error

T = TypeVar("T")

_AT_ONCE = 500
"""Payments of one question: a write waits for no more."""

ROOM_BYTES = 64 << 20
"""With less free room on the disk no payment is taken."""

FreeBytes = Callable[[Path], int]
"""Free room on the disk of a folder."""


class Journal:
    """All methods raise `JournalError`, and then have kept nothing."""

    def __init__(
        self, path: Path, database: Database, key: bytes, lock: WriterLock, free_bytes: FreeBytes
    ) -> None:
        self.path = path
        self._database = database
        self._writer = Writer(key)
        self._lock = lock
        self._folder = path.parent
        self._free_bytes = free_bytes
        self._turn = asyncio.Lock()
        self._waiting: list[Unit[Any]] = []

    @classmethod
    async def open(
        cls, path: Path, *, connect: Connect = connect, free_bytes: FreeBytes | None = None
    ) -> Journal:
        """The journal in the file `path`, made when missing, readable by its owner only.

        Beside it lie its key and its lock. Only what can be looked at in no time is checked,
        see `opening`; `verification` checks all.

        Raises `JournalInUse`, `JournalTooNew`, `JournalDamaged`, `JournalError`.
        """
        database, key, lock = await opened(path, connect)
        return cls(path, database, key, lock, free_bytes or _free_bytes)

    async def close(self) -> None:
        """Give the file back."""
        try:
            await self._database.close()
        finally:
            self._lock.release()

    async def check_room(self) -> None:
        """See that a promise can be kept. Raises `DiskNearlyFull`, `JournalReadOnly`.

        Every write that begins something does so; what ends something is always tried.
        """
        await self._database.run(lambda _: self._check_room())

    async def room(self) -> int:
        """Free bytes of its disk; less than `ROOM_BYTES` is too little."""
        return await self._database.run(lambda _: self._room())

    def _room(self) -> int:
        try:
            return self._free_bytes(self._folder)
        except OSError as error:
            raise JournalError(f"{self.path.name}: {error}") from error

    def _check_room(self) -> None:
        free = self._room()
        if not os.access(self.path, os.W_OK):
            raise JournalReadOnly(f"{self.path.name} cannot be written")
        if free < ROOM_BYTES:
            raise DiskNearlyFull(f"{free >> 20} MiB are free, {ROOM_BYTES >> 20} are needed")

    # Payments

    async def add_payment(
        self,
        payment: Payment,
        receipts: str | Sequence[ReceiptIntent],
        calls: Sequence[Call] = (),
    ) -> None:
        """Keep the payment, the receipts that it promises and the calls that tell of it.

        A receipt as bare JSON is the only one and has the payment's id. Buyers' contacts go
        to a place of their own, from which they can be forgotten.

        Raises:
            CallerIdTaken: The caller's id has paid already.
            DiskNearlyFull: Nothing is promised on a full disk.
        """
        if isinstance(receipts, str):
            receipts = (ReceiptIntent(id=payment.id, receipt=receipts),)
        await self.add_payments((Promise(payment, tuple(receipts), tuple(calls)),))

    async def add_payments(
        self, promises: Sequence[Promise], attempt: Attempt | None = None
    ) -> int | None:
        """Keep the payments of one basket, all or none. See `add_payment`.

        With `attempt` a receipt of theirs is sent next: its number, as of `add_attempt`.
        """

        def work(log: Log) -> int | None:
            for promise in promises:
                payment = promise.payment
                if payment.caller_id is not None:
                    earlier = reading.payment_of_caller(log.db, payment.caller_id)
                    if earlier is not None:
                        raise CallerIdTaken(earlier.payment.id)
                promised = [_promise(log, intent) for intent in promise.receipts]
                log.append("payment_taken", _payment_body(payment, promised))
                _queue(log, promise.calls)
            return None if attempt is None else _make_attempt(log, attempt)

        return await self._begin(promises[0].payment.created_at, work)

    async def restore_payment(self, restored: Restored, at: datetime) -> None:
        """Keep a payment that was lost, with what is known of its receipt, as one."""
        payment, document = restored.payment, restored.document

        def work(log: Log) -> None:
            intents = () if restored.receipt is None else (restored.receipt,)
            promised = [_promise(log, intent) for intent in intents]
            log.append("payment_taken", _payment_body(payment, promised))
            _queue(log, (restored.posted,))
            _end_call(log, restored.posted.id, CallState.DONE, "", restored.result, tries=False)
            if document is not None:
                key = (document.fiscal_drive_number, document.fiscal_document_number)
                if reading.document(log.db, *key) is None:
                    log.append("document_kept", _document_body(document, payment.id))
                else:
                    log.append("document_bound", _bond(document, payment.id))
            _queue(log, restored.calls)

        await self._begin(at, work)

    async def call_off(
        self,
        payment_id: UUID,
        at: datetime,
        reason: str,
        refused: UUID | None = None,
        *,
        others: Sequence[UUID] = (),
    ) -> None:
        """End a payment that did not take place; its receipts are wanted no more.

        Args:
            refused: The call that the CRM has refused; the calls after it will not be made.
            others: Payments that end with it.
        """

        def work(log: Log) -> None:
            for ended in (payment_id, *others):
                log.append("payment_called_off", {"payment": str(ended), "reason": reason})
                for stored in reading.calls_of(log.db, ended):
                    if stored.state in (CallState.PENDING, CallState.POISONED):
                        tried = stored.call.id == refused
                        _end_call(log, stored.call.id, CallState.REFUSED, reason, None, tries=tried)

        await self._write(at, work)

    async def payment(self, payment_id: UUID) -> PaymentState | None:
        return await self._ask(lambda db: reading.payment(db, payment_id))

    async def payment_of_caller(self, caller_id: str) -> PaymentState | None:
        """The payment that a caller's id has made."""
        return await self._ask(lambda db: reading.payment_of_caller(db, caller_id))

    async def payment_of_document(
        self, fiscal_drive_number: str, fiscal_document_number: int
    ) -> UUID | None:
        """The payment that a kept document belongs to."""
        return await self._ask(
            lambda db: reading.payment_of_document(db, fiscal_drive_number, fiscal_document_number)
        )

    async def payments_of_order(self, order_id: UUID) -> tuple[PaymentState, ...]:
        """The payments of one basket, in the order of their making."""
        return await self._ask(lambda db: reading.payments_of_order(db, order_id))

    async def last_payments(self, limit: int) -> tuple[PaymentState, ...]:
        """The latest payments, newest first."""
        return await self._ask(lambda db: reading.last_payments(db, limit))

    async def find_payments(
        self, text: str, before: UUID | None, limit: int
    ) -> tuple[PaymentState, ...]:
        """Payments older than `before`, newest first, with `text` in the client, the comment
        or a line, or as the sum in roubles or the number of a document; see `searching`."""
        return await self._ask(lambda db: searching.find_payments(db, text, before, limit))

    async def story(
        self, payment_id: UUID
    ) -> tuple[PaymentState, tuple[searching.Told, ...]] | None:
        """A payment and everything that has happened to it, in the order of its time."""
        return await self._ask(lambda db: searching.story(db, payment_id))

    async def payments_of_shift(self, shift_id: UUID, limit: int) -> tuple[PaymentState, ...]:
        """The payments of a shift, newest first."""
        return await self._ask(lambda db: reading.payments_of_shift(db, shift_id, limit))

    async def payments_without_document(self) -> tuple[PaymentState, ...]:
        """Every payment with a receipt that is wanted, oldest first."""
        return await self._ask(reading.payments_without_document)

    async def refunds_of(self, payment_id: UUID) -> tuple[PaymentState, ...]:
        """The payments that gave a payment back, oldest first."""
        return await self._ask(lambda db: reading.refunds_of(db, payment_id))

    async def receipt(self, receipt_id: UUID) -> str:
        """A promised receipt, JSON. Raises `KeyError` for a strange id."""
        return await self._ask(lambda db: reading.receipt(db, receipt_id))

    async def known_receipts(self, ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of `ids` that the journal has promised."""
        wanted = tuple(ids)
        return await self._ask(lambda db: reading.known_receipts(db, wanted))

    # Attempts and documents

    async def add_attempt(self, attempt: Attempt) -> int:
        """Note that a receipt is about to be sent; the number of the attempt.

        Raises `JournalError` while another attempt is unsettled.
        """

        return await self._begin(attempt.sent_at, lambda log: _make_attempt(log, attempt))

    async def note_outcome(
        self, number: int, state: AttemptState, at: datetime, reason: str = "", detail: str = ""
    ) -> None:
        """Note what became of an attempt that ended without a document, or is unknown."""
        await self._write(at, lambda log: _end_attempt(log, number, state, reason, detail))

    async def add_document(
        self,
        document: Document,
        at: datetime,
        payment_id: UUID | None = None,
        attempt: int | None = None,
        *,
        receipt_id: UUID | None = None,
        calls: Sequence[Call] = (),
    ) -> None:
        """Keep a document; with `attempt` that attempt ends as recorded.

        `receipt_id` is the promise that it keeps, where the payment has several; `calls`
        tell the CRM.
        """
        receipt = receipt_id or payment_id

        def work(log: Log) -> None:
            log.append("document_kept", _document_body(document, receipt))
            if attempt is not None:
                _end_attempt(log, attempt, AttemptState.RECORDED, "", "")
            _queue(log, calls)

        await self._write(at, work)

    async def bind_document(
        self, document: Document, receipt_id: UUID, at: datetime, calls: Sequence[Call] = ()
    ) -> None:
        """Say which promise a document keeps that was kept without one."""

        def work(log: Log) -> None:
            log.append("document_bound", _bond(document, receipt_id))
            _queue(log, calls)

        await self._write(at, work)

    async def note_fact(
        self, fact: DocumentFact, fiscal_drive_number: str, documents: Iterable[int], at: datetime
    ) -> None:
        """Note that documents of one FN were printed or delivered; known facts stay."""
        body = {"fiscal_drive_number": fiscal_drive_number, "documents": sorted(documents)}
        if body["documents"]:
            await self._write(at, lambda log: log.append(f"documents_{fact}", body))

    async def undelivered(self, fiscal_drive_number: str) -> tuple[int, ...]:
        """Numbers of the kept documents of one FN that the OFD has not acknowledged."""
        return await self._ask(lambda db: reading.undelivered(db, fiscal_drive_number))

    async def document(
        self, fiscal_drive_number: str, fiscal_document_number: int
    ) -> Document | None:
        return await self._ask(
            lambda db: reading.document(db, fiscal_drive_number, fiscal_document_number)
        )

    async def unsettled_attempts(self) -> tuple[StoredAttempt, ...]:
        """Attempts whose outcome is not known, oldest first."""
        return await self._ask(reading.unsettled_attempts)

    async def keep_tape(
        self, fiscal_drive_number: str, documents: Mapping[int, str], at: datetime
    ) -> None:
        """Keep documents as read from the tape (JSON by number); those known stay."""
        body = {"fiscal_drive_number": fiscal_drive_number, "documents": list(documents.items())}
        if documents:
            await self._write(at, lambda log: log.append("tape_read", body))

    async def tape(self, fiscal_drive_number: str, first: int, last: int) -> dict[int, str]:
        """The kept part of the tape, JSON by number."""
        return await self._ask(lambda db: reading.tape(db, fiscal_drive_number, first, last))

    async def kept_numbers(self, fiscal_drive_number: str, first: int, last: int) -> frozenset[int]:
        """Which documents of the tape are kept."""
        return await self._ask(
            lambda db: tape_reading.kept_numbers(db, fiscal_drive_number, first, last)
        )

    async def kept_shift(self, fiscal_drive_number: str, number: int) -> tape_reading.KeptShift:
        """The kept part of a register's shift."""
        return await self._ask(lambda db: tape_reading.kept_shift(db, fiscal_drive_number, number))

    # For reconciliation: many payments at once

    async def payments_of_register_shift(
        self, fiscal_drive_number: str, number: int
    ) -> tuple[UUID, ...]:
        """The payments taken in a shift of the register that owe a receipt or have one."""
        return await self._ask(
            lambda db: traces.payments_of_register_shift(db, fiscal_drive_number, number)
        )

    async def traces_of(self, ids: Sequence[UUID]) -> tuple[traces.PaymentTrace, ...]:
        """What became of those payments that the journal has; writes go on in between."""
        found: list[traces.PaymentTrace] = []
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            found += await self._ask(partial(traces.traces, ids=some))
        return tuple(found)

    async def payments(self, ids: Sequence[UUID]) -> tuple[PaymentState, ...]:
        """Those payments that the journal has, oldest first; writes go on in between."""
        found: list[PaymentState] = []
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            found += await self._ask(partial(traces.states, ids=some))
        return tuple(found)

    async def open_calls_of(self, subjects: Sequence[UUID]) -> dict[UUID, CallState]:
        """The state of the last call of each subject that has one to be made."""
        return await self._ask(lambda db: traces.open_calls_of(db, subjects))

    # Calls to the CRM

    async def queue_calls(self, calls: Sequence[Call], at: datetime) -> None:
        """Add calls behind those of their subjects."""
        await self._write(at, lambda log: _queue(log, calls))

    async def due_calls(self, now: datetime, limit: int) -> tuple[StoredCall, ...]:
        """Calls to make now: of each subject the first that is not done, if it is pending."""
        return await self._ask(lambda db: reading.due_calls(db, now, limit))

    async def call(self, call_id: UUID) -> StoredCall | None:
        return await self._ask(lambda db: reading.call(db, call_id))

    async def calls_of(self, subject: UUID) -> tuple[StoredCall, ...]:
        """All calls of a subject, in order."""
        return await self._ask(lambda db: reading.calls_of(db, subject))

    async def calls_in(self, state: CallState, limit: int) -> tuple[StoredCall, ...]:
        """The oldest calls in a state other than done."""
        return await self._ask(lambda db: reading.calls_in(db, state, limit))

    async def call_counts(self) -> CallCounts:
        return await self._ask(reading.call_counts)

    async def retry_call(self, call_id: UUID, at: datetime, error: str, next_try: datetime) -> None:
        """A try has failed; there will be another."""
        body = {"id": str(call_id), "error": error, "next_try": reading.sortable(next_try)}
        await self._write(at, lambda log: log.append("call_failed", body))

    async def end_call(
        self,
        call_id: UUID,
        at: datetime,
        state: CallState,
        error: str = "",
        result: str | None = None,
        *,
        calls: Sequence[Call] = (),
        crm_shift: tuple[UUID, str] | None = None,
    ) -> None:
        """A try has ended the call, or poisoned it.

        Args:
            calls: What is to be called next.
            crm_shift: A shift of ours and the CRM's id of it, where the call has told.
        """

        def work(log: Log) -> None:
            _end_call(log, call_id, state, error, result, tries=True)
            if crm_shift is not None:
                shift_id, theirs = crm_shift
                log.append("shift_linked", {"id": str(shift_id), "crm_shift": theirs})
            _queue(log, calls)

        await self._write(at, work)

    async def readdress_call(
        self, call_id: UUID, at: datetime, body: str, key: UUID | None
    ) -> None:
        """Give a call another body and key, and let it go again."""
        event = {"id": str(call_id), "call_body": body, "key": _text(key)}
        await self._write(at, lambda log: log.append("call_readdressed", event))

    async def drop_calls(self, subject: UUID, at: datetime, reason: str) -> None:
        """End the calls of a subject that are not done: nobody is told of it any more."""

        def work(log: Log) -> None:
            for stored in reading.calls_of(log.db, subject):
                if stored.state in (CallState.PENDING, CallState.POISONED):
                    _end_call(log, stored.call.id, CallState.REFUSED, reason, None, tries=False)

        await self._write(at, work)

    # Shifts and cash

    async def begin_shift(self, opening: ShiftOpening, calls: Sequence[Call] = ()) -> None:
        """Note that a shift is about to be opened. Raises `JournalError` while another is."""

        def work(log: Log) -> None:
            body = {
                **asdict(opening),
                "id": str(opening.id),
                "opened_at": opening.opened_at.isoformat(),
                "comment": masked(opening.comment),
            }
            log.append("shift_opening", body)
            _queue(log, calls)

        await self._begin(opening.opened_at, work)

    async def shift_is_open(
        self, shift_id: UUID, at: datetime, fiscal_drive_number: str, number: int
    ) -> None:
        """The register has opened its shift."""
        body = {"id": str(shift_id), "fiscal_drive_number": fiscal_drive_number, "number": number}
        await self._write(at, lambda log: log.append("shift_opened", body))

    async def link_shift(self, shift_id: UUID, at: datetime, crm_shift_id: str) -> None:
        """The CRM has opened its shift."""
        body = {"id": str(shift_id), "crm_shift": crm_shift_id}
        await self._write(at, lambda log: log.append("shift_linked", body))

    async def begin_closing(self, shift_id: UUID, closing: ShiftClosing) -> None:
        """Note the count, before the register closes its shift. May be noted again."""
        body = {
            **asdict(closing),
            "id": str(shift_id),
            "closed_at": closing.closed_at.isoformat(),
            "comment": masked(closing.comment),
            "discrepancy": closing.discrepancy,
        }
        await self._write(closing.closed_at, lambda log: log.append("shift_closing", body))

    async def shift_is_closed(
        self, shift_id: UUID, at: datetime, document: int | None, calls: Sequence[Call] = ()
    ) -> None:
        """The register has closed its shift, by the report `document` (1040) where known."""

        def work(log: Log) -> None:
            log.append("shift_closed", {"id": str(shift_id), "closing_document": document})
            _queue(log, calls)

        await self._write(at, work)

    async def current_shift(self) -> ShiftRecord | None:
        """The shift that is not closed."""
        return await self._ask(reading.current_shift)

    async def shift(self, shift_id: UUID) -> ShiftRecord | None:
        return await self._ask(lambda db: reading.shift(db, shift_id))

    async def last_shifts(self, limit: int) -> tuple[ShiftRecord, ...]:
        """The latest shifts, newest first."""
        return await self._ask(lambda db: reading.last_shifts(db, limit))

    async def sums_of_shift(self, shift_id: UUID) -> dict[PayBy, MethodSums]:
        """What each method brought in a shift; payments called off do not count."""
        return await self._ask(lambda db: reading.sums_of_shift(db, shift_id))

    async def payments_in_shift(self, shift_id: UUID) -> int:
        """How many payments a shift has; those called off do not count."""
        return await self._ask(lambda db: reading.payments_in_shift(db, shift_id))

    async def add_cash_move(self, move: CashMove, calls: Sequence[Call] = ()) -> None:
        """Note that cash is about to be put in or taken out."""

        def work(log: Log) -> None:
            body = {
                "id": str(move.id),
                "shift": str(move.shift_id),
                "direction": move.direction,
                "kind": move.kind,
                "article": move.article_id,
                "amount": move.amount,
                "comment": masked(move.comment),
                "cashier": move.cashier,
                "occurred_at": move.occurred_at.isoformat(),
                "drawer_before": move.drawer_before,
            }
            log.append("cash_moving", body)
            _queue(log, calls)

        await self._begin(move.occurred_at, work)

    async def note_cash_move(
        self,
        move_id: UUID,
        at: datetime,
        state: CashMoveState,
        detail: str = "",
        calls: Sequence[Call] = (),
    ) -> None:
        """Note what became of a cash movement on the register."""

        def work(log: Log) -> None:
            log.append("cash_moved", {"id": str(move_id), "state": state, "detail": detail})
            _queue(log, calls)

        await self._write(at, work)

    async def cash_moves(self, shift_id: UUID) -> tuple[StoredCashMove, ...]:
        """The cash movements of a shift, oldest first."""
        return await self._ask(lambda db: reading.cash_moves(db, shift_id))

    async def open_cash_moves(self) -> tuple[StoredCashMove, ...]:
        """Cash movements whose end is not known, oldest first."""
        return await self._ask(reading.open_cash_moves)

    # The file itself

    async def head(self) -> JournalHead:
        """How far the journal knows."""
        return await self._ask(reading.head)

    async def back_up(self, folder: Path, at: datetime, keep: int = KEPT) -> Path:
        """Copy the journal into `folder`, keeping the latest `keep` copies. See `backup`.

        Other writes go on meanwhile.
        """
        return await asyncio.to_thread(back_up, self.path, folder, at, keep)

    async def export(self, folder: Path, at: datetime) -> tuple[Path, int]:
        """Write the payments into a file in `folder`; which, and how many. Raises `OSError` too."""
        return await asyncio.to_thread(export_payments, self.path, folder, at)

    async def note_incident(self, at: datetime, kind: str, detail: str) -> None:
        """Note something that a person should know who reads the log."""
        body = {"kind": kind, "detail": detail}
        await self._write(at, lambda log: log.append("incident", body))

    async def purge_contacts(self, recorded_before: datetime, at: datetime) -> int:
        """Forget contacts of receipts recorded before a time; how many.

        A contact is kept as long as its receipt is wanted. Backups keep theirs until they
        are replaced in turn.
        """

        def work(log: Log) -> int:
            receipts = reading.forgettable_contacts(log.db, recorded_before)
            if receipts:
                log.append("contacts_purged", {"receipts": receipts})
                log.db.executemany(
                    "DELETE FROM contact WHERE receipt = ?", [(one,) for one in receipts]
                )
            return len(receipts)

        purged = await self._write(at, work)
        if purged:
            # What was deleted stands in the log of the file until that is emptied.
            await self._ask(lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall())
        return purged

    async def _begin(self, at: datetime, work: Callable[[Log], T]) -> T:
        def with_room(log: Log) -> T:
            self._check_room()
            return work(log)

        return await self._write(at, with_room)

    async def _write(self, at: datetime, work: Callable[[Log], T]) -> T:
        unit = Unit(at, work)
        self._waiting.append(unit)
        async with self._turn:
            if not unit.has_ended:
                # The thread works in order of coming: where the task that had taken this unit
                # along was cancelled meanwhile, an empty commit still ends behind that one.
                units, self._waiting = self._waiting, []
                await self._database.run(lambda db: self._writer.commit(db, units))
        return unit.result()

    async def _ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return await self._database.run(question)
        except sqlite3.Error as error:
            raise as_journal_error(error) from error


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _promise(log: Log, intent: ReceiptIntent) -> dict[str, object]:
    """The body of a promised receipt; its contact goes to a place of its own."""
    try:
        receipt, contact = without_contact(intent.receipt)
    except ValueError as error:
        raise JournalError(f"the receipt {intent.id} is no JSON: {error}") from error
    seal = None
    if contact is not None:
        seal = contact_seal(log.key, str(intent.id), contact)
        log.db.execute("INSERT INTO contact VALUES (?, ?)", (str(intent.id), contact))
    return {"id": str(intent.id), "receipt": receipt, "contact_seal": seal}


def _payment_body(payment: Payment, receipts: list[dict[str, object]]) -> dict[str, object]:
    return {
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
        "receipts": receipts,
    }


def _document_body(document: Document, receipt_id: UUID | None) -> dict[str, object]:
    return {
        **asdict(document),
        "date_time": document.date_time.isoformat(),
        "receipt": _text(receipt_id),
    }


def _bond(document: Document, receipt_id: UUID) -> dict[str, object]:
    return {
        "fiscal_drive_number": document.fiscal_drive_number,
        "fiscal_document_number": document.fiscal_document_number,
        "receipt": str(receipt_id),
    }


def _make_attempt(log: Log, attempt: Attempt) -> int:
    last = log.db.execute("SELECT max(number) FROM attempt").fetchone()[0]
    number: int = (last or 0) + 1
    body = {
        "number": number,
        "receipt": str(attempt.receipt_id or attempt.payment_id),
        "fiscal_drive_number": attempt.fiscal_drive_number,
        "last_document_number": attempt.last_document_number,
        "digest": attempt.digest.hex(),
        "sent_at": attempt.sent_at.isoformat(),
    }
    log.append("attempt_made", body)
    return number


def _end_attempt(log: Log, number: int, state: AttemptState, reason: str, detail: str) -> None:
    body = {"attempt": number, "state": state, "reason": reason, "detail": detail}
    log.append("attempt_ended", body)


def _end_call(
    log: Log, call_id: UUID, state: CallState, error: str, result: str | None, *, tries: bool
) -> None:
    body = {
        "id": str(call_id), "state": state, "error": error, "result": result, "tries": int(tries)
    }  # fmt: skip
    log.append("call_ended", body)


def _queue(log: Log, calls: Sequence[Call]) -> None:
    for call in calls:
        last = log.db.execute(
            "SELECT max(position) FROM call WHERE subject = ?", (str(call.subject),)
        ).fetchone()[0]
        body = {
            "id": str(call.id),
            "subject": str(call.subject),
            "position": (last or 0) + 1,
            "name": call.name,
            "call_body": call.body,
            "key": _text(call.key),
        }
        log.append("call_queued", body)
