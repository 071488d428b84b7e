"""The disk: real SQLite files, and what of them would survive a power cut.

A statement runs in the loop's own thread when it is handed over (`Inline`), in the order in
which aiosqlite's thread would run it. At each commit that SQLite makes durable, which it does
as `PRAGMA synchronous` says (FULL in WAL: every commit; NORMAL and OFF: none), the bytes of the
file and of its write-ahead log are remembered as synced. A killed process leaves all bytes
it has written; a power cut leaves the synced ones, and by chance a part of the log behind them.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import aiosqlite

from tests.simulation.machine import PROCESS, Process, VirtualLoop

FULL = 2
"""`PRAGMA synchronous` from which a commit in WAL mode is durable."""
WAL = "-wal"
MEMORY = Path("/dev/shm")


class DiskError(sqlite3.OperationalError):
    """What SQLite raises when the disk fails."""


@dataclass(frozen=True, slots=True)
class Image:
    """A database file and its log at one moment."""

    main: bytes
    log: bytes

    @classmethod
    def of(cls, path: Path) -> Image:
        log = path.with_name(path.name + WAL)
        return cls(path.read_bytes(), log.read_bytes() if log.exists() else b"")

    def write(self, path: Path) -> None:
        path.write_bytes(self.main)
        path.with_name(path.name + WAL).write_bytes(self.log)


@dataclass
class Disk:
    """The directory that the station keeps its files in, through all its lives."""

    random: Random
    fault: Callable[[str], sqlite3.Error | None] = lambda statement: None
    """Asked before each statement: the error that it shall end in."""
    commits: int = 0
    synced: dict[str, Image] = field(default_factory=dict)
    _life: int = 0

    def __post_init__(self) -> None:
        self._root = Path(
            tempfile.mkdtemp(prefix="kassa-sim-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        self.folder = self._root / "0"
        self.folder.mkdir()
        self._open: list[Inline] = []

    def remember(self, connection: sqlite3.Connection, path: Path) -> None:
        """A commit has been made."""
        self.commits += 1
        if connection.execute("PRAGMA synchronous").fetchone()[0] >= FULL:
            self.synced[path.name] = Image.of(path)

    def die(self, process: Process, power_cut: bool) -> None:
        """The files as the next life finds them; what the dead still do stays in its folder."""
        before = self.folder
        self._life += 1
        self.folder = self._root / str(self._life)
        self.folder.mkdir()
        for path in sorted(before.iterdir()):
            if path.name.endswith((WAL, "-shm", "-journal")) or not path.is_file():
                continue
            image = Image.of(path)
            if power_cut:
                image = self._after_power_cut(path.name, image)
            image.write(self.folder / path.name)
        for connection in self._open:
            connection.abandon()
        self._open.clear()
        shutil.rmtree(before)

    def _after_power_cut(self, name: str, now: Image) -> Image:
        synced = self.synced.get(name)
        if synced is None:
            return Image(b"", b"")
        if now.main == synced.main and now.log.startswith(synced.log):
            reached = self.random.randint(len(synced.log), len(now.log))
            return Image(now.main, now.log[:reached])
        return synced

    def close(self) -> None:
        for connection in self._open:
            connection.abandon()
        shutil.rmtree(self._root, ignore_errors=True)

    def opened(self, connection: Inline) -> None:
        self._open.append(connection)


class Inline(aiosqlite.Connection):
    """An aiosqlite connection without a thread of its own."""

    def __init__(self, disk: Disk, path: Path, options: dict[str, Any]) -> None:
        super().__init__(partial(sqlite3.connect, path, **options), 64)
        self._disk = disk
        self._path = path
        self._process = PROCESS.get()

    def __await__(self) -> Any:
        return self._connect().__await__()

    def __del__(self) -> None:
        pass

    def stop(self) -> None:
        self._running = False
        self.abandon()

    def abandon(self) -> None:
        """Give the file back without a word."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    async def _connect(self) -> aiosqlite.Connection:
        if self._connection is None:
            self._connection = await self._work(self._connector)
            self._disk.opened(self)
        return self

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        if self._process is not None and not self._process.alive:
            await asyncio.get_running_loop().create_future()
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        return await self._work(partial(self._run, partial(fn, *args, **kwargs)))

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._running = False
            await self._work(connection.close)

    async def _work(self, function: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, VirtualLoop)
        future = loop.create_future()
        if self._process is None or self._process.step("statement"):
            loop.complete(future, function)
        return await future

    def _run(self, statement: partial[Any]) -> Any:
        connection = self._conn
        words = (
            str(statement.args[0]) if statement.args else getattr(statement.func, "__name__", "")
        )
        failure = self._disk.fault(words)
        if failure is not None:
            raise failure
        open_before, changes = connection.in_transaction, connection.total_changes
        result = statement()
        rolled_back = words.lower().startswith("rollback")
        ended = open_before and not connection.in_transaction and not rolled_back
        alone = not open_before and not connection.in_transaction
        if ended or (alone and connection.total_changes != changes):
            self._disk.remember(connection, self._path)
            if self._process is not None:
                self._process.step("commit")
        return result


@contextmanager
def attached(disk: Disk) -> Iterator[None]:
    """While this lasts aiosqlite's connections are those of `disk`."""
    before = aiosqlite.connect

    def connect(database: Any, **options: Any) -> Inline:
        options.pop("iter_chunk_size", None)
        options.pop("loop", None)
        return Inline(disk, Path(database), options)

    aiosqlite.connect = connect  # type: ignore[assignment]
    try:
        yield
    finally:
        aiosqlite.connect = before
