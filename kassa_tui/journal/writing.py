"""One transaction: events at the end of the log, what they change, and the new head."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from kassa_tui.journal import reading
from kassa_tui.journal.chain import head_seal, next_link
from kassa_tui.journal.errors import DiskNearlyFull, JournalError, JournalReadOnly
from kassa_tui.journal.projections import project

T = TypeVar("T")


class Log:
    """The log inside one transaction."""

    def __init__(self, db: sqlite3.Connection, key: bytes, at: datetime) -> None:
        self.db = db
        self.key = key
        self._at = at.isoformat()
        self._last = reading.last_link(db)

    def append(self, kind: str, body: Mapping[str, object]) -> None:
        """Add one event and change the projections as it says."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        self._last = next_link(self.key, self._last, self._at, kind, text)
        self.db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
            (self._last.seq, self._at, kind, text, self._last.seal),
        )
        project(self.db, self._at, kind, text)

    def seal(self) -> None:
        """Move the head to the last event."""
        self.db.execute(
            "INSERT OR REPLACE INTO head VALUES (1, ?, ?)",
            (self._last.seq, head_seal(self.key, self._last)),
        )


def transaction(db: sqlite3.Connection, key: bytes, at: datetime, work: Callable[[Log], T]) -> T:
    """Do `work` and commit, durably; or keep nothing of it.

    Raises:
        JournalError: Whatever the file or its rules refused, and what `work` raised.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        try:
            log = Log(db, key, at)
            result = work(log)
            log.seal()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
    except sqlite3.Error as error:
        raise as_journal_error(error) from error
    return result


def as_journal_error(error: sqlite3.Error) -> JournalError:
    """The error as a type that a screen can act on."""
    # The low byte is the primary code, the rest tells its kind.
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    kinds = {
        sqlite3.SQLITE_FULL: DiskNearlyFull,
        sqlite3.SQLITE_READONLY: JournalReadOnly,
    }
    return kinds.get(code, JournalError)(str(error))
