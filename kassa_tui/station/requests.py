"""What a face may ask of the station, and the answers: frozen, typed, whole.

Every request is answered once, in the order of the queue::

    Done          it is done
    Recorded      the receipt is in the FN and in the journal
    NotRecorded   the money is noted, surely without a receipt; `IssueReceipt` may follow
    Uncertain     something may have been recorded; the station is finding out
    Declined      nothing was done and nothing noted
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from drivers.register import Reason
from kassa_tui.journal.records import PayBy


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePayment:
    """Take money for a client's balance and record the receipt of the advance."""

    total: int
    """Kopecks."""
    pay_by: PayBy
    tendered: int | None = None
    """Cash handed over, kopecks; None: exactly the total."""
    client: str = ""


@dataclass(frozen=True, slots=True)
class IssueReceipt:
    """Send the receipt of a payment that surely has none."""

    payment_id: UUID


@dataclass(frozen=True, slots=True)
class OpenShift:
    """Open a shift on the register."""


@dataclass(frozen=True, slots=True)
class CloseShift:
    """Close the shift, also one that is open for too long."""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Print the last document again, marked as a copy."""


@dataclass(frozen=True, slots=True)
class ContinuePrint:
    """After new paper: print the torn document as a whole."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask the register now."""


Request = TakePayment | IssueReceipt | OpenShift | CloseShift | PrintCopy | ContinuePrint | Refresh


class Objection(StrEnum):
    """Why the station itself declines; a register's own objections are `Reason`s."""

    WRONG_SUM = "wrong_sum_typed"
    TENDERED_TOO_SMALL = "tendered_too_small"
    UNSETTLED = "unsettled"
    """The outcome of an earlier receipt is unknown; the queue stands until it is known."""
    QUEUE_FULL = "queue_full"
    NO_SUCH_PAYMENT = "no_such_payment"
    ALREADY_RECORDED = "already_recorded"
    JOURNAL_FAILED = "journal_failed"
    VIEW_ONLY = "view_only"
    """The face may look on only."""
    STOPPED = "stopped"
    """The station is going down or is gone."""


@dataclass(frozen=True, slots=True)
class Done:
    pass


@dataclass(frozen=True, slots=True)
class Recorded:
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class NotRecorded:
    payment_id: UUID
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    payment_id: UUID | None = None
    """None: a shift command."""


@dataclass(frozen=True, slots=True)
class Declined:
    reason: Reason | Objection
    detail: str = ""


Answer = Done | Recorded | NotRecorded | Uncertain | Declined
