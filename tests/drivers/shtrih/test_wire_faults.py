"""Lost answers, broken links and power cuts, each with the one ending that is true."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from drivers.ffd.enumerations import CalculationSign, FfdVersion
from drivers.register import (
    OutcomeUnknown,
    PrintState,
    Reason,
    Refused,
    ShiftState,
    Unreachable,
)
from drivers.shtrih.connection import Protocol
from drivers.virtual.facts import CurrentDocument
from drivers.virtual.faults import Faults
from tests.drivers.examples import CASHIER, correction, item, receipt
from tests.drivers.shtrih.wire import WIRES, Carrier, Wire, read_back, wired

STEPS = ["8D", "FF46", "FF4D", "FF0C"]
"""What is sent before the closing command."""
SENT = receipt(item(), item(2000), buyer_contact="+79161234567")


def set_faults(wire: Wire, spec: str) -> None:
    """From now on; the register and its face share one object."""
    wire.virtual.faults.__dict__.update(Faults.parse(spec, seed=1).__dict__)


def last(wire: Wire) -> int:
    return wire.virtual.fn.last_fiscal_document_number


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
@pytest.mark.parametrize(
    "fault", ["lost-answer-executed", "garbled", "duplicated", "split", "late-answer"]
)
@pytest.mark.parametrize("command", [*STEPS, "FF45"])
async def test_what_the_transport_can_bring_back_ends_in_the_document(
    carrier: Carrier, protocol: Protocol, fault: str, command: str
) -> None:
    async with wired(carrier, protocol, late_answer=timedelta(seconds=0.25)) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"{fault}@{command}")
        document = await wire.driver.fiscalize(SENT)
        assert document.fiscal_document_number == last(wire) == 3
        await read_back(wire.driver, document)


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
@pytest.mark.parametrize("command", ["FF0B", "FF43"])
async def test_a_lost_answer_of_a_shift_report_is_brought_back(
    carrier: Carrier, protocol: Protocol, command: str
) -> None:
    async with wired(carrier, protocol, faults=f"lost-answer-executed@{command}") as wire:
        opening = await wire.driver.open_shift(CASHIER)
        closing = await wire.driver.close_shift(CASHIER)
        assert (opening.fiscal_document_number, closing.fiscal_document_number) == (2, 3)


@pytest.mark.parametrize("protocol", ["v1", "v2"])
@pytest.mark.parametrize("command", ["8D", "FF45"])
async def test_a_connection_that_drops_at_either_end_of_a_receipt_is_asked_again(
    protocol: Protocol, command: str
) -> None:
    async with wired("tcp", protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"disconnect@{command}")
        document = await wire.driver.fiscalize(SENT)
        assert document.fiscal_document_number == last(wire) == 3


@pytest.mark.parametrize("protocol", ["v1", "v2"])
@pytest.mark.parametrize("command", STEPS[1:])
async def test_a_connection_that_drops_within_a_receipt_records_nothing(
    protocol: Protocol, command: str
) -> None:
    async with wired("tcp", protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"disconnect@{command}")
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(SENT)
        assert last(wire) == 2
        assert wire.virtual.open_document is None
        assert (await wire.driver.fiscalize(SENT)).fiscal_document_number == 3


@pytest.mark.parametrize(("carrier", "protocol"), [("tcp", "v1"), ("pty", "v1")])
@pytest.mark.parametrize("command", STEPS)
async def test_a_lost_request_before_the_closing_records_nothing(
    carrier: Carrier, protocol: Protocol, command: str
) -> None:
    async with wired(carrier, protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"lost-request@{command}")
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(SENT)
        assert last(wire) == 2
        assert wire.virtual.open_document is None


@pytest.mark.parametrize("command", [*STEPS, "FF45"])
async def test_in_version_2_a_lost_request_is_sent_again(command: str) -> None:
    async with wired("tcp", "v2") as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"lost-request@{command}")
        assert (await wire.driver.fiscalize(SENT)).fiscal_document_number == last(wire) == 3


@pytest.mark.parametrize("fault", ["lost-request", "lost-answer-not-executed"])
async def test_a_closing_that_was_perhaps_not_taken_ends_unknown(fault: str) -> None:
    async with wired("tcp", "v1") as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"{fault}@FF45")
        with pytest.raises(OutcomeUnknown):
            await wire.driver.fiscalize(SENT)
        status = await wire.driver.status()
        assert (status.fn.last_fiscal_document_number, status.open_document) == (2, True)
        await wire.driver.cancel_document()
        assert not (await wire.driver.status()).open_document


@pytest.mark.parametrize("carrier", ["tcp", "pty"])
@pytest.mark.parametrize("command", STEPS)
async def test_a_command_that_is_forgotten_before_the_closing_records_nothing(
    carrier: Carrier, command: str
) -> None:
    async with wired(carrier, "v1") as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, f"lost-answer-not-executed@{command}")
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(SENT)
        assert last(wire) == 2
        assert wire.virtual.open_document is None


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_power_that_goes_after_recording_leaves_the_outcome_unknown(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "power-cut-after-record@FF45")
        with pytest.raises(OutcomeUnknown):
            await wire.driver.fiscalize(SENT)
        assert (await wire.driver.status()).fn.last_fiscal_document_number == 3
        assert (await wire.driver.document(3)).total == SENT.total


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_power_that_goes_before_recording_is_never_a_success(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "power-cut-before-record@FF45")
        with pytest.raises(OutcomeUnknown):
            await wire.driver.fiscalize(SENT)
        status = await wire.driver.status()
        assert (status.fn.last_fiscal_document_number, status.open_document) == (2, False)


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_power_that_goes_among_the_items_records_no_part_of_the_receipt(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "power-cut-in-items@2")
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(SENT)
        assert last(wire) == 2
        assert (await wire.driver.fiscalize(SENT)).fiscal_document_number == 3


async def test_a_refused_closing_is_cancelled() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt(sign=CalculationSign.EXPENSE))
        assert refused.value.reason is Reason.NOT_ENOUGH_CASH
        assert wire.virtual.open_document is None
        await wire.driver.fiscalize(receipt())


async def test_a_foreign_document_in_between_makes_a_refusal_unknown_at_worst() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "foreign-document@open_receipt")
        document = await wire.driver.fiscalize(receipt())
        assert document.fiscal_document_number == last(wire) == 4


async def test_a_full_fn_is_told_and_nothing_stays_open() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "fn-full@FF45")
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt())
        assert refused.value.reason is Reason.FN_FULL
        assert wire.virtual.open_document is None


async def test_a_busy_register_is_waited_for() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "busy@open_receipt:3,busy@add_item:2,busy@close_receipt:2")
        assert (await wire.driver.fiscalize(receipt())).fiscal_document_number == 3


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_correction_whose_steps_are_lost_is_cancelled(version: FfdVersion) -> None:
    async with wired(version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "lost-request@FF0C")
        with pytest.raises(Unreachable):
            await wire.driver.fiscalize(correction(version, CalculationSign.SALE))
        assert wire.virtual.open_document is None


async def test_a_shift_that_is_over_refuses_receipts_and_can_be_closed() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        wire.clock.move(timedelta(hours=24))
        assert (await wire.driver.status()).shift is ShiftState.EXPIRED
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt())
        assert refused.value.reason is Reason.SHIFT_EXPIRED
        await wire.driver.close_shift(CASHIER)
        assert (await wire.driver.status()).shift is ShiftState.CLOSED


async def test_paper_that_ends_in_a_document_does_not_take_it_back() -> None:
    async with wired(faults="paper-out-middle@close_receipt") as wire:
        await wire.driver.open_shift(CASHIER)
        document = await wire.driver.fiscalize(receipt())
        status = await wire.driver.status()
        assert status.fn.last_fiscal_document_number == document.fiscal_document_number
        assert (status.print_state, status.paper_present) == (PrintState.PAPER_OUT, False)
        wire.virtual.set_paper(present=True)
        assert (await wire.driver.status()).print_state is PrintState.WAITS_FOR_CONTINUE
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt())
        assert refused.value.reason is Reason.WAITS_FOR_CONTINUE
        assert not (await wire.driver.status()).open_document
        await wire.driver.continue_print()
        assert (await wire.driver.status()).print_state is PrintState.IDLE
        await wire.driver.fiscalize(receipt())


async def test_a_missing_roll_and_an_open_cover_are_told_apart() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        wire.virtual.set_cover(is_open=True)
        assert (await wire.driver.status()).cover_open
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt())
        assert refused.value.reason is Reason.COVER_OPEN
        wire.virtual.set_cover(is_open=False)
        wire.virtual.set_paper(present=False)
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(receipt())
        assert refused.value.reason is Reason.PAPER_OUT
        assert last(wire) == 2


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_after_a_cancelled_receipt_the_register_is_found_as_it_is(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol, late_answer=timedelta(seconds=0.3)) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "late-answer@FF45")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await wire.driver.fiscalize(SENT)
        status = await wire.driver.status()
        assert (status.fn.last_fiscal_document_number, status.open_document) == (3, False)
        document = await wire.driver.fiscalize(SENT)
        assert document.fiscal_document_number == 4


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_a_receipt_cancelled_among_its_items_can_be_dropped(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol, late_answer=timedelta(seconds=0.3)) as wire:
        await wire.driver.open_shift(CASHIER)
        set_faults(wire, "late-answer@FF46")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.15):
                await wire.driver.fiscalize(SENT)
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(SENT)
        assert refused.value.reason is Reason.DOCUMENT_OPEN
        assert wire.virtual.open_document is not None
        assert wire.virtual.open_document.kind is CurrentDocument.RECEIPT
        await wire.driver.cancel_document()
        assert (await wire.driver.fiscalize(SENT)).fiscal_document_number == 3
