"""A wrong receipt is set right by two documents, once, whatever is cut off or asked again."""

import asyncio
from pathlib import Path

import pytest

from drivers.ffd.enumerations import CalculationSign, FfdVersion
from drivers.virtual.registration import Registration
from kassa_tui.izi.errors import ReceiptAlreadyAttached
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.transaction import FiscalStatus, Transaction
from kassa_tui.station.answers import Declined, Done, Objection, Recorded, Uncertain
from kassa_tui.station.payments import Payments
from kassa_tui.station.reconciliation.kept import compared
from kassa_tui.station.reconciliation.requests import AttachReceipt, SetRight, ShiftComparison
from kassa_tui.station.reconciliation.rows import Action, RowStatus
from tests.station.bench import Bench, Running
from tests.station.reconciliation.till import (
    documents,
    drained,
    gate,
    only,
    open_till,
    post_in_crm,
    reconciled,
    record_for,
)

WRONG = 520_00


async def wrong_receipt(bench: Bench) -> Transaction:
    """Of 520 roubles for a payment of 300."""
    posted = await post_in_crm(bench)
    await record_for(bench, posted.external_id, WRONG)
    return posted


def set_right(found: ShiftComparison, comment: str = "опечатка") -> SetRight:
    row = only(found, RowStatus.MISMATCH)
    assert Action.SET_RIGHT in row.actions
    return SetRight(comparison_id=found.comparison_id, row=row.key, comment=comment)


async def sums(bench: Bench) -> list[int | None]:
    return [compared(one).signed for one in await documents(bench)]


async def is_right(bench: Bench, running: Running, posted: Transaction) -> None:
    """One wrong document, one that takes it back, one that is as it should be."""
    assert (await reconciled(running)).totals.all_matched
    assert await sums(bench) == [WRONG, -WRONG, 300_00]
    told = await gate(bench).session.transaction(posted.id)
    assert told.fiscal_status is FiscalStatus.ISSUED
    assert len(told.receipts) == 1
    assert await running.journal.payments_without_document() == ()


async def test_it_is_set_right_once_however_often_it_is_asked_for(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        found = await reconciled(running)
        blank = set_right(found, " ")
        assert await running.station.ask(blank) == Declined(Objection.COMMENT_NEEDED)
        assert len(await documents(bench)) == 1
        request = set_right(found)
        assert await running.station.ask(request) == Recorded(posted.external_id)
        await drained(running)
        assert await running.station.ask(request) in (
            Declined(Objection.STALE),
            Declined(Objection.ALREADY_RECORDED),
        )
        await is_right(bench, running, posted)


@pytest.mark.parametrize("document", [1, 2])
async def test_a_lost_answer_of_the_register_sets_it_right_once(
    bench: Bench, document: int
) -> None:
    """Of the first of both documents or of the second."""
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        found = await reconciled(running)
        bench.fail(f"lost-answer-executed@FF45@{document}:1")
        await running.station.ask(set_right(found))
        bench.fail("")
        await running.until(lambda s: s.unsettled is None and s.without_receipt == 0)
        await is_right(bench, running, posted)


@pytest.mark.parametrize("issued", [0, 1])
async def test_what_was_cut_off_before_a_document_goes_on_by_itself(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, issued: int
) -> None:
    """Before the first of both documents or before the second."""
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        found = await reconciled(running)
        issue, left = Payments.issue, issued

        async def killed(self: Payments, *words: object, **named: object) -> object:
            nonlocal left
            if left:
                left -= 1
                return await issue(self, *words, **named)  # type: ignore[arg-type]
            running.task.cancel()
            return await asyncio.sleep(60)

        with monkeypatch.context() as patched:
            patched.setattr(Payments, "issue", killed)
            assert await running.station.ask(set_right(found)) == Uncertain()
    assert len(await documents(bench)) == 1 + issued
    async with bench.station() as running:
        await running.until(
            lambda s: all(each.document for one in s.payments for each in one.receipts)
        )
        await is_right(bench, running, posted)


async def test_a_journal_that_is_lost_afterwards_takes_nothing_back_again(
    bench: Bench, tmp_path: Path
) -> None:
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        await running.station.ask(set_right(await reconciled(running)))
        await drained(running)
    bench.path = tmp_path / "another.db"
    async with bench.station() as running:
        await running.until(lambda s: s.register is not None)
        await is_right(bench, running, posted)


async def test_a_crm_that_has_the_wrong_receipt_keeps_it_and_no_record_is_left_over(
    tmp_path: Path,
) -> None:
    """One ordinary receipt to a transaction (contract D.5, c): by FFD 1.05 the right one, too."""
    bench = Bench(tmp_path / "journal.db", Registration(ffd_version=FfdVersion.V1_05))
    await bench.plug_in()
    try:
        async with open_till(bench) as running:
            posted = await wrong_receipt(bench)
            found = await reconciled(running)
            gate(bench).session = _Full(gate(bench).session)  # type: ignore[assignment]
            assert await running.station.ask(set_right(found)) == Recorded(posted.external_id)
            gate(bench).session = gate(bench).session.session  # type: ignore[attr-defined]
            counts = await running.journal.call_counts()
            assert (counts.pending, counts.poisoned) == (0, 0)
            assert (await reconciled(running)).totals.all_matched
    finally:
        await bench.close()


class _Full:
    """A CRM whose transactions have their receipt, whichever it is."""

    def __init__(self, session: object) -> None:
        self.session = session

    async def attach_receipt(self, transaction_id: str, receipt: Receipt) -> None:
        raise ReceiptAlreadyAttached(receipt_id="9999078900001234:3")

    def __getattr__(self, name: str) -> object:
        return getattr(self.session, name)


async def test_an_attachment_that_was_dropped_is_made_again_with_the_right_receipt(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        found = await reconciled(running)
        gate(bench).refuses.add("attach_receipt")
        assert await running.station.ask(set_right(found)) == Recorded(posted.external_id)
        await running.journal.drop_calls(posted.external_id, running.last.at, "by a person")
        gate(bench).refuses.clear()
        after = await reconciled(running)
        row = only(after, RowStatus.MATCHED)
        assert row.safe is Action.ATTACH_RECEIPT
        request = AttachReceipt(comparison_id=after.comparison_id, row=row.key)
        assert await running.station.ask(request) == Done()
        await is_right(bench, running, posted)


async def test_what_somebody_else_has_taken_back_gets_the_right_receipt_alone(
    bench: Bench,
) -> None:
    async with open_till(bench) as running:
        posted = await wrong_receipt(bench)
        (wrong,) = await documents(bench)
        back = CalculationSign.SALE_RETURN
        await record_for(bench, None, WRONG, back, corrects=wrong.fiscal_sign)
        await running.station.ask(set_right(await reconciled(running)))
        await is_right(bench, running, posted)
