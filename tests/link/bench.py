"""A station that only echoes, faces that only listen, and every way between them."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from kassa_tui.link.address import Address, Door
from kassa_tui.link.host import Listener, StationHost, Worker
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.link.link import Link
from kassa_tui.link.server import STALLED_S, SocketServer
from kassa_tui.link.socket_link import SocketLink
from kassa_tui.station.answers import Answer, Done
from kassa_tui.station.requests import Request
from kassa_tui.station.snapshot import Snapshot

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = 5.0

WAYS = ("in process", "loopback", *(() if sys.platform == "win32" else ("unix socket",)))


def snapshot(number: int) -> Snapshot:
    return Snapshot(
        at=NOON + timedelta(seconds=number), club="Клуб", till="Касса 1", cashier="Иванова А."
    )


class Echo:
    """A worker that answers at once, or when it is let go."""

    def __init__(self, listener: Listener, *, answers: bool = True) -> None:
        self.listener = listener
        self.requests: list[Request] = []
        self.asked = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._answering = asyncio.Event()
        self._stop = asyncio.Event()
        if answers:
            self._answering.set()

    async def ask(self, request: Request) -> Answer:
        self.requests.append(request)
        self.asked.set()
        await self._answering.wait()
        return Done()

    def answer(self) -> None:
        """Answer from now on; callable from any thread."""
        self._loop.call_soon_threadsafe(self._answering.set)

    def say(self, *numbers: int) -> None:
        """Publish snapshots, on the station's loop; callable from any thread."""

        def publish() -> None:
            for number in numbers:
                self.listener(snapshot(number))

        self._loop.call_soon_threadsafe(publish)

    async def run(self) -> None:
        self.listener(snapshot(0))
        await self._stop.wait()

    def stop(self) -> None:
        self._stop.set()


class Face:
    """Hears what a link tells."""

    def __init__(self) -> None:
        self.heard: list[Snapshot] = []
        self.ends: list[str] = []
        self.changed = asyncio.Event()

    def attach(self, link: Link) -> Link:
        link.attach(self.on_snapshot, self.on_end)
        return link

    def on_snapshot(self, news: Snapshot) -> None:
        self.heard.append(news)
        self.changed.set()

    def on_end(self, failure: str) -> None:
        self.ends.append(failure)
        self.changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), SOON)

    async def until_heard(self, number: int = 0) -> None:
        await self.until(lambda: snapshot(number) in self.heard)


def echo_host(*, answers: bool = True) -> tuple[StationHost, list[Echo]]:
    made: list[Echo] = []

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = Echo(listener, answers=answers)
        made.append(worker)
        ready(worker)
        await worker.run()

    return StationHost(work), made


class Way:
    """How faces reach the station of one host."""

    def __init__(self, name: str, host: StationHost, door: Door) -> None:
        self.name = name
        self.host = host
        self.door = door
        self.links: list[Link] = []

    def link(self, *, view: bool = False) -> Link:
        link: Link = InProcessLink(self.host)
        if self.name != "in process":
            link = SocketLink(self.address, view=view)
        self.links.append(link)
        return link

    @property
    def address(self) -> Address:
        address = self.door.find()
        assert address is not None
        return address

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A bare connection, for bytes of all kinds."""
        address = self.address
        if address.path is not None:
            return await asyncio.open_unix_connection(address.path)
        return await asyncio.open_connection("127.0.0.1", address.port)


@asynccontextmanager
async def way(
    name: str, path: Path, host: StationHost, *, stalled_s: float = STALLED_S
) -> AsyncIterator[Way]:
    """The station of `host` is started, and stopped at the end."""
    door = Door.beside(path)
    door.make()
    server = SocketServer(host, door, unix=name == "unix socket", stalled_s=stalled_s)
    host.start()
    there = Way(name, host, door)
    try:
        await asyncio.wrap_future(server.start())
        yield there
    finally:
        for link in there.links:
            link.detach()
        assert await asyncio.to_thread(host.stop, SOON)
        await asyncio.to_thread(server.stop, SOON)


def payment_id(number: int) -> UUID:
    return UUID(int=0x7000 << 64 | 2 << 62 | number)
