"""What is paid in the CRM's own screens gets its receipt by itself, once, where that is lawful."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.virtual.registration import Registration
from kassa_tui.izi.embedded.crm import EVERYTHING
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.shift import ShiftOpening
from kassa_tui.izi.models.transaction import FiscalStatus, PaymentMethod, Transaction
from kassa_tui.journal.journal import Journal
from kassa_tui.station import elsewhere
from kassa_tui.station.answers import Done, Recorded
from kassa_tui.station.diagnosis import Check, Diagnosis, Finding
from kassa_tui.station.inquiries import Diagnose, Moment, ReadStory, Story
from kassa_tui.station.payments import Payments
from kassa_tui.station.reconciliation.requests import IssueForRow
from kassa_tui.station.reconciliation.rows import RowStatus
from kassa_tui.station.requests import CloseShift, OpenShift
from kassa_tui.station.snapshot import Elsewhere
from tests.station.bench import SETTINGS, Bench, Running, now
from tests.station.reconciliation.till import (
    TOP_UP,
    drained,
    gate,
    only,
    open_till,
    post_in_crm,
    reconciled,
    record_by_hand,
)

BY_ITSELF = {"fiscalise_elsewhere": True, "elsewhere_s": 0.05}
WHEN_ASKED = {"fiscalise_elsewhere": True, "elsewhere_s": 3600.0}
"""The test says when the station looks."""


async def look(running: Running) -> None:
    desk = running.station._elsewhere
    assert desk is not None
    await desk.look()


def state(running: Running) -> Elsewhere:
    desk = running.station._elsewhere
    assert desk is not None
    return desk.state


async def issued(running: Running, *posted: Transaction) -> None:
    """Until the journal has the documents of these."""
    wanted = {one.external_id for one in posted}
    await running.until(
        lambda seen: wanted <= {one.payment.id for one in seen.payments if one.document}
    )


async def status(bench: Bench, posted: Transaction) -> FiscalStatus:
    return (await gate(bench).session.transaction(posted.id)).fiscal_status


@pytest.mark.parametrize("method", [PaymentMethod.CASH, PaymentMethod.CARD])
async def test_it_gets_its_receipt_without_anybody(bench: Bench, method: PaymentMethod) -> None:
    async with open_till(bench, **BY_ITSELF) as running:
        before = await gate(bench).session.client("cl_41")
        posted = await post_in_crm(bench, method=method)
        await issued(running, posted)
        found = await reconciled(running)
        assert found.totals.all_matched
        assert await status(bench, posted) is FiscalStatus.ISSUED
        after = await gate(bench).session.client("cl_41")
        assert after.balance == before.balance + 300_00
        story = await running.station.ask(ReadStory(posted.external_id))
        assert isinstance(story, Story)
        assert story.events[0].moment is Moment.MADE_ELSEWHERE
    (receipt,) = await bench.receipts()
    assert receipt.payments is not None
    paid = receipt.payments.cash if method is PaymentMethod.CASH else receipt.payments.cashless
    assert paid == 300_00


async def test_a_payment_of_this_till_tells_no_such_story(bench: Bench) -> None:
    async with open_till(bench) as running:
        taken = await running.station.ask(TOP_UP)
        assert isinstance(taken, Recorded)
        story = await running.station.ask(ReadStory(taken.payment_id))
        assert isinstance(story, Story)
        assert story.events[0].moment is Moment.NOTED


async def test_without_the_setting_it_is_a_row_for_a_person(bench: Bench) -> None:
    async with open_till(bench) as running:
        posted = await post_in_crm(bench)
        only(await reconciled(running), RowStatus.IZI_ONLY)
        assert await status(bench, posted) is FiscalStatus.PENDING
        crm = running.last.crm
        assert crm is not None
        assert crm.elsewhere is None


async def test_it_is_told_how_many_wait(bench: Bench) -> None:
    async with open_till(bench, **WHEN_ASKED) as running:
        await post_in_crm(bench, 300_00)
        await post_in_crm(bench, 400_00)
        seen = len(running.snapshots)
        await look(running)
        told = {
            one.crm.elsewhere.waiting
            for one in running.snapshots[seen:]
            if one.crm and one.crm.elsewhere
        }
        assert {2, 0} <= told
    assert len(await bench.receipts()) == 2


@pytest.mark.parametrize(("owner", "step"), [(Journal, "restore_payment"), (Payments, "issue")])
async def test_a_till_that_is_killed_between_its_claim_and_the_receipt_goes_on_with_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    async with open_till(bench, **BY_ITSELF) as running:
        reached = asyncio.Event()

        async def killed(*_: object, **__: object) -> None:
            reached.set()
            await asyncio.sleep(60)

        with monkeypatch.context() as patch:
            patch.setattr(owner, step, killed)
            posted = await post_in_crm(bench)
            await reached.wait()
            running.task.cancel()
            await asyncio.gather(running.task, return_exceptions=True)
        assert await status(bench, posted) is FiscalStatus.FAILED
    assert await bench.receipts() == []
    async with bench.station(settings=replace(SETTINGS, **BY_ITSELF)) as running:  # type: ignore[arg-type]
        await issued(running, posted)
        assert (await reconciled(running)).totals.all_matched
    assert len(await bench.receipts()) == 1


async def test_a_journal_that_is_lost_after_the_receipt_makes_no_second_one(bench: Bench) -> None:
    async with open_till(bench, **BY_ITSELF) as running:
        gate(bench).refuses = {"attach_receipt"}
        posted = await post_in_crm(bench)
        await issued(running, posted)
    bench.path = bench.path.with_name("new.db")
    gate(bench).refuses = set()
    async with bench.station(settings=replace(SETTINGS, **WHEN_ASKED)) as running:  # type: ignore[arg-type]
        await running.until(lambda seen: seen.register is not None and seen.crm is not None)
        await drained(running)
        await look(running)
        assert state(running).left == 1
    assert len(await bench.receipts()) == 1


@asynccontextmanager
async def two_tills(
    tmp_path: Path, till: str = "Касса 2", **changes: object
) -> AsyncIterator[tuple[Bench, Bench, Running, Running]]:
    other_fn = Registration(fiscal_drive_number="9999078900005678")
    here, there = Bench(tmp_path / "here.db"), Bench(tmp_path / "there.db", other_fn)
    await here.plug_in()
    await there.plug_in()
    try:
        there._ids = 1 << 20  # ids of its own
        async with open_till(here, **changes) as one:
            there.gate = gate(here)
            second = replace(SETTINGS, till=till, **changes)  # type: ignore[arg-type]
            async with there.station(settings=second) as other:
                assert await other.station.ask(OpenShift(counted_cash=0)) == Done()
                yield here, there, one, other
    finally:
        there.gate = None
        await there.close()
        await here.close()


async def test_of_two_tills_each_receipt_is_made_by_one(tmp_path: Path) -> None:
    async with two_tills(tmp_path, **WHEN_ASKED) as (here, there, one, other):
        posted = [await post_in_crm(here, total) for total in range(100_00, 108_00, 1_00)]
        await asyncio.gather(look(one), look(other))
        while sum(map(len, [await here.receipts(), await there.receipts()])) < len(posted):
            await asyncio.gather(look(one), look(other))
        for running in (one, other):
            await drained(running)
        for transaction in posted:
            assert await status(here, transaction) is FiscalStatus.ISSUED
        made = [one.total for one in (*await here.receipts(), *await there.receipts())]
        assert sorted(made) == list(range(100_00, 108_00, 1_00))


async def test_what_another_till_has_claimed_is_left_to_it(tmp_path: Path) -> None:
    async with two_tills(tmp_path, **WHEN_ASKED) as (here, there, one, other):
        gate(here).loses = {"set_fiscal_status"}
        gate(here).shuts_with_a_loss = True
        await post_in_crm(here)
        await look(one)  # it has claimed it, and heard no answer
        gate(here).is_shut = False
        await other.station._office.look()  # type: ignore[union-attr]
        await look(other)
        assert state(other).waiting == 0
        assert await there.receipts() == []


async def test_of_two_tills_of_one_name_one_makes_the_receipt(tmp_path: Path) -> None:
    async with two_tills(tmp_path, SETTINGS.till, **WHEN_ASKED) as (here, there, one, other):
        gate(here).loses = {"set_fiscal_status"}
        gate(here).shuts_with_a_loss = True
        await post_in_crm(here)
        await look(one)  # it has claimed it, and heard no answer
        gate(here).is_shut = False
        gate(here).loses = set()
        await other.station._office.look()  # type: ignore[union-attr]
        await look(other)
        assert await there.receipts() == []
        await one.station._office.look()  # type: ignore[union-attr]
        found = await reconciled(one)
        row = only(found, RowStatus.IZI_ONLY)
        answer = await one.station.ask(IssueForRow(comparison_id=found.comparison_id, row=row.key))
        assert isinstance(answer, Recorded)


async def test_nothing_is_issued_while_the_registers_shift_is_closed(bench: Bench) -> None:
    async with open_till(bench, **WHEN_ASKED) as running:
        assert await running.station.ask(TOP_UP)
        await drained(running)
        assert isinstance(await running.station.ask(CloseShift(counted_cash=500_00)), Done)
        crm, club = gate(bench).session, gate(bench).club_id
        opening = ShiftOpening(external_id=bench.new_id(), opened_at=now(), opening_cash=500_00)
        await crm.open_shift(club, opening, key=bench.new_id())
        posted = await post_in_crm(bench)
        await running.station._office.look()  # type: ignore[union-attr]
        await look(running)
        assert await status(bench, posted) is FiscalStatus.PENDING
    assert len(await bench.receipts()) == 1


async def test_what_only_a_correction_may_set_right_is_left_to_a_person(bench: Bench) -> None:
    async with open_till(bench, **WHEN_ASKED) as running:
        posted = await post_in_crm(bench)
        # The register's shift ends and begins; that of the CRM goes on.
        gate(bench).refuses = {"close_shift"}
        await running.station.ask(CloseShift(counted_cash=300_00))
        await running.station.ask(OpenShift(counted_cash=300_00))
        gate(bench).refuses = set()
        await running.station._office.look()  # type: ignore[union-attr]
        await look(running)
        assert await status(bench, posted) is FiscalStatus.PENDING
        assert state(running).left == 1
    assert await bench.receipts() == []


@pytest.mark.parametrize("why", ["looks alike", "made by hand"])
async def test_what_a_person_must_look_at_is_left(bench: Bench, why: str) -> None:
    async with open_till(bench, **WHEN_ASKED) as running:
        posted = await post_in_crm(bench)
        if why == "looks alike":
            await post_in_crm(bench)
        else:
            await record_by_hand(bench, 300_00)
        await look(running)
        assert await status(bench, posted) is FiscalStatus.PENDING
        assert state(running).left == state(running).waiting > 0
        told = await running.station.ask(Diagnose())
        assert isinstance(told, Diagnosis)
        assert Finding.LOOK in {one.finding for one in told.steps if one.check is Check.ELSEWHERE}


async def test_the_list_is_gone_through_by_its_cursor(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "_PAGE", 1)
    monkeypatch.setattr(elsewhere, "_MOST_PAGES", 1)
    async with open_till(bench, **WHEN_ASKED) as running:
        for total in (100_00, 200_00, 300_00):
            await post_in_crm(bench, total)
        made = []
        for _ in range(3):
            await look(running)
            made.append(len(await bench.receipts()))
        assert made == [1, 2, 3]


async def test_one_round_issues_a_few(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "MOST_A_ROUND", 2)
    async with open_till(bench, **WHEN_ASKED) as running:
        for total in (100_00, 200_00, 300_00):
            await post_in_crm(bench, total)
        await look(running)
        assert len(await bench.receipts()) == 2
        await look(running)
        assert len(await bench.receipts()) == 3


async def test_where_nothing_can_be_claimed_nothing_is_issued_by_itself(bench: Bench) -> None:
    await bench.open_crm(EVERYTHING - {Feature.RECEIPTS_ATTACH})
    async with bench.station(settings=replace(SETTINGS, **WHEN_ASKED)) as running:  # type: ignore[arg-type]
        assert await running.station.ask(OpenShift(counted_cash=0)) == Done()
        await post_in_crm(bench)
        await look(running)
        assert not state(running).can_claim
        told = await running.station.ask(Diagnose())
        assert isinstance(told, Diagnosis)
        assert Finding.WRONG in {one.finding for one in told.steps if one.check is Check.ELSEWHERE}
    assert await bench.receipts() == []
