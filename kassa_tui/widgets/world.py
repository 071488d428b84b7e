"""Line 2: the state of the world, whole, each part a symbol, a word and a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from textual.content import Content

from drivers.register import PrintState, RegisterStatus, ShiftState
from kassa_tui.station.alarms import WARN_AFTER
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.spans import span
from kassa_tui.words import _

FN_DAYS_TO_LOOK_AT = 30
"""The FN itself warns at 30 days too."""


def world(snapshot: Snapshot, now: datetime) -> Content:
    """The line; `now` is of the clock that dates snapshots."""
    return Content("  ").join(mark(level, word) for level, word in _parts(snapshot, now))


def shift_open_for(register: RegisterStatus, snapshot: Snapshot, now: datetime) -> timedelta:
    """How long the shift has been open, by the register's clock."""
    if register.shift_opened_at is None:
        return timedelta(0)
    return register.clock - register.shift_opened_at + (now - snapshot.at)


def _parts(snapshot: Snapshot, now: datetime) -> Iterator[tuple[Level, str]]:
    register = snapshot.register
    if snapshot.silence is not None:
        since = span(now - snapshot.silence.since)
        yield Level.STOPPED, _("FR silent {since}").format(since=since)
    elif register is None:
        yield Level.UNKNOWN, _("FR")
    elif not _prints(register):
        yield Level.LOOK, _("FR paper")
    else:
        yield Level.WELL, _("FR")
    if register is None:
        yield Level.UNKNOWN, _("FN")
        yield Level.UNKNOWN, _("OFD")
        yield from _crm(snapshot)
        yield Level.UNKNOWN, _("Shift")
    else:
        told = snapshot.silence is None
        yield _fn(snapshot, register, told)
        unsent = register.ofd.unsent_count
        yield (
            _unless(told, Level.LOOK if unsent else Level.WELL),
            _("OFD {count}").format(count=unsent),
        )
        yield from _crm(snapshot)
        yield _shift(snapshot, register, now, told)
    missing = snapshot.without_receipt
    crm = snapshot.crm
    waiting = crm.elsewhere.waiting if crm is not None and crm.elsewhere is not None else 0
    word = _("No receipt {count}").format(count=missing)
    if waiting:
        word += " + " + _("CRM {count}").format(count=waiting)
    yield Level.LOOK if missing or waiting else Level.WELL, word


def _fn(snapshot: Snapshot, register: RegisterStatus, told: bool) -> tuple[Level, str]:
    days = snapshot.fn_days_left(register.clock.date())
    if days is None:
        return _unless(told, Level.WELL), _("FN")
    level = Level.STOPPED if days < 0 else Level.LOOK if days <= FN_DAYS_TO_LOOK_AT else Level.WELL
    return _unless(told, level), _("FN {days} d").format(days=days)


def _shift(
    snapshot: Snapshot, register: RegisterStatus, now: datetime, told: bool
) -> tuple[Level, str]:
    number = register.shift_number
    match register.shift:
        case ShiftState.CLOSED:
            return _unless(told, Level.LOOK), _("Shift closed")
        case ShiftState.EXPIRED:
            return _unless(told, Level.STOPPED), _("Shift {number}: over 24 h").format(
                number=number
            )
        case ShiftState.OPEN:
            if not told:  # its age goes on, but the words of the silence need the room
                return Level.UNKNOWN, _("Shift {number}").format(number=number)
            age = shift_open_for(register, snapshot, now)
            level = Level.LOOK if age >= WARN_AFTER else Level.WELL
            return level, _("Shift {number}: {length}").format(number=number, length=span(age))


def _crm(snapshot: Snapshot) -> Iterator[tuple[Level, str]]:
    """How many records wait for it; nothing where no CRM is used."""
    crm = snapshot.crm
    if crm is None:
        return
    waiting = crm.queued + crm.poisoned
    word = _("CRM {count}").format(count=waiting) if waiting else _("CRM")
    if crm.failing_since is not None:
        yield Level.STOPPED, word
    elif crm.shift_is_open is None and crm.tells_shifts:
        yield Level.UNKNOWN, word
    else:
        yield Level.LOOK if waiting else Level.WELL, word


def _unless(told: bool, level: Level) -> Level:
    """What a silent register said last is not known to be true any more."""
    return level if told else Level.UNKNOWN


def _prints(register: RegisterStatus) -> bool:
    return (
        register.paper_present
        and not register.cover_open
        and register.print_state in (PrintState.IDLE, PrintState.PRINTING)
    )
