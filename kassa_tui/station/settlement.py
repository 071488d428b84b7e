"""Finding out, from the tape, what became of receipts whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Attempt, AttemptState, Payment, StoredAttempt
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.tape import Absent, Doubt, Found, Verdict, verdict


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
            state = await self._journal.payment(stored.attempt.payment_id)
            assert state is not None, "the journal keeps no attempt without its payment"
            match await self._look_on_tape(stored.attempt, state.payment):
                case Found(document):
                    await self._documents.keep(document, state.payment.id, stored.number)
                case Absent():
                    await self._journal.note_outcome(
                        stored.number, AttemptState.ABSENT, self._clock()
                    )
                case Doubt() as doubt:
                    self.doubt = doubt
        await self.recall()

    async def _look_on_tape(self, attempt: Attempt, payment: Payment) -> Verdict:
        before = await self._desk.status()
        if before.open_document:
            await self._desk.read(self._desk.register.cancel_document())
            before = await self._desk.status()
        if before.fn.fiscal_drive_number != attempt.fiscal_drive_number:
            return Doubt.FN_REPLACED
        documents = await self._desk.tape(
            attempt.last_document_number + 1, before.fn.last_fiscal_document_number
        )
        return verdict(attempt, payment, before, documents, await self._desk.status())
