"""The shift, the journal and the FN: nothing is cut, and no text from outside gets through raw."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from textual.content import Content

from drivers.ffd.enumerations import TaxSystem
from drivers.register import OfdStatus, ShiftState
from kassa_tui.journal.records import PayBy
from kassa_tui.journal.shifts import CashDirection
from kassa_tui.screens.cash import CashScreen, Movement
from kassa_tui.screens.count import CountScreen, Turn
from kassa_tui.screens.end_report import EndReportScreen
from kassa_tui.screens.fn import FnScreen
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.journal import JournalScreen
from kassa_tui.screens.story import StoryScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.closing_preview import PreviewClosing
from kassa_tui.station.inquiries import (
    Article,
    Articles,
    ListArticles,
    Moment,
    ReadStory,
    Story,
    StoryEvent,
)
from kassa_tui.station.shift_view import MethodTotal
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.shift_facts import drawer_lines, method_table, shift_lines, unsent_line
from kassa_tui.widgets.story_words import event_line
from kassa_tui.words import _
from tests.screens.test_fit import BOTH_LANGUAGES, HOSTILE
from tests.screens.test_journal import JournalLink
from tests.screens.test_shift import ARTICLES, PREVIEW, REPORT
from tests.screens.till import (
    CRM,
    INFO,
    NOW,
    REGISTER,
    SHIFT,
    SHIFT_OPEN,
    UNISSUED,
    face,
    lines,
    running,
    text,
)

LARGEST = 9_999_999_99
LONG_AGO = NOW - timedelta(hours=23, minutes=59)
NASTY = replace(
    UNISSUED,
    payment=replace(UNISSUED.payment, client=HOSTILE, comment=HOSTILE, cashier=HOSTILE),
)
EXTREME = replace(
    SHIFT_OPEN,
    payments=(NASTY,),
    unissued=(NASTY,) * 99,
    register=replace(
        REGISTER,
        shift_number=99999,
        shift_opened_at=LONG_AGO,
        cash_in_drawer=LARGEST,
        ofd=OfdStatus(
            unsent_count=999,
            first_unsent_document=999_999,
            first_unsent_at=NOW - timedelta(days=2, hours=1),
        ),
    ),
    crm=replace(CRM, shift_opened_at=LONG_AGO, queued=999),
    shift=replace(
        SHIFT,
        opened_by=HOSTILE,
        opening_cash=LARGEST,
        totals=tuple(MethodTotal(method=m, taken=0, returned=LARGEST) for m in PayBy),
        cash_in=LARGEST,
        cash_out=LARGEST,
        collected=LARGEST,
        payments=99999,
        blind_count=False,
    ),
    info=replace(
        INFO,
        tax_systems=frozenset(TaxSystem),
        **dict.fromkeys(
            (
                "model",
                "serial_number",
                "firmware",
                "registration_number",
                "owner_name",
                "owner_inn",
                "settlement_address",
                "settlement_place",
                "ofd_name",
                "ofd_inn",
            ),
            HOSTILE,
        ),
    ),
)


def told_of(snapshot: Snapshot) -> Iterator[tuple[int, Content]]:
    """Lines of the shift's screen, each with the cells it may take."""
    assert snapshot.shift is not None
    for line in (*shift_lines(snapshot, NOW), *method_table(snapshot.shift), unsent_line(snapshot)):
        yield 49, line
    for line in drawer_lines(snapshot):
        yield 27, line


@BOTH_LANGUAGES
def test_every_line_of_the_shift_fits(language: str) -> None:
    expired = replace(EXTREME, register=replace(REGISTER, shift=ShiftState.EXPIRED))
    blind = replace(EXTREME, shift=SHIFT)
    for snapshot in (SHIFT_OPEN, EXTREME, expired, blind):
        for cells, line in told_of(snapshot):
            assert line.cell_length <= cells, line.plain


@BOTH_LANGUAGES
def test_every_event_of_a_story_fits(language: str) -> None:
    for moment in Moment:
        for detail in ((), (HOSTILE,) * 3, ("attach_receipt", "done"), ("refused", HOSTILE)):
            line = event_line(StoryEvent(at=NOW, moment=moment, detail=detail), NOW.tzinfo, 80)
            assert line.cell_length <= 80, line.plain


MAKERS: dict[str, Callable[[Till], FramedScreen]] = {
    "open": lambda till: CountScreen(till, Turn.OPEN),
    "close": lambda till: CountScreen(till, Turn.CLOSE),
    "rotate": lambda till: CountScreen(till, Turn.ROTATE),
    "collection": lambda till: CashScreen(till, Movement.COLLECTION),
    "out": lambda till: CashScreen(till, Movement.OUT),
    "report": EndReportScreen,
    "journal": JournalScreen,
    "story": lambda till: StoryScreen(till, NASTY),
    "fn": FnScreen,
}


def station() -> JournalLink:
    link = JournalLink((NASTY,), EXTREME)
    hostile = Article(id="a", name=HOSTILE, direction=CashDirection.OUT)
    link.answers = {
        PreviewClosing: PREVIEW,
        ListArticles: Articles((hostile, *ARTICLES.found)),
        ReadStory: Story(
            NASTY, tuple(StoryEvent(at=NOW, moment=m, detail=(HOSTILE,) * 3) for m in Moment)
        ),
    }
    return link


@BOTH_LANGUAGES
@pytest.mark.parametrize("name", MAKERS)
async def test_the_key_line_fits_with_every_key(name: str, language: str) -> None:
    app = face(station())
    async with running(app) as pilot:
        app.till.end_report = REPORT
        await app.push_screen(MAKERS[name](app.till))
        await pilot.pause()
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, FramedScreen)
        for command in screen.KEYS:
            if command.label and screen.can(command.action):
                assert f"{_(command.key_text)} {_(command.label)}" in lines(app)[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
@pytest.mark.parametrize("name", MAKERS)
async def test_hostile_text_commands_neither_the_terminal_nor_the_screen(
    name: str, size: tuple[int, int]
) -> None:
    app = face(station())
    async with running(app, size) as pilot:
        app.till.end_report = REPORT
        await app.push_screen(MAKERS[name](app.till))
        for keys in ([], ["2"], ["enter"], ["down"]):
            await pilot.press(*keys)
            await pilot.pause()
            assert not set(text(app)) & set("\x1b\x07\x9b\u202e\u200b\u0301")
            assert all(cell_len(line) == size[0] for line in lines(app))
        assert app.is_running


async def test_the_panel_beside_the_sale_is_cut_nowhere() -> None:
    app = face(station())
    async with running(app, (120, 40)):
        panel = [line[82:] for line in lines(app)[3:]]
        assert any("99999" in line for line in panel)
        assert not [line for line in panel if "..." in line]
