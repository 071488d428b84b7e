"""A station whose CRM is behind a real gateway, which fails in every way it can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from drivers.virtual.core import VirtualRegister
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration
from kassa_tui.izi.embedded.crm import EVERYTHING, EmbeddedCrm
from kassa_tui.izi.embedded.demo import demo_club
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.transaction import FiscalStatus
from kassa_tui.izi.virtual.app import GatewayApp
from kassa_tui.izi.virtual.faults import FAULTS
from kassa_tui.izi.virtual.serving import serving
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Done, NotRecorded, Recorded, TurnedDown
from kassa_tui.station.basket import Paid
from kassa_tui.station.diagnosis import Check, Diagnosis, Finding
from kassa_tui.station.inquiries import Diagnose
from kassa_tui.station.requests import OpenShift, Sell, Withdraw
from tests.station.bench import Bench, Running, now
from tests.station.test_crm import HOUR, IVAN, TOP_UP, ask, drained, gate, ivan, transaction_of

PATIENCE_S = 0.5


class Gateway:
    """The server of a gate's CRM, which comes and goes at one address."""

    def __init__(self, bench: Bench) -> None:
        self._path = bench.path.with_name("crm.db")
        self._new_id = bench.new_id
        self._clock = bench.clock
        self._random = Random(9)
        self._stack = AsyncExitStack()
        self._address = ("127.0.0.1", 0)

    async def start(self, faults: str = "", lacks: Feature | None = None) -> str:
        """Gives the URL."""
        fires = Faults.parse(faults, 0, FAULTS).fires
        crm = await EmbeddedCrm.open(
            self._path,
            clock=self._clock,
            randomness=self._random.randbytes,
            features=EVERYTHING - {lacks},
        )
        self._stack.push_async_callback(crm.close)
        app = GatewayApp(crm.session, self._new_id, fires)
        url = await self._stack.enter_async_context(serving(app, *self._address))
        self._address = ("127.0.0.1", int(url.rpartition(":")[2]))
        return url

    async def stop(self) -> None:
        await self._stack.aclose()


@asynccontextmanager
async def open_till(bench: Bench) -> AsyncIterator[tuple[Running, Gateway]]:
    """A station over the wire, its shift open on both sides."""
    gate = await bench.open_crm()
    gateway = Gateway(bench)
    token = (await demo_club(gate.embedded)).token
    direct = gate.session
    async with GatewayCrm(await gateway.start(), token, bench.new_id, deadline_s=PATIENCE_S) as crm:
        gate.session = crm
        async with bench.station() as running:
            assert await ask(running, OpenShift(counted_cash=0)) == Done()
            yield running, gateway
        await gateway.stop()
    gate.session = direct


async def test_payments_made_while_the_gateway_is_down_all_arrive_once(bench: Bench) -> None:
    async with open_till(bench) as (running, gateway):
        answers = [await ask(running, TOP_UP)]
        await drained(running)
        await gateway.stop()
        answers += [await ask(running, replace(TOP_UP, total=total)) for total in (100, 200, 300)]
        assert [type(answer) for answer in answers] == [Recorded] * 4
        await running.until(lambda s: s.crm is not None and s.crm.failing_since is not None)
        assert (await running.journal.call_counts()).pending == 6
        await gateway.start()
        await drained(running)
        rows = [await transaction_of(bench, answer) for answer in answers]
        assert {row.fiscal_status for row in rows} == {FiscalStatus.ISSUED}
        assert (await ivan(bench)).balance == 1_250_00 + 500_00 + 600
        assert len(await bench.receipts()) == 4
        shift = await gate(bench).session.current_shift(gate(bench).club_id)
        assert shift.totals is not None
        assert shift.totals.top_ups == 500_00 + 600


async def test_what_needs_the_gateway_is_turned_down_while_it_is_down(bench: Bench) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        asked = Withdraw(total=50_00, pay_by=PayBy.CARD, client_id=IVAN, comment="просит")
        answer = await ask(running, asked)
        assert not isinstance(answer, (Recorded, NotRecorded))
        await gateway.start()
        await drained(running)
        assert (await ivan(bench)).balance == 1_250_00
    assert await bench.receipts() == []


