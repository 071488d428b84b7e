"""Every difference is mended once, whatever is cut off or asked again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.ffd.enumerations import CalculationSign, DocumentForm, FfdVersion
from drivers.virtual.registration import Registration
from kassa_tui.izi.models.transaction import (
    FiscalError,
    FiscalStatus,
    FiscalStatusChange,
    Transaction,
)
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Declined, Done, NotRecorded, Objection, Recorded, Uncertain
from kassa_tui.station.reconciliation.requests import (
    AddAs,
    AddToIzi,
    AttachReceipt,
    CompareShift,
    IssueForRow,
    SettleRow,
    ShiftComparison,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Row, RowStatus
from kassa_tui.station.requests import CloseShift, OpenShift, TakePayment
from tests.station.bench import SETTINGS, Bench
from tests.station.reconciliation.till import (
    IVAN,
    TOP_UP,
    another_fn,
    documents,
    drained,
    gate,
    only,
    open_till,
    post_in_crm,
    read_tape,
    reconciled,
    record_by_hand,
)


def issue(found: ShiftComparison, row: Row, **more: bool) -> IssueForRow:
    return IssueForRow(comparison_id=found.comparison_id, row=row.key, **more)


def attach(found: ShiftComparison, row: Row, partner: str = "") -> AttachReceipt:
    return AttachReceipt(comparison_id=found.comparison_id, row=row.key, partner=partner)


def add(found: ShiftComparison, row: Row, **more: object) -> AddToIzi:
    facts: dict[str, object] = {"add_as": AddAs.TOP_UP, "comment": "пробито вручную"}
    facts |= {"client_id": IVAN, **more}
    return AddToIzi(comparison_id=found.comparison_id, row=row.key, **facts)  # type: ignore[arg-type]


async def standing(bench: Bench, posted: Transaction) -> Transaction:
    return await gate(bench).session.transaction(posted.id)


async def balance(bench: Bench) -> int:
    return (await gate(bench).session.client(IVAN)).balance


# Issue Receipt


async def test_a_receipt_is_issued_for_what_was_posted_in_the_crm_itself(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        before = await balance(bench)
        found = await reconciled(running)
        answer = await running.station.ask(issue(found, only(found, RowStatus.IZI_ONLY)))
        assert answer == Recorded(posted.external_id)
        after = await reconciled(running)
        row = only(after, RowStatus.MATCHED)
        assert {Evidence.RECEIPT_ID, Evidence.PAYMENT_ID} <= set(row.evidence)
        assert after.totals.all_matched
        assert await balance(bench) == before
    (receipt,) = await bench.receipts()
    assert (receipt.total, receipt.calculation_sign) == (300_00, CalculationSign.SALE)
    assert receipt.payments is not None
    assert receipt.payments.cash == 300_00


async def test_issuing_twice_prints_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        await post_in_crm(bench)
        found = await reconciled(running)
        request = issue(found, only(found, RowStatus.IZI_ONLY))
        assert isinstance(await running.station.ask(request), Recorded)
        again = await running.station.ask(request)
        assert isinstance(again, Declined)
        assert again.reason in (Objection.ALREADY_RECORDED, Objection.STALE)
    assert len(await bench.receipts()) == 1


async def test_what_was_cut_off_after_the_promise_is_issued_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        found = await reconciled(running)

        async def killed(*_: object, **__: object) -> None:
            running.task.cancel()
            await asyncio.sleep(60)

        monkeypatch.setattr(running.station._payments_desk, "issue", killed)
        request = issue(found, only(found, RowStatus.IZI_ONLY))
        assert await running.station.ask(request) == Uncertain()
    assert await bench.receipts() == []
    async with bench.station() as running:
        # It is a payment of the shift like any other: the station finishes it by itself.
        await running.until(
            lambda s: any(
                one.payment.id == posted.external_id and one.document is not None
                for one in s.payments
            )
        )
        assert (await reconciled(running)).totals.all_matched
    assert len(await bench.receipts()) == 1


async def test_a_lost_answer_of_the_register_issues_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        found = await reconciled(running)
        bench.fail("lost-answer-executed@FF45:1")
        await running.station.ask(issue(found, only(found, RowStatus.IZI_ONLY)))
        await running.until(lambda s: s.unsettled is None and s.without_receipt == 0)
        assert (await reconciled(running)).totals.all_matched
        assert (await standing(bench, posted)).fiscal_status is FiscalStatus.ISSUED
    assert len(await bench.receipts()) == 1


async def test_a_receipt_that_the_register_refused_is_issued_from_the_row(bench: Bench) -> None:
    async with open_till(bench) as running:
        bench.fail("fn-full@open_receipt")
        taken = await running.station.ask(TOP_UP)
        assert isinstance(taken, NotRecorded)
        found = await reconciled(running)
        row = only(found, RowStatus.IZI_ONLY)
        bench.fail("")
        answer = await running.station.ask(issue(found, row))
        assert answer in (Recorded(taken.payment_id), Declined(Objection.ALREADY_RECORDED))
        assert (await reconciled(running)).totals.all_matched
    assert len(await bench.receipts()) == 1


async def test_another_till_does_not_issue_what_this_one_has_taken_over(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        change = FiscalStatusChange(
            status=FiscalStatus.FAILED, error=FiscalError(code="issuing", message="Касса 2")
        )
        await gate(bench).session.set_fiscal_status(posted.id, change, version=posted.version)
        found = await reconciled(running)
        answer = await running.station.ask(issue(found, only(found, RowStatus.IZI_ONLY)))
        assert answer == Declined(Objection.ANOTHER_TILLS)
    assert await bench.receipts() == []


async def test_of_two_tills_that_issue_at_once_one_does(bench: Bench) -> None:
    """The other one has read the transaction before the first had marked it."""
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        found = await reconciled(running)
        session = gate(bench).session
        read = session.transaction

        async def slow(transaction_id: str) -> Transaction:
            told = await read(transaction_id)
            mark = FiscalStatusChange(
                status=FiscalStatus.FAILED, error=FiscalError(code="issuing", message="Касса 2")
            )
            await session.set_fiscal_status(told.id, mark, version=told.version)
            return told

        gate(bench).session = _Instead(session, slow)  # type: ignore[assignment]
        answer = await running.station.ask(issue(found, only(found, RowStatus.IZI_ONLY)))
        gate(bench).session = session
        assert answer == Declined(Objection.STALE)
        assert await running.journal.payment(posted.external_id) is None
    assert await bench.receipts() == []


class _Instead:
    def __init__(self, session: object, transaction: object) -> None:
        self._session = session
        self.transaction = transaction

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)


@pytest.mark.parametrize("version", [FfdVersion.V1_05, FfdVersion.V1_2])
async def test_after_the_shift_only_a_correction_receipt_is_lawful(
    tmp_path: Path, version: FfdVersion
) -> None:
    bench = Bench(tmp_path / "journal.db", Registration(ffd_version=version))
    await bench.plug_in()
    try:
        await issue_after_the_shift(bench)
    finally:
        await bench.close()


async def issue_after_the_shift(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        await drained(running)
        assert isinstance(await running.station.ask(CloseShift(counted_cash=300_00)), Done)
        assert await running.station.ask(OpenShift(counted_cash=300_00)) == Done()
        found = await reconciled(running, shift_number=1)
        row = only(found, RowStatus.IZI_ONLY)
        assert row.actions == (Action.ISSUE_CORRECTION, Action.SETTLE)
        assert row.safe is None
        assert await running.station.ask(issue(found, row)) == Declined(Objection.CORRECTION_NEEDED)
        answer = await running.station.ask(issue(found, row, as_correction=True))
        assert answer == Recorded(posted.external_id)
        await drained(running)
        made = await standing(bench, posted)
        assert made.fiscal_status is FiscalStatus.ISSUED
        assert made.receipts[0].document_kind == "correction"
        here = await reconciled(running)
        assert here.totals.all_matched
        assert len(here.rows) == 1
    last = bench.register.find(bench.register.fn.last_fiscal_document_number)
    assert last.form is DocumentForm.CORRECTION_RECEIPT
    assert last.total == 300_00


async def test_a_row_that_allows_no_receipt_gets_none(bench: Bench) -> None:
    async with open_till(bench) as running:
        await running.station.ask(TOP_UP)
        found = await reconciled(running)
        row = only(found, RowStatus.MATCHED)
        assert await running.station.ask(issue(found, row)) == Declined(Objection.NOT_FOR_THIS_ROW)
        stale = replace(issue(found, row), comparison_id=bench.new_id())
        assert await running.station.ask(stale) == Declined(Objection.STALE)
    assert len(await bench.receipts()) == 1


async def test_of_a_shift_whose_fn_is_gone_a_receipt_needs_a_persons_word(bench: Bench) -> None:
    """The old FN may have it behind what was read; nothing of it is called safe."""
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        old = (await reconciled(running)).fiscal_drive_number
        await another_fn(bench, running)
        found = await reconciled(running, fiscal_drive_number=old, shift_number=1)
        row = only(found, RowStatus.IZI_ONLY)
        assert Evidence.FN_GONE in row.evidence
        assert row.safe is None
        request = issue(found, row, as_correction=True)
        assert await running.station.ask(request) == Declined(Objection.COMMENT_NEEDED)
        said = replace(request, comment="в кабинете ОФД чека нет")
        assert await running.station.ask(said) == Recorded(posted.external_id)
        again = await running.station.ask(said)
        assert again in (Declined(Objection.STALE), Declined(Objection.ALREADY_RECORDED))
    assert len(await documents(bench)) == 1


# Attach


async def test_a_suggested_pair_is_confirmed_by_a_person(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        await record_by_hand(bench, 300_00)
        found = await reconciled(running)
        row = only(found, RowStatus.IZI_ONLY)
        orphan = only(found, RowStatus.FR_ONLY)
        assert orphan.document is not None
        assert row.suggested == (orphan.document.receipt_id,)
        assert orphan.suggested == (posted.id,)
        assert row.safe is None
        stranger = attach(found, row, "9999078900001234:99")
        assert await running.station.ask(stranger) == Declined(Objection.NOT_FOR_THIS_ROW)
        partner = orphan.document.receipt_id
        assert await running.station.ask(attach(found, row, partner)) == Done()
        after = await reconciled(running)
        assert after.totals.all_matched
        assert len(after.rows) == 1
    assert len(await bench.receipts()) == 1


async def test_the_journals_own_payment_is_bound_to_the_document_that_a_person_names(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        bench.fail("fn-full@open_receipt")
        taken = await running.station.ask(TOP_UP)
        assert isinstance(taken, NotRecorded)
        await drained(running)
        running.station._payments_desk._left_over_tries[taken.payment_id] = 99
        bench.fail("")
        await record_by_hand(bench, 500_00)
        found = await reconciled(running)
        orphan = only(found, RowStatus.FR_ONLY)
        (partner,) = orphan.suggested
        assert await running.station.ask(attach(found, orphan, partner)) == Done()
        state = await running.journal.payment(taken.payment_id)
        assert state is not None
        assert state.document is not None
        assert (await reconciled(running)).totals.all_matched
    assert len(await bench.receipts()) == 1


async def test_an_attachment_that_was_dropped_is_safe_to_make_again(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).refuses.add("attach_receipt")
        answer = await running.station.ask(TOP_UP)
        assert isinstance(answer, Recorded)
        async with running.station._outbox.alone(answer.payment_id):  # type: ignore[union-attr]
            await running.journal.drop_calls(answer.payment_id, running.last.at, "by a person")
        gate(bench).refuses.clear()
        found = await reconciled(running)
        row = only(found, RowStatus.MATCHED)
        assert Evidence.NOT_ATTACHED in row.evidence
        assert row.safe is Action.ATTACH_RECEIPT
        assert await running.station.ask(attach(found, row)) == Done()
        after = only(await reconciled(running), RowStatus.MATCHED)
        assert Evidence.NOT_ATTACHED not in after.evidence


async def test_an_attachment_is_made_when_the_crm_is_back(bench: Bench) -> None:
    async with open_till(bench) as running:
        await post_in_crm(bench)
        await record_by_hand(bench, 300_00)
        found = await reconciled(running)
        row = only(found, RowStatus.IZI_ONLY)
        gate(bench).refuses.add("attach_receipt")
        assert isinstance(
            await running.station.ask(attach(found, row, row.suggested[0])), Uncertain
        )
    gate(bench).refuses.clear()
    async with bench.station() as running:
        assert (await reconciled(running)).totals.all_matched


# Add to IZI


async def test_a_document_made_by_hand_is_added_without_printing(bench: Bench) -> None:
    async with open_till(bench) as running:
        await record_by_hand(bench)
        before = await balance(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        assert await running.station.ask(add(found, row)) == Done()
        after = await reconciled(running)
        assert after.totals.all_matched
        assert await balance(bench) == before + 700_00
    assert len(await bench.receipts()) == 1


async def test_adding_twice_adds_once(bench: Bench) -> None:
    async with open_till(bench) as running:
        await record_by_hand(bench)
        before = await balance(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        assert await running.station.ask(add(found, row)) == Done()
        assert await running.station.ask(add(found, row)) == Done()
        assert await balance(bench) == before + 700_00


@pytest.mark.parametrize("fault", ["refuses", "loses"])
async def test_what_is_added_while_the_crm_fails_is_added_once_later(
    bench: Bench, fault: str
) -> None:
    async with open_till(bench) as running:
        await record_by_hand(bench)
        before = await balance(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        getattr(gate(bench), fault).add("import_receipt")
        assert await running.station.ask(add(found, row)) == Uncertain()
    gate(bench).refuses.clear()
    async with bench.station() as running:
        assert (await reconciled(running)).totals.all_matched
        assert await balance(bench) == before + 700_00


async def test_a_refusal_of_the_crm_leaves_the_document_to_be_added_otherwise(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        await record_by_hand(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        wrong = await running.station.ask(add(found, row, client_id="nobody"))
        assert isinstance(wrong, Declined)
        assert wrong.reason is Objection.CRM_REFUSED
        assert (await running.journal.call_counts()).poisoned == 0
        assert await running.station.ask(add(found, row)) == Done()
        assert (await reconciled(running)).totals.all_matched


async def test_what_the_form_lacks_is_said_before_anything_is_noted(bench: Bench) -> None:
    async with open_till(bench) as running:
        await record_by_hand(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        for change, objection in (
            ({"comment": " "}, Objection.COMMENT_NEEDED),
            ({"client_id": None}, Objection.CLIENT_NEEDED),
            ({"add_as": AddAs.WITHDRAWAL}, Objection.DOCUMENT_UNFIT),
        ):
            answer = await running.station.ask(add(found, row, **change))  # type: ignore[arg-type]
            assert answer == Declined(objection)
        assert (await running.journal.call_counts()).pending == 0
        charge = add(found, row, add_as=AddAs.CHARGE, client_id=None)
        assert await running.station.ask(charge) == Done()


async def test_what_the_outbox_will_tell_is_not_added(bench: Bench) -> None:
    async with open_till(bench) as running:
        gate(bench).refuses.add("post_transaction")
        await running.station.ask(TakePayment(total=100_00, pay_by=PayBy.CARD, client_id=IVAN))
        await read_tape(running)
        found = await running.station.ask(CompareShift())
        assert isinstance(found, ShiftComparison)
        row = only(found, RowStatus.FR_ONLY)
        assert await running.station.ask(add(found, row)) == Declined(Objection.NOT_FOR_THIS_ROW)


async def test_money_of_nobodys_balance_is_added_to_a_clients_by_its_own_id(bench: Bench) -> None:
    async with open_till(bench) as running:
        taken = await running.station.ask(TakePayment(total=400_00, pay_by=PayBy.CASH))
        assert isinstance(taken, Recorded)
        before = await balance(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.FR_ONLY)
        assert Evidence.NOT_POSTED in row.evidence
        assert await running.station.ask(add(found, row)) == Done()
        after = only(await reconciled(running), RowStatus.MATCHED)
        assert after.operation is not None
        assert after.operation.external_id == taken.payment_id
        assert await balance(bench) == before + 400_00


# Settle


async def test_what_a_person_says_of_a_row_is_kept_once_and_nothing_is_printed(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        found = await reconciled(running)
        row = only(found, RowStatus.IZI_ONLY)
        request = SettleRow(comparison_id=found.comparison_id, row=row.key, comment="учебная")
        blank = replace(request, comment=" ")
        assert await running.station.ask(blank) == Declined(Objection.COMMENT_NEEDED)
        assert await running.station.ask(request) == Done()
        assert await running.station.ask(request) == Done()
        settled = only(await reconciled(running), RowStatus.IZI_ONLY)
        assert settled.settled == "Иванова А.: учебная"
        assert not settled.is_open
        assert Evidence.SETTLED in settled.evidence
        again = await reconciled(running)
        assert await running.station.ask(issue(again, settled)) == Declined(
            Objection.NOT_FOR_THIS_ROW
        )
        assert (again.totals.open, again.totals.settled, again.totals.exposure) == (0, 1, 0)
        assert (await standing(bench, posted)).version == posted.version
    assert await bench.receipts() == []


async def test_a_row_that_has_changed_since_is_not_settled(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        found = await reconciled(running)
        change = FiscalStatusChange(
            status=FiscalStatus.FAILED, error=FiscalError(code="issuing", message="Касса 2")
        )
        await gate(bench).session.set_fiscal_status(posted.id, change, version=posted.version)
        key = only(found, RowStatus.IZI_ONLY).key
        request = SettleRow(comparison_id=found.comparison_id, row=key, comment="учебная")
        assert await running.station.ask(request) == Declined(Objection.STALE)


async def test_two_tills_on_one_crm_issue_one_receipt(tmp_path: Path) -> None:
    other_fn = Registration(fiscal_drive_number="9999078900005678")
    here, there = Bench(tmp_path / "here.db"), Bench(tmp_path / "there.db", other_fn)
    await here.plug_in()
    await there.plug_in()
    try:
        there._ids = 1 << 20  # ids of its own
        async with open_till(here) as one:
            there.gate = gate(here)
            second = replace(SETTINGS, till="Касса 2")
            async with there.station(settings=second) as other:
                assert await other.station.ask(OpenShift(counted_cash=0)) == Done()
                posted = await post_in_crm(here)
                seen = [await reconciled(running) for running in (one, other)]
                requests = [issue(found, only(found, RowStatus.IZI_ONLY)) for found in seen]
                answers = await asyncio.gather(
                    one.station.ask(requests[0]), other.station.ask(requests[1])
                )
                assert sorted(type(answer).__name__ for answer in answers) == [
                    "Declined",
                    "Recorded",
                ]
                await drained(one)
                await drained(other)
                assert (await standing(here, posted)).fiscal_status is FiscalStatus.ISSUED
                for running in (one, other):
                    assert (await reconciled(running)).totals.all_matched
        assert len(await here.receipts()) + len(await there.receipts()) == 1
    finally:
        there.gate = None
        await there.close()
        await here.close()
