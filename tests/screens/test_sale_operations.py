"""Each operation of the sale screen, by keys."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from kassa_tui.journal.records import PayBy
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.station.answers import (
    Answer,
    Declined,
    Noted,
    NotRecorded,
    Objection,
    Recorded,
    Several,
    TurnedDown,
)
from kassa_tui.station.basket import Paid
from kassa_tui.station.inquiries import Clients, FindClients
from kassa_tui.station.requests import AdjustBalance, RefundSale, Sell, TakePayment, Withdraw
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.form import PaymentForm
from kassa_tui.widgets.sale.search import SearchField
from tests.screens.club import BAR, CHIPS, CLIENTS, GOODS, TARIFFS
from tests.screens.till import (
    CALM,
    LAST,
    PAYMENTS,
    SALE,
    UNISSUED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    running,
    text,
)

RECORDED = Recorded(LAST.payment.id)
CHIPS_CODE, BAR_CODE, COLA_CODE = "2000000000046", "2000000000053", "2000000000022"


def form(pilot: Pilot[Any]) -> PaymentForm:
    assert isinstance(pilot.app.screen, SaleScreen)
    return pilot.app.screen.form


async def until(pilot: Pilot[Any], is_so: Callable[[], object]) -> None:
    for _ in range(500):
        if is_so():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came to be")


async def look(pilot: Pilot[Any], field: SearchField[Any], typed: str) -> None:
    """Type into a field that has the cursor, and wait for what is found."""
    field.value = typed
    await until(pilot, lambda: not field.waits)
    await pilot.pause()


async def choose_client(pilot: Pilot[Any], typed: str = "6617") -> None:
    await look(pilot, form(pilot).client, typed)
    await pilot.press("enter")
    await until(pilot, lambda: form(pilot).draft.client is not None)


async def at_goods(pilot: Pilot[Any]) -> None:
    """On the field where goods are picked."""
    await pilot.press("f2", "3", "enter", "enter")
    assert pilot.app.screen.focused is form(pilot).widget(Field.ITEM)


async def scan(pilot: Pilot[Any], code: str) -> None:
    """A scanner: thirteen digits and Enter before anything is handled."""
    for digit in code:
        pilot.app.post_message(events.Key(digit, digit))
    pilot.app.post_message(events.Key("enter", None))
    await pilot.pause()
    await pilot.pause()


def picked(pilot: Pilot[Any]) -> list[tuple[str, Decimal]]:
    return [(line.item.name, line.quantity) for line in form(pilot).draft.picked]


# Top-up


async def test_a_known_client_is_topped_up_with_two_keys_beside_the_digits() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        keys = [*"6617", "enter", *"500", "f12"]
        assert len([key for key in keys if not key.isdigit()]) <= 12
        await pilot.press(*keys)
        await until(pilot, lambda: link.asked or "Выберите" in text(app))
        if not link.asked:  # the search had not come back yet
            await pilot.press("f12")
        await until(pilot, lambda: link.asked)
        (request,) = link.asked
        assert request == TakePayment(
            total=500_00, pay_by=PayBy.CASH, client="Иван П.", client_id="cl_41"
        )


async def test_a_chosen_client_is_shown_masked_with_his_accounts() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await choose_client(pilot)
        shown = text(app)
        assert "Иван П." in shown
        assert "+7 *** ***-66-17" in shown
        assert "баланс 1 250,00, бонусы 90,00" in shown
        assert "ЗАБЛОКИРОВАН" not in shown


async def test_a_blocked_client_is_shown_so() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await choose_client(pilot, "7576")
        assert "X ЗАБЛОКИРОВАН" in text(app)


async def test_the_arrows_choose_among_several_and_the_names_stand_letter_by_letter() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await look(pilot, form(pilot).client, "vip")
        assert "Найдено: 2" in text(app)
        assert "> Иван П." in text(app)
        await pilot.press("down")
        assert "> Клан [TOP] Вася" in text(app)
        await pilot.press("enter")
        await until(pilot, lambda: form(pilot).draft.client == CLIENTS[1])


async def test_no_money_is_taken_while_one_of_several_has_to_be_chosen() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await look(pilot, form(pilot).client, "vip")
        form(pilot).total.value = "500"
        await pilot.press("f12")
        assert link.asked == []
        assert "Выберите клиента" in text(app)
        assert app.screen.focused is form(pilot).client


async def test_typing_on_forgets_the_client_that_was_chosen() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await choose_client(pilot)
        await pilot.press("up", "backspace")
        assert form(pilot).draft.client is None
        assert "Иван П." not in text(app)


async def test_an_answer_to_what_is_no_longer_typed_is_dropped() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        field = form(pilot).client
        late = FindClients("66")
        field.value = "6617"
        field.answered(late, Clients(CLIENTS))
        assert field.found is None
        await until(pilot, lambda: not field.waits)
        assert field.found == CLIENTS[:1]


async def test_a_card_scanned_before_the_answer_chooses_its_only_client() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await scan(pilot, "20000041")
        assert app.screen.focused is form(pilot).total
        await until(pilot, lambda: form(pilot).draft.client == CLIENTS[0])


async def test_what_f12_does_is_told_as_soon_as_the_client_is_found() -> None:
    app = face(ScriptedLink(CALM))
    app._redraw_s = 3600.0  # nothing is drawn by the clock
    async with running(app) as pilot:
        await pilot.press(*"6617", "enter", *"500")
        await until(pilot, lambda: form(pilot).draft.client is not None)
        await pilot.pause()
        assert "F12 принять 500,00" in text(app)


async def test_a_search_that_hangs_keeps_no_key_waiting() -> None:
    link = ScriptedLink(CALM, RECORDED)
    link.finds = False
    app = face(link)
    async with running(app) as pilot:
        await pilot.press(*"6617", "enter", *"500")
        await until(pilot, lambda: "Ищу клиента" in text(app))
        assert form(pilot).total.kopecks == 500_00
        await pilot.press("f12")
        assert link.asked == []
        await pilot.press("f3", "f10", "f1", "f10")
        assert form(pilot).total.kopecks == 500_00


async def test_a_crm_that_is_away_is_told_beside_the_field() -> None:
    link = ScriptedLink(CALM)
    link.answers[FindClients] = Declined(Objection.CRM_NEEDED)
    app = face(link)
    async with running(app) as pilot:
        form(pilot).client.value = "6617"
        await until(pilot, lambda: "CRM не отвечает" in text(app))


# Goods


async def test_goods_are_found_by_name_and_paid_by_card() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_goods(pilot)
        await look(pilot, form(pilot).widget(Field.ITEM), "батон")
        assert "Шоколадный батончик [50 г]" in text(app)
        await pilot.press("enter")
        await until(pilot, lambda: picked(pilot))
        assert form(pilot).widget(Field.ITEM).value == ""
        await pilot.press("enter")
        await pilot.press("3", "enter", "2")
        await until(pilot, lambda: picked(pilot) == [(BAR.name, 3)])
        await pilot.press("f12")
        await until(pilot, lambda: link.asked)
        assert link.asked == [Sell(lines=(BAR.line(Decimal(3)),), paid=Paid(card=210_00))]
        await until(pilot, lambda: isinstance(app.screen, ReceiptScreen))


async def test_what_there_is_can_be_chosen_without_typing() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_goods(pilot)
        await until(pilot, lambda: form(pilot).widget(Field.ITEM).found == GOODS)
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: picked(pilot) == [(BAR.name, 1)])


async def test_a_scanner_adds_lines_and_confirms_nothing() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_goods(pilot)
        for code in (CHIPS_CODE, BAR_CODE, CHIPS_CODE):
            await scan(pilot, code)
        await until(pilot, lambda: len(picked(pilot)) == 2)
        await until(pilot, lambda: dict(picked(pilot)) == {CHIPS.name: 2, BAR.name: 1})
        assert link.asked == []
        assert "330,00" in text(app)


async def test_enter_walks_on_though_the_list_of_goods_is_still_on_its_way() -> None:
    link = ScriptedLink(CALM)
    async with running(face(link)) as pilot:
        await at_goods(pilot)
        await look(pilot, form(pilot).widget(Field.ITEM), BAR_CODE)
        link.finds = False
        await pilot.press("enter", "enter")
        await until(pilot, lambda: pilot.app.screen.focused is not form(pilot).widget(Field.ITEM))


@pytest.mark.parametrize("field", ["client", "lines", "method", "tendered", "contact", "paper"])
async def test_a_scan_into_any_field_adds_its_line_and_changes_nothing_else(field: str) -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_goods(pilot)
        await scan(pilot, BAR_CODE)
        await until(pilot, lambda: picked(pilot))
        before = form(pilot).draft
        app.screen.query_one(f"#{field}").focus()
        await pilot.pause()
        await scan(pilot, CHIPS_CODE)
        await until(pilot, lambda: picked(pilot) == [(BAR.name, 1), (CHIPS.name, 1)])
        assert replace(form(pilot).draft, picked=before.picked) == before
        assert app.screen.focused is form(pilot).widget(Field.ITEM)
        assert link.asked == []


async def test_marked_goods_are_refused_with_words() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_goods(pilot)
        await scan(pilot, COLA_CODE)
        await until(pilot, lambda: "Маркированный товар" in text(app))
        assert picked(pilot) == []


async def test_a_barcode_that_nobody_knows_is_told() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_goods(pilot)
        await scan(pilot, "4006381333931")
        await until(pilot, lambda: "Товара с кодом 4006381333931" in text(app))


async def test_the_age_is_confirmed_in_the_form() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_goods(pilot)
        await look(pilot, form(pilot).widget(Field.ITEM), "кальян")
        await pilot.press("enter")
        await until(pilot, lambda: picked(pilot))
        await pilot.press("f12")
        assert link.asked == []
        assert "Нужен документ" in text(app)
        await pilot.press("2", "f12")
        await until(pilot, lambda: link.asked)
        (request,) = link.asked
        assert isinstance(request, Sell)
        assert request.age_confirmed


async def test_a_line_goes_by_delete() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_goods(pilot)
        await scan(pilot, BAR_CODE)
        await until(pilot, lambda: picked(pilot))
        await pilot.press("enter", "0")
        assert picked(pilot) == [(BAR.name, 1)]
        await pilot.press("delete")
        await until(pilot, lambda: picked(pilot) == [])
        assert app.screen.focused is form(pilot).widget(Field.ITEM)


async def test_a_tariff_is_sold_in_its_zone_and_paid_from_balance_and_bonuses() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await choose_client(pilot)
        await pilot.press("f2", "2", "enter", "enter")
        await look(pilot, form(pilot).widget(Field.ITEM), "час vip")
        await pilot.press("enter")
        await until(pilot, lambda: picked(pilot))
        assert "до 54,00" in text(app)
        await pilot.press("enter", "enter", *"50", "enter", "4", "f12")
        await until(pilot, lambda: link.asked)
        assert link.asked == [
            Sell(
                lines=(replace(TARIFFS[1].line(), bonus=50_00),),
                paid=Paid(balance=130_00, bonus=50_00),
                client="Иван П.",
                client_id="cl_41",
            )
        ]


async def test_a_split_shows_what_is_left_for_cash_and_the_change() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_goods(pilot)
        await scan(pilot, CHIPS_CODE)
        await until(pilot, lambda: picked(pilot))
        await pilot.press("enter", "enter", "5", "enter", *"100")
        assert "нал. 30,00" in text(app)
        await pilot.press("enter", "enter", *"50")
        assert "сдача 20,00" in text(app)


# Refund


async def at_sale_to_return(pilot: Pilot[Any]) -> None:
    await pilot.press("f2", "4", "enter")
    await until(pilot, lambda: form(pilot).widget(Field.ORIGINAL).found)
    assert form(pilot).widget(Field.ORIGINAL).found == (SALE,)
    await pilot.press("down", "enter")
    await until(pilot, lambda: form(pilot).draft.original is SALE)


async def test_a_whole_sale_is_given_back_the_way_it_was_paid() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_sale_to_return(pilot)
        assert "наличные 130,00" in text(app)
        assert "карта 200,00" in text(app)
        await pilot.press("f12")
        assert link.asked == []
        assert "Укажите причину" in text(app)
        await pilot.press(*"no", "f12")
        await until(pilot, lambda: link.asked)
        assert link.asked == [
            RefundSale(original=SALE.payment.id, paid=Paid(card=200_00, cash=130_00), comment="no")
        ]


async def test_a_line_of_a_sale_is_given_back() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await at_sale_to_return(pilot)
        await pilot.press("2", "enter", "1", "enter", *"no")
        assert "1 из 2: Чипсы" in text(app)
        await pilot.press("f12")
        await until(pilot, lambda: link.asked)
        (request,) = link.asked
        assert isinstance(request, RefundSale)
        assert request.lines == (CHIPS.line(Decimal(1)),)
        assert request.paid == Paid(card=130_00)


async def test_no_more_comes_back_than_was_sold() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await at_sale_to_return(pilot)
        await pilot.press("2", "enter", "3")
        assert "Продано 2" in text(app)
        assert form(pilot).draft.returned == (0, 0)


# Withdrawal and accounts by hand


async def test_a_balance_is_paid_out_with_a_reason() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f2", "5", "enter")
        await choose_client(pilot)
        await pilot.press(*"2000", "f12")
        assert link.asked == []
        assert "На балансе 1 250,00" in text(app)
        await pilot.press(*"250", "enter", "2", "enter", *"bye", "f12")
        await until(pilot, lambda: link.asked)
        assert link.asked == [
            Withdraw(
                total=250_00,
                pay_by=PayBy.CARD,
                client_id="cl_41",
                client="Иван П.",
                comment="bye",
            )
        ]


async def test_an_account_changed_by_hand_ends_without_a_receipt() -> None:
    link = ScriptedLink(CALM, Noted(LAST.payment.id))
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f2", "6", "enter")
        await choose_client(pilot)
        await pilot.press("4", "enter", *"50", "enter", *"err", "f12")
        await until(pilot, lambda: "чек не нужен" in text(app))
        assert link.asked == [
            AdjustBalance(change=-50_00, client_id="cl_41", client="Иван П.", comment="err")
        ]
        assert form(pilot).is_blank


# Answers


async def test_the_receipts_of_a_basket_are_shown_one_after_the_other() -> None:
    parts = tuple(Recorded(state.payment.id) for state in PAYMENTS[:2])
    link = ScriptedLink(CALM, Several(parts))
    app = face(link)
    async with running(app) as pilot:
        form(pilot).total.value = "500"
        await pilot.press("f12")
        await until(pilot, lambda: isinstance(app.screen, ReceiptScreen))
        await pilot.pause()
        assert "1 из 2" in text(app)
        assert "1043" in text(app)
        await pilot.press("enter")
        assert "2 из 2" in text(app)
        assert "1042" in text(app)
        await pilot.press("enter")
        assert isinstance(app.screen, SaleScreen)


async def test_of_a_basket_without_a_receipt_the_alarm_tells() -> None:
    answer = Several((NotRecorded(UNISSUED.payment.id, Objection.QUEUE_FULL),))  # type: ignore[arg-type]
    link = ScriptedLink(CALM, answer)
    app = face(link)
    async with running(app) as pilot:
        form(pilot).total.value = "500"
        link.tell(WITHOUT_RECEIPT)
        await pilot.press("f12")
        await until(pilot, lambda: form(pilot).is_blank)
        assert "чека нет" in text(app)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (TurnedDown(LAST.payment.id, "insufficient-balance", limit=10_00), "на балансе мало"),
        (TurnedDown(LAST.payment.id, "price-changed"), "цена изменилась"),
        (TurnedDown(LAST.payment.id, "x", "[red]no\x1b[0m"), "[red]no?[0m"),
    ],
)
async def test_what_the_crm_refuses_is_told_and_nothing_typed_is_lost(
    answer: Answer, words: str
) -> None:
    link = ScriptedLink(CALM, answer)
    app = face(link)
    async with running(app) as pilot:
        form(pilot).total.value = "500"
        await pilot.press("f12")
        await until(pilot, lambda: "Верните деньги" in " ".join(text(app).split()))
        assert words in " ".join(text(app).split())
        assert form(pilot).total.kopecks == 500_00


# What a scanner, a paste and a held key may not do


async def test_pasted_text_is_typed_and_its_lines_walk_on() -> None:
    link = ScriptedLink(CALM, RECORDED)
    app = face(link)
    async with running(app) as pilot:
        app.post_message(events.Paste("Вася\n5+0\x1b0\n\n"))
        await pilot.pause()
        await pilot.pause()
        assert form(pilot).client.value == "Вася"
        assert form(pilot).total.kopecks == 500_00
        assert link.asked == []


async def test_whatever_was_typed_is_kept_through_an_operation_and_back() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await choose_client(pilot)
        form(pilot).total.value = "500,00"
        before = form(pilot).draft
        await pilot.press("f2", "3", "4", "5", "1")
        assert form(pilot).draft.request() == before.request()
