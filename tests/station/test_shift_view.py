"""What a face is told of the shift: its sums, and how it would end."""

import asyncio
from dataclasses import fields, replace

from drivers.ffd.document import FiscalDocument
from drivers.register import Reason
from kassa_tui.journal.records import PayBy
from kassa_tui.link.codec import dump, load
from kassa_tui.station.answers import Answer, Declined, Done, Recorded, TurnedDown
from kassa_tui.station.basket import Paid
from kassa_tui.station.closing_preview import ClosingPreview, PreviewClosing, StopAddingUp
from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.station.requests import (
    CashKind,
    CloseShift,
    CreditBonus,
    MoveCash,
    OpenShift,
    Refresh,
    Request,
    Sell,
    TakePayment,
    Withdraw,
)
from kassa_tui.station.shift_view import MethodTotal, ShiftView
from kassa_tui.station.snapshot import Snapshot
from tests.station.bench import FOR_EVER, SETTINGS, Bench, Running
from tests.station.reconciliation.till import post_in_crm
from tests.station.test_crm import BLOCKED, HOUR, IVAN, TOP_UP, ask, drained, gate, open_till

CASH_TOP_UP = TakePayment(total=500_00, pay_by=PayBy.CASH)


async def shift_of(running: Running) -> ShiftView:
    """As of a look around that has seen everything asked before."""
    assert await ask(running, Refresh()) == Done()
    assert running.last.shift is not None
    return running.last.shift


async def previewed(running: Running) -> ClosingPreview:
    told = await ask(running, PreviewClosing())
    assert isinstance(told, ClosingPreview)
    return told


async def test_a_closed_till_shows_no_shift(bench: Bench) -> None:
    async with bench.station() as running:
        await ask(running, Refresh())
        assert running.last.shift is None
        await ask(running, OpenShift())
        opened = await shift_of(running)
        assert (opened.number, opened.opened_by) == (1, "Иванова А.")
        await ask(running, CloseShift())
        assert running.last.shift is None


