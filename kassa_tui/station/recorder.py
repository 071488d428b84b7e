"""Having a receipt recorded: the attempt noted, the register asked, what came of it noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from drivers.ffd.receipt import Receipt
from drivers.register import OutcomeUnknown, Reason, Refused, RegisterError, RegisterStatus
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Attempt, AttemptState
from kassa_tui.station.answers import Declined, NotRecorded, Objection, Recorded, Uncertain
from kassa_tui.station.continuity import TapeCheck
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.obstacles import obstacle
from kassa_tui.station.reading_back import CrmCheck
from kassa_tui.station.receipts import digest
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.snapshot import Phase

SHIFT_LIFE = timedelta(hours=24)

MOST_SENDINGS = 3
"""So often a receipt is sent that the tape surely does not have, before a person must look."""

Progress = Callable[[Phase, int, "UUID | None"], None]


class Recorder:
    """Sends receipts. Nothing is sent while an attempt is unsettled."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        documents: Documents,
        settlement: Settlement,
        tape_check: TapeCheck,
        crm_check: CrmCheck,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._documents = documents
        self._settlement = settlement
        self._tape_check = tape_check
        self._crm_check = crm_check
        self._clock = clock
        self._progress = progress

    async def ready(self, total: int, payment_id: UUID | None = None) -> RegisterStatus | Declined:
        """The register's state if it would take a receipt now, and why not otherwise.

        Raises `RegisterError`.
        """
        if self._settlement.open:
            return Declined(Objection.UNSETTLED)
        self._progress(Phase.ASKING, total, payment_id)
        status = await self._desk.status()
        reason = obstacle(status)
        if reason is None and status.open_document:
            await self._desk.read(self._desk.register.cancel_document())
            # A register with an unfinished document does not tell that its shift is too old.
            status = await self._desk.status()
            reason = obstacle(status)
        if reason is not None:
            return Declined(reason)
        opened = status.shift_opened_at
        if opened is not None and status.clock - opened >= SHIFT_LIFE:
            return Declined(Reason.SHIFT_EXPIRED)
        await self._tape_check.check(status)
        await self._crm_check.check(status)
        return status

    def attempt(self, payment_id: UUID, receipt: Receipt, status: RegisterStatus) -> Attempt:
        """What is noted before the receipt is sent."""
        return Attempt(
            payment_id=payment_id,
            fiscal_drive_number=status.fn.fiscal_drive_number,
            last_document_number=status.fn.last_fiscal_document_number,
            digest=digest(receipt.model_dump_json()),
            sent_at=self._clock(),
        )

    async def send(
        self,
        payment_id: UUID,
        receipt: Receipt,
        status: RegisterStatus,
        noted: int | None = None,
        *,
        receipt_id: UUID | None = None,
    ) -> Recorded | NotRecorded | Uncertain:
        """Have it recorded. Where the answer is lost the tape tells; what it surely does not
        have is sent again.

        `noted` is the number of the first attempt where the journal has that already;
        `receipt_id` the promise, where it is not the payment's first.
        """
        for _ in range(MOST_SENDINGS):
            ended = await self._send_once(payment_id, receipt, status, noted, receipt_id)
            noted = None
            if ended is not None:
                return ended
            try:
                again = await self.ready(receipt.total, payment_id)
            except RegisterError:
                break  # it is silent now; the next look around tells
            if isinstance(again, Declined):
                break
            status = again
        return NotRecorded(payment_id, Reason.OTHER)

    async def _send_once(
        self,
        payment_id: UUID,
        receipt: Receipt,
        status: RegisterStatus,
        noted: int | None,
        receipt_id: UUID | None,
    ) -> Recorded | NotRecorded | Uncertain | None:
        """Note the attempt, hand the receipt over, note what came of it. None: absent."""
        number = noted
        if number is None:
            attempt = replace(self.attempt(payment_id, receipt, status), receipt_id=receipt_id)
            try:
                number = await self._journal.add_attempt(attempt)
            except JournalError as error:
                return NotRecorded(payment_id, Reason.OTHER, str(error))
        self._progress(Phase.RECORDING, receipt.total, payment_id)
        try:
            try:
                document = await self._desk.record(self._desk.register.fiscalize(receipt))
            except Refused as refused:
                await self._journal.note_outcome(
                    number, AttemptState.REFUSED, self._clock(), refused.reason, refused.detail
                )
                return NotRecorded(payment_id, refused.reason, refused.detail)
            except OutcomeUnknown as unknown:
                await self._journal.note_outcome(
                    number, AttemptState.UNKNOWN, self._clock(), detail=unknown.detail
                )
            else:
                await self._documents.keep(document, payment_id, number, receipt_id)
                return Recorded(payment_id)
        except JournalError:
            pass  # the attempt stays open in the journal, so the tape will be asked for its end
        return await self._find_out(payment_id, receipt_id or payment_id)

    async def _find_out(self, payment_id: UUID, receipt_id: UUID) -> Recorded | Uncertain | None:
        """The end of a payment whose answer was lost, if the tape tells it at once.

        None: surely not recorded.
        """
        try:
            await self._settlement.settle()
            state = await self._journal.payment(payment_id)
        except (RegisterError, JournalError):
            return Uncertain(payment_id)  # the next look around asks again, and tells why
        promised = () if state is None else state.receipts
        if any(one.id == receipt_id and one.document is not None for one in promised):
            return Recorded(payment_id)
        return Uncertain(payment_id) if self._settlement.open else None
