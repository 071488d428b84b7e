"""How far a journal knows, and whether the register shows that it once knew more."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drivers.register import FnStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHead:
    """The end of a journal."""

    events: int
    """How many events it holds; 0: a new journal."""
    last_documents: dict[str, int]
    """1040 of the last kept document, by FN; of the latest FNs."""
    unsettled_after: int | None
    """1040 behind which an unsettled attempt may have recorded a document."""


class Continuity(StrEnum):
    """What a journal's head and the register's FN say of each other."""

    UNBROKEN = "unbroken"
    FRESH = "fresh"
    """The journal knows nothing of this FN: a new journal, or a new FN."""
    REGISTER_AHEAD = "register_ahead"
    """The FN holds documents after the last kept one. Receipts among them that name a
    promise unknown to the journal prove that the file was rolled back (see
    `Journal.known_receipts`); the rest was made by hand or came with a lost answer."""
    REGISTER_BEHIND = "register_behind"
    """The journal keeps documents that the FN does not have: another device with this
    number, or a file that is not this till's."""


def rolled_back(head: JournalHead, fn: FnStatus) -> Continuity:
    """Compare the head with the register, before the first sale."""
    kept = head.last_documents.get(fn.fiscal_drive_number)
    if kept is None:
        return Continuity.FRESH
    last = fn.last_fiscal_document_number
    if last < kept:
        return Continuity.REGISTER_BEHIND
    # The one document that an open attempt may have recorded is the resolver's to find.
    expected = kept + (head.unsettled_after is not None)
    return Continuity.REGISTER_AHEAD if last > expected else Continuity.UNBROKEN