@pytest.mark.parametrize("fault", [name for name in FAULTS if name != "token-expired"])
async def test_whatever_the_gateway_does_each_payment_arrives_once(
    bench: Bench, fault: str
) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start(f"{fault}@post_transaction:1,{fault}@attach_receipt:1,{fault}@2")
        answers = [await ask(running, replace(TOP_UP, total=total)) for total in (100, 200)]
        await drained(running)
        for answer in answers:
            row = await transaction_of(bench, answer)
            assert row.fiscal_status is FiscalStatus.ISSUED
        assert (await ivan(bench)).balance == 1_250_00 + 300
    assert len(await bench.receipts()) == 2


async def test_a_token_that_has_expired_ends_a_payment_before_anything_is_printed(
    bench: Bench,
) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start("token-expired@post_transaction")
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, TurnedDown)
        assert answer.code == "token-expired"
        assert (await ivan(bench)).balance == 1_250_00
    assert await bench.receipts() == []


async def test_a_token_that_is_not_taken_any_more_is_told_until_it_is(bench: Bench) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start("token-expired@current_shift:1.0")
        await running.until(lambda s: s.crm is not None and s.crm.signed_out)
        diagnosis = await running.station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis)
        wrong = [one.check for one in diagnosis.steps if one.finding is Finding.WRONG]
        assert wrong == [Check.SIGN_IN]
        await gateway.stop()
        await gateway.start()
        await running.until(lambda s: s.crm is not None and not s.crm.signed_out)


async def test_a_receipt_waits_for_a_new_token_and_is_not_set_aside(bench: Bench) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start("token-expired@attach_receipt")
        answer = await ask(running, TOP_UP)
        await drained(running)
        assert (await transaction_of(bench, answer)).fiscal_status is FiscalStatus.ISSUED


@pytest.mark.parametrize("lacks", [Feature.TRANSACTIONS_WRITE, Feature.RECEIPTS_ATTACH])
async def test_what_the_crm_has_no_place_for_is_kept_here_and_said(
    bench: Bench, lacks: Feature
) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start(lacks=lacks)
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        told = await running.until(lambda s: s.crm is not None and s.crm.not_offered != ())
        assert told.crm is not None
        assert told.crm.not_offered == (lacks,)
        diagnosis = await running.station.ask(Diagnose())
        assert isinstance(diagnosis, Diagnosis)
        (step,) = [one for one in diagnosis.steps if one.check is Check.CRM]
        assert (step.finding, step.detail) == (Finding.LOOK, lacks)
        await gateway.stop()
        await gateway.start()
        await drained(running)
        assert (await transaction_of(bench, answer)).fiscal_status is FiscalStatus.ISSUED


async def test_a_sale_from_the_balance_is_turned_down_by_a_crm_that_takes_no_sales(
    bench: Bench,
) -> None:
    async with open_till(bench) as (running, gateway):
        await gateway.stop()
        await gateway.start(lacks=Feature.TRANSACTIONS_WRITE)
        answer = await ask(running, Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN))
        assert isinstance(answer, TurnedDown)
        assert answer.code == "not-supported"
    assert await bench.receipts() == []


@pytest.fixture
async def other(tmp_path: Path) -> AsyncIterator[Bench]:
    """A second till, with a register of its own."""
    (tmp_path / "other").mkdir()
    bench = Bench(tmp_path / "other" / "journal.db")
    bench.register.close()
    registration = Registration(fiscal_drive_number="9999078900005678")
    bench.register = VirtualRegister.open(None, registration, now, bench.paper.append)
    bench._ids = 1_000
    await bench.plug_in()
    yield bench
    bench.gate = None  # the first till's
    await bench.close()


async def test_two_tills_share_a_shift_and_each_payment_stands_once(
    bench: Bench, other: Bench
) -> None:
    async with open_till(bench) as (running, gateway):
        other.gate = bench.gate
        await gateway.stop()
        await gateway.start("error-after-commit@post_transaction:2,duplicate-delivery:0.2")
        async with other.station() as beside:
            assert await ask(beside, OpenShift(counted_cash=0)) == Done()
            tills = (running, beside, running, beside)
            answers = await asyncio.gather(*(ask(till, TOP_UP) for till in tills))
            for till in (running, beside):
                await drained(till)
            rows = [await transaction_of(bench, answer) for answer in answers]
        assert {row.fiscal_status for row in rows} == {FiscalStatus.ISSUED}
        assert len({row.shift_id for row in rows}) == 1
        assert len({row.receipts[0].receipt_id for row in rows}) == 4
        assert (await ivan(bench)).balance == 1_250_00 + 4 * 500_00
    assert [len(await till.receipts()) for till in (bench, other)] == [2, 2]
