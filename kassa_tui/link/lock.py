"""The lock that gives one journal one station.

The operating system holds it for the process, so that a killed one leaves none behind.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


class StationLock:
    """Held from `take` until `release`, or until the process ends in whatever way."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> StationLock | None:
        """The lock in the file `path`; None while another process holds it. Raises `OSError`."""
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if _locked(handle):
                return cls(handle)
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        return None

    def release(self) -> None:
        os.close(self._handle)


def _locked(handle: int) -> bool:
    """False when another process has it already."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
    else:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
