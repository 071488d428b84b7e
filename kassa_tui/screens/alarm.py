"""One alarm, whole: the money, the document, what to do, and the key that does it."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.alarms import Alarm, AlarmKind
from kassa_tui.station.requests import (
    ContinuePrint,
    Declined,
    Done,
    IssueReceipt,
    NotRecorded,
    Recorded,
    Refresh,
    Request,
)
from kassa_tui.widgets.alarm_words import words
from kassa_tui.widgets.commands import BACK, HELP, Command, bindings
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.payment_lines import payment_line
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_DETAIL_CELLS = 300


class AlarmScreen(FramedScreen):
    """Shows the alarms one after another."""

    KEYS = (
        HELP,
        Command("next", ("f9",), N_("F9"), N_("Next alarm"), N_("The next alarm")),
        BACK,
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Do it"),
            N_("Do what the alarm proposes: issue the receipt, go on printing, ask again (or +)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._at = 0
        self._asking = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        yield Still(id="alarm-text")
        yield Still(id="alarm-outcome")

    def draw_strip(self) -> None:
        self.strip.hide()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "confirm":
            return self._remedy is not None and not self._asking
        if action == "next":
            return len(self.till.alarms) > 1
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.query_one("#alarm-text", Still).put(self._text())
        self.query_one("#alarm-outcome", Still).put(self._outcome)

    def action_next(self) -> None:
        self._at += 1
        self._outcome = Content("")
        self.redraw()

    def action_confirm(self) -> None:
        remedy = self._remedy
        assert remedy is not None, "check_action lets nothing else through"
        self._asking = True
        self._outcome = Content(_("The register is working..."))
        self.redraw()
        self._do(remedy)

    @property
    def _alarm(self) -> Alarm | None:
        alarms = self.till.alarms
        return alarms[self._at % len(alarms)] if alarms else None

    @property
    def _remedy(self) -> Request | None:
        """What the confirming key asks the station for."""
        alarm = self._alarm
        if alarm is None:
            return None
        match alarm.kind:
            case AlarmKind.RECEIPT_MISSING:
                assert alarm.payment is not None, "the alarm concerns a payment"
                return IssueReceipt(alarm.payment.payment.id)
            case AlarmKind.PRINT_TORN:
                return ContinuePrint()
            case AlarmKind.REGISTER_SILENT | AlarmKind.OUTCOME_UNKNOWN:
                return Refresh()
        return None

    def _text(self) -> Content:
        alarm, snapshot = self._alarm, self.till.snapshot
        if alarm is None or snapshot is None:
            return mark(Level.WELL, " " + _("There is no alarm."))
        said = words(alarm, snapshot, self.till.now())
        count = len(self.till.alarms)
        title = _("Alarm {number} of {count}").format(number=self._at % count + 1, count=count)
        parts = [Content.assemble((f"{said.level.symbol} ", said.level.style), (title, "bold"))]
        if alarm.payment is not None:
            parts.append(payment_line(alarm.payment, snapshot, self.till.now().tzinfo))
        parts += [Content(sentence) for sentence in (said.money, said.document) if sentence]
        if said.detail:
            parts.append(
                Content.assemble(
                    (_("The register's words:"), "bold"), " ", outside(said.detail, _DETAIL_CELLS)
                )
            )
        remedy = self._remedy
        parts.append(
            Content.styled(said.to_do, "bold")
            if remedy is None
            else Content.assemble(("F12 ", "bold"), _remedy_words(remedy))
        )
        return Content("\n\n").join(parts)

    @work(exclusive=True, group="remedy")
    async def _do(self, remedy: Request) -> None:
        answer = await self.till.link.ask(remedy)
        self._asking = False
        match answer:
            case Recorded(payment_id):
                from kassa_tui.screens.receipt import ReceiptScreen

                self.app.switch_screen(ReceiptScreen(self.till, payment_id))
                return
            case Done():
                self._outcome = mark(Level.WELL, " " + _("Done."))
            case Declined(reason) | NotRecorded(reason=reason):
                text = _("Nothing was recorded: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The outcome is unknown."))
        self.redraw()


def _remedy_words(remedy: Request) -> str:
    match remedy:
        case IssueReceipt():
            return _("issue the receipt; no money is taken")
        case ContinuePrint():
            return _("print the document again")
        case _:
            return _("ask the register now")
