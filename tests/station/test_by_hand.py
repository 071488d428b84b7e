"""What only a person can decide, with both sides shown; and the three facts of a receipt."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from drivers.ffd.receipt import Cashier
from drivers.register import Reason
from kassa_tui.journal.records import AttemptState, PayBy
from kassa_tui.station.answers import Declined, Done, NotRecorded, Objection, Recorded
from kassa_tui.station.requests import Decision, IssueReceipt, PrintCopy, SettleByHand, TakePayment
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.tape import Doubt, Verdict
from tests.station.bench import FOR_EVER, Bench, Running

FIVE_HUNDRED = TakePayment(total=500_00, pay_by=PayBy.CASH)
ROUBLE = 1_00
"""What the other program sells for."""
CLOSE_RECEIPT = "FF45"


async def open_shift(bench: Bench) -> None:
    await bench.by_hand(bench.register.begin_shift_opening, 30)
    await bench.by_hand(bench.register.open_shift, 30, Cashier(name="Иванова А."))


async def cut_off_after_the_record(bench: Bench, request: TakePayment = FIVE_HUNDRED) -> None:
    """A receipt is on the tape, and the journal knows only that it was sent."""
    await open_shift(bench)
    bench.fail(f"lost-answer-executed@{CLOSE_RECEIPT}:1")
    async with bench.station(FOR_EVER) as running:
        asking = asyncio.create_task(running.station.ask(request))
        await bench.until_recorded()
    asking.cancel()


@pytest.fixture
def undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tape that never tells: a document of the same sum names no payment."""

    async def ambiguous(self: Settlement, *_: object) -> Verdict:
        return Doubt.AMBIGUOUS

    monkeypatch.setattr(Settlement, "_look_on_tape", ambiguous)


async def in_doubt(running: Running) -> SettleByHand:
    """The question that a person is asked."""
    snapshot = await running.until(
        lambda s: s.unsettled is not None and s.unsettled.doubt is Doubt.AMBIGUOUS
    )
    assert snapshot.unsettled is not None
    return SettleByHand(
        payment_id=snapshot.unsettled.payment.payment.id,
        decision=Decision.RECORDED,
        comment="Петров: чек в руках, ФД 2",
        fiscal_document_number=snapshot.unsettled.after_document + 1,
    )


@pytest.mark.usefixtures("undecided")
async def test_a_person_points_at_the_document_and_the_queue_goes_on(bench: Bench) -> None:
    await cut_off_after_the_record(bench)
    async with bench.station() as running:
        question = await in_doubt(running)
        assert await running.station.ask(FIVE_HUNDRED) == Declined(Objection.UNSETTLED)
        assert await running.station.ask(question) == Recorded(question.payment_id)
        state = running.last.payment(question.payment_id)
        assert state is not None
        assert state.document is not None
        assert isinstance(await running.station.ask(FIVE_HUNDRED), Recorded)
    assert len(await bench.receipts()) == 2


@pytest.mark.usefixtures("undecided")
async def test_a_decision_without_a_comment_or_against_the_tape_is_declined(bench: Bench) -> None:
    await cut_off_after_the_record(bench)
    async with bench.station() as running:
        question = await in_doubt(running)
        assert question.fiscal_document_number is not None
        number = question.fiscal_document_number
        for change, objection in (
            ({"comment": " "}, Objection.COMMENT_NEEDED),
            ({"fiscal_document_number": None}, Objection.DOCUMENT_UNFIT),
            ({"fiscal_document_number": number - 1}, Objection.DOCUMENT_UNFIT),
            ({"fiscal_document_number": number + 7}, Reason.NOT_FOUND),
            ({"fiscal_drive_number": "9999078900009999"}, Objection.DOCUMENT_UNFIT),
        ):
            answer = await running.station.ask(replace(question, **change))  # type: ignore[arg-type]
            assert isinstance(answer, Declined)
            assert answer.reason is objection
        assert running.last.unsettled is not None


async def test_a_receipt_that_a_server_gave_to_the_next_fn_is_settled_by_its_own_document(
    bench: Bench,
) -> None:
    """Another receipt of the same sum there is not it."""
    await cut_off_after_the_record(bench, replace(FIVE_HUNDRED, total=ROUBLE))
    await bench.by_hand(bench.register._admission.record_foreign_document)
    ours, foreign = await bench.receipts()
    assert foreign.total == ROUBLE
    with closing(sqlite3.connect(bench.path)) as journal, journal:
        journal.execute("UPDATE attempt SET fiscal_drive_number = '9999078900000001'")
    async with bench.station() as running:
        snapshot = await running.until(
            lambda s: s.unsettled is not None and s.unsettled.doubt is Doubt.FN_REPLACED
        )
        assert snapshot.unsettled is not None
        question = SettleByHand(
            payment_id=snapshot.unsettled.payment.payment.id,
            decision=Decision.RECORDED,
            comment="чек в руках",
            fiscal_drive_number=foreign.fiscal_drive_number,
            fiscal_document_number=foreign.fiscal_document_number,
        )
        assert await running.station.ask(question) == Declined(Objection.DOCUMENT_UNFIT)
        right = replace(question, fiscal_document_number=ours.fiscal_document_number)
        assert await running.station.ask(right) == Recorded(question.payment_id)


