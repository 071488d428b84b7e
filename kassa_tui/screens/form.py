"""A few fields and one request: what the forms of the shift have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined
from kassa_tui.station.requests import Request
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, NEXT_FIELD, Command, bindings
from kassa_tui.widgets.fields import Choice, SumField, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _


class FormScreen(FramedScreen):
    """Fields on top, what came of them below. Kept when it is left, see `open_kept`.

    Subclasses give `heading`, `compose_fields`, `fields`, `request` and `take`.
    """

    KEYS: ClassVar[tuple[Command, ...]] = (
        NEXT_FIELD,
        HELP,
        Command("clear", ("f8",), N_("F8"), N_("Clear"), N_("Clear the form")),
        ALARMS,
        BACK,
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Confirm"),
            N_("Do what the screen says (or + outside of a text)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    @dataclass
    class Answered(Message):
        """The station has answered the form's request."""

        answer: Answer

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self.outcome = Content("")
        """What came of the last request, or what is wrong with the form."""
        self._asked_at: datetime | None = None
        self._cursor: Widget | None = None

    # What a form is

    @property
    def heading(self) -> str:
        """What the form does, as a heading."""
        raise NotImplementedError

    @property
    def fields(self) -> tuple[Widget, ...]:
        """The fields, in the order of Enter."""
        raise NotImplementedError

    def compose_fields(self) -> ComposeResult:
        """The fields, each in a row of its own."""
        raise NotImplementedError

    def request(self) -> Request | str:
        """What the form asks for, or what is wrong with it first."""
        raise NotImplementedError

    def take(self, answer: Answer) -> None:
        """Say what an answer means."""
        raise NotImplementedError

    @property
    def confirms(self) -> str:
        """What F12 does now, in words; empty: nothing."""
        raise NotImplementedError

    def more(self) -> Content:
        """What is shown below the fields."""
        return Content("")

    # How it works

    @property
    def is_asking(self) -> bool:
        return self._asked_at is not None

    def compose_work(self) -> ComposeResult:
        yield Still(id="form-title")
        with Vertical(id="form"):
            yield from self.compose_fields()
        yield Still(id="form-outcome")
        yield Still(id="form-more")
        yield Still(id="form-hint")

    def on_mount(self) -> None:
        self.fields[0].focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "confirm":
                return not self.is_asking and bool(self.confirms)
            case "clear" | "next_field":
                return not self.is_asking
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.query_one("#form-title", Still).put(Content.styled(self.heading, "bold"))
        self.query_one("#form-outcome", Still).put(self.outcome)
        self.query_one("#form-more", Still).put(self.more())
        self.query_one("#form-hint", Still).put(self._hint())

    def action_next_field(self) -> None:
        for field, following in pairwise(self.fields):
            if self.focused is field:
                self.set_focus(following)
                return

    def action_clear(self) -> None:
        """Empty every field and go to the first."""
        self.outcome = Content("")
        for field in self.fields:
            if isinstance(field, Input):
                field.value = ""
            elif isinstance(field, Choice):
                field.chosen = 0
        self.query_one("#form").disabled = False
        self.fields[0].focus()
        self.redraw()

    def action_confirm(self) -> None:
        request = self.request()
        if isinstance(request, str):
            self.outcome = mark(Level.LOOK, f" {request}")
            self.redraw()
            return
        self.outcome = Content("")
        self._asked_at, self._cursor = self.till.now(), self.focused
        self.query_one("#form").disabled = True
        self.redraw()
        self._ask(request)

    def decline(self, declined: Declined) -> None:
        """Say why nothing was done."""
        text = _("Nothing was done: {why}.").format(why=why(declined.reason))
        self.outcome = mark(Level.STOPPED, f" {text} {what_to_do(declined.reason)}")

    def leave(self) -> None:
        """Go back, if the cashier has not done so."""
        if self.is_current:
            self.app.pop_screen()

    @work(exclusive=True, group="form")
    async def _ask(self, request: Request) -> None:
        self.post_message(self.Answered(await self.till.link.ask(request)))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self._asked_at = None
        self.query_one("#form").disabled = False
        if self._cursor is not None:
            self.set_focus(self._cursor)
        self.take(event.answer)
        self.redraw()

    def _hint(self) -> Content:
        if self._asked_at is not None:
            since = span(self.till.now() - self._asked_at)
            text = _("The register is working... {since}").format(since=since)
            return Content.styled(text, "bold $warning")
        return Content.assemble(("F12 ", "bold"), self.confirms) if self.confirms else Content("")


def field_row(label: str, field: SumField | TextField | Widget, note: str = "") -> Horizontal:
    """A label, its field, and a word behind it."""
    parts = [Still(label, classes="label"), field]
    if note:
        parts.append(Still(note, classes="note"))
    return Horizontal(*parts)
