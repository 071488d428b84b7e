"""Each kind of planted defect is mended from the grid by keys alone, over a real till.

The kinds are those of `tests.reconciliation_defects`; here they are made in a register, a CRM
and a journal that work. What the law or the contract lets nobody undo ends as the name says.
"""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from drivers.ffd.enumerations import CalculationSign, DocumentForm, FfdVersion
from drivers.virtual.registration import Registration
from kassa_tui.izi.models.shift import ShiftClosing, ShiftFiscal, ShiftOpening
from kassa_tui.izi.models.transaction import (
    Account,
    Direction,
    Transaction,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import NotRecorded, Recorded
from kassa_tui.station.reconciliation.kept import compared
from kassa_tui.station.reconciliation.proofs import receipt_of
from kassa_tui.station.requests import TakePayment
from tests.screens.grid_over_a_till import (
    Grid,
    agreed,
    grid,
    transactions,
)
from tests.screens.till import FN as OLD_FN
from tests.station.bench import Bench, Running, now
from tests.station.reconciliation.till import (
    IVAN,
    NEW_FN,
    TOP_UP,
    another_fn,
    documents,
    gate,
    open_till,
    post_in_crm,
    reconciled,
    record_by_hand,
    record_for,
)

POLL_S = 0.5
"""The face draws each look at the register; faster ones would only slow the keys."""


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path / "journal.db")
    await bench.plug_in()
    yield bench
    await bench.close()


@pytest.fixture
async def running(bench: Bench) -> AsyncIterator[Running]:
    """A till in whose shift one payment is as it should be."""
    async with open_till(bench, poll_s=POLL_S) as running:
        assert isinstance(await running.station.ask(TOP_UP), Recorded)
        yield running


async def balance(bench: Bench) -> int:
    return (await gate(bench).session.client(IVAN)).balance


async def debit_in_crm(bench: Bench, total: int) -> None:
    """A person sets the client's balance right in the CRM; no receipt belongs to it."""
    session = gate(bench).session
    draft = TransactionDraft(
        external_id=bench.new_id(),
        type=TransactionType.ADJUSTMENT,
        direction=Direction.DEBIT,
        account=Account.GAME,
        client_id=IVAN,
        amount=total,
        payments=(),
        comment="двойное пополнение",
        occurred_at=now(),
    )
    shift = await session.current_shift(gate(bench).club_id)
    async with gate(bench).embedded.registry() as owner:
        await owner.post_in_crm(shift.id, draft)


async def next_shift_in_crm(bench: Bench) -> None:
    """Somebody closes the CRM's shift at a desk and opens the next one there."""
    session, club_id = gate(bench).session, gate(bench).club_id
    shift = await session.current_shift(club_id)
    end = ShiftClosing(
        closed_at=now(), counted_cash=shift.totals.expected_cash, comment="закрыто в CRM"
    )
    await session.close_shift(shift.id, end, version=shift.version, key=bench.new_id())
    opening = ShiftOpening(
        external_id=bench.new_id(),
        opened_at=now(),
        opening_cash=shift.totals.expected_cash,
        fiscal=ShiftFiscal(),
    )
    await session.open_shift(club_id, opening, key=bench.new_id())


async def attach_crosswise(bench: Bench, first: Transaction, second: Transaction) -> None:
    """Each gets the document that names the other."""
    one, other = (await documents(bench))[-2:]
    for each, document in ((first, other), (second, one)):
        receipt = receipt_of(compared(document), "")
        await gate(bench).session.attach_receipt(each.id, receipt)


async def incidents(bench: Bench) -> list[str]:
    with closing(sqlite3.connect(bench.path)) as journal:
        rows = journal.execute("SELECT body FROM event WHERE kind = 'incident' ORDER BY seq")
        return [str(json.loads(body)["detail"]) for (body,) in rows]


