"""A device that says whatever a script says: the other end of a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from drivers.shtrih.link import LinkTiming

FAST = LinkTiming(control=0.2, answer=0.2, byte=0.1, probe=0.1, connect=1.0)
"""Patience of tests: the peer is on the same machine."""


class Peer:
    """The device's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def expect(self, data: bytes) -> None:
        """Take exactly these bytes from the host."""
        came = await self._reader.readexactly(len(data))
        assert came == data, f"{came.hex(' ')} came, {data.hex(' ')} was expected"

    async def expect_nothing(self, seconds: float = 0.05) -> None:
        try:
            came = await asyncio.wait_for(self._reader.read(1), seconds)
        except TimeoutError:
            return
        assert not came, f"{came.hex()} came, nothing was expected"

    async def say(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def say_slowly(self, data: bytes) -> None:
        """Byte by byte, each in a packet of its own."""
        for byte in data:
            await self.say(bytes((byte,)))
            await asyncio.sleep(0)

    async def read(self) -> bytes:
        return await self._reader.read(4096)

    def hang_up(self) -> None:
        self._writer.transport.abort()


Script = Callable[[Peer], Awaitable[None]]


class ScriptedDevice:
    """Plays one script for each connection, in order; the last one again and again."""

    def __init__(self, scripts: tuple[Script, ...]) -> None:
        self.scripts = list(scripts)
        self.url = ""
        self.connections = 0
        self.failures: list[BaseException] = []
        self.finished = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            await script(Peer(reader, writer))
            await reader.read()  # stay until the host goes
        except ConnectionError:
            pass
        except (AssertionError, asyncio.IncompleteReadError) as error:
            self.failures.append(error)
        finally:
            self.finished.set()
            writer.transport.abort()


@asynccontextmanager
async def device(*scripts: Script) -> AsyncIterator[ScriptedDevice]:
    """A scripted device on a local port; its failed expectations fail the test."""
    scripted = ScriptedDevice(scripts)
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"socket://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()
        if scripted.connections:
            await asyncio.wait_for(scripted.finished.wait(), 5)
        await server.wait_closed()
    assert not scripted.failures, scripted.failures
