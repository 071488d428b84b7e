"""What a cashier must hear of, derived from a snapshot. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from drivers.register import PrintState, Reason, ShiftState
from kassa_tui.journal.records import PaymentState
from kassa_tui.station.snapshot import Snapshot

WARN_AFTER = timedelta(hours=23)
"""A shift of this age should be closed before it cannot be used any more."""

AWAY_AFTER = timedelta(seconds=30)
"""A CRM that fails for less is no news."""


class AlarmKind(StrEnum):
    """Most urgent first."""

    JOURNAL_FAILED = "journal_failed"
    OUTCOME_UNKNOWN = "outcome_unknown"
    REGISTER_SILENT = "register_silent"
    SHIFT_EXPIRED = "shift_expired"
    PAYMENT_UNCONFIRMED = "payment_unconfirmed"
    """Only the CRM can let it take place, and it has not answered."""
    RECEIPT_MISSING = "receipt_missing"
    """Money taken, surely no receipt."""
    PAPER_OUT = "paper_out"
    PRINT_TORN = "print_torn"
    """Paper is back, the torn document waits to be printed again."""
    COVER_OPEN = "cover_open"
    FN_REPLACE_URGENTLY = "fn_replace_urgently"
    OFD_OVERDUE = "ofd_overdue"
    CASH_UNKNOWN = "cash_unknown"
    """Nobody knows whether the register has a movement of cash."""
    CRM_AWAY = "crm_away"
    """It has not answered for a while; what it must hear waits."""
    CRM_POISONED = "crm_poisoned"
    """The CRM does not take a record; a person must look."""
    SHIFT_OLD = "shift_old"
    """It is open for 23 hours: soon nothing can be taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    kind: AlarmKind
    payment: PaymentState | None = None
    """Of the payment that it concerns."""
    reason: Reason | None = None
    detail: str = ""


def alarms(snapshot: Snapshot) -> tuple[Alarm, ...]:
    """Everything that is wrong now, the most urgent first."""
    return tuple(_alarms(snapshot))


def _is_old(snapshot: Snapshot) -> bool:
    """K1: either shift, each by its own clock."""
    register, crm = snapshot.register, snapshot.crm
    ages = []
    if register is not None and register.shift is ShiftState.OPEN and register.shift_opened_at:
        ages.append(register.clock - register.shift_opened_at)
    if crm is not None and crm.shift_opened_at is not None:
        ages.append(snapshot.at - crm.shift_opened_at)
    return any(age >= WARN_AFTER for age in ages)


def _alarms(snapshot: Snapshot) -> Iterator[Alarm]:
    if snapshot.journal_failure:
        yield Alarm(kind=AlarmKind.JOURNAL_FAILED, detail=snapshot.journal_failure)
    if snapshot.unsettled is not None:
        yield Alarm(kind=AlarmKind.OUTCOME_UNKNOWN, payment=snapshot.unsettled.payment)
    if snapshot.silence is not None:
        yield Alarm(
            kind=AlarmKind.REGISTER_SILENT,
            reason=snapshot.silence.reason,
            detail=snapshot.silence.detail,
        )
    register = snapshot.register
    if register is not None and register.shift is ShiftState.EXPIRED:
        yield Alarm(kind=AlarmKind.SHIFT_EXPIRED)
    for state in snapshot.unconfirmed:
        yield Alarm(kind=AlarmKind.PAYMENT_UNCONFIRMED, payment=state)
    for state in snapshot.unissued:
        attempt = state.last_attempt
        reason = Reason(attempt.reason) if attempt and attempt.reason else None
        yield Alarm(
            kind=AlarmKind.RECEIPT_MISSING,
            payment=state,
            reason=reason,
            detail=attempt.detail if attempt else "",
        )
    if snapshot.unknown_cash_moves:
        yield Alarm(kind=AlarmKind.CASH_UNKNOWN)
    crm = snapshot.crm
    since = crm.failing_since if crm is not None else None
    if since is not None and snapshot.at - since >= AWAY_AFTER:
        yield Alarm(kind=AlarmKind.CRM_AWAY)
    if crm is not None and crm.poisoned:
        yield Alarm(kind=AlarmKind.CRM_POISONED)
    if _is_old(snapshot):
        yield Alarm(kind=AlarmKind.SHIFT_OLD)
    if register is None or snapshot.silence is not None:
        return
    if register.cover_open:
        yield Alarm(kind=AlarmKind.COVER_OPEN)
    elif not register.paper_present or register.print_state is PrintState.PAPER_OUT:
        yield Alarm(kind=AlarmKind.PAPER_OUT)
    elif register.print_state is PrintState.WAITS_FOR_CONTINUE:
        yield Alarm(kind=AlarmKind.PRINT_TORN)
    if register.fn.warnings.replace_urgently:
        yield Alarm(kind=AlarmKind.FN_REPLACE_URGENTLY)
    if register.fn.warnings.ofd_overdue:
        yield Alarm(kind=AlarmKind.OFD_OVERDUE)
