"""Counting the drawer: to open a shift, to close it, or to turn it over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from drivers.register import ShiftState
from kassa_tui.money import format_sum
from kassa_tui.screens.form import FormScreen, field_row
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined, Done, Objection
from kassa_tui.station.closing_preview import ClosingPreview, PreviewClosing, StopAddingUp
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.requests import CloseShift, OpenShift, RotateShift
from kassa_tui.widgets.commands import BACK, Command, bindings
from kassa_tui.widgets.fields import SumField, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.three_totals import discrepancy, previewed
from kassa_tui.words import N_, _


class Turn(Enum):
    """What the count is for: heading, what F12 does."""

    OPEN = (N_("Open the shift"), N_("open the shift"))
    CLOSE = (N_("Close the shift"), N_("close the shift and print the closing report"))
    ROTATE = (N_("Close the shift and open the next"), N_("close the shift and open the next"))


class CountScreen(FormScreen):
    """The count is blind (K12): what was expected is told when it differs, after it was typed.

    A close is confirmed only when the three totals have been shown, or cannot be told.
    """

    KEYS: ClassVar[tuple[Command, ...]] = (
        *FormScreen.KEYS,
        Command(
            "stop_adding_up",
            BACK.keys,
            N_("F10"),
            N_("Do not wait"),
            N_("Go on without the total of the register's tape; nothing is closed by it"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    counted = query_one("#counted", SumField)
    comment = query_one("#count-comment", TextField)

    @dataclass
    class Previewed(Message):
        """The station has added the shift up, or could not."""

        operation: int
        answer: Answer

    def __init__(self, till: Till, turn: Turn) -> None:
        super().__init__(till)
        self._turn = turn
        self._preview: Answer | None = None
        self._previewed_at: tuple[object, ...] = ()
        """What the till looked like when the preview was asked for."""
        self._asked_for_totals_at = till.now()
        self._operation = 0
        self._judged: int | None = None
        """The count that the outcome speaks of."""

    @property
    def heading(self) -> str:
        return _(self._turn.value[0])

    @property
    def fields(self) -> tuple[Widget, ...]:
        return self.counted, self.comment

    def compose_fields(self) -> ComposeResult:
        yield field_row(_("Counted"), SumField(id="counted"), self._note())
        yield field_row(_("Comment"), TextField(id="count-comment", max_length=MAX_COMMENT))

    @property
    def confirms(self) -> str:
        if self._turn is Turn.OPEN:
            return _(self._turn.value[1])
        return _(self._turn.value[1]) if self._preview is not None else ""

    def request(self) -> OpenShift | CloseShift | RotateShift | str:
        counted, comment = self.counted.kopecks, self.comment.value.strip()
        if counted is None and not self.counted.is_blank:
            self.counted.focus()
            return _("This is no sum: 1000 or 1000,00")
        self._judged = counted
        match self._turn:
            case Turn.OPEN:
                return OpenShift(counted_cash=counted, comment=comment)
            case Turn.CLOSE:
                return CloseShift(counted_cash=counted, comment=comment)
            case Turn.ROTATE:
                return RotateShift(counted_cash=counted, comment=comment)

    def take(self, answer: Answer) -> None:
        match answer:
            case Done(report):
                self.action_clear()
                if report is None:
                    self.leave()
                    return
                self.till.end_report = report
                if self.is_current:
                    from kassa_tui.screens.end_report import EndReportScreen

                    self.app.switch_screen(EndReportScreen(self.till))
            case Declined(Objection.COMMENT_NEEDED, detail):
                self.outcome = mark(Level.LOOK, " " + self._difference(int(detail)))
                self.comment.focus()
            case Declined(reason) as declined:
                self.decline(declined)
                if reason is Objection.COUNT_NEEDED:
                    self.counted.focus()
            case _:
                text = _("The register gave no answer; line 2 tells how the shift stands.")
                self.outcome = mark(Level.UNKNOWN, " " + text)

    def more(self) -> Content:
        match self._preview:
            case _ if self._turn is Turn.OPEN:
                return Content("")
            case ClosingPreview() as told:
                snapshot = self.till.snapshot
                has_crm = snapshot is not None and snapshot.crm is not None
                return previewed(told, has_crm=has_crm)
            case None:
                return mark(Level.UNKNOWN, f" {self._waiting()}")
            case Declined(reason):
                text = _("The totals cannot be told: {why}.").format(why=why(reason))
                return mark(Level.UNKNOWN, " " + text)
            case _:
                return mark(Level.UNKNOWN, " " + _("The register gave no answer."))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("back", "stop_adding_up"):
            return self._may_stop is (action == "stop_adding_up")
        return super().check_action(action, parameters)

    @property
    def _may_stop(self) -> bool:
        """The register's tape is read for the preview, and for nothing else."""
        is_reading = self.till.snapshot is not None and self.till.snapshot.reading is not None
        return is_reading and self._preview is None and not self.is_asking

    def action_stop_adding_up(self) -> None:
        self._stop_adding_up()

    def draw(self) -> None:
        if self._turn is not Turn.OPEN and not self.is_asking:
            self._look_again()
        super().draw()

    @on(Input.Changed, "#counted")
    def _recounted(self) -> None:
        if self.counted.kopecks != self._judged:  # a field that is left writes its sum anew
            self.outcome = Content("")
            self.redraw()

    def _look_again(self) -> None:
        """Ask for the totals, and again when something has been recorded since."""
        snapshot = self.till.snapshot
        if snapshot is None or snapshot.register is None:
            return
        register = snapshot.register
        looks = (
            register.fn.last_fiscal_document_number,
            snapshot.silence is None,
            snapshot.without_receipt,
        )
        if looks == self._previewed_at or register.shift is ShiftState.CLOSED:
            return
        self._previewed_at, self._preview = looks, None
        self._operation += 1
        self._asked_for_totals_at = self.till.now()
        self._ask_preview(self._operation)

    @work(exclusive=True, group="preview")
    async def _ask_preview(self, operation: int) -> None:
        answer = await self.till.link.ask(PreviewClosing())
        self.post_message(self.Previewed(operation, answer))

    @work(group="stop")
    async def _stop_adding_up(self) -> None:
        await self.till.link.ask(StopAddingUp())  # the preview tells what came of it

    @on(Previewed)
    def _told(self, event: Previewed) -> None:
        if event.operation == self._operation:
            self._preview = event.answer
            self.redraw()

    def _waiting(self) -> str:
        since = span(self.till.now() - self._asked_for_totals_at)
        reading = self.till.snapshot.reading if self.till.snapshot is not None else None
        if reading is None:
            return _("The register is adding up its tape... {since}").format(since=since)
        return _("The register is adding up its tape: {done} of {of}... {since}").format(
            done=reading.done, of=reading.of, since=since
        )

    def _note(self) -> str:
        if self._turn is Turn.OPEN:
            return _("empty: as much as the last shift left")
        shift = self.till.snapshot.shift if self.till.snapshot is not None else None
        if shift is not None and not shift.blind_count:
            return _("empty: as much as should be there")
        return _("what should be there is told afterwards")

    def _difference(self, kopecks: int) -> str:
        counted = self.counted.kopecks or 0
        expected = (
            _("The last shift left {sum}.") if self._turn is Turn.OPEN else _("Expected: {sum}.")
        ).format(sum=format_sum(counted - kopecks))
        return f"{discrepancy(kopecks)}. {expected} " + _("Say why in the comment.")
