"""The way to a service, looked at without a byte to it, and the registers behind it."""

from __future__ import annotations

import asyncio

import pytest

from drivers.kkmserver.probe import ask_who, find_on_service, see_link
from drivers.register import LinkState, Unreachable
from tests.drivers.examples import ZONE
from tests.drivers.kkmserver.scripted import FN, INFO, done, failed, service


async def test_an_address_where_somebody_listens_is_present_and_is_sent_nothing() -> None:
    async with service() as (scripted, _):
        found = await see_link(scripted.url)
        assert (found.state, found.is_serial) == (LinkState.PRESENT, False)
        await asyncio.sleep(0)
        assert scripted.commands == []
    found = await see_link(scripted.url)
    assert found.state is LinkState.REFUSED
    assert found.place in scripted.url


async def test_a_host_that_nobody_knows_is_absent() -> None:
    assert (await see_link("http://kassa.invalid?num_device=1")).state is LinkState.ABSENT


async def test_a_register_tells_who_it_is_and_nothing_is_changed() -> None:
    async with service() as (scripted, _):
        answered = await ask_who(scripted.url, ZONE, "")
        assert answered.fiscal_drive_number == FN
        assert answered.info.serial_number == INFO["KktNumber"]
        asked = {one["Command"] for one in scripted.commands}
        assert asked <= {"GetDataKKT", "List", "GetDataCheck", "GetCounters"}


async def test_only_fiscal_registers_that_answer_are_found() -> None:
    units = [
        {"NumDevice": 1, "TypeDevice": "Фискальный регистратор", "KktNumber": INFO["KktNumber"]},
        {"NumDevice": 2, "TypeDevice": "Эквайринг", "KktNumber": ""},
        {"NumDevice": 3, "TypeDevice": "Фискальный регистратор", "KktNumber": "<Не определено>"},
        {"NumDevice": 4, "TypeDevice": "Фискальный регистратор", "KktNumber": "777"},
    ]
    async with service() as (scripted, _):
        base = scripted.url.partition("?")[0]
        scripted.say("List", lambda command: done(command, ListUnit=units))
        found = await find_on_service(f"{base}/", ZONE, "")
        assert [one.url for one in found] == [
            f"{base}?kkt_number={INFO['KktNumber']}",
            f"{base}?num_device=3",
        ]
        scripted.say("List", failed("x", 3))
        with pytest.raises(Unreachable):
            await find_on_service("http://host:1:2", ZONE, "")
