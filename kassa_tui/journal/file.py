"""The one file of a journal: whoever writes waits for a turn, and all who wait share a commit."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from kassa_tui.journal.database import Connect, Database
from kassa_tui.journal.errors import DiskNearlyFull, JournalError, JournalReadOnly
from kassa_tui.journal.lock import WriterLock
from kassa_tui.journal.opening import opened
from kassa_tui.journal.writing import Log, Unit, Writer, as_journal_error

T = TypeVar("T")

ROOM_BYTES = 64 << 20
"""With less free room on the disk no payment is taken."""

FreeBytes = Callable[[Path], int]
"""Free room on the disk of a folder."""


class JournalFile:
    """All methods raise `JournalError`, and then have kept nothing."""

    def __init__(
        self, path: Path, database: Database, key: bytes, lock: WriterLock, free_bytes: FreeBytes
    ) -> None:
        self.path = path
        self._database = database
        self._writer = Writer(key)
        self._lock = lock
        self._folder = path.parent
        self._free_bytes = free_bytes
        self._turn = asyncio.Lock()
        self._waiting: list[Unit[Any]] = []

    @classmethod
    async def open(cls, path: Path, connect: Connect, free_bytes: FreeBytes | None) -> JournalFile:
        """See `Journal.open`."""
        database, key, lock = await opened(path, connect)
        return cls(path, database, key, lock, free_bytes or _free_bytes)

    async def close(self) -> None:
        """Give the file back."""
        try:
            await self._database.close()
        finally:
            self._lock.release()

    async def write(self, at: datetime, work: Callable[[Log], T]) -> T:
        """Do a unit of work, durably."""
        unit = Unit(at, work)
        self._waiting.append(unit)
        async with self._turn:
            if not unit.has_ended:
                # The thread works in order of coming: where the task that had taken this unit
                # along was cancelled meanwhile, an empty commit still ends behind that one.
                units, self._waiting = self._waiting, []
                await self._database.run(lambda db: self._writer.commit(db, units))
        return unit.result()

    async def begin(self, at: datetime, work: Callable[[Log], T]) -> T:
        """Write what promises something: not without room, see `check_room`."""

        def with_room(log: Log) -> T:
            self._check_room()
            return work(log)

        return await self.write(at, with_room)

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """What a question reads."""
        try:
            return await self._database.run(question)
        except sqlite3.Error as error:
            raise as_journal_error(error) from error

    async def check_room(self) -> None:
        """See that a promise can be kept. Raises `DiskNearlyFull`, `JournalReadOnly`.

        Every write that begins something does so; what ends something is always tried.
        """
        await self._database.run(lambda _: self._check_room())

    async def room(self) -> int:
        """Free bytes of its disk; less than `ROOM_BYTES` is too little."""
        return await self._database.run(lambda _: self._room())

    def _room(self) -> int:
        try:
            return self._free_bytes(self._folder)
        except OSError as error:
            raise JournalError(f"{self.path.name}: {error}") from error

    def _check_room(self) -> None:
        free = self._room()
        if not os.access(self.path, os.W_OK):
            raise JournalReadOnly(f"{self.path.name} cannot be written")
        if free < ROOM_BYTES:
            raise DiskNearlyFull(f"{free >> 20} MiB are free, {ROOM_BYTES >> 20} are needed")


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free
