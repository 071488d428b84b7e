"""What is well with a till and what is not, step by step. Pure.

The steps stand in the order in which a person looks for a fault: what a step needs is
checked by the steps before it. Each is one finding::

    WELL     checked, and in order
    LOOK     works, and wants to be looked at
    WRONG    checked, and this is it
    BY_EYE   only a person can see this
    UNTOLD   cannot be checked before what stands in the way is mended
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from drivers.register import (
    FnPhase,
    LinkFinding,
    LinkState,
    PrintState,
    Reason,
    RegisterStatus,
    ShiftState,
)
from kassa_tui.station.alarms import WARN_AFTER
from kassa_tui.station.snapshot import Snapshot

MOST_CLOCK_DIFFERENCE = timedelta(minutes=2)
"""The register's clock dates fiscal documents; further off it should be set."""
AMPLE_ROOM = 8
"""Free room is ample from so many times the least."""
UNSENT_TO_LOOK_AT = timedelta(days=1)
"""After 30 days the FN takes no receipt."""
UNSENT_TOO_LONG = timedelta(days=25)
FN_DAYS_TO_LOOK_AT = 30

_FN_REASONS = frozenset(
    {
        Reason.FN_FULL,
        Reason.FN_EXPIRED,
        Reason.FN_FAULT,
        Reason.FN_CLOSED,
        Reason.OFD_BLOCKED,
    }
)


class Check(StrEnum):
    """What is checked. `Step.value` holds what each names, where it has a number."""

    POWER = "power"
    CABLE = "cable"
    PORT = "port"
    """A register on a serial port: the port is listed."""
    ADDRESS = "address"
    """A register on the network: the address takes connections."""
    SERVICE = "service"
    """The program that has the register answers."""
    REPLUG = "replug"
    """The register's port goes and comes back with its cable."""
    SERVICE_STOP = "service_stop"
    SERVICE_START = "service_start"
    """That program ended and started again, with the rights that it needs."""
    DEVICE = "device"
    """It answers, in its protocol."""
    PASSWORD = "password"  # noqa: S105
    FN = "fn"
    """Days of its term."""
    SHIFT = "shift"
    """Hours that it is open for; None: it is closed."""
    COVER = "cover"
    PAPER = "paper"
    PRINT = "print"
    """The last document is printed to its end."""
    CLOCK = "clock"
    """Seconds that the register's clock is ahead of the computer's."""
    OFD = "ofd"
    """Documents that wait; `since` dates the oldest."""
    DRAWER = "drawer"
    """Movements of cash of which nobody knows."""
    RECEIPTS = "receipts"
    """Payments without a receipt."""
    SIGN_IN = "sign_in"
    """The CRM takes the token; told where it does not."""
    CRM = "crm"
    RECORDS = "records"
    """Records that the CRM does not take."""
    ELSEWHERE = "elsewhere"
    """Payments of the CRM's own screens that wait for their receipt; told where this till
    issues these by itself."""
    DISK = "disk"
    """Free MiB where the journal is."""
    JOURNAL = "journal"


class Finding(StrEnum):
    WELL = "well"
    LOOK = "look"
    WRONG = "wrong"
    BY_EYE = "by_eye"
    UNTOLD = "untold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    check: Check
    finding: Finding
    value: int | None = None
    """A number; see `Check`."""
    since: datetime | None = None
    reason: Reason | None = None
    """What the register said."""
    detail: str = ""
    """Outside text: somebody's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The answer to `Diagnose`."""

    at: datetime
    steps: tuple[Step, ...]
    link: LinkFinding | None = None
    """What can be seen of the way to the register; None while it answers."""

    @property
    def register_is_away(self) -> bool:
        """It does not answer as it should, whatever stands in the way."""
        return any(
            one.check is Check.DEVICE and one.finding is not Finding.WELL for one in self.steps
        )

    @property
    def is_well(self) -> bool:
        return all(one.finding is Finding.WELL for one in self.steps)


def diagnose(
    snapshot: Snapshot,
    *,
    link: LinkFinding | None,
    status_at: datetime | None,
    room: int | None,
    least_room: int,
    at: datetime,
) -> Diagnosis:
    """All steps.

    Args:
        link: The way to a silent register, as far as it was looked at.
        status_at: When the register told its state, by the clock that dates snapshots.
        room: Free bytes where the journal is; None: nobody can tell.
        least_room: With less of it no payment is taken.
    """
    steps = (*_register(snapshot, link, status_at), *_beside(snapshot), _disk(room, least_room))
    return Diagnosis(at=at, steps=steps, link=link)


