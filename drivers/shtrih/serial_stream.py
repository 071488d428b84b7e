"""Byte streams on a serial port.

Neither touches a port in a way that can block the event loop: on POSIX the descriptor does
not block and the loop watches it; elsewhere (Windows) two threads read and write.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from abc import abstractmethod
from contextlib import suppress

import serial

from drivers.shtrih.address import SerialAddress
from drivers.shtrih.serial_port import PORT_ERRORS, close_port, from_thread, open_port
from drivers.shtrih.streams import MAX_BUFFERED, BrokenStream, ByteStream

_CHUNK = 4096
_CLOSE_TIMEOUT_S = 1.0
_MAX_WAITING_WRITES = 64


async def open_serial(
    address: SerialAddress, deadline: float, *, threads: bool = os.name != "posix"
) -> SerialStream:
    """The stream on a port. Raises `ConnectFailed`."""
    port = await open_port(address, deadline)
    loop = asyncio.get_running_loop()
    return ThreadedStream(port, loop) if threads else DescriptorStream(port, loop)


class SerialStream(ByteStream):
    """Bytes through one open port."""

    def __init__(self, port: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._port = port
        self._loop = loop
        self._arrived = asyncio.Event()
        self._incoming = bytearray()
        self._failure: str | None = None

    @property
    def is_broken(self) -> bool:
        return self._failure is not None

    async def send(self, data: bytes, deadline: float) -> None:
        """Hand `data` over; a port that refuses it breaks the stream, now or later.

        It is not waited for: the bytes would then be in a buffer of the system, not on the
        line, so that waiting would say little.
        """
        if self._failure is None:
            self._write(data)
        if self._failure is not None:
            raise BrokenStream(self._failure)

    def discard(self) -> None:
        super().discard()
        self._incoming.clear()

    @abstractmethod
    def _write(self, data: bytes) -> None: ...

    async def _receive_some(self) -> bytes:
        while not self._incoming:
            if self._failure is not None:
                raise BrokenStream(self._failure)
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._incoming)
        self._incoming.clear()
        return data

    def _take(self, data: bytes) -> None:
        self._incoming += data
        if len(self._incoming) > MAX_BUFFERED:
            self._break("a flood of bytes that nobody asked for")
        self._arrived.set()

    def _break(self, why: str) -> None:
        if self._failure is None:
            self._failure = why
        self._arrived.set()


class DescriptorStream(SerialStream):
    """The loop watches the port's descriptor, which pyserial made not to block."""

    def __init__(self, port: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(port, loop)
        self._descriptor = port.fileno()
        self._unwritten = bytearray()
        self._waits_for_room = False
        self._closed = False
        loop.add_reader(self._descriptor, self._read)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._break("the port is closed")
        done = asyncio.Event()

        def work() -> None:
            close_port(self._port)
            from_thread(self._loop, done.set)

        threading.Thread(target=work, name="serial closer", daemon=True).start()
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await done.wait()

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._break(str(error))
        else:
            if data:
                self._take(data)
            else:
                self._break("the device is gone")

    def _write(self, data: bytes) -> None:
        if len(self._unwritten) > MAX_BUFFERED:
            self._break("the port takes no bytes")
            return
        idle = not self._unwritten
        self._unwritten += data
        if len(data) > 1 and not self._waits_for_room:
            self._drain()
        elif idle:
            # A lone control byte can wait for the end of this turn: an ACK then goes in one
            # call with the frame behind it.
            self._loop.call_soon(self._drain)

    def _drain(self) -> None:
        if self._failure is not None or not self._unwritten:
            return
        try:
            del self._unwritten[: os.write(self._descriptor, self._unwritten)]
        except BlockingIOError:
            pass
        except OSError as error:
            self._break(str(error))
            return
        waited, self._waits_for_room = self._waits_for_room, bool(self._unwritten)
        if self._waits_for_room:
            self._loop.add_writer(self._descriptor, self._drain)
        elif waited:
            self._loop.remove_writer(self._descriptor)

    def _break(self, why: str) -> None:
        super()._break(why)
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)


class ThreadedStream(SerialStream):
    """Two daemon threads block in the port, so that the loop never does."""

    def __init__(self, port: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(port, loop)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._closing = False
        self._closed = asyncio.Event()
        self._reader = threading.Thread(target=self._run_reader, name="serial reader", daemon=True)
        self._writer = threading.Thread(target=self._run_writer, name="serial writer", daemon=True)
        self._reader.start()
        self._writer.start()

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._outgoing.put(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._closed.wait()

    def _write(self, data: bytes) -> None:
        if self._outgoing.qsize() > _MAX_WAITING_WRITES:
            self._break("the port takes no bytes")
        else:
            self._outgoing.put(data)

    def _run_reader(self) -> None:
        """The reader thread: one byte wakes it, the rest comes along."""
        try:
            while not self._closing:
                data = self._port.read(1)
                if waiting := self._port.in_waiting:
                    data += self._port.read(waiting)
                if data and not from_thread(self._loop, self._take, data):
                    return
        except PORT_ERRORS as error:
            from_thread(self._loop, self._break, str(error))

    def _run_writer(self) -> None:
        """The writer thread, which also gives the port back in the end.

        What was handed over together (the ACK of an answer, the next frame) goes in one call.
        """
        try:
            while (data := self._outgoing.get()) is not None:
                while not self._outgoing.empty() and (more := self._outgoing.get()) is not None:
                    data += more
                self._port.write(data)
                if self._closing:
                    break
        except PORT_ERRORS as error:
            from_thread(self._loop, self._break, str(error) or type(error).__name__)
            while not self._closing and self._outgoing.get() is not None:
                pass
        with suppress(*PORT_ERRORS):
            self._port.cancel_read()
        self._reader.join(_CLOSE_TIMEOUT_S)
        close_port(self._port)
        from_thread(self._loop, self._closed.set)
