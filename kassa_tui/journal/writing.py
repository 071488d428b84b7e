"""One transaction: events at the end of the log, what they change, and the new head."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from kassa_tui.journal import reading
from kassa_tui.journal.chain import Link, head_seal, next_link
from kassa_tui.journal.errors import DiskNearlyFull, JournalError, JournalReadOnly
from kassa_tui.journal.projections import project

T = TypeVar("T")

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Log:
    """The log inside one transaction."""

    def __init__(
        self, db: sqlite3.Connection, key: bytes, at: datetime, last: Link | None = None
    ) -> None:
        """`last` is the end of the log, where that is known."""
        self.db = db
        self.key = key
        self.last = last or reading.last_link(db)
        self._begin = self.last
        self._at = at.isoformat()

    def go_on(self, at: datetime) -> None:
        """Date what follows."""
        self._at = at.isoformat()

    def append(self, kind: str, body: Mapping[str, object]) -> None:
        """Add one event and change the projections as it says."""
        text = _encode(body)
        self.last = next_link(self.key, self.last, self._at, kind, text)
        self.db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
            (self.last.seq, self._at, kind, text, self.last.seal),
        )
        project(self.db, self._at, kind, text, body)

    def seal(self) -> None:
        """Move the head to the last event."""
        if self.last is not self._begin:
            self.db.execute(
                "INSERT OR REPLACE INTO head VALUES (1, ?, ?)",
                (self.last.seq, head_seal(self.key, self.last)),
            )


class Unit(Generic[T]):
    """Work that is kept whole or not at all, and what became of it."""

    def __init__(self, at: datetime, work: Callable[[Log], T]) -> None:
        self.at = at
        self._work = work
        self._result: T | None = None
        self._failure: Exception | None = None
        self.has_ended = False

    def result(self) -> T:
        """What the work returned, or raises what it raised."""
        assert self.has_ended, "the unit has been committed"
        if self._failure is not None:
            raise self._failure
        return self._result  # type: ignore[return-value]

    def run(self, log: Log) -> None:
        """Do the work inside the transaction that is open."""
        self._result = self._work(log)

    def end(self, failure: Exception | None = None) -> None:
        if isinstance(failure, sqlite3.Error):
            reason = as_journal_error(failure)
            reason.__cause__ = failure
            failure = reason
        self._failure, self.has_ended = failure, True


class Writer:
    """Commits units to one file, as the only one that writes there."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._last: Link | None = None
        """End of the log after the last commit; None: to be read. Another writer, against the
        lock, would be met at the number of the next event, which is taken then."""

    def commit(self, db: sqlite3.Connection, units: Sequence[Unit[Any]]) -> None:
        """Do the units in order and commit them, durably; each has ended then.

        Those that wait together share one commit. Where one of them fails, each is done in a
        transaction of its own.
        """
        if not units:
            return
        last, self._last = self._last, None
        try:
            db.execute("BEGIN IMMEDIATE")
            log = Log(db, self._key, units[0].at, last)
            for unit in units:
                log.go_on(unit.at)
                unit.run(log)
            log.seal()
            db.execute("COMMIT")
        except BaseException as failure:
            if db.in_transaction:
                db.execute("ROLLBACK")
            if not isinstance(failure, Exception):
                raise
            if len(units) == 1:
                units[0].end(failure)
                return
            for unit in units:
                self.commit(db, [unit])
        else:
            self._last = log.last
            for unit in units:
                unit.end()


def as_journal_error(error: sqlite3.Error) -> JournalError:
    """The error as a type that a screen can act on."""
    # The low byte is the primary code, the rest tells its kind.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    kinds = {
        sqlite3.SQLITE_FULL: DiskNearlyFull,
        sqlite3.SQLITE_READONLY: JournalReadOnly,
    }
    return kinds.get(code, JournalError)(str(error))
