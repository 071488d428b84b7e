"""Faces that die, hang, flood or talk nonsense: the station and the others never notice."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kassa_tui.journal.records import PayBy
from kassa_tui.link import wire
from kassa_tui.link.address import Address, Door, NotPrivate
from kassa_tui.link.codec import Misfit, dump, load
from kassa_tui.link.server import MOST_CONNECTIONS
from kassa_tui.link.socket_link import SocketLink
from kassa_tui.station.answers import Answer, Declined, Done, Noted, Objection, Recorded, Several
from kassa_tui.station.inquiries import ExportPayments
from kassa_tui.station.requests import OpenShift, Refresh, Request, TakePayment
from tests.link.bench import SOON, WAYS, Echo, Face, Way, echo_host, payment_id, snapshot, way

SOCKETS = [name for name in WAYS if name != "in process"]


@pytest.fixture(params=SOCKETS)
async def there(
    request: pytest.FixtureRequest, tmp_path: Path, made: list[Echo]
) -> AsyncIterator[Way]:
    host, workers = echo_host()
    async with way(request.param, tmp_path, host) as there:
        while not workers:  # noqa: ASYNC110 - a thread tells nobody
            await asyncio.sleep(0.001)
        made += workers
        yield there


@pytest.fixture
def made() -> list[Echo]:
    return []


async def works(there: Way) -> bool:
    """Another face is served."""
    face = Face()
    link = face.attach(there.link())
    try:
        await face.until(lambda: bool(face.heard))
        return await asyncio.wait_for(link.ask(Refresh()), SOON) == Done()
    finally:
        link.detach()


def hello(there: Way) -> bytes:
    return wire.line(wire.Hello(wire.PROTOCOL, token=there.address.token))


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """The station ends the connection, whatever it says before."""
    try:
        async with asyncio.timeout(SOON):
            while await reader.read(65536):
                pass
    except ConnectionError:
        pass
    return True


NONSENSE = {
    "no JSON": b"\x00\xff\xfe{]\n",
    "deep": b"[" * 100_000 + b"\n",
    "endless": b"a" * (wire.MOST_REQUEST_BYTES * 3),
    "a number without end": b'{"is":"Asked","id":' + b"9" * 10_000 + b"}\n",
    "not a number": b'{"is":"Asked","id":NaN,"request":{"is":"Refresh"}}\n',
    "unknown request": b'{"is":"Asked","id":1,"request":{"is":"Destroy"}}\n',
    "unknown member": b'{"is":"Asked","id":1,"request":{"is":"Refresh","now":true}}\n',
    "float money": b'{"is":"Asked","id":1,"request":{"is":"TakePayment","total":1.5,'
    b'"pay_by":"PayBy.CASH"}}\n',
    "half a character": b'{"is":"Asked","id":1,"request":{"is":"TakePayment","total":1,'
    b'"pay_by":"PayBy.CASH","client":"\\ud800"}}\n',
    "too large a sum": b'{"is":"Asked","id":1,"request":{"is":"TakePayment",'
    b'"total":99999999999999999999,"pay_by":"PayBy.CASH"}}\n',
    "the other side's words": b'{"is":"Ended","failure":""}\n',
}


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_ends_its_own_connection_only(
    there: Way, made: list[Echo], nonsense: bytes
) -> None:
    reader, writer = await there.open()
    writer.write(hello(there) + nonsense)
    assert await hung_up(reader)
    writer.transport.abort()
    assert made[0].requests == []
    assert await works(there)


async def test_nonsense_in_the_place_of_a_hello_ends_its_own_connection_only(there: Way) -> None:
    reader, writer = await there.open()
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await hung_up(reader)
    writer.transport.abort()
    assert await works(there)


@given(st.binary(max_size=200))
def test_bytes_are_a_message_or_a_misfit(told: bytes) -> None:
    with suppress(Misfit):
        assert load(wire.Asked, told) is not None


async def test_a_face_that_dies_in_the_middle_of_a_request_leaves_it_to_the_station(
    there: Way, made: list[Echo]
) -> None:
    _, writer = await there.open()
    writer.write(hello(there) + wire.line(wire.Asked(1, Refresh())))
    await writer.drain()
    assert await asyncio.to_thread(made[0].asked.wait, SOON)
    writer.transport.abort()
    assert await works(there)


async def test_a_face_that_floods_and_never_reads_is_held_by_its_own_line(
    there: Way, made: list[Echo]
) -> None:
    _, writer = await there.open()
    writer.write(hello(there) + wire.line(wire.Asked(1, Refresh())) * 5_000)
    assert await asyncio.to_thread(made[0].asked.wait, SOON)
    assert await works(there)
    writer.transport.abort()


@pytest.mark.parametrize("name", SOCKETS)
async def test_a_face_that_hangs_for_too_long_is_hung_up_on(name: str, tmp_path: Path) -> None:
    host, workers = echo_host()
    async with way(name, tmp_path, host, stalled_s=0.2) as there:
        reader, writer = await there.open()
        writer.write(hello(there))
        assert await wire.hear(reader, wire.Reply) == wire.Welcome(wire.PROTOCOL)
        huge = replace(snapshot(1), club="x" * (wire.MOST_NEWS_BYTES // 2))
        workers[0]._loop.call_soon_threadsafe(workers[0].listener, huge)
        await asyncio.sleep(2)  # nothing is read meanwhile
        workers[0].say(2)
        assert await hung_up(reader)
        writer.transport.abort()
        assert await works(there)


async def test_more_faces_than_there_is_room_for_are_told_so(there: Way) -> None:
    faces = [Face() for _ in range(MOST_CONNECTIONS)]
    links = [face.attach(there.link()) for face in faces]
    for face in faces:
        await face.until_heard()
    late = Face()
    late.attach(there.link())
    await late.until(lambda: bool(late.ends))
    assert late.ends == ["Too many programs are connected to the station."]
    for link in links:
        link.detach()


async def test_a_face_that_looks_on_may_change_nothing(there: Way, made: list[Echo]) -> None:
    face = Face()
    link = face.attach(there.link(view=True))
    await face.until_heard()
    assert await link.ask(OpenShift()) == Declined(Objection.VIEW_ONLY)
    assert await link.ask(ExportPayments()) == Declined(Objection.VIEW_ONLY)
    assert await link.ask(Refresh()) == Done()
    assert made[0].requests == [Refresh()]


async def test_a_face_of_another_version_is_refused(there: Way) -> None:
    reader, writer = await there.open()
    writer.write(wire.line(wire.Hello(wire.PROTOCOL + 1, token=there.address.token)))
    assert await wire.hear(reader, wire.Reply) == wire.Refusal(wire.NoTalk.PROTOCOL)
    writer.transport.abort()


@pytest.mark.parametrize("name", ["loopback"])
async def test_the_loopback_address_needs_the_token_of_the_file(name: str, tmp_path: Path) -> None:
    host, _ = echo_host()
    async with way(name, tmp_path, host) as there:
        stranger = Face()
        stranger.attach(SocketLink(Address(port=there.address.port, token="guessed")))
        await stranger.until(lambda: bool(stranger.ends))
        assert stranger.ends == ["The running station does not let this program in."]
        assert stranger.heard == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
async def test_everything_beside_the_journal_belongs_to_its_owner_alone(there: Way) -> None:
    door = there.door
    assert stat.S_IMODE(door.directory.stat().st_mode) == 0o700
    modes = {stat.S_IMODE(file.stat().st_mode) for file in door.directory.iterdir()}
    assert modes == {0o600}


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX")
def test_a_door_that_others_may_open_is_not_used(tmp_path: Path) -> None:
    door = Door.beside(tmp_path)
    door.make()
    door.directory.chmod(0o755)
    with pytest.raises(NotPrivate):
        door.make()
    with pytest.raises(NotPrivate):
        door.find()


def test_a_path_too_long_for_a_socket_takes_the_loopback_address(tmp_path: Path) -> None:
    assert not Door.beside(tmp_path / ("long" * 40)).takes_unix_socket


@pytest.mark.parametrize("told", [b"", b"{", b"[]", b'{"port":0,"token":"t"}', b'{"port":"1"}'])
def test_an_address_that_cannot_be_read_is_none(tmp_path: Path, told: bytes) -> None:
    door = Door.beside(tmp_path)
    door.make()
    (door.directory / "address.json").write_bytes(told)
    assert door.find() is None


ANSWERS: list[Answer] = [
    Several((Noted(payment_id(1)), Recorded(payment_id(2)))),
    Declined(Objection.NOT_ENOUGH_CASH, "«»"),
]


@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_that_look_alike_are_told_apart(answer: Answer) -> None:
    assert load(wire.News, wire.line(wire.Answered(1, answer))).answer == answer


def test_what_travels_says_what_it_is() -> None:
    request: Request = TakePayment(total=1, pay_by=PayBy.CASH)
    told = json.loads(dump(wire.Asked(7, request)))
    assert told["is"] == "Asked"
    assert told["request"]["is"] == "TakePayment"
    assert told["request"]["pay_by"] == "PayBy.CASH"
    assert load(wire.News, dump(snapshot(3))) == snapshot(3)
    assert os.linesep not in dump(snapshot(3)).decode()
