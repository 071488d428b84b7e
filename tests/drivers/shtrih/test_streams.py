"""Bytes over TCP and over a pseudo-terminal, with deadlines."""

from __future__ import annotations

import asyncio
import os
import threading
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from drivers.shtrih.address import parse_address
from drivers.shtrih.opening import open_stream
from drivers.shtrih.serial_stream import open_serial
from drivers.shtrih.streams import (
    BrokenStream,
    ByteStream,
    ConnectFailed,
    IncompleteRead,
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
async def over_pty(*, threads: bool = False) -> AsyncIterator[Ends]:
    master, slave = os.openpty()
    tty.setraw(slave)
    address = parse_address(f"serial://{os.ttyname(slave)}")
    stream = await open_serial(address, soon(), threads=threads)
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


over_pty_by_threads = partial(over_pty, threads=True)

EACH = pytest.mark.parametrize(
    "ends", [over_tcp, over_pty, over_pty_by_threads], ids=["tcp", "pty", "pty-by-threads"]
)
PORTS = pytest.mark.parametrize("ends", [over_pty, over_pty_by_threads], ids=["pty", "threads"])


@EACH
async def test_bytes_go_both_ways(ends) -> None:
    async with ends() as wire:
        await wire.stream.send(b"\x05\xff\x00", soon())
        assert await wire.take(3) == b"\x05\xff\x00"
        wire.say(b"\x11\x13\x15abc")
        assert await wire.stream.receive_byte(soon()) == 0x11
        assert await wire.stream.receive_exactly(5, soon()) == b"\x13\x15abc"


@EACH
async def test_a_deadline_ends_a_read_and_keeps_what_has_come(ends) -> None:
    async with ends() as wire:
        wire.say(b"ab")
        with pytest.raises(IncompleteRead) as incomplete:
            await wire.stream.receive_exactly(3, soon(0.1))
        assert incomplete.value.available == 2
        wire.say(b"c")
        assert await wire.stream.receive_exactly(3, soon()) == b"abc"


@EACH
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


@EACH
async def test_a_peer_that_is_gone_breaks_the_stream(ends) -> None:
    async with ends() as wire:
        wire.hang_up()
        with pytest.raises(BrokenStream):
            await wire.stream.receive_byte(soon(5))
        assert wire.stream.is_broken
        with pytest.raises(BrokenStream):
            await wire.stream.receive_byte(soon())


@EACH
async def test_discarded_bytes_are_gone(ends) -> None:
    async with ends() as wire:
        wire.say(b"old")
        await wire.stream.receive_byte(soon())
        wire.stream.discard()
        wire.say(b"new")
        assert await wire.stream.receive_exactly(3, soon()) == b"new"


async def test_a_closed_port_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    async with over_pty_by_threads() as wire:
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


@PORTS
async def test_more_than_the_line_takes_at_once_goes_bit_by_bit(ends) -> None:
    sent = bytes(range(256)) * 100
    async with ends() as wire:
        await wire.stream.send(sent, soon())
        assert await wire.take(len(sent)) == sent


@PORTS
async def test_a_line_that_takes_nothing_breaks_the_stream(ends) -> None:
    async with ends() as wire:

        async def send_for_ever() -> None:
            while True:
                await wire.stream.send(bytes(4000), soon())

        with pytest.raises(BrokenStream):
            await send_for_ever()


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


@PORTS
async def test_a_flood_that_nobody_reads_breaks_a_serial_stream(ends) -> None:
    def flood(say: Callable[[bytes], object]) -> None:
        with suppress(OSError):
            for _ in range(40):
                say(bytes(4000))

    async with ends() as wire:
        threading.Thread(target=flood, args=(wire.say,), daemon=True).start()
        async with asyncio.timeout(5):
            while not wire.stream.is_broken:  # noqa: ASYNC110 - nothing is told before
                await asyncio.sleep(0.01)
        with pytest.raises(BrokenStream):
            await wire.stream.send(b"\x05", soon())


@pytest.mark.parametrize("url", ["socket://127.0.0.1:1", "socket://kassa.invalid:7778"])
async def test_a_device_that_is_not_there_is_told_so(url: str) -> None:
    with pytest.raises(ConnectFailed) as failed:
        await open_stream(url, soon(5))
    assert url.removeprefix("socket://").partition(":")[0] in str(failed.value)


async def test_a_port_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ConnectFailed) as failed:
        await open_stream(f"serial://{tmp_path}/ttyACM0", soon())
    assert "ttyACM0" in str(failed.value)
