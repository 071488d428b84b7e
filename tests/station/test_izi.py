"""A station over IZI's GraphQL API: real register, journal, ledger and sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import httpx
import pytest

from kassa_tui.izi.embedded.club import ARTICLES
from kassa_tui.izi.graphql.crm import GraphqlCrm, graphql_crm
from kassa_tui.izi.graphql.sign_in import Credentials
from kassa_tui.izi.graphql.webhooks import listening
from kassa_tui.izi.virtual.serving import serving
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Done, Noted, Recorded, TurnedDown, Uncertain
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.diagnosis import Check, Diagnosis, Finding
from kassa_tui.station.inquiries import Diagnose, ListTariffs, SaleItems
from kassa_tui.station.requests import (
    CallDecision,
    CashKind,
    CloseShift,
    MoveCash,
    OpenShift,
    Sell,
    SettleCall,
    TakePayment,
    Withdraw,
)
from tests.izi.test_graphql_webhooks import SECRET, event, signature
from tests.izi.virtual_izi import CLUB, EMAIL, PASSWORD, VirtualIzi
from tests.station.bench import Bench, Running, now
from tests.station.test_crm import ask

PHONE = "+79990000617"
TOP_UP = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client=PHONE)
HOUR = BasketLine(
    kind=LineKind.TARIFF,
    name="1 час",
    price=120_00,
    ref_id="tr_1",
    zone_id="std",
    tax_class=TaxClass.SERVICES,
)
FROM_BALANCE = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id="cl_1")


class Way:
    """The adapter in the place of a bench's gate."""

    club_id = CLUB

    def __init__(self, crm: GraphqlCrm) -> None:
        self._crm = crm

    def __getattr__(self, name: str) -> Any:
        return getattr(self._crm, name)


@asynccontextmanager
async def reached(bench: Bench, url: str) -> AsyncIterator[None]:
    folder = bench.path.parent
    credentials = Credentials(EMAIL, PASSWORD)
    async with graphql_crm(
        url, credentials, CLUB, folder, now, deadline_s=0.5, articles=ARTICLES
    ) as crm:
        bench.gate = cast("Any", Way(crm))
        try:
            yield
        finally:
            bench.gate = None


@asynccontextmanager
async def open_till(bench: Bench, izi: VirtualIzi) -> AsyncIterator[Running]:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(izi, "127.0.0.1", 0))
        await stack.enter_async_context(reached(bench, url))
        running = await stack.enter_async_context(bench.station())
        await running.until(lambda s: s.crm is not None and not s.crm.tells_shifts)
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        yield running


@pytest.fixture
def izi() -> VirtualIzi:
    return VirtualIzi()


async def post_state(running: Running, answer: Any) -> CallState:
    return (await running.journal.calls_of(answer.payment_id))[0].state


async def delivered(running: Running, answer: Any) -> None:
    while await post_state(running, answer) is not CallState.DONE:
        running.station.look_at_crm()
        await asyncio.sleep(0.01)


async def settle(running: Running, decision: CallDecision) -> None:
    told = await running.until(lambda s: s.crm is not None and s.crm.poisoned_calls != ())
    assert told.crm is not None
    (call,) = told.crm.poisoned_calls
    assert call.is_unclear
    said = SettleCall(call_id=call.call_id, decision=decision, comment="посмотрели в IZI")
    assert await ask(running, said) == Done()


async def test_a_top_up_stands_in_izi_once_and_has_its_receipt(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with open_till(bench, izi) as running:
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        await delivered(running, answer)
    assert [(one.client_id, one.amount) for one in izi.posted] == [("cl_1", Decimal(500))]
    assert len(await bench.receipts()) == 1


async def test_a_tariff_is_shown_and_sold_from_the_balance(bench: Bench, izi: VirtualIzi) -> None:
    async with open_till(bench, izi) as running:
        shown = await running.station.ask(ListTariffs())
        assert isinstance(shown, SaleItems)
        assert [(one.zone_id, one.price) for one in shown.found] == [
            ("std", 120_00),
            ("vip", 200_50),
        ]
        assert isinstance(await ask(running, FROM_BALANCE), Recorded)
        dearer = replace(HOUR, price=110_00)
        refused = await ask(
            running, replace(FROM_BALANCE, lines=(dearer,), paid=Paid(balance=110_00))
        )
        assert isinstance(refused, TurnedDown)
        assert refused.code == "price-changed"
    assert izi.client("cl_1").balance == 1250 - 120


async def test_what_izi_does_not_document_is_kept_or_turned_down(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with open_till(bench, izi) as running:
        for_cash = Sell(lines=(HOUR,), paid=Paid(cash=120_00), client_id="cl_1")
        sold = await ask(running, for_cash)
        assert isinstance(sold, Recorded)
        assert await post_state(running, sold) is CallState.PENDING
        withdrawn = Withdraw(
            total=50_00, pay_by=PayBy.CASH, client_id="cl_1", comment="просит вернуть"
        )
        refused = await ask(running, withdrawn)
        assert isinstance(refused, TurnedDown)
        assert refused.code == "not-supported"
        change = MoveCash(
            amount=100_00, kind=CashKind.CHANGE_FUND, article_id="change", comment="размен"
        )
        assert await ask(running, change) == Done()
        assert isinstance(await ask(running, CloseShift(counted_cash=220_00)), Done)
        diagnosis = await running.station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis)
        (step,) = [one for one in diagnosis.steps if one.check is Check.CRM]
        assert step.finding is Finding.LOOK
        assert {"cash.write", "transactions.charge"} <= set(step.detail.split(", "))
    assert izi.posted == []


async def test_izi_without_a_shift_turns_a_top_up_down(bench: Bench, izi: VirtualIzi) -> None:
    izi.is_closed = True
    async with open_till(bench, izi) as running:
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, TurnedDown)
        assert answer.code == "no-open-shift"
    assert await bench.receipts() == []


