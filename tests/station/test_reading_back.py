"""A journal that was lost or put back, while the CRM and the tape know more."""

import shutil
from dataclasses import replace

import pytest

from kassa_tui.izi.models.transaction import FiscalStatus
from kassa_tui.journal.head import JournalHead
from kassa_tui.journal.records import PayBy, PaymentKind
from kassa_tui.journal.verification import verify
from kassa_tui.station import continuity
from kassa_tui.station.answers import Declined, Done, Noted, NotRecorded, Objection, Recorded
from kassa_tui.station.basket import Paid
from kassa_tui.station.requests import (
    CreditBonus,
    IssueReceipt,
    OpenShift,
    RefundSale,
    RotateShift,
    Sell,
)
from tests.station.bench import Bench, Running
from tests.station.test_crm import (
    CHIPS,
    HOUR,
    IVAN,
    TOP_UP,
    ask,
    drained,
    gate,
    ivan,
    open_till,
    transaction_of,
)


async def incidents(running: Running) -> list[str]:
    def read(db):  # type: ignore[no-untyped-def]
        return [row[0] for row in db.execute("SELECT body FROM event WHERE kind = 'incident'")]

    return await running.journal._file.ask(read)


async def test_payments_that_the_crm_knows_are_read_back_with_their_receipts(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        top_up = await ask(running, TOP_UP)
        sale = await ask(running, Sell(lines=(HOUR, CHIPS), paid=Paid(cash=250_00)))
        assert isinstance(sale, Recorded)
        assert isinstance(top_up, Recorded)
        await drained(running)
    bench.path = bench.path.with_name("new.db")
    async with bench.station() as running:
        another = await ask(running, TOP_UP)
        assert isinstance(another, Recorded)
        for lost, total in ((top_up, 500_00), (sale, 250_00)):
            state = await running.journal.payment(lost.payment_id)
            assert state is not None
            assert state.payment.total == total
            assert state.document is not None
        back = RefundSale(
            original=sale.payment_id, paid=Paid(cash=130_00), lines=(CHIPS,), comment="вскрыта"
        )
        assert isinstance(await ask(running, back), Recorded)
        assert any("2 payments were read back" in one for one in await incidents(running))
        await drained(running)
        assert (await transaction_of(bench, another)).fiscal_status is FiscalStatus.ISSUED
        assert running.last.without_receipt == 0
    assert len(await bench.receipts()) == 4
    assert verify(bench.path).broken is None


async def test_a_receipt_that_is_still_owed_is_issued_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        bench.fail("fn-full@open_receipt:1")
        owed = await ask(running, Sell(lines=(HOUR,), paid=Paid(balance=120_00), client_id=IVAN))
        assert isinstance(owed, NotRecorded)
    bench.path = bench.path.with_name("new.db")
    async with bench.station() as running:
        assert isinstance(await ask(running, TOP_UP), Recorded)
        (unissued,) = running.last.unissued
        assert unissued.payment.id == owed.payment_id
        assert await ask(running, IssueReceipt(owed.payment_id)) == Recorded(owed.payment_id)
        await drained(running)
        assert (await transaction_of(bench, owed)).fiscal_status is FiscalStatus.ISSUED
        assert (await ivan(bench)).balance == 1_250_00 - 120_00 + 500_00
    assert sorted(one.total or 0 for one in await bench.receipts()) == [120_00, 500_00]


async def test_a_receipt_on_the_tape_that_the_crm_has_not_got_is_attached(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).refuses.add("attach_receipt")
        paid = await ask(running, TOP_UP)
        assert isinstance(paid, Recorded)
    gate(bench).refuses.clear()
    bench.path = bench.path.with_name("new.db")
    async with bench.station() as running:
        assert isinstance(await ask(running, TOP_UP), Recorded)
        await drained(running)
        assert len((await transaction_of(bench, paid)).receipts) == 1
    assert len(await bench.receipts()) == 2


async def test_a_journal_that_was_put_back_gets_what_it_lacks(bench: Bench) -> None:
    async with open_till(bench) as running:
        before = await ask(running, TOP_UP)
        await drained(running)
    old = bench.path.with_name("old.db")
    for suffix in ("", ".key"):
        shutil.copy(f"{bench.path}{suffix}", f"{old}{suffix}")
    async with bench.station() as running:
        after = await ask(running, replace(TOP_UP, pay_by=PayBy.CARD, tendered=None))
        bonus = await ask(running, CreditBonus(total=5_00, client_id=IVAN, comment="турнир"))
        assert isinstance(after, Recorded)
        assert isinstance(bonus, Noted)
        await drained(running)
    bench.path = old
    async with bench.station() as running:
        await ask(running, TOP_UP)
        for one in (before, after):
            state = await running.journal.payment(one.payment_id)
            assert state is not None
            assert state.document is not None
        state = await running.journal.payment(bonus.payment_id)
        assert state is not None
        assert (state.payment.kind, state.receipts) == (PaymentKind.BONUS_CREDIT, ())
        head: JournalHead = await running.journal.head()
        assert max(head.last_documents.values()) == (bench.register.fn.last_fiscal_document_number)
    assert len(await bench.receipts()) == 3


async def test_all_of_the_tape_behind_an_old_journal_is_read(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(continuity, "MOST_READ", 3)
    async with bench.station() as running:
        await ask(running, OpenShift())
        await ask(running, TOP_UP)
        bench.fail("fn-full@open_receipt:1")
        owed = await ask(running, TOP_UP)
        assert isinstance(owed, NotRecorded)
    old = bench.path.with_name("old.db")
    for suffix in ("", ".key"):
        shutil.copy(f"{bench.path}{suffix}", f"{old}{suffix}")
    async with bench.station() as running:
        assert await ask(running, IssueReceipt(owed.payment_id)) == Recorded(owed.payment_id)
        for _ in range(5):
            await ask(running, TOP_UP)
    bench.path = old
    async with bench.station() as running:
        again = await ask(running, IssueReceipt(owed.payment_id))
        assert again == Declined(Objection.ALREADY_RECORDED)
        assert "5 receipts on the tape" in "".join(await incidents(running))
    assert len(await bench.receipts()) == 7


async def test_another_tills_transactions_are_left_alone(bench: Bench) -> None:
    async with open_till(bench, till="Касса 2") as running:
        other = await ask(running, TOP_UP)
        assert isinstance(other, Recorded)
        await drained(running)
    bench.path = bench.path.with_name("new.db")
    async with bench.station() as running:
        assert isinstance(await ask(running, TOP_UP), Recorded)
        assert await running.journal.payment(other.payment_id) is None


async def test_a_report_does_not_hide_what_an_old_journal_lacks(bench: Bench) -> None:
    async with open_till(bench) as running:
        bench.fail("fn-full@open_receipt")
        owed = await ask(running, TOP_UP)
        assert isinstance(owed, NotRecorded)
        await drained(running)
    old = shutil.copy(bench.path, bench.path.with_name("old.db"))
    shutil.copy(f"{bench.path}.key", f"{old}.key")
    async with bench.station() as running:
        assert isinstance(await ask(running, IssueReceipt(owed.payment_id)), Recorded)
        await drained(running)
    bench.path = old
    async with bench.station() as running:
        assert isinstance(await ask(running, RotateShift(counted_cash=500_00)), Done)
        state = await running.journal.payment(owed.payment_id)
        assert state is not None
        assert state.document is not None
        assert isinstance(await ask(running, IssueReceipt(owed.payment_id)), Declined)
    assert len(await bench.receipts()) == 1
