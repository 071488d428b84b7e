"""The file as a thread of its own sees it: whole units of work, one after another."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol, TypeVar

import aiosqlite

T = TypeVar("T")

BUSY_S = 5.0
"""How long a writer waits for a reader's checkpoint lock, seconds."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)
"""WAL with synchronous=FULL: a commit is fsynced when it returns."""


class Database(Protocol):
    """One connection. A unit of work that has begun ends, also when its caller is cancelled."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T: ...

    async def close(self) -> None: ...


Connect = Callable[[Path], Awaitable[Database]]
"""Opens a database for writing; a simulation brings one of its own."""


class ThreadedDatabase(aiosqlite.Connection):
    """A connection on aiosqlite's thread: one hop to a unit of work, not to a statement."""

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        result: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call]
        return result


async def connect(path: Path) -> Database:
    """A connection that writes. Raises `sqlite3.Error`."""
    return await _threaded(lambda: open_to_write(path))


async def connect_to_read(path: Path) -> Database:
    """A connection that only reads, also while a station writes. Raises `sqlite3.Error`."""
    return await _threaded(lambda: open_to_read(path))


async def _threaded(connector: Callable[[], sqlite3.Connection]) -> Database:
    database = ThreadedDatabase(connector, iter_chunk_size=64)
    await database
    return database


def open_to_write(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)


def open_to_read(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(read_only_uri(path), isolation_level=None, timeout=BUSY_S, uri=True)
    db.execute("PRAGMA query_only = ON")
    return db


def read_only_uri(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"
