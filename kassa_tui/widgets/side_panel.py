"""Shift, FN and the last receipt with its QR, beside the sale on wide terminals."""

from __future__ import annotations

from datetime import datetime

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from drivers.register import ShiftState
from kassa_tui.journal.records import PaymentState
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.qr_code import QrCode
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.still import Still
from kassa_tui.widgets.world import shift_open_for
from kassa_tui.words import _

_CELLS = 37
_LABEL = 10


class SidePanel(Vertical):
    """Hidden where there is no room for it."""

    def __init__(self, *, console: bool) -> None:
        super().__init__()
        self._on_console = console

    def compose(self) -> ComposeResult:
        yield Heading(_("Shift"))
        yield Still(id="side-shift")
        yield Heading(_("FN"))
        yield Still(id="side-fn")
        yield Heading(_("Last receipt"))
        yield Still(id="side-receipt")
        yield QrCode(console=self._on_console, id="side-qr")

    def show(self, snapshot: Snapshot, now: datetime) -> None:
        self.query_one("#side-shift", Still).put(_shift(snapshot, now))
        self.query_one("#side-fn", Still).put(_fn(snapshot))
        last = next((state for state in snapshot.payments if state.document is not None), None)
        self.query_one("#side-receipt", Still).put(_receipt(last))
        self.query_one(QrCode).show(last.document.qr if last and last.document else "")


def _rows(*rows: tuple[str, str]) -> Content:
    return Content("\n").join(
        Content(f"{label:<{_LABEL}}") + outside(value, _CELLS - _LABEL) for label, value in rows
    )


def _shift(snapshot: Snapshot, now: datetime) -> Content:
    register = snapshot.register
    if register is None:
        return Content(_("not told yet"))
    if register.shift is ShiftState.CLOSED:
        return _rows((_("Number"), str(register.shift_number)), (_("State"), _("closed")))
    return _rows(
        (_("Number"), str(register.shift_number)),
        (_("Open for"), span(shift_open_for(register, snapshot, now))),
        (_("Receipts"), str(register.receipts_in_shift)),
    )


def _fn(snapshot: Snapshot) -> Content:
    register = snapshot.register
    if register is None:
        return Content(_("not told yet"))
    until = register.fn.valid_until
    return _rows(
        (_("FN"), register.fn.fiscal_drive_number),
        (_("Until"), f"{until:%d.%m.%Y}" if until is not None else "—"),
        (_("Last FD"), str(register.fn.last_fiscal_document_number)),
    )


def _receipt(state: PaymentState | None) -> Content:
    if state is None or state.document is None:
        return Content(_("none yet"))
    document = state.document
    return _rows(
        (_("FD"), str(document.fiscal_document_number)),
        (_("FP"), f"{document.fiscal_sign:010}"),
        (_("Time"), f"{document.date_time:%d.%m.%Y %H:%M}"),
    )
