"""The lock that gives one journal one writer.

It lies in a file of its own, so that readers are free to look. The operating system holds
it for the process: a killed one leaves none behind.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from kassa_tui.journal.errors import JournalInUse


class WriterLock:
    """Held from `take` until `release`, or until the process ends in whatever way."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> WriterLock:
        """Lock the file `path`, made when missing. Raises `JournalInUse`, `OSError`."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if isinstance(error, (BlockingIOError, PermissionError)):
                raise JournalInUse(f"{path.name} is held by another station") from error
            raise
        return cls(handle)

    def release(self) -> None:
        """Let go; a second time does nothing."""
        handle, self._handle = self._handle, -1
        if handle != -1:
            os.close(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
