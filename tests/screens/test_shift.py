"""The shift by keys: how it stands, opened, closed, turned over, and cash beside sales."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from drivers.register import Reason, ShiftState
from kassa_tui.journal.shifts import CashDirection
from kassa_tui.screens.cash import CashScreen
from kassa_tui.screens.count import CountScreen
from kassa_tui.screens.end_report import EndReportScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.screens.shift import ShiftScreen
from kassa_tui.station.answers import Declined, Done, Objection, ShiftReport, Uncertain
from kassa_tui.station.closing_preview import ClosingPreview, PreviewClosing, StopAddingUp
from kassa_tui.station.inquiries import Article, Articles, ListArticles
from kassa_tui.station.requests import (
    CashKind,
    CloseShift,
    MoveCash,
    OpenShift,
    RotateShift,
    XReport,
)
from kassa_tui.station.snapshot import Snapshot, TapeReading
from tests.screens.till import (
    NOW,
    OUTCOME_UNKNOWN,
    REGISTER,
    SHIFT,
    SHIFT_CLOSED,
    SHIFT_EXPIRED,
    SHIFT_OPEN,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    running,
    text,
)

TOTAL = 13_380_50
PREVIEW = ClosingPreview(
    register_total=TOTAL,
    journal_total=TOTAL,
    crm_total=TOTAL,
    waiting=0,
    poisoned=0,
    without_receipt=0,
    unsettled=0,
)
REPORT = ShiftReport(
    counted_cash=480_00,
    expected_cash=500_00,
    discrepancy=-20_00,
    journal_total=TOTAL,
    register_total=TOTAL,
    crm_total=TOTAL,
    waiting=0,
)
ARTICLES = Articles(
    (
        Article(id="art_change", name="Размен", direction=CashDirection.IN),
        Article(id="art_stock", name="Закупка [бара]", direction=CashDirection.OUT),
        Article(id="art_house", name="Хозяйственные", direction=CashDirection.OUT),
    )
)


def link_to(snapshot: Snapshot, **answers: object) -> ScriptedLink:
    """A station that adds a shift up and lists its articles."""
    link = ScriptedLink(snapshot)
    link.answers = {PreviewClosing: PREVIEW, ListArticles: ARTICLES}
    return link


def asked(link: ScriptedLink) -> list[object]:
    """What changes something."""
    return [one for one in link.asked if not isinstance(one, PreviewClosing | ListArticles)]


def words(app: object) -> str:
    return " ".join(text(app).split())  # type: ignore[arg-type]


async def test_an_open_shift_is_told_with_both_clocks_and_every_method() -> None:
    app = face(link_to(SHIFT_OPEN))
    async with running(app) as pilot:
        await pilot.press("f3")
        shown = words(app)
        assert "Смена 27 открыта" in shown
        assert "ФР • 5 ч 12 мин, ещё 18 ч 48 мин" in shown
        assert "CRM • 5 ч 12 мин, ещё 18 ч 48 мин" in shown
        assert "наличные 13 180,50 100,00 13 080,50" in shown
        assert "Инкассировано 5 000,00" in shown
        assert "•ОФД 0" in shown


@pytest.mark.parametrize(
    ("hours", "said"),
    [(22.9, "• 22 ч 54 мин, ещё 1 ч 6 мин"), (23, "! 23 ч 0 мин, ещё 1 ч 0 мин")],
)
async def test_each_clock_warns_from_23_hours(hours: float, said: str) -> None:
    ago = NOW - timedelta(hours=hours)
    assert SHIFT_OPEN.crm is not None
    for snapshot, name in (
        (replace(SHIFT_OPEN, register=replace(REGISTER, shift_opened_at=ago)), "ФР"),
        (replace(SHIFT_OPEN, crm=replace(SHIFT_OPEN.crm, shift_opened_at=ago)), "CRM"),
    ):
        app = face(link_to(snapshot))
        async with running(app) as pilot:
            await pilot.press("f3")
            assert f"{name} {said}" in words(app)


async def test_what_should_be_in_the_drawer_is_not_shown_before_it_is_counted() -> None:
    told = replace(SHIFT_OPEN, register=replace(REGISTER, cash_in_drawer=9_876_54))
    link = link_to(told)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3")
        assert "9 876,54" not in text(app)
        await pilot.press("з")
        await pilot.pause()
        assert "9 876,54" not in text(app)
    open_count = replace(told, shift=replace(SHIFT, blind_count=False))
    app = face(link_to(open_count))
    async with running(app) as pilot:
        await pilot.press("f3")
        assert "В ящике по ФР 9 876,54" in words(app)


async def test_the_shift_is_opened_with_the_count_on_the_confirming_key() -> None:
    link = link_to(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "enter", "f12", *"1000", "enter", "enter", "enter")
        await pilot.pause()
        assert asked(link) == []
        await pilot.press("f12")
        await pilot.pause()
        assert asked(link) == [OpenShift(counted_cash=1_000_00)]
        assert isinstance(app.screen, ShiftScreen)


async def test_a_count_left_empty_is_what_the_last_shift_left() -> None:
    link = link_to(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "f12", "f12")
        await pilot.pause()
        assert asked(link) == [OpenShift()]


async def test_presses_too_many_do_not_close_the_shift_that_the_first_has_opened() -> None:
    link = link_to(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "f12", "f12")
        await pilot.pause()
        link.tell(SHIFT_OPEN)
        await pilot.press("f12", "f12", "f12")
        await pilot.pause()
        assert asked(link) == [OpenShift()]


async def test_a_count_that_differs_is_told_and_needs_a_comment() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[CloseShift] = Declined(Objection.COMMENT_NEEDED, "-2000")
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "p", *"480", "f12")
        await pilot.pause()
        assert "Недостача: 20,00. Ожидалось: 500,00." in words(app)
        link.answers[CloseShift] = Done(REPORT)
        await pilot.press(*"mistake", "f12")
        await pilot.pause()
        assert asked(link) == [
            CloseShift(counted_cash=480_00),
            CloseShift(counted_cash=480_00, comment="mistake"),
        ]
        assert isinstance(app.screen, EndReportScreen)
        shown = words(app)
        assert "Посчитано 480,00" in shown
        assert "! Недостача: 20,00" in shown
        assert "• Итоги сошлись." in shown


@pytest.mark.parametrize("key", ["з", "p", "c", "с", "З", "P"])
async def test_the_close_is_reached_by_its_letter_in_any_layout(key: str) -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", key)
        assert isinstance(app.screen, CountScreen)
        assert "Закрыть смену" in text(app)


async def test_the_three_totals_are_shown_before_the_close_can_be_confirmed() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[PreviewClosing] = None
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"500", "f12")
        await pilot.pause()
        assert asked(link) == []
        assert "ФР складывает ленту" in text(app)
        await pilot.press("f10")
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        await pilot.pause()
        shown = words(app)
        for line in ("По ленте ФР 13 380,50", "По журналу 13 380,50", "По CRM 13 380,50"):
            assert line in shown
        assert "• Итоги сошлись." in shown


READING = TapeReading(done=120, of=300, since=NOW - timedelta(seconds=12))


async def test_reading_the_tape_shows_how_far_it_is_and_can_be_given_up() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[PreviewClosing] = None
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"500")
        link.tell(replace(SHIFT_OPEN, reading=READING))
        await pilot.pause()
        assert "ФР складывает ленту: 120 из 300..." in words(app)
        assert "F10 Не ждать" in words(app)
        await pilot.press("f10")
        await pilot.pause()
        assert isinstance(app.screen, CountScreen)
        assert asked(link) == [StopAddingUp()]
        link.tell(SHIFT_OPEN)
        await pilot.press("f10")
        assert isinstance(app.screen, ShiftScreen)
        assert asked(link) == [StopAddingUp()]


async def test_the_tape_that_is_read_behind_a_close_is_waited_for() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[CloseShift] = None
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"500", "f12")
        link.tell(replace(SHIFT_OPEN, reading=READING))
        await pilot.press("f10")
        assert isinstance(app.screen, ShiftScreen)
        assert asked(link) == [CloseShift(counted_cash=500_00)]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (replace(PREVIEW, crm_total=1), "! Итоги расходятся"),
        (replace(PREVIEW, register_total=None), "? Известны не все итоги"),
        (replace(PREVIEW, without_receipt=2), "Оплат без чека ! 2"),
        (replace(PREVIEW, waiting=1, poisoned=2), "Ещё не дошло до CRM ! 3"),
        (replace(PREVIEW, unsettled=1), "X Исход чека неизвестен"),
    ],
)
async def test_what_does_not_agree_is_said(told: ClosingPreview, said: str) -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[PreviewClosing] = told
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        await pilot.pause()
        assert said in words(app)


async def test_a_shift_whose_totals_cannot_be_told_can_be_closed_all_the_same() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[PreviewClosing] = Declined(Reason.UNREACHABLE)
    link.answers[CloseShift] = Done(REPORT)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        await pilot.pause()
        assert "Итоги не узнать: ФР не отвечает" in text(app)
        await pilot.press(*"500", "f12")
        await pilot.pause()
        assert asked(link) == [CloseShift(counted_cash=500_00)]


async def test_the_totals_are_asked_for_again_when_something_was_recorded() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        link.tell(replace(SHIFT_OPEN, at=NOW + timedelta(seconds=3)))
        await pilot.pause()
        assert link.asked.count(PreviewClosing()) == 1
        fn = replace(REGISTER.fn, last_fiscal_document_number=1044)
        link.tell(replace(SHIFT_OPEN, register=replace(REGISTER, fn=fn)))
        await pilot.pause()
        assert link.asked.count(PreviewClosing()) == 2


async def test_a_late_answer_of_an_older_look_is_dropped() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, CountScreen)
        screen.post_message(CountScreen.Previewed(0, replace(PREVIEW, journal_total=1)))
        await pilot.pause()
        assert "Итоги сошлись" in text(app)


async def test_what_was_typed_stays_when_the_form_is_left() -> None:
    link = link_to(replace(SHIFT_OPEN, **_alarmed()))
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"480", "enter", *"why", "f9", "f10", "f10", "f10")
        assert isinstance(app.screen, SaleScreen)
        await pilot.press("f3", "з")
        await pilot.pause()
        assert isinstance(app.screen, CountScreen)
        assert app.screen.counted.kopecks == 480_00
        assert app.screen.comment.value == "why"
        await pilot.press("f8")
        assert app.screen.counted.is_blank
        assert app.screen.comment.value == ""


def _alarmed() -> dict[str, object]:
    return {"payments": WITHOUT_RECEIPT.payments, "unissued": WITHOUT_RECEIPT.unissued}


async def test_a_closing_goes_on_when_its_form_is_left() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[CloseShift] = None
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"500", "f12")
        await pilot.pause()
        form = app.screen
        assert isinstance(form, CountScreen)
        assert "ФР работает" in text(app)
        await pilot.press("f12", "f8")
        assert asked(link) == [CloseShift(counted_cash=500_00)]
        await pilot.press("f10")
        form.post_message(CountScreen.Answered(Done(REPORT)))
        await pilot.pause()
        assert isinstance(app.screen, ShiftScreen)
        await pilot.press("о")
        assert isinstance(app.screen, EndReportScreen)


@pytest.mark.parametrize("keys", [["f12"], ["н"], ["y"]])
async def test_an_expired_shift_is_closed_and_opened_in_one_step(keys: list[str]) -> None:
    link = link_to(SHIFT_EXPIRED)
    link.answers[RotateShift] = Done(REPORT)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", *keys, *"500", "f12")
        await pilot.pause()
        assert asked(link) == [RotateShift(counted_cash=500_00)]
        assert isinstance(app.screen, EndReportScreen)


async def test_an_expired_shift_can_be_closed() -> None:
    link = link_to(SHIFT_EXPIRED)
    link.answers[CloseShift] = Done(REPORT)
    app = face(link)
    async with running(app) as pilot:
        assert "больше 24 часов" in text(app)
        await pilot.press("f3")
        assert "ФР X больше 24 ч" in words(app)
        await pilot.press("з", "f12")
        await pilot.pause()
        assert asked(link) == [CloseShift()]


async def test_a_close_whose_answer_is_lost_says_where_to_look() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[CloseShift] = Uncertain()
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", *"500", "f12")
        await pilot.pause()
        assert "ФР не ответил; состояние смены видно" in words(app)
        assert isinstance(app.screen, CountScreen)
        assert app.screen.counted.kopecks == 500_00


async def test_an_x_report_is_printed() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "х")
        await pilot.pause()
        assert asked(link) == [XReport()]
        assert "Х-отчёт печатается" in text(app)


async def test_a_collection_takes_cash_out_and_needs_no_article() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "и", *"5000", "enter", "f12")
        await pilot.pause()
        (moved,) = asked(link)
        assert moved == MoveCash(
            amount=-5_000_00, kind=CashKind.COLLECTION, movement_id=UUID(int=1)
        )
        assert "Наличные проведены" in text(app)
        assert isinstance(app.screen, CashScreen)
        assert app.screen.amount.is_blank


async def test_cash_goes_out_under_an_article_with_a_comment() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "р", *"150", "enter", "enter", "right", "enter", "f12")
        await pilot.pause()
        assert asked(link) == []
        assert "Напишите в комментарии" in text(app)
        await pilot.press(*"lamps", "f12")
        await pilot.pause()
        (moved,) = asked(link)
        assert isinstance(moved, MoveCash)
        assert (moved.amount, moved.kind, moved.article_id, moved.comment) == (
            -150_00,
            CashKind.EXPENSE,
            "art_house",
            "lamps",
        )


async def test_change_comes_in_without_a_comment() -> None:
    link = link_to(SHIFT_OPEN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "в", *"1000", "f12")
        await pilot.pause()
        (moved,) = asked(link)
        assert isinstance(moved, MoveCash)
        assert (moved.amount, moved.kind, moved.article_id) == (
            1_000_00,
            CashKind.CHANGE_FUND,
            "art_change",
        )


async def test_an_unsure_movement_is_asked_for_again_under_its_own_id() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[MoveCash] = Uncertain()
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "и", *"5000", "f12")
        await pilot.pause()
        assert "второй раз наличные не проведутся" in text(app)
        await pilot.press("7", "f12")
        await pilot.pause()
        first, second = asked(link)
        assert first == second
        link.answers[MoveCash] = Done()
        await pilot.press("f12")
        await pilot.pause()
        await pilot.press(*"100", "f12")
        await pilot.pause()
        ids = [one.movement_id for one in asked(link) if isinstance(one, MoveCash)]
        assert ids[0] == ids[1] == ids[2] != ids[3]


async def test_a_declined_movement_may_be_corrected_and_is_another_one_then() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[MoveCash] = Declined(Objection.NOT_ENOUGH_CASH)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "и", *"5000", "f12")
        await pilot.pause()
        assert "в ящике мало наличных" in text(app)
        await pilot.press("f12")
        await pilot.pause()
        first, second = asked(link)
        assert isinstance(first, MoveCash)
        assert isinstance(second, MoveCash)
        assert first.amount == second.amount
        assert first.movement_id != second.movement_id


async def test_without_articles_no_cash_is_moved_but_collected() -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[ListArticles] = Declined(Objection.CRM_NEEDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "в")
        await pilot.pause()
        assert "Статей нет: CRM не отвечает" in text(app)
        await pilot.press(*"100", "f12")
        await pilot.pause()
        assert asked(link) == []


async def test_a_silent_register_offers_nothing() -> None:
    link = link_to(OUTCOME_UNKNOWN)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "f12", "з", "н", "и", "в", "р", "х")
        assert isinstance(app.screen, ShiftScreen)
        assert asked(link) == []
        assert "ФР не говорит, открыта ли смена" in text(app)
        assert "ФР ? 5 ч 12 мин" in words(app)
        assert "?ОФД 0" in text(app).split("Не дошло")[1]


async def test_a_closed_shift_offers_only_to_be_opened() -> None:
    link = link_to(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з", "н", "и", "в", "р", "х")
        assert isinstance(app.screen, ShiftScreen)
        assert asked(link) == []


async def test_a_shift_that_only_the_crm_has_open_can_be_closed() -> None:
    link = link_to(
        replace(SHIFT_OPEN, shift=None, register=replace(REGISTER, shift=ShiftState.CLOSED))
    )
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f3", "з")
        await pilot.pause()
        assert isinstance(app.screen, CountScreen)
