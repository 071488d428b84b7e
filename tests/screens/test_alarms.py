"""Alarms: what each offers, and that it offers nothing else."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from drivers.register import LinkFinding, LinkState, PrintState, ShiftState
from kassa_tui.app import KassaApp
from kassa_tui.journal.shifts import CashDirection, CashMove
from kassa_tui.screens.alarm import AlarmScreen
from kassa_tui.screens.count import CountScreen
from kassa_tui.screens.guide import GuideScreen
from kassa_tui.screens.settle import SettleCallScreen, SettleCashScreen, SettleReceiptScreen
from kassa_tui.station.alarms import AlarmKind, alarms
from kassa_tui.station.answers import Declined, Done, Objection, Tape
from kassa_tui.station.diagnosis import Check
from kassa_tui.station.requests import (
    CallDecision,
    ContinuePrint,
    Decision,
    IssueReceipt,
    ReadTape,
    RotateShift,
    SettleByHand,
    SettleCall,
    SettleCash,
)
from kassa_tui.station.snapshot import CrmState, PoisonedCall, Snapshot
from kassa_tui.station.tape import Doubt
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.guide_words import GUIDES
from tests.screens.test_fit import BOTH_LANGUAGES, states
from tests.screens.till import (
    CALM,
    FN,
    LAST,
    NOW,
    OUTCOME_UNKNOWN,
    REGISTER,
    SILENCE,
    UNISSUED,
    UNKNOWN,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    running,
    text,
)

PORT_IS_GONE = LinkFinding(
    place="/dev/ttyACM0", is_serial=True, state=LinkState.ABSENT, others=("/dev/ttyS0",)
)
SILENT = replace(CALM, silence=SILENCE)
EXPIRED = replace(CALM, register=replace(REGISTER, shift=ShiftState.EXPIRED))
TORN = replace(CALM, register=replace(REGISTER, print_state=PrintState.WAITS_FOR_CONTINUE))
PAPER_OUT = replace(CALM, register=replace(REGISTER, paper_present=False))
CALL = PoisonedCall(
    call_id=UUID(int=71),
    subject=LAST.payment.id,
    name="create_transaction",
    error="client-blocked: Клиент [TOP] заблокирован",
)
POISONED = replace(
    CALM,
    crm=CrmState(
        shift_is_open=True,
        shift_opened_at=NOW,
        failing_since=None,
        queued=0,
        poisoned=1,
        poisoned_calls=(CALL,),
    ),
)
CRM_AWAY = replace(
    CALM,
    crm=CrmState(
        shift_is_open=True,
        shift_opened_at=NOW,
        failing_since=NOW - timedelta(minutes=5),
        queued=3,
        poisoned=0,
    ),
)
MOVE = CashMove(
    id=UUID(int=72),
    shift_id=UUID(int=73),
    direction=CashDirection.OUT,
    kind="expense",
    article_id="7",
    amount=1_500_00,
    comment="вода",
    cashier="Иванова А.",
    occurred_at=NOW - timedelta(minutes=3),
    drawer_before=12_000_00,
)
CASH_UNKNOWN = replace(CALM, unknown_cash_moves=(MOVE,))


def in_doubt(doubt: Doubt) -> Snapshot:
    unsettled = OUTCOME_UNKNOWN.unsettled
    assert unsettled is not None
    return replace(OUTCOME_UNKNOWN, silence=None, unsettled=replace(unsettled, doubt=doubt))


AMBIGUOUS, REPLACED = in_doubt(Doubt.AMBIGUOUS), in_doubt(Doubt.FN_REPLACED)


def screen_lines(app: KassaApp) -> str:
    return " ".join(text(app).split())


def test_every_alarm_has_its_steps() -> None:
    assert set(GUIDES) == set(AlarmKind)
    assert set().union(*GUIDES.values()) <= set(Check)


@BOTH_LANGUAGES
async def test_every_alarm_with_its_steps_fits_the_smallest_screen(language: str) -> None:
    link = ScriptedLink(CALM)
    link.seen = replace(PORT_IS_GONE, place="/dev/serial/by-id/usb-Shtrih-M")
    async with running(face(link)) as pilot:
        await pilot.app.push_screen(AlarmScreen(pilot.app.till))  # type: ignore[attr-defined]
        shown: set[object] = set()
        for told in (*states(), CASH_UNKNOWN, POISONED, CRM_AWAY):
            if shown >= {alarm.kind for alarm in alarms(told)}:
                continue
            link.tell(told)
            for alarm in alarms(told):
                pilot.app.screen.examine()  # type: ignore[attr-defined]
                await pilot.pause()
                await pilot.pause()
                work = pilot.app.screen.query_one("#work")
                last = max(child.region.bottom for child in work.children if child.display)
                assert last <= work.region.bottom, (alarm.kind, text(pilot.app))  # type: ignore[arg-type]
                shown.add(alarm.kind)
                await pilot.press("f9")
        assert shown >= set(AlarmKind) - {AlarmKind.PAYMENT_UNCONFIRMED}


async def test_a_missing_receipt_is_issued_by_its_own_key() -> None:
    link = ScriptedLink(WITHOUT_RECEIPT)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        assert link.asked == [IssueReceipt(UNISSUED.payment.id)]


async def test_a_torn_document_is_printed_again_and_never_issued_again() -> None:
    link = ScriptedLink(TORN)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "п")
        await pilot.pause()
        assert link.asked == [ContinuePrint()]
        assert "но чек не напечатан" in screen_lines(pilot.app)  # type: ignore[arg-type]


async def test_without_paper_nothing_is_offered_but_paper() -> None:
    link = ScriptedLink(PAPER_OUT)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12", "п")
        await pilot.pause()
        assert link.asked == []
        assert "X Бумаги нет. Вставьте бумагу" in screen_lines(pilot.app)  # type: ignore[arg-type]


async def test_the_cable_that_comes_back_is_seen_in_the_open_list() -> None:
    link = ScriptedLink(SILENT)
    link.seen = PORT_IS_GONE
    async with running(face(link)) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        seen = screen_lines(pilot.app)  # type: ignore[arg-type]
        assert "? Кабель плотно вставлен" in seen
        assert "X Порта /dev/ttyACM0 нет; есть: /dev/ttyS0." in seen
        assert "? Отвечает ли ФР, пока неизвестно." in seen
        link.seen = replace(PORT_IS_GONE, state=LinkState.PRESENT)
        pilot.app.screen.examine()  # type: ignore[attr-defined]
        await pilot.pause()
        seen = screen_lines(pilot.app)  # type: ignore[arg-type]
        assert "• Порт /dev/ttyACM0 есть." in seen
        assert "X ФР молчит." in seen


async def test_steps_are_looked_at_only_while_somebody_looks() -> None:
    link = ScriptedLink(SILENT)
    async with running(face(link)) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        alarm = pilot.app.screen
        assert isinstance(alarm, AlarmScreen)
        await pilot.press("f1")
        await pilot.pause()
        before = alarm.diagnosis
        alarm.examine()
        await pilot.pause()
        assert alarm.diagnosis is before


async def test_an_expired_shift_is_closed_and_opened_in_one_step() -> None:
    link = ScriptedLink(EXPIRED)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        assert link.asked == [RotateShift()]


async def test_a_shift_that_wants_a_count_leads_to_the_count() -> None:
    link = ScriptedLink(EXPIRED, Declined(Objection.COUNT_NEEDED))
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        assert isinstance(pilot.app.screen, CountScreen)
        await pilot.press("f10")
        assert "пересчитать наличные" in screen_lines(pilot.app)  # type: ignore[arg-type]


class TapeLink(ScriptedLink):
    """Answers with a tape where it is asked for one."""

    async def ask(self, request: object) -> object:  # type: ignore[override]
        if isinstance(request, ReadTape):
            self.asked.append(request)
            assert LAST.document is not None
            return Tape((replace(LAST.document, fiscal_document_number=1044),))
        return await super().ask(request)  # type: ignore[arg-type]


async def test_an_ambiguous_document_is_decided_with_both_sides_in_sight() -> None:
    link = TapeLink(AMBIGUOUS)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SettleReceiptScreen)
        await pilot.pause()
        seen = screen_lines(pilot.app)  # type: ignore[arg-type]
        assert f"Отправлен в ФН {FN} после ФД 1043." in seen
        assert "ФД 1044" in seen
        await pilot.press("f12")
        assert "Напишите, кто решил" in screen_lines(pilot.app)  # type: ignore[arg-type]
        screen.comment.value = "Иванова, лента ФР"
        screen.query_one("#document", TextField).value = "1044"
        await pilot.press("f12")
        await pilot.pause()
        decision = SettleByHand(
            payment_id=UNKNOWN.payment.id,
            decision=Decision.RECORDED,
            comment="Иванова, лента ФР",
            fiscal_document_number=1044,
        )
        assert link.asked == [ReadTape(1044, 1043), decision]


async def test_a_document_of_a_replaced_fn_needs_its_sign() -> None:
    link = ScriptedLink(REPLACED)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SettleReceiptScreen)
        screen.comment.value = "кабинет ОФД"
        screen.query_one("#document", TextField).value = "1044"
        await pilot.press("f12")
        assert link.asked == []
        screen.query_one("#sign", TextField).value = "12345"
        await pilot.press("f12")
        await pilot.pause()
        (asked,) = link.asked
        assert isinstance(asked, SettleByHand)
        assert asked.fiscal_sign == 12345


async def test_a_record_is_told_again_at_once_and_dropped_only_with_a_reason() -> None:
    link = ScriptedLink(POISONED)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SettleCallScreen)
        assert "Клиент [TOP] заблокирован" in screen_lines(pilot.app)  # type: ignore[arg-type]
        await pilot.press("2", "f12")
        assert link.asked == []
        await pilot.press("1", "f12")
        await pilot.pause()
        again = SettleCall(call_id=CALL.call_id, decision=CallDecision.TELL_AGAIN)
        assert link.asked == [again]


async def test_of_a_record_that_nobody_knows_of_the_cashier_reads_where_to_look() -> None:
    unclear = replace(CALL, error="outcome-unclear: top_up of 500.00 roubles, client cl_1")
    assert POISONED.crm is not None
    told = replace(POISONED, crm=replace(POISONED.crm, poisoned_calls=(unclear,)))
    async with running(face(ScriptedLink(told))) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        shown = screen_lines(pilot.app)  # type: ignore[arg-type]
        assert "если она там есть, снимите её здесь; если нет, сообщите снова" in shown
        assert "Сообщить CRM снова" in shown


async def test_a_cut_movement_of_cash_is_settled_by_a_person() -> None:
    link = ScriptedLink(CASH_UNKNOWN)
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SettleCashScreen)
        assert "выплачено 1 500,00" in screen_lines(pilot.app)  # type: ignore[arg-type]
        await pilot.press("2", "enter", *"X 17", "f12")
        await pilot.pause()
        assert link.asked == [SettleCash(movement_id=MOVE.id, moved=False, comment="X 17")]


async def test_what_is_typed_stays_when_the_decision_is_declined() -> None:
    link = ScriptedLink(CASH_UNKNOWN, Declined(Objection.JOURNAL_FAILED))
    async with running(face(link)) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        await pilot.press("enter", *"abc", "f12")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, SettleCashScreen)
        assert screen.comment.value == "abc"
        link.answer = Done()
        await pilot.press("f12")
        await pilot.pause()
        assert screen.comment.value == ""


@pytest.mark.parametrize("key", ["w", "ч"])
async def test_all_steps_are_reached_from_the_help(key: str) -> None:
    async with running(face(ScriptedLink(SILENT))) as pilot:
        await pilot.press("f1", key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, GuideScreen)
        seen = screen_lines(pilot.app)  # type: ignore[arg-type]
        assert "X ФР молчит." in seen
        assert "• Журнал записывается." not in seen
        await pilot.press("f7")
        await pilot.pause()
        assert "• Журнал записывается." in screen_lines(pilot.app)  # type: ignore[arg-type]
