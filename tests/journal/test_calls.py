"""The outbox: calls to the CRM, in order and one subject apart from another."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kassa_tui.journal.calls import CallCounts, CallState
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from tests.journal.records import NOON, OPENING, attempt, call, document, identity, payment

A1, A2 = call(1, identity(1)), call(2, identity(1), "attach_receipt")
B1 = call(3, identity(2))


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.add_payment(payment(1), "{}", [A1, A2])
    await journal.add_payment(payment(2), "{}", [B1])
    yield journal
    await journal.close()


async def due(journal: Journal, minutes: int = 0) -> list[object]:
    calls = await journal.due_calls(NOON + timedelta(minutes=minutes), 10)
    return [stored.call for stored in calls]


async def test_calls_of_a_subject_go_one_after_another(journal: Journal) -> None:
    assert await due(journal) == [A1, B1]
    await journal.end_call(A1.id, NOON, CallState.DONE, result='{"id":"tr_1"}')
    assert await due(journal) == [A2, B1]
    stored = await journal.call(A1.id)
    assert stored is not None
    assert (stored.position, stored.tries, stored.result) == (1, 1, '{"id":"tr_1"}')


async def test_a_poisoned_call_holds_up_its_own_subject_only(journal: Journal) -> None:
    await journal.end_call(A1.id, NOON, CallState.POISONED, "422")
    assert await due(journal) == [B1]
    assert await journal.call_counts() == CallCounts(pending=2, refused=0, poisoned=1)
    assert [one.call for one in await journal.calls_in(CallState.POISONED, 5)] == [A1]


async def test_a_failed_call_waits_for_its_time(journal: Journal) -> None:
    await journal.retry_call(A1.id, NOON, "away", NOON + timedelta(minutes=2))
    assert await due(journal, 1) == [B1]
    assert A1 in await due(journal, 2)
    (stored, _) = await journal.calls_of(identity(1))
    assert (stored.tries, stored.error) == (1, "away")
    assert stored.next_try == NOON + timedelta(minutes=2)


async def test_a_call_ends_once(journal: Journal) -> None:
    await journal.end_call(A1.id, NOON, CallState.DONE)
    with pytest.raises(JournalError):
        await journal.end_call(A1.id, NOON, CallState.REFUSED)
    with pytest.raises(JournalError):
        await journal.retry_call(A1.id, NOON, "late", NOON)


async def test_a_readdressed_call_goes_again(journal: Journal) -> None:
    await journal.end_call(A1.id, NOON, CallState.POISONED, "shift-closed")
    await journal.readdress_call(A1.id, NOON, '{"shift":2}', identity(77))
    stored = await journal.call(A1.id)
    assert stored is not None
    assert (stored.call.body, stored.call.key) == ('{"shift":2}', identity(77))
    assert A1.id in [one.call.id for one in await journal.due_calls(NOON, 10)]


async def test_a_key_is_used_once(journal: Journal) -> None:
    again = call(9, identity(2))
    with pytest.raises(JournalError):
        await journal.queue_calls([again, call(9, identity(2))], NOON)
    assert len(await journal.calls_of(identity(2))) == 1


async def test_a_refused_payment_is_called_off_with_what_followed(journal: Journal) -> None:
    await journal.call_off(identity(1), NOON, "insufficient-balance", A1.id)
    state = await journal.payment(identity(1))
    assert state is not None
    assert state.called_off == "insufficient-balance"
    assert state.calls == (CallState.REFUSED, CallState.REFUSED)
    tries = [stored.tries for stored in await journal.calls_of(identity(1))]
    assert tries == [1, 0]
    assert [s.payment.id for s in await journal.payments_without_document()] == [identity(2)]


async def test_a_payment_is_called_off_once(journal: Journal) -> None:
    await journal.call_off(identity(1), NOON, "refused")
    with pytest.raises(JournalError):
        await journal.call_off(identity(1), NOON, "again")


async def test_a_receipt_that_was_called_off_is_never_sent(journal: Journal) -> None:
    await journal.call_off(identity(1), NOON, "insufficient-balance", A1.id)
    with pytest.raises(JournalError):
        await journal.add_attempt(attempt(identity(1)))
    assert await journal.unsettled_attempts() == ()


async def test_a_document_and_the_call_that_tells_of_it_come_together(journal: Journal) -> None:
    tell = call(5, identity(1), "attach_receipt")
    await journal.add_document(document(8), NOON, identity(1), calls=[tell])
    assert [one.call for one in await journal.calls_of(identity(1))] == [A1, A2, tell]
    other = call(6, identity(2))
    with pytest.raises(JournalError):
        await journal.add_document(document(8), NOON, identity(2), calls=[other])
    assert [one.call for one in await journal.calls_of(identity(2))] == [B1]


async def test_the_crm_names_its_shift_with_the_call_that_opened_it(journal: Journal) -> None:
    opening = call(7, OPENING.id, "open_shift")
    await journal.begin_shift(OPENING, [opening])
    await journal.end_call(opening.id, NOON, CallState.DONE, crm_shift=(OPENING.id, "sh_1"))
    shift = await journal.current_shift()
    assert shift is not None
    assert shift.crm_shift_id == "sh_1"
