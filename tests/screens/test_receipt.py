"""The receipt that came back: what became of it, printing it again, and the way to the OFD."""

import webbrowser
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from drivers.ffd.enumerations import FfdVersion
from drivers.register import PrintState, Reason, RegisterInfo
from kassa_tui.app import KassaApp
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import Document
from kassa_tui.screens.ofd_link import OfdLinkScreen, has_display
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.station.answers import Declined
from kassa_tui.station.inquiries import ReadStory, Story
from kassa_tui.station.requests import ContinuePrint, PrintCopy
from tests.screens.till import (
    CALM,
    LAST,
    REGISTER,
    ScriptedLink,
    face,
    lines,
    payment,
    recorded,
    running,
    text,
)

INFO = RegisterInfo(
    model="",
    serial_number="",
    registration_number="0001234567012345",
    owner_inn="7700000009",
    owner_name="",
    ffd_version=FfdVersion.V1_2,
    tax_systems=frozenset(),
    firmware="",
    ofd_inn="7704211201",
    ofd_name="Такском",
    settlement_address="",
    settlement_place="",
)
assert LAST.document is not None
REAL: Document = replace(LAST.document, fiscal_drive_number="7380440800001234")
SOLD = replace(LAST, document=REAL)
FISCAL = replace(CALM, info=INFO, payments=(SOLD,))
LINK = "https://receipt.taxcom.ru/v01/show?fp=3921457823&s=500.00"


def unwrapped(app: KassaApp) -> str:
    """What stands left of a QR, as if it had no ends of lines."""
    return "".join(line[:36].strip() for line in lines(app))


async def receipt(app: KassaApp, pilot: Pilot[Any], **more: str) -> None:
    await app.push_screen(ReceiptScreen(app.till, LAST.payment.id, **more))
    await pilot.pause()


async def until(pilot: Pilot[Any], app: KassaApp, words: str) -> None:
    for _ in range(500):
        if words in " ".join(text(app).split()):
            return
        await pilot.pause(0.01)
    raise AssertionError(text(app))


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ((CallState.DONE, CallState.DONE), "• 9999078900001234:1043"),
        ((CallState.DONE, CallState.PENDING), "! ждёт отправки"),
        ((CallState.POISONED, CallState.PENDING), "X не принимает"),
    ],
)
async def test_the_receipt_tells_how_far_the_crm_knows(
    calls: tuple[CallState, ...], words: str
) -> None:
    app = face(ScriptedLink(replace(CALM, payments=(replace(LAST, calls=calls),))))
    async with running(app) as pilot:
        await receipt(app, pilot)
        assert words in text(app)


async def test_the_address_of_the_electronic_receipt_is_shown() -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await receipt(app, pilot, sent_to="+7 *** ***-66-17")
        assert "К покупателю: +7 *** ***-66-17" in text(app)


async def test_a_torn_receipt_is_printed_as_a_whole_by_the_same_key() -> None:
    torn = replace(CALM, register=replace(REGISTER, print_state=PrintState.WAITS_FOR_CONTINUE))
    link = ScriptedLink(torn)
    app = face(link)
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("п")
        await until(pilot, app, "Документ печатается заново")
        assert link.asked == [ContinuePrint()]


async def test_a_copy_that_is_refused_says_why() -> None:
    link = ScriptedLink(CALM, Declined(Reason.PAPER_OUT))
    app = face(link)
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("g")
        await until(pilot, app, "Не напечатано: в ФР кончилась бумага")
        assert link.asked == [PrintCopy()]


async def test_a_receipt_older_than_the_snapshot_is_read_from_the_journal() -> None:
    old = recorded(payment(99, 777_00, minutes_ago=600), 900)
    link = ScriptedLink(CALM)
    link.answers[ReadStory] = Story(old, ())
    app = face(link)
    async with running(app) as pilot:
        await app.push_screen(ReceiptScreen(app.till, old.payment.id))
        await until(pilot, app, "ФД 900")
        assert "777,00" in text(app)


# The way to the OFD


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a browser was told to open."""
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: opened.append(url) or True)
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    return opened


@pytest.mark.parametrize("key", ["о", "j", "e", "у"])
async def test_without_a_display_the_link_is_shown_copied_and_drawn(
    key: str, browser: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    app = face(ScriptedLink(FISCAL))
    async with running(app, (120, 40)) as pilot:
        await receipt(app, pilot)
        await pilot.press(key)
        assert isinstance(app.screen, OfdLinkScreen)
        await until(pilot, app, "Ссылка скопирована")
        assert LINK in unwrapped(app)
        assert app.clipboard == LINK
        assert "▀" in text(app)
        assert browser == []
        await pilot.press("enter")
        assert isinstance(app.screen, ReceiptScreen)


async def test_where_there_is_a_display_a_browser_opens_the_link(
    browser: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    app = face(ScriptedLink(FISCAL))
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("о")
        await until(pilot, app, "Открыт в браузере")
        assert browser == [LINK]


async def test_a_console_is_sent_no_copy(browser: list[str]) -> None:
    app = face(ScriptedLink(FISCAL), console=True)
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("о")
        await until(pilot, app, "receipt.taxcom.ru")
        assert app.clipboard == ""


async def test_an_operator_without_links_has_a_page_for_the_numbers(browser: list[str]) -> None:
    app = face(ScriptedLink(replace(FISCAL, info=replace(INFO, ofd_inn="", ofd_name=""))))
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("о")
        await until(pilot, app, "Введите номера чека")
        assert "https://www.nalog.gov.ru" in unwrapped(app)


async def test_a_training_receipt_is_at_no_ofd(browser: list[str]) -> None:
    app = face(ScriptedLink(CALM))
    async with running(app) as pilot:
        await receipt(app, pilot)
        await pilot.press("о")
        await until(pilot, app, "Учебный чек")
        assert browser == []


@pytest.mark.parametrize(
    ("environment", "platform", "has"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "win32", True),
        ({"SSH_CONNECTION": "1.2.3.4 5 6 7", "DISPLAY": ":10"}, "linux", False),
        ({"SSH_CONNECTION": "1.2.3.4 5 6 7"}, "win32", False),
    ],
)
def test_a_display_is_where_somebody_sits(
    environment: dict[str, str], platform: str, has: bool
) -> None:
    assert has_display(environment, platform) is has
