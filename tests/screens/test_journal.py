"""The journal and the stories of its payments, by keys."""

from dataclasses import replace
from datetime import timedelta

import pytest

from drivers.register import Reason
from kassa_tui.journal.records import PaymentState
from kassa_tui.screens.journal import JournalScreen
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.screens.story import StoryScreen
from kassa_tui.station.answers import Declined, Objection, Recorded
from kassa_tui.station.inquiries import (
    Exported,
    ExportPayments,
    FindPayments,
    FoundPayments,
    Moment,
    ReadStory,
    Story,
    StoryEvent,
)
from kassa_tui.station.requests import IssueReceipt, PrintCopy
from tests.screens.till import (
    BOTH,
    CALM,
    FN,
    LAST,
    NOW,
    PAYMENTS,
    UNISSUED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    payment,
    recorded,
    running,
    text,
)

EVENTS = (
    StoryEvent(at=NOW, moment=Moment.NOTED),
    StoryEvent(at=NOW, moment=Moment.SENT, detail=(FN, "1042")),
    StoryEvent(at=NOW, moment=Moment.ENDED, detail=("refused", "paper_out")),
    StoryEvent(at=NOW, moment=Moment.SENT, detail=(FN, "1042")),
    StoryEvent(at=NOW, moment=Moment.ENDED, detail=("unknown",)),
    StoryEvent(at=NOW, moment=Moment.RECORDED, detail=(FN, "1043")),
    StoryEvent(at=NOW, moment=Moment.TOLD, detail=("post_transaction", "done")),
    StoryEvent(at=NOW, moment=Moment.TOLD, detail=("attach_receipt", "poisoned", "[x] \x1b[2J")),
    StoryEvent(at=NOW, moment=Moment.PRINTED),
)
MANY = tuple(
    recorded(
        payment(1000 - number, 100_00 + number, client=f"Клиент [{number}]"), 999 - number, *BOTH
    )
    for number in range(250)
)


class JournalLink(ScriptedLink):
    """Answers inquiries from a list of payments, as the journal does."""

    def __init__(self, states: tuple[PaymentState, ...], snapshot: object = CALM) -> None:
        super().__init__(snapshot)  # type: ignore[arg-type]
        self.states = states

    async def ask(self, request: object) -> object:  # type: ignore[override]
        match request:
            case FindPayments(text=wanted, before=before, limit=limit):
                found = [
                    one
                    for one in self.states
                    if wanted.casefold() in one.payment.client.casefold()
                    and (before is None or one.payment.id < before)
                ]
                more = found[limit - 1].payment.id if len(found) > limit else None
                self.answers[FindPayments] = FoundPayments(tuple(found[:limit]), more)
            case ReadStory(payment_id):
                state = next(one for one in self.states if one.payment.id == payment_id)
                self.answers[ReadStory] = Story(state, EVENTS)
        return await super().ask(request)  # type: ignore[arg-type]


def finds(link: ScriptedLink) -> list[FindPayments]:
    return [one for one in link.asked if isinstance(one, FindPayments)]


async def test_the_journal_shows_payments_newest_first() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        assert isinstance(app.screen, JournalScreen)
        shown = text(app)
        assert shown.index("Василий П.") < shown.index("Пётр К.") < shown.index("Анна С.")
        assert "1 из 4" in shown


async def test_what_is_typed_filters_and_f8_shows_all_again() -> None:
    link = JournalLink(PAYMENTS)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6", *"Пётр")
        while "1 из 1" not in text(app):
            await pilot.pause(0.02)
        assert "Василий" not in text(app)
        assert [one.text for one in finds(link)] == ["", "Пётр"]
        await pilot.press("f8")
        while "1 из 4" not in text(app):
            await pilot.pause(0.02)


async def test_a_late_answer_to_what_was_typed_before_is_dropped() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        late = FoundPayments((PAYMENTS[3],))
        app.screen.post_message(JournalScreen.Found(0, FindPayments(text="old"), late))
        await pilot.pause()
        assert "1 из 4" in text(app)


async def test_pages_come_as_the_cursor_nears_their_end() -> None:
    link = JournalLink(MANY)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6")
        while "1 из 100+" not in text(app):
            await pilot.pause(0.02)
        await pilot.press(*["pagedown"] * 6)
        while "200+" not in text(app):
            await pilot.pause(0.02)
        await pilot.press("ctrl+end")
        while "из 250" not in text(app):
            await pilot.pause(0.02)
        assert len(finds(link)) == 3
        await pilot.press("ctrl+end")
        await pilot.pause()
        assert "250 из 250" in text(app)
        assert "ФД 750" in text(app)


async def test_a_new_payment_comes_on_top_and_the_cursor_stays_on_its_own() -> None:
    link = JournalLink(PAYMENTS)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("down")
        link.tell(WITHOUT_RECEIPT)
        await pilot.pause()
        assert "3 из 5" in text(app)
        assert "чека нет" in text(app)
        await pilot.press("enter")
        await pilot.pause()
        assert "Пётр К." in text(app)


async def test_a_payment_of_another_day_shows_its_day() -> None:
    old = recorded(payment(1, 500_00, minutes_ago=60 * 24 * 3), 900, *BOTH)
    app = face(JournalLink((LAST, old), replace(CALM, payments=(LAST,))))
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        assert "17.11" in text(app)


