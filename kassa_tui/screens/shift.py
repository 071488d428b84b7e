"""The shift: how it stands, and what can be done about it."""

from __future__ import annotations

from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content

from drivers.register import RegisterStatus, ShiftState
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Declined, Done
from kassa_tui.station.requests import XReport
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.shift_facts import drawer_lines, method_table, shift_lines, unsent_line
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _


class ShiftScreen(FramedScreen):
    """Facts on the left, what can be done on the right. Nothing is done by one key but the
    X report; the forms behind the others are confirmed by F12."""

    KEYS = (
        HELP,
        ALARMS,
        BACK,
        Command(
            "open", ("f12", "plus"), N_("F12"), N_("Open the shift"), N_("Open the shift (or +)")
        ),
        Command(
            "turn_over",
            ("f12", "plus"),
            N_("F12"),
            N_("Close and open"),
            N_("Close a shift that is open for too long, and open the next (or +)"),
        ),
        Command("close", ("з", "p", "c", "с"), N_("C"), "", N_("Close the shift")),
        Command("rotate", ("н", "y", "r", "к"), N_("R"), "", N_("Close and open the next")),
        Command("collect", ("и", "b", "l", "д"), N_("L"), "", N_("Collect cash")),
        Command("cash_in", ("в", "d", "i", "ш"), N_("I"), "", N_("Put cash in")),
        Command("cash_out", ("р", "h", "o", "щ"), N_("O"), "", N_("Take cash out")),
        Command(
            "x_report",
            ("х", "left_square_bracket", "x", "ч"),
            N_("X"),
            "",
            N_("Print the X report"),
        ),
        Command("end_report", ("о", "j", "e", "у"), N_("E"), "", N_("How the last one ended")),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._is_asking = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        with Horizontal(id="shift"):
            yield Still(id="shift-facts")
            yield Still(id="shift-more")
        yield Still(id="shift-outcome")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        register, snapshot = self._register, self.till.snapshot
        crm_is_open = snapshot is not None and bool(snapshot.crm and snapshot.crm.shift_is_open)
        match action:
            case "open":
                return register is not None and register.shift is ShiftState.CLOSED
            case "turn_over":
                return register is not None and register.shift is ShiftState.EXPIRED
            case "close":
                return register is not None and (
                    register.shift is not ShiftState.CLOSED or crm_is_open
                )
            case "rotate":
                return register is not None and register.shift is not ShiftState.CLOSED
            case "collect" | "cash_in" | "cash_out":
                return register is not None and register.shift is ShiftState.OPEN
            case "x_report":
                return (
                    register is not None
                    and register.shift is not ShiftState.CLOSED
                    and not self._is_asking
                )
            case "end_report":
                return self.till.end_report is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        snapshot = self.till.snapshot
        if snapshot is None:
            return
        facts = shift_lines(snapshot, self.till.now())
        if snapshot.shift is not None:
            facts += [Content(""), *method_table(snapshot.shift)]
        facts += [Content(""), unsent_line(snapshot)]
        self.query_one("#shift-facts", Still).put(Content("\n").join(facts))
        more = [*self._menu(), Content(""), *drawer_lines(snapshot)]
        self.query_one("#shift-more", Still).put(Content("\n").join(more))
        self.query_one("#shift-outcome", Still).put(self._outcome)

    def action_open(self) -> None:
        self._count("OPEN")

    def action_close(self) -> None:
        self._count("CLOSE")

    def action_rotate(self) -> None:
        self._count("ROTATE")

    action_turn_over = action_rotate

    def action_collect(self) -> None:
        self._move_cash("COLLECTION")

    def action_cash_in(self) -> None:
        self._move_cash("IN")

    def action_cash_out(self) -> None:
        self._move_cash("OUT")

    def action_end_report(self) -> None:
        from kassa_tui.screens.end_report import EndReportScreen

        self.app.push_screen(EndReportScreen(self.till))

    def action_x_report(self) -> None:
        self._is_asking = True
        self._outcome = Content(_("The register is working..."))
        self.redraw()
        self._print_x_report()

    @property
    def _register(self) -> RegisterStatus | None:
        """None while it does not tell how it is."""
        snapshot = self.till.snapshot
        return snapshot.register if snapshot is not None and snapshot.silence is None else None

    def _count(self, name: str) -> None:
        from kassa_tui.screens.count import CountScreen, Turn

        self._outcome = Content("")
        self.open_kept(f"count-{name}", lambda: CountScreen(self.till, Turn[name]))

    def _move_cash(self, name: str) -> None:
        from kassa_tui.screens.cash import CashScreen, Movement

        self._outcome = Content("")
        self.open_kept(f"cash-{name}", lambda: CashScreen(self.till, Movement[name]))

    def _menu(self) -> list[Content]:
        """The letters that can do something now."""
        return [
            Content.assemble((f"{_(command.key_text):<3}", "bold"), " ", _(command.help))
            for command in self.KEYS
            if not command.label and self.can(command.action)
        ]

    @work(exclusive=True, group="x-report")
    async def _print_x_report(self) -> None:
        answer = await self.till.link.ask(XReport())
        self._is_asking = False
        match answer:
            case Done():
                self._outcome = mark(Level.WELL, " " + _("The X report is being printed."))
            case Declined(reason):
                text = _("Nothing was done: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The register gave no answer."))
        self.redraw()
