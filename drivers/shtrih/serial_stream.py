"""The byte stream on a serial port: pyserial, with threads of its own.

Neither reading nor writing ever touches the event loop's thread, since a port can block
in any call: a USB adapter that hangs, a stuck line. Both threads are daemons, so that a
hanging driver cannot keep the process alive.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVarTuple

import serial

from drivers.shtrih.address import SerialAddress
from drivers.shtrih.streams import (
    MAX_BUFFERED,
    BrokenStream,
    ByteStream,
    ConnectFailed,
)

try:
    import termios
except ImportError:  # Windows has no terminals of this kind
    _TERMINAL_ERRORS: tuple[type[Exception], ...] = ()
else:
    _TERMINAL_ERRORS = (termios.error,)

Args = TypeVarTuple("Args")

_WRITE_TIMEOUT_S = 5.0
_CLOSE_TIMEOUT_S = 1.0
_MAX_WAITING_WRITES = 64
_PORT_ERRORS: tuple[type[Exception], ...] = (
    OSError,
    serial.SerialException,
    TypeError,
    ValueError,
    *_TERMINAL_ERRORS,
)
"""What pyserial lets out: TypeError when a port is closed under a blocked call, and the
errors of `termios`, which are no OSError."""


class SerialStream(ByteStream):
    """Bytes through one open port. Made by `open`."""

    def __init__(self, port: serial.Serial, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._port = port
        self._loop = loop
        self._arrived = asyncio.Event()
        self._incoming = bytearray()
        self._failure: str | None = None
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._closing = False
        self._closed = asyncio.Event()
        self._reader = threading.Thread(target=self._read, name="serial reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="serial writer", daemon=True)
        self._reader.start()
        self._writer.start()

    @classmethod
    async def open(cls, address: SerialAddress, deadline: float) -> SerialStream:
        loop = asyncio.get_running_loop()
        opened: asyncio.Future[serial.Serial] = loop.create_future()

        def hand_over(port: serial.Serial) -> None:
            if opened.done():  # nobody waits any more
                threading.Thread(target=_close_port, args=(port,), daemon=True).start()
            else:
                opened.set_result(port)

        def fail(why: str) -> None:
            if not opened.done():
                opened.set_exception(ConnectFailed(f"{address.port}: {why}"))

        def work() -> None:
            try:
                port = serial.Serial(
                    address.port,
                    address.baudrate,
                    timeout=None,
                    write_timeout=_WRITE_TIMEOUT_S,
                    exclusive=True,
                )
            except _PORT_ERRORS as error:
                _from_thread(loop, fail, str(error))
                return
            if not _from_thread(loop, hand_over, port):
                _close_port(port)

        threading.Thread(target=work, name="serial opener", daemon=True).start()
        try:
            async with asyncio.timeout_at(deadline):
                return cls(await opened, loop)
        except TimeoutError:
            raise ConnectFailed(f"{address.port}: the port does not open") from None

    @property
    def is_broken(self) -> bool:
        return self._failure is not None

    async def send(self, data: bytes, deadline: float) -> None:
        """Hand `data` to the writer; a port that refuses it breaks the stream later.

        Waiting for the write would cost a turn between threads for each frame, and say
        little: the bytes are then in a buffer of the system, not on the line.
        """
        if self._failure is not None:
            raise BrokenStream(self._failure)
        if self._outgoing.qsize() > _MAX_WAITING_WRITES:
            raise BrokenStream("the port takes no bytes")
        self._outgoing.put(data)

    async def _receive_some(self) -> bytes:
        while not self._incoming:
            if self._failure is not None:
                raise BrokenStream(self._failure)
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._incoming)
        self._incoming.clear()
        return data

    def discard(self) -> None:
        super().discard()
        self._incoming.clear()

    async def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._outgoing.put(None)
        with suppress(TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                await self._closed.wait()

    def _take(self, data: bytes) -> None:
        self._incoming += data
        if len(self._incoming) > MAX_BUFFERED:
            self._break("a flood of bytes that nobody asked for")
        self._arrived.set()

    def _break(self, why: str) -> None:
        if self._failure is None:
            self._failure = why
        self._arrived.set()

    def _read(self) -> None:
        """The reader thread: one byte wakes it, the rest comes along."""
        try:
            while not self._closing:
                data = self._port.read(1)
                if waiting := self._port.in_waiting:
                    data += self._port.read(waiting)
                if data and not _from_thread(self._loop, self._take, data):
                    return
        except _PORT_ERRORS as error:
            _from_thread(self._loop, self._break, str(error))

    def _write(self) -> None:
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
        except _PORT_ERRORS as error:
            _from_thread(self._loop, self._break, str(error) or type(error).__name__)
            while not self._closing and self._outgoing.get() is not None:
                pass
        with suppress(*_PORT_ERRORS):
            self._port.cancel_read()
        self._reader.join(_CLOSE_TIMEOUT_S)
        _close_port(self._port)
        _from_thread(self._loop, self._closed.set)


def _close_port(port: serial.Serial) -> None:
    with suppress(*_PORT_ERRORS):
        port.reset_output_buffer()  # closing would wait for a stuck line to drain
    with suppress(*_PORT_ERRORS):
        port.close()


def _from_thread(
    loop: asyncio.AbstractEventLoop, call: Callable[[*Args], object], *args: *Args
) -> bool:
    """Run `call` in the loop; False when the loop is gone."""
    try:
        loop.call_soon_threadsafe(call, *args)
    except RuntimeError:
        return False
    return True
