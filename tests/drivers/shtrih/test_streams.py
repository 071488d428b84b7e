"""Bytes over TCP and over a pseudo-terminal, with deadlines."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from drivers.shtrih.streams import (
    BrokenStream,
    ByteStream,
    ConnectFailed,
    IncompleteRead,
    open_stream,
)


def soon(seconds: float = 1.0) -> float:
    return asyncio.get_running_loop().time() + seconds


@dataclass
class Ends:
    """A stream, and what its other end can do."""

    stream: ByteStream
    say: object
    take: object
    hang_up: object


@asynccontextmanager
async def over_tcp() -> AsyncIterator[Ends]:
    peers: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.put_nowait((reader, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    stream = await open_stream(f"socket://127.0.0.1:{port}", soon())
    reader, writer = await peers.get()
    try:
        yield Ends(stream, writer.write, reader.readexactly, writer.transport.abort)
    finally:
        await stream.close()
        writer.close()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def over_pty() -> AsyncIterator[Ends]:
    master, slave = os.openpty()
    tty.setraw(slave)
    path = os.ttyname(slave)
    stream = await open_stream(f"serial://{path}", soon())
    os.close(slave)
    closed = False

    async def take(count: int) -> bytes:
        data = b""
        while len(data) < count:
            data += await asyncio.to_thread(os.read, master, count - len(data))
        return data

    def hang_up() -> None:
        nonlocal closed
        if not closed:
            closed = True
            os.close(master)

    try:
        yield Ends(stream, lambda data: os.write(master, data), take, hang_up)
    finally:
        await stream.close()
        hang_up()


BOTH = pytest.mark.parametrize("ends", [over_tcp, over_pty], ids=["tcp", "pty"])


@BOTH
async def test_bytes_go_both_ways(ends) -> None:
    async with ends() as wire:
        await wire.stream.send(b"\x05\xff\x00", soon())
        assert await wire.take(3) == b"\x05\xff\x00"
        wire.say(b"\x11\x13\x15abc")
        assert await wire.stream.receive_byte(soon()) == 0x11
        assert await wire.stream.receive_exactly(5, soon()) == b"\x13\x15abc"


@BOTH
async def test_a_deadline_ends_a_read_and_keeps_what_has_come(ends) -> None:
    async with ends() as wire:
        wire.say(b"ab")
        with pytest.raises(IncompleteRead) as incomplete:
            await wire.stream.receive_exactly(3, soon(0.1))
        assert incomplete.value.available == 2
        wire.say(b"c")
        assert await wire.stream.receive_exactly(3, soon()) == b"abc"


@BOTH
async def test_a_cancelled_read_loses_nothing(ends) -> None:
    async with ends() as wire:
        reading = asyncio.create_task(wire.stream.receive_exactly(2, soon(10)))
        await asyncio.sleep(0)
        wire.say(b"a")
        await asyncio.sleep(0.05)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        wire.say(b"b")
        assert await wire.stream.receive_exactly(2, soon()) == b"ab"


@BOTH
async def test_a_peer_that_is_gone_breaks_the_stream(ends) -> None:
    async with ends() as wire:
        wire.hang_up()
        with pytest.raises(BrokenStream):
            await wire.stream.receive_byte(soon(5))
        assert wire.stream.is_broken
        with pytest.raises(BrokenStream):
            await wire.stream.receive_byte(soon())


@BOTH
async def test_discarded_bytes_are_gone(ends) -> None:
    async with ends() as wire:
        wire.say(b"old")
        await wire.stream.receive_byte(soon())
        wire.stream.discard()
        wire.say(b"new")
        assert await wire.stream.receive_exactly(3, soon()) == b"new"


async def test_a_closed_port_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    async with over_pty() as wire:
        threads = [
            thread
            for thread in set(threading.enumerate()) - before
            if thread.name in ("serial reader", "serial writer")
        ]
        assert len(threads) == 2
        await wire.stream.close()
        for thread in threads:
            thread.join(timeout=5)
            assert not thread.is_alive()


async def test_a_port_can_be_opened_again_at_once() -> None:
    master, slave = os.openpty()
    try:
        for _ in range(3):
            stream = await open_stream(f"serial://{os.ttyname(slave)}", soon())
            await stream.close()
    finally:
        os.close(master)
        os.close(slave)


async def test_a_port_in_use_is_not_shared() -> None:
    master, slave = os.openpty()
    try:
        first = await open_stream(f"serial://{os.ttyname(slave)}", soon())
        with pytest.raises(ConnectFailed):
            await open_stream(f"serial://{os.ttyname(slave)}", soon())
        await first.close()
    finally:
        os.close(master)
        os.close(slave)


async def test_a_flood_that_nobody_reads_breaks_a_serial_stream() -> None:
    async with over_pty() as wire:
        try:
            for _ in range(40):
                await asyncio.to_thread(wire.say, bytes(4000))
        except OSError:
            pass
        with pytest.raises(BrokenStream):
            await wire.stream.receive_exactly(1_000_000, soon(5))


@pytest.mark.parametrize("url", ["socket://127.0.0.1:1", "socket://kassa.invalid:7778"])
async def test_a_device_that_is_not_there_is_told_so(url: str) -> None:
    with pytest.raises(ConnectFailed) as failed:
        await open_stream(url, soon(5))
    assert url.removeprefix("socket://").partition(":")[0] in str(failed.value)


async def test_a_port_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConnectFailed) as failed:
        await open_stream(f"serial://{tmp_path}/ttyACM0", soon())
    assert "ttyACM0" in str(failed.value)
