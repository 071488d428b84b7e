"""What stands behind the driver: the kinds of register, each with its wire and its faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, tzinfo
from random import Random
from typing import Protocol

from drivers.ffd.enumerations import FfdVersion
from drivers.register import FiscalRegister
from drivers.shtrih import connection as shtrih
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.frames import START_V2, STX, FrameError, decode_v1, decode_v2
from drivers.virtual.core import VirtualRegister
from drivers.virtual.shtrih_face import ShtrihFace
from tests.simulation.chance import RATES, Chance
from tests.simulation.machine import Process, VirtualLoop
from tests.simulation.network import Network


class Surroundings(Protocol):
    """What of the world a register needs."""

    seed: int
    random: Random
    loop: VirtualLoop
    chance: Chance
    host: str
    """Where the register is, on a network."""
    power_is_on: bool
    """The mains of the register."""

    def note(self, *words: object) -> None: ...

    def now(self) -> datetime: ...

    def receipt_leaves(self, command: str, *, closes: bool) -> None: ...


class Connection(Protocol):
    """The way to the register that is in use, through all lives of the station."""

    ffd_version: FfdVersion
    """That the register is registered with."""

    def driver(self, zone: tzinfo) -> FiscalRegister:
        """One for a new life of the station."""
        ...

    async def serve(self, register: VirtualRegister) -> None:
        """This one stands there from now on."""
        ...

    def break_off(self) -> None:
        """The register is taken away."""
        ...

    def switch(self, on: bool) -> None:
        """Its mains, as `power_is_on` says."""
        ...

    def leave(self, process: Process) -> None:
        """A process has died: the system closes its connections."""
        ...

    def happen(self, later: float) -> None:
        """What is done to it during an operation of the cashier, `later` seconds from now."""
        ...

    def clear(self) -> None:
        """Nobody does anything to it any more, and what was done is undone."""
        ...


@dataclass(frozen=True)
class Kind:
    """One kind of register."""

    name: str
    rates: Mapping[str, float]
    """Its faults, as in `chance`."""
    favoured: str
    """The command that faults of its link are for; empty: all alike."""
    connect: Callable[[Surroundings], Connection]


PROTOCOLS: tuple[shtrih.Protocol, ...] = ("v1", "v1", "v2", "auto")
RECEIPT_COMMANDS = {b"\x8d": "8D", b"\xff\x46": "FF46", b"\xff\x45": "FF45"}
"""Commands that make a receipt: opening, item, closing."""
CLOSING = "FF45"


class NoThread(Executor):
    """Never used: the loop does the work of threads itself."""


class ShtrihConnection:
    """The Shtrih-M protocol over TCP; the `Line` of its network."""

    ffd_version = FfdVersion.V1_2

    def __init__(self, world: Surroundings) -> None:
        self._world = world
        self._protocol = world.random.choice(PROTOCOLS)
        self._network = Network(world.loop, self, self._frame_leaves)
        world.loop.networks[world.host] = self._network
        self._address = (world.host, 0)

    def driver(self, zone: tzinfo) -> FiscalRegister:
        host, port = self._address
        return ShtrihRegister(f"socket://{host}:{port}", timezone=zone, protocol=self._protocol)

    async def serve(self, register: VirtualRegister) -> None:
        self._face = ShtrihFace(register, executor=NoThread())
        self._address = await self._face.serve_tcp(*self._address)

    def break_off(self) -> None:
        self._network.cut()
        for port in self._face._ports:
            port.power_off()

    def switch(self, on: bool) -> None:
        if on:
            self._face._device.power_on()
        else:
            self.break_off()

    def leave(self, process: Process) -> None:
        self._network.leave(process)

    def happen(self, later: float) -> None:
        pass

    def clear(self) -> None:
        pass

    def reachable(self) -> bool:
        return self._world.power_is_on and not self._world.chance.strikes("wire-refused")

    def carry(self, data: bytes, to_register: bool) -> list[tuple[float, bytes]] | None:
        self._world.note(">" if to_register else "<", data.hex())
        chance = self._world.chance
        if not self._world.power_is_on:
            return []
        if chance.stopped:
            return [(0.0, data)]
        if chance.strikes("wire-cut"):
            return None
        if chance.strikes("wire-loss"):
            kept = chance.random.randrange(len(data))
            data = data[:kept] + data[kept + 1 :]
        if data and chance.strikes("wire-garbage"):
            spoiled = bytearray(data)
            spoiled[chance.random.randrange(len(data))] ^= 1 << chance.random.randrange(8)
            data = bytes(spoiled)
        delay = 0.0
        if chance.strikes("wire-delay"):
            delay = chance.random.choice((0.005, 0.5, 4.0, 12.0))
        if len(data) > 1 and chance.strikes("wire-split"):
            at = chance.random.randrange(1, len(data))
            return [(delay, data[:at]), (delay + chance.random.choice((0.001, 0.2)), data[at:])]
        return [(delay, data)] if data else []

    def _frame_leaves(self, process: Process, data: bytes) -> None:
        if command := receipt_command(data):
            self._world.receipt_leaves(command, closes=command == CLOSING)


def receipt_command(data: bytes) -> str:
    """The name of the receipt command that a chunk of bytes carries; else empty."""
    start = data.find(bytes((STX,)))
    body = b""
    try:
        if data[:1] == bytes((START_V2,)):
            body = decode_v2(data).data
        elif start >= 0:
            body = decode_v1(data[start:])
    except FrameError:
        return ""
    return RECEIPT_COMMANDS.get(body[:2]) or RECEIPT_COMMANDS.get(body[:1]) or ""


SHTRIH = Kind("shtrih", RATES, "", ShtrihConnection)
