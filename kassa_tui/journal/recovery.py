"""When the file cannot be used: it is put aside, and work goes on in a new one.

Nothing is deleted. What the new journal does not know stands on the register's tape and in
the CRM; the station reads it from there.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import count
from pathlib import Path

from kassa_tui.journal.database import Connect, connect
from kassa_tui.journal.errors import JournalDamaged, JournalError, JournalMissing
from kassa_tui.journal.file import FreeBytes
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.lock import WriterLock
from kassa_tui.journal.opening import key_path, lock_path


class IncidentKind(StrEnum):
    MISSING = "missing"
    """The file is gone; its key is still there."""
    DAMAGED = "damaged"
    ROLLED_BACK = "rolled_back"
    """An older state of the file: the register knows more (see `head`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Why work goes on in a new journal. Noted in that journal, too."""

    kind: IncidentKind
    detail: str
    set_aside: tuple[Path, ...]
    """The old files under their new names."""


async def open_or_replace(
    path: Path,
    at: datetime,
    *,
    connect: Connect = connect,
    free_bytes: FreeBytes | None = None,
) -> tuple[Journal, Incident | None]:
    """The journal, or a new one in its place where it is missing or damaged.

    Raises `JournalInUse`, `JournalTooNew`, `JournalError`; the files are as they were then.
    """
    try:
        return await Journal.open(path, connect=connect, free_bytes=free_bytes), None
    except JournalMissing as error:
        kind, detail = IncidentKind.MISSING, str(error)
    except JournalDamaged as error:
        kind, detail = IncidentKind.DAMAGED, str(error)
    return await start_anew(path, at, kind, detail, connect=connect, free_bytes=free_bytes)


async def start_anew(
    path: Path,
    at: datetime,
    kind: IncidentKind,
    detail: str,
    *,
    connect: Connect = connect,
    free_bytes: FreeBytes | None = None,
) -> tuple[Journal, Incident]:
    """Put the file aside and open a new one. The old journal has been closed.

    Raises `JournalInUse`, `JournalError`.
    """
    try:
        moved = await asyncio.to_thread(set_aside, path, at, kind)
    except OSError as error:
        raise JournalError(f"{path.name} cannot be put aside: {error}") from error
    journal = await Journal.open(path, connect=connect, free_bytes=free_bytes)
    incident = Incident(kind=kind, detail=detail, set_aside=moved)
    try:
        await journal.note_incident(at, kind, detail)
    except BaseException:
        await journal.close()
        raise
    return journal, incident


def set_aside(path: Path, at: datetime, kind: IncidentKind) -> tuple[Path, ...]:
    """Rename the journal's files to `<stem>.<kind>-<time>...`; their new names.

    Raises `JournalInUse`, `OSError`.
    """
    lock = WriterLock.take(lock_path(path))
    try:
        new = _free_name(path, f"{kind}-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        names = {
            path: new,
            path.with_name(f"{path.name}-wal"): new.with_name(f"{new.name}-wal"),
            key_path(path): key_path(new),  # last: until then the file is found missing
        }
        path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
        moved = []
        for old, name in names.items():
            if old.exists():
                moved.append(old.rename(name))
        return tuple(moved)
    finally:
        lock.release()


def _free_name(path: Path, mark: str) -> Path:
    for number in count(1):
        suffix = "" if number == 1 else f"-{number}"
        name = path.with_name(f"{path.stem}.{mark}{suffix}{path.suffix}")
        if not name.exists() and not key_path(name).exists():
            return name
    raise AssertionError("there is a free name")
