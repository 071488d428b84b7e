"""A face and a station on two threads."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from kassa_tui.link.host import Listener, StationHost, Worker
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.link.slot import LatestSlot
from kassa_tui.station.requests import (
    Answer,
    Declined,
    Done,
    Objection,
    Refresh,
    Request,
    Uncertain,
)
from kassa_tui.station.snapshot import Snapshot

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOON = 5.0


def snapshot(number: int) -> Snapshot:
    return Snapshot(
        at=NOON + timedelta(seconds=number), club="Клуб", till="Касса 1", cashier="Иванова А."
    )


class Echo:
    """A worker that answers at once, or never."""

    def __init__(self, listener: Listener, *, answers: bool = True) -> None:
        self.listener = listener
        self._answers = answers
        self._stop = asyncio.Event()
        self.asked = threading.Event()

    async def ask(self, request: Request) -> Answer:
        self.asked.set()
        if not self._answers:
            await asyncio.Event().wait()
        return Done()

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


def echo_host(*, answers: bool = True) -> tuple[StationHost, list[Echo]]:
    made: list[Echo] = []

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = Echo(listener, answers=answers)
        made.append(worker)
        ready(worker)
        await worker.run()

    return StationHost(work), made


async def test_a_request_is_answered_across_the_threads() -> None:
    host, _ = echo_host()
    link, face = InProcessLink(host), Face()
    link.attach(face.on_snapshot, face.on_end)
    await face.until(lambda: bool(face.heard))
    assert await link.ask(Refresh()) == Done()
    assert await asyncio.to_thread(host.stop, SOON)


async def test_a_face_that_comes_later_hears_the_last_snapshot() -> None:
    host, _ = echo_host()
    first, second = Face(), Face()
    InProcessLink(host).attach(first.on_snapshot, first.on_end)
    await first.until(lambda: bool(first.heard))
    InProcessLink(host).attach(second.on_snapshot, second.on_end)
    await second.until(lambda: bool(second.heard))
    assert second.heard == first.heard
    assert await asyncio.to_thread(host.stop, SOON)


async def test_a_stopped_face_holds_nothing_up_and_then_sees_the_present_only() -> None:
    face = Face()
    slot = LatestSlot(asyncio.get_running_loop(), face.on_snapshot)

    def station() -> None:
        for number in range(10_000):
            slot.put(snapshot(number))

    thread = threading.Thread(target=station)
    thread.start()
    thread.join(SOON)  # this loop stands still meanwhile, as a stopped terminal makes it
    assert not thread.is_alive()
    await face.until(lambda: bool(face.heard))
    assert face.heard == [snapshot(9_999)]


def test_a_face_whose_loop_is_gone_holds_nothing_up() -> None:
    loop = asyncio.new_event_loop()
    slot: LatestSlot[Snapshot] = LatestSlot(loop, lambda news: None)
    loop.close()
    slot.put(snapshot(1))
    slot.put(snapshot(2))


async def test_a_detached_face_hears_nothing_more() -> None:
    host, made = echo_host()
    link, face = InProcessLink(host), Face()
    link.attach(face.on_snapshot, face.on_end)
    await face.until(lambda: bool(face.heard))
    link.detach()
    made[0].listener(snapshot(7))
    assert await asyncio.to_thread(host.stop, SOON)
    await asyncio.sleep(0)
    assert face.heard == [snapshot(0)]
    assert face.ends == []


async def test_a_station_that_fails_is_told_to_the_face(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        raise OSError("the disk is full")

    link, face = InProcessLink(StationHost(work)), Face()
    link.attach(face.on_snapshot, face.on_end)
    await face.until(lambda: bool(face.ends))
    assert face.ends == ["the disk is full"]
    assert await link.ask(Refresh()) == Declined(Objection.STOPPED)


async def test_a_request_in_the_hands_of_a_station_that_ends_is_uncertain() -> None:
    host, made = echo_host(answers=False)
    link, face = InProcessLink(host), Face()
    link.attach(face.on_snapshot, face.on_end)
    await face.until(lambda: bool(face.heard))
    asking = asyncio.create_task(link.ask(Refresh()))
    assert await asyncio.to_thread(made[0].asked.wait, SOON)
    assert await asyncio.to_thread(host.stop, SOON)
    assert await asyncio.wait_for(asking, SOON) == Uncertain()


async def test_a_station_that_does_not_stop_is_cut_off() -> None:
    class Deaf(Echo):
        def stop(self) -> None:
            pass

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = Deaf(listener)
        ready(worker)
        await worker.run()

    host = StationHost(work)
    link, face = InProcessLink(host), Face()
    link.attach(face.on_snapshot, face.on_end)
    await face.until(lambda: bool(face.heard))
    assert await asyncio.to_thread(host.stop, 0.05)


def test_a_host_that_never_started_is_stopped_already() -> None:
    host, _ = echo_host()
    assert host.stop(0)
