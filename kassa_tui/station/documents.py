"""Fiscal documents as the journal keeps them, and what became of them afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.qr import qr_text
from drivers.ffd.receipt import Receipt
from drivers.register import PrintState, RegisterStatus
from kassa_tui.journal.calls import Call, CallState
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Document, DocumentFact
from kassa_tui.station.attachments import crm_receipt
from kassa_tui.station.calls import attach_receipt


class Documents:
    """Keeps documents and the facts about them. Methods raise `JournalError`."""

    def __init__(
        self,
        journal: Journal,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        registration_number: Callable[[], str],
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._registration_number = registration_number
        self._to_print: set[int] = set()
        """Documents of this run that have not been seen printed. Of those of an earlier run
        nobody knows: a register that was switched off meanwhile says nothing of them."""

    async def keep(
        self,
        document: FiscalDocument,
        payment_id: UUID | None = None,
        attempt: int | None = None,
        receipt_id: UUID | None = None,
    ) -> None:
        """Keep a document, of a payment and an attempt where it has them.

        The call that tells the CRM of it is written down with it. `receipt_id` is the promise
        that it keeps, where that is not the payment's first.
        """
        await self._journal.add_document(
            remembered(document),
            self._clock(),
            payment_id,
            attempt,
            receipt_id=receipt_id,
            calls=()
            if payment_id is None
            else await self._attachment(document, payment_id, receipt_id or payment_id),
        )
        self._to_print.add(document.fiscal_document_number)

    async def _attachment(
        self, document: FiscalDocument, payment_id: UUID, receipt_id: UUID
    ) -> tuple[Call, ...]:
        """Nothing for a payment that the CRM is not told of, or not any more, nor of what takes a
        wrong receipt back: the right one that follows it is the transaction's."""
        told_of = await self._journal.calls_of(payment_id)
        if not told_of or told_of[0].state is CallState.REFUSED:
            return ()
        sets_right = receipt_id != payment_id
        if sets_right:
            state = await self._journal.payment(payment_id)
            if state is None or state.receipts[-1].id != receipt_id:
                return ()
        promised = Receipt.model_validate_json(await self._journal.receipt(receipt_id))
        told = crm_receipt(document, promised, self._registration_number())
        return (attach_receipt(payment_id, told, self._new_id, sets_right=sets_right),)

    async def note_facts(self, status: RegisterStatus) -> None:
        """Note which documents are printed and delivered by now."""
        await self._note_printed(status)
        await self._note_delivered(status)

    async def _note_printed(self, status: RegisterStatus) -> None:
        if status.print_state is not PrintState.IDLE or status.open_document:
            return
        last = status.fn.last_fiscal_document_number
        if printed := {number for number in self._to_print if number <= last}:
            await self._journal.note_fact(
                DocumentFact.PRINTED, status.fn.fiscal_drive_number, printed, self._clock()
            )
            self._to_print -= printed

    async def _note_delivered(self, status: RegisterStatus) -> None:
        if status.ofd.unsent_count == 0:
            first_unsent = status.fn.last_fiscal_document_number + 1
        elif status.ofd.first_unsent_document is not None:
            first_unsent = status.ofd.first_unsent_document
        else:
            return
        fn = status.fn.fiscal_drive_number
        waiting = await self._journal.undelivered(fn)
        if delivered := [number for number in waiting if number < first_unsent]:
            await self._journal.note_fact(DocumentFact.DELIVERED, fn, delivered, self._clock())


def remembered(document: FiscalDocument) -> Document:
    """What the journal keeps of a document."""
    return Document(
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        form=document.form,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        shift_number=document.shift_number,
        receipt_number=document.receipt_number,
        calculation_sign=document.calculation_sign,
        total=document.total,
        qr="" if document.calculation_sign is None else qr_text(document),
    )
