"""`JournalReader`: a look at the journal, also while a station writes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from kassa_tui.journal import reading
from kassa_tui.journal.database import Database, connect_to_read
from kassa_tui.journal.errors import JournalDamaged, JournalError, JournalTooNew
from kassa_tui.journal.migrations import VERSION
from kassa_tui.journal.records import PaymentState
from kassa_tui.journal.schema import APPLICATION_ID
from kassa_tui.journal.writing import as_journal_error

T = TypeVar("T")


class JournalReader:
    """All methods raise `JournalError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def open(cls, path: Path) -> JournalReader:
        """The journal in the file `path`, which is never made, locked or changed.

        Raises `JournalError`: there is none, or not one of this version.
        """
        try:
            reader = cls(await connect_to_read(path))
        except sqlite3.Error as error:
            raise JournalError(f"{path.name}: {error}") from error
        try:
            await reader.ask(_recognise)
        except BaseException:
            await reader.close()
            raise
        return reader

    async def close(self) -> None:
        await self._database.close()

    async def last_payments(self, limit: int) -> tuple[PaymentState, ...]:
        """The latest payments, newest first."""
        return await self.ask(lambda db: reading.last_payments(db, limit))

    async def payments_without_document(self) -> tuple[PaymentState, ...]:
        """Every payment with a receipt that is wanted, oldest first."""
        return await self.ask(reading.payments_without_document)

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to one of the questions of `reading`."""
        try:
            return await self._database.run(question)
        except sqlite3.Error as error:
            raise as_journal_error(error) from error


def _recognise(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalTooNew(f"journal of version {version}, known are {VERSION}")
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise JournalDamaged("no journal, or one of an older version: open it to migrate it")
