"""Wrong edits of the journal."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from kassa_tui.journal import opening, reading
from kassa_tui.journal.calls import Call
from kassa_tui.journal.file import JournalFile
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import AttemptState, Document, StoredAttempt
from kassa_tui.journal.writing import Log, Unit, Writer
from tests.planted_bugs.planting import bug, instead_of, rewrite
from tests.planted_bugs.proofs import Cuts, Tests

_FULL = "synchronous = FULL"


@bug("is lost")
def synchronous_off() -> None:
    """SQLite is quicker so."""
    rewrite(opening, "PRAGMAS", _FULL, "synchronous = OFF")


@bug("is lost")
def synchronous_normal() -> None:
    """What every guide to WAL advises."""
    rewrite(opening, "PRAGMAS", _FULL, "synchronous = NORMAL")


@bug("FF45 left with 0 unresolved attempts")
def acknowledged_before_the_commit() -> None:
    """Writes share a commit: each one commits those before it."""

    class Lazy:
        def __init__(self, db: sqlite3.Connection) -> None:
            self._db = db

        def __getattr__(self, name: str) -> Any:
            return getattr(self._db, name)

        def execute(self, sql: str, *parameters: Any) -> Any:
            if sql == "COMMIT":
                return None
            if sql == "BEGIN IMMEDIATE" and self._db.in_transaction:
                self._db.execute("COMMIT")
            return self._db.execute(sql, *parameters)

    @instead_of(Writer, "commit")
    def commit(
        right: Any, self: Writer, db: sqlite3.Connection, units: Sequence[Unit[Any]]
    ) -> None:
        right(self, Lazy(db), units)


@bug("is lost")
def failed_write_taken_for_a_good_one() -> None:
    """A full disk is logged, and the work goes on."""

    @instead_of(Unit, "end")
    def end(right: Any, self: Unit[Any], failure: Exception | None = None) -> None:
        right(self, None if isinstance(failure, sqlite3.Error) else failure)


@bug("not in order", Cuts("cash", 5))
def document_and_attempt_in_two_transactions() -> None:
    """First the document is kept, then its attempt ends."""

    @instead_of(Journal, "add_document")
    async def add_document(
        right: Any,
        self: Journal,
        document: Document,
        at: datetime,
        payment_id: UUID | None = None,
        attempt: int | None = None,
        *,
        receipt_id: UUID | None = None,
        calls: Sequence[Call] = (),
    ) -> None:
        await right(self, document, at, payment_id, receipt_id=receipt_id, calls=calls)
        if attempt is not None:
            await self.note_outcome(attempt, AttemptState.RECORDED, at)


@bug("not in order", Cuts("cash"))
def cut_off_sending_forgotten() -> None:
    """Only attempts whose answer was lost are unsettled, not those that were just sent."""

    @instead_of(reading, "unsettled_attempts")
    def unsettled_attempts(right: Any, db: sqlite3.Connection) -> tuple[StoredAttempt, ...]:
        return tuple(one for one in right(db) if one.state is AttemptState.UNKNOWN)


@bug(
    "AssertionError",
    Tests("tests/journal/test_shop.py", "test_a_write_that_a_cancelled_one_took_along_is_kept"),
)
def write_lost_with_a_cancelled_one() -> None:
    """A write that another task has taken along is done: no second turn is needed."""

    @instead_of(JournalFile, "write")
    async def write(right: Any, self: JournalFile, at: datetime, work: Callable[[Log], Any]) -> Any:
        unit = Unit(at, work)
        self._waiting.append(unit)
        async with self._turn:
            if unit in self._waiting:
                units, self._waiting = self._waiting, []
                await self._database.run(lambda db: self._writer.commit(db, units))
        return unit.result()