async def test_a_missing_receipt_is_issued_by_f12_and_matches(
    bench: Bench, running: Running
) -> None:
    await post_in_crm(bench)
    async with grid(running) as one:
        await one.press("3")
        await one.until("Только IZI")
        assert "F12 пробить чек" in one.shown
        await one.press("f12")
        await one.until("Чек записан")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def test_a_receipt_that_the_register_refused_is_issued_by_f12_and_matches(
    bench: Bench, running: Running
) -> None:
    bench.fail("fn-full@open_receipt")
    taken = await running.station.ask(TakePayment(total=120_00, pay_by=PayBy.CASH, client_id=IVAN))
    assert isinstance(taken, NotRecorded)
    async with grid(running) as one:
        await one.press("3")
        await one.until("120,00")
        bench.fail("")
        await one.press("f12")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def add_to_izi(one: Grid, comment: str) -> None:
    """From the row of a document to a top-up of Ivan's, as the form asks for it."""
    await one.press("f12")
    await one.until("Внести в IZI: ФД")
    await one.press("1", "enter")
    await one.type("6617")
    await one.until("Иван П.")
    await one.press("enter")
    await one.type(comment)
    await one.press("f12")
    await one.compared()


async def settle(one: Grid, comment: str) -> None:
    """From the row to its comment and back to the grid."""
    await one.press("к")
    await one.until("Уладить с комментарием")
    await one.type(comment)
    await one.press("f12")
    await one.compared()


async def test_a_missing_transaction_is_added_to_izi_and_matches(
    bench: Bench, running: Running
) -> None:
    """The document names a payment that neither the CRM nor this journal has."""
    payment_id = bench.new_id()
    await record_for(bench, payment_id, 300_00)
    before = await balance(bench)
    async with grid(running) as one:
        await one.press("4")
        await one.until("Только ФР")
        assert "называет платёж" in one.shown
        await one.press("enter")
        await add_to_izi(one, "лента")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)
    assert await balance(bench) == before + 300_00
    assert payment_id in {each.external_id for each in await transactions(bench)}


async def test_a_document_made_by_hand_is_added_to_izi_and_matches(
    bench: Bench, running: Running
) -> None:
    await record_by_hand(bench)
    async with grid(running) as one:
        await one.press("4")
        await one.until("700,00")
        assert "пробит на самом ФР" in one.shown
        await one.press("enter")
        await add_to_izi(one, "вручную")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def test_a_document_made_by_hand_for_what_the_crm_has_is_attached_and_prints_nothing(
    bench: Bench, running: Running
) -> None:
    """F12 offers what is there already, and no second receipt."""
    await post_in_crm(bench)
    await record_by_hand(bench, 300_00)
    async with grid(running) as one:
        await one.press("3")
        await one.until("Только IZI")
        assert "пробить чек" not in one.shown
        await one.press("f12")
        await one.until("Что может к ней относиться")
        await one.press("f12")
        await one.until("CRM знает об этом")
        await one.press("f10")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def test_a_receipt_is_issued_all_the_same_where_the_document_suggested_is_not_its_own(
    bench: Bench, running: Running
) -> None:
    await post_in_crm(bench)
    await record_by_hand(bench, 300_00)
    async with grid(running) as one:
        await one.press("3", "enter")
        await one.until("Что может к ней относиться")
        await one.press("п")
        await one.until("Чек записан")
        await one.press("f10")
        await one.again()
        await one.press("4", "enter")
        await settle(one, "чай")
    rows = await agreed(bench, running, receipts=3, attached=2)
    assert not any(row.is_open for row in rows)


async def test_what_the_crm_was_not_told_of_is_attached_by_f12_and_matches(
    bench: Bench, running: Running
) -> None:
    """The record was dropped while the CRM was away; the document names its payment."""
    posted = await post_in_crm(bench)
    await record_for(bench, posted.external_id, 300_00)
    async with grid(running) as one:
        await one.press("2", "down")
        await one.until("CRM ещё не знает о документе")
        await one.press("f12")
        await one.until("CRM знает об этом")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def test_of_two_equal_payments_in_one_minute_the_one_without_a_receipt_gets_its_own(
    bench: Bench, running: Running
) -> None:
    """They are never called beyond doubt: a person decides that it is no duplicate."""
    first, second = await post_in_crm(bench), await post_in_crm(bench)
    await record_for(bench, first.external_id, 300_00)
    async with grid(running) as one:
        await one.press("2", "down", "f12")
        await one.until("CRM знает об этом")
        await one.press("3")
        await one.until("такая же операция")
        assert "Б Исправить" not in one.shown
        await one.press("f12")
        await one.until("Чек записан")
        await one.is_all_matched(3)
    await agreed(bench, running, receipts=3)
    named = {each.external_id: each.receipts[0].receipt_id for each in await transactions(bench)}
    assert named[first.external_id] != named[second.external_id]


