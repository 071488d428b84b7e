"""The receipt that came back: sums, numbers, three facts, and the QR for the client."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content

from drivers.register import PrintState
from kassa_tui.journal.records import PaymentState
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.requests import Declined, Done, PrintCopy
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.frame_lines import Strip
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.qr_code import QrCode
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.receipt_card import ReceiptCard
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _


class ReceiptScreen(FramedScreen):
    """Shows the receipt of one payment. The strip stands on the left, so that the code on
    the right is whole whatever else has to be said."""

    KEYS = (
        Command(
            "next", ("enter", "f2"), N_("Enter"), N_("Next client"), N_("The next client (or F2)")
        ),
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
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till, payment_id: UUID) -> None:
        super().__init__(till)
        self._payment_id = payment_id
        self._outcome = Content("")
        self._asking = False

    def compose_strip(self) -> ComposeResult:
        return iter(())

    def compose_work(self) -> ComposeResult:
        with Horizontal():
            with Vertical(id="receipt-left"):
                yield Still(id="receipt-title")
                yield ReceiptCard()
                yield Still(id="receipt-outcome")
                yield Strip(rows=5)
            yield QrCode(console=self.till.console, id="qr")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "print_copy":
            return self._can_copy and not self._asking
        return super().check_action(action, parameters)

    def draw(self) -> None:
        state, snapshot = self._state, self.till.snapshot
        if state is None or snapshot is None or state.document is None:
            return
        title = mark(Level.WELL, " " + _("RECEIPT RECORDED IN THE FN"))
        self.query_one("#receipt-title", Still).put(title)
        self.query_one(ReceiptCard).show(state, snapshot)
        self.query_one("#receipt-outcome", Still).put(self._outcome)
        self.query_one(QrCode).show(state.document.qr)

    def action_next(self) -> None:
        self.app.pop_screen()

    def action_print_copy(self) -> None:
        self._asking = True
        self.redraw()
        self._print_copy()

    @property
    def _state(self) -> PaymentState | None:
        snapshot = self.till.snapshot
        return snapshot.payment(self._payment_id) if snapshot is not None else None

    @property
    def _can_copy(self) -> bool:
        """A register copies its last document only."""
        state, snapshot = self._state, self.till.snapshot
        if state is None or state.document is None or snapshot is None:
            return False
        register = snapshot.register
        return (
            register is not None
            and snapshot.silence is None
            and register.print_state is PrintState.IDLE
            and register.fn.last_fiscal_document_number == state.document.fiscal_document_number
        )

    @work(exclusive=True, group="copy")
    async def _print_copy(self) -> None:
        answer = await self.till.link.ask(PrintCopy())
        self._asking = False
        match answer:
            case Done():
                self._outcome = mark(Level.WELL, " " + _("A copy is being printed."))
            case Declined(reason):
                text = _("No copy: {why}.").format(why=why(reason))
                self._outcome = mark(Level.LOOK, " " + text)
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The register gave no answer."))
        self.redraw()
