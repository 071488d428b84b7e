"""Movements of cash that were cut off, and records that the CRM does not take."""

import asyncio
from dataclasses import replace

import pytest

from drivers.ffd.receipt import Cashier
from drivers.virtual.core import VirtualRegister
from drivers.virtual.registration import Registration
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.shifts import CashMoveState
from kassa_tui.station.alarms import AlarmKind, alarms
from kassa_tui.station.answers import Declined, Done, Objection, Recorded
from kassa_tui.station.requests import CallDecision, CashKind, MoveCash, SettleCall, SettleCash
from kassa_tui.station.snapshot import PoisonedCall, Snapshot
from tests.station.bench import FOR_EVER, Bench, Running, now
from tests.station.test_crm import BLOCKED, TOP_UP, ask, drained, gate, open_till, transaction_of

CHANGE = MoveCash(amount=1_000_00, kind=CashKind.CHANGE_FUND, article_id="art_change")
CASH_IN = "50"
CLOSE_RECEIPT = "FF45"


async def cut_off_in_the_middle(bench: Bench, fault: str) -> None:
    """The station dies with the movement handed over and unanswered."""
    bench.fail(f"{fault}@{CASH_IN}:1")
    async with bench.station(FOR_EVER) as running:
        asking = asyncio.create_task(ask(running, CHANGE))
        while not await running.journal.open_cash_moves():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
    asking.cancel()
    bench.fail("")


@pytest.mark.parametrize(
    ("fault", "state", "booked"),
    [
        ("lost-answer-executed", CashMoveState.DONE, 1_000_00),
        ("lost-answer-not-executed", CashMoveState.REFUSED, 0),
    ],
)
async def test_the_drawer_tells_what_became_of_a_movement(
    bench: Bench, fault: str, state: CashMoveState, booked: int
) -> None:
    async with open_till(bench):
        pass
    await cut_off_in_the_middle(bench, fault)
    async with bench.station() as running:
        assert isinstance(await ask(running, TOP_UP), Recorded)
        await drained(running)
        shift = await gate(bench).session.current_shift(gate(bench).club_id)
        assert shift.expected_cash == 500_00 + booked
        current = await running.journal.current_shift()
        assert current is not None
        (kept,) = await running.journal.cash_moves(current.opening.id)
        assert kept.state is state


async def test_a_person_says_what_the_drawer_does_not_tell(bench: Bench) -> None:
    async with open_till(bench):
        pass
    await cut_off_in_the_middle(bench, "lost-answer-executed")
    await bench.by_hand(bench.register.cash_in, 7_00, Cashier(name="Петров П."))
    async with bench.station() as running:
        snapshot = await running.until(lambda s: bool(s.unknown_cash_moves) and asked(s))
        assert AlarmKind.CASH_UNKNOWN in {alarm.kind for alarm in alarms(snapshot)}
        (move,) = snapshot.unknown_cash_moves
        said = SettleCash(movement_id=move.id, moved=True, comment="X-отчёт: 1007,00")
        assert await ask(running, replace(said, comment="")) == Declined(Objection.COMMENT_NEEDED)
        assert await ask(running, said) == Done()
        assert await ask(running, said) == Declined(Objection.NOTHING_TO_SETTLE)
        assert running.last.unknown_cash_moves == ()
        await drained(running)
        shift = await gate(bench).session.current_shift(gate(bench).club_id)
        assert shift.expected_cash == 1_000_00


async def test_the_drawer_of_another_register_tells_nothing(bench: Bench) -> None:
    async with open_till(bench):
        pass
    await cut_off_in_the_middle(bench, "lost-answer-executed")
    await bench.pull_out()
    bench.register.close()
    another = Registration(fiscal_drive_number="9999078900009999")
    bench.register = VirtualRegister.open(None, another, now, bench.paper.append)
    await bench.plug_in()
    async with bench.station() as running:
        snapshot = await running.until(lambda s: bool(s.unknown_cash_moves) and asked(s))
        await running.until(lambda s: not running.station._cash.is_cut)
        assert snapshot.unknown_cash_moves[0].amount == 1_000_00