async def test_the_filter_and_the_cursor_stay_when_the_journal_is_left() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6", *"Пётр")
        while "1 из 1" not in text(app):
            await pilot.pause(0.02)
        await pilot.press("f10")
        assert isinstance(app.screen, SaleScreen)
        await pilot.press("f6")
        await pilot.pause()
        assert "1 из 1" in text(app)


async def test_a_journal_that_cannot_be_read_says_why() -> None:
    link = ScriptedLink(replace(CALM, payments=()))
    link.answers[FindPayments] = Declined(Objection.JOURNAL_FAILED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        assert "Журнал не прочесть" in text(app)


async def test_nothing_found_is_said() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6", *"zzz")
        while "Ничего не найдено" not in text(app):
            await pilot.pause(0.02)
        await pilot.press("enter")
        assert isinstance(app.screen, JournalScreen)


async def test_a_story_tells_every_event_in_words() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, StoryScreen)
        shown = text(app)
        for words in (
            "Записано в журнал",
            "Послано в ФР; последним до этого был ФД 1042",
            "X Точно не записано: в ФР кончилась бумага",
            "? Нет ответа: исход неизвестен",
            "Записано в ФН: ФД 1043",
            "CRM знает об оплате",
            "! CRM не принимает: [x] ?[2J",
            "Напечатано",
            "20.11 14:32:00",
        ):
            assert words in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize("moment", list(Moment))
async def test_every_moment_has_words(moment: Moment) -> None:
    link = JournalLink(PAYMENTS)
    link.answers[ReadStory] = Story(LAST, (StoryEvent(at=NOW, moment=moment),))
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(StoryScreen(app.till, LAST))
        await pilot.pause()
        assert moment.value not in text(app)


async def test_a_copy_is_offered_of_the_last_document_only() -> None:
    link = JournalLink(PAYMENTS)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "Печать копии" not in text(app)
        await pilot.press("п", "f10", "up", "enter")
        await pilot.pause()
        await pilot.press("п")
        await pilot.pause()
        assert [one for one in link.asked if isinstance(one, PrintCopy)] == [PrintCopy()]
        assert "Копия печатается" in text(app)


async def test_enter_shows_the_receipt_of_a_recorded_payment_with_its_qr() -> None:
    app = face(JournalLink(PAYMENTS))
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("down", "enter", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ReceiptScreen)
        assert "1042" in text(app)


async def test_a_payment_without_a_document_has_no_receipt_to_show() -> None:
    app = face(JournalLink((UNISSUED, *PAYMENTS), WITHOUT_RECEIPT))
    async with running(app) as pilot:
        await app.push_screen(StoryScreen(app.till, UNISSUED))
        await pilot.press("enter")
        assert isinstance(app.screen, StoryScreen)


async def test_a_missing_receipt_is_issued_from_its_story() -> None:
    link = JournalLink((UNISSUED, *PAYMENTS), WITHOUT_RECEIPT)
    link.answers[IssueReceipt] = Recorded(UNISSUED.payment.id)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "Пробить чек" in text(app)
        await pilot.press("f12")
        await pilot.pause()
        assert IssueReceipt(UNISSUED.payment.id) in link.asked
        assert "Чек записан." in text(app)


async def test_a_recorded_payment_is_not_issued_again() -> None:
    link = JournalLink(PAYMENTS, WITHOUT_RECEIPT)
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(StoryScreen(app.till, LAST))
        await pilot.press("f12")
        await pilot.pause()
        assert not [one for one in link.asked if isinstance(one, IssueReceipt)]


async def test_a_story_is_read_anew_when_its_payment_changes() -> None:
    link = JournalLink(PAYMENTS)
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(StoryScreen(app.till, LAST))
        await pilot.pause()
        reads = link.asked.count(ReadStory(LAST.payment.id))
        delivered = replace(LAST, facts=frozenset(BOTH))
        link.tell(replace(CALM, at=NOW + timedelta(seconds=3)))
        await pilot.pause()
        assert link.asked.count(ReadStory(LAST.payment.id)) == reads
        link.tell(replace(CALM, payments=(delivered, *PAYMENTS[1:])))
        await pilot.pause()
        assert link.asked.count(ReadStory(LAST.payment.id)) == reads + 1


async def test_what_went_wrong_with_an_issue_is_said() -> None:
    link = JournalLink((UNISSUED, *PAYMENTS), WITHOUT_RECEIPT)
    link.answers[IssueReceipt] = Declined(Reason.PAPER_OUT)
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(StoryScreen(app.till, UNISSUED))
        await pilot.press("f12")
        await pilot.pause()
        assert "Ничего не сделано: в ФР кончилась бумага" in text(app)


async def test_the_payments_go_to_a_file_whose_place_is_shown() -> None:
    link = JournalLink(PAYMENTS)
    link.answers[ExportPayments] = Exported("/till/exports/[b]payments.csv", 1234)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6", "f12")
        await pilot.pause()
        shown = text(app)
        assert "Записано оплат: 1234." in shown
        assert "/till/exports/[b]payments.csv" in shown
        await pilot.press("x")
        await pilot.pause()
        assert "payments.csv" not in text(app)


async def test_a_file_that_could_not_be_written_is_told() -> None:
    link = JournalLink(PAYMENTS)
    link.answers[ExportPayments] = Declined(Objection.FILE_FAILED)
    app = face(link)
    async with running(app) as pilot:
        await pilot.press("f6", "f12")
        await pilot.pause()
        assert "Файл не записан: для него нет места" in text(app)
