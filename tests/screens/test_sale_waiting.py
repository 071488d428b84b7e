"""A payment whose answer takes its time: every key works, and the next client is not kept."""

import asyncio
from dataclasses import replace

from drivers.register import Reason
from kassa_tui.journal.records import PayBy
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.screens.shift import ShiftScreen
from kassa_tui.station.answers import Answer, Declined, Recorded, TurnedDown, Uncertain
from kassa_tui.station.requests import PaymentRequest, Request, TakePayment
from tests.screens.till import CALM, LAST, RECORDING, ScriptedLink, face, running, text

FIVE_HUNDRED = TakePayment(total=500_00, pay_by=PayBy.CASH)
RECORDED = Recorded(LAST.payment.id)
SHIFT_CLOSED = Declined(Reason.SHIFT_CLOSED)


class SlowLink(ScriptedLink):
    """Answers a payment when the test says so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(CALM, answer)
        self.may_answer = asyncio.Event()

    async def ask(self, request: Request) -> Answer:
        answer = await super().ask(request)
        if isinstance(request, PaymentRequest):
            await self.may_answer.wait()
        return answer


async def test_what_is_waited_for_is_told_and_every_key_answers() -> None:
    link = SlowLink(RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12")
        link.tell(RECORDING)
        await pilot.pause()
        assert "ФР записывает чек... 3 с" in text(app)
        assert "F8: следующий клиент" in text(app)
        await pilot.press("f3")
        assert isinstance(app.screen, ShiftScreen)
        await pilot.press("f10", "f12")
        assert link.asked == [FIVE_HUNDRED]


async def test_a_payment_of_another_face_is_seen_while_the_form_is_used() -> None:
    link = ScriptedLink(RECORDING)
    app = face(link)
    async with running(app) as pilot:
        assert "В работе: 500,00" in text(app)
        assert "ФР записывает чек... 3 с" in text(app)
        await pilot.press("enter", *"70")
        await pilot.pause()
        assert "F12 принять 70,00" in text(app)
        assert "В работе: 500,00" in text(app)
        link.tell(CALM)
        await pilot.pause()
        assert "В работе" not in text(app)


async def test_the_next_client_is_typed_while_a_payment_waits_and_no_receipt_covers_him() -> None:
    link = SlowLink(RECORDED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12", "f8", "enter", *"70", "f12")
        assert link.asked == [FIVE_HUNDRED]
        link.may_answer.set()
        await pilot.pause()
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.kopecks == 70_00
        await pilot.press("f12")
        await pilot.pause()
        assert link.asked == [FIVE_HUNDRED, replace(FIVE_HUNDRED, total=70_00)]
        assert isinstance(app.screen, ReceiptScreen)


async def test_a_refused_payment_comes_back_into_an_empty_form() -> None:
    link = SlowLink(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12", "f8")
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.is_blank
        link.may_answer.set()
        await pilot.pause()
        assert app.screen.form.total.kopecks == 500_00
        assert "Деньги не приняты: смена закрыта" in text(app)


async def test_a_refused_payment_waits_for_f8_where_the_next_client_is_typed() -> None:
    link = SlowLink(SHIFT_CLOSED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12", "f8", "enter", *"70")
        link.may_answer.set()
        await pilot.press("0")
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.value == "700"
        assert "Деньги не приняты: смена закрыта" in text(app)
        assert "F8: вернуть её" in text(app)
        await pilot.press("f8")
        await pilot.pause()
        assert app.screen.form.total.kopecks == 500_00


async def test_a_lost_answer_keeps_the_form_and_is_asked_for_again_under_the_same_id() -> None:
    link = ScriptedLink(CALM, Uncertain())
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12")
        await pilot.pause()
        assert isinstance(app.screen, SaleScreen)
        assert app.screen.form.total.kopecks == 500_00
        assert "записана ли оплата, пока неизвестно" in text(app)
        link.answer = RECORDED
        await pilot.press("f12")
        await pilot.pause()
        assert isinstance(app.screen, ReceiptScreen)
        await pilot.press("enter", "enter", *"500", "f12")
        await pilot.pause()
    first, again, next_client = link.caller_ids
    assert first == again != next_client


async def test_what_the_crm_has_refused_is_tried_again_under_another_id() -> None:
    link = ScriptedLink(CALM, TurnedDown(LAST.payment.id, "price-changed"))
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("enter", *"500", "f12")
        await pilot.pause()
        await pilot.press("f12")
        await pilot.pause()
    first, again = link.caller_ids
    assert first != again