def asked(snapshot: Snapshot) -> bool:
    return snapshot.register is not None and snapshot.silence is None


async def test_a_movement_with_the_same_id_is_made_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        change = replace(CHANGE, movement_id=bench.new_id())
        assert await ask(running, change) == Done()
        assert await ask(running, change) == Done()
        assert running.last.register is not None
        assert running.last.register.cash_in_drawer == 1_000_00


async def poisoned(bench: Bench, running: Running) -> PoisonedCall:
    """A top-up that the CRM refuses after its receipt has been printed."""
    gate(bench).is_shut = True
    assert isinstance(await ask(running, replace(TOP_UP, client_id=BLOCKED)), Recorded)
    gate(bench).is_shut = False
    while not (await running.journal.call_counts()).poisoned:
        running.station._outbox.wake()  # type: ignore[union-attr]
        await asyncio.sleep(0.01)
    snapshot = await running.until(lambda s: s.crm is not None and bool(s.crm.poisoned_calls))
    assert snapshot.crm is not None
    (call,) = snapshot.crm.poisoned_calls
    return call


async def test_a_record_goes_out_again_once_its_cause_is_mended(bench: Bench) -> None:
    async with open_till(bench) as running:
        call = await poisoned(bench, running)
        assert "client-blocked" in call.error
        async with gate(bench).embedded.registry() as registry:
            from kassa_tui.izi.embedded.demo import CLIENTS

            (card,) = (card for card, *_ in CLIENTS if card.id == BLOCKED)
            await registry.put_client(card.model_copy(update={"blocked": False}))
        again = SettleCall(call_id=call.call_id, decision=CallDecision.TELL_AGAIN)
        assert await ask(running, again) == Done()
        await drained(running)
        posted = await transaction_of(bench, Recorded(call.subject))
        assert posted.amount == 500_00
        assert len(posted.receipts) == 1


async def test_a_record_is_dropped_only_with_a_reason(bench: Bench) -> None:
    async with open_till(bench) as running:
        call = await poisoned(bench, running)
        drop = SettleCall(call_id=call.call_id, decision=CallDecision.DROP)
        assert await ask(running, drop) == Declined(Objection.COMMENT_NEEDED)
        assert await ask(running, replace(drop, comment="внесено вручную")) == Done()
        states = {one.state for one in await running.journal.calls_of(call.subject)}
        assert states == {CallState.REFUSED}
        assert running.last.crm is not None
        assert (running.last.crm.poisoned, running.last.crm.queued) == (0, 0)


async def test_a_receipt_whose_record_was_dropped_before_it_was_found_keeps_nothing_waiting(
    bench: Bench,
) -> None:
    async with open_till(bench):
        pass
    gate(bench).is_shut = True
    bench.fail(f"lost-answer-executed@{CLOSE_RECEIPT}:1")
    async with bench.station(FOR_EVER) as running:
        asking = asyncio.create_task(ask(running, replace(TOP_UP, client_id=BLOCKED)))
        await bench.until_recorded()
    asking.cancel()
    await bench.pull_out()
    gate(bench).is_shut = False
    async with bench.station() as running:
        snapshot = await running.until(lambda s: s.crm is not None and bool(s.crm.poisoned_calls))
        assert snapshot.crm is not None
        (call,) = snapshot.crm.poisoned_calls
        drop = SettleCall(call_id=call.call_id, decision=CallDecision.DROP, comment="внесено")
        assert await ask(running, drop) == Done()
        await bench.plug_in()
        await running.until(lambda s: any(one.document for one in s.payments))
        states = {one.state for one in await running.journal.calls_of(call.subject)}
        assert states == {CallState.REFUSED}


async def test_nothing_is_settled_by_an_id_that_nobody_knows(bench: Bench) -> None:
    async with open_till(bench) as running:
        strange = bench.new_id()
        call = SettleCall(call_id=strange, decision=CallDecision.TELL_AGAIN)
        cash = SettleCash(movement_id=strange, moved=True, comment="?")
        for request in (call, cash):
            assert await ask(running, request) == Declined(Objection.NOTHING_TO_SETTLE)
