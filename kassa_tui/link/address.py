"""Where the station of a journal listens: a directory beside the journal, for its owner alone.

It holds the lock, the Unix socket where the system has them, and a file that names the way
in. Elsewhere (Windows; a path too long for a socket) that way is a port of the loopback
address and a token which is in that file only.
"""

from __future__ import annotations

import json
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LONGEST_SOCKET_PATH = 100
"""Bytes; systems take 104 to 108."""

LOOPBACK = "127.0.0.1"

_MOST_BYTES = 1024


class NotPrivate(OSError):
    """Others could put a socket of their own in the station's place."""


class Address(NamedTuple):
    """A way in: a socket's path, or a port of the loopback address and its token."""

    path: Path | None = None
    port: int = 0
    token: str = ""


class Door(NamedTuple):
    """The directory of one journal's station."""

    directory: Path

    @classmethod
    def beside(cls, journal: Path) -> Door:
        """The door of the journal in the directory `journal`; makes nothing."""
        return cls(journal / "link")

    @property
    def lock(self) -> Path:
        return self.directory / "lock"

    @property
    def socket(self) -> Path:
        return self.directory / "station.sock"

    @property
    def takes_unix_socket(self) -> bool:
        return (
            sys.platform != "win32"
            and len(os.fsencode(self.socket.absolute())) < LONGEST_SOCKET_PATH
        )

    def make(self) -> None:
        """Make it, mode 0700. Raises `NotPrivate` where it is another's, `OSError`."""
        # On Windows, too, Python gives a directory of this mode to its owner alone.
        self.directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self._check()

    def publish(self, address: Address) -> None:
        """Name the way in, as a whole or not at all."""
        told = {"unix": True} if address.path else {"port": address.port, "token": address.token}
        draft = self._file.with_suffix(".new")
        with suppress(FileNotFoundError):
            draft.unlink()
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(told, file)
        draft.replace(self._file)

    def find(self) -> Address | None:
        """The way in as last published, which may be out of date; None where there is none.

        Raises `NotPrivate`, `OSError`.
        """
        try:
            self._check()
            with self._file.open("rb") as file:
                told = json.loads(file.read(_MOST_BYTES))
            if told.get("unix") is True:
                return Address(path=self.socket)
            port, token = told["port"], told["token"]
        except (FileNotFoundError, ValueError, KeyError, AttributeError):
            return None
        if not isinstance(port, int) or not isinstance(token, str) or not 0 < port <= 0xFFFF:
            return None
        return Address(port=port, token=token)

    def withdraw(self) -> None:
        """Name no way in any more."""
        for file in (self._file, self.socket):
            with suppress(FileNotFoundError):
                file.unlink()

    @property
    def _file(self) -> Path:
        return self.directory / "address.json"

    def _check(self) -> None:
        if sys.platform == "win32":
            return
        status = self.directory.lstat()
        private = stat.S_ISDIR(status.st_mode) and not stat.S_IMODE(status.st_mode) & 0o077
        if not private or status.st_uid != os.getuid():
            raise NotPrivate(f"{self.directory}: not a directory of this user alone (mode 0700)")
