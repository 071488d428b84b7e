"""Small SQLite files of the adapter: its owner's alone, and durable when an answer is given."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiosqlite

from kassa_tui.izi.errors import CrmUnavailable

BUSY_S = 15
"""How long another process is waited for: longer than it may wait for IZI under the lock."""


class NotOurFile(Exception):
    """The file is another program's, or a newer version's."""


async def open_database(
    path: Path, application_id: int, tables: Sequence[str]
) -> aiosqlite.Connection:
    """Open or make a file of version 1. Raises `NotOurFile`, `sqlite3.Error`, `OSError`."""
    await asyncio.to_thread(_own, path)
    db = await aiosqlite.connect(path, isolation_level=None, timeout=BUSY_S)
    try:
        ((found, version),) = await db.execute_fetchall(
            "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version"
        )
        ((any_table,),) = await db.execute_fetchall("SELECT count(*) FROM sqlite_schema")
        if (found, version) != (application_id, 1) and (any_table or found or version):
            raise NotOurFile(str(path))
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "trusted_schema = OFF"):
            await db.execute_fetchall(f"PRAGMA {pragma}")
        async with exclusively(db):
            for table in tables:
                await db.execute_fetchall(table)
            await db.execute_fetchall(f"PRAGMA application_id = {application_id}")
            await db.execute_fetchall("PRAGMA user_version = 1")
    except BaseException:
        await db.close()
        raise
    db.row_factory = aiosqlite.Row
    return db


@asynccontextmanager
async def exclusively(db: aiosqlite.Connection) -> AsyncIterator[None]:
    """All of the block or nothing, and no other process beside it; a killed one lets go.

    aiosqlite runs statements in the order of their sending, so that even a begin that was
    cut off is rolled back.
    """
    try:
        await db.execute_fetchall("BEGIN IMMEDIATE")
        yield
        await db.execute_fetchall("COMMIT")
    except BaseException:
        await asyncio.shield(db.rollback())
        raise


@asynccontextmanager
async def usable() -> AsyncIterator[None]:
    """A file that cannot be used keeps what needs it from being begun: `CrmUnavailable`."""
    try:
        yield
    except sqlite3.Error as error:
        raise CrmUnavailable(f"the adapter's file: {error}") from error


def _own(path: Path) -> None:
    """Make the file with mode 0600, or take the rights of others away."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)
