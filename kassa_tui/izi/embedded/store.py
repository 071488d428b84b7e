"""The file: one connection, one writer, one transaction to a call.

What a call has been answered is on the disk (WAL, `synchronous=FULL`). A call that is cut
off before its commit has been sent leaves nothing behind; aiosqlite runs statements in the
order of their sending, so that even an abandoned one is rolled back before the next begins.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import aiosqlite

from kassa_tui.izi.embedded.schema import migrate, recognise
from kassa_tui.izi.errors import CrmTimeout, CrmUnavailable, Internal

PATIENCE_S = 10
"""A call that has not ended after so many seconds is given up."""

BUSY_S = 5
"""How long to wait for another process that holds the file."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Argument = str | int | None


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(stored: int, zone: timezone = UTC) -> datetime:
    """The aware time of a stored one, in `zone`."""
    return (_EPOCH + timedelta(microseconds=stored)).astimezone(zone)


class Store:
    """An open database. Statements run inside `unit` only."""

    def __init__(self, db: aiosqlite.Connection) -> None:
        self._db = db
        self._turn = asyncio.Lock()
        self._closed = False

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open or make the file, readable by its owner only.

        Raises:
            NotOurFile: It is another program's, or a newer one's.
            sqlite3.Error, OSError: It cannot be opened.
        """
        await asyncio.to_thread(_own, path)
        db = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_S)
        try:
            await recognise(db)
            db.row_factory = sqlite3.Row
            for pragma in (
                "journal_mode = WAL",
                "synchronous = FULL",
                "foreign_keys = ON",
                "trusted_schema = OFF",
            ):
                await db.execute_fetchall(f"PRAGMA {pragma}")
            await migrate(db)
        except BaseException:
            await db.close()
            raise
        return cls(db)

    async def close(self) -> None:
        """End the connection after the call that is running."""
        async with self._turn:
            if not self._closed:
                self._closed = True
                await self._db.close()

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[None]:
        """One transaction: all of the block, or nothing.

        Raises:
            CrmUnavailable: The file could not be used; nothing changed.
            CrmTimeout, Internal: The same during the commit; it may have been done.
        """
        committing = False
        try:
            async with asyncio.timeout(PATIENCE_S), self._turn:
                if self._closed:
                    raise CrmUnavailable("the CRM is closed")
                try:
                    await self._db.execute_fetchall("BEGIN IMMEDIATE")
                    yield
                    committing = True
                    await self._db.execute_fetchall("COMMIT")
                except BaseException:
                    await asyncio.shield(self._db.rollback())
                    raise
        except TimeoutError as error:
            ending = CrmTimeout if committing else CrmUnavailable
            raise ending(f"no answer in {PATIENCE_S} s") from error
        except sqlite3.Error as error:
            if committing or not isinstance(error, sqlite3.OperationalError):
                raise Internal(str(error)) from error
            raise CrmUnavailable(str(error)) from error

    async def rows(self, sql: str, *args: Argument) -> list[sqlite3.Row]:
        return list(await self._db.execute_fetchall(sql, args))

    async def row(self, sql: str, *args: Argument) -> sqlite3.Row | None:
        found = await self.rows(sql, *args)
        return found[0] if found else None

    async def value(self, sql: str, *args: Argument) -> Any:
        """First column of the first row; None when there is no row."""
        found = await self.row(sql, *args)
        return found[0] if found else None

    async def run(self, sql: str, *args: Argument) -> None:
        await self._db.execute_fetchall(sql, args)

    async def insert(self, table: str, **columns: Argument) -> None:
        """Add a row. Names are the program's own, never outside text."""
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
        await self.run(sql, *columns.values())


def _own(path: Path) -> None:
    """Make the file with mode 0600, or take the rights of others away."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
