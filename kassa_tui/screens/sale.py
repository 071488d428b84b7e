"""The sale: the default screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from kassa_tui.money import format_sum
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.requests import (
    Answer,
    Declined,
    NotRecorded,
    Objection,
    Recorded,
    TakePayment,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.snapshot import InProgress, Phase
from kassa_tui.widgets.commands import ALARMS, HELP, Command, bindings
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import Level
from kassa_tui.widgets.payment_form import Fault, PaymentForm
from kassa_tui.widgets.payment_lines import PaymentLines
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.side_panel import SidePanel
from kassa_tui.widgets.spans import span
from kassa_tui.words import N_, _


class SaleScreen(FramedScreen):
    """Form, sum, last payments; the register beside them where there is room."""

    KEYS = (
        # A scanner's Enter moves the cursor before its next character is handed to a field,
        # which only a priority binding and an immediate change of focus do.
        Command(
            "next_field",
            ("enter",),
            N_("Enter"),
            "",
            N_("The next field (or Tab); the arrows move within it"),
            priority=True,
        ),
        HELP,
        Command("shift", ("f3",), N_("F3"), N_("Shift"), N_("Open or close the shift")),
        Command("fn", ("f5",), N_("F5"), N_("FN"), N_("The FN, the register, the OFD's queue")),
        Command("journal", ("f6",), N_("F6"), N_("Journal"), N_("All payments and their stories")),
        Command("clear", ("f8",), N_("F8"), N_("Clear"), N_("Clear the form")),
        ALARMS,
        Command(
            "leave",
            ("f10", "ctrl+b", "escape", "ctrl+q"),
            N_("F10"),
            N_("Leave"),
            N_("Leave the till (or Ctrl+B, Esc); it asks first"),
        ),
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Take payment"),
            N_("Take the payment that is shown (or + outside of the client's field)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    form = query_one(PaymentForm)

    @dataclass
    class Answered(Message):
        """The station has answered a request of this screen."""

        request: TakePayment
        answer: Answer

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._asked: TakePayment | None = None
        self._cursor: Widget | None = None
        """Where the cursor was when the payment was confirmed."""
        self._declined: tuple[TakePayment, Declined] | None = None
        """The last draft that was declined, until another is typed."""

    def compose_work(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="sale"):
                yield PaymentForm()
                yield Heading(_("Latest"))
                yield PaymentLines()
            yield SidePanel(console=self.till.console)

    def on_mount(self) -> None:
        self.form.focus_first_empty()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_field":
            return self._asked is None
        if action in ("confirm", "clear"):
            return self._asked is None and self.till.snapshot is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.form.show_hint(self._hint())
        if self.till.snapshot is not None:
            zone = self.till.now().tzinfo
            self.query_one(PaymentLines).show(self.till.snapshot, zone)
            self.query_one(SidePanel).show(self.till.snapshot, self.till.now())

    def draw_strip(self) -> None:
        if self._declined is None:
            super().draw_strip()
            return
        reason = self._declined[1].reason
        self.strip.show(
            Level.STOPPED,
            " ".join(
                (
                    _("Money is not taken: {why}.").format(why=why(reason)),
                    _("Nothing was recorded."),
                    what_to_do(reason),
                )
            ),
        )

    def action_next_field(self) -> None:
        self.form.next_field()

    def action_confirm(self) -> None:
        draft = self.form.draft
        if isinstance(draft, Fault):
            self.form.show_fault(draft)
            return
        self._asked, self._declined = draft, None
        self._cursor = self.focused
        self.form.disabled = True
        self.redraw()
        self._take(draft)

    def action_clear(self) -> None:
        self._declined = None
        self.form.clear()
        self.redraw()

    def action_shift(self) -> None:
        from kassa_tui.screens.shift import ShiftScreen

        self._declined = None
        self.open_kept("shift", lambda: ShiftScreen(self.till))

    def action_fn(self) -> None:
        from kassa_tui.screens.fn import FnScreen

        self.app.push_screen(FnScreen(self.till))

    def action_journal(self) -> None:
        from kassa_tui.screens.journal import JournalScreen

        self.open_kept("journal", lambda: JournalScreen(self.till))

    def action_leave(self) -> None:
        snapshot = self.till.snapshot
        is_idle = snapshot is None or not (snapshot.in_progress or snapshot.without_receipt)
        if is_idle and self.form.is_blank and self._asked is None:
            self.app.exit()
            return
        from kassa_tui.screens.leave import LeaveScreen

        self.app.push_screen(LeaveScreen(self.till))

    @on(PaymentForm.Edited)
    def _edited(self) -> None:
        if self._declined is not None and self.form.draft != self._declined[0]:
            self._declined = None
        self.redraw()

    @work(exclusive=True, group="payment")
    async def _take(self, request: TakePayment) -> None:
        self.post_message(self.Answered(request, await self.till.link.ask(request)))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self._asked = None
        self.form.disabled = False
        match event.answer:
            case Declined() as declined:
                self._declined = (event.request, declined)
                self.set_focus(self._cursor)
            case Recorded(payment_id):
                self.form.clear()
                self._show_receipt(payment_id)
            case TurnedDown() as ended:
                self._declined = (
                    event.request,
                    Declined(Objection.CRM_REFUSED, ended.detail or ended.code),
                )
                self.set_focus(self._cursor)
            case NotRecorded() | Uncertain():
                # The money is noted: the alarm tells the rest, and typing starts anew.
                self.form.clear()
            case _:
                raise AssertionError(f"{event.answer} is no answer to a payment")
        self.redraw()

    def _show_receipt(self, payment_id: UUID) -> None:
        from kassa_tui.screens.receipt import ReceiptScreen

        self.app.push_screen(ReceiptScreen(self.till, payment_id))

    def _hint(self) -> Content:
        snapshot = self.till.snapshot
        if self._asked is not None:
            progress = snapshot.in_progress if snapshot is not None else None
            return Content.styled(self._waiting(progress), "bold $warning")
        draft = self.form.draft
        if isinstance(draft, Fault):
            return Content("")
        return Content.assemble(
            ("F12", "bold"), " ", _("take {sum}").format(sum=format_sum(draft.total))
        )

    def _waiting(self, progress: InProgress | None) -> str:
        if progress is None:
            return _("Asking the station...")
        since = span(self.till.now() - progress.since)
        match progress.phase:
            case Phase.ASKING:
                return _("Asking the register... {since}").format(since=since)
            case Phase.NOTING:
                return _("Noting the payment... {since}").format(since=since)
            case Phase.TELLING:
                return _("Asking the CRM... {since}").format(since=since)
            case Phase.RECORDING:
                return _("The register records... {since}").format(since=since)
