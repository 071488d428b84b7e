"""One payment of the journal: what is known of it, and everything that has happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from kassa_tui.journal.records import PaymentState
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined, Done, NotRecorded, Recorded
from kassa_tui.station.inquiries import ReadStory, Story
from kassa_tui.station.requests import IssueReceipt, PrintCopy, Request
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.still import Still
from kassa_tui.widgets.story_words import event_line, payment_facts
from kassa_tui.words import N_, _


class StoryScreen(FramedScreen):
    """Reads the story anew whenever the payment has changed."""

    KEYS = (
        Command("receipt", ("enter",), N_("Enter"), N_("Receipt"), N_("The receipt with its QR")),
        HELP,
        Command(
            "print_copy",
            ("п", "g", "p", "з"),
            N_("P"),
            N_("Print a copy"),
            N_("Print this receipt again, marked as a copy"),
        ),
        ALARMS,
        BACK,
        Command(
            "issue",
            ("f12", "plus"),
            N_("F12"),
            N_("Issue the receipt"),
            N_("Issue the receipt that is missing; no money is taken (or +)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    rows = query_one(Rows)

    @dataclass
    class Told(Message):
        """The journal has told the story, or could not."""

        answer: Answer

    def __init__(self, till: Till, state: PaymentState) -> None:
        super().__init__(till)
        self._state = state
        self._story: Story | None = None
        self._is_asking = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        yield Still(id="story-payment")
        yield Heading(_("What happened"))
        yield Rows(self._event)
        yield Still(id="story-outcome")

    def on_mount(self) -> None:
        self.rows.focus()
        self._read()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        snapshot = self.till.snapshot
        match action:
            case "receipt":
                return self._state.document is not None
            case "print_copy":
                return (
                    snapshot is not None and snapshot.can_copy(self._state) and not self._is_asking
                )
            case "issue":
                unissued = snapshot.unissued if snapshot is not None else ()
                return not self._is_asking and any(
                    one.payment.id == self._state.payment.id for one in unissued
                )
        return super().check_action(action, parameters)

    def draw(self) -> None:
        snapshot = self.till.snapshot
        newest = snapshot.payment(self._state.payment.id) if snapshot is not None else None
        if newest is not None and newest != self._state:
            self._state = newest
            self._read()
        zone = self.till.now().tzinfo
        facts = payment_facts(self._state, zone, self.size.width - 2)
        self.query_one("#story-payment", Still).put(Content("\n").join(facts))
        self.query_one("#story-outcome", Still).put(self._outcome)

    def action_receipt(self) -> None:
        from kassa_tui.screens.receipt import ReceiptScreen

        self.app.push_screen(ReceiptScreen(self.till, self._state.payment.id))

    def action_print_copy(self) -> None:
        self._do(PrintCopy())

    def action_issue(self) -> None:
        self._do(IssueReceipt(self._state.payment.id))

    def _do(self, request: Request) -> None:
        self._is_asking = True
        self._outcome = Content(_("The register is working..."))
        self.redraw()
        self._ask(request)

    def _event(self, index: int) -> Content:
        assert self._story is not None, "without a story there are no rows"
        return event_line(self._story.events[index], self.till.now().tzinfo, self.size.width - 2)

    @work(exclusive=True, group="story")
    async def _read(self) -> None:
        # A story that is read anew makes the one before superfluous: exclusive drops it.
        self.post_message(self.Told(await self.till.link.ask(ReadStory(self._state.payment.id))))

    @on(Told)
    def _told(self, event: Told) -> None:
        match event.answer:
            case Story() as story:
                self._story = story
                self.rows.show(len(story.events))
            case Declined(reason):
                text = _("The story cannot be read: {why}.").format(why=why(reason))
                self._outcome = mark(Level.LOOK, " " + text)
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The station does not answer."))
        self.redraw()

    @work(exclusive=True, group="remedy")
    async def _ask(self, request: Request) -> None:
        answer = await self.till.link.ask(request)
        self._is_asking = False
        match answer:
            case Recorded():
                self._outcome = mark(Level.WELL, " " + _("The receipt is recorded."))
            case Done():
                self._outcome = mark(Level.WELL, " " + _("A copy is being printed."))
            case Declined(reason) | NotRecorded(reason=reason):
                text = _("Nothing was done: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The register gave no answer."))
        self._read()
        self.redraw()
