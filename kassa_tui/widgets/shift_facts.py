"""The shift in words and sums: its two clocks, what each method brought, the drawer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from textual.content import Content

from drivers.register import ShiftState
from kassa_tui.money import format_sum
from kassa_tui.station.alarms import WARN_AFTER
from kassa_tui.station.shift_view import ShiftView
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import outside, pad
from kassa_tui.widgets.payment_lines import method_word
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.world import shift_open_for
from kassa_tui.words import _

LONGEST = timedelta(hours=24)
"""The register takes no receipt after that."""

_LABEL = 13
_METHOD = 9
_SUM = 13
_NAME = 34


def shift_lines(snapshot: Snapshot, now: datetime) -> list[Content]:
    """Number, cashier, both clocks, and how many payments there were."""
    register = snapshot.register
    if register is None or snapshot.silence is not None:
        lines = [mark(Level.UNKNOWN, " " + _("The register does not tell how the shift stands."))]
    elif register.shift is ShiftState.CLOSED:
        lines = [
            Content.styled(_("The shift is closed."), "bold"),
            Content(_("The last one was number {number}.").format(number=register.shift_number)),
        ]
    else:
        lines = [
            Content.styled(
                _("Shift {number} is open.").format(number=register.shift_number), "bold"
            )
        ]
    shift = snapshot.shift
    if shift is not None:
        lines.append(row(_("Cashier"), outside(shift.opened_by, _NAME)))
    lines += [row(name, mark(level, " " + said)) for name, level, said in clocks(snapshot, now)]
    if shift is not None:
        lines.append(row(_("Payments"), Content(str(shift.payments))))
    return lines


def clocks(snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, Level, str]]:
    """The age of the register's shift by its own clock, and of the CRM's shift."""
    register, crm = snapshot.register, snapshot.crm
    if register is not None and register.shift is not ShiftState.CLOSED:
        told = register.shift_opened_at is not None
        length = shift_open_for(register, snapshot, now) if told else None
        level, said = _age(length)
        if register.shift is ShiftState.EXPIRED and (length is None or length < LONGEST):
            level, said = Level.STOPPED, _("over 24 h")
        # What a silent register said last is not known to be true any more.
        yield _("FR"), Level.UNKNOWN if snapshot.silence is not None else level, said
    if crm is not None and crm.shift_is_open:
        opened_at = crm.shift_opened_at
        yield _("CRM"), *_age(now - opened_at if opened_at is not None else None)
    elif crm is not None and crm.tells_shifts:
        word = _("not told yet") if crm.shift_is_open is None else _("closed")
        yield _("CRM"), Level.UNKNOWN if crm.shift_is_open is None else Level.LOOK, word


def method_table(shift: ShiftView) -> list[Content]:
    """What each method brought, gave back, and their difference."""
    head = [_("taken"), _("returned"), _("net")]
    lines = [Content(pad("", _METHOD) + "".join(word.rjust(_SUM) for word in head))]
    lines += [
        Content(
            pad(method_word(one.method), _METHOD)
            + "".join(format_sum(kopecks).rjust(_SUM) for kopecks in (one.taken, one.returned))
        )
        + Content.styled(format_sum(one.net).rjust(_SUM), "bold")
        for one in shift.totals
    ]
    return lines if shift.totals else [Content(_("No payments yet."))]


def drawer_lines(snapshot: Snapshot) -> list[Content]:
    """Cash beside sales, and what the register has counted in the drawer.

    K12: where the count is blind, what should be in the drawer is not shown.
    """
    shift, register = snapshot.shift, snapshot.register
    if shift is None:
        return []
    sums = [
        (_("At opening"), shift.opening_cash),
        (_("Put in"), shift.cash_in),
        (_("Taken out"), shift.cash_out),
        (_("Collected"), shift.collected),
    ]
    lines = [row(label, Content(format_sum(kopecks).rjust(_SUM))) for label, kopecks in sums]
    if shift.blind_count:
        drawer = Content(_("count first").rjust(_SUM))
    elif register is None or register.cash_in_drawer is None:
        drawer = Content(_("not told").rjust(_SUM))
    else:
        drawer = Content.styled(format_sum(register.cash_in_drawer).rjust(_SUM), "bold")
    return [*lines, row(_("Drawer by FR"), drawer)]


def unsent_line(snapshot: Snapshot) -> Content:
    """What has not arrived yet: at the OFD, at the CRM, on the tape."""
    marks = []
    if snapshot.register is not None:
        count = snapshot.register.ofd.unsent_count
        marks.append(mark(backlog_level(snapshot), _("OFD {count}").format(count=count)))
    if snapshot.crm is not None:
        count = snapshot.crm.queued + snapshot.crm.poisoned
        marks.append(mark(_look_at(count), _("CRM {count}").format(count=count)))
    count = snapshot.without_receipt
    marks.append(mark(_look_at(count), _("No receipt {count}").format(count=count)))
    return row(_("Unsent"), Content("  ").join(marks))


def backlog_level(snapshot: Snapshot) -> Level:
    """How the OFD's queue stands."""
    if snapshot.register is None or snapshot.silence is not None:
        return Level.UNKNOWN
    return _look_at(snapshot.register.ofd.unsent_count)


def row(label: str, value: Content) -> Content:
    return Content(pad(label, _LABEL) + " ") + value


def _look_at(count: int) -> Level:
    return Level.LOOK if count else Level.WELL


def _age(length: timedelta | None) -> tuple[Level, str]:
    if length is None:
        return Level.UNKNOWN, _("age not told")
    if length >= LONGEST:
        return Level.STOPPED, _("{age}, over 24 h").format(age=span(length))
    level = Level.LOOK if length >= WARN_AFTER else Level.WELL
    return level, _("{age}, left: {left}").format(age=span(length), left=span(LONGEST - length))