async def test_two_equal_payments_in_one_minute_each_with_its_receipt_match_as_they_are(
    bench: Bench, running: Running
) -> None:
    for _ in range(2):
        assert isinstance(await running.station.ask(TOP_UP), Recorded)
    async with grid(running) as one:
        await one.is_all_matched(3)
        await one.press("f12")
    await agreed(bench, running, receipts=3)


async def test_a_late_posting_matches_as_it_is_and_says_so(bench: Bench, running: Running) -> None:
    """The CRM's shift was closed before it heard of the payment: it stands in the next one."""
    gate(bench).is_shut = True
    taken = await running.station.ask(TakePayment(total=120_00, pay_by=PayBy.CASH, client_id=IVAN))
    assert isinstance(taken, Recorded)
    await next_shift_in_crm(bench)
    gate(bench).is_shut = False
    async with grid(running) as one:
        await one.is_all_matched(2)
        await one.press("f7")
        await one.type("120,00")
        await one.press("enter")
        await one.until("проведено в другой")
    await agreed(bench, running, receipts=2, attached=1)


async def test_a_duplicate_in_the_crm_is_put_right_there_and_settled_with_a_comment(
    bench: Bench, running: Running
) -> None:
    """The contract deletes nothing (K10): the person debits the balance in the CRM, and says so.

    The row stays "IZI only" and is settled: no receipt, no fine, nothing left to do.
    """
    first, again = await post_in_crm(bench), await post_in_crm(bench)
    await record_for(bench, first.external_id, 300_00)
    async with grid(running) as one:
        await one.press("2", "down", "f12")
        await one.until("CRM знает об этом")
        await one.press("3", "enter")
        await one.until("такая же операция")
        await debit_in_crm(bench, again.amount)
        await settle(one, "внесли дважды")
        await one.again()
        await one.until("улажено: 1")
        await one.press("3")
        await one.until("Улажено")
        assert "внесли дважды" in one.shown
        assert "F12" not in one.shown
        assert "Без чека: 0" in one.shown
        await one.press("f12", "enter", "к", "f12")
    rows = await agreed(bench, running, receipts=2)
    assert [row.operation.id for row in rows if row.settled and row.operation] == [again.id]
    assert not any(row.is_open for row in rows)
    assert "внесли дважды" in (await incidents(bench))[-1]


async def test_swapped_ids_are_settled_with_a_comment_for_the_crm_moves_no_document(
    bench: Bench, running: Running
) -> None:
    """A document belongs to one transaction for ever (K14); each payment has its own on the FN."""
    first, second = await post_in_crm(bench), await post_in_crm(bench)
    for each in (first, second):
        await record_for(bench, each.external_id, 300_00)
    await attach_crosswise(bench, first, second)
    async with grid(running) as one:
        for way in ((), ("down",)):
            await one.press("5", *way, "enter")
            await one.until("другой документ")
            await settle(one, "спутаны")
            await one.again()
        await one.until("улажено: 2")
    rows = await agreed(bench, running, receipts=3)
    assert not any(row.is_open for row in rows)


async def test_a_row_that_the_journal_will_mend_is_not_talked_away(
    bench: Bench, running: Running
) -> None:
    """Its receipt is promised: it can be issued, and not settled with a comment."""
    bench.fail("fn-full@open_receipt")
    taken = await running.station.ask(TakePayment(total=120_00, pay_by=PayBy.CASH, client_id=IVAN))
    assert isinstance(taken, NotRecorded)
    async with grid(running) as one:
        await one.press("3", "enter")
        await one.until("120,00")
        await one.press("к")
        assert "Уладить с комментарием" not in one.shown
        bench.fail("")
        await one.press("f10")
        await one.press("f12")
        await one.is_all_matched(2)
    await agreed(bench, running, receipts=2)


