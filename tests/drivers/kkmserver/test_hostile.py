"""Whatever the service says: a typed ending in time, never a crash, never a false success."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.ffd.document import FiscalDocument
from drivers.kkmserver.driver import KkmServerRegister
from drivers.register import RegisterError
from tests.drivers.examples import CASHIER, receipt
from tests.drivers.kkmserver.scripted import (
    IMPATIENT,
    Reply,
    ScriptedService,
    done,
    on_tape,
    recorded,
    result,
    service,
)

# A connection that is given up in the very moment of its making is closed by the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

HASTY = replace(IMPATIENT, settling=0.15, tape=0.15, look_up=0.05, unknown=0.01, last_pause=0.02)
ANY_TIME_S = 10
"""Far more than any ending takes: only a hang is longer."""

Action = Callable[[KkmServerRegister], Awaitable[object]]
ACTIONS: dict[str, Action] = {
    "connect": lambda driver: driver.connect(),
    "status": lambda driver: driver.status(),
    "open_shift": lambda driver: driver.open_shift(CASHIER),
    "close_shift": lambda driver: driver.close_shift(CASHIER),
    "fiscalize": lambda driver: driver.fiscalize(receipt()),
    "cash_in": lambda driver: driver.cash_in(100, CASHIER),
    "x_report": lambda driver: driver.x_report(),
    "continue_print": lambda driver: driver.continue_print(),
    "document": lambda driver: driver.document(2),
}
BODIES = {
    "nothing": b"",
    "zeros": bytes(4096),
    "a page": b"<html><body>502 Bad Gateway</body></html>",
    "no object": b"[1, 2]",
    "null": b"null",
    "a text": b'"Status"',
    "half": b'{"Status": 0, "Error": "',
    "two": b'{"Status": 0}{"Status": 0}',
    "not UTF-8": '{"Status": 0, "Error": "Нет"}'.encode("cp1251"),
    "half a character": b'{"Status": 0, "Error": "\\ud800"}',
    "too deep": b"[" * 200_000,
    "a long number": b'{"Status": ' + b"9" * 100_000 + b"}",
    "a large number": b'{"Status": 1e999999999}',
    "no number": b'{"Status": NaN}',
    "an unknown status": b'{"Status": 7}',
    "a true status": b'{"Status": true}',
    "an error of another kind": b'{"Status": 0, "Error": {"a": 1}}',
    "another command": b'{"Status": 0, "Error": "", "Command": "OpenCashDrawer1"}',
    "packed": gzip.compress(b'{"Status": 0}'),
}
HTTP = {
    "no HTTP": b"\x06\x02\xff\x00" * 10,
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000,
    "less than promised": b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"Status": 0}',
    "a wrong length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}",
    "a redirect": b"HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
}


async def ends(driver: KkmServerRegister, name: str) -> object:
    """How an action ends, in time; nothing but the contract's errors comes out of it."""
    async with asyncio.timeout(ANY_TIME_S):
        try:
            return await ACTIONS[name](driver)
        except RegisterError as error:
            return error


def set_everything(scripted: ScriptedService, said: Any) -> None:
    scripted.answer = lambda command: said  # type: ignore[method-assign]


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("action", ACTIONS)
async def test_a_body_that_is_no_answer_is_an_error_in_time(action: str, body: bytes) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        set_everything(scripted, Reply(body))
        assert isinstance(await ends(driver, action), RegisterError)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize("action", ["open_shift", "fiscalize", "cash_in"])
async def test_a_known_register_that_begins_to_talk_nonsense_gives_no_success(
    action: str, body: bytes
) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        await driver.connect()
        set_everything(scripted, Reply(body))
        assert isinstance(await ends(driver, action), RegisterError)


@pytest.mark.parametrize("status", [100, 201, 204, 302, 400, 401, 404, 405, 413, 500, 501, 503])
@pytest.mark.parametrize("action", ["connect", "fiscalize"])
async def test_every_http_status_but_200_is_an_error(action: str, status: int) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        body = json.dumps(done({"Command": ""}, **recorded())).encode()
        set_everything(scripted, Reply(body, status))
        assert isinstance(await ends(driver, action), RegisterError)


