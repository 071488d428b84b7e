"""A shift compared over real driver, register, CRM and journal."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.register import Capabilities, Reason
from drivers.shtrih.driver import ShtrihRegister
from kassa_tui.station.answers import Declined, Done, Objection, Recorded
from kassa_tui.station.reconciliation.requests import (
    CompareShift,
    ListShifts,
    ReadRows,
    ReadShiftTape,
    ShiftComparison,
    Shifts,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Remedy, RowStatus
from kassa_tui.station.requests import CloseShift, OpenShift
from tests.station.bench import Bench
from tests.station.reconciliation.till import (
    TOP_UP,
    drained,
    gate,
    only,
    open_till,
    post_in_crm,
    read_tape,
    reconciled,
    record_by_hand,
)


async def test_what_was_sold_is_matched_by_both_keys(bench: Bench) -> None:
    async with open_till(bench) as running:
        for _ in range(3):
            assert isinstance(await running.station.ask(TOP_UP), Recorded)
        found = await reconciled(running)
        assert found.totals.all_matched
        assert len(found.rows) == 3
        for row in found.rows:
            assert {Evidence.RECEIPT_ID, Evidence.PAYMENT_ID} <= set(row.evidence)
        total = found.totals.of(RowStatus.MATCHED)
        assert total.operations_sum == total.documents_sum == 1_500_00
        assert (found.is_open, found.is_whole) == (True, True)
        assert found.totals.exposure == 0


async def test_each_kind_of_difference_has_its_row(bench: Bench) -> None:
    async with open_till(bench) as running:
        await running.station.ask(TOP_UP)
        posted = await post_in_crm(bench)
        await record_by_hand(bench)
        found = await reconciled(running)
        lacking, orphan = only(found, RowStatus.IZI_ONLY), only(found, RowStatus.FR_ONLY)
        assert lacking.operation is not None
        assert lacking.operation.id == posted.id
        assert lacking.owed is not None
        assert lacking.owed.remedy is Remedy.RECEIPT
        assert lacking.safe is Action.ISSUE_RECEIPT
        assert orphan.document is not None
        assert orphan.document.total == 700_00
        assert [one.name for one in orphan.document.items] == ["Чай"]
        assert Evidence.MADE_BY_HAND in orphan.evidence
        assert Action.ADD_TO_IZI in orphan.actions
        assert found.totals.without_receipt_sum == 300_00
        assert found.totals.exposure > 0


async def test_until_posted_a_receipt_is_the_registers_alone(bench: Bench) -> None:
    """K6."""
    async with open_till(bench) as running:
        gate(bench).refuses.add("post_transaction")
        assert isinstance(await running.station.ask(TOP_UP), Recorded)
        await read_tape(running)
        found = await running.station.ask(CompareShift())
        assert isinstance(found, ShiftComparison)
        row = only(found, RowStatus.FR_ONLY)
        assert {Evidence.NOT_POSTED, Evidence.QUEUED} <= set(row.evidence)
        assert row.actions == (Action.OPEN_OFD,)
        gate(bench).refuses.clear()
        assert (await reconciled(running)).totals.all_matched


async def test_a_shift_that_was_closed_is_read_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        for _ in range(4):
            await running.station.ask(TOP_UP)
        await drained(running)
        assert isinstance(await running.station.ask(CloseShift(counted_cash=2_000_00)), Done)
        assert await running.station.ask(OpenShift(counted_cash=2_000_00)) == Done()
        reach = await read_tape(running, shift_number=1)
        assert reach.total == 6
        desk = running.station._desk
        asked: list[tuple[int, int]] = []
        tape = desk.tape

        async def counted(first: int, last: int) -> object:
            asked.append((first, last))
            return await tape(first, last)

        desk.tape = counted  # type: ignore[method-assign,assignment]
        running.station._tapes._ends.clear()  # as after a restart
        found = await reconciled(running, shift_number=1)
        assert asked == []
        assert found.totals.all_matched
        assert found.closed_at is not None
        assert not found.is_open
        assert len(found.rows) == 4


@pytest.fixture
def without_shifts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A register that does not tell the shift of a document, as KkmServer does not."""
    documents, capabilities = ShtrihRegister.documents, ShtrihRegister.capabilities

    async def told(self: ShtrihRegister, *numbers: int) -> AsyncIterator[FiscalDocument]:
        async for document in documents(self, *numbers):
            yield replace(document, shift_number=None)

    async def able(self: ShtrihRegister) -> Capabilities:
        return replace(await capabilities(self), reads_documents=False)

    monkeypatch.setattr(ShtrihRegister, "documents", told)
    monkeypatch.setattr(ShtrihRegister, "capabilities", able)


