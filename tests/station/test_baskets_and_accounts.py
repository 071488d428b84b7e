"""Baskets of several receipts, accounts set right by hand, and callers that ask twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.izi.models.transaction import FiscalStatus
from kassa_tui.journal.records import Direction, PayBy
from kassa_tui.settings.tax import Purpose
from kassa_tui.station.answers import (
    Declined,
    Done,
    Noted,
    Objection,
    Recorded,
    Several,
    TurnedDown,
)
from kassa_tui.station.basket import Paid
from kassa_tui.station.requests import (
    Account,
    AdjustBalance,
    OpenShift,
    Sell,
    TakePayment,
    WriteOffBonus,
)
from tests.station.bench import SETTINGS, Bench, Running
from tests.station.test_crm import (
    BLOCKED,
    CHIPS,
    HOUR,
    IVAN,
    ask,
    drained,
    gate,
    ivan,
    transaction_of,
)


def goods_under_patent(purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
    if purpose is Purpose.GOODS:
        return TaxSystem.PATENT, VatRate.NO_VAT
    return TaxSystem.SIMPLIFIED_INCOME, VatRate.NO_VAT


@asynccontextmanager
async def till_of_two_systems(bench: Bench) -> AsyncIterator[Running]:
    await bench.open_crm()
    async with gate(bench).embedded.registry() as registry:
        from kassa_tui.izi.embedded.demo import CLUB
        from kassa_tui.izi.embedded.demo import SETTINGS as CLUB_SETTINGS
        from kassa_tui.izi.models.settings import TaxRegime

        goods = TaxRegime(code="PSN", taxation_type=TaxSystem.PATENT, nds=VatRate.NO_VAT)
        tax = CLUB_SETTINGS.tax.model_copy(update={"goods": goods})
        await registry.put_club(CLUB, CLUB_SETTINGS.model_copy(update={"tax": tax}))
    async with bench.station(settings=replace(SETTINGS, taxes=goods_under_patent)) as running:
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        yield running


BASKET = Sell(lines=(HOUR, CHIPS), paid=Paid(cash=150_00, card=100_00), caller_id="web-1")


async def test_k4_a_basket_of_two_tax_systems_becomes_two_receipts_of_one_order(
    bench: Bench,
) -> None:
    async with till_of_two_systems(bench) as running:
        answer = await ask(running, BASKET)
        assert isinstance(answer, Several)
        assert all(isinstance(part, Recorded) for part in answer.parts)
        await drained(running)
        services, food = [await transaction_of(bench, part) for part in answer.parts]
        assert services.order_id == food.order_id is not None
        assert services.fiscal_status is food.fiscal_status is FiscalStatus.ISSUED
    first, second = await bench.receipts()
    assert (first.total, second.total) == (120_00, 130_00)


async def test_a_caller_that_asks_again_for_a_basket_hears_of_all_its_parts(bench: Bench) -> None:
    async with till_of_two_systems(bench) as running:
        first = await ask(running, BASKET)
        assert await ask(running, BASKET) == first
    assert len(await bench.receipts()) == 2


async def test_a_basket_is_noted_as_a_whole_before_its_first_receipt(bench: Bench) -> None:
    async with till_of_two_systems(bench) as running:
        bench.fail("fn-full@open_receipt:9")
        await ask(running, BASKET)
        noted = await running.journal.payments_without_document()
        assert [state.payment.total for state in noted] == [120_00, 130_00]


async def test_what_is_left_of_a_basket_goes_with_the_part_that_is_turned_down(
    bench: Bench,
) -> None:
    async with till_of_two_systems(bench) as running:
        dear = replace(HOUR, price=999_00)
        answer = await ask(running, Sell(lines=(dear, CHIPS), paid=Paid(cash=1129_00)))
        assert isinstance(answer, Several)
        assert [type(part) for part in answer.parts] == [TurnedDown, TurnedDown]
        assert running.last.without_receipt == 0
        assert (await running.journal.call_counts()).pending == 0
    assert await bench.receipts() == []


@pytest.mark.parametrize(
    "again",
    [
        replace(BASKET, paid=Paid(cash=250_00)),
        replace(BASKET, lines=(HOUR, HOUR), paid=Paid(cash=240_00)),
        replace(BASKET, client_id=IVAN),
        TakePayment(total=250_00, pay_by=PayBy.CASH, client_id=IVAN, caller_id="web-1"),
    ],
)
async def test_a_callers_id_does_not_pay_for_something_else(bench: Bench, again: Sell) -> None:
    async with till_of_two_systems(bench) as running:
        await ask(running, BASKET)
        assert await ask(running, again) == Declined(Objection.ID_TAKEN)
    assert len(await bench.receipts()) == 2


async def test_bonuses_are_written_off_without_a_receipt(bench: Bench) -> None:
    async with till_of_two_systems(bench) as running:
        answer = await ask(running, WriteOffBonus(total=40_00, client_id=IVAN, comment="истекли"))
        assert isinstance(answer, Noted)
        assert (await ivan(bench)).bonus_balance == 90_00 - 40_00
        more = await ask(running, WriteOffBonus(total=51_00, client_id=IVAN, comment="истекли"))
        assert isinstance(more, TurnedDown)
    assert await bench.receipts() == []


@pytest.mark.parametrize(
    ("change", "account", "direction"),
    [
        (10_00, Account.GAME, Direction.CREDIT),
        (-10_00, Account.GAME, Direction.DEBIT),
        (10_00, Account.BONUS, Direction.CREDIT),
        (-10_00, Account.BONUS, Direction.DEBIT),
    ],
)
async def test_an_account_is_set_right_by_hand_without_a_receipt(
    bench: Bench, change: int, account: Account, direction: Direction
) -> None:
    async with till_of_two_systems(bench) as running:
        before = await ivan(bench)
        adjust = AdjustBalance(change=change, account=account, client_id=IVAN, comment="сбой")
        answer = await ask(running, adjust)
        assert isinstance(answer, Noted)
        after = await ivan(bench)
        moved = after.balance - before.balance, after.bonus_balance - before.bonus_balance
        assert moved == ((change, 0) if account is Account.GAME else (0, change))
        state = running.last.payment(answer.payment_id)
        assert state is not None
        assert state.payment.direction is direction
    assert await bench.receipts() == []


async def test_a_basket_is_turned_down_as_a_whole_or_not_at_all(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with till_of_two_systems(bench) as running:
        seen: list[tuple[bool, ...]] = []
        call_off = running.journal.call_off

        async def observed(*arguments: Any, **named: Any) -> None:
            await call_off(*arguments, **named)
            states = await running.journal.last_payments(2)
            seen.append(tuple(bool(state.called_off) for state in states))

        monkeypatch.setattr(running.journal, "call_off", observed)
        sale = Sell(lines=(HOUR, CHIPS), paid=Paid(cash=130_00, balance=120_00), client_id=BLOCKED)
        answer = await ask(running, sale)
        assert isinstance(answer, Several)
        assert all(isinstance(part, TurnedDown) for part in answer.parts)
        assert seen == [(True, True)]
    assert await bench.receipts() == []
