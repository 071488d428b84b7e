"""A station that breaks off and another in its place: what was under way is asked again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kassa_tui.journal.records import PayBy
from kassa_tui.link import socket_link
from kassa_tui.link.address import Door
from kassa_tui.link.host import Listener, StationHost, Worker
from kassa_tui.link.link import Link
from kassa_tui.link.server import SocketServer
from kassa_tui.link.socket_link import SocketLink
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Uncertain
from kassa_tui.station.requests import CloseShift, Request, TakePayment
from tests.link.bench import SOON, WAYS, Echo, Face, echo_host, way

PAYMENT = TakePayment(total=500_00, pay_by=PayBy.CASH, caller_id="7")
LOST = "The connection to the station is lost."


@pytest.fixture(params=WAYS[1:])
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@asynccontextmanager
async def broken_off(name: str, path: Path, face: Face) -> AsyncIterator[tuple[Link, Echo]]:
    """A link to a station that answers nothing; at the end its connection breaks."""
    host, made = echo_host(answers=False)
    door = Door.beside(path)
    door.make()
    server = SocketServer(host, door, unix=name == "unix socket")
    host.start()
    await asyncio.wrap_future(server.start())
    address = door.find()
    assert address is not None
    link = face.attach(SocketLink(address, find=door.find))
    await face.until_heard()
    yield link, made[0]
    await asyncio.to_thread(made[0].asked.wait, SOON)
    await asyncio.to_thread(server.stop, SOON)  # before its station: there is no farewell
    assert await asyncio.to_thread(host.stop, SOON)


async def test_a_payment_is_asked_again_of_the_next_station(name: str, tmp_path: Path) -> None:
    face = Face()
    async with broken_off(name, tmp_path, face) as (link, first):
        paying = asyncio.create_task(link.ask(PAYMENT))
    host, made = echo_host()
    async with way(name, tmp_path, host):
        assert await asyncio.wait_for(paying, SOON) == Done()
        assert (first.requests, made[0].requests) == ([PAYMENT], [PAYMENT])
        assert face.ends == []
        link.detach()


async def test_what_the_next_station_does_not_serve_may_have_been_done_by_the_first(
    name: str, tmp_path: Path
) -> None:
    class Leaving(Echo):
        async def ask(self, request: Request) -> Answer:
            return Declined(Objection.STOPPED)

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = Leaving(listener)
        ready(worker)
        await worker.run()

    async with broken_off(name, tmp_path, Face()) as (link, _):
        paying = asyncio.create_task(link.ask(PAYMENT))
    async with way(name, tmp_path, StationHost(work)):
        assert await asyncio.wait_for(paying, SOON) == Uncertain()
        link.detach()


async def test_of_what_has_no_id_nobody_knows(name: str, tmp_path: Path) -> None:
    face = Face()
    async with broken_off(name, tmp_path, face) as (link, _):
        closing = asyncio.create_task(link.ask(CloseShift()))
    host, made = echo_host()
    async with way(name, tmp_path, host):
        assert await asyncio.wait_for(closing, SOON) == Uncertain()
        assert await asyncio.wait_for(link.ask(PAYMENT), SOON) == Done()
        assert made[0].requests == [PAYMENT]
        link.detach()


async def test_a_station_that_stays_away_is_the_end(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_link, "REJOIN_S", 0.3)
    face = Face()
    async with broken_off(name, tmp_path, face) as (link, _):
        paying = asyncio.create_task(link.ask(PAYMENT))
    assert await asyncio.wait_for(paying, SOON) == Uncertain()
    await face.until(lambda: face.ends == [LOST])
    assert await link.ask(PAYMENT) == Declined(Objection.STOPPED)
