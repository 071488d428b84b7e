"""A wrong receipt is set right by two documents, once, whatever is cut off or asked again."""

import asyncio
from pathlib import Path

import pytest

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.izi.models.transaction import FiscalStatus, Transaction
from kassa_tui.station.payments import Payments
from kassa_tui.station.reconciliation.kept import compared
from kassa_tui.station.reconciliation.requests import SetRight, ShiftComparison
from kassa_tui.station.reconciliation.rows import Action, RowStatus
from kassa_tui.station.requests import Declined, Objection, Recorded, Uncertain
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
