"""A station on a thread of its own, and the slot of the latest snapshot."""

import asyncio
import threading
from collections.abc import Callable

from kassa_tui.link.host import Listener, StationHost, Worker
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.link.slot import LatestSlot
from kassa_tui.station.snapshot import Snapshot
from tests.link.bench import SOON, Echo, Face, echo_host, snapshot


async def test_a_stopped_face_sees_the_present_only() -> None:
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


async def test_a_station_that_does_not_stop_is_cut_off() -> None:
    class Deaf(Echo):
        def stop(self) -> None:
            pass

    async def work(listener: Listener, ready: Callable[[Worker], None]) -> None:
        worker = Deaf(listener)
        ready(worker)
        await worker.run()

    host = StationHost(work)
    face = Face()
    face.attach(InProcessLink(host))
    await face.until_heard()
    assert await asyncio.to_thread(host.stop, 0.05)


def test_a_host_that_never_started_is_stopped_already() -> None:
    host, _ = echo_host()
    assert host.stop(0)
