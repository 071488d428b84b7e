"""What survives a power cut: one SQLite file.

Every command is one transaction, synced to the disk before the command answers. The rollback
journal exists only inside a transaction or until the next opening after a crash, and belongs to
the file then. While a register runs, its file is locked against a second one. Making a new
register is one transaction too: a file is either empty or whole.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

APPLICATION_ID = 0x4B53564B
"""Says whose file it is (SQLite header)."""
VERSION = 1

_SCHEMA = """
CREATE TABLE register (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE document (
    number INTEGER PRIMARY KEY,
    form INTEGER NOT NULL,
    recorded_at TEXT NOT NULL,
    body BLOB NOT NULL,
    ticket_at TEXT
) STRICT;
"""


class StateError(Exception):
    """The file cannot be a virtual register."""


class StateInUse(StateError):
    """Another process runs this register."""


class StateCorrupt(StateError):
    """The file is damaged, or something else."""


class StateTooNew(StateError):
    """A newer version of the program wrote the file."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """One row of the archive."""

    number: int
    form: int
    recorded_at: datetime
    """1012, aware."""
    body: bytes
    """Every requisite, encoded, without the outer form tag."""
    ticket_at: datetime | None = None


class Store:
    """The file. Every call may raise `StateError`; what cannot be read is `StateCorrupt`."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        try:
            # used by one thread at a time, not always by the same one
            self._connection = sqlite3.connect(
                path or ":memory:", isolation_level=None, timeout=0, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise StateError(f"{path}: {error}") from error
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        try:
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode = DELETE")
            self._connection.execute("PRAGMA synchronous = EXTRA")
            self._connection.execute("BEGIN EXCLUSIVE")
            self.is_new = not self._one("SELECT count(*) FROM sqlite_schema")[0]
            if self.is_new:
                for statement in filter(str.strip, _SCHEMA.split(";")):
                    self._connection.execute(statement)
                self._connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._connection.execute(f"PRAGMA user_version = {VERSION}")
                return  # the transaction goes on: the first `commit` ends it
            self._check()
            self._connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise StateInUse(f"{self._path} is in use") from error
            raise StateError(f"{self._path}: {error}") from error
        except sqlite3.DatabaseError as error:
            raise StateCorrupt(f"{self._path}: {error}") from error

    def _check(self) -> None:
        if self._one("PRAGMA application_id")[0] != APPLICATION_ID:
            raise StateCorrupt(f"{self._path} is not the state of a virtual register")
        if (version := self._one("PRAGMA user_version")[0]) > VERSION:
            raise StateTooNew(f"{self._path} has version {version}, this program knows {VERSION}")
        if (verdict := self._one("PRAGMA quick_check(1)")[0]) != "ok":
            raise StateCorrupt(f"{self._path}: {verdict}")

    def close(self) -> None:
        """Give the file back; a transaction that was not committed is gone."""
        self._connection.close()

    def read(self, key: str) -> bytes:
        """A part of the register's state. Raises `StateCorrupt` when it is missing."""
        row = self._row("SELECT value FROM register WHERE key = ?", key)
        if row is None:
            raise StateCorrupt(f"{self._path} lacks {key}")
        value: bytes = row[0]
        return value

    def commit(
        self,
        values: Mapping[str, bytes],
        documents: Iterable[StoredDocument] = (),
        tickets: Mapping[int, datetime] | None = None,
    ) -> None:
        """Write everything, or nothing; durable on return."""
        try:
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN IMMEDIATE")
            for key, value in values.items():
                self._connection.execute("REPLACE INTO register VALUES (?, ?)", (key, value))
            for document in documents:
                self._connection.execute(
                    "INSERT INTO document VALUES (?, ?, ?, ?, NULL)",
                    (
                        document.number,
                        document.form,
                        document.recorded_at.isoformat(),
                        document.body,
                    ),
                )
            for number, at in (tickets or {}).items():
                self._connection.execute(
                    "UPDATE document SET ticket_at = ? WHERE number = ?", (at.isoformat(), number)
                )
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            self._connection.rollback()
            raise StateError(f"{self._path} cannot be written: {error}") from error

    def document(self, number: int) -> StoredDocument | None:
        """A row of the archive."""
        row = self._row(
            "SELECT number, form, recorded_at, body, ticket_at FROM document WHERE number = ?",
            number,
        )
        if row is None:
            return None
        return StoredDocument(
            row[0],
            row[1],
            datetime.fromisoformat(row[2]),
            row[3],
            datetime.fromisoformat(row[4]) if row[4] else None,
        )

    def setting(self, key: str) -> str | None:
        """A value of a face."""
        row = self._row("SELECT value FROM setting WHERE key = ?", key)
        return None if row is None else str(row[0])

    def set_setting(self, key: str, value: str) -> None:
        """Durable on return."""
        try:
            self._connection.execute("REPLACE INTO setting VALUES (?, ?)", (key, value))
        except sqlite3.Error as error:
            raise StateError(f"{self._path} cannot be written: {error}") from error

    def _row(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(sql, parameters).fetchone()
        except sqlite3.DatabaseError as error:
            raise StateCorrupt(f"{self._path}: {error}") from error
        return row

    def _one(self, sql: str) -> tuple[Any, ...]:
        row = self._row(sql)
        if row is None:
            raise StateCorrupt(f"{self._path}: no answer to {sql}")
        return row
