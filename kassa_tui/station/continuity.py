"""Does the journal know what the register's tape holds? Asked before the first document.

A journal that was put back to an older state, or is new, does not know documents that name
its own payments: they are read back, so that no receipt is ever issued a second time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
"""Documents that are read back; those before stay on the tape alone."""

_AT_ONCE = 10
"""Documents of one reading, so that none waits for longer than a reading may."""


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
            strangers = 0
            for first in range(max(kept + 1, last - MOST_READ + 1), last + 1, _AT_ONCE):
                tape = await self._desk.tape(first, min(first + _AT_ONCE - 1, last))
                for document in tape:
                    strangers += await self._read_back(document)
            if strangers:
                await self._journal.note_incident(
                    self._clock(),
                    IncidentKind.ROLLED_BACK,
                    f"{strangers} receipts on the tape name payments that are not here",
                )
        self._checked = fn.fiscal_drive_number

    async def _read_back(self, document: FiscalDocument) -> bool:
        """Keep one document; True where it names a payment that the journal has lost."""
        known = await self._journal.document(
            document.fiscal_drive_number, document.fiscal_document_number
        )
        if known is not None:
            return False
        named = payment_named(document)
        if named is None or named not in await self._journal.known_receipts((named,)):
            await self._documents.keep(document)
            return named is not None
        state = await self._journal.payment(named)
        wanted = state is not None and any(
            one.id == named and one.state is ReceiptState.WANTED for one in state.receipts
        )
        await self._documents.keep(document, named if wanted else None)
        return False