def _register(
    snapshot: Snapshot, link: LinkFinding | None, status_at: datetime | None
) -> Iterator[Step]:
    silence, register = snapshot.silence, snapshot.register
    if silence is None and register is not None:
        for check in (Check.POWER, Check.CABLE, Check.DEVICE, Check.PASSWORD):
            yield Step(check=check, finding=Finding.WELL)
        yield _fn(snapshot, register)
        yield _shift(snapshot, register)
        yield from _printer(register)
        yield _clock(register, status_at)
        yield _ofd(snapshot, register)
        return
    if link is not None and link.is_service:
        yield from _service(link, silence.reason if silence is not None else None)
    else:
        yield from _way(link)
    reason = silence.reason if silence is not None else None
    detail = silence.detail if silence is not None else ""
    checks: tuple[Check, ...]
    if reason in (None, Reason.UNREACHABLE, Reason.SERVER_UNAVAILABLE):
        is_cut = link is not None and link.state is not LinkState.PRESENT
        is_service = reason is Reason.SERVER_UNAVAILABLE
        is_known = reason is not None and not is_service and not is_cut
        stands = Finding.WRONG if is_known else Finding.UNTOLD
        yield Step(check=Check.DEVICE, finding=stands, reason=reason, detail=detail)
        checks = (Check.PASSWORD, Check.FN)
    else:
        is_password = reason is Reason.WRONG_PASSWORD
        is_fn = reason in _FN_REASONS
        answers = Finding.WELL if is_password or is_fn else Finding.WRONG
        yield Step(check=Check.DEVICE, finding=answers, reason=reason, detail=detail)
        if is_password:
            yield Step(check=Check.PASSWORD, finding=Finding.WRONG, detail=detail)
            checks = (Check.FN,)
        elif is_fn:
            yield Step(check=Check.PASSWORD, finding=Finding.WELL)
            yield Step(check=Check.FN, finding=Finding.WRONG, reason=reason, detail=detail)
            checks = ()
        else:
            checks = (Check.PASSWORD, Check.FN)
    for check in (*checks, Check.SHIFT, Check.COVER, Check.PAPER, Check.PRINT, Check.CLOCK):
        yield Step(check=check, finding=Finding.UNTOLD)
    yield Step(check=Check.OFD, finding=Finding.UNTOLD)


def _way(link: LinkFinding | None) -> Iterator[Step]:
    yield Step(check=Check.POWER, finding=Finding.BY_EYE)
    yield Step(check=Check.CABLE, finding=Finding.BY_EYE)
    if link is not None:
        check = Check.PORT if link.is_serial else Check.ADDRESS
        is_there = link.state is LinkState.PRESENT
        yield Step(check=check, finding=Finding.WELL if is_there else Finding.WRONG)


def _service(link: LinkFinding, reason: Reason | None) -> Iterator[Step]:
    """A register that a program has: first the program, then the register's way to it."""
    is_there = link.state is LinkState.PRESENT
    yield Step(check=Check.ADDRESS, finding=Finding.WELL if is_there else Finding.WRONG)
    if not is_there or reason is Reason.SERVER_UNAVAILABLE:
        untold = Finding.WRONG if is_there else Finding.UNTOLD
        yield Step(check=Check.SERVICE, finding=untold)
        return
    yield Step(check=Check.SERVICE, finding=Finding.WELL if reason is not None else Finding.UNTOLD)
    if reason is Reason.DEVICE_MISSING:
        checks = (Check.POWER, Check.REPLUG, Check.SERVICE_STOP, Check.SERVICE_START)
        for check in checks:
            yield Step(check=check, finding=Finding.BY_EYE)


def _fn(snapshot: Snapshot, register: RegisterStatus) -> Step:
    days = snapshot.fn_days_left(register.clock.date())
    if register.fn.phase is not FnPhase.FISCAL:
        return Step(check=Check.FN, finding=Finding.WRONG, value=days, reason=Reason.FN_CLOSED)
    warnings = register.fn.warnings
    if days is not None and days < 0:
        return Step(check=Check.FN, finding=Finding.WRONG, value=days, reason=Reason.FN_EXPIRED)
    is_ending = warnings.replace_soon or warnings.replace_urgently or warnings.memory_nearly_full
    look = is_ending or (days is not None and days <= FN_DAYS_TO_LOOK_AT)
    return Step(check=Check.FN, finding=Finding.LOOK if look else Finding.WELL, value=days)


