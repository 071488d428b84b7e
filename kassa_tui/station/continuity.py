"""Does the journal know what the register's tape holds? Asked before the first document.

A journal that was put back to an older state, or is new, does not know documents that name
its own payments: they are read back, so that no receipt is ever issued a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.register import RegisterStatus
from kassa_tui.journal.head import Continuity, rolled_back
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import ReceiptState
from kassa_tui.journal.recovery import IncidentKind
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.tape import payment_named

MOST_READ = 100
"""Documents that a new journal reads back; those before stay on the tape alone."""


class TapeCheck:
    """Checks each FN once. Methods raise `RegisterError` and `JournalError`."""

    def __init__(
        self, desk: Desk, journal: Journal, documents: Documents, clock: Callable[[], datetime]
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._documents = documents
        self._clock = clock
        self._checked = ""
        """1041 of the FN that was compared."""

    async def check(self, status: RegisterStatus) -> None:
        """Read back what the journal should know; no attempt may be unsettled."""
        fn = status.fn
        if fn.fiscal_drive_number == self._checked:
            return
        head = await self._journal.head()
        if rolled_back(head, fn) in (Continuity.REGISTER_AHEAD, Continuity.FRESH):
            last = fn.last_fiscal_document_number
            kept = head.last_documents.get(fn.fiscal_drive_number, 0)
            # Behind what is kept all is read: a receipt that the journal still wants may be there.
            first = kept + 1 if kept else max(1, last - MOST_READ + 1)
            async for tape in self._desk.tape_in_pieces(first, last):
                await self._read_back(tape)
        self._checked = fn.fiscal_drive_number

    async def _read_back(self, tape: Sequence[FiscalDocument]) -> None:
        """Keep what is not known. Lost payments are told of first: cut off here, the next
        reading begins behind what was kept."""
        unknown = [one for one in tape if not await self._is_kept(one)]
        names = {named for one in unknown if (named := payment_named(one)) is not None}
        promised = await self._journal.known_receipts(names)
        if lost := names - promised:
            await self._journal.note_incident(
                self._clock(),
                IncidentKind.ROLLED_BACK,
                f"{len(lost)} receipts on the tape name payments that are not here",
            )
        for document in unknown:
            named = payment_named(document)
            payment_id = None
            if named is not None and named in promised:
                payment_id = await self._payment_that_wants(named)
            receipt_id = None if payment_id in (None, named) else named
            await self._documents.keep(document, payment_id, receipt_id=receipt_id)

    async def _is_kept(self, document: FiscalDocument) -> bool:
        key = document.fiscal_drive_number, document.fiscal_document_number
        return await self._journal.document(*key) is not None

    async def _payment_that_wants(self, receipt_id: UUID) -> UUID | None:
        payment_id = await self._journal.payment_of_receipt(receipt_id)
        state = None if payment_id is None else await self._journal.payment(payment_id)
        is_wanted = state is not None and any(
            one.id == receipt_id and one.state is ReceiptState.WANTED for one in state.receipts
        )
        return payment_id if is_wanted else None
