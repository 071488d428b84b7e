"""Money taken, exactly one document: over a real journal, driver, wire and register."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from drivers.ffd.enumerations import CalculationSign
from drivers.ffd.receipt import Cashier
from drivers.register import Reason, ShiftState
from kassa_tui.journal.records import (
    AttemptState,
    DocumentFact,
    PayBy,
    Payment,
    PaymentKind,
)
from kassa_tui.station.answers import Declined, Done, NotRecorded, Objection, Recorded, Uncertain
from kassa_tui.station.basket import Paid
from kassa_tui.station.receipts import Heading, advance_receipt
from kassa_tui.station.requests import (
    CloseShift,
    ContinuePrint,
    IssueReceipt,
    OpenShift,
    PrintCopy,
    Refresh,
    RotateShift,
    TakePayment,
)
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from tests.station.bench import FOR_EVER, SETTINGS, Bench, now

FIVE_HUNDRED = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client="Пётр")
CLOSE_RECEIPT = "FF45"
SOON = now()


async def open_shift(bench: Bench) -> None:
    await bench.by_hand(bench.register.begin_shift_opening, 30)
    await bench.by_hand(bench.register.open_shift, 30, Cashier(name="Иванова А."))


async def test_a_payment_becomes_exactly_one_document(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, Recorded)
        state = running.last.payment(answer.payment_id)

    (receipt,) = await bench.receipts()
    assert receipt.total == 500_00
    assert receipt.user_requisite is not None
    assert receipt.user_requisite.name == PAYMENT_ID_REQUISITE
    assert receipt.user_requisite.value == str(answer.payment_id)
    assert state is not None
    assert state.document is not None
    assert state.document.fiscal_document_number == receipt.fiscal_document_number
    assert state.document.fiscal_sign == receipt.fiscal_sign
    assert f"i={receipt.fiscal_document_number}&" in state.document.qr


async def test_a_recorded_payment_is_there_after_a_restart(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
    async with bench.station() as running:
        snapshot = await running.until(lambda snapshot: bool(snapshot.payments))
    assert isinstance(answer, Recorded)
    assert snapshot.payments[0].payment.id == answer.payment_id
    assert snapshot.payments[0].payment.client == "Пётр"
    assert snapshot.without_receipt == 0


async def test_money_is_not_taken_while_the_shift_is_closed(bench: Bench) -> None:
    async with bench.station() as running:
        assert await running.station.ask(FIVE_HUNDRED) == Declined(Reason.SHIFT_CLOSED)
        assert running.last.payments == ()
    assert await bench.receipts() == []


async def test_money_is_not_taken_while_the_register_is_silent(bench: Bench) -> None:
    await bench.pull_out()
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, Declined)
        assert answer.reason is Reason.UNREACHABLE
        assert running.last.silence is not None
        assert running.last.payments == ()


@pytest.mark.parametrize(
    ("change", "objection"),
    [
        ({"total": 0}, Objection.WRONG_SUM),
        ({"total": -1}, Objection.WRONG_SUM),
        ({"total": 10**12}, Objection.WRONG_SUM),
        ({"tendered": 499_99}, Objection.TENDERED_TOO_SMALL),
    ],
)
async def test_a_wrong_draft_changes_nothing(
    bench: Bench, change: dict[str, int], objection: Objection
) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        assert await running.station.ask(replace(FIVE_HUNDRED, **change)) == Declined(objection)
        assert running.last.payments == ()


async def test_a_refusal_leaves_a_payment_that_can_be_issued_once(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail("paper-out-before@close_receipt")
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, NotRecorded)
        (unissued,) = running.last.unissued
        assert unissued.last_attempt is not None
        assert unissued.last_attempt.state is AttemptState.REFUSED
        assert await bench.receipts() == []

        await bench.by_hand(bench.register.set_paper, True)
        issue = IssueReceipt(answer.payment_id)
        assert await running.station.ask(issue) == Recorded(answer.payment_id)
        assert await running.station.ask(issue) == Declined(Objection.ALREADY_RECORDED)
        assert running.last.unissued == ()
    assert len(await bench.receipts()) == 1


async def test_a_lost_answer_of_a_recorded_receipt_is_found_on_the_tape(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-executed@{CLOSE_RECEIPT}:1")
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, (Recorded, Uncertain))
        await running.until(lambda snapshot: snapshot.unsettled is None)
        state = running.last.payments[0]
    (receipt,) = await bench.receipts()
    assert state.document is not None
    assert state.document.fiscal_document_number == receipt.fiscal_document_number


async def test_a_receipt_that_the_tape_surely_does_not_have_is_sent_again(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-not-executed@{CLOSE_RECEIPT}:1")
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        snapshot = await running.until(lambda s: bool(s.payments) and s.without_receipt == 0)
        attempt = snapshot.payments[0].last_attempt
        assert attempt is not None
        assert attempt.number == 2
    assert len(await bench.receipts()) == 1


async def test_a_register_that_never_executes_is_not_asked_without_end(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-not-executed@{CLOSE_RECEIPT}:99")
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        (payment_id,) = (one.payment.id for one in running.last.payments)
        before, attempts = -1, 0
        while attempts != before or running.last.unsettled is not None:
            await running.station.ask(Refresh())
            await asyncio.sleep(4 * SETTINGS.poll_s)
            state = await running.journal.payment(payment_id)
            assert state is not None
            assert state.last_attempt is not None
            before, attempts = attempts, state.last_attempt.number
        bench.fail("")
        assert await running.station.ask(IssueReceipt(payment_id)) == Recorded(payment_id)
    assert len(await bench.receipts()) == 1


async def test_a_power_cut_after_the_record_ends_in_one_document(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail("power-cut-after-record@close_receipt")
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        await running.until(lambda s: bool(s.payments) and s.payments[0].document is not None)
    assert len(await bench.receipts()) == 1


async def test_a_power_cut_before_the_record_ends_in_one_document(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail("power-cut-before-record@close_receipt")
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        await running.until(lambda s: bool(s.payments) and s.without_receipt == 0)
    assert len(await bench.receipts()) == 1


async def test_money_noted_before_a_kill_gets_its_receipt(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        await running.until(lambda s: s.register is not None)
        shift = await running.journal.current_shift()
        assert shift is not None
        payment = Payment(
            id=bench.new_id(),
            kind=PaymentKind.TOP_UP,
            total=500_00,
            pay_by=PayBy.CASH,
            tendered=None,
            client="",
            created_at=SOON,
            shift_id=shift.opening.id,
        )
        heading = Heading(
            payment_id=payment.id, contact=None, paper=True, settings=SETTINGS, on=SOON.date()
        )
        receipt = advance_receipt(heading, Paid(cash=payment.total))
        await running.journal.add_payment(payment, receipt.model_dump_json())
        await running.until(lambda s: bool(s.payments) and s.payments[0].document is not None)
    assert len(await bench.receipts()) == 1


async def test_money_of_an_earlier_shift_waits_for_a_person(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail("fn-full@open_receipt:1")
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, NotRecorded)
        assert await running.station.ask(RotateShift()) != Declined(Reason.SHIFT_CLOSED)
        await asyncio.sleep(6 * SETTINGS.poll_s)
        assert running.last.without_receipt == 1
    assert await bench.receipts() == []


async def test_a_killed_station_finds_the_document_at_its_next_start(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-executed@{CLOSE_RECEIPT}:1")
    async with bench.station(FOR_EVER) as running:
        asking = asyncio.create_task(running.station.ask(FIVE_HUNDRED))
        await bench.until_recorded()
    asking.cancel()

    async with bench.station() as running:
        snapshot = await running.until(lambda s: bool(s.payments) and s.unsettled is None)
    (receipt,) = await bench.receipts()
    document = snapshot.payments[0].document
    assert document is not None
    assert document.fiscal_document_number == receipt.fiscal_document_number
    assert snapshot.without_receipt == 0


async def test_a_silent_register_leaves_the_outcome_unknown_until_it_is_back(
    bench: Bench,
) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-executed@{CLOSE_RECEIPT}:1")
    async with bench.station(FOR_EVER) as running:
        asking = asyncio.create_task(running.station.ask(FIVE_HUNDRED))
        await bench.until_recorded()
    asking.cancel()
    await bench.pull_out()

    async with bench.station() as running:
        await running.until(lambda s: s.unsettled is not None and s.silence is not None)
        assert await running.station.ask(FIVE_HUNDRED) == Declined(Objection.UNSETTLED)
        assert len(await bench.receipts()) == 1
        await bench.plug_in()
        snapshot = await running.until(lambda s: s.unsettled is None and s.silence is None)
        assert snapshot.payments[0].document is not None
    assert len(await bench.receipts()) == 1


async def test_paper_that_ends_in_the_middle_leaves_a_recorded_receipt_unprinted(
    bench: Bench,
) -> None:
    await open_shift(bench)
    bench.fail("paper-out-middle")
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, Recorded)
        snapshot = await running.until(lambda s: s.payments[0].document is not None)
        assert DocumentFact.PRINTED not in snapshot.payments[0].facts
        again = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(again, Declined)

        await bench.by_hand(bench.register.set_paper, True)
        assert await running.station.ask(ContinuePrint()) == Done()
        await running.until(lambda s: DocumentFact.PRINTED in s.payments[0].facts)
    assert len(await bench.receipts()) == 1


async def test_a_receipt_is_told_as_printed_and_delivered_once_it_is(bench: Bench) -> None:
    await open_shift(bench)
    await bench.by_hand(bench.register.set_ofd_reachable, False)
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        snapshot = await running.until(lambda s: DocumentFact.PRINTED in s.payments[0].facts)
        assert DocumentFact.DELIVERED not in snapshot.payments[0].facts
        await bench.by_hand(bench.register.set_ofd_reachable, True)
        await running.until(lambda s: DocumentFact.DELIVERED in s.payments[0].facts)


async def test_a_receipt_that_stands_unfinished_hides_no_shift_that_is_too_old(
    tmp_path: Path,
) -> None:
    hours = timedelta(0)
    bench = Bench(tmp_path / "journal.db", clock=lambda: now() + hours)
    await bench.plug_in()
    await open_shift(bench)
    await bench.by_hand(bench.register.open_receipt, CalculationSign.SALE, 30)
    hours = timedelta(hours=25)
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert answer == Declined(Reason.SHIFT_EXPIRED)
        # Who looks at the screen sees what must be done.
        await running.until(
            lambda seen: seen.register is not None and seen.register.shift is ShiftState.EXPIRED
        )
    await bench.close()


async def test_a_shift_is_opened_and_closed(bench: Bench) -> None:
    async with bench.station() as running:
        assert await running.station.ask(OpenShift()) == Done()
        assert running.last.register is not None
        assert running.last.register.shift is ShiftState.OPEN
        assert await running.station.ask(OpenShift()) == Declined(Reason.SHIFT_OPEN)
        closed = await running.station.ask(CloseShift())
        assert isinstance(closed, Done)
        assert closed.report is not None
        assert closed.report.discrepancy == 0
        assert running.last.register.shift is ShiftState.CLOSED
        assert await running.station.ask(CloseShift()) == Declined(Reason.SHIFT_CLOSED)


async def test_a_copy_is_printed_of_the_last_document(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        await running.until(lambda s: DocumentFact.PRINTED in s.payments[0].facts)
        bench.paper.clear()
        assert await running.station.ask(PrintCopy()) == Done()
        await running.until(lambda s: bool(bench.paper))
    assert len(await bench.receipts()) == 1


async def test_a_face_that_gives_up_waiting_takes_nothing_back(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        asking = asyncio.create_task(running.station.ask(FIVE_HUNDRED))
        await running.until(lambda snapshot: snapshot.in_progress is not None)
        asking.cancel()
        await running.until(lambda s: bool(s.payments) and s.payments[0].document is not None)
        assert isinstance(await running.station.ask(FIVE_HUNDRED), Recorded)
    assert len(await bench.receipts()) == 2


async def test_a_stopped_station_declines_what_waits(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        first = asyncio.create_task(running.station.ask(FIVE_HUNDRED))
        second = asyncio.create_task(running.station.ask(FIVE_HUNDRED))
        await running.until(lambda snapshot: snapshot.in_progress is not None)
        running.station.stop()
        await running.task
        assert isinstance(await first, Recorded)
        assert await second == Declined(Objection.STOPPED)
        assert await running.station.ask(FIVE_HUNDRED) == Declined(Objection.STOPPED)