def _shift(snapshot: Snapshot, register: RegisterStatus) -> Step:
    opened, crm = register.shift_opened_at, snapshot.crm
    ages = [register.clock - opened] if opened is not None else []
    if crm is not None and crm.shift_opened_at is not None:
        ages.append(snapshot.at - crm.shift_opened_at)
    hours = max(ages) // timedelta(hours=1) if ages else None
    match register.shift:
        case ShiftState.EXPIRED:
            finding = Finding.WRONG
        case ShiftState.CLOSED:
            return Step(check=Check.SHIFT, finding=Finding.LOOK)
        case ShiftState.OPEN:
            finding = Finding.LOOK if any(age >= WARN_AFTER for age in ages) else Finding.WELL
    return Step(check=Check.SHIFT, finding=finding, value=hours, since=opened)


def _printer(register: RegisterStatus) -> Iterator[Step]:
    yield Step(check=Check.COVER, finding=Finding.WRONG if register.cover_open else Finding.WELL)
    paper = register.paper_present and register.print_state is not PrintState.PAPER_OUT
    yield Step(check=Check.PAPER, finding=Finding.WELL if paper else Finding.WRONG)
    is_torn = register.print_state in (PrintState.PAPER_OUT, PrintState.WAITS_FOR_CONTINUE)
    yield Step(check=Check.PRINT, finding=Finding.WRONG if is_torn else Finding.WELL)


def _clock(register: RegisterStatus, status_at: datetime | None) -> Step:
    if status_at is None:
        return Step(check=Check.CLOCK, finding=Finding.UNTOLD)
    ahead = register.clock - status_at
    is_off = abs(ahead) > MOST_CLOCK_DIFFERENCE
    return Step(
        check=Check.CLOCK,
        finding=Finding.LOOK if is_off else Finding.WELL,
        value=round(ahead.total_seconds()),
    )


def _ofd(snapshot: Snapshot, register: RegisterStatus) -> Step:
    ofd = register.ofd
    age = register.clock - ofd.first_unsent_at if ofd.first_unsent_at else timedelta(0)
    if ofd.unsent_count and age >= UNSENT_TOO_LONG:
        finding = Finding.WRONG
    elif register.fn.warnings.ofd_overdue or (ofd.unsent_count and age >= UNSENT_TO_LOOK_AT):
        finding = Finding.LOOK
    else:
        finding = Finding.WELL
    return Step(check=Check.OFD, finding=finding, value=ofd.unsent_count, since=ofd.first_unsent_at)


def _beside(snapshot: Snapshot) -> Iterator[Step]:
    """What does not hang on the register."""
    unknown, missing = len(snapshot.unknown_cash_moves), snapshot.without_receipt
    yield Step(
        check=Check.RECEIPTS, finding=Finding.WRONG if missing else Finding.WELL, value=missing
    )
    yield Step(
        check=Check.DRAWER, finding=Finding.BY_EYE if unknown else Finding.WELL, value=unknown
    )
    if (crm := snapshot.crm) is not None:
        if crm.signed_out:
            yield Step(check=Check.SIGN_IN, finding=Finding.WRONG, value=crm.queued)
        if crm.failing_since is not None:
            finding = Finding.WRONG
        else:
            finding = Finding.LOOK if crm.not_offered and crm.queued else Finding.WELL
        yield Step(
            check=Check.CRM,
            finding=finding,
            value=crm.queued,
            since=crm.failing_since,
            detail=", ".join(crm.not_offered),
        )
        yield Step(
            check=Check.RECORDS,
            finding=Finding.WRONG if crm.poisoned else Finding.WELL,
            value=crm.poisoned,
            detail=crm.poisoned_calls[0].error if crm.poisoned_calls else "",
        )
        if (elsewhere := crm.elsewhere) is not None:
            finding = Finding.LOOK if elsewhere.left else Finding.WELL
            yield Step(
                check=Check.ELSEWHERE,
                finding=finding if elsewhere.can_claim else Finding.WRONG,
                value=elsewhere.left or elsewhere.waiting,
            )
    failure = snapshot.journal_failure
    yield Step(
        check=Check.JOURNAL, finding=Finding.WRONG if failure else Finding.WELL, detail=failure
    )


def _disk(room: int | None, least: int) -> Step:
    if room is None or room < least:
        finding = Finding.WRONG
    else:
        finding = Finding.LOOK if room < AMPLE_ROOM * least else Finding.WELL
    return Step(check=Check.DISK, finding=finding, value=None if room is None else room >> 20)
