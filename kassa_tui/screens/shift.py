"""Opening and closing the shift."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from drivers.register import ShiftState
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.requests import CloseShift, Declined, Done, OpenShift
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.still import Still
from kassa_tui.widgets.world import shift_open_for
from kassa_tui.words import N_, _


class ShiftScreen(FramedScreen):
    """Says how the shift stands; F12 turns it over.

    A shift that was opened here is not closed here: a key pressed twice must not end a shift.
    """

    KEYS = (
        HELP,
        ALARMS,
        BACK,
        Command(
            "confirm",
            ("f12", "plus"),
            N_("F12"),
            N_("Confirm"),
            N_("Open or close the shift, as the screen says (or +)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._asking = False
        self._opened_here = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        yield Still(id="shift-state")
        yield Still(id="shift-outcome")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "confirm":
            return self._is_told and not self._asking and not self._opened_here
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.query_one("#shift-state", Still).put(self._state())
        self.query_one("#shift-outcome", Still).put(self._outcome)

    def action_confirm(self) -> None:
        assert self.till.snapshot is not None, "check_action lets nothing else through"
        register = self.till.snapshot.register
        assert register is not None, "check_action lets nothing else through"
        self._asking = True
        self._outcome = Content(_("The register is working..."))
        self.redraw()
        self._turn_over(register.shift is ShiftState.CLOSED)

    @property
    def _is_told(self) -> bool:
        snapshot = self.till.snapshot
        return snapshot is not None and snapshot.register is not None and snapshot.silence is None

    def _state(self) -> Content:
        snapshot = self.till.snapshot
        if snapshot is None or snapshot.register is None or snapshot.silence is not None:
            return mark(Level.UNKNOWN, " " + _("The register does not tell how the shift stands."))
        register = snapshot.register
        if register.shift is ShiftState.CLOSED:
            return Content.assemble(
                (_("The shift is closed."), "bold"),
                "\n\n",
                _("The last one was number {number}.").format(number=register.shift_number),
                "\n\n",
                (_("F12 opens the shift."), "bold"),
            )
        length = span(shift_open_for(register, snapshot, self.till.now()))
        return Content.assemble(
            (_("Shift {number} is open.").format(number=register.shift_number), "bold"),
            "\n\n",
            _("Open for {length}, receipts: {count}.").format(
                length=length, count=register.receipts_in_shift
            ),
            ""
            if self._opened_here
            else ("\n\n" + _("F12 closes the shift and prints the closing report."), "bold"),
        )

    @work(exclusive=True, group="shift")
    async def _turn_over(self, opening: bool) -> None:
        answer = await self.till.link.ask(OpenShift() if opening else CloseShift())
        self._asking = False
        match answer:
            case Done():
                text = _("The shift has been opened.") if opening else _("The shift is closed.")
                self._outcome = mark(Level.WELL, " " + text)
                self._opened_here = opening
            case Declined(reason):
                text = _("Nothing was done: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(
                    Level.UNKNOWN,
                    " " + _("The register gave no answer; line 2 tells how the shift stands."),
                )
        self.redraw()
