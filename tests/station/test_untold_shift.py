"""A CRM that tells nobody of its shifts, and cannot be asked what became of a lost write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from kassa_tui.izi.errors import CrmUnavailable, NotSupported, OutcomeUnclear
from kassa_tui.izi.models.page import Written
from kassa_tui.izi.models.transaction import Transaction, TransactionDraft
from kassa_tui.journal.calls import CallState
from kassa_tui.station.answers import Declined, Done, Recorded, TurnedDown, Uncertain
from kassa_tui.station.basket import Paid
from kassa_tui.station.inquiries import ListArticles
from kassa_tui.station.requests import (
    CallDecision,
    CloseShift,
    IssueReceipt,
    OpenShift,
    Sell,
    SettleCall,
)
from tests.station.bench import Bench, Gate, Running
from tests.station.test_crm import HOUR, IVAN, TOP_UP, ask, gate

FROM_BALANCE = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)


class Taciturn(Gate):
    """Posts into a shift that it does not tell of; a doubt stays until a person says."""

    def __init__(self, behind: Gate, shift_id: str) -> None:
        super().__init__(behind.embedded, behind.session, behind.club_id)
        self.shift_id = shift_id
        self.loses_before = 0
        """So many posts do not arrive, and nobody knows."""
        self.loses_after = 0
        """So many answers do not arrive."""
        self.doubts: set[UUID] = set()

    async def current_shift(self, club_id: str) -> Any:
        raise NotSupported(feature="shifts.read")

    async def shifts(self, *_: object, **__: object) -> Any:
        raise NotSupported(feature="shifts.read")

    shift_transactions = open_shift = close_shift = attach_receipt = cash_articles = shifts

    async def me(self) -> Any:
        if self.is_shut:
            raise CrmUnavailable("the gate is shut")
        return await self.session.me()

    async def post_transaction(
        self, shift_id: str, draft: TransactionDraft, *, key: UUID
    ) -> Written[Transaction]:
        if self.is_shut:
            raise CrmUnavailable("the gate is shut")
        assert shift_id == "current"
        if draft.external_id in self.doubts:
            raise OutcomeUnclear("nobody knows")
        if self.loses_before:
            self.loses_before -= 1
            self.doubts.add(draft.external_id)
            raise OutcomeUnclear("nobody knows")
        posted = await self.session.post_transaction(self.shift_id, draft, key=key)
        if self.loses_after:
            self.loses_after -= 1
            self.doubts.add(draft.external_id)
            raise OutcomeUnclear("nobody knows")
        return posted

    async def was_not_done(self, external_id: UUID) -> None:
        self.doubts.discard(external_id)


@asynccontextmanager
async def open_till(bench: Bench) -> AsyncIterator[tuple[Running, Taciturn]]:
    standing = await bench.open_crm()
    async with bench.station() as running:  # by which the CRM's shift is opened
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
    shift = await standing.session.current_shift(standing.club_id)
    bench.gate = taciturn = Taciturn(standing, shift.id)
    async with bench.station() as running:
        await running.until(lambda s: s.crm is not None and not s.crm.tells_shifts)
        yield running, taciturn
    bench.gate = standing


async def balance(bench: Bench) -> int:
    return (await gate(bench).session.client(IVAN)).balance


async def states(running: Running, payment_id: UUID) -> list[CallState]:
    return [one.state for one in await running.journal.calls_of(payment_id)]


async def settle(running: Running, decision: CallDecision, comment: str = "") -> None:
    snapshot = await running.until(lambda s: s.crm is not None and s.crm.poisoned_calls != ())
    assert snapshot.crm is not None
    (call,) = snapshot.crm.poisoned_calls
    assert call.is_unclear
    said = SettleCall(call_id=call.call_id, decision=decision, comment=comment)
    assert await ask(running, said) == Done()


async def until_done(running: Running, payment_id: UUID) -> None:
    while (await states(running, payment_id))[0] is not CallState.DONE:
        running.station.look_at_crm()
        await asyncio.sleep(0.01)


async def test_a_top_up_goes_to_whichever_shift_is_open_there(bench: Bench) -> None:
    async with open_till(bench) as (running, _):
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        assert await balance(bench) == 1_250_00 + 500_00
        assert await states(running, answer.payment_id) == [CallState.DONE, CallState.PENDING]
        assert running.last.crm is not None
        assert running.last.crm.shift_is_open is None


async def test_the_registers_shift_is_opened_and_closed_without_a_word_to_it(bench: Bench) -> None:
    async with open_till(bench) as (running, _):
        drawer = running.last.register.cash_in_drawer if running.last.register else 0
        closed = await ask(running, CloseShift(counted_cash=drawer or 0))
        assert isinstance(closed, Done)
        assert await ask(running, OpenShift(counted_cash=drawer or 0)) == Done()
        assert (await running.journal.call_counts()).pending == 0


async def test_that_it_is_away_is_seen_although_it_refuses_to_tell_its_shift(bench: Bench) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.is_shut = True
        running.station.look_at_crm()
        await running.until(lambda s: s.crm is not None and s.crm.failing_since is not None)
        taciturn.is_shut = False
        running.station.look_at_crm()
        await running.until(lambda s: s.crm is not None and s.crm.failing_since is None)


@pytest.mark.parametrize("arrived", [True, False])
async def test_a_top_up_that_nobody_knows_of_is_printed_and_waits_for_a_person(
    bench: Bench, arrived: bool
) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.loses_after, taciturn.loses_before = int(arrived), int(not arrived)
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        if arrived:
            await settle(running, CallDecision.DROP, "в CRM есть")
            assert CallState.DONE not in await states(running, answer.payment_id)
        else:
            await settle(running, CallDecision.TELL_AGAIN)
            await until_done(running, answer.payment_id)
        assert await balance(bench) == 1_250_00 + 500_00
    assert len(await bench.receipts()) == 1


async def test_telling_again_in_vain_leaves_it_to_a_person_again(bench: Bench) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.loses_before = 2
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        await settle(running, CallDecision.TELL_AGAIN)
        while taciturn.loses_before or (await running.journal.call_counts()).poisoned == 0:
            running.station.look_at_crm()
            await asyncio.sleep(0.01)
        await settle(running, CallDecision.TELL_AGAIN)
        await until_done(running, answer.payment_id)
        assert await balance(bench) == 1_250_00 + 500_00


@pytest.mark.parametrize("arrived", [True, False])
async def test_an_unclear_charge_of_the_balance_gets_no_receipt_before_a_person_has_looked(
    bench: Bench, arrived: bool
) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.loses_after, taciturn.loses_before = int(arrived), int(not arrived)
        answer = await ask(running, FROM_BALANCE)
        assert isinstance(answer, Uncertain)
        assert answer.payment_id is not None
        snapshot = await running.until(lambda s: bool(s.unconfirmed))
        assert snapshot.without_receipt == 0
        assert await bench.receipts() == []
        if arrived:
            await settle(running, CallDecision.DROP, "в CRM есть")
        else:
            await settle(running, CallDecision.TELL_AGAIN)
        await bench.until_recorded()
        assert await balance(bench) == 1_250_00 - 120_00
    assert len(await bench.receipts()) == 1


async def test_a_receipt_asked_for_by_hand_waits_too_while_nobody_knows(bench: Bench) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.loses_after = 1
        answer = await ask(running, FROM_BALANCE)
        assert isinstance(answer, Uncertain)
        assert answer.payment_id is not None
        await running.until(lambda s: s.crm is not None and s.crm.poisoned == 1)
        asked = await ask(running, IssueReceipt(answer.payment_id))
        assert asked == Uncertain(answer.payment_id)
        await settle(running, CallDecision.DROP, "в CRM есть")
        await bench.until_recorded()


async def test_that_it_lacks_something_does_not_say_that_it_is_there(bench: Bench) -> None:
    async with open_till(bench) as (running, taciturn):
        taciturn.is_shut = True
        running.station.look_at_crm()
        away = await running.until(lambda s: s.crm is not None and s.crm.failing_since is not None)
        assert isinstance(await running.station.ask(ListArticles()), Declined)
        office = running.station._office
        assert office is not None
        assert away.crm is not None
        assert office.failing_since == away.crm.failing_since


async def test_what_it_has_no_place_for_is_turned_down_where_only_it_could_do_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as (running, taciturn):

        async def refuse(*_: object, **__: object) -> Any:
            raise NotSupported(feature="transactions.charge")

        monkeypatch.setattr(taciturn, "post_transaction", refuse)
        answer = await ask(running, FROM_BALANCE)
        assert isinstance(answer, TurnedDown)
        assert answer.code == "not-supported"
    assert await bench.receipts() == []
