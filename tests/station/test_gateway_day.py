"""A cashier's day of which the gateway is down for an hour: nobody at the desk has to wait for it.

Ten hours of a clock that is handed in, over the Shtrih-M protocol on a socket and the gateway's
server on another. What came of the day is read from the files: the journal's, the CRM's, and
the FN of the register.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from kassa_tui.journal.records import PayBy
from kassa_tui.journal.verification import verify
from kassa_tui.station.answers import Done, Noted, Recorded
from kassa_tui.station.basket import Paid
from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.station.requests import (
    CloseShift,
    CreditBonus,
    RefundSale,
    Request,
    Sell,
    TakePayment,
)
from kassa_tui.station.tape import payment_named
from tests.station.bench import MOSCOW, Bench
from tests.station.reconciliation.till import reconciled
from tests.station.test_crm import HOUR, IVAN, ask, drained
from tests.station.test_gateway import open_till

MORNING = datetime(2026, 3, 2, 10, tzinfo=MOSCOW)
DOWN_FROM, DOWN_UNTIL = MORNING + timedelta(hours=4), MORNING + timedelta(hours=5)
EVENING = MORNING + timedelta(hours=10)
EVERY = timedelta(minutes=15)
EVERY_WHEN_DOWN = timedelta(minutes=5)

BY_CASH = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1000_00, client_id=IVAN)
BY_CARD = TakePayment(total=321_00, pay_by=PayBy.CARD, client_id="cl_42")
SOLD = Sell(lines=(HOUR,), paid=Paid(cash=20_00, card=100_00))
FROM_BALANCE = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)
BONUS = CreditBonus(total=50_00, client_id=IVAN, comment="турнир")
"""The two that need the CRM: nobody asks for them while it is away."""


class Wall:
    """The clock on the wall."""

    def __init__(self) -> None:
        self.time = MORNING

    def now(self) -> datetime:
        return self.time


@pytest.fixture
async def till(tmp_path: Path) -> Any:
    wall = Wall()
    bench = Bench(tmp_path / "journal.db", clock=wall.now)
    await bench.plug_in()
    yield bench, wall
    await bench.close()


def day() -> Iterator[tuple[datetime, Request]]:
    """When somebody pays, and what; each payment of another sum."""
    at = MORNING + EVERY
    online, offline = (
        cycle((BY_CASH, BY_CARD, SOLD, FROM_BALANCE, BONUS)),
        cycle((BY_CASH, BY_CARD, SOLD)),
    )
    number = 0
    while at < EVENING:
        is_down = DOWN_FROM <= at < DOWN_UNTIL
        request = next(offline if is_down else online)
        if isinstance(request, TakePayment):
            number += 1
            request = replace(request, total=request.total + number * 1_00, tendered=None)
        yield at, request
        at += EVERY_WHEN_DOWN if is_down else EVERY


async def test_an_hour_without_the_gateway_leaves_no_trace_in_the_books(
    till: tuple[Bench, Wall],
) -> None:
    bench, wall = till
    answers: list[object] = []
    without_gateway = 0
    async with open_till(bench) as (running, gateway):
        is_down = False
        for at, request in day():
            wall.time = at
            if not is_down and DOWN_FROM <= at < DOWN_UNTIL:
                await gateway.stop()
                is_down = True
            elif is_down and at >= DOWN_UNTIL:
                assert (await running.journal.call_counts()).pending == 2 * without_gateway
                await gateway.start()
                is_down = False
            answers.append(await ask(running, request))
            without_gateway += is_down
        wall.time = EVENING
        sold = next(one for one, (_, asked) in zip(answers, day(), strict=True) if asked is SOLD)
        assert isinstance(sold, Recorded)
        await drained(running)
        answers.append(
            await ask(
                running, RefundSale(original=sold.payment_id, paid=SOLD.paid, comment="ошибка")
            )
        )
        assert {type(one) for one in answers} == {Recorded, Noted}
        assert without_gateway == 12
        found = await reconciled(running)
        assert found.totals.all_matched
        drawer = bench.register.cash_in_drawer
        closed = await ask(running, CloseShift(counted_cash=drawer))
        assert isinstance(closed, Done)
        await drained(running)
        after = await reconciled(running, shift_number=1)
        assert after.totals.all_matched
        assert after.totals.of(RowStatus.MATCHED).count == sum(
            isinstance(one, Recorded) for one in answers
        )
    await hold_against_files(bench, answers)


async def hold_against_files(bench: Bench, answers: list[object]) -> None:
    """One story: each payment once in the journal, on the tape and in the CRM."""
    paid = {str(one.payment_id) for one in answers if isinstance(one, Recorded | Noted)}
    receipted = {str(one.payment_id) for one in answers if isinstance(one, Recorded)}
    assert len(paid) == len(answers)
    taped = {str(payment_named(one)): one for one in await bench.receipts()}
    assert len(await bench.receipts()) == len(taped)
    assert taped.keys() == receipted

    with closing(sqlite3.connect(bench.path)) as journal:
        of_payment = dict(
            journal.execute(
                "SELECT receipt, fiscal_drive_number || ':' || fiscal_document_number"
                " FROM fiscal_document WHERE receipt IS NOT NULL"
            )
        )
        assert of_payment == {one: document.receipt_id for one, document in taped.items()}
        assert {one for (one,) in journal.execute("SELECT id FROM payment")} == paid
        states = Counter(one for (one,) in journal.execute("SELECT state FROM call"))
        assert states.keys() == {"done"}
        sent = Counter(one for (one,) in journal.execute("SELECT receipt FROM attempt"))
        assert set(sent.values()) == {1}
    assert verify(bench.path).broken is None

    with closing(sqlite3.connect(bench.path.with_name("crm.db"))) as crm:
        posted = crm.execute("SELECT external_id, id, amount FROM money_transaction").fetchall()
        assert Counter(one for one, *_ in posted) == Counter(paid)
        attached = dict(
            crm.execute(
                "SELECT t.external_id, r.receipt_id FROM receipt r"
                " JOIN money_transaction t ON t.id = r.transaction_id"
            )
        )
        assert attached == of_payment
        sums = {one: amount for one, _, amount in posted}
    assert {one: sums[one] for one in taped} == {one: taped[one].total for one in taped}
