"""The sale: the default screen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget

from kassa_tui.money import format_sum
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station import answers, inquiries, requests
from kassa_tui.station import snapshot as snapshots
from kassa_tui.widgets.commands import ALARMS, HELP, Command, bindings
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.sale import refusals, told
from kassa_tui.widgets.sale.fault import Fault
from kassa_tui.widgets.sale.form import PaymentForm
from kassa_tui.widgets.sale.search import ItemField, SearchField
from kassa_tui.widgets.spans import span
from kassa_tui.words import N_, _

if TYPE_CHECKING:
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import PaymentRequest
    from kassa_tui.station.snapshot import InProgress, Snapshot
    from kassa_tui.widgets.sale.draft import Draft
    from kassa_tui.widgets.sale.refusals import Refusal
    from kassa_tui.widgets.side_panel import SidePanel


@dataclass(frozen=True, slots=True)
class Asked:
    """What the station was asked to do, and the id under which it does so once."""

    draft: Draft
    caller_id: UUID


class SaleScreen(FramedScreen):
    """Form, sum, last payments; the register beside them where there is room."""

    KEYS = (
        # A scanner's Enter moves the cursor before its next character is handed to a field,
        # which only a priority binding and an immediate change of focus do.
        Command(
            "next_field",
            ("enter", "tab"),
            N_("Enter"),
            "",
            N_("The next field (or Tab); what is found and highlighted is taken"),
            priority=True,
        ),
        HELP,
        Command(
            "operation",
            ("f2",),
            N_("F2"),
            "",
            N_("Choose the operation: its digit; Up and Down walk through the fields"),
            priority=True,
        ),
        Command("shift", ("f3",), N_("F3"), N_("Shift"), N_("Open or close the shift")),
        Command(
            "reconciliation",
            ("f4",),
            N_("F4"),
            N_("Reconcile"),
            N_("What IZI has of the shift beside what the FN has"),
        ),
        Command("fn", ("f5",), N_("F5"), N_("FN"), N_("The FN, the register, the OFD's queue")),
        Command("journal", ("f6",), N_("F6"), N_("Journal"), N_("All payments and their stories")),
        Command(
            "clear",
            ("f8",),
            N_("F8"),
            N_("Clear"),
            N_("Clear the form; a payment in work goes on, and comes back if refused"),
        ),
        ALARMS,
        Command(
            "leave",
            ("f10", "ctrl+b", "escape", "ctrl+q"),
            N_("F10"),
            "",
            N_("Leave the till (or Ctrl+B, Esc); it asks first"),
        ),
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Payment"),
            N_("Take the payment that is shown (or + outside of the client's field)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    WORK = Horizontal

    form = query_one(PaymentForm)

    class Answered(Message):
        """The station has answered a request of this screen."""

        def __init__(self, asked: Asked, answer: Answer) -> None:
            super().__init__()
            self.asked = asked
            self.answer = answer

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._side: SidePanel | None = None
        """Made where there is room for it."""
        self._asked: Asked | None = None
        """What is in work."""
        self._caller_id: UUID | None = None
        """Of the form: an answer that was lost is asked for again under it."""
        self._cursor: Widget | None = None
        """Where the cursor was when the payment was confirmed."""
        self._refused: tuple[PaymentRequest | Fault, Refusal] | None = None
        """The last request that was refused, or not answered, until another is typed."""
        self._noted = Content("")
        """What was done without a receipt, until something is typed."""
        self._aside: Asked | None = None
        """What was confirmed, once the form was cleared for the next client before the answer;
        it comes back when it is refused."""

    def compose_work(self) -> ComposeResult:
        yield PaymentForm(self.till.now().tzinfo, console=self.till.console)

    def on_mount(self) -> None:
        self.form.client.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "next_field":
            # Whether Enter stays where things are picked is for that field to say.
            return not self.form.disabled and not isinstance(self.focused, ItemField)
        if action == "operation":
            return not self.form.disabled
        if action == "confirm":
            return self._asked is None and self.till.snapshot is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.form.show_hint(self._hint())
        if self.till.snapshot is not None:
            self.form.show_latest(self.till.snapshot)
            self._draw_side(self.till.snapshot)

    def _draw_side(self, snapshot: Snapshot) -> None:
        if not self.has_class("-wide"):
            return
        from kassa_tui.widgets.side_panel import SidePanel

        if self._side is None:
            self._side = SidePanel(console=self.till.console)
            self.query_one("#work").mount(self._side)
        self._side.show(snapshot, self.till.now())

    def draw_strip(self) -> None:
        if self._refused is None:
            super().draw_strip()
        else:
            more = _("F8: bring it back") if self._aside is not None else self.more_alarms(0)
            is_open = isinstance(self._refused[1], answers.Uncertain)
            level = Level.UNKNOWN if is_open else Level.STOPPED
            self.strip.show(level, refusals.refusal(*self._refused), more)

    def action_next_field(self) -> None:
        self.form.next_field()

    def action_operation(self) -> None:
        self.form.focus_operation()

    def action_confirm(self) -> None:
        draft = self.form.draft
        request = draft.request()
        if isinstance(request, Fault):
            self.form.show_fault(request)
            return
        self._caller_id = self._caller_id or self.till.new_id()
        asked = Asked(draft, self._caller_id)
        self._asked, self._refused, self._noted = asked, None, Content("")
        self._cursor = self.focused
        self.form.disabled = True
        self.redraw()
        self._take(asked, replace(request, caller_id=str(asked.caller_id)))

    def action_clear(self) -> None:
        self._noted = Content("")
        if self.form.disabled:
            # The answer may take a minute: the next client need not wait for it.
            self._aside = self._asked
            self.form.disabled = False
        self._caller_id = None
        if self._asked is None and self._aside is not None:
            self._bring_back()
        else:
            self._refused = None
            self.form.clear()
        self.redraw()

    def action_shift(self) -> None:
        from kassa_tui.screens.shift import ShiftScreen

        if self._aside is None:
            self._refused = None
        self.open_kept("shift", lambda: ShiftScreen(self.till))

    def action_reconciliation(self) -> None:
        from kassa_tui.screens.reconciliation import ReconciliationScreen

        self.open_kept("reconciliation", lambda: ReconciliationScreen(self.till))

    def action_fn(self) -> None:
        from kassa_tui.screens.fn import FnScreen

        self.app.push_screen(FnScreen(self.till))

    def action_journal(self) -> None:
        from kassa_tui.screens.journal import JournalScreen

        self.open_kept("journal", lambda: JournalScreen(self.till))

    def action_leave(self) -> None:
        snapshot = self.till.snapshot
        is_idle = snapshot is None or not (snapshot.in_progress or snapshot.without_receipt)
        if is_idle and self.form.is_blank and not (self._asked or self._aside):
            self.app.exit()
            return
        from kassa_tui.screens.leave import LeaveScreen

        self.app.push_screen(LeaveScreen(self.till))

    @on(PaymentForm.Edited)
    def _edited(self) -> None:
        refused = self._refused
        if refused and self._aside is None and self.form.draft.request() != refused[0]:
            self._refused = None
            self.draw_strip()
        if self._noted.plain and not self.form.is_blank:
            self._noted = Content("")
        # The rest of the screen does not follow what is typed, and a key must be fast.
        self.form.show_hint(self._hint())

    # Looking for clients, goods and sales

    @on(SearchField.Asked)
    def _asked_for(self, event: SearchField.Asked) -> None:
        self._look(event)

    @on(ItemField.Scanned)
    def _scanned(self, event: ItemField.Scanned) -> None:
        self._look_under(event.barcode)

    @work(group="inquiries")
    async def _look(self, event: SearchField.Asked) -> None:
        event.field.answered(event.inquiry, await self.till.link.ask(event.inquiry))

    @work(group="inquiries")
    async def _look_under(self, barcode: str) -> None:
        self.form.scanned(barcode, await self.till.link.ask(inquiries.FindGoods(barcode)))

    # Taking and giving

    @work(exclusive=True, group="payment")
    async def _take(self, asked: Asked, request: PaymentRequest) -> None:
        self.post_message(self.Answered(asked, await self.till.link.ask(request)))

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self._asked = None
        self.form.disabled = False
        match event.answer:
            case (
                answers.Declined()
                | answers.TurnedDown()
                | answers.Uncertain(payment_id=None) as refused
            ):
                asked = event.asked
                self._refused = (asked.draft.request(), refused)
                if isinstance(refused, answers.TurnedDown):  # the payment of this id has ended
                    asked = replace(asked, caller_id=self.till.new_id())
                if self._aside is None:
                    self._caller_id = asked.caller_id
                    self.set_focus(self._cursor)
                else:
                    self._aside = asked
                    if self.form.is_blank:
                        self._bring_back()
            case answers.Recorded(payment_id):
                self._ended(event.asked.draft, payment_id)
            case answers.Several(parts):
                recorded = (part.payment_id for part in parts if isinstance(part, answers.Recorded))
                self._ended(event.asked.draft, *recorded)
                turned_down = next(
                    (part for part in parts if isinstance(part, answers.TurnedDown)), None
                )
                if turned_down is not None:
                    self._refused = (self.form.draft.request(), turned_down)
            case answers.Noted():
                self._ended(event.asked.draft)
                self._noted = mark(Level.WELL, " " + _("Done; no receipt belongs to it."))
            case answers.NotRecorded() | answers.Uncertain():
                # The money is noted: the alarm tells the rest, and typing starts anew.
                self._ended(event.asked.draft)
            case _:
                raise AssertionError(f"{event.answer} is no answer to a payment")
        self.redraw()

    def _ended(self, draft: Draft, *recorded: UUID) -> None:
        """The form is the next client's; where it is so already, no receipt covers it."""
        if self._aside is not None:
            self._aside = None
            return
        self._caller_id = None
        self.form.clear()
        if recorded:
            from kassa_tui.screens.receipt import ReceiptScreen

            receipt = ReceiptScreen(self.till, *recorded, sent_to=told.sent_to(draft))
            self.app.push_screen(receipt)

    def _bring_back(self) -> None:
        assert self._aside is not None, "there is a draft to bring back"
        self.form.put(self._aside.draft)
        self._caller_id = self._aside.caller_id
        self._aside = None
        self.form.focus_first_empty()

    def _hint(self) -> Content:
        snapshot = self.till.snapshot
        if self._asked is not None:
            progress = snapshot.in_progress if snapshot is not None else None
            waiting = Content.styled(self._waiting(progress), "bold $warning")
            return waiting + "\n" + _("F8: the next client") if self.form.disabled else waiting
        draft = self.form.draft
        request = draft.request()
        if isinstance(request, Fault):
            hint = self._noted
        else:
            assert draft.due is not None, "a request is made of a sum"
            hint = Content.styled(f"F12 {_confirming(request, draft.due)}", "bold")
        if snapshot is None or snapshot.in_progress is None:
            return hint
        # What another face has asked for, or the station does by itself.
        total = format_sum(snapshot.in_progress.total)
        lines = [_("In work: {sum}").format(sum=total), self._waiting(snapshot.in_progress)]
        return Content("\n").join([*([hint] if hint.plain else []), *map(Content, lines)])

    def _waiting(self, progress: InProgress | None) -> str:
        if progress is None:
            return _("Asking the station...")
        since = span(self.till.now() - progress.since)
        match progress.phase:
            case snapshots.Phase.ASKING:
                return _("Asking the register... {since}").format(since=since)
            case snapshots.Phase.NOTING:
                return _("Noting the payment... {since}").format(since=since)
            case snapshots.Phase.TELLING:
                return _("Asking the CRM... {since}").format(since=since)
            case snapshots.Phase.RECORDING:
                return _("The register records... {since}").format(since=since)


def _confirming(request: PaymentRequest, due: int) -> str:
    """What the confirming key does, with the sum that is shown, kopecks."""
    total = format_sum(due)
    match request:
        case requests.RefundSale():
            return _("give back {sum}").format(sum=total)
        case requests.Withdraw():
            return _("pay out {sum}").format(sum=total)
        case requests.TakePayment() | requests.Sell():
            return _("take {sum}").format(sum=total)
        case _:
            return _("change the account by {sum}").format(sum=total)
