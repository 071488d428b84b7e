"""Shift, FN and the last receipt with its QR, beside the sale on wide terminals."""

from __future__ import annotations

from datetime import datetime

from textual.containers import Vertical
from textual.content import Content

from drivers.register import ShiftState
from kassa_tui.journal.records import PaymentState
from kassa_tui.money import format_sum
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.fn_facts import BLOCKED_AFTER
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import mark
from kassa_tui.widgets.outside_text import outside, pad
from kassa_tui.widgets.payment_lines import method_word
from kassa_tui.widgets.qr_code import QrCode
from kassa_tui.widgets.shift_facts import backlog_level, clocks
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.still import Still
from kassa_tui.words import _

_CELLS = 37
_LABEL = 10
_CLOCK = 4
_QR_ROWS = 19
_NO_QR_ROWS = 2
"""Rows of the words that stand where a QR does not fit."""


class SidePanel(Vertical):
    """Hidden where there is no room for it."""

    def __init__(self, *, console: bool) -> None:
        self._shift, self._fn, self._receipt = Still(), Still(), Still()
        self._qr = QrCode(console=console, id="side-qr")
        self._told: tuple[Snapshot, datetime] | None = None
        super().__init__(
            Heading(_("Shift")),
            self._shift,
            Heading(_("FN")),
            self._fn,
            Heading(_("Last receipt")),
            self._receipt,
            self._qr,
        )

    def on_resize(self) -> None:
        if self._told is not None:
            self.show(*self._told)

    def show(self, snapshot: Snapshot, now: datetime) -> None:
        self._told = snapshot, now
        last = next((state for state in snapshot.payments if state.document is not None), None)
        fixed = [
            (self._fn, _fn(snapshot)),
            (self._receipt, _receipt(last)),
        ]
        for still, lines in fixed:
            still.put(Content("\n").join(lines))
        headings = len(fixed) + 1
        rest = self.size.height - headings - sum(len(lines) for _still, lines in fixed)
        shift = _clocks(snapshot, now)
        # The sums give way to the QR where there is room for one.
        rest -= len(shift)
        room = rest - (_QR_ROWS if rest >= _QR_ROWS else _NO_QR_ROWS)
        shift += _sums(snapshot)[: max(room, 0)]
        self._shift.put(Content("\n").join(shift))
        self._qr.show(last.document.qr if last and last.document else "")


def _row(label: str, value: str) -> Content:
    return Content(pad(label, _LABEL)) + outside(value, _CELLS - _LABEL)


def _clocks(snapshot: Snapshot, now: datetime) -> list[Content]:
    register = snapshot.register
    if register is None:
        return [Content(_("not told yet"))]
    number = str(register.shift_number)
    if register.shift is ShiftState.CLOSED:
        lines = [_row(_("Number"), number), _row(_("State"), _("closed"))]
    else:
        text = _("{shift}, receipts: {count}").format(
            shift=number, count=register.receipts_in_shift
        )
        lines = [_row(_("Number"), text)]
    return lines + [
        Content(pad(name, _CLOCK)) + mark(level, " " + said)
        for name, level, said in clocks(snapshot, now)
    ]


def _sums(snapshot: Snapshot) -> list[Content]:
    """What each method has brought, returns taken off."""
    if snapshot.shift is None:
        return []
    return [
        _row(method_word(one.method), format_sum(one.net).rjust(_CELLS - _LABEL))
        for one in snapshot.shift.totals
    ]


def _fn(snapshot: Snapshot) -> list[Content]:
    register = snapshot.register
    if register is None:
        return [Content(_("not told yet"))]
    days, until = snapshot.fn_days_left(register.clock.date()), register.fn.valid_until
    term = _("not told")
    if days is not None and until is not None:
        term = _("{days} d, until {until}").format(days=days, until=f"{until:%d.%m.%Y}")
    unsent, first = register.ofd.unsent_count, register.ofd.first_unsent_at
    waiting = str(unsent)
    if unsent and first is not None:
        left = span(BLOCKED_AFTER - (register.clock - first))
        waiting = _("{count}, block in {left}").format(count=unsent, left=left)
    return [
        _row(_("Number"), register.fn.fiscal_drive_number),
        _row(_("Left"), term),
        Content(pad(_("OFD"), _LABEL)) + mark(backlog_level(snapshot), f" {waiting}"),
    ]


def _receipt(state: PaymentState | None) -> list[Content]:
    if state is None or state.document is None:
        return [Content(_("none yet"))]
    document = state.document
    return [
        _row(_("FD"), str(document.fiscal_document_number)),
        _row(_("FP"), f"{document.fiscal_sign:010}"),
        _row(_("Time"), f"{document.date_time:%d.%m.%Y %H:%M}"),
    ]
