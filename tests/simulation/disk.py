"""The disk: real SQLite files, and what of them would survive a power cut.

Work for a database thread is done in the loop's own (`Inline`), in the order in which that
thread would do it. At each commit that SQLite makes durable, which it does as `PRAGMA
synchronous` says (FULL in WAL: every commit; NORMAL and OFF: none), the bytes of the file and of
its write-ahead log are remembered as synced. A killed process leaves all bytes it has written;
a power cut leaves the synced ones, and by chance a part of the log behind them.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import aiosqlite

from kassa_tui.journal.database import open_to_write
from tests.simulation.machine import PROCESS, Dead, Process, VirtualLoop

T = TypeVar("T")

FULL = 2
"""`PRAGMA synchronous` from which a commit in WAL mode is durable."""
WAL = "-wal"
_BESIDE = (WAL, "-shm", "-journal")
MEMORY = Path("/dev/shm")


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
        if self.log:
            path.with_name(path.name + WAL).write_bytes(self.log)


@dataclass
class Disk:
    """The directory that the station keeps its files in, through all its lives."""

    random: Random
    fault: Callable[[str], sqlite3.Error | None] = lambda statement: None
    """Asked before each statement: the error that it shall end in."""
    synced: dict[str, Image] = field(default_factory=dict)
    """By the names of databases."""
    old: dict[str, Image] = field(default_factory=dict)
    """One of the earlier synced states of each, any of them as likely."""
    _seen: Counter[str] = field(default_factory=Counter)
    _life: int = 0

    def __post_init__(self) -> None:
        self._root = Path(
            tempfile.mkdtemp(prefix="kassa-sim-", dir=MEMORY if MEMORY.is_dir() else None)
        )
        self.folder = self._root / "0"
        self.folder.mkdir()
        self.elsewhere = self._root / "elsewhere"
        """Files of other computers; theirs are sound, quick and nobody dies with them."""
        self.elsewhere.mkdir()
        self._databases: set[str] = set()
        self._open: list[Watched] = []

    async def connect(self, path: Path) -> Inline:
        """A database of the journal."""
        database = Inline(self, path)
        await database.start()
        return database

    def watch(self, connection: sqlite3.Connection, path: Path) -> None:
        """From now on this connection is on this disk."""
        assert isinstance(connection, Watched)
        connection.disk, connection.path, connection.process = self, path, PROCESS.get()
        self._databases.add(path.name)
        self._open.append(connection)

    def install(self, name: str) -> None:
        """A database that lies there ready before the first life."""
        self._databases.add(name)
        self.synced[name] = Image.of(self.folder / name)

    def connection(self, name: str) -> sqlite3.Connection | None:
        """The latest open connection to a database, for a look past everything."""
        for connection in reversed(self._open):
            if isinstance(connection, Watched) and connection.path.name == name:
                return connection
        return None

    def remember(self, connection: sqlite3.Connection, path: Path) -> None:
        """A commit has been made."""
        synchronous = sqlite3.Connection.execute(connection, "PRAGMA synchronous").fetchone()[0]
        if synchronous >= FULL:
            self._seen[path.name] += 1
            if path.name in self.synced and self.random.random() * self._seen[path.name] < 1:
                self.old[path.name] = self.synced[path.name]
            self.synced[path.name] = Image.of(path)

    @property
    def unsynced(self) -> bool:
        """Whether a power cut would take anything away."""
        return any(
            (path := self.folder / name).exists() and Image.of(path) != self.synced.get(name)
            for name in self._databases
        )

    def die(self, power_cut: bool) -> None:
        """The files as the next life finds them; what the dead still do stays in its folder."""
        before = self.folder
        self._life += 1
        self.folder = self._root / str(self._life)
        self.folder.mkdir()
        for path in sorted(before.iterdir()):
            if path.is_dir():
                shutil.copytree(path, self.folder / path.name)
            elif not path.name.endswith(_BESIDE):
                image = Image.of(path)
                if power_cut and path.name in self._databases:
                    image = self._after_power_cut(path.name, image)
                image.write(self.folder / path.name)
        self._abandon()
        shutil.rmtree(before)

    def _after_power_cut(self, name: str, now: Image) -> Image:
        synced = self.synced.get(name)
        if synced is None:
            return Image(b"", b"")
        if now.main == synced.main and now.log.startswith(synced.log):
            reached = self.random.randint(len(synced.log), len(now.log))
            return Image(now.main, now.log[:reached])
        return synced

    def restore(self, name: str) -> None:
        """Somebody has put an old copy of a database in its place."""
        path = self.folder / name
        path.with_name(path.name + WAL).unlink(missing_ok=True)
        self.old[name].write(path)
        self.synced[name] = self.old[name]

    def close(self) -> None:
        self._abandon()
        shutil.rmtree(self._root, ignore_errors=True)

    def _abandon(self) -> None:
        for connection in self._open:
            connection.close()
        self._open.clear()


class Watched(sqlite3.Connection):
    """A connection that tells its disk of commits, and dies with its process."""

    disk: Disk | None = None
    path: Path
    process: Process | None

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        disk, process = self.disk, self.process if self.disk else None
        if disk is None:
            return super().execute(sql, *parameters)
        if process is not None and not process.step("statement"):
            raise Dead
        if failure := disk.fault(sql):
            raise failure
        was_open, changes = self.in_transaction, self.total_changes
        cursor = super().execute(sql, *parameters)
        if self.in_transaction or sql.lower().startswith("rollback"):
            return cursor
        if was_open or self.total_changes != changes:
            disk.remember(self, self.path)
            if process is not None and not process.step("commit"):
                raise Dead
        return cursor


class Inline:
    """A `kassa_tui.journal.database.Database` without a thread."""

    def __init__(self, disk: Disk, path: Path) -> None:
        self._disk = disk
        self._path = path
        self._connection: sqlite3.Connection | None = None

    async def start(self) -> None:
        def connected() -> sqlite3.Connection:
            with watched():
                connection = open_to_write(self._path)
            self._disk.watch(connection, self._path)
            return connection

        self._connection = await in_thread(self, connected)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        assert self._connection is not None, "the connection is open"
        return await in_thread(self, partial(work, self._connection))

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await in_thread(self, connection.close)


class InlineAiosqlite(aiosqlite.Connection):
    """An aiosqlite connection without a thread of its own."""

    def __init__(self, disk: Disk, path: Path, options: dict[str, Any]) -> None:
        super().__init__(partial(sqlite3.connect, path, factory=Watched, **options), 64)
        self._disk = disk
        self._path = path

    def __await__(self) -> Any:
        return self._connect().__await__()

    def __del__(self) -> None:
        """Nothing to warn of: the disk closes what the dead have left."""

    def stop(self) -> None:
        self._running = False

    async def _connect(self) -> aiosqlite.Connection:
        if self._connection is None:

            def connected() -> sqlite3.Connection:
                connection: sqlite3.Connection = self._connector()
                self._disk.watch(connection, self._path)
                return connection

            self._connection = await in_thread(self, connected)
        return self

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        if not self._running or not self._connection:
            raise ValueError("Connection closed")
        return await in_thread(self, partial(fn, *args, **kwargs))

    async def close(self) -> None:
        if self._connection is not None:
            connection, self._connection = self._connection, None
            self._running = False
            await in_thread(self, connection.close)


class ElsewhereAiosqlite(aiosqlite.Connection):
    """A connection on another computer: done at once, and no step of a process of ours."""

    def __init__(self, path: Path, options: dict[str, Any]) -> None:
        super().__init__(partial(sqlite3.connect, path, **options), 64)

    def __await__(self) -> Any:
        return self._connect().__await__()

    def __del__(self) -> None:
        """Nothing to warn of."""

    async def _connect(self) -> aiosqlite.Connection:
        if self._connection is None:
            self._connection = self._connector()
        return self

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        if self._connection is None:
            raise ValueError("Connection closed")
        return fn(*args, **kwargs)

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


async def in_thread(thread: object, work: Callable[[], T]) -> T:
    """What a database's thread does, done at once; the answer comes when the disk likes, but
    not before those of the work that the thread has done earlier."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    future: asyncio.Future[T] = loop.create_future()
    process = PROCESS.get()
    if process is None or process.step("thread"):
        loop.complete(future, work, thread=thread)
    return await future


@contextmanager
def watched() -> Iterator[None]:
    """While this lasts `sqlite3.connect` makes `Watched` connections."""
    before = sqlite3.connect
    sqlite3.connect = partial(before, factory=Watched)  # type: ignore[assignment]
    try:
        yield
    finally:
        sqlite3.connect = before


@contextmanager
def attached(disk: Disk) -> Iterator[None]:
    """While this lasts aiosqlite's connections are on `disk`, or elsewhere."""
    before = aiosqlite.connect

    def connect(database: Any, **options: Any) -> aiosqlite.Connection:
        if disk.elsewhere in Path(database).parents:
            return ElsewhereAiosqlite(Path(database), options)
        return InlineAiosqlite(disk, Path(database), options)

    aiosqlite.connect = connect  # type: ignore[assignment]
    try:
        yield
    finally:
        aiosqlite.connect = before
