"""The device's end of a pseudo-terminal (POSIX only)."""

from __future__ import annotations

import asyncio
import os
import tty

READ_SIZE = 4096


class PseudoTerminal:
    """A raw line; `path` is what a client opens.

    The register holds both ends open: otherwise the first client that closes its end would
    hang up the line, and the next one would find it dead. Bytes that nobody takes are lost
    when the kernel's buffer is full, as on a real line.
    """

    def __init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)

    async def read(self) -> bytes:
        """The next bytes from whoever has the other end open."""
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._master, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._master)
        return os.read(self._master, READ_SIZE)

    async def write(self, data: bytes) -> None:
        try:
            os.write(self._master, data)
        except BlockingIOError:
            return

    def drop(self) -> None:
        """A line cannot be hung up from this end."""

    def close(self) -> None:
        os.close(self._slave)
        os.close(self._master)