async def test_a_receipt_in_an_fn_that_came_and_went_is_settled_by_the_paper(bench: Bench) -> None:
    await cut_off_after_the_record(bench)
    with closing(sqlite3.connect(bench.path)) as journal, journal:
        journal.execute("UPDATE attempt SET fiscal_drive_number = '9999078900000001'")
    async with bench.station() as running:
        snapshot = await running.until(
            lambda s: s.unsettled is not None and s.unsettled.doubt is Doubt.FN_REPLACED
        )
        assert snapshot.unsettled is not None
        paper = SettleByHand(
            payment_id=snapshot.unsettled.payment.payment.id,
            decision=Decision.RECORDED,
            comment="чек в руках",
            fiscal_drive_number="9999078900000002",
            fiscal_document_number=3,
            fiscal_sign=1234567890,
        )
        for unfit in (
            replace(paper, fiscal_sign=None),
            replace(paper, fiscal_drive_number="99990789"),
        ):
            answer = await running.station.ask(unfit)
            assert isinstance(answer, Declined)
            assert answer.reason is Objection.DOCUMENT_UNFIT
        assert await running.station.ask(paper) == Recorded(paper.payment_id)
        state = running.last.payment(paper.payment_id)
        assert state is not None
        assert state.document is not None
        assert state.document.fiscal_drive_number == "9999078900000002"


@pytest.mark.usefixtures("undecided")
async def test_what_a_person_says_is_absent_may_be_issued(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail(f"lost-answer-not-executed@{CLOSE_RECEIPT}:1")
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        question = replace(await in_doubt(running), decision=Decision.ABSENT)
        assert await running.station.ask(question) == Done()
        (unissued,) = running.last.unissued
        assert unissued.last_attempt is not None
        assert unissued.last_attempt.state is AttemptState.ABSENT
        issued = await running.station.ask(IssueReceipt(question.payment_id))
        assert issued == Recorded(question.payment_id)
    assert len(await bench.receipts()) == 1


async def test_what_the_tape_tells_is_no_matter_for_a_person(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, Recorded)
        decision = SettleByHand(
            payment_id=answer.payment_id, decision=Decision.ABSENT, comment="мне так кажется"
        )
        assert await running.station.ask(decision) == Declined(Objection.NOTHING_TO_SETTLE)


async def test_while_the_tape_can_be_asked_nobody_decides(bench: Bench) -> None:
    await cut_off_after_the_record(bench)
    await bench.pull_out()
    async with bench.station() as running:
        snapshot = await running.until(lambda s: s.unsettled is not None)
        assert snapshot.unsettled is not None
        decision = SettleByHand(
            payment_id=snapshot.unsettled.payment.payment.id,
            decision=Decision.ABSENT,
            comment="мне так кажется",
        )
        assert await running.station.ask(decision) == Declined(Objection.NOTHING_TO_SETTLE)


async def test_a_copy_is_never_a_second_document(bench: Bench) -> None:
    await open_shift(bench)
    async with bench.station() as running:
        await running.station.ask(FIVE_HUNDRED)
        assert await running.station.ask(PrintCopy()) == Done()
    assert len(await bench.receipts()) == 1


async def test_a_journal_put_back_to_an_older_state_issues_no_receipt_twice(bench: Bench) -> None:
    await open_shift(bench)
    bench.fail("paper-out-before@close_receipt")
    async with bench.station() as running:
        answer = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(answer, NotRecorded)
    older = {path: path.read_bytes() for path in bench.path.parent.glob("journal.db*")}
    await bench.by_hand(bench.register.set_paper, True)
    issue = IssueReceipt(answer.payment_id)
    async with bench.station() as running:
        assert await running.station.ask(issue) == Recorded(answer.payment_id)
        lost = await running.station.ask(FIVE_HUNDRED)
        assert isinstance(lost, Recorded)
    for path in bench.path.parent.glob("journal.db*"):
        path.unlink()
    for path, content in older.items():
        path.write_bytes(content)

    async with bench.station() as running:
        assert await running.station.ask(issue) == Declined(Objection.ALREADY_RECORDED)
        assert running.last.without_receipt == 0
        assert len(await bench.receipts()) == 2
