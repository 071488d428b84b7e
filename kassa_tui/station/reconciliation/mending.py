"""Mending a row: only what the latest comparison allows, and only if it still holds.

Each way is safe to be cut off and to be asked again. Issuing goes the way of every receipt
(the attempt noted, the tape asked); what the CRM must hear goes through the outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.receipt import Receipt
from drivers.register import RegisterStatus, ShiftState
from kassa_tui.izi.errors import CrmError, NotSupported, VersionConflict
from kassa_tui.izi.fiscal import receipt_total
from kassa_tui.izi.models.transaction import (
    FiscalError,
    FiscalStatus,
    FiscalStatusChange,
    Origin,
    Transaction,
)
from kassa_tui.journal.calls import Call, CallState
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Document, PaymentState, ReceiptIntent, Restored
from kassa_tui.station import calls
from kassa_tui.station.adoption import Adoption, is_payable
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Recorded, Uncertain
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import remembered
from kassa_tui.station.drafts import till_tag
from kassa_tui.station.judgements import owes_nothing
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.office import Office
from kassa_tui.station.outbox import Outbox, is_final
from kassa_tui.station.payments import Payments
from kassa_tui.station.reconciliation.comparing import Comparer, Known
from kassa_tui.station.reconciliation.corrections import setting_right, taken_back
from kassa_tui.station.reconciliation.imports import imported
from kassa_tui.station.reconciliation.kept import document_of
from kassa_tui.station.reconciliation.law import owed
from kassa_tui.station.reconciliation.operations import of_transaction
from kassa_tui.station.reconciliation.proofs import receipt_of
from kassa_tui.station.reconciliation.requests import (
    AddToIzi,
    AttachReceipt,
    IssueForRow,
    Mending,
    SetRight,
    SettleRow,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Remedy, Row
from kassa_tui.station.reconciliation.sides import Operation, TapeDocument
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.settlement import BY_HAND

_ISSUING = "issuing"
"""Code of the fiscal error by which a till says that the receipt is its own to make."""


def is_claimed_by(told: Transaction, till: str, fiscal_drive_number: str) -> bool:
    """A till, with this FN, has said that the receipt is its own to make."""
    claim = FiscalError(code=_ISSUING, message=_claim_of(till, fiscal_drive_number))
    return told.fiscal_error == claim


def _claim_of(till: str, fiscal_drive_number: str) -> str:
    """Two tills may have one name, never one FN."""
    return f"{till_tag(till)} {fiscal_drive_number}"


class Mender:
    """Serves `Mending`. Methods raise `RegisterError` and `JournalError`."""

    def __init__(
        self,
        comparer: Comparer,
        desk: Desk,
        journal: Journal,
        recorder: Recorder,
        payments: Payments,
        office: Office,
        outbox: Outbox,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        shift_id: Callable[[], UUID | None],
    ) -> None:
        self._comparer = comparer
        self._desk = desk
        self._journal = journal
        self._recorder = recorder
        self._payments = payments
        self._office = office
        self._outbox = outbox
        self._settings = settings
        self._adoption = Adoption(journal, office, settings)
        self._clock = clock
        self._new_id = new_id
        self._shift_id = shift_id

    async def mend(self, request: Mending) -> Answer:
        known = self._comparer.known(request.comparison_id)
        row = None if known is None else known.by_key.get(request.row)
        if known is None or row is None:
            return Declined(Objection.STALE)
        try:
            match request:
                case IssueForRow():
                    return await self._issue(request, known, row)
                case AttachReceipt():
                    return await self._attach(request, known, row)
                case AddToIzi():
                    return await self._add(request, row)
                case SetRight():
                    return await self._set_right(request, known, row)
                case SettleRow():
                    return await self._settle(request, row)
        except CrmError as error:
            if error.retryable:
                return Declined(Objection.CRM_NEEDED, error.code)
            return Declined(Objection.CRM_REFUSED, str(error))

    # Issue Receipt

    async def _issue(self, request: IssueForRow, known: Known, row: Row) -> Answer:
        operation = row.operation
        may_issue = {Action.ISSUE_RECEIPT, Action.ISSUE_CORRECTION} & set(row.actions)
        if operation is None or not may_issue:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        status = await self._desk.status()
        running = (status.fn.fiscal_drive_number, status.shift_number)
        is_open = status.shift is ShiftState.OPEN and running in known.scope.shifts
        standing = owed(operation, replace(known.scope, is_open=is_open), self._clock())
        needs_correction = standing.remedy is Remedy.CORRECTION
        if needs_correction and not request.as_correction:
            return Declined(Objection.CORRECTION_NEEDED)
        if request.as_correction and not needs_correction:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        is_unread = Evidence.FN_GONE in row.evidence
        comment = request.comment.strip()[:MAX_COMMENT]
        if is_unread and not comment:
            return Declined(Objection.COMMENT_NEEDED)
        if operation.is_posted:
            declined = await self._take_over(operation)
            if declined is not None:
                return declined
        if is_unread:
            said = f"payment {operation.external_id}: no receipt on the FN that is gone: "
            said += f"{self._settings.cashier}: {comment}"
            await self._journal.note_incident(self._clock(), BY_HAND, said)
        settled_on = operation.occurred_at.date() if needs_correction else None
        answer = await self._payments.issue(operation.external_id, settled_on=settled_on)
        await self._deliver(operation.external_id)
        return answer

    async def _take_over(self, operation: Operation) -> Answer | None:
        """See that the operation is the journal's to issue; None: it is."""
        told = await self._office.ask(self._office.crm.transaction(operation.id))
        if told.receipts or told.version < operation.version:
            return Declined(Objection.STALE)
        if await self._journal.payment(told.external_id) is not None:
            return None
        status = await self._recorder.ready(operation.due)
        if isinstance(status, Declined):
            return status
        # A till whose journal is new has read its own payments back by now.
        if await self._journal.payment(told.external_id) is not None:
            return None
        receipt = None
        if is_payable(told):
            contact = None
            if told.client_id is not None:
                contact = await self._office.contact(told.client_id)
            receipt = await self._adoption.receipt(told, contact)
        if receipt is None or receipt.total != operation.due:
            return Declined(Objection.TAX_UNMAPPED)
        if declined := await self._claim(told, status.fn.fiscal_drive_number):
            return declined
        await self._adopt(told, receipt, status)
        return None

    async def _claim(self, told: Transaction, fiscal_drive_number: str) -> Declined | None:
        """Of several tills one gets the receipt to make: whose mark the CRM takes first."""
        till = self._settings.till
        if is_claimed_by(told, till, fiscal_drive_number):
            return None
        if told.fiscal_error is not None and told.fiscal_error.code == _ISSUING:
            return Declined(Objection.ANOTHER_TILLS)
        if told.origin is Origin.STATION and told.tags and till_tag(till) not in told.tags:
            return Declined(Objection.ANOTHER_TILLS)
        mark = FiscalStatusChange(
            status=FiscalStatus.FAILED,
            error=FiscalError(code=_ISSUING, message=_claim_of(till, fiscal_drive_number)),
        )
        try:
            if told.fiscal_status is FiscalStatus.FAILED:
                told = await self._set(told, FiscalStatusChange(status=FiscalStatus.PENDING))
            if told.fiscal_status is FiscalStatus.PENDING:
                await self._set(told, mark)
        except VersionConflict:
            return Declined(Objection.STALE)
        except NotSupported:
            pass  # such a CRM is used by one till
        return None

    async def _set(self, told: Transaction, change: FiscalStatusChange) -> Transaction:
        crm = self._office.crm
        return await self._office.ask(crm.set_fiscal_status(told.id, change, version=told.version))

    async def _adopt(
        self,
        told: Transaction,
        receipt: Receipt,
        status: RegisterStatus,
        document: Document | None = None,
    ) -> None:
        """Promise its receipt, or know it as recorded: from here it is a payment like any other."""
        payment = await self._adoption.payment(told)
        opened = status.shift_opened_at
        if opened is not None and told.occurred_at >= opened:
            payment = replace(payment, shift_id=self._shift_id())
        await self._journal.restore_payment(
            Restored(
                payment=payment,
                receipt=ReceiptIntent(id=payment.id, receipt=receipt.model_dump_json()),
                document=document,
                posted=calls.post_transaction(told, told.shift_id, self._new_id),
                result=calls.kept_transaction(told),
            ),
            self._clock(),
        )

    # Set right

    async def _set_right(self, request: SetRight, known: Known, row: Row) -> Answer:
        operation, document = row.operation, row.document
        if operation is None or document is None or Action.SET_RIGHT not in row.actions:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        if not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED)
        status = await self._recorder.ready(operation.due)
        if isinstance(status, Declined):
            return status
        running = (status.fn.fiscal_drive_number, status.shift_number)
        if running not in known.scope.shifts or running[0] != document.fiscal_drive_number:
            return Declined(Objection.STALE)
        told = await self._office.ask(self._office.crm.transaction(operation.id))
        if told.version != operation.version:
            return Declined(Objection.STALE)
        declined = await self._promise_both(request, row, told, status)
        if declined is not None:
            return declined
        while True:
            answer = await self._payments.issue(operation.external_id)
            if answer == Declined(Objection.ALREADY_RECORDED):
                await self._deliver(operation.external_id)
                return Recorded(operation.external_id)
            if not isinstance(answer, Recorded):
                return answer

    async def _promise_both(
        self, request: SetRight, row: Row, told: Transaction, status: RegisterStatus
    ) -> Declined | None:
        """See that the journal has promised both documents, or what is lacking of them."""
        document, payment_id = row.document, told.external_id
        assert document is not None, "a wrong receipt is set right"
        state = await self._journal.payment(payment_id)
        if state is not None and len(state.receipts) > 1:
            is_done = all(one.document is not None for one in state.receipts)
            return Declined(Objection.ALREADY_RECORDED) if is_done else None
        contact = None
        if told.client_id is not None:
            contact = await self._office.contact(told.client_id)
        right = await self._adoption.receipt(told, contact) if is_payable(told) else None
        if right is None or right.total != receipt_total(told):
            return Declined(Objection.TAX_UNMAPPED)
        number = document.fiscal_document_number
        (wrong,) = await self._desk.tape(number, number)
        back = taken_back(wrong, right.cashier)
        info = self._desk.info
        if back is None or info is None:
            return Declined(Objection.DOCUMENT_UNFIT, "the register does not tell its lines")
        if declined := await self._own(told, right, wrong, state, status):
            return declined
        lacking = (right,) if row.corrections else (back, right)
        promised = []
        for one in lacking:
            receipt_id = self._new_id()
            made = setting_right(one, wrong, receipt_id, info.ffd_version)
            promised.append(ReceiptIntent(id=receipt_id, receipt=made.model_dump_json()))
        comment = request.comment.strip()[:MAX_COMMENT]
        said = f"{document.receipt_id} is set right: {self._settings.cashier}: {comment}"
        await self._journal.promise_receipts(payment_id, promised, self._clock(), (BY_HAND, said))
        return None

    async def _own(
        self,
        told: Transaction,
        right: Receipt,
        wrong: FiscalDocument,
        state: PaymentState | None,
        status: RegisterStatus,
    ) -> Declined | None:
        """See that the journal has the payment, with the wrong document as its receipt."""
        if state is None:
            await self._adopt(told, right, status, remembered(wrong))
            return None
        key = (wrong.fiscal_drive_number, wrong.fiscal_document_number)
        if (own := state.document) is not None:
            is_same = (own.fiscal_drive_number, own.fiscal_document_number) == key
            return None if is_same else Declined(Objection.NOT_FOR_THIS_ROW)
        if declined := owes_nothing(state):
            return declined
        await self._keep(wrong, told.external_id)
        return None

    async def _keep(
        self, document: FiscalDocument, payment_id: UUID, queued: tuple[Call, ...] = ()
    ) -> None:
        """Know a document as the payment's receipt, whether the journal had it before or not."""
        one, at = remembered(document), self._clock()
        key = (one.fiscal_drive_number, one.fiscal_document_number)
        if await self._journal.document(*key) is None:
            await self._journal.add_document(one, at, payment_id, calls=queued)
        else:
            await self._journal.bind_document(one, payment_id, at, queued)

    # Attach

    async def _attach(self, request: AttachReceipt, known: Known, row: Row) -> Answer:
        pair = self._pair(request, known, row)
        if pair is None:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        operation, document = pair
        if not operation.is_posted:
            return Declined(Objection.NOT_ENDED)
        told = await self._office.ask(self._office.crm.transaction(operation.id))
        now = of_transaction(told)
        if now.claims:
            return Declined(Objection.STALE)
        # Of a receipt that was set right the CRM gets what is right.
        fitting = [
            one
            for one in (document, *row.corrections)
            if (one.total, one.calculation_sign) == (now.due, now.calculation_sign)
        ]
        if not fitting:
            return Declined(Objection.DOCUMENT_UNFIT)
        document = fitting[-1]
        receipt = receipt_of(document, self._registration_number())
        call = calls.attach_to(operation.id, receipt, self._new_id)
        if request.partner:
            await self._journal.note_incident(
                self._clock(), BY_HAND, f"transaction {operation.id} is {document.receipt_id}"
            )
        if declined := await self._bind(operation, document, call):
            return declined
        return await self._tell(call)

    def _pair(
        self, request: AttachReceipt, known: Known, row: Row
    ) -> tuple[Operation, TapeDocument] | None:
        """The two that are said to belong together, if the comparison allows it."""
        if Action.ATTACH_RECEIPT not in row.actions:
            return None
        operation, document = row.operation, row.document
        if request.partner:
            partner = request.partner if request.partner in row.suggested else ""
            other = known.by_key.get(f"|{partner}" if operation is not None else f"{partner}|")
            if other is None:
                return None
            operation, document = operation or other.operation, document or other.document
        return None if operation is None or document is None else (operation, document)

    async def _bind(
        self, operation: Operation, document: TapeDocument, call: Call
    ) -> Declined | None:
        """Keep the call, and with it whose the document is where the journal waits for that."""
        state = await self._journal.payment(operation.external_id)
        key = (document.fiscal_drive_number, document.fiscal_document_number)
        owner = await self._journal.payment_of_document(*key)
        if owner not in (None, operation.external_id):
            return Declined(Objection.DOCUMENT_UNFIT, "it is another payment's")
        waits = state is not None and owes_nothing(state) is None
        if state is not None and owner is None and not waits:
            return owes_nothing(state)
        if owner is None and waits:
            await self._keep(document_of(document), operation.external_id, (call,))
        else:
            await self._journal.queue_calls((call,), self._clock())
        return None

    # Add to IZI

    async def _add(self, request: AddToIzi, row: Row) -> Answer:
        document = row.document
        if document is None or Action.ADD_TO_IZI not in row.actions:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        if not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED)
        made = imported(request, document, self._settings, self._registration_number())
        if isinstance(made, Objection):
            return Declined(made)
        subject = document.proves
        standing = await self._journal.calls_of(subject)
        last = standing[-1] if standing else None
        if last is not None and last.call.name == calls.IMPORT_RECEIPT:
            match last.state:
                case CallState.DONE:
                    return Done()
                case CallState.PENDING:
                    return await self._tell(last.call)
                case CallState.POISONED:
                    return Declined(Objection.NOTHING_TO_SETTLE, last.error)
        if last is not None:
            subject = self._new_id()  # behind a refused call nothing is made any more
        shift = self._office.shift
        call = calls.import_receipt(subject, made, shift.id if shift else None, self._new_id)
        await self._journal.queue_calls((call,), self._clock())
        return await self._tell(call)

    # Settle

    async def _settle(self, request: SettleRow, row: Row) -> Answer:
        comment = request.comment.strip()[:MAX_COMMENT]
        if Action.SETTLE not in row.actions:
            return Declined(Objection.NOT_FOR_THIS_ROW)
        if not comment:
            return Declined(Objection.COMMENT_NEEDED)
        if row.operation is not None and row.operation.is_posted:
            told = await self._office.ask(self._office.crm.transaction(row.operation.id))
            if told.version != row.operation.version:
                return Declined(Objection.STALE)
        operation = "" if row.operation is None else row.operation.key
        document = "" if row.document is None else row.document.receipt_id
        said = f"{self._settings.cashier}: {comment}"
        await self._journal.settle_row(operation, document, said, self._clock(), BY_HAND)
        return Done()

    def _registration_number(self) -> str:
        return self._desk.info.registration_number if self._desk.info is not None else ""

    async def _deliver(self, payment_id: UUID) -> None:
        """Try once what the CRM must hear, so that the next comparison has it."""
        for stored in await self._journal.calls_of(payment_id):
            if stored.state is CallState.PENDING and await self._outbox.deliver(stored):
                return  # those behind it wait

    async def _tell(self, call: Call) -> Answer:
        """Try a kept call once; a person who waits is told of a refusal, and it is dropped."""
        async with self._outbox.alone(call.subject):
            stored = await self._journal.call(call.id)
            assert stored is not None, "the call has just been written"
            error = await self._outbox.attempt(stored)
            if error is None:
                return Done()
            if is_final(error):
                await self._journal.drop_calls(call.subject, self._clock(), str(error))
                return Declined(Objection.CRM_REFUSED, str(error)[:MAX_COMMENT])
            await self._outbox.note_failure(stored, error)
        return Uncertain()