@pytest.mark.parametrize("fault", ["error-after-commit", "hang-after-commit", "half-body"])
async def test_a_lost_answer_is_settled_by_a_person_who_finds_it_there(
    bench: Bench, izi: VirtualIzi, fault: str
) -> None:
    async with open_till(bench, izi) as running:
        izi.fail("topUpBalance", fault)
        assert isinstance(await ask(running, TOP_UP), Recorded)
        await settle(running, CallDecision.DROP)
        await running.until(lambda s: s.crm is not None and s.crm.poisoned == 0)
    assert len(izi.posted) == 1
    assert len(await bench.receipts()) == 1


async def test_a_lost_request_is_posted_once_a_person_has_found_nothing(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with open_till(bench, izi) as running:
        izi.fail("topUpBalance", "hang-before-commit")
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        assert izi.posted == []
        await settle(running, CallDecision.TELL_AGAIN)
        await delivered(running, answer)
    assert len(izi.posted) == 1


async def test_an_unclear_purchase_gets_its_receipt_when_a_person_has_found_it(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with open_till(bench, izi) as running:
        izi.fail("purchaseTariff", "garbage")
        assert isinstance(await ask(running, FROM_BALANCE), Uncertain)
        assert await bench.receipts() == []
        await settle(running, CallDecision.DROP)
        await bench.until_recorded()
    assert len(izi.posted) == 1


async def test_a_station_cut_off_in_a_post_asks_a_person_when_it_is_back(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with serving(izi, "127.0.0.1", 0) as url:
        async with reached(bench, url), bench.station() as running:
            await running.until(lambda s: s.crm is not None and not s.crm.tells_shifts)
            assert await ask(running, OpenShift(counted_cash=0)) == Done()
            izi.fail("topUpBalance", "hang-after-commit")
            asking = asyncio.create_task(running.station.ask(TOP_UP))
            while not izi.posted:  # noqa: ASYNC110 - a server tells nobody
                await asyncio.sleep(0.005)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        async with reached(bench, url), bench.station() as running:
            await settle(running, CallDecision.DROP)
            await bench.until_recorded()
    assert len(izi.posted) == 1
    assert len(await bench.receipts()) == 1


async def test_payments_made_while_izi_is_away_arrive_once_when_it_is_back(
    bench: Bench, izi: VirtualIzi
) -> None:
    known = replace(TOP_UP, client="", client_id="cl_1")
    async with AsyncExitStack() as stack:
        first = AsyncExitStack()
        url = await first.enter_async_context(serving(izi, "127.0.0.1", 0))
        await stack.enter_async_context(reached(bench, url))
        running = await stack.enter_async_context(bench.station())
        await running.until(lambda s: s.crm is not None and not s.crm.tells_shifts)
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        await first.aclose()
        running.station.look_at_crm()
        await running.until(lambda s: s.crm is not None and s.crm.failing_since is not None)
        answers = [await ask(running, replace(known, total=total)) for total in (100, 200)]
        assert [type(one) for one in answers] == [Recorded] * 2
        assert izi.posted == []
        port = int(url.rpartition(":")[2])
        await stack.enter_async_context(serving(izi, "127.0.0.1", port))
        for answer in answers:
            await delivered(running, answer)
    assert sorted(one.amount for one in izi.posted) == [Decimal(1), Decimal(2)]


async def test_an_event_of_izis_makes_the_station_look_at_once(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with (
        open_till(bench, izi) as running,
        listening(SECRET, CLUB, running.station.look_at_crm, "127.0.0.1", 0) as (host, port),
        httpx.AsyncClient(trust_env=False) as http,
    ):
        await asyncio.sleep(0.1)
        before = len(izi.asked)
        body = event()
        headers = {"X-IZI-Signature": signature(body)}
        told = await http.post(f"http://{host}:{port}/", content=body, headers=headers)
        assert told.status_code == 204
        while len(izi.asked) == before:  # noqa: ASYNC110 - a server tells nobody
            await asyncio.sleep(0.005)
        assert izi.asked[-1].operation == "me"


async def test_izi_is_asked_no_oftener_because_much_is_kept_here(
    bench: Bench, izi: VirtualIzi
) -> None:
    async with open_till(bench, izi) as running:
        sold = await ask(running, Sell(lines=(HOUR,), paid=Paid(cash=120_00), client_id="cl_1"))
        assert isinstance(sold, Recorded)
        office, before = running.station._office, len(izi.asked)
        assert office is not None
        for _ in range(20):
            await office.look()
        assert len(izi.asked) - before <= 1


async def test_a_bonus_is_no_business_of_the_api(bench: Bench, izi: VirtualIzi) -> None:
    async with open_till(bench, izi) as running:
        part = Sell(
            lines=(replace(HOUR, bonus=20_00),),
            paid=Paid(balance=100_00, bonus=20_00),
            client_id="cl_1",
        )
        answer = await ask(running, part)
        assert not isinstance(answer, Recorded | Noted)
        assert isinstance(answer, TurnedDown)
    assert izi.posted == []
