"""What every link promises to a face, whichever way it goes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from drivers.register import Reason
from kassa_tui.journal.records import PayBy
from kassa_tui.link.host import Listener, StationHost, Worker
from kassa_tui.station.answers import Answer, Declined, Done, NotRecorded, Objection, Uncertain
from kassa_tui.station.inquiries import Clients, FindClients, FoundClient
from kassa_tui.station.requests import Refresh, Request, TakePayment
from tests.link.bench import (
    SOON,
    WAYS,
    Echo,
    Face,
    Way,
    echo_host,
    payment_id,
    snapshot,
    way,
)

CLIENT = FoundClient(
    id="cl_1",
    name="Пётр К.",
    phone_masked="+7 *** ***-12-34",
    balance=-5_00,
    bonus_balance=0,
    blocked=False,
    has_contact=True,
)

pytestmark = pytest.mark.parametrize("name", WAYS)


@pytest.fixture
def hosted() -> tuple[StationHost, list[Echo]]:
    return echo_host()


@pytest.fixture
async def there(
    name: str, tmp_path: Path, hosted: tuple[StationHost, list[Echo]]
) -> AsyncIterator[Way]:
    async with way(name, tmp_path, hosted[0]) as there:
        yield there


async def test_a_request_is_answered(there: Way) -> None:
    face = Face()
    link = face.attach(there.link())
    await face.until_heard()
    assert await link.ask(Refresh()) == Done()


async def test_a_request_and_its_answer_arrive_whole(name: str, tmp_path: Path) -> None:
    asked = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1000_00, client="Пётр «П»\n\x1b")
    answered = NotRecorded(payment_id(1), Reason.PAPER_OUT, "бумага")
    seen: list[Request] = []

    class Answering(Echo):
        async def ask(self, request: Request) -> Answer:
            seen.append(request)
            return answered

    async with way(name, tmp_path, StationHost(working(Answering))) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        assert await link.ask(asked) == answered
    assert seen == [asked]


async def test_an_inquiry_is_answered_while_a_request_is_in_work(name: str, tmp_path: Path) -> None:
    found = Clients((CLIENT,))

    class Slow(Echo):
        async def ask(self, request: Request) -> Answer:
            return found if isinstance(request, FindClients) else await super().ask(request)

    def unanswering(listener: Listener) -> Slow:
        return Slow(listener, answers=False)

    async with way(name, tmp_path, StationHost(working(unanswering))) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        paying = asyncio.create_task(link.ask(TakePayment(total=1, pay_by=PayBy.CASH)))
        await asyncio.sleep(0)
        assert await asyncio.wait_for(link.ask(FindClients("1234")), SOON) == found
        assert not paying.done()
        paying.cancel()


async def test_every_face_hears_every_change(
    there: Way, hosted: tuple[StationHost, list[Echo]]
) -> None:
    first, second = Face(), Face()
    first.attach(there.link())
    second.attach(there.link())
    await first.until_heard()
    await second.until_heard()
    hosted[1][0].say(1)
    await first.until_heard(1)
    await second.until_heard(1)


async def test_a_face_that_comes_later_hears_the_last_snapshot(
    there: Way, hosted: tuple[StationHost, list[Echo]]
) -> None:
    first, second = Face(), Face()
    first.attach(there.link())
    await first.until_heard()
    hosted[1][0].say(1)
    await first.until_heard(1)
    second.attach(there.link())
    await second.until_heard(1)
    assert second.heard == [snapshot(1)]


async def test_what_an_answer_has_changed_is_heard_before_it(name: str, tmp_path: Path) -> None:
    class Telling(Echo):
        async def ask(self, request: Request) -> Answer:
            self.listener(snapshot(5))
            return Done()

    async with way(name, tmp_path, StationHost(working(Telling))) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        await link.ask(Refresh())
        assert face.heard[-1] == snapshot(5)


async def test_a_stopped_face_holds_nothing_up_and_then_sees_the_present(
    there: Way, hosted: tuple[StationHost, list[Echo]]
) -> None:
    stopped, other = Face(), Face()
    stopped.attach(there.link())
    await stopped.until_heard()
    told = 5_000
    published = asyncio.Event()
    loop = asyncio.get_running_loop()

    def station() -> None:
        hosted[1][0].say(*range(1, told + 1))
        hosted[1][0]._loop.call_soon_threadsafe(loop.call_soon_threadsafe, published.set)
        while hosted[0]._last != snapshot(told):
            time.sleep(0.001)

    station()  # this loop stands still meanwhile, as a stopped terminal makes it
    await asyncio.wait_for(published.wait(), SOON)
    await stopped.until_heard(told)
    assert len(stopped.heard) < told / 10
    other.attach(there.link())
    await other.until_heard(told)


async def test_a_detached_face_hears_nothing_more(
    there: Way, hosted: tuple[StationHost, list[Echo]]
) -> None:
    face, other = Face(), Face()
    link = face.attach(there.link())
    other.attach(there.link())
    await face.until_heard()
    await other.until_heard()
    link.detach()
    hosted[1][0].say(7)
    await other.until_heard(7)
    assert face.heard == [snapshot(0)]
    assert await asyncio.to_thread(hosted[0].stop, SOON)
    await other.until(lambda: bool(other.ends))
    assert face.ends == []


async def test_a_station_that_fails_is_told_to_the_face(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    failing = asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        loops.append(asyncio.get_running_loop())
        ready(Echo(listener))
        listener(snapshot(0))
        await failing.wait()
        raise OSError("the disk is full")

    async with way(name, tmp_path, StationHost(work)) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        loops[0].call_soon_threadsafe(failing.set)
        await face.until(lambda: bool(face.ends))
        assert face.ends == ["the disk is full"]
        assert await link.ask(Refresh()) == Declined(Objection.STOPPED)


async def test_a_station_that_is_stopped_is_told_without_words(
    there: Way, hosted: tuple[StationHost, list[Echo]]
) -> None:
    face = Face()
    face.attach(there.link())
    await face.until_heard()
    assert await asyncio.to_thread(hosted[0].stop, SOON)
    await face.until(lambda: bool(face.ends))
    assert face.ends == [""]


async def test_a_request_in_the_hands_of_a_station_that_ends_is_uncertain(
    name: str, tmp_path: Path
) -> None:
    host, made = echo_host(answers=False)
    async with way(name, tmp_path, host) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        asking = asyncio.create_task(link.ask(Refresh()))
        assert await asyncio.to_thread(made[0].asked.wait, SOON)
        assert await asyncio.to_thread(host.stop, SOON)
        assert await asyncio.wait_for(asking, SOON) == Uncertain()


async def test_an_answer_made_while_the_station_ends_still_arrives(
    name: str, tmp_path: Path
) -> None:
    class Dutiful(Echo):
        """Ends when it has answered."""

        async def ask(self, request: Request) -> Answer:
            self.asked.set()
            await self._stop.wait()
            return Done()

        async def run(self) -> None:
            await super().run()
            await asyncio.sleep(0)  # the answer goes out first

    made: list[Echo] = []
    host = StationHost(working(Dutiful, made))
    async with way(name, tmp_path, host) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        asking = asyncio.create_task(link.ask(Refresh()))
        assert await asyncio.to_thread(made[0].asked.wait, SOON)
        assert await asyncio.to_thread(host.stop, SOON)
        assert await asyncio.wait_for(asking, SOON) == Done()


async def test_a_request_that_a_face_no_longer_waits_for_is_still_served(
    name: str, tmp_path: Path
) -> None:
    host, made = echo_host(answers=False)
    async with way(name, tmp_path, host) as there:
        face = Face()
        link = face.attach(there.link())
        await face.until_heard()
        asking = asyncio.create_task(link.ask(Refresh()))
        assert await asyncio.to_thread(made[0].asked.wait, SOON)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        made[0].answer()
        assert await asyncio.wait_for(link.ask(Refresh()), SOON) == Done()
        assert made[0].requests == [Refresh(), Refresh()]


def working(
    kind: Callable[[Listener], Echo], made: list[Echo] | None = None
) -> Callable[[Listener, Callable[[Worker], None]], "asyncio.Future[None]"]:
    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = kind(listener)
        if made is not None:
            made.append(worker)
        ready(worker)
        await worker.run()

    return work  # type: ignore[return-value]
