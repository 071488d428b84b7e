"""A host that knows nothing but bytes: the requests are written by hand from the paper."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone

from drivers.ffd.enumerations import FfdVersion
from drivers.shtrih.frames import (
    ACK,
    ENQ,
    NAK,
    PacketV2,
    decode_v1,
    decode_v2,
    encode_v1,
    encode_v2,
)
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import Timing
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face import ShtrihFace

START = datetime(2026, 3, 2, 12, 0, tzinfo=timezone(timedelta(hours=3)))
PATIENCE = 5
SHORT_PATIENCE = 0.2


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **parts: int) -> None:
        self.now += timedelta(**parts)


def make_register(
    clock: Callable[[], datetime],
    *,
    faults: str = "",
    ffd: FfdVersion = FfdVersion.V1_2,
    paper: Callable[[str], None] = lambda line: None,
    timing: Timing | None = None,
    registration: Registration | None = None,
) -> VirtualRegister:
    return VirtualRegister.open(
        None,
        registration or Registration(ffd_version=ffd),
        clock,
        paper,
        faults=Faults.parse(faults, seed=1),
        timing=timing or Timing(),
    )


def pw(number: int) -> bytes:
    return number.to_bytes(4, "little")


def kopecks(amount: int) -> bytes:
    return amount.to_bytes(5, "little")


class Host:
    """One connection, one transport; remembers nothing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.number = 1

    async def read(self, count: int) -> bytes:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.readexactly(count)

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def take_answer(self) -> bytes:
        """Read one frame of version 1 and acknowledge it."""
        head = await self.read(2)
        body = decode_v1(head + await self.read(head[1] + 1))
        self.send(bytes((ACK,)))
        return body

    async def fetch_answer(self) -> bytes:
        """Ask with ENQ until the device hands over the answer that it holds."""
        while True:
            self.send(bytes((ENQ,)))
            assert await self.read(1) == bytes((ACK,))
            with suppress(TimeoutError):
                async with asyncio.timeout(SHORT_PATIENCE):
                    return await self.take_answer()

    async def lost(self) -> None:
        """Wait until the device has broken the connection, and give it up."""
        with suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                await self.reader.read()
        self.writer.transport.abort()

    async def ask(self, body: bytes) -> bytes:
        """A whole exchange in version 1; gives what stands behind the command's code."""
        self.send(bytes((ENQ,)))
        assert await self.read(1) == bytes((NAK,))
        self.send(encode_v1(body))
        assert await self.read(1) == bytes((ACK,))
        answer = await self.take_answer()
        code = 2 if body[0] == 0xFF else 1
        assert answer[:code] == body[:code]
        return answer[code:]

    async def command(self, code: str, *parts: bytes, password: int = 30) -> bytes:
        """Run a command that must succeed; gives what stands behind the error byte."""
        answer = await self.ask(bytes.fromhex(code) + pw(password) + b"".join(parts))
        assert answer[0] == 0, f"{code}: error {answer[0]:02X}h"
        return answer[1:]

    async def error(self, code: str, *parts: bytes, password: int = 30) -> int:
        """Run a command that must fail; gives its error code."""
        answer = await self.ask(bytes.fromhex(code) + pw(password) + b"".join(parts))
        assert answer[0] != 0, f"{code} succeeded"
        assert len(answer) == 1
        return answer[0]

    async def ask_v2(self, number: int, data: bytes) -> PacketV2:
        """Send a packet of version 2 and take the answer, whatever its number."""
        self.send(encode_v2(PacketV2(number, data)))
        return await self.take_v2()

    async def take_v2(self) -> PacketV2:
        packet = bytearray(await self.read(1))
        while True:
            packet += await self.read(1)
            try:
                return decode_v2(bytes(packet))
            except ValueError:
                assert len(packet) < 3000

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def connect(address: tuple[str, int]) -> Host:
    return Host(*await asyncio.open_connection(*address))


@asynccontextmanager
async def serving(register: VirtualRegister, **habits: object) -> AsyncIterator[tuple[str, int]]:
    """A face on TCP."""
    face = ShtrihFace(register, **habits)  # type: ignore[arg-type]
    try:
        yield await face.serve_tcp()
    finally:
        await face.close()
        register.close()


@asynccontextmanager
async def hosting(register: VirtualRegister, **habits: object) -> AsyncIterator[Host]:
    """A face on TCP, and a host connected to it."""
    async with serving(register, **habits) as address:
        host = await connect(address)
        try:
            yield host
        finally:
            host.writer.transport.abort()


def item(
    name: str = "Сок",
    price: int = 10000,
    *,
    sign: int = 1,
    quantity: int = 1_000_000,
    cost: int | None = None,
    tax: int = 8,
    method: int = 4,
    subject: int = 1,
) -> bytes:
    """Parameters of FF46."""
    return (
        bytes((sign,))
        + quantity.to_bytes(6, "little")
        + kopecks(price)
        + (b"\xff" * 5 if cost is None else kopecks(cost))
        + b"\xff" * 5
        + bytes((tax, 1, method, subject))
        + name.encode("cp1251")
    )


def closing(
    cash: int = 0, *, others: dict[int, int] | None = None, tax_system: int = 1, rounding: int = 0
) -> bytes:
    """Parameters of FF45; `others` are payment types 2..16."""
    sums = [cash] + [0] * 15
    for payment, amount in (others or {}).items():
        sums[payment - 1] = amount
    return b"".join(map(kopecks, sums)) + bytes((rounding,)) + bytes(30) + bytes((tax_system,))


def tlv(tag: int, value: bytes) -> bytes:
    return tag.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value


UTC_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def unix_time(year: int, month: int, day: int) -> bytes:
    seconds = datetime(year, month, day, tzinfo=UTC) - UTC_EPOCH
    return int(seconds.total_seconds()).to_bytes(4, "little")


async def open_shift(host: Host) -> None:
    await host.command("E0")


async def sell(host: Host, amount: int = 10000, name: str = "Сок") -> int:
    """A whole receipt in cash; gives its FD."""
    await host.command("8D", b"\0")
    await host.command("FF46", item(name, amount))
    answer = await host.command("FF45", closing(amount))
    return int.from_bytes(answer[5:9], "little")
