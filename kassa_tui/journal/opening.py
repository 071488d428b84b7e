"""Opening the file: the lock, the key, the migration, and a look that costs the same always.

Looked at are the header, the length, the seal of the head and the last `LOOKED_AT` events.
A tear further back is found by `verification`.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import sqlite3
from pathlib import Path
from typing import TypeVar

from kassa_tui.journal.chain import KEY_BYTES, START, Link, head_seal, next_link
from kassa_tui.journal.database import PRAGMAS, Connect, Database
from kassa_tui.journal.errors import (
    JournalDamaged,
    JournalError,
    JournalMissing,
    JournalReadOnly,
    JournalTooNew,
)
from kassa_tui.journal.lock import WriterLock
from kassa_tui.journal.migrations import VERSION, create, migrate
from kassa_tui.journal.schema import APPLICATION_ID
from kassa_tui.journal.writing import as_journal_error

T = TypeVar("T")

LOOKED_AT = 64
"""Events at the end of the chain that are checked when the file is opened."""


def key_path(path: Path) -> Path:
    """The key of the chain, beside the journal."""
    return path.with_name(f"{path.name}.key")


def lock_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.writer")


async def opened(path: Path, connect: Connect) -> tuple[Database, bytes, WriterLock]:
    """The file, checked and of the current version. See `Journal.open`."""
    try:
        lock = await asyncio.to_thread(WriterLock.take, lock_path(path))
    except OSError as error:
        raise _os_error(path, error) from error
    try:
        database, key = await _opened(path, connect)
    except BaseException:
        lock.release()
        raise
    return database, key, lock


async def _opened(path: Path, connect: Connect) -> tuple[Database, bytes]:
    try:
        await asyncio.to_thread(_prepare, path)
        database = await connect(path)
    except OSError as error:
        raise _os_error(path, error) from error
    except sqlite3.Error as error:
        raise as_journal_error(error) from error
    try:
        key = await database.run(lambda db: _check(db, path))
    except sqlite3.DatabaseError as error:
        await database.close()
        raise _named(path, error) from error
    except OSError as error:
        await database.close()
        raise _os_error(path, error) from error
    except BaseException:
        await database.close()
        raise
    return database, key


def _prepare(path: Path) -> None:
    """See that there is a file, and that nobody else reads it."""
    if key_path(path).exists() and not (path.exists() and path.stat().st_size):
        # The key is written once the file is on the disk, so that it tells of one.
        raise JournalMissing(f"{path.name} is gone or empty")
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _key(path: Path, is_unused: bool) -> bytes:
    """The key of the file `path`; made where the file has not been used yet."""
    file = key_path(path)
    if not file.exists():
        if not is_unused:
            raise JournalDamaged(f"{path.name} has lost its key")
        _write_key(file)
    data = file.read_bytes()
    if len(data) != KEY_BYTES:
        raise JournalDamaged(f"{file.name} is no key")
    return data


def _write_key(path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(KEY_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    part.replace(path)
    if os.name == "posix":
        # Its name must outlive a power cut as well.
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _check(db: sqlite3.Connection, path: Path) -> bytes:
    """Take the file to this version and look at it; its key."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalTooNew(f"journal of version {version}, known are {VERSION}")
    is_ours = db.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    is_empty = not db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    if not is_empty and not is_ours and version != 1:
        raise JournalDamaged(f"{path.name} is another program's database")
    for pragma in PRAGMAS:
        db.execute(pragma)
    if is_empty:
        create(db)
    has_log = is_empty or version > 1
    key = _key(path, not (has_log and db.execute("SELECT 1 FROM event LIMIT 1").fetchone()))
    if not is_empty and version < VERSION:
        migrate(db, path, key, version)
    # With the log emptied into the file, its length tells whether its end is missing.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    pages, size = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
    )
    if path.stat().st_size < pages * size:
        raise JournalDamaged(f"{path.name} has lost its end")
    _check_end(db, path, key)
    return key


def _check_end(db: sqlite3.Connection, path: Path, key: bytes) -> None:
    rows = db.execute(
        "SELECT seq, at, kind, body, seal FROM event ORDER BY seq DESC LIMIT ?", (LOOKED_AT + 1,)
    ).fetchall()
    rows.reverse()
    last = START
    if rows and rows[0][0] > 1:
        last = Link(rows[0][0], rows[0][4])
        rows = rows[1:]
    for seq, at, kind, body, seal in rows:
        last = next_link(key, last, at, kind, body)
        if last != (seq, seal):
            raise JournalDamaged(f"{path.name}: the event {seq} is not as it was written")
    head = db.execute("SELECT seq, seal FROM head").fetchone()
    if head != (None if last is START else (last.seq, head_seal(key, last))):
        raise JournalDamaged(f"{path.name} does not end where it ended")


def _named(path: Path, error: sqlite3.DatabaseError) -> JournalError:
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return JournalDamaged(f"{path.name}: {error}")
    return as_journal_error(error)


def _os_error(path: Path, error: OSError) -> JournalError:
    import errno

    kind = JournalReadOnly if error.errno in (errno.EROFS, errno.EACCES) else JournalError
    return kind(f"{path.name}: {error.strerror or error}")
