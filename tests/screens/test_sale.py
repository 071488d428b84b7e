"""The sale by keys."""

from dataclasses import replace

import pytest
from textual import events

from drivers.register import PrintState, Reason
from kassa_tui.journal.records import PayBy
from kassa_tui.screens.alarm import AlarmScreen
from kassa_tui.screens.help import HelpScreen
from kassa_tui.screens.leave import LeaveScreen
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.station.answers import Declined, NotRecorded, Objection, Recorded, Uncertain
from kassa_tui.station.requests import ContinuePrint, IssueReceipt, PrintCopy, TakePayment
from kassa_tui.widgets.sale.draft import Operation
from tests.screens.till import (
    CALM,
    LAST,
    OUTCOME_UNKNOWN,
    REGISTER,
    SHIFT_CLOSED,
    UNISSUED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    running,
    text,
)

RECORDED = Recorded(LAST.payment.id)
FIVE_HUNDRED = TakePayment(total=500_00, pay_by=PayBy.CASH)


async def test_a_payment_is_taken_by_keys_alone() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("v", "enter", *"500", "enter", "enter", *"1000", "f12")
        await pilot.pause()
        assert link.asked == [
            TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client="v")
        ]
        assert isinstance(app.screen, ReceiptScreen)
        await pilot.press("enter")
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.is_blank
        assert app.screen.focused is app.screen.form.client


async def test_a_card_asks_for_no_cash() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"7,5", "enter", "2", "+")
        await pilot.pause()
        assert link.asked == [TakePayment(total=7_50, pay_by=PayBy.CARD)]


@pytest.mark.parametrize("keys", [["enter"] * 8, ["f12"], ["+"], ["enter", "0", "f12"]])
async def test_nothing_is_taken_without_a_sum_and_its_own_key(keys: list[str]) -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        assert link.asked == []


async def test_a_held_enter_takes_no_money() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", *["enter"] * 10)
        await pilot.pause()
        assert link.asked == []


async def test_a_plus_in_the_clients_field_is_text() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press(*"+7")
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.client.value == "+7"
        assert link.asked == []


async def test_a_second_confirmation_while_one_is_in_work_does_nothing() -> None:
    link = ScriptedLink(CALM, answer=None)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12", "f12", "f12")
        await pilot.pause()
        assert link.asked == [FIVE_HUNDRED]
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.kopecks == 500_00


async def test_too_little_cash_is_said_where_it_is_typed() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "enter", "enter", *"400", "f12")
        await pilot.pause()
        assert link.asked == []
        assert "Дано меньше, чем к оплате" in text(app)
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.focused is app.screen.form.tendered


async def test_a_declined_payment_keeps_what_was_typed_and_says_why() -> None:
    link = ScriptedLink(SHIFT_CLOSED, Declined(Reason.SHIFT_CLOSED))
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12")
        await pilot.pause()
        assert "Деньги не приняты: смена закрыта" in text(app)
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.kopecks == 500_00
        await pilot.press("backspace")
        await pilot.pause()
        assert "Деньги не приняты" not in text(app)


@pytest.mark.parametrize(
    ("answer", "told", "words"),
    [
        (
            NotRecorded(UNISSUED.payment.id, Reason.PAPER_OUT),
            WITHOUT_RECEIPT,
            "Деньги приняты (500,00), а чека нет",
        ),
        (Uncertain(UNISSUED.payment.id), OUTCOME_UNKNOWN, "исход чека неизвестен"),
    ],
)
async def test_money_that_is_noted_clears_the_form_and_raises_the_alarm(
    answer: NotRecorded | Uncertain, told: object, words: str
) -> None:
    link = ScriptedLink(CALM, answer)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500")
        link.tell(told)  # type: ignore[arg-type]
        await pilot.press("f12")
        await pilot.pause()
        assert words in text(app)
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.is_blank


async def test_an_alarm_takes_neither_the_cursor_nor_what_is_typed() -> None:
    link = ScriptedLink(CALM)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"50")
        link.tell(WITHOUT_RECEIPT)
        await pilot.press("0")
        await pilot.pause()
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.value == "500"
        link.tell(CALM)
        await pilot.pause()
        assert "чека нет" not in text(app)


