"""Copies of the journal, made while the station works."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from kassa_tui.journal.database import open_to_read
from kassa_tui.journal.errors import DiskNearlyFull, JournalDamaged, JournalError

KEPT = 30
"""Copies that are kept when nothing else is said."""

_PREFIX = "journal-"


def back_up(path: Path, folder: Path, at: datetime, keep: int = KEPT) -> Path:
    """Copy the journal `path` into `folder` and drop the oldest copies; the new copy.

    The copy is one moment of the file, checked, and under its name only once it is whole
    and on the disk. The key is not copied: without it nobody can make a copy that looks
    genuine; keep it in a place of its own. A copy holds the contacts that the journal held.

    Raises `JournalError`; the copies are as they were then.
    """
    assert keep > 0, "a backup that is dropped at once is none"
    target = folder / f"{_PREFIX}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.db"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < 2 * path.stat().st_size:
            raise DiskNearlyFull(f"there is no room for a backup in {folder.name}")
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            _copy(path, part)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        for old in sorted(folder.glob(f"{_PREFIX}*.db"))[:-keep]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        raise JournalError(f"no backup of {path.name}: {error}") from error
    return target


def _copy(path: Path, part: Path) -> None:
    with closing(open_to_read(path)) as source, closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE").fetchall()
        problem = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if problem != "ok":
        raise JournalDamaged(f"the copy of {path.name} is damaged: {problem}")
    with part.open("rb+") as file:
        os.fsync(file.fileno())
