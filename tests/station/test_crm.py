"""The CRM beside the register: rules K1-K17 over real driver, register, CRM and journal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, TaxSystem, VatRate
from drivers.ffd.receipt import Cashier
from drivers.register import RegisterInfo, RegisterStatus
from drivers.shtrih.driver import ShtrihRegister
from kassa_tui.izi.models.client import Client
from kassa_tui.izi.models.transaction import FiscalStatus, Transaction
from kassa_tui.izi.port import LookUpBy
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import PayBy
from kassa_tui.settings.tax import Purpose
from kassa_tui.station.alarms import AlarmKind, alarms
from kassa_tui.station.answers import (
    Declined,
    Done,
    Noted,
    NotRecorded,
    Objection,
    Recorded,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.requests import (
    CashKind,
    CloseShift,
    CreditBonus,
    IssueReceipt,
    MoveCash,
    OpenShift,
    Refresh,
    RefundSale,
    Request,
    RotateShift,
    Sell,
    TakePayment,
    Withdraw,
    XReport,
)
from kassa_tui.station.snapshot import Phase
from tests.station.bench import SETTINGS, Bench, Gate, Running, now

IVAN = "cl_41"
"""1250.00 on the game account, 90.00 of bonuses, an e-mail, telephone ...6617."""
BLOCKED = "cl_48"
TOP_UP = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client_id=IVAN)
HOUR = BasketLine(
    kind=LineKind.TARIFF,
    name="Игровое время: 1 час",
    price=120_00,
    tax_class=TaxClass.SERVICES,
    ref_id="tr_1h",
    zone_id="std",
)
CHIPS = BasketLine(
    kind=LineKind.PRODUCT,
    name="Чипсы сметана-лук 70 г",
    price=130_00,
    tax_class=TaxClass.GOODS,
    ref_id="pr_4",
)


@asynccontextmanager
async def open_till(bench: Bench, **changes: object) -> AsyncIterator[Running]:
    """A station with a CRM, its shift open on both sides."""
    await bench.open_crm()
    async with bench.station(settings=replace(SETTINGS, **changes)) as running:
        opened = await running.station.ask(OpenShift(counted_cash=0))
        assert opened == Done()
        yield running


async def ask(running: Running, request: Request) -> object:
    return await running.station.ask(request)


def gate(bench: Bench) -> Gate:
    assert bench.gate is not None
    return bench.gate


async def ivan(bench: Bench) -> Client:
    return await gate(bench).session.client(IVAN)


async def transaction_of(bench: Bench, answer: object) -> Transaction:
    """What the CRM has of a payment; exactly one row."""
    assert isinstance(answer, (Recorded, Noted, NotRecorded, Uncertain))
    page = await gate(bench).session.find_transactions(
        gate(bench).club_id, LookUpBy.EXTERNAL_ID, str(answer.payment_id)
    )
    (found,) = page.items
    return found


async def drained(running: Running) -> None:
    """Until the CRM knows everything."""
    running.station._outbox.wake()  # type: ignore[union-attr]
    while (await running.journal.call_counts()).pending:
        await asyncio.sleep(0.01)
        running.station._outbox.wake()  # type: ignore[union-attr]


async def only_receipt(bench: Bench) -> FiscalDocument:
    (receipt,) = await bench.receipts()
    return receipt


async def test_a_top_up_stands_in_the_crm_with_its_receipt_attached(bench: Bench) -> None:
    async with open_till(bench) as running:
        answer = await ask(running, TOP_UP)
        await drained(running)
        posted = await transaction_of(bench, answer)
        receipt = await only_receipt(bench)
        assert posted.fiscal_status is FiscalStatus.ISSUED
        assert posted.receipts[0].fiscal_document_number == receipt.fiscal_document_number
        assert (await ivan(bench)).balance == 1_250_00 + 500_00
        assert receipt.total == 500_00
        assert running.last.payments[0].payment.client == "Иван П."


async def test_a_refusal_of_the_crm_ends_the_payment_and_nothing_is_printed(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        answer = await ask(running, replace(TOP_UP, client_id=BLOCKED))
        assert isinstance(answer, TurnedDown)
        assert answer.code == "client-blocked"
        assert running.last.without_receipt == 0
        assert await bench.receipts() == []
        issue = await ask(running, IssueReceipt(answer.payment_id))
        assert isinstance(issue, Declined)
        assert issue.reason is Objection.ENDED


async def test_a_top_up_goes_on_while_the_crm_is_away_and_is_posted_later(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        await running.until(lambda s: s.crm is not None and s.crm.failing_since is not None)
        assert running.last.crm is not None
        assert running.last.crm.queued == 2
        gate(bench).is_shut = False
        await drained(running)
        posted = await transaction_of(bench, answer)
        assert posted.fiscal_status is FiscalStatus.ISSUED
    assert len(await bench.receipts()) == 1


async def test_what_needs_the_balance_waits_for_the_crm(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        sale = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)
        first = await ask(running, sale)
        assert isinstance(first, (TurnedDown, Declined))
        assert await bench.receipts() == []
        gate(bench).is_shut = False
        assert (await ivan(bench)).balance == 1_250_00


async def test_a_lost_answer_of_the_crm_charges_a_balance_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).loses.add("post_transaction")
        sale = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)
        answer = await ask(running, sale)
        assert isinstance(answer, Uncertain)
        await drained(running)
        assert (await ivan(bench)).balance == 1_250_00 - 120_00
        await running.until(lambda s: s.payments[0].document is not None)
    assert (await only_receipt(bench)).total == 120_00


async def test_a_lost_answer_of_the_crm_tops_up_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).loses.add("post_transaction")
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        await drained(running)
        assert (await ivan(bench)).balance == 1_250_00 + 500_00


async def test_a_payment_that_was_cut_off_is_posted_after_a_restart(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        answer = await ask(running, TOP_UP)
    gate(bench).is_shut = False
    async with bench.station() as running:
        await drained(running)
        posted = await transaction_of(bench, answer)
        assert posted.fiscal_status is FiscalStatus.ISSUED


async def test_one_poisoned_record_blocks_no_other(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).is_shut = True
        poisoned = await ask(running, replace(TOP_UP, client_id=BLOCKED))
        good = await ask(running, TOP_UP)
        assert isinstance(poisoned, Recorded)
        gate(bench).is_shut = False
        while not (await running.journal.call_counts()).poisoned:
            running.station._outbox.wake()  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        while CallState.PENDING in {
            stored.state
            for stored in await running.journal.calls_of(good.payment_id)  # type: ignore[attr-defined]
        }:
            running.station._outbox.wake()  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        posted = await transaction_of(bench, good)
        assert posted.fiscal_status is FiscalStatus.ISSUED
        snapshot = await running.until(lambda s: s.crm is not None and s.crm.poisoned == 1)
        assert AlarmKind.CRM_POISONED in {alarm.kind for alarm in alarms(snapshot)}


async def test_the_same_callers_id_pays_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        request = replace(TOP_UP, caller_id="order-17")
        first = await ask(running, request)
        assert await ask(running, request) == first
        assert (await ivan(bench)).balance == 1_250_00 + 500_00
    assert len(await bench.receipts()) == 1


async def test_what_a_killed_station_may_have_posted_is_not_called_off(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as running:
        session, post = gate(bench).session, gate(bench).session.post_transaction
        done = asyncio.Event()

        async def executed_unheard(*arguments: Any, **named: Any) -> None:
            await post(*arguments, **named)
            done.set()
            await asyncio.sleep(60)

        monkeypatch.setattr(session, "post_transaction", executed_unheard)
        request = Withdraw(total=50_00, pay_by=PayBy.CARD, client_id=IVAN, comment="просит")
        asking = asyncio.ensure_future(ask(running, request))
        await done.wait()
    asking.cancel()
    monkeypatch.undo()
    gate(bench).is_shut = True
    async with bench.station() as running:
        told = await running.until(lambda shown: bool(shown.unconfirmed))
        payment_id = told.unconfirmed[0].payment.id
        issue = await ask(running, IssueReceipt(payment_id))
        assert issue == Uncertain(payment_id)
        gate(bench).is_shut = False
        await drained(running)
        await ask(running, IssueReceipt(payment_id))
    assert (await only_receipt(bench)).total == 50_00
    assert (await ivan(bench)).balance == 1_250_00 - 50_00


async def test_news_of_the_crm_never_shows_a_recorded_payment_without_its_receipt(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as running:
        station, status = running.station, running.station._desk.status

        async def status_amid_news() -> RegisterStatus:
            station._publish()  # as the outbox does at any moment
            return await status()

        bench.fail("fn-full@open_receipt")
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, NotRecorded)
        monkeypatch.setattr(station._desk, "status", status_amid_news)
        running.snapshots.clear()
        assert isinstance(await ask(running, IssueReceipt(answer.payment_id)), Recorded)
        assert [shown for shown in running.snapshots if shown.unissued] == []


async def test_a_receipt_that_is_caught_up_on_is_never_shown_as_missing_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as running:
        station, status = running.station, running.station._desk.status

        async def status_amid_news() -> RegisterStatus:
            station._publish()  # as the outbox does at any moment
            return await status()

        bench.fail("lost-answer-not-executed@FF45:3")
        assert isinstance(await ask(running, TOP_UP), NotRecorded)
        monkeypatch.setattr(station._desk, "status", status_amid_news)
        await running.until(lambda shown: shown.payments[0].document is not None)
    sending = [
        number
        for number, shown in enumerate(running.snapshots)
        if shown.in_progress is not None and shown.in_progress.phase is Phase.RECORDING
    ]
    assert [shown for shown in running.snapshots[sending[-1] :] if shown.unissued] == []


@pytest.mark.parametrize("read", ["0000?00001234567", "", "12 34"])
async def test_a_registration_number_that_was_read_wrong_stops_nothing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    info = ShtrihRegister.info

    async def misread(register: ShtrihRegister) -> RegisterInfo:
        return replace(await info(register), registration_number=read)

    monkeypatch.setattr(ShtrihRegister, "info", misread)
    async with open_till(bench) as running:
        answer = await ask(running, TOP_UP)
        await drained(running)
        assert (await transaction_of(bench, answer)).fiscal_status is FiscalStatus.ISSUED


async def test_a_shift_of_the_crm_may_stand_beside_two_of_the_register(bench: Bench) -> None:
    async with open_till(bench):
        await bench.by_hand(bench.register.close_shift, 30, Cashier(name="Иванова А."))
    gate(bench).is_shut = True
    async with bench.station() as running:
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        gate(bench).is_shut = False
        await drained(running)
        assert isinstance(await ask(running, TOP_UP), Recorded)


async def test_a_client_is_found_by_the_last_digits_of_the_telephone(bench: Bench) -> None:
    async with open_till(bench) as running:
        request = replace(TOP_UP, client_id=None, client="6617")
        await ask(running, request)
        assert (await ivan(bench)).balance == 1_250_00 + 500_00
        assert await ask(running, replace(request, client="0000")) == Declined(
            Objection.CLIENT_NOT_FOUND
        )


# The rules, K1-K17


async def test_k1_no_money_without_an_open_shift_in_the_crm(bench: Bench) -> None:
    async with open_till(bench) as running:
        closed = await ask(running, CloseShift(counted_cash=0))
        assert isinstance(closed, Done)
        await bench.by_hand(bench.register.begin_shift_opening, 30)
        await bench.by_hand(bench.register.open_shift, 30, Cashier(name="Иванова А."))
        assert await ask(running, TOP_UP) == Declined(Objection.CRM_SHIFT_CLOSED)
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        assert isinstance(await ask(running, TOP_UP), Recorded)


async def test_k2_bonuses_never_reach_the_register(bench: Bench) -> None:
    async with open_till(bench) as running:
        credit = CreditBonus(total=50_00, client_id=IVAN, comment="турнир")
        assert isinstance(await ask(running, credit), Noted)
        assert await bench.receipts() == []
        assert (await ivan(bench)).bonus_balance == 90_00 + 50_00

        line = replace(HOUR, bonus=36_00)
        sale = Sell(lines=(line,), paid=Paid(balance=84_00, bonus=36_00), client_id=IVAN)
        assert isinstance(await ask(running, sale), Recorded)
    receipt = await only_receipt(bench)
    assert receipt.total == 84_00
    assert receipt.payments is not None
    assert (receipt.payments.prepaid, receipt.payments.cash) == (84_00, 0)


async def test_k3_a_mixed_payment_makes_one_receipt_of_all_parts_but_bonuses(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        paid = Paid(cash=50_00, card=100_00, balance=100_00, tendered=100_00)
        answer = await ask(running, Sell(lines=(HOUR, CHIPS), paid=paid, client_id=IVAN))
        assert isinstance(answer, Recorded)
        await drained(running)
        posted = await transaction_of(bench, answer)
        assert posted.fiscal_status is FiscalStatus.ISSUED
        assert posted.change == 50_00
    receipt = await only_receipt(bench)
    assert receipt.payments is not None
    parts = receipt.payments
    assert (parts.cash, parts.cashless, parts.prepaid) == (50_00, 100_00, 100_00)


async def test_k8_money_given_back_is_at_most_what_is_left(bench: Bench) -> None:
    async with open_till(bench) as running:
        sale = await ask(running, Sell(lines=(HOUR, CHIPS), paid=Paid(cash=250_00)))
        assert isinstance(sale, Recorded)
        await drained(running)
        back = RefundSale(
            original=sale.payment_id,
            paid=Paid(cash=130_00),
            lines=(CHIPS,),
            comment="закрыта упаковка",
        )
        assert isinstance(await ask(running, back), Recorded)
        assert await ask(running, replace(back, paid=Paid(card=130_00))) == Declined(
            Objection.MORE_THAN_LEFT, "card"
        )
        too_much = replace(back, paid=Paid(cash=250_00), lines=())
        assert await ask(running, too_much) == Declined(Objection.MORE_THAN_LEFT, "cash")
    sold, returned = await bench.receipts()
    assert sold.calculation_sign is CalculationSign.SALE
    assert returned.calculation_sign is CalculationSign.SALE_RETURN
    assert returned.total == 130_00


async def test_k8_a_withdrawal_pays_out_of_balance_and_drawer(bench: Bench) -> None:
    async with open_till(bench) as running:
        out = Withdraw(total=300_00, pay_by=PayBy.CASH, client_id=IVAN, comment="по просьбе")
        assert await ask(running, out) == Declined(Objection.NOT_ENOUGH_CASH)
        await ask(running, TOP_UP)
        assert isinstance(await ask(running, out), Recorded)
        more = await ask(running, replace(out, total=2_000_00, pay_by=PayBy.CARD))
        assert isinstance(more, TurnedDown)
        assert more.code == "insufficient-balance"
        assert more.limit == 1_450_00
        assert (await ivan(bench)).balance == 1_450_00
    _, returned = await bench.receipts()
    assert returned.calculation_sign is CalculationSign.SALE_RETURN


@pytest.mark.parametrize(
    "request_",
    [
        Withdraw(total=1_00, pay_by=PayBy.CASH, client_id=IVAN, comment=" "),
        CreditBonus(total=1_00, client_id=IVAN, comment=""),
        MoveCash(amount=-1_00, kind=CashKind.EXPENSE, article_id="art_stock"),
    ],
)
async def test_k9_what_needs_a_comment_is_refused_without(bench: Bench, request_: Request) -> None:
    async with open_till(bench) as running:
        assert await ask(running, request_) == Declined(Objection.COMMENT_NEEDED)


async def test_k11_the_close_tells_register_journal_and_crm_beside_each_other(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        await ask(running, Sell(lines=(HOUR,), paid=Paid(card=120_00)))
        out = Withdraw(total=100_00, pay_by=PayBy.CASH, client_id=IVAN, comment="по просьбе")
        await ask(running, out)
        closed = await ask(running, CloseShift(counted_cash=400_00))
        assert isinstance(closed, Done)
        report = closed.report
        assert report is not None
        assert (report.journal_total, report.register_total, report.crm_total) == (520_00,) * 3
        assert (report.discrepancy, report.waiting) == (0, 0)


async def test_k12_the_count_is_blind_and_a_discrepancy_needs_a_comment(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        assert await ask(running, CloseShift()) == Declined(Objection.COUNT_NEEDED)
        short = CloseShift(counted_cash=480_00)
        assert await ask(running, short) == Declined(Objection.COMMENT_NEEDED, "-2000")
        closed = await ask(running, replace(short, comment="ошибка сдачи, Петров"))
        assert isinstance(closed, Done)
        assert closed.report is not None
        assert closed.report.discrepancy == -20_00
        (shift,) = (await gate(bench).session.shifts(gate(bench).club_id)).items
        assert shift.discrepancy == -20_00


async def test_k13_cash_moves_only_under_an_article(bench: Bench) -> None:
    async with open_till(bench) as running:
        change = MoveCash(amount=1_000_00, kind=CashKind.CHANGE_FUND, article_id="art_change")
        assert await ask(running, change) == Done()
        nameless = replace(change, article_id=None)
        assert await ask(running, nameless) == Declined(Objection.ARTICLE_NEEDED)
        retired = MoveCash(
            amount=-1_00, kind=CashKind.OTHER, article_id="art_old", comment="прочее"
        )
        assert await ask(running, retired) == Declined(Objection.ARTICLE_NEEDED)
        collected = MoveCash(amount=-400_00, kind=CashKind.COLLECTION)
        assert await ask(running, collected) == Done()
        assert running.last.register is not None
        assert running.last.register.cash_in_drawer == 600_00
        shift = await gate(bench).session.current_shift(gate(bench).club_id)
        assert shift.expected_cash == 600_00
        assert await ask(running, replace(collected, amount=-601_00)) == Declined(
            Objection.NOT_ENOUGH_CASH
        )


async def test_k16_a_missing_right_is_said_before_anything_is_noted(bench: Bench) -> None:
    async with open_till(bench) as running:
        async with gate(bench).embedded.registry() as registry:
            from kassa_tui.izi.embedded.demo import CLUB, OPERATOR
            from kassa_tui.izi.models.session import Permission

            rights = frozenset(Permission) - {Permission.TRANSACTION_TOP_UP}
            await registry.put_operator(OPERATOR, frozenset({CLUB.id}), rights)
        first = await ask(running, TOP_UP)
        assert isinstance(first, TurnedDown)
        assert first.code == "forbidden"
        await ask(running, Refresh())
        assert await ask(running, TOP_UP) == Declined(Objection.NOT_ALLOWED, "transaction.top_up")
        assert isinstance(await ask(running, Sell(lines=(HOUR,), paid=Paid(card=120_00))), Recorded)
    assert (await only_receipt(bench)).total == 120_00


async def test_a_right_taken_away_says_nothing_of_an_earlier_try(bench: Bench) -> None:
    async with open_till(bench) as running:
        from kassa_tui.izi.embedded.demo import CLUB, OPERATOR
        from kassa_tui.izi.models.session import Permission

        gate(bench).loses.add("post_transaction")
        gate(bench).shuts_with_a_loss = True
        sale = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)
        rights = frozenset(Permission) - {Permission.TRANSACTION_CHARGE}
        answer = await ask(running, sale)
        assert isinstance(answer, Uncertain)
        async with gate(bench).embedded.registry() as registry:
            await registry.put_operator(OPERATOR, frozenset({CLUB.id}), rights)
        gate(bench).is_shut = False
        error = ""
        while not error.startswith("forbidden"):
            running.station._outbox.wake()  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
            (told, *_) = await running.journal.calls_of(answer.payment_id)  # type: ignore[arg-type]
            error = told.error
        assert told.state is CallState.PENDING
        async with gate(bench).embedded.registry() as registry:
            await registry.put_operator(OPERATOR, frozenset({CLUB.id}), frozenset(Permission))
        await running.station._outbox.drain()  # type: ignore[union-attr]
        await running.until(lambda s: s.payments[0].document is not None)
        assert (await ivan(bench)).balance == 1_250_00 - 120_00
    assert (await only_receipt(bench)).total == 120_00


async def test_a_payment_that_the_crm_ends_meanwhile_gets_no_receipt(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as running:
        gate(bench).loses.add("post_transaction")
        gate(bench).shuts_with_a_loss = True
        sale = Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN)
        answer = await ask(running, sale)
        assert isinstance(answer, Uncertain)
        ready = Recorder.ready

        async def slow(self: Recorder, *arguments: object) -> object:
            """The CRM refuses while the register is asked how it is."""
            status = await ready(self, *arguments)  # type: ignore[arg-type]
            (told, *_) = await running.journal.calls_of(answer.payment_id)  # type: ignore[arg-type]
            words = "insufficient-balance: account game"
            await running.journal.call_off(answer.payment_id, now(), words, told.call.id)  # type: ignore[arg-type]
            return status

        monkeypatch.setattr(Recorder, "ready", slow)
        issued = await ask(running, IssueReceipt(answer.payment_id))  # type: ignore[arg-type]
        assert isinstance(issued, Declined)
        assert issued.reason is Objection.ENDED
    assert await bench.receipts() == []


async def test_k17_marked_goods_and_ages_are_asked_about(bench: Bench) -> None:
    async with open_till(bench) as running:
        marked = Sell(lines=(replace(CHIPS, marked=True),), paid=Paid(cash=130_00))
        assert await ask(running, marked) == Declined(Objection.MARKED_GOODS)
        adult = Sell(lines=(replace(CHIPS, min_age=18),), paid=Paid(cash=130_00))
        assert await ask(running, adult) == Declined(Objection.AGE_NOT_CONFIRMED)
        assert isinstance(await ask(running, replace(adult, age_confirmed=True)), Recorded)


async def test_a_shift_is_rotated_with_the_cash_that_was_counted(bench: Bench) -> None:
    async with open_till(bench) as running:
        await ask(running, TOP_UP)
        assert isinstance(await ask(running, RotateShift(counted_cash=500_00)), Done)
        shift = await gate(bench).session.current_shift(gate(bench).club_id)
        assert (shift.number, shift.opening_cash) == (2, 500_00)
        assert isinstance(await ask(running, TOP_UP), Recorded)


async def test_an_x_report_records_nothing(bench: Bench) -> None:
    async with open_till(bench) as running:
        before = bench.register.fn.last_fiscal_document_number
        assert await ask(running, XReport()) == Done()
        assert bench.register.fn.last_fiscal_document_number == before


async def test_a_shift_that_the_crm_missed_is_opened_there_when_it_is_back(bench: Bench) -> None:
    crm = await bench.open_crm()
    crm.is_shut = True
    async with bench.station() as running:
        assert await ask(running, OpenShift(counted_cash=0)) == Done()
        answer = await ask(running, TOP_UP)
        assert isinstance(answer, Recorded)
        crm.is_shut = False
        await drained(running)
        assert (await transaction_of(bench, answer)).fiscal_status is FiscalStatus.ISSUED


async def test_k15_the_clients_contact_goes_to_the_register_and_is_masked_elsewhere(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        answer = await ask(running, replace(TOP_UP, client_id=IVAN))
        assert isinstance(answer, Recorded)
        stored = await running.journal.receipt(answer.payment_id)
        assert '"buyer_contact":"ivan.petrov@example.ru"' in stored.replace(" ", "")
        assert "ivan.petrov" not in repr(running.last)
    receipt = await only_receipt(bench)
    assert any(b"ivan.petrov@example.ru" in tag.raw for tag in receipt.tags)


async def test_paper_is_left_out_only_where_the_receipt_can_be_sent(bench: Bench) -> None:
    async with open_till(bench, paper_on_request=True) as running:
        nobody = replace(TOP_UP, client_id=None, client="Пётр", paper=False)
        assert await ask(running, nobody) == Declined(Objection.CONTACT_NEEDED)
        before = len(bench.paper)
        sent = replace(nobody, contact="petr@example.ru")
        assert isinstance(await ask(running, sent), Recorded)
        assert "ПОПОЛНЕНИЕ" not in "".join(bench.paper[before:]).upper()


async def test_an_unmapped_tax_code_refuses_before_money_is_noted(bench: Bench) -> None:
    def unmapped(purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
        from kassa_tui.settings.tax import UnmappedTaxCode

        raise UnmappedTaxCode("USN_5", "tax.services")

    async with open_till(bench, taxes=unmapped) as running:
        answer = await ask(running, Sell(lines=(HOUR,), paid=Paid(cash=120_00)))
        assert isinstance(answer, Declined)
        assert answer.reason is Objection.TAX_UNMAPPED
        assert running.last.payments == ()


async def test_the_journal_is_copied_when_the_shift_is_closed(bench: Bench) -> None:
    async with open_till(bench, backups_kept=2) as running:
        assert isinstance(await ask(running, CloseShift(counted_cash=0)), Done)
    assert len(list((bench.path.parent / "backups").glob("*.db"))) == 1