async def set_right(one: Grid, comment: str) -> None:
    """From the row of a wrong receipt to the form, and through it back to the grid."""
    await one.press("f12")
    await one.until("исправить чек")
    await one.press("f12")
    await one.until("неверен")
    await one.type(comment)
    await one.press("f12")
    await one.compared()


@pytest.mark.parametrize("version", [FfdVersion.V1_05, FfdVersion.V1_2])
@pytest.mark.parametrize(
    ("total", "sign", "differs"),
    [
        (301_00, CalculationSign.SALE, "суммы разные"),
        (300_00, CalculationSign.SALE_RETURN, "одно – приход"),
    ],
    ids=["wrong-sum", "wrong-sign"],
)
async def test_a_receipt_of_a_wrong_sum_or_sign_is_taken_back_and_made_anew_and_matches(
    tmp_path: Path, version: FfdVersion, total: int, sign: CalculationSign, differs: str
) -> None:
    """The law leaves the wrong document on the FN: two more set it right, and the CRM gets the
    right one. By FFD 1.05 they are ordinary receipts, since 1.1 correction receipts."""
    bench = Bench(tmp_path / "journal.db", Registration(ffd_version=version))
    await bench.plug_in()
    try:
        async with open_till(bench, poll_s=POLL_S) as running:
            assert isinstance(await running.station.ask(TOP_UP), Recorded)
            posted = await post_in_crm(bench)
            await record_for(bench, posted.external_id, total, sign)
            async with grid(running) as one:
                await one.press("5")
                await one.until(differs)
                await set_right(one, "опечатка")
                await one.is_all_matched(2)
            await agreed(bench, running, receipts=4, attached=2)
            wrong, back, right = (await documents(bench))[1:]
            form = DocumentForm.RECEIPT if version is FfdVersion.V1_05 else None
            for each in (back, right):
                assert each.form is (form or DocumentForm.CORRECTION_RECEIPT)
                assert compared(each).corrects == wrong.fiscal_sign
            assert (back.total, back.calculation_sign) == (total, sign.opposite)
            assert (right.total, right.calculation_sign) == (300_00, CalculationSign.SALE)
            told = next(each for each in await transactions(bench) if each.id == posted.id)
            assert [each.receipt_id for each in told.receipts] == [right.receipt_id]
            assert "опечатка" in (await incidents(bench))[-1]
    finally:
        await bench.close()


async def test_a_shift_whose_fn_was_changed_is_mended_on_the_new_fn_once_a_person_has_looked(
    bench: Bench, running: Running
) -> None:
    """What was read of the old FN is compared. The rest nobody can read: who issues a receipt
    says that the OFD has none, and by then it is a correction receipt."""
    posted = await post_in_crm(bench)
    await reconciled(running)
    await another_fn(bench, running)
    assert isinstance(await running.station.ask(TOP_UP), Recorded)
    async with grid(running) as one:
        await one.is_all_matched(1)
        await one.press("с")
        await one.until(OLD_FN)
        await one.press("down", "enter")
        await one.compared()
        await one.press("3")
        await one.until("ФН заменён")
        assert "Б Исправить" not in one.shown
        await one.press("f12")
        await one.until("чек коррекции")
        await one.press("f12")
        await one.until("в кабинете ОФД")
        await one.type("в ОФД нет")
        await one.press("f12")
        await one.compared()
        await one.is_all_matched(1)
        await one.press("с")
        await one.until(NEW_FN)
        await one.press("enter")
        await one.compared()
        await one.is_all_matched(2)
    made = await documents(bench)
    assert [each.form for each in made] == [
        DocumentForm.RECEIPT,
        DocumentForm.CORRECTION_RECEIPT,
    ]
    told = {each.id: each.receipts for each in await transactions(bench)}
    assert [len(each) for each in told.values()] == [1] * 3
    assert told[posted.id][0].receipt_id == made[1].receipt_id
    assert await running.journal.payments_without_document() == ()
    assert "в ОФД нет" in " ".join(await incidents(bench))
