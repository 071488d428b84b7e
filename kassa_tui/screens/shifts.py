"""The shifts of the journal, to choose one from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from kassa_tui.journal.shifts import ShiftRecord
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined
from kassa_tui.station.reconciliation.requests import ListShifts, Shifts
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import plain
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_MOST = 200
_CASHIER = 24


class ShiftsScreen(FramedScreen):
    """Tells `on_chosen` the 1041 and 1038 of the shift that was chosen."""

    KEYS = (
        Command(
            "choose",
            ("enter", "f12"),
            N_("Enter"),
            N_("Choose"),
            N_("Look at this shift"),
            priority=True,
        ),
        HELP,
        ALARMS,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    rows = query_one(Rows)

    @dataclass
    class Told(Message):
        answer: Answer

    def __init__(self, till: Till, on_chosen: Callable[[tuple[str, int]], None]) -> None:
        super().__init__(till)
        self._on_chosen = on_chosen
        self._shifts: tuple[ShiftRecord, ...] = ()
        self._failure = Content("")

    def compose_work(self) -> ComposeResult:
        yield Heading(_("Shifts"))
        yield Rows(self._line)
        yield Still(id="shifts-hint")

    def on_mount(self) -> None:
        self.rows.focus()
        self._list()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "choose":
            return bool(self._shifts)
        return super().check_action(action, parameters)

    def draw(self) -> None:
        self.query_one("#shifts-hint", Still).put(self._failure)

    def action_choose(self) -> None:
        chosen = self._shifts[self.rows.cursor]
        assert chosen.fiscal_drive_number, "only shifts of a register are listed"
        assert chosen.number is not None, "it has a number"
        self.app.pop_screen()
        self._on_chosen((chosen.fiscal_drive_number, chosen.number))

    @work(exclusive=True, group="shifts")
    async def _list(self) -> None:
        self.post_message(self.Told(await self.till.link.ask(ListShifts(limit=_MOST))))

    @on(Told)
    def _told(self, event: Told) -> None:
        match event.answer:
            case Shifts(found):
                self._shifts = tuple(
                    one for one in found if one.fiscal_drive_number and one.number is not None
                )
                self.rows.show(len(self._shifts), 0)
                if not self._shifts:
                    self._failure = Content(" " + _("The journal has no shifts yet."))
            case Declined(reason):
                text = _("The journal cannot be read: {why}.").format(why=why(reason))
                self._failure = mark(Level.STOPPED, f" {text}")
            case _:
                self._failure = mark(Level.UNKNOWN, " " + _("The station does not answer."))
        self.redraw()

    def _line(self, index: int) -> Content:
        shift, zone = self._shifts[index], self.till.now().tzinfo
        opened = f"{shift.opening.opened_at.astimezone(zone):%d.%m.%Y %H:%M}"
        closed = _("open")
        if shift.closing is not None:
            closed = f"{shift.closing.closed_at.astimezone(zone):%d.%m %H:%M}"
        number = _("shift {number}").format(number=shift.number)
        cashier = plain(shift.opening.cashier, _CASHIER)
        return Content(
            f"  {number:<12} {opened} – {closed:<12} {shift.fiscal_drive_number}  {cashier}"
        )
