"""The journal: all payments, newest first, found by what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from kassa_tui.journal.records import PaymentState
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined
from kassa_tui.station.inquiries import Exported, ExportPayments, FindPayments, FoundPayments
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.payment_lines import payment_line
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

DEBOUNCE_S = 0.15
"""The journal is asked when nothing has been typed for so long."""

_PAGE = 100
_AHEAD = 30
"""So many rows before the end of what is loaded the next page is asked for."""
_MAX_TEXT = 64
_PATH_CELLS = 300


class JournalScreen(FramedScreen):
    """What is typed filters; the arrows walk; pages come as the cursor nears their end."""

    KEYS = (
        HELP,
        Command(
            "story",
            ("enter",),
            N_("Enter"),
            N_("Story"),
            N_("Everything that happened to the payment; its receipt, its copy"),
            priority=True,
        ),
        Command("clear", ("f8",), N_("F8"), N_("Reset"), N_("Show all payments again")),
        Command(
            "export",
            ("f12",),
            N_("F12"),
            N_("To a file"),
            N_("Write all payments into a file, for a table's program"),
        ),
        ALARMS,
        BACK,
        Command(
            "walk",
            ("up", "down", "pageup", "pagedown", "ctrl+home", "ctrl+end"),
            N_("Arrows"),
            "",
            N_("Up and down the list, also PgUp, PgDn, Ctrl+Home, Ctrl+End"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(command for command in KEYS if command.action != "walk"),
        ("up", "walk('step', -1)"),
        ("down", "walk('step', 1)"),
        ("pageup", "walk('page', -1)"),
        ("pagedown", "walk('page', 1)"),
        ("ctrl+home", "walk('first')"),
        ("ctrl+end", "walk('last')"),
    ]

    rows = query_one(Rows)
    filter = query_one("#filter", TextField)

    @dataclass
    class Found(Message):
        """The journal has answered, or could not."""

        operation: int
        asked: FindPayments
        answer: Answer

    @dataclass
    class Written(Message):
        """The station has written the file, or could not."""

        answer: Answer

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._states: list[PaymentState] = []
        self._next: UUID | None = None
        """Where the next page begins; None: there is none."""
        self._operation = 0
        self._is_waiting = False
        self._failure = Content("")
        self._is_exporting = False
        self._exported = Content("")
        """What became of the file, until something is typed."""
        self._typing: Timer | None = None

    def compose_work(self) -> ComposeResult:
        with Horizontal(id="journal-top"):
            yield Still(_("Find"), classes="label")
            yield TextField(id="filter", max_length=_MAX_TEXT)
            yield Still(id="journal-count")
        yield Rows(self._line, mark_cells=6)
        yield Still(id="journal-hint")

    def on_mount(self) -> None:
        self.filter.focus()
        self._find()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "story":
            return bool(self._states)
        if action == "export":
            return not self._is_exporting and self.till.snapshot is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self._follow_news()
        count = _("{number} of {count}").format(
            number=min(self.rows.cursor + 1, len(self._states)),
            count=f"{len(self._states)}{'+' if self._next else ''}",
        )
        self.query_one("#journal-count", Still).put(count)
        self.query_one("#journal-hint", Still).put(self._hint())

    def action_walk(self, how: str, by: int = 0) -> None:
        match how:
            case "step":
                self.rows.action_step(by)
            case "page":
                self.rows.action_page(by)
            case "first":
                self.rows.action_first()
            case _:
                self.rows.action_last()

    def action_story(self) -> None:
        from kassa_tui.screens.story import StoryScreen

        self.app.push_screen(StoryScreen(self.till, self._states[self.rows.cursor]))

    def action_clear(self) -> None:
        self.filter.value = ""

    def action_export(self) -> None:
        self._is_exporting = True
        self._exported = Content(_("Writing the payments into a file..."))
        self._export()
        self.redraw()

    @work(group="export")
    async def _export(self) -> None:
        self.post_message(self.Written(await self.till.link.ask(ExportPayments())))

    @on(Written)
    def _written(self, event: Written) -> None:
        self._is_exporting = False
        match event.answer:
            case Exported(path, payments):
                text = _("Written, payments: {count}.").format(count=payments)
                file = outside(path, _PATH_CELLS)
                self._exported = mark(Level.WELL, f" {text}") + "\n" + file
            case Declined(reason):
                text = _("No file was written: {why}.").format(why=why(reason))
                self._exported = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._exported = mark(Level.UNKNOWN, " " + _("The station does not answer."))
        self.redraw()

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        if self._exported.plain:
            self._exported = Content("")
            self.redraw()
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(DEBOUNCE_S, self._find)

    @on(Rows.Moved)
    def _moved(self) -> None:
        near_the_end = self.rows.cursor >= len(self._states) - _AHEAD
        if near_the_end and self._next is not None and not self._is_waiting:
            self._ask(FindPayments(text=self._text, before=self._next, limit=_PAGE))
        self.redraw()

    @property
    def _text(self) -> str:
        return self.filter.value.strip()

    def _find(self) -> None:
        self._ask(FindPayments(text=self._text, limit=_PAGE))

    def _ask(self, inquiry: FindPayments) -> None:
        self._operation += 1
        self._is_waiting = True
        self._inquire(self._operation, inquiry)
        self.redraw()

    @work(group="journal")
    async def _inquire(self, operation: int, inquiry: FindPayments) -> None:
        self.post_message(self.Found(operation, inquiry, await self.till.link.ask(inquiry)))

    @on(Found)
    def _found(self, event: Found) -> None:
        if event.operation != self._operation:
            return  # something else has been asked since
        self._is_waiting = False
        self._failure = Content("")
        match event.answer:
            case FoundPayments(found, next_before):
                is_new = event.asked.before is None
                self._states = [*found] if is_new else [*self._states, *found]
                self._next = next_before
                self.rows.show(len(self._states), 0 if is_new else None)
            case Declined(reason):
                text = _("The journal cannot be read: {why}.").format(why=why(reason))
                self._failure = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._failure = mark(Level.UNKNOWN, " " + _("The station does not answer."))
        self.redraw()

    def _follow_news(self) -> None:
        """Bring what the last snapshot tells into the list; the cursor stays on its payment."""
        if self.till.snapshot is None:
            return
        news = {state.payment.id: state for state in self.till.snapshot.payments}
        states = [news.pop(state.payment.id, state) for state in self._states[: len(news)]]
        newest = self._states[0].payment.id if self._states else UUID(int=0)
        added = [] if self._text else [one for one in news.values() if one.payment.id > newest]
        if not added and states == self._states[: len(states)]:
            return
        self._states[: len(states)] = [*added, *states]
        self.rows.show(len(self._states), self.rows.cursor + len(added))

    def _line(self, index: int) -> Content:
        assert self.till.snapshot is not None, "payments come after the first snapshot"
        return payment_line(self._states[index], self.till.snapshot, self.till.now().tzinfo)

    def _hint(self) -> Content:
        if self._failure.plain:
            return self._failure
        if self._exported.plain:
            return self._exported
        if self._is_waiting and not self._states:
            return Content(_("Looking through the journal..."))
        if not self._states:
            return Content(_("Nothing is found.") if self._text else _("No payments yet."))
        return Content.styled(
            _("By client, goods, comment, sum or FD."),
            "$text-muted",
        )
