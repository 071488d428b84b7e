"""The server called in process, on a loop whose time jumps: no thread, no socket, no waiting."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.virtual.facts import Timing
from drivers.virtual.kkmserver_face import (
    ConnectionDropped,
    ConnectionKeptOut,
    Habits,
    KkmServerFace,
    Quirk,
    Repeat,
)
from drivers.virtual.kkmserver_face.kkt import COMMANDS
from drivers.virtual.kkmserver_face.reading import KEYS
from tests.drivers.virtual.kkmserver_host import Answer, Host, check
from tests.drivers.virtual.shop import OPENING, Shop
from tests.simulation.machine import Process, VirtualLoop

Story = Callable[[Host, VirtualLoop], Awaitable[None]]


def play(story: Story, faults: str = "", timing: Timing | None = None, **habits: object) -> Shop:
    """Run a story from its beginning to its end in no time; gives the club it happened in."""
    loop = VirtualLoop()
    shop = Shop(faults=faults, timing=timing)
    shop.open_shift()
    register, before = shop.register, OPENING

    async def played() -> None:
        face = KkmServerFace(register, Habits(**habits))
        transport = httpx.ASGITransport(face)
        async with httpx.AsyncClient(transport=transport, base_url="http://till") as http:
            await story(Host(http, face), loop)
        await face.close()

    register._device._clock = lambda: before + timedelta(seconds=loop.time())
    try:
        loop.run_until_complete(played())
    finally:
        loop.close()
    return shop


def sale(id_command: str = "sale-1", **more: object) -> Answer:
    return {"name": "RegisterCheck", "IdCommand": id_command, **check(**more)}


def receipts(shop: Shop) -> int:
    return shop.register.shift.receipts


def test_the_answer_of_a_slow_device_comes_after_its_timeout_as_running():
    async def story(host: Host, loop: VirtualLoop) -> None:
        begun = loop.time()
        assert (await host.ask(**sale(Timeout=30)))["Status"] == 1
        assert loop.time() - begun == 30
        await asyncio.sleep(5)
        assert (await host.ask("GetRezult", IdCommand="sale-1"))["Rezult"]["Status"] == 0

    assert receipts(play(story, "slow-device@RegisterCheck")) == 1


@pytest.mark.parametrize("timeout", [{}, {"Timeout": 0}])
def test_a_minute_is_waited_for_where_nothing_is_said(timeout):
    async def story(host: Host, loop: VirtualLoop) -> None:
        begun = loop.time()
        assert (await host.ask(**sale(**timeout)))["Status"] == 1
        assert loop.time() - begun == 60

    play(story, "slow-device@RegisterCheck")


def test_commands_are_done_in_their_order_and_the_second_is_queued():
    async def story(host: Host, loop: VirtualLoop) -> None:
        await host.ask(**sale(Timeout=1))
        await asyncio.sleep(1)
        waiting = await host.ask("CloseShift", IdCommand="close", Timeout=1)
        assert waiting["Status"] == 4
        running = await host.ask("GetRezult", IdCommand="sale-1")
        assert running["Rezult"]["Status"] == 1
        await asyncio.sleep(10)
        for number, id_command in ((3, "sale-1"), (1, "close")):
            inner = (await host.ask("GetRezult", IdCommand=id_command))["Rezult"]
            assert (inner["Status"], inner["CheckNumber"]) == (0, number)

    play(story, "slow-device@RegisterCheck")


def test_a_print_holds_the_answer_up_as_long_as_it_takes():
    async def story(host: Host, loop: VirtualLoop) -> None:
        await asyncio.sleep(600)
        begun = loop.time()
        await host.command(**sale())
        lines = len(host.face.service.kkt.register.find(3).tags)
        assert loop.time() - begun > lines

    play(story, timing=Timing(print_line=timedelta(seconds=1)))


@pytest.mark.parametrize(("repeat", "sold"), [("replay", 1), ("status5", 1), ("forget", 2)])
def test_a_repeat_while_the_first_still_runs(repeat, sold):
    async def story(host: Host, loop: VirtualLoop) -> None:
        first = asyncio.create_task(host.ask(**sale(Timeout=30)))
        await asyncio.sleep(1)
        again = await host.ask(**sale(Timeout=60))
        assert again["Status"] == 0
        assert (await first)["Status"] == 1

    assert receipts(play(story, "slow-device@RegisterCheck", repeat=Repeat(repeat))) == sold


def test_a_late_answer_is_so_late_as_it_is_said():
    async def story(host: Host, loop: VirtualLoop) -> None:
        begun = loop.time()
        await host.command(**sale())
        assert loop.time() - begun == 90

    play(story, "late-answer@RegisterCheck", late_answer=timedelta(seconds=90))


def test_a_missing_device_is_searched_for():
    async def story(host: Host, loop: VirtualLoop) -> None:
        begun = loop.time()
        assert (await host.ask("GetDataKKT", NumDevice=3))["Status"] == 3
        assert loop.time() - begun == 5

    play(story, search=timedelta(seconds=5))


@pytest.mark.parametrize(
    ("fault", "sold"), [("lost-request", 0), ("disconnect", 1), ("half-answer", 1)]
)
def test_a_broken_connection_is_an_exception_for_the_caller(fault, sold):
    async def story(host: Host, loop: VirtualLoop) -> None:
        with pytest.raises(ConnectionDropped):
            await host.ask(**sale())

    assert receipts(play(story, f"{fault}@RegisterCheck")) == sold


def test_a_service_that_is_away_keeps_callers_out():
    async def story(host: Host, loop: VirtualLoop) -> None:
        with pytest.raises(ConnectionDropped):
            await host.ask(**sale())
        await asyncio.sleep(59)
        with pytest.raises(ConnectionKeptOut):
            await host.ask(**sale())
        await asyncio.sleep(2)
        await host.command(**sale())

    shop = play(story, "service-away@RegisterCheck", away=timedelta(seconds=60))
    assert receipts(shop) == 1


@pytest.mark.parametrize(
    ("fault", "sold"), [("lost-answer-not-executed", 0), ("lost-answer-executed", 1)]
)
def test_an_answer_that_never_comes_can_be_given_up(fault, sold):
    async def story(host: Host, loop: VirtualLoop) -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1000):
                await host.ask(**sale())
        assert (await host.ask("GetRezult", IdCommand="sale-1"))["Status"] == (0 if sold else 3)

    assert receipts(play(story, f"{fault}@RegisterCheck")) == sold


def test_a_restart_drops_what_runs_and_what_waits():
    async def story(host: Host, loop: VirtualLoop) -> None:
        asking = [asyncio.create_task(host.ask(**sale(f"sale-{one}"))) for one in (1, 2)]
        await asyncio.sleep(1)
        host.face.service.restart()
        for one in asking:
            with pytest.raises(ConnectionDropped):
                await one
        assert (await host.ask("GetRezult", IdCommand="sale-1"))["Status"] == 3
        await asyncio.sleep(60)
        await host.command("GetDataKKT")

    assert receipts(play(story, "slow-device@RegisterCheck")) == 1


def test_a_command_goes_on_when_its_client_is_killed():
    async def story(host: Host, loop: VirtualLoop) -> None:
        client = Process(loop, lambda process: None)
        client.spawn(host.ask(**sale()))
        await asyncio.sleep(1)
        client.die()
        await asyncio.sleep(100)
        assert (await host.ask("GetRezult", IdCommand="sale-1"))["Rezult"]["CheckNumber"] == 3

    assert receipts(play(story, "slow-device@RegisterCheck")) == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(KEYS)), inner)
    ),
    max_leaves=8,
)


@given(
    name=st.sampled_from(sorted(COMMANDS)) | st.sampled_from(["List", "OnOffUnut", "GetRezult"]),
    fields=st.dictionaries(st.sampled_from(sorted(KEYS - {"Command", "Timeout"})), VALUES),
    base=st.sampled_from([{}, check(), check(kind=2)]),
    quirks=st.sets(st.sampled_from(sorted(Quirk))),
)
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_any_command_is_answered_and_leaves_no_open_check(name, fields, base, quirks):
    async def story(host: Host, loop: VirtualLoop) -> None:
        answer = await host.ask(name, **{**base, **fields})
        assert int(answer["Status"]) in (0, 2, 3)
        assert (answer["Error"] == "") is (int(answer["Status"]) == 0)
        assert answer["Error"] != "Внутренняя ошибка сервера"

    assert play(story, quirks=quirks).register.open_document is None