async def test_f8_and_only_f8_clears_the_form() -> None:
    link = ScriptedLink(CALM)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f3", "f10", "f1", "f10")
        await pilot.resize_terminal(120, 40)
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.kopecks == 500_00
        await pilot.press("f8")
        assert app.screen.form.is_blank


async def test_a_missing_receipt_is_issued_from_its_alarm() -> None:
    link = ScriptedLink(WITHOUT_RECEIPT, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f9")
        assert isinstance(app.screen, AlarmScreen)
        await pilot.press("enter")
        assert link.asked == []
        await pilot.press("f12")
        await pilot.pause()
        assert link.asked == [IssueReceipt(UNISSUED.payment.id)]
        assert isinstance(app.screen, ReceiptScreen)


async def test_a_torn_print_is_continued_from_its_alarm() -> None:
    torn = replace(CALM, register=replace(REGISTER, print_state=PrintState.WAITS_FOR_CONTINUE))
    link = ScriptedLink(torn)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f9", "f12")
        await pilot.pause()
        assert link.asked == [ContinuePrint()]


@pytest.mark.parametrize("key", ["п", "g", "p", "з"])
async def test_a_copy_is_printed_by_its_letter_in_any_layout(key: str) -> None:
    link = ScriptedLink(CALM)
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(ReceiptScreen(app.till, LAST.payment.id))
        await pilot.press(key)
        await pilot.pause()
        assert link.asked == [PrintCopy()]


async def test_only_the_last_document_can_be_copied() -> None:
    link = ScriptedLink(CALM)
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(ReceiptScreen(app.till, CALM.payments[1].payment.id))
        await pilot.press("п")
        await pilot.pause()
        assert link.asked == []
        assert "Печать копии" not in text(app)


@pytest.mark.parametrize("key", ["f10", "escape", "ctrl+b", "ctrl+q"])
async def test_leaving_asks_when_something_is_open(key: str) -> None:
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    async with running(app) as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, LeaveScreen)
        assert "Оплат без чека: 1" in text(app)
        await pilot.press("f10")
        assert isinstance(app.screen, SaleScreen)
        await pilot.press(key, "f12")
        assert not app.is_running


async def test_leaving_a_calm_till_asks_nothing() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await pilot.press("f10")
        assert not app.is_running


@pytest.mark.parametrize("key", ["f1", "ctrl+g"])
async def test_help_names_the_keys_of_the_screen(key: str) -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await pilot.press(key)
        assert isinstance(app.screen, HelpScreen)
        for command in SaleScreen.KEYS:
            assert command.key_text in text(app)


async def test_a_till_whose_station_has_said_nothing_takes_nothing() -> None:
    link = ScriptedLink(None, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12")
        await pilot.pause()
        assert link.asked == []
        assert "Станция запускается" in text(app)


async def test_every_objection_is_told_in_words() -> None:
    link = ScriptedLink(CALM)
    app = face(link)
    async with running(app) as pilot:
        for reason in (*Reason, *Objection):
            link.answer = Declined(reason)
            app.screen.query_one("#total").value = "500"  # type: ignore[attr-defined]
            await pilot.press("f12")
            await pilot.pause()
            shown = " ".join(text(app).split())
            assert "Деньги не приняты: " in shown, reason
            assert f": {reason.value}" not in shown


async def test_a_burst_of_keys_goes_into_the_fields_it_is_meant_for() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        for key in ("4", "2", "enter", "5", "0", "0", "enter", "enter", "7", "0", "0"):
            app.post_message(events.Key(key, None if key == "enter" else key))
        await pilot.pause()
        assert isinstance(app.screen, SaleScreen)
        form = app.screen.form
        assert form.client.value == "42"
        assert (form.total.kopecks, form.tendered.kopecks) == (500_00, 700_00)


async def test_a_digit_right_behind_f2_is_the_operations() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        for key, character in (("f2", None), ("5", "5")):
            app.post_message(events.Key(key, character))
        await pilot.pause()
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.client.value == ""
        assert app.screen.form.draft.operation is Operation.WITHDRAWAL