@pytest.mark.parametrize("said", HTTP.values(), ids=HTTP.keys())
@pytest.mark.parametrize("action", ["connect", "open_shift"])
async def test_what_is_no_http_answer_is_an_error_in_time(action: str, said: bytes) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        set_everything(scripted, Reply(said, raw=True))
        assert isinstance(await ends(driver, action), RegisterError)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_service_that_says_nothing_is_an_error_in_time(action: str) -> None:
    async with service(timing=replace(HASTY, reading=1, recording=1, margin=-0.9)) as (
        scripted,
        driver,
    ):
        set_everything(scripted, Reply(b"{}", delay=5))
        assert isinstance(await ends(driver, action), RegisterError)


async def test_an_answer_without_end_is_refused_before_it_fills_the_memory() -> None:
    async with service(timing=HASTY) as (scripted, driver):
        set_everything(scripted, Reply(b"[" + b" " * 6_000_000))
        assert "bytes" in str(await ends(driver, "connect"))


@pytest.mark.parametrize("action", ACTIONS)
async def test_good_answers_that_carry_nothing_are_handled(action: str) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        scripted.answer = done  # type: ignore[method-assign]
        assert isinstance(await ends(driver, action), RegisterError)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
STRANGE = JSON | st.sampled_from(
    ["0001-01-01T00:00:00", "9999-12-31T23:59:59Z", "2026-11-20T12:00:00.1234567Z", "1e400",
     "-1", "1.5", "٣", 1e308, -1, 2**64, 10**30, "t=1&fn=1&i=1&fp=1", {}, [], [[]],
     "<Не определено>"]
)  # fmt: skip
"""What may stand where something else is expected."""


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(one for key, below in inner for one in places(below, (*path, key)))]


def put(value: Any, path: tuple[Any, ...], strange: Any) -> Any:
    if not path:
        return strange
    changed = value.copy()
    changed[path[0]] = put(value[path[0]], path[1:], strange)
    return changed


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(
            ["GetDataKKT", "GetDataCheck", "List", "GetRezult", "RegisterCheck", "OpenShift"]
        ),
        st.integers(0, 60),
        STRANGE,
    ),
    min_size=1,
    max_size=3,
)
"""In the answers to which command, in which of their places, what stands instead."""


@given(CHANGES, st.sampled_from(sorted(ACTIONS)), st.booleans())
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_value_in_any_place_of_an_answer_ends_as_the_contract_says(
    changes: list[tuple[str, int, Any]], action: str, is_lost: bool
) -> None:
    plain = ScriptedService.answer

    def doctored(scripted: ScriptedService, command: dict[str, Any]) -> Any:
        said, name = plain(scripted, command), command["Command"]
        if name == "RegisterCheck":
            if is_lost:
                return Reply(b"", breaks=True)
            said = done(command, **recorded())
        elif name == "GetRezult":
            said = result(done({"Command": "RegisterCheck"}, **recorded()))
        for where, place, strange in changes:
            if where == name:
                paths = places(said)
                said = put(said, paths[place % len(paths)], strange)
        return Reply(json.dumps(said).encode())

    async with service(timing=HASTY) as (scripted, driver):
        scripted.answer = lambda command: doctored(scripted, command)  # type: ignore[method-assign]
        ending = await ends(driver, action)
        if isinstance(ending, FiscalDocument) and action == "fiscalize":
            assert ending.fiscal_document_number > 2
            assert ending.total == 10_000


@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_bytes_for_a_body_are_no_success(body: bytes) -> None:
    async with service(timing=HASTY) as (scripted, driver):
        await driver.connect()
        scripted.say("RegisterCheck", Reply(body))
        assert isinstance(await ends(driver, "fiscalize"), RegisterError)


async def test_a_tape_of_nonsense_after_a_lost_answer_adopts_nothing() -> None:
    async with service(timing=HASTY) as (scripted, driver):
        await driver.connect()
        scripted.last = 2**32 - 1
        scripted.documents = {n: on_tape(n + 1) for n in range(3, 30)}
        scripted.say("RegisterCheck", Reply(b"", breaks=True))
        assert isinstance(await ends(driver, "fiscalize"), RegisterError)
