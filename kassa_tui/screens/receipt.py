"""The receipt that came back: sums, numbers, what became of it, and the QR for the client."""

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
from kassa_tui.station.answers import Declined, Done
from kassa_tui.station.inquiries import ReadStory, Story
from kassa_tui.station.requests import ContinuePrint, PrintCopy
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.frame_lines import Strip
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.qr_code import QrCode
from kassa_tui.widgets.reasons import why
from kassa_tui.widgets.receipt_card import ReceiptCard
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _


class ReceiptScreen(FramedScreen):
    """Shows the receipts of one or more payments, one after the other.

    The strip stands on the left, so that the code on the right is whole whatever else has to
    be said.
    """

    KEYS = (
        Command(
            "next", ("enter", "f2"), N_("Enter"), N_("Next client"), N_("The next client (or F2)")
        ),
        HELP._replace(label=""),
        Command(
            "print",
            ("п", "g", "p", "з"),
            N_("P"),
            N_("Print a copy"),
            N_("Print again: what was torn as a whole, else a copy marked as one"),
        ),
        Command(
            "open_at_ofd",
            ("о", "j", "e", "у"),
            N_("E"),
            N_("Open OFD"),
            N_("The receipt at the site of the OFD: in a browser, else as a link and its QR"),
        ),
        ALARMS,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till, *payment_ids: UUID, sent_to: str = "") -> None:
        """`sent_to` is where the electronic receipt goes, masked; empty: nowhere, or unknown."""
        super().__init__(till)
        self._payment_ids = payment_ids
        self._at = 0
        self._sent_to = sent_to
        self._read: dict[UUID, PaymentState] = {}
        """Payments that are older than what a snapshot tells."""
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

    def on_mount(self) -> None:
        for payment_id in self._payment_ids:
            if self.till.snapshot is None or self.till.snapshot.payment(payment_id) is None:
                self._look_up(payment_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "print":
            return self._can_print and not self._asking
        if action == "open_at_ofd":
            return self._state is not None and self._state.document is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        state, snapshot = self._state, self.till.snapshot
        if state is None or snapshot is None or state.document is None:
            return
        title = " " + _("RECEIPT RECORDED IN THE FN")
        count = len(self._payment_ids)
        if count > 1:
            number = _("{number} of {count}").format(number=self._at + 1, count=count)
            title = f"{title} · {number}"
        self.query_one("#receipt-title", Still).put(mark(Level.WELL, title))
        self.query_one(ReceiptCard).show(state, snapshot, self._sent_to)
        self.query_one("#receipt-outcome", Still).put(self._outcome)
        self.query_one(QrCode).show(state.document.qr)

    def action_next(self) -> None:
        if self._at + 1 == len(self._payment_ids):
            self.app.pop_screen()
            return
        self._at += 1
        self._outcome = Content("")
        self.redraw()

    def action_print(self) -> None:
        self._asking = True
        self.redraw()
        self._print(ContinuePrint() if self._is_torn else PrintCopy())

    def action_open_at_ofd(self) -> None:
        from kassa_tui.screens.ofd_link import OfdLinkScreen

        state = self._state
        assert state is not None, "check_action lets nothing else through"
        assert state.document is not None, "check_action lets nothing else through"
        self.app.push_screen(OfdLinkScreen(self.till, state.document))

    @property
    def _state(self) -> PaymentState | None:
        payment_id, snapshot = self._payment_ids[self._at], self.till.snapshot
        told = snapshot.payment(payment_id) if snapshot is not None else None
        return told or self._read.get(payment_id)

    @property
    def _is_torn(self) -> bool:
        snapshot = self.till.snapshot
        register = snapshot.register if snapshot is not None else None
        return register is not None and register.print_state is PrintState.WAITS_FOR_CONTINUE

    @property
    def _can_print(self) -> bool:
        """A register prints its last document only."""
        state, snapshot = self._state, self.till.snapshot
        if state is None or state.document is None or snapshot is None:
            return False
        register = snapshot.register
        return (
            register is not None
            and snapshot.silence is None
            and (register.print_state is PrintState.IDLE or self._is_torn)
            and register.fn.last_fiscal_document_number == state.document.fiscal_document_number
        )

    @work(group="story")
    async def _look_up(self, payment_id: UUID) -> None:
        answer = await self.till.link.ask(ReadStory(payment_id))
        if isinstance(answer, Story):
            self._read[payment_id] = answer.state
            self.redraw()

    @work(exclusive=True, group="print")
    async def _print(self, request: PrintCopy | ContinuePrint) -> None:
        answer = await self.till.link.ask(request)
        self._asking = False
        match answer:
            case Done() if isinstance(request, ContinuePrint):
                self._outcome = mark(Level.WELL, " " + _("The document is being printed again."))
            case Done():
                self._outcome = mark(Level.WELL, " " + _("A copy is being printed."))
            case Declined(reason):
                text = _("Not printed: {why}.").format(why=why(reason))
                self._outcome = mark(Level.LOOK, " " + text)
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The register gave no answer."))
        self.redraw()
