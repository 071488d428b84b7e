"""One alarm, whole: the money, the document, what is safe to do, and the steps to the fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kassa_tui.screens.examining import ExaminingScreen
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.alarms import Alarm, AlarmKind
from kassa_tui.station.answers import Declined, Done, NotRecorded, Objection, Recorded
from kassa_tui.station.requests import ContinuePrint, IssueReceipt, Refresh, Request, RotateShift
from kassa_tui.station.tape import Doubt
from kassa_tui.widgets.alarm_stories import story
from kassa_tui.widgets.alarm_words import words
from kassa_tui.widgets.commands import BACK, HELP, Command, bindings
from kassa_tui.widgets.guide import Guide
from kassa_tui.widgets.guide_words import guide
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.payment_lines import payment_line
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_DETAIL_CELLS = 140


@dataclass(frozen=True, slots=True)
class _Remedy:
    """The one safe thing that the confirming key does."""

    request: Request | None
    """None: a person must say something first, on a screen of its own."""
    words: str
    """Msgid."""


class AlarmScreen(ExaminingScreen):
    """Shows the alarms one after another. What is not offered here is not safe."""

    KEYS = (
        HELP,
        Command("shift", ("f3",), N_("F3"), N_("Shift"), N_("The shift: count, close, open")),
        Command("next", ("f9",), N_("F9"), N_("Next alarm"), N_("The next alarm")),
        BACK,
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Do it"),
            N_("Do what the alarm proposes: issue the receipt, go on printing, ask again (or +)"),
        ),
        Command(
            "print",
            ("п", "g", "p", "з"),
            N_("P"),
            "",
            N_("With new paper: print the torn document again, as F12 does"),
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
        yield Still(id="alarm-remedy")
        yield Still(id="alarm-outcome")
        yield Guide(id="alarm-guide")

    def draw_strip(self) -> None:
        self.strip.hide()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        alarm = self._alarm
        match action:
            case "confirm":
                return self._remedy is not None and not self._asking
            case "print":
                is_torn = alarm is not None and alarm.kind is AlarmKind.PRINT_TORN
                return is_torn and not self._asking
            case "next":
                return len(self.till.alarms) > 1
            case "shift":
                kinds = (AlarmKind.SHIFT_EXPIRED, AlarmKind.SHIFT_OLD)
                return alarm is not None and alarm.kind in kinds
        return super().check_action(action, parameters)

    def draw(self) -> None:
        alarm, remedy = self._alarm, self._remedy
        self.query_one("#alarm-text", Still).put(self._text())
        said = self.query_one("#alarm-remedy", Still)
        said.display = remedy is not None
        if remedy is not None:
            said.put(Content.assemble(("F12 ", "bold"), (_(remedy.words), "bold")))
        outcome = self.query_one("#alarm-outcome", Still)
        outcome.display = bool(self._outcome.plain)
        outcome.put(self._outcome)
        steps = self.query_one(Guide)
        steps.display = alarm is not None
        if alarm is None:
            return
        if self.diagnosis is None:
            steps.show((), None)
        else:
            at = self.diagnosis.at.astimezone(self.till.now().tzinfo)
            steps.show(guide(alarm.kind, self.diagnosis), at)

    def action_next(self) -> None:
        self._at += 1
        self._outcome = Content("")
        self.redraw()

    def action_shift(self) -> None:
        from kassa_tui.screens.shift import ShiftScreen

        self.app.switch_screen(ShiftScreen(self.till))

    def action_print(self) -> None:
        self.action_confirm()

    def action_confirm(self) -> None:
        remedy = self._remedy
        assert remedy is not None, "check_action lets nothing else through"
        if remedy.request is None:
            self.app.push_screen(self._question())
            return
        self._asking = True
        self._outcome = Content(_("The register is working..."))
        self.redraw()
        self._do(remedy.request)

    @property
    def _alarm(self) -> Alarm | None:
        alarms = self.till.alarms
        return alarms[self._at % len(alarms)] if alarms else None

    @property
    def _remedy(self) -> _Remedy | None:
        alarm, snapshot = self._alarm, self.till.snapshot
        if alarm is None or snapshot is None:
            return None
        match alarm.kind:
            case AlarmKind.RECEIPT_MISSING:
                assert alarm.payment is not None, "the alarm concerns a payment"
                request = IssueReceipt(alarm.payment.payment.id)
                return _Remedy(request, N_("issue the receipt; no money is taken"))
            case AlarmKind.PRINT_TORN:
                return _Remedy(ContinuePrint(), N_("print the document again"))
            case AlarmKind.OUTCOME_UNKNOWN if (
                snapshot.unsettled is not None
                and snapshot.unsettled.doubt in (Doubt.FN_REPLACED, Doubt.AMBIGUOUS)
            ):
                return _Remedy(None, N_("look at both sides and decide"))
            case AlarmKind.REGISTER_SILENT | AlarmKind.OUTCOME_UNKNOWN | AlarmKind.JOURNAL_FAILED:
                return _Remedy(Refresh(), N_("ask the register now"))
            case AlarmKind.CRM_AWAY | AlarmKind.PAYMENT_UNCONFIRMED:
                return _Remedy(Refresh(), N_("ask the CRM now"))
            case AlarmKind.SHIFT_EXPIRED | AlarmKind.SHIFT_OLD if snapshot.silence is None:
                return _Remedy(
                    RotateShift(), N_("close the shift and open a new one (about a minute)")
                )
            case AlarmKind.CRM_POISONED:
                return _Remedy(None, N_("look at the record and decide"))
            case AlarmKind.CASH_UNKNOWN:
                return _Remedy(None, N_("say what became of the money"))
        return None

    def _question(self) -> FramedScreen:
        """The screen on which a person decides about the alarm."""
        from kassa_tui.screens.settle import SettleCallScreen, SettleCashScreen, SettleReceiptScreen

        alarm = self._alarm
        assert alarm is not None, "there is a remedy"
        match alarm.kind:
            case AlarmKind.CRM_POISONED:
                return SettleCallScreen(self.till)
            case AlarmKind.CASH_UNKNOWN:
                return SettleCashScreen(self.till)
            case _:
                return SettleReceiptScreen(self.till)

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
        parts += [Content.styled(one, "bold") for one in (said.money, said.document) if one]
        steps = self.diagnosis.steps if self.diagnosis is not None else ()
        if said.detail and all(step.detail != said.detail for step in steps):
            parts.append(
                Content.assemble(
                    _("The register's words:"), " ", outside(said.detail, _DETAIL_CELLS)
                )
            )
        parts.append(Content(story(alarm.kind)))
        return Content("\n").join(parts)

    @work(exclusive=True, group="remedy")
    async def _do(self, request: Request) -> None:
        answer = await self.till.link.ask(request)
        self._asking = False
        match answer:
            case Recorded(payment_id):
                from kassa_tui.screens.receipt import ReceiptScreen

                self.app.switch_screen(ReceiptScreen(self.till, payment_id))
                return
            case Done():
                self._outcome = mark(Level.WELL, " " + _("Done."))
            case Declined(Objection.COUNT_NEEDED):
                from kassa_tui.screens.count import CountScreen, Turn

                said = _("The cash in the drawer must be counted first.")
                self._outcome = mark(Level.LOOK, " " + said)
                self.open_kept(
                    f"count-{Turn.ROTATE.name}", lambda: CountScreen(self.till, Turn.ROTATE)
                )
            case Declined(reason) | NotRecorded(reason=reason):
                text = _("Nothing was recorded: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The outcome is unknown."))
        self.examine()
        self.redraw()
