"""Payments in parts, split receipts, callers' ids, shifts and cash."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from kassa_tui.journal.errors import CallerIdTaken, JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    AttemptState,
    Part,
    PayBy,
    PaymentKind,
    Promise,
    ReceiptIntent,
    ReceiptState,
)
from kassa_tui.journal.shifts import (
    CashMoveState,
    MethodSums,
    ShiftClosing,
    ShiftStep,
)
from kassa_tui.journal.verification import verify
from tests.journal.records import (
    FN,
    HALVES,
    MOVE,
    NOON,
    OPENING,
    SPLIT,
    attempt,
    document,
    identity,
    payment,
)


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.begin_shift(OPENING)
    await journal.shift_is_open(OPENING.id, NOON, FN, 1)
    yield journal
    await journal.close()


async def test_a_payment_comes_back_as_it_was(journal: Journal) -> None:
    await journal.add_payment(SPLIT, HALVES)
    state = await journal.payment(SPLIT.id)
    assert state is not None
    assert state.payment == SPLIT
    assert [one.id for one in state.receipts] == [half.id for half in HALVES]


def test_parts_that_miss_the_total_are_no_payment() -> None:
    with pytest.raises(ValueError, match="add up"):
        replace(SPLIT, parts=(Part(method=PayBy.CASH, amount=1),))


async def test_the_same_callers_id_pays_once(journal: Journal) -> None:
    await journal.add_payment(SPLIT, HALVES)
    again = replace(SPLIT, id=identity(50))
    with pytest.raises(CallerIdTaken) as caught:
        await journal.add_payment(again, "{}")
    assert caught.value.payment_id == SPLIT.id
    assert await journal.payment(identity(50)) is None
    found = await journal.payment_of_caller("web-17")
    assert found is not None
    assert found.payment == SPLIT


async def test_two_askers_with_one_callers_id_at_once_pay_once(journal: Journal) -> None:
    first, second = (replace(payment(n), caller_id="x") for n in (60, 61))
    results = await asyncio.gather(
        journal.add_payment(first, "{}"),
        journal.add_payment(second, "{}"),
        journal.add_payment(payment(62), "{}"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), CallerIdTaken, type(None)]
    assert len(await journal.last_payments(10)) == 2
    assert verify(journal.path).broken is None


async def test_a_write_whose_asker_went_away_is_kept_whole_or_not_at_all(
    journal: Journal,
) -> None:
    writes = [asyncio.create_task(journal.add_payment(payment(n), "{}")) for n in range(70, 90)]
    await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()
    results = await asyncio.gather(*writes, return_exceptions=True)
    await journal.add_payment(payment(99), "{}")
    kept = {state.payment.id for state in await journal.last_payments(50)}
    for number, result in zip(range(70, 90), results, strict=True):
        assert result is not None or identity(number) in kept
    assert verify(journal.path).broken is None


async def test_a_write_that_a_cancelled_one_took_along_is_kept(journal: Journal) -> None:
    first = asyncio.create_task(journal.add_payment(payment(70), "{}"))
    await asyncio.sleep(0)
    writes = [asyncio.create_task(journal.add_payment(payment(n), "{}")) for n in range(71, 75)]
    await first
    writes[0].cancel()  # it has been let to the file, with all that waited
    assert await asyncio.gather(*writes[1:], return_exceptions=True) == [None] * 3
    assert len(await journal.last_payments(50)) >= 4


async def test_a_split_basket_waits_for_its_second_document(journal: Journal) -> None:
    await journal.add_payment(SPLIT, HALVES)
    number = await journal.add_attempt(attempt(SPLIT.id, receipt_id=HALVES[0].id))
    await journal.add_document(document(8), NOON, SPLIT.id, number, receipt_id=HALVES[0].id)

    (state,) = await journal.payments_without_document()
    assert state.document is None
    assert [one.state for one in state.receipts] == [ReceiptState.RECORDED, ReceiptState.WANTED]

    number = await journal.add_attempt(attempt(SPLIT.id, after=8, receipt_id=HALVES[1].id))
    await journal.add_document(document(9), NOON, SPLIT.id, number, receipt_id=HALVES[1].id)
    assert await journal.payments_without_document() == ()
    assert await journal.payment_of_document(FN, 9) == SPLIT.id


async def test_nothing_is_sent_while_an_attempt_is_unsettled(journal: Journal) -> None:
    await journal.add_payment(payment(1), "{}")
    await journal.add_payment(payment(3), "{}")
    number = await journal.add_attempt(attempt(identity(1)))
    with pytest.raises(JournalError):
        await journal.add_attempt(attempt(identity(3)))
    await journal.note_outcome(number, AttemptState.UNKNOWN, NOON)
    with pytest.raises(JournalError):
        await journal.add_attempt(attempt(identity(1)))
    await journal.note_outcome(number, AttemptState.ABSENT, NOON)
    assert await journal.add_attempt(attempt(identity(3))) == number + 1


async def test_an_attempt_for_a_strange_receipt_is_refused(journal: Journal) -> None:
    with pytest.raises(JournalError):
        await journal.add_attempt(attempt(identity(404)))


async def test_a_document_found_later_keeps_the_promise(journal: Journal) -> None:
    await journal.add_payment(payment(1), "{}")
    await journal.add_document(document(8), NOON)
    await journal.bind_document(document(8), identity(1), NOON)
    state = await journal.payment(identity(1))
    assert state is not None
    assert state.document == document(8)
    with pytest.raises(JournalError):
        await journal.bind_document(document(8), identity(1), NOON)


async def test_one_shift_is_open_at_a_time(journal: Journal) -> None:
    with pytest.raises(JournalError):
        await journal.begin_shift(replace(OPENING, id=identity(501)))


async def test_a_shift_goes_through_its_steps(journal: Journal) -> None:
    closing = ShiftClosing(
        closed_at=NOON, counted_cash=5000_00, expected_cash=5100_00, comment="сдача"
    )
    assert closing.discrepancy == -100_00
    await journal.begin_closing(OPENING.id, closing)
    shift = await journal.current_shift()
    assert shift is not None
    assert (shift.step, shift.closing) == (ShiftStep.CLOSING, closing)
    await journal.shift_is_closed(OPENING.id, NOON, 12)
    assert await journal.current_shift() is None
    (shift,) = await journal.last_shifts(5)
    assert (shift.step, shift.number, shift.closing_document) == (ShiftStep.CLOSED, 1, 12)
    with pytest.raises(JournalError):
        await journal.shift_is_closed(OPENING.id, NOON, 13)


async def test_the_sums_of_a_shift_go_by_method(journal: Journal) -> None:
    back = replace(
        payment(4, 50_00), kind=PaymentKind.REFUND, shift_id=OPENING.id, original_id=SPLIT.id
    )
    off = replace(payment(5, 70_00), shift_id=OPENING.id)
    for one in (SPLIT, back, off):
        await journal.add_payment(one, "{}")
    await journal.call_off(off.id, NOON, "refused")
    assert await journal.sums_of_shift(OPENING.id) == {
        PayBy.CASH: MethodSums(taken=100_00, returned=50_00),
        PayBy.CARD: MethodSums(taken=200_00),
    }
    assert [state.payment for state in await journal.refunds_of(SPLIT.id)] == [back]


async def test_a_cash_movement_is_open_until_its_end_is_known(journal: Journal) -> None:
    await journal.add_cash_move(MOVE)
    assert [stored.move for stored in await journal.open_cash_moves()] == [MOVE]
    await journal.note_cash_move(MOVE.id, NOON, CashMoveState.UNKNOWN)
    assert len(await journal.open_cash_moves()) == 1
    await journal.note_cash_move(MOVE.id, NOON, CashMoveState.DONE)
    assert await journal.open_cash_moves() == ()
    with pytest.raises(JournalError):
        await journal.note_cash_move(MOVE.id, NOON, CashMoveState.REFUSED)


async def test_the_tape_is_kept_by_number(journal: Journal) -> None:
    await journal.keep_tape(FN, {8: '{"a":1}', 9: "{}"}, NOON)
    await journal.keep_tape(FN, {8: '{"b":2}', 10: "{}"}, NOON)
    assert await journal.tape(FN, 8, 9) == {8: '{"a":1}', 9: "{}"}


async def test_a_payment_and_its_first_sending_are_kept_together_or_not_at_all(
    journal: Journal,
) -> None:
    promise = Promise(payment(50), (ReceiptIntent(id=identity(50), receipt="{}"),))
    number = await journal.add_payments((promise,), attempt(identity(50)))
    (open_attempt,) = await journal.unsettled_attempts()
    assert (open_attempt.number, open_attempt.receipt_id) == (number, identity(50))
    another = Promise(payment(51), (ReceiptIntent(id=identity(51), receipt="{}"),))
    with pytest.raises(JournalError):
        await journal.add_payments((another,), attempt(identity(51)))
    assert await journal.payment(identity(51)) is None
