"""Nothing is cut at 80 columns, in both languages, and no text from outside gets through raw."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from textwrap import wrap

import pytest
from rich.cells import cell_len

from drivers.register import FnWarnings, PrintState, Reason, ShiftState
from kassa_tui.screens.alarm import AlarmScreen
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.help import HelpScreen
from kassa_tui.screens.leave import LeaveScreen
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.screens.shift import ShiftScreen
from kassa_tui.station.alarms import alarms
from kassa_tui.station.snapshot import CrmState, Snapshot
from kassa_tui.station.tape import Doubt
from kassa_tui.widgets.alarm_words import words
from kassa_tui.widgets.frame_lines import STRIP_ROWS
from kassa_tui.widgets.payment_lines import payment_line
from kassa_tui.widgets.world import world
from kassa_tui.words import _
from tests.screens.till import (
    BOTH,
    CALM,
    FN,
    LAST,
    NOW,
    OUTCOME_UNKNOWN,
    REGISTER,
    SHIFT_OPEN,
    SILENCE,
    UNISSUED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
    lines,
    payment,
    recorded,
    running,
    text,
)

BOTH_LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"], indirect=True)
HOSTILE = (
    "\x1b]0;evil\x07\u202e[@click=app.quit]Сыр[/x] \u0301\u0301\u200b\U0001f600 \x9b31m" + "я" * 300
)
EXTREME = replace(
    CALM,
    register=replace(
        REGISTER,
        shift_number=99999,
        shift_opened_at=NOW - timedelta(hours=23, minutes=59),
        ofd=replace(REGISTER.ofd, unsent_count=999),
    ),
    unissued=(UNISSUED,) * 99,
    crm=CrmState(
        shift_is_open=True,
        shift_opened_at=NOW - timedelta(hours=23, minutes=59),
        failing_since=NOW - timedelta(minutes=59),
        queued=999,
        poisoned=99,
    ),
)


def states() -> Iterator[Snapshot]:
    yield from (CALM, EXTREME, WITHOUT_RECEIPT, OUTCOME_UNKNOWN)
    for doubt in Doubt:
        assert OUTCOME_UNKNOWN.unsettled is not None
        yield replace(OUTCOME_UNKNOWN, unsettled=replace(OUTCOME_UNKNOWN.unsettled, doubt=doubt))
    for reason in Reason:
        yield replace(CALM, silence=replace(SILENCE, reason=reason))
    for shift in ShiftState:
        yield replace(CALM, register=replace(REGISTER, shift=shift))
    for state in PrintState:
        yield replace(CALM, register=replace(REGISTER, print_state=state))
    yield replace(CALM, register=replace(REGISTER, cover_open=True))
    yield replace(CALM, register=replace(REGISTER, paper_present=False))
    warnings = FnWarnings(replace_urgently=True, ofd_overdue=True)
    yield replace(CALM, register=replace(REGISTER, fn=replace(REGISTER.fn, warnings=warnings)))
    yield replace(CALM, register=None)
    long_silence = replace(SILENCE, since=NOW - timedelta(hours=23, minutes=59))
    yield replace(SHIFT_OPEN, silence=long_silence)
    yield replace(CALM, journal_failure="disk I/O error")


@BOTH_LANGUAGES
def test_the_world_fits_its_line(language: str) -> None:
    for snapshot in states():
        assert world(snapshot, NOW).cell_length <= 79, world(snapshot, NOW).plain


@BOTH_LANGUAGES
def test_every_alarm_fits_the_strip(language: str) -> None:
    for snapshot in states():
        for alarm in alarms(snapshot):
            said = words(alarm, snapshot, NOW)
            assert len(wrap(said.text, 80 - 3)) <= STRIP_ROWS, said.text


@BOTH_LANGUAGES
def test_every_payment_fits_its_line(language: str) -> None:
    largest = recorded(payment(9, 10_000_000_00, client=HOSTILE), 999_999, *BOTH)
    snapshot = replace(WITHOUT_RECEIPT, payments=(largest, UNISSUED, LAST))
    for state in snapshot.payments:
        line = payment_line(state, snapshot, NOW.tzinfo)
        assert line.cell_length <= 80, line.plain
        assert "\n" not in line.plain


@BOTH_LANGUAGES
@pytest.mark.parametrize(
    "make",
    [
        SaleScreen,
        ShiftScreen,
        LeaveScreen,
        AlarmScreen,
        lambda till: ReceiptScreen(till, LAST.payment.id),
        lambda till: HelpScreen(till, SaleScreen.KEYS),
    ],
    ids=["sale", "shift", "leave", "alarm", "receipt", "help"],
)
async def test_the_key_line_fits_with_every_key(make: type[FramedScreen], language: str) -> None:
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    async with running(app) as pilot:
        await app.push_screen(make(app.till))
        await pilot.pause()
        last = lines(app)[-1]
        screen = app.screen
        assert isinstance(screen, FramedScreen)
        for command in screen.KEYS:
            if command.label and screen.can(command.action):
                assert f"{_(command.key_text)} {_(command.label)}" in last


async def test_hostile_text_neither_commands_the_terminal_nor_the_screen() -> None:
    nasty = recorded(payment(9, 500_00, client=HOSTILE), 1044)
    refused = replace(
        UNISSUED,
        payment=replace(UNISSUED.payment, client=HOSTILE),
        last_attempt=replace(UNISSUED.last_attempt, detail=HOSTILE),  # type: ignore[type-var]
    )
    snapshot = replace(
        CALM,
        club=HOSTILE,
        till=HOSTILE,
        cashier=HOSTILE,
        payments=(nasty, refused),
        unissued=(refused,),
        silence=replace(SILENCE, detail=HOSTILE),
        journal_failure=HOSTILE,
    )
    app = face(ScriptedLink(snapshot))
    async with running(app, (120, 40)) as pilot:
        for keys in ([], ["f9"], ["f9"], ["f9"]):
            await pilot.press(*keys)
            await pilot.pause()
            shown = text(app)
            assert not set(shown) & set("\x1b\x07\x9b\u202e\u200b\u0301")
            assert all(cell_len(line) == 120 for line in lines(app))
        app.pop_screen()
        await app.push_screen(ReceiptScreen(app.till, nasty.payment.id))
        await pilot.pause()
        assert FN in text(app)
        assert app.is_running
