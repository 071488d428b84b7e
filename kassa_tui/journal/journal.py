"""The journal: one SQLite file, one writer, every write durable when the call returns.

What happens is an event at the end of a sealed log (`chain`); tables beside it hold what
follows from the events (`projections`), written in the same transaction. Everything that
must happen together is one method: what the log says of it stands in `payment_events`,
`document_events`, `call_events` and `shift_events`, and what is read in `reading` and its
neighbours. A cancelled write may have been kept, as a whole.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from kassa_tui.journal import (
    call_events,
    document_events,
    payment_events,
    reading,
    searching,
    shift_events,
    tape_reading,
    traces,
)
from kassa_tui.journal.backup import KEPT, back_up
from kassa_tui.journal.calls import Call, CallCounts, CallState, StoredCall
from kassa_tui.journal.database import Connect, connect
from kassa_tui.journal.export import export_payments
from kassa_tui.journal.file import FreeBytes, JournalFile
from kassa_tui.journal.head import JournalHead
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
from kassa_tui.journal.writing import Log

_AT_ONCE = 500
"""Payments of one question: a write waits for no more."""


class Journal:
    """All methods raise `JournalError`, and then have kept nothing."""

    def __init__(self, file: JournalFile) -> None:
        self.path = file.path
        self._file = file

    @classmethod
    async def open(
        cls, path: Path, *, connect: Connect = connect, free_bytes: FreeBytes | None = None
    ) -> Journal:
        """The journal in the file `path`, made when missing, readable by its owner only.

        Beside it lie its key and its lock. Only what can be looked at in no time is checked,
        see `opening`; `verification` checks all.

        Raises `JournalInUse`, `JournalTooNew`, `JournalDamaged`, `JournalError`.
        """
        return cls(await JournalFile.open(path, connect, free_bytes))

    async def close(self) -> None:
        """Give the file back."""
        await self._file.close()

    async def check_room(self) -> None:
        """See that a promise can be kept. Raises `DiskNearlyFull`, `JournalReadOnly`."""
        await self._file.check_room()

    async def room(self) -> int:
        """Free bytes of its disk; less than `ROOM_BYTES` is too little."""
        return await self._file.room()

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
            payment_events.take(log, promises)
            return None if attempt is None else document_events.make_attempt(log, attempt)

        return await self._file.begin(promises[0].payment.created_at, work)

    async def promise_receipts(
        self,
        payment_id: UUID,
        receipts: Sequence[ReceiptIntent],
        at: datetime,
        incident: tuple[str, str],
    ) -> None:
        """Keep further receipts of a payment, behind those that it has promised.

        `incident` is the kind and the words of why.
        """
        await self._file.begin(
            at, lambda log: payment_events.promise_more(log, payment_id, receipts, incident)
        )

    async def payment_of_receipt(self, receipt_id: UUID) -> UUID | None:
        """The payment that has promised a receipt."""
        return await self._file.ask(lambda db: reading.payment_of_receipt(db, receipt_id))

    async def restore_payment(self, restored: Restored, at: datetime) -> None:
        """Keep a payment that was lost, with what is known of its receipt, as one."""
        await self._file.begin(at, lambda log: payment_events.restore(log, restored))

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

        payments = (payment_id, *others)
        await self._file.write(
            at, lambda log: payment_events.call_off(log, payments, reason, refused)
        )

    async def payment(self, payment_id: UUID) -> PaymentState | None:
        return await self._file.ask(lambda db: reading.payment(db, payment_id))

    async def payment_of_caller(self, caller_id: str) -> PaymentState | None:
        """The payment that a caller's id has made."""
        return await self._file.ask(lambda db: reading.payment_of_caller(db, caller_id))

    async def payment_of_document(
        self, fiscal_drive_number: str, fiscal_document_number: int
    ) -> UUID | None:
        """The payment that a kept document belongs to."""
        return await self._file.ask(
            lambda db: reading.payment_of_document(db, fiscal_drive_number, fiscal_document_number)
        )

    async def payments_of_order(self, order_id: UUID) -> tuple[PaymentState, ...]:
        """The payments of one basket, in the order of their making."""
        return await self._file.ask(lambda db: reading.payments_of_order(db, order_id))

    async def last_payments(self, limit: int) -> tuple[PaymentState, ...]:
        """The latest payments, newest first."""
        return await self._file.ask(lambda db: reading.last_payments(db, limit))

    async def find_payments(
        self, text: str, before: UUID | None, limit: int
    ) -> tuple[PaymentState, ...]:
        """Payments older than `before`, newest first, with `text` in the client, the comment
        or a line, or as the sum in roubles or the number of a document; see `searching`."""
        return await self._file.ask(lambda db: searching.find_payments(db, text, before, limit))

    async def story(
        self, payment_id: UUID
    ) -> tuple[PaymentState, tuple[searching.Told, ...]] | None:
        """A payment and everything that has happened to it, in the order of its time."""
        return await self._file.ask(lambda db: searching.story(db, payment_id))

    async def payments_of_shift(self, shift_id: UUID, limit: int) -> tuple[PaymentState, ...]:
        """The payments of a shift, newest first."""
        return await self._file.ask(lambda db: reading.payments_of_shift(db, shift_id, limit))

    async def payments_without_document(self) -> tuple[PaymentState, ...]:
        """Every payment with a receipt that is wanted, oldest first."""
        return await self._file.ask(reading.payments_without_document)

    async def refunds_of(self, payment_id: UUID) -> tuple[PaymentState, ...]:
        """The payments that gave a payment back, oldest first."""
        return await self._file.ask(lambda db: reading.refunds_of(db, payment_id))

    async def receipt(self, receipt_id: UUID) -> str:
        """A promised receipt, JSON. Raises `KeyError` for a strange id."""
        return await self._file.ask(lambda db: reading.receipt(db, receipt_id))

    async def known_receipts(self, ids: Iterable[UUID]) -> frozenset[UUID]:
        """Those of `ids` that the journal has promised."""
        wanted = tuple(ids)
        return await self._file.ask(lambda db: reading.known_receipts(db, wanted))

    # Attempts and documents

    async def add_attempt(self, attempt: Attempt) -> int:
        """Note that a receipt is about to be sent; the number of the attempt.

        Raises `JournalError` while another attempt is unsettled.
        """
        return await self._file.begin(
            attempt.sent_at, lambda log: document_events.make_attempt(log, attempt)
        )

    async def note_outcome(
        self, number: int, state: AttemptState, at: datetime, reason: str = "", detail: str = ""
    ) -> None:
        """Note what became of an attempt that ended without a document, or is unknown."""
        await self._file.write(
            at, lambda log: document_events.end_attempt(log, number, state, reason, detail)
        )

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
            document_events.keep(log, document, receipt)
            if attempt is not None:
                document_events.end_attempt(log, attempt, AttemptState.RECORDED)
            call_events.queue(log, calls)

        await self._file.write(at, work)

    async def bind_document(
        self, document: Document, receipt_id: UUID, at: datetime, calls: Sequence[Call] = ()
    ) -> None:
        """Say which promise a document keeps that was kept without one."""

        def work(log: Log) -> None:
            document_events.bind(log, document, receipt_id)
            call_events.queue(log, calls)

        await self._file.write(at, work)

    async def note_fact(
        self, fact: DocumentFact, fiscal_drive_number: str, documents: Iterable[int], at: datetime
    ) -> None:
        """Note that documents of one FN were printed or delivered; known facts stay."""
        numbers = sorted(documents)
        if numbers:
            await self._file.write(
                at, lambda log: document_events.note_fact(log, fact, fiscal_drive_number, numbers)
            )

    async def undelivered(self, fiscal_drive_number: str) -> tuple[int, ...]:
        """Numbers of the kept documents of one FN that the OFD has not acknowledged."""
        return await self._file.ask(lambda db: reading.undelivered(db, fiscal_drive_number))

    async def document(
        self, fiscal_drive_number: str, fiscal_document_number: int
    ) -> Document | None:
        return await self._file.ask(
            lambda db: reading.document(db, fiscal_drive_number, fiscal_document_number)
        )

    async def unsettled_attempts(self) -> tuple[StoredAttempt, ...]:
        """Attempts whose outcome is not known, oldest first."""
        return await self._file.ask(reading.unsettled_attempts)

    async def keep_tape(
        self, fiscal_drive_number: str, documents: Mapping[int, str], at: datetime
    ) -> None:
        """Keep documents as read from the tape (JSON by number); those known stay."""
        read = tuple(documents.items())
        if read:
            await self._file.write(
                at, lambda log: document_events.keep_tape(log, fiscal_drive_number, read)
            )

    async def tape(self, fiscal_drive_number: str, first: int, last: int) -> dict[int, str]:
        """The kept part of the tape, JSON by number."""
        return await self._file.ask(lambda db: reading.tape(db, fiscal_drive_number, first, last))

    async def kept_numbers(self, fiscal_drive_number: str, first: int, last: int) -> frozenset[int]:
        """Which documents of the tape are kept."""
        return await self._file.ask(
            lambda db: tape_reading.kept_numbers(db, fiscal_drive_number, first, last)
        )

    async def kept_shift(self, fiscal_drive_number: str, number: int) -> tape_reading.KeptShift:
        """The kept part of a register's shift."""
        return await self._file.ask(
            lambda db: tape_reading.kept_shift(db, fiscal_drive_number, number)
        )

    # For reconciliation: many payments at once

    async def payments_of_register_shift(
        self, fiscal_drive_number: str, number: int
    ) -> tuple[UUID, ...]:
        """The payments taken in a shift of the register that owe a receipt or have one."""
        return await self._file.ask(
            lambda db: traces.payments_of_register_shift(db, fiscal_drive_number, number)
        )

    async def traces_of(self, ids: Sequence[UUID]) -> tuple[traces.PaymentTrace, ...]:
        """What became of those payments that the journal has; writes go on in between."""
        found: list[traces.PaymentTrace] = []
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            found += await self._file.ask(partial(traces.traces, ids=some))
        return tuple(found)

    async def payments(self, ids: Sequence[UUID]) -> tuple[PaymentState, ...]:
        """Those payments that the journal has, oldest first; writes go on in between."""
        found: list[PaymentState] = []
        for first in range(0, len(ids), _AT_ONCE):
            some = ids[first : first + _AT_ONCE]
            found += await self._file.ask(partial(traces.states, ids=some))
        return tuple(found)

    async def open_calls_of(self, subjects: Sequence[UUID]) -> dict[UUID, CallState]:
        """The state of the last call of each subject that has one to be made."""
        return await self._file.ask(lambda db: traces.open_calls_of(db, subjects))

    async def settle_row(
        self, operation: str, document: str, comment: str, at: datetime, kind: str
    ) -> None:
        """Note what a person says of a row of a reconciliation that cannot be mended.

        `operation` is the key of its operation, `document` the `<FN>:<FD>` of its document;
        empty where it has none. The log has it as an incident of `kind` too.
        """
        await self._file.write(
            at, lambda log: document_events.settle_row(log, operation, document, comment, kind)
        )

    async def settled_rows(
        self, operations: Iterable[str], documents: Iterable[str]
    ) -> dict[tuple[str, str], str]:
        """What persons have said of the rows of these: by operation and document."""
        asked = tuple(operations), tuple(documents)
        return await self._file.ask(lambda db: traces.settled_rows(db, *asked))

    # Calls to the CRM

    async def queue_calls(self, calls: Sequence[Call], at: datetime) -> None:
        """Add calls behind those of their subjects."""
        await self._file.write(at, lambda log: call_events.queue(log, calls))

    async def due_calls(self, now: datetime, limit: int) -> tuple[StoredCall, ...]:
        """Calls to make now: of each subject the first that is not done, if it is pending."""
        return await self._file.ask(lambda db: reading.due_calls(db, now, limit))

    async def call(self, call_id: UUID) -> StoredCall | None:
        return await self._file.ask(lambda db: reading.call(db, call_id))

    async def calls_of(self, subject: UUID) -> tuple[StoredCall, ...]:
        """All calls of a subject, in order."""
        return await self._file.ask(lambda db: reading.calls_of(db, subject))

    async def calls_in(self, state: CallState, limit: int) -> tuple[StoredCall, ...]:
        """The oldest calls in a state other than done."""
        return await self._file.ask(lambda db: reading.calls_in(db, state, limit))

    async def call_counts(self) -> CallCounts:
        return await self._file.ask(reading.call_counts)

    async def retry_call(self, call_id: UUID, at: datetime, error: str, next_try: datetime) -> None:
        """A try has failed; there will be another."""
        await self._file.write(at, lambda log: call_events.fail(log, call_id, error, next_try))

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
            call_events.end(log, call_id, state, error, result, tries=True)
            if crm_shift is not None:
                shift_events.link(log, *crm_shift)
            call_events.queue(log, calls)

        await self._file.write(at, work)

    async def readdress_call(
        self, call_id: UUID, at: datetime, body: str, key: UUID | None
    ) -> None:
        """Give a call another body and key, and let it go again."""
        await self._file.write(at, lambda log: call_events.readdress(log, call_id, body, key))

    async def drop_calls(self, subject: UUID, at: datetime, reason: str) -> None:
        """End the calls of a subject that are not done: nobody is told of it any more."""
        await self._file.write(at, lambda log: call_events.drop(log, subject, reason))

    # Shifts and cash

    async def begin_shift(self, opening: ShiftOpening, calls: Sequence[Call] = ()) -> None:
        """Note that a shift is about to be opened. Raises `JournalError` while another is."""

        def work(log: Log) -> None:
            shift_events.begin(log, opening)
            call_events.queue(log, calls)

        await self._file.begin(opening.opened_at, work)

    async def shift_is_open(
        self, shift_id: UUID, at: datetime, fiscal_drive_number: str, number: int
    ) -> None:
        """The register has opened its shift."""
        await self._file.write(
            at,
            lambda log: shift_events.open_on_register(log, shift_id, fiscal_drive_number, number),
        )

    async def link_shift(self, shift_id: UUID, at: datetime, crm_shift_id: str) -> None:
        """The CRM has opened its shift."""
        await self._file.write(at, lambda log: shift_events.link(log, shift_id, crm_shift_id))

    async def begin_closing(self, shift_id: UUID, closing: ShiftClosing) -> None:
        """Note the count, before the register closes its shift. May be noted again."""
        await self._file.write(
            closing.closed_at, lambda log: shift_events.begin_closing(log, shift_id, closing)
        )

    async def shift_is_closed(
        self, shift_id: UUID, at: datetime, document: int | None, calls: Sequence[Call] = ()
    ) -> None:
        """The register has closed its shift, by the report `document` (1040) where known."""

        def work(log: Log) -> None:
            shift_events.close_on_register(log, shift_id, document)
            call_events.queue(log, calls)

        await self._file.write(at, work)

    async def current_shift(self) -> ShiftRecord | None:
        """The shift that is not closed."""
        return await self._file.ask(reading.current_shift)

    async def shift(self, shift_id: UUID) -> ShiftRecord | None:
        return await self._file.ask(lambda db: reading.shift(db, shift_id))

    async def last_shifts(self, limit: int) -> tuple[ShiftRecord, ...]:
        """The latest shifts, newest first."""
        return await self._file.ask(lambda db: reading.last_shifts(db, limit))

    async def sums_of_shift(self, shift_id: UUID) -> dict[PayBy, MethodSums]:
        """What each method brought in a shift; payments called off do not count."""
        return await self._file.ask(lambda db: reading.sums_of_shift(db, shift_id))

    async def payments_in_shift(self, shift_id: UUID) -> int:
        """How many payments a shift has; those called off do not count."""
        return await self._file.ask(lambda db: reading.payments_in_shift(db, shift_id))

    async def add_cash_move(self, move: CashMove, calls: Sequence[Call] = ()) -> None:
        """Note that cash is about to be put in or taken out."""

        def work(log: Log) -> None:
            shift_events.begin_cash_move(log, move)
            call_events.queue(log, calls)

        await self._file.begin(move.occurred_at, work)

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
            shift_events.end_cash_move(log, move_id, state, detail)
            call_events.queue(log, calls)

        await self._file.write(at, work)

    async def cash_moves(self, shift_id: UUID) -> tuple[StoredCashMove, ...]:
        """The cash movements of a shift, oldest first."""
        return await self._file.ask(lambda db: reading.cash_moves(db, shift_id))

    async def open_cash_moves(self) -> tuple[StoredCashMove, ...]:
        """Cash movements whose end is not known, oldest first."""
        return await self._file.ask(reading.open_cash_moves)

    # The file itself

    async def head(self) -> JournalHead:
        """How far the journal knows."""
        return await self._file.ask(reading.head)

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
        await self._file.write(at, lambda log: log.append("incident", body))

    async def purge_contacts(self, recorded_before: datetime, at: datetime) -> int:
        """Forget contacts of receipts recorded before a time; how many.

        A contact is kept as long as its receipt is wanted. Backups keep theirs until they
        are replaced in turn.
        """

        purged = await self._file.write(
            at, lambda log: payment_events.forget_contacts(log, recorded_before)
        )
        if purged:
            # What was deleted stands in the log of the file until that is emptied.
            await self._file.ask(
                lambda db: db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            )
        return purged