async def test_a_shift_is_added_up_by_method_with_what_was_given_back(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        await ask(running, Sell(lines=(HOUR,), paid=Paid(card=120_00)))
        await ask(running, Withdraw(total=50_00, pay_by=PayBy.CASH, client_id=IVAN, comment="да"))
        await ask(running, CreditBonus(total=30_00, client_id=IVAN, comment="турнир"))
        shift = await shift_of(running)
        assert shift.totals == (
            MethodTotal(method=PayBy.CASH, taken=500_00, returned=50_00),
            MethodTotal(method=PayBy.CARD, taken=120_00, returned=0),
            MethodTotal(method=PayBy.BONUS, taken=30_00, returned=0),
        )
        assert shift.totals[0].net == 450_00
        assert shift.payments == 4


async def test_a_payment_that_was_called_off_counts_nowhere(bench: Bench) -> None:
    async with open_till(bench) as running:
        assert isinstance(await ask(running, replace(TOP_UP, client_id=BLOCKED)), TurnedDown)
        shift = await shift_of(running)
        assert (shift.payments, shift.totals) == (0, ())


async def test_cash_put_in_taken_out_and_collected_is_told_apart(bench: Bench) -> None:
    async with open_till(bench) as running:
        change = MoveCash(amount=1_000_00, kind=CashKind.CHANGE_FUND, article_id="art_change")
        spent = MoveCash(
            amount=-150_00, kind=CashKind.EXPENSE, article_id="art_house", comment="лампы"
        )
        for request in (change, spent, MoveCash(amount=-400_00, kind=CashKind.COLLECTION)):
            assert await ask(running, request) == Done()
        shift = await shift_of(running)
        assert (shift.cash_in, shift.cash_out, shift.collected) == (1_000_00, 150_00, 400_00)
        assert shift.blind_count


async def test_the_sums_keep_no_receipt_waiting(bench: Bench) -> None:
    """A recorded receipt is answered with sums that may be old."""
    async with bench.station() as running:
        await ask(running, OpenShift())
        added_up = asyncio.Event()

        async def never() -> None:
            added_up.set()
            await asyncio.Event().wait()

        running.station._shift.add_up = never  # type: ignore[method-assign]
        assert isinstance(await ask(running, CASH_TOP_UP), Recorded)
        await added_up.wait()


async def test_the_view_passes_the_socket(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        await shift_of(running)
        assert load(Snapshot, dump(running.last)) == running.last
        assert load(Request, dump(PreviewClosing())) == PreviewClosing()
        told = await previewed(running)
        assert load(Answer, dump(told)) == told


async def test_tape_journal_and_crm_stand_side_by_side_before_the_close(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        await ask(running, Sell(lines=(HOUR,), paid=Paid(card=120_00)))
        await ask(running, Withdraw(total=100_00, pay_by=PayBy.CASH, client_id=IVAN, comment="да"))
        await drained(running)
        before = bench.register.fn.last_fiscal_document_number
        told = await previewed(running)
        assert (told.register_total, told.journal_total, told.crm_total) == (520_00,) * 3
        assert (told.waiting, told.without_receipt, told.unsettled) == (0, 0, 0)
        assert told.agrees
        assert bench.register.fn.last_fiscal_document_number == before
        closed = await ask(running, CloseShift(counted_cash=400_00))
        assert isinstance(closed, Done)
        assert closed.report is not None
        assert closed.report.register_total == told.register_total


async def test_only_the_shift_in_work_is_added_up(bench: Bench) -> None:
    async with bench.station() as running:
        for _ in range(2):
            await ask(running, OpenShift())
            await ask(running, CASH_TOP_UP)
            told = await previewed(running)
            assert (told.register_total, told.journal_total) == (500_00, 500_00)
            assert told.crm_total is None
            await ask(running, CloseShift())


async def test_a_document_of_the_tape_is_added_up_once(bench: Bench) -> None:
    async with bench.station() as running:
        await ask(running, OpenShift())
        read: list[int] = []
        tape = running.station._desk.tape

        async def counted(first: int, last: int) -> list[FiscalDocument]:
            read.extend(range(first, last + 1))
            return await tape(first, last)

        running.station._desk.tape = counted  # type: ignore[method-assign]
        for payments in (1, 2):
            await ask(running, CASH_TOP_UP)
            told = await previewed(running)
            assert told.register_total == told.journal_total == payments * 500_00
        before = len(read)
        await previewed(running)
        assert len(read) == before
        closed = await ask(running, CloseShift())
        assert isinstance(closed, Done)
        assert closed.report is not None
        assert closed.report.register_total == 1_000_00
        assert [number for number in read if read.count(number) > 1] == []


async def test_a_preview_tells_what_the_crm_has_not_got(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        await ask(running, replace(TOP_UP, client_id=None))
        await ask(running, TOP_UP)
        told = await previewed(running)
        assert told.register_total == told.journal_total == 1_000_00
        assert told.crm_total is None
        assert told.waiting >= 1


async def test_a_preview_tells_of_money_without_a_receipt(bench: Bench) -> None:
    async with bench.station() as running:
        await ask(running, OpenShift())
        bench.fail("fn-full@open_receipt:1")
        await ask(running, CASH_TOP_UP)
        told = await previewed(running)
        assert (told.register_total, told.journal_total) == (0, 500_00)
        assert told.without_receipt == 1
        assert not told.agrees


async def test_the_shift_is_reconciled_before_the_close_and_what_is_open_is_named(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        posted = await post_in_crm(bench)
        await drained(running)
        told = await previewed(running)
        assert told.reconciliation is not None
        assert told.reconciliation.of(RowStatus.MATCHED).count == 1
        assert not told.reconciliation.all_matched
        (row,) = told.open_rows
        assert row.operation is not None
        assert (row.status, row.operation.id) == (RowStatus.IZI_ONLY, posted.id)
        assert load(Answer, dump(told)) == told


async def test_a_preview_says_nothing_of_the_drawer(bench: Bench) -> None:
    """K12: what is expected is not told before the count."""
    names = {field.name for field in fields(ClosingPreview)}
    assert not {name for name in names if "cash" in name or "expected" in name}
    async with open_till(bench) as running:
        change = MoveCash(amount=77_00, kind=CashKind.CHANGE_FUND, article_id="art_change")
        await ask(running, change)
        await ask(running, Sell(lines=(HOUR,), paid=Paid(card=120_00)))
        assert "7700" not in repr(await previewed(running))


async def test_there_is_no_preview_of_a_shift_that_is_not_open(bench: Bench) -> None:
    async with bench.station() as running:
        assert await ask(running, PreviewClosing()) == Declined(Reason.SHIFT_CLOSED)


async def test_a_preview_tells_how_far_it_is_and_can_be_given_up(bench: Bench) -> None:
    async with open_till(bench):
        pass
    async with bench.station(FOR_EVER) as running:
        await ask(running, TOP_UP)
        bench.fail("lost-request@FF0A:99")
        previewing = asyncio.create_task(ask(running, PreviewClosing()))
        told = await running.until(lambda snapshot: snapshot.reading is not None)
        assert told.reading is not None
        assert (told.reading.done, told.reading.of) == (0, 2)
        assert await ask(running, StopAddingUp()) == Done()
        preview = await previewing
        assert isinstance(preview, ClosingPreview)
        assert (preview.register_total, preview.journal_total) == (None, TOP_UP.total)
        assert running.last.reading is None
        bench.fail("")
        assert (await previewed(running)).register_total == TOP_UP.total


async def test_what_is_not_being_read_need_not_be_given_up(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        assert await ask(running, StopAddingUp()) == Done()
        assert (await previewed(running)).agrees


async def test_a_preview_of_a_silent_register_comes_to_an_end(bench: Bench) -> None:
    async with bench.station(FOR_EVER, replace(SETTINGS, reading_s=0.2)) as running:
        await ask(running, OpenShift())
        bench.fail("lost-request:99")
        told = await ask(running, PreviewClosing())
        assert isinstance(told, Declined)
        assert told.reason is Reason.UNREACHABLE
