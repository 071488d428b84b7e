"""Finding out what became of receipts whose outcome is unknown: by the tape, or by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.receipt import Receipt
from drivers.register import RegisterStatus
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Attempt, AttemptState, StoredAttempt
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Recorded
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.requests import Decision, SettleByHand
from kassa_tui.station.tape import Absent, Doubt, Found, Verdict, Wanted, payment_named, verdict

BY_HAND = "settled_by_hand"
"""Kind of the journal's incident."""

_MAX_COMMENT = 500
_DRIVE = re.compile(r"[0-9]{16}")
"""1041."""


class Settlement:
    """The attempts that hold the queue. Methods raise `JournalError` and `RegisterError`."""

    def __init__(
        self, desk: Desk, journal: Journal, documents: Documents, clock: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._documents = documents
        self._clock = clock
        self.open: tuple[StoredAttempt, ...] = ()
        """Attempts of unknown outcome, oldest first, as of the last `recall`."""
        self.doubt: Doubt | None = None
        """Why the tape has not told yet."""

    async def recall(self) -> None:
        """Read from the journal what is open."""
        self.open = await self._journal.unsettled_attempts()
        if not self.open:
            self.doubt = None

    async def settle(self) -> None:
        """Ask the tape for each of them, and note what it says."""
        await self.recall()
        for stored in self.open:
            match await self._look_on_tape(stored.attempt, await self._wanted(stored)):
                case Found(document):
                    await self._keep(document, stored)
                case Absent():
                    await self._journal.note_outcome(
                        stored.number, AttemptState.ABSENT, self._clock()
                    )
                case Doubt() as doubt:
                    self.doubt = doubt
        await self.recall()

    async def settle_by_hand(self, request: SettleByHand) -> Answer:
        """A person decides, but only what the tape has been asked for and cannot tell."""
        if not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED)
        await self.recall()
        stored = next(
            (one for one in self.open if one.attempt.payment_id == request.payment_id), None
        )
        if stored is None or self.doubt not in (Doubt.FN_REPLACED, Doubt.AMBIGUOUS):
            return Declined(Objection.NOTHING_TO_SETTLE)
        said = f"{request.decision}: {request.comment.strip()[:_MAX_COMMENT]}"
        if request.decision is Decision.ABSENT:
            await self._note_decision(stored, said)
            await self._journal.note_outcome(
                stored.number, AttemptState.ABSENT, self._clock(), detail=said
            )
            await self.recall()
            return Done()
        document = await self._document_named(stored, request)
        if isinstance(document, Declined):
            return document
        await self._note_decision(stored, f"{said} ({document.fiscal_document_number})")
        await self._keep(document, stored)
        await self.recall()
        return Recorded(request.payment_id)

    async def _keep(self, document: FiscalDocument, stored: StoredAttempt) -> None:
        attempt = stored.attempt
        await self._documents.keep(document, attempt.payment_id, stored.number, attempt.receipt_id)

    async def _note_decision(self, stored: StoredAttempt, said: str) -> None:
        await self._journal.note_incident(
            self._clock(), BY_HAND, f"payment {stored.attempt.payment_id}: {said}"
        )

    async def _document_named(
        self, stored: StoredAttempt, request: SettleByHand
    ) -> FiscalDocument | Declined:
        """The document that a person points at, from the tape where it can be read."""
        number = request.fiscal_document_number
        attempt = stored.attempt
        drive = request.fiscal_drive_number or attempt.fiscal_drive_number
        is_same_drive = drive == attempt.fiscal_drive_number
        if number is None:
            return Declined(Objection.DOCUMENT_UNFIT)
        if is_same_drive and number <= attempt.last_document_number:
            return Declined(Objection.DOCUMENT_UNFIT, "it is older than the sending")
        if await self._journal.document(drive, number) is not None:
            return Declined(Objection.DOCUMENT_UNFIT, "it is another payment's")
        wanted = await self._wanted(stored)
        status = await self._desk.status()
        if status.fn.fiscal_drive_number == drive:
            document = (await self._desk.tape(number, number))[0]
            fits = document.form is DocumentForm.RECEIPT and (
                document.calculation_sign in (wanted.calculation_sign, None)
                and document.total in (wanted.total, None)
            )
            # A server in between may have given the receipt to the FN that came after: then
            # nothing but the receipt's own id in it makes it ours.
            is_ours = is_same_drive or payment_named(document) == stored.receipt_id
            return document if fits and is_ours else Declined(Objection.DOCUMENT_UNFIT)
        if not is_same_drive and (
            status.fn.fiscal_drive_number == attempt.fiscal_drive_number
            or not _DRIVE.fullmatch(drive)
        ):
            return Declined(Objection.DOCUMENT_UNFIT)
        # Neither FN need be there any more: one may come, be given the receipt, and go.
        if request.fiscal_sign is None or not 0 <= request.fiscal_sign < 10**10:
            return Declined(Objection.DOCUMENT_UNFIT, "the fiscal sign is needed")
        return FiscalDocument(
            form=DocumentForm.RECEIPT,
            fiscal_drive_number=drive,
            fiscal_document_number=number,
            fiscal_sign=request.fiscal_sign,
            date_time=attempt.sent_at,
            calculation_sign=wanted.calculation_sign,
            total=wanted.total,
        )

    async def _wanted(self, stored: StoredAttempt) -> Wanted:
        receipt = Receipt.model_validate_json(await self._journal.receipt(stored.receipt_id))
        return Wanted(
            receipt_id=stored.receipt_id,
            calculation_sign=receipt.calculation_sign,
            total=receipt.total,
        )

    async def _look_on_tape(self, attempt: Attempt, wanted: Wanted) -> Verdict:
        before = await self._desk.status()
        if before.open_document:
            await self._desk.read(self._desk.register.cancel_document())
            before = await self._desk.status()
        if before.fn.fiscal_drive_number != attempt.fiscal_drive_number:
            return Doubt.FN_REPLACED
        documents = await self._tape(attempt, before)
        return verdict(attempt, wanted, before, documents, await self._desk.status())

    async def _tape(self, attempt: Attempt, before: RegisterStatus) -> list[FiscalDocument]:
        return await self._desk.tape(
            attempt.last_document_number + 1, before.fn.last_fiscal_document_number
        )
