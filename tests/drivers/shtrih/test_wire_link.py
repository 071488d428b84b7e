"""The driver's own life on a wire: finding, losing, and sharing a register."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from drivers.register import (
    AddressError,
    OutcomeUnknown,
    PrintState,
    Reason,
    Refused,
    RegisterStatus,
    ShiftState,
    Unreachable,
)
from drivers.shtrih.connection import Protocol
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.status import StatusReader
from drivers.virtual.shtrih_face.server import ShtrihFace
from tests.drivers.examples import CASHIER, ZONE, receipt
from tests.drivers.shtrih.scripted import FAST
from tests.drivers.shtrih.wire import WIRES, Carrier, wired


def test_a_bad_url_is_told_when_the_driver_is_made() -> None:
    with pytest.raises(AddressError):
        ShtrihRegister("serial://", timezone=ZONE)


@pytest.mark.parametrize("spoken", ["v1", "v2"])
@pytest.mark.parametrize("carrier", ["tcp", "pty"])
async def test_auto_finds_the_transport_that_the_device_has_settled_on(
    carrier: Carrier, spoken: Protocol
) -> None:
    async with wired(carrier, spoken) as wire:
        await wire.driver.connect()
        await wire.driver.close()
        finder = ShtrihRegister(wire.url, timezone=ZONE, protocol="auto", timing=FAST)
        try:
            assert (await finder.info()).model == "ШТРИХ-М-01Ф"
        finally:
            await finder.close()


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_a_closed_driver_connects_again_by_itself(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        await wire.driver.close()
        await wire.driver.close()
        assert (await wire.driver.fiscalize(receipt())).fiscal_document_number == 3


@pytest.mark.parametrize("protocol", ["v1", "v2"])
async def test_a_register_that_was_away_is_found_again(protocol: Protocol) -> None:
    async with wired("tcp", protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        await wire.face.close()
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(receipt())
        back = ShtrihFace(wire.virtual)
        await back.serve_tcp(port=int(wire.url.rpartition(":")[2]))
        try:
            assert (await wire.driver.fiscalize(receipt())).fiscal_document_number == 3
        finally:
            await wire.driver.close()
            await back.close()


async def test_nothing_at_the_address_is_unreachable() -> None:
    driver = ShtrihRegister("socket://127.0.0.1:1", timezone=ZONE, timing=FAST)
    for call in (driver.connect(), driver.status(), driver.fiscalize(receipt())):
        with pytest.raises(Unreachable):
            await call
    await driver.close()


async def test_calls_at_the_same_time_are_done_one_by_one() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        documents = await asyncio.gather(*(wire.driver.fiscalize(receipt()) for _ in range(5)))
        assert sorted(d.fiscal_document_number for d in documents) == [3, 4, 5, 6, 7]


async def test_the_status_tells_shift_drawer_and_queue() -> None:
    async with wired() as wire:
        before = await wire.driver.status()
        assert (before.shift, before.shift_opened_at) == (ShiftState.CLOSED, None)
        wire.virtual.set_ofd_reachable(reachable=False)
        opened_at = wire.clock.at
        await wire.driver.open_shift(CASHIER)
        await wire.driver.cash_in(5_000, CASHIER)
        wire.clock.move(timedelta(hours=1))
        await wire.driver.fiscalize(receipt())
        await wire.driver.cash_out(1_000, CASHIER)
        status = await wire.driver.status()
        assert (status.shift, status.shift_number) == (ShiftState.OPEN, 1)
        assert status.shift_opened_at == opened_at
        assert status.receipts_in_shift == 1
        assert status.clock == wire.clock.at
        assert status.cash_in_drawer == 14_000
        assert (status.paper_present, status.cover_open) == (True, False)
        assert status.print_state is PrintState.IDLE
        assert not status.open_document
        assert status.fn.fiscal_drive_number == wire.virtual.registration.fiscal_drive_number
        assert status.fn.valid_until == wire.virtual.fn.valid_until
        assert status.fn.memory_left_documents == wire.virtual.fn.memory_left_documents
        assert status.ofd == wire.virtual.ofd


async def test_a_state_told_over_two_links_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[RegisterStatus] = []
    read = StatusReader.read

    async def observed(reader: StatusReader) -> RegisterStatus:
        told.append(await read(reader))
        return told[-1]

    monkeypatch.setattr(StatusReader, "read", observed)
    async with wired(faults="disconnect@FF39") as wire:
        assert await wire.driver.status() is told[-1]
        assert len(told) == 2


async def test_more_cash_than_there_is_cannot_be_taken_out() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(Refused) as refused:
            await wire.driver.cash_out(1, CASHIER)
        assert refused.value.reason is Reason.NOT_ENOUGH_CASH


@pytest.mark.parametrize("amount", [256**5, -1])
async def test_a_sum_that_no_command_holds_is_refused(amount: int) -> None:
    async with wired() as wire:
        with pytest.raises(Refused) as refused:
            await wire.driver.cash_in(amount, CASHIER)
        assert refused.value.reason is Reason.WRONG_SUM


async def test_cash_whose_answer_is_lost_for_good_ends_unknown() -> None:
    async with wired(faults="lost-answer-not-executed@50") as wire:
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(OutcomeUnknown):
            await wire.driver.cash_in(100, CASHIER)


async def test_reports_copies_and_the_drawer_work() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        await wire.driver.fiscalize(receipt())
        for command in (
            wire.driver.x_report,
            wire.driver.open_drawer,
            wire.driver.print_copy,
            wire.driver.cancel_document,
        ):
            await command()
        with pytest.raises(Refused) as refused:
            await wire.driver.print_copy()
        assert refused.value.reason is Reason.NOT_FOUND
        with pytest.raises(Refused) as refused:
            await wire.driver.continue_print()
        assert refused.value.reason is Reason.OTHER


async def test_what_the_shift_does_not_allow_is_told_by_its_state() -> None:
    async with wired() as wire:
        for command in (
            wire.driver.close_shift(CASHIER),
            wire.driver.x_report(),
            wire.driver.fiscalize(receipt()),
        ):
            with pytest.raises(Refused) as refused:
                await command
            assert refused.value.reason is Reason.SHIFT_CLOSED
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(Refused) as refused:
            await wire.driver.open_shift(CASHIER)
        assert refused.value.reason is Reason.SHIFT_OPEN


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_a_call_is_cancelled_at_once(carrier: Carrier, protocol: Protocol) -> None:
    late = timedelta(seconds=0.5)
    async with wired(carrier, protocol, late_answer=late, faults="late-answer@40") as wire:
        await wire.driver.open_shift(CASHIER)
        call = asyncio.create_task(wire.driver.x_report())
        await asyncio.sleep(0.1)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert (await wire.driver.status()).shift is ShiftState.OPEN
