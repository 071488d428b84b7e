"""Bytes to and from a register, with a deadline on every wait.

Errors, by what they say about the link::

    StreamError
     ├─ ConnectFailed      there was never a link
     ├─ BrokenStream       the link is gone: closed, reset, unplugged
     └─ IncompleteRead     the deadline came first; what had come stays in the buffer

A deadline is a moment of the running loop's clock (`loop.time()`), so that several waits
share one budget. Every wait can be cancelled: bytes that came meanwhile are not lost.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

from drivers.shtrih.address import SocketAddress

MAX_BUFFERED = 65536
"""Bytes kept unread; a device that sends more without being asked is no register."""
_CHUNK = 4096
_CLOSE_TIMEOUT_S = 1.0


class StreamError(Exception):
    """The link did not do what was asked."""


class ConnectFailed(StreamError):
    """No link could be made."""


class BrokenStream(StreamError):
    """The link is gone."""


class IncompleteRead(StreamError):
    """Less came than was waited for.

    Attributes:
        available: How many bytes had come; they are still in the buffer.
    """

    def __init__(self, wanted: int, available: int) -> None:
        super().__init__(f"{available} of {wanted} bytes came in time")
        self.available = available


class ByteStream(ABC):
    """One open link. Closed once; after `BrokenStream` only `close` makes sense."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @abstractmethod
    async def send(self, data: bytes, deadline: float) -> None:
        """Hand `data` to the line. Raises `BrokenStream`, also when the line is stuck."""

    @abstractmethod
    async def _receive_some(self) -> bytes:
        """At least one byte, as soon as there is one. Raises `BrokenStream`."""

    @abstractmethod
    async def close(self) -> None:
        """Give the line back; takes a second at most, and never raises."""

    @property
    @abstractmethod
    def is_broken(self) -> bool:
        """True when the other end is known to be gone."""

    async def receive_exactly(self, count: int, deadline: float) -> bytes:
        """The next `count` bytes. Raises `IncompleteRead`, `BrokenStream`."""
        await self._fill(count, deadline)
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        return data

    async def receive_byte(self, deadline: float) -> int:
        """The next byte. Raises `IncompleteRead`, `BrokenStream`."""
        return (await self.receive_exactly(1, deadline))[0]

    def discard(self) -> None:
        """Forget what has come and was not read."""
        self._buffer.clear()

    async def _fill(self, count: int, deadline: float) -> None:
        if len(self._buffer) >= count:
            return
        try:
            async with asyncio.timeout_at(deadline):
                while len(self._buffer) < count:
                    self._buffer += await self._receive_some()
        except TimeoutError:
            raise IncompleteRead(count, len(self._buffer)) from None


class TcpStream(ByteStream):
    """The byte stream on a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        super().__init__()
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: SocketAddress, deadline: float) -> TcpStream:
        try:
            async with asyncio.timeout_at(deadline):
                return cls(
                    *await asyncio.open_connection(address.host, address.port, limit=MAX_BUFFERED)
                )
        except (OSError, ValueError) as error:  # ValueError: a host name that cannot be encoded
            name = f"{address.host}:{address.port}"
            why = "no answer in time" if isinstance(error, TimeoutError) else str(error)
            raise ConnectFailed(f"{name}: {why}") from error

    @property
    def is_broken(self) -> bool:
        return self._reader.at_eof() or self._writer.is_closing()

    async def send(self, data: bytes, deadline: float) -> None:
        try:
            async with asyncio.timeout_at(deadline):
                self._writer.write(data)
                await self._writer.drain()
        except TimeoutError:
            raise BrokenStream("the other end takes no bytes") from None
        except OSError as error:
            raise BrokenStream(str(error)) from error

    async def _receive_some(self) -> bytes:
        try:
            data = await self._reader.read(_CHUNK)
        except OSError as error:
            raise BrokenStream(str(error)) from error
        if not data:
            raise BrokenStream("the other end has closed the connection")
        return data

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._writer.wait_closed()
                return
        self._writer.transport.abort()
