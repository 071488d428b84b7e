"""The device on real sockets: TCP (as the standard platform's port 7778) and a serial line.

Commands run in one thread of their own, so that the loop never waits for a disk. A TCP port
serves one connection at a time; the next one is accepted, and served when the first has gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta

from drivers.loopback import is_loopback
from drivers.virtual.core import VirtualRegister
from drivers.virtual.refusals import PowerLost
from drivers.virtual.shtrih_face.codes import Code
from drivers.virtual.shtrih_face.device import Device, name_of
from drivers.virtual.shtrih_face.link import ChosenByFirstByte, Link
from drivers.virtual.shtrih_face.port import BYTE_TIMEOUT, LATE_ANSWER, Habits, Port

logger = logging.getLogger(__name__)

READ_SIZE = 4096
MAX_CONNECTIONS = 8
"""Connections of one TCP port, the waiting ones included."""


class ShtrihFace:
    """The Shtrih-M protocol of one virtual register.

    Args:
        register: Used by this face alone while it serves, from the thread of `executor`.
        executor: A single thread; one of the face's own when it is None.
        pace: Speed of every line in bits a second, both ways; None: as fast as it goes.
        new_link: Makes the transport of a socket, at the start and after a power cut; by
            default it is chosen by the first byte.
        byte_timeout: Silence inside a frame after which the frame is given up.
        late_answer: How late the fault `late-answer` is.
    """

    def __init__(
        self,
        register: VirtualRegister,
        *,
        executor: Executor | None = None,
        pace: int | None = None,
        new_link: Callable[[], Link] = ChosenByFirstByte,
        byte_timeout: timedelta = BYTE_TIMEOUT,
        late_answer: timedelta = LATE_ANSWER,
    ) -> None:
        self._device = Device(register)
        self._faults = register.faults
        self._own_executor = None if executor else ThreadPoolExecutor(1, "virtual-register")
        self._executor = executor or self._own_executor
        self._habits = Habits(pace=pace, byte_timeout=byte_timeout, late_answer=late_answer)
        self._new_link = new_link
        self._ports: list[Port] = []
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve_tcp(
        self, host: str = "127.0.0.1", port: int = 0, *, listen_everywhere: bool = False
    ) -> tuple[str, int]:
        """Listen, and give the address; port 0 takes a free one.

        Raises:
            ValueError: `host` is open to others, and `listen_everywhere` is not said.
            OSError: The address cannot be had.
        """
        if not (listen_everywhere or is_loopback(host)):
            raise ValueError(f"{host} can be reached by others")
        socket = self._new_port()
        turn = asyncio.Lock()
        connected: set[asyncio.StreamWriter] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                async with turn:
                    await socket.serve(_Stream(reader, writer))
            finally:
                connected.discard(writer)
                writer.transport.abort()

        def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if len(connected) >= MAX_CONNECTIONS:
                writer.transport.abort()
                return
            connected.add(writer)
            self._keep(serve(reader, writer))

        server = await asyncio.start_server(connect, host, port)
        self._servers.append(server)
        address = server.sockets[0].getsockname()
        return address[0], address[1]

    async def serve_pty(self) -> str:
        """Offer a pseudo-terminal, and give the path of its other end. POSIX only."""
        # Windows has no terminals to import.
        from drivers.virtual.shtrih_face.pseudo_terminal import PseudoTerminal

        terminal = PseudoTerminal()
        self._keep(self._new_port().serve(terminal)).add_done_callback(lambda _: terminal.close())
        return terminal.path

    async def close(self) -> None:
        """Stop serving. A command in work is finished; the register stays open."""
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for port in self._ports:
            await port.finish()
        for server in self._servers:
            await server.wait_closed()
        if self._own_executor:
            self._own_executor.shutdown()

    def _keep(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _new_port(self) -> Port:
        port = Port(self._new_link, self._work, self._faults, self._habits)
        self._ports.append(port)
        return port

    async def _work(self, body: bytes) -> bytes | None:
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._executor, self._execute, body)
        if answer is None:
            for port in self._ports:
                port.power_off()
        return answer

    def _execute(self, body: bytes) -> bytes | None:
        """In the register's thread."""
        self._faults.wire_command = name_of(body)
        try:
            return self._device.execute(body)
        except PowerLost:
            self._device.power_on()
            return None
        except Exception:  # a mistake in one command must not take the device off the line
            logger.exception("command %s failed", name_of(body))
            return body[: 2 if body[0] == 0xFF else 1] + bytes((Code.INTERNAL,))


class _Stream:
    """A TCP connection as the port sees it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self) -> bytes:
        return await self._reader.read(READ_SIZE)

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def drop(self) -> None:
        self._writer.transport.abort()