@pytest.mark.usefixtures("without_shifts")
async def test_the_shifts_of_a_tape_that_does_not_tell_them_are_found_by_its_reports(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kassa_tui.station.reconciliation.shift_tape._MOST_OF_TURN", 2)
    async with open_till(bench) as running:
        for _ in range(4):
            await running.station.ask(TOP_UP)
        await drained(running)
        assert isinstance(await running.station.ask(CloseShift(counted_cash=2_000_00)), Done)
        assert await running.station.ask(OpenShift(counted_cash=2_000_00)) == Done()
        for _ in range(3):
            await running.station.ask(TOP_UP)
        await drained(running)
        for shift, receipts in ((1, 4), (2, 3)):
            found = await reconciled(running, shift_number=shift)
            assert found.totals.all_matched
            assert len(found.rows) == receipts
            assert found.is_whole
        await running.station.ask(TOP_UP)
        await drained(running)
        assert len((await reconciled(running)).rows) == 4


async def test_a_reading_that_is_cut_off_goes_on_where_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kassa_tui.station.reconciliation.shift_tape._MOST_OF_TURN", 3)
    async with open_till(bench) as running:
        for _ in range(6):
            await running.station.ask(TOP_UP)
        await drained(running)
        while True:
            part = await running.station.ask(ReadShiftTape())
            assert isinstance(part, TapeReach)
            if part.total is not None:
                break
        assert part.done < part.total
    async with bench.station() as running:
        on = await running.station.ask(ReadShiftTape())
        assert isinstance(on, TapeReach)
        assert on.done > part.done
        assert (await reconciled(running)).totals.all_matched


async def test_while_the_tape_is_not_whole_nothing_is_called_absent(bench: Bench) -> None:
    async with open_till(bench) as running:
        await running.station.ask(TOP_UP)
        await post_in_crm(bench)
        await drained(running)
        found = await running.station.ask(CompareShift())
        assert isinstance(found, ShiftComparison)
        assert not found.is_whole
        for row in found.rows:
            assert Action.ISSUE_RECEIPT not in row.actions
            assert Evidence.TAPE_INCOMPLETE in row.evidence


async def test_a_payment_waits_for_one_turn_of_the_reading_only(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kassa_tui.station.reconciliation.shift_tape._MOST_OF_TURN", 1)
    async with open_till(bench) as running:
        for _ in range(5):
            await running.station.ask(TOP_UP)
        order: list[str] = []

        async def reading() -> None:
            while True:
                reach = await running.station.ask(ReadShiftTape())
                assert isinstance(reach, TapeReach)
                order.append("read")
                if reach.is_done:
                    return

        async def paying() -> None:
            assert isinstance(await running.station.ask(TOP_UP), Recorded)
            order.append("paid")

        await asyncio.gather(reading(), paying())
        assert order.index("paid") <= 1


async def test_the_shift_after_is_another_reconciliation(bench: Bench) -> None:
    async with open_till(bench) as running:
        await running.station.ask(TOP_UP)
        await drained(running)
        await running.station.ask(CloseShift(counted_cash=500_00))
        await running.station.ask(OpenShift(counted_cash=500_00))
        await running.station.ask(TOP_UP)
        await running.station.ask(TOP_UP)
        assert len((await reconciled(running)).rows) == 2
        assert len((await reconciled(running, shift_number=1)).rows) == 1
        shifts = await running.station.ask(ListShifts())
        assert isinstance(shifts, Shifts)
        assert [one.number for one in shifts.found] == [2, 1]


async def test_a_shift_that_never_was_is_not_found(bench: Bench) -> None:
    async with open_till(bench) as running:
        answer = await running.station.ask(ReadShiftTape(shift_number=9))
        assert isinstance(answer, Declined)
        assert answer.reason is Reason.NOT_FOUND


async def test_without_the_crm_nothing_is_compared(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        answer = await running.station.ask(CompareShift())
        assert isinstance(answer, Declined)
        assert answer.reason is Objection.CRM_NEEDED
    bench.gate = None
    async with bench.station() as running:
        assert await running.station.ask(CompareShift()) == Declined(Objection.CRM_NEEDED)


async def test_rows_of_a_comparison_that_is_gone_are_stale(bench: Bench) -> None:
    async with open_till(bench) as running:
        assert await running.station.ask(ReadRows(bench.new_id(), 0)) == Declined(Objection.STALE)
