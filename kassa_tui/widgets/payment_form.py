"""The payment form: what is typed, what is wrong with it, the sum to take."""

from __future__ import annotations

from enum import StrEnum
from itertools import pairwise

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Input

from kassa_tui.journal.records import PayBy
from kassa_tui.money import format_sum
from kassa_tui.station.requests import TakePayment
from kassa_tui.widgets.big_sum import BigSum
from kassa_tui.widgets.fields import SUM_CELLS, Choice, SumField, TextField
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_METHODS = (PayBy.CASH, PayBy.CARD)
_MAX_CLIENT = 64


class Fault(StrEnum):
    """What keeps the form from being sent; the value is its msgid."""

    NO_SUM = N_("Type the sum.")
    WRONG_SUM = N_("This is no sum: 500 or 499,50")
    ZERO_SUM = N_("The sum is zero.")
    WRONG_TENDERED = N_("This is no sum: 1000 or 1000,00")
    TENDERED_TOO_SMALL = N_("Less was given than is to be paid.")


class PaymentForm(Horizontal):
    """Fields on the left, the sum to take on the right."""

    client = query_one("#client", TextField)
    total = query_one("#total", SumField)
    method = query_one("#method", Choice)
    tendered = query_one("#tendered", SumField)

    class Edited(Message):
        """Something was typed or chosen."""

    def compose(self) -> ComposeResult:
        with Vertical(id="fields"):
            with Horizontal():
                yield Still(_("Operation"), classes="label")
                yield Still(_("Top-up of the balance"), classes="value")
            with Horizontal():
                yield Still(_("Client"), classes="label")
                yield TextField(id="client", max_length=_MAX_CLIENT)
            with Horizontal():
                yield Still(_("Sum"), classes="label")
                yield SumField(id="total")
            with Horizontal():
                yield Still(_("Payment"), classes="label")
                yield Choice((_("Cash"), _("Card")), id="method")
            with Horizontal(id="tendered-row"):
                yield Still(_("Given"), classes="label")
                yield SumField(id="tendered")
            with Horizontal(id="change-row"):
                yield Still(_("Change"), classes="label")
                yield Still(id="change")
            yield Still(id="fault")
        with Vertical(id="to-take"):
            yield Still(_("TO PAY"), id="to-take-label")
            yield BigSum(id="big")
            yield Still(id="hint")

    @property
    def pay_by(self) -> PayBy:
        return _METHODS[self.method.chosen]

    @property
    def is_blank(self) -> bool:
        return self.total.is_blank and self.tendered.is_blank and not self.client.value.strip()

    @property
    def draft(self) -> TakePayment | Fault:
        """The request that the form makes, or what is wrong first."""
        total = self.total.kopecks
        if total is None:
            return Fault.NO_SUM if self.total.is_blank else Fault.WRONG_SUM
        if total == 0:
            return Fault.ZERO_SUM
        tendered = None
        if self.pay_by is PayBy.CASH and not self.tendered.is_blank:
            tendered = self.tendered.kopecks
            if tendered is None:
                return Fault.WRONG_TENDERED
            if tendered < total:
                return Fault.TENDERED_TOO_SMALL
        return TakePayment(
            total=total, pay_by=self.pay_by, tendered=tendered, client=self.client.value.strip()
        )

    def show_fault(self, fault: Fault) -> None:
        """Say what is wrong and put the cursor there."""
        self.query_one("#fault", Still).put(mark(Level.LOOK, " " + _(fault)))
        wrong_tendered = (Fault.WRONG_TENDERED, Fault.TENDERED_TOO_SMALL)
        (self.tendered if fault in wrong_tendered else self.total).focus()

    def show_hint(self, hint: Content) -> None:
        """The line under the sum: what a key does, or what is being waited for."""
        self.query_one("#hint", Still).put(hint)

    def clear(self) -> None:
        """Empty the form and go to its first field."""
        self.client.value = self.total.value = self.tendered.value = ""
        self.method.chosen = 0
        self.focus_first_empty()

    def focus_first_empty(self) -> None:
        for field in (self.client, self.total):
            if not field.value.strip():
                field.focus()
                return
        (self.tendered if self.pay_by is PayBy.CASH else self.method).focus()

    def on_mount(self) -> None:
        self._redraw()

    @on(Input.Changed)
    @on(Choice.Changed)
    def _edited(self) -> None:
        self.query_one("#fault", Still).put("")
        self._redraw()
        self.post_message(self.Edited())

    def next_field(self) -> None:
        """Walk forward; the last field keeps the cursor, for nothing is confirmed by Enter."""
        by_cash = self.pay_by is PayBy.CASH
        order = (self.client, self.total, self.method, *((self.tendered,) if by_cash else ()))
        for field, following in pairwise(order):
            if self.screen.focused is field:
                self.screen.set_focus(following)
                return

    def _redraw(self) -> None:
        by_cash = self.pay_by is PayBy.CASH
        self.query_one("#tendered-row").display = by_cash
        total, tendered = self.total.kopecks, self.tendered.kopecks
        change = None
        if by_cash and total is not None and tendered is not None and tendered >= total:
            change = tendered - total
        self.query_one("#change-row").display = change is not None
        if change is not None:
            text = format_sum(change).rjust(SUM_CELLS - 1)
            self.query_one("#change", Still).put(Content.styled(text, "bold"))
        self.query_one(BigSum).show(total)
