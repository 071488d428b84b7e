"""What the station answers: frozen, typed, whole.

Each request is answered by one of these::

    Done          it is done
    Recorded      the receipt is in the FN and in the journal
    Noted         done and noted; no receipt belongs to it
    NotRecorded   the money is noted, surely without a receipt; `IssueReceipt` may follow
    Uncertain     something may have been recorded; the station is finding out
    TurnedDown    the CRM refuses: the payment has ended, nothing is printed, money goes back
    Several       one answer to each receipt of a basket that was split
    Tape          what the register's tape says
    TapeReach     how far the tape of a shift has been read (see `reconciliation.requests`)
    ClosingPreview  how the shift stands before it is closed
    Information   what an inquiry asked for (see `inquiries`)
    Declined      nothing was done and nothing noted
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from drivers.register import Reason
from kassa_tui.journal.records import Document
from kassa_tui.station.closing_preview import ClosingPreview
from kassa_tui.station.inquiries import Information
from kassa_tui.station.reconciliation.requests import TapeReach


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
    FILE_FAILED = "file_failed"
    """The file asked for cannot be written."""
    VIEW_ONLY = "view_only"
    """The face may look on only."""
    STOPPED = "stopped"
    """The station is going down or is gone."""
    WRONG_ID = "wrong_id"
    """The caller's id is none."""
    ID_TAKEN = "id_taken"
    """The caller's id has paid for something else."""
    WRONG_LINES = "wrong_lines"
    """The lines are no basket: none, too many, or sums that do not go together."""
    COMMENT_NEEDED = "comment_needed"
    COUNT_NEEDED = "count_needed"
    """The cash in the drawer must be counted."""
    CLIENT_NEEDED = "client_needed"
    CLIENT_NOT_FOUND = "client_not_found"
    """No client, or more than one, has this telephone."""
    MARKED_GOODS = "marked_goods"
    """Goods that need a checked marking code."""
    AGE_NOT_CONFIRMED = "age_not_confirmed"
    CONTACT_NEEDED = "contact_needed"
    """No paper is wanted, and nobody knows where to send the electronic receipt."""
    TAX_UNMAPPED = "tax_unmapped"
    """A tax setting says nothing that can be printed."""
    ARTICLE_NEEDED = "article_needed"
    MORE_THAN_LEFT = "more_than_left"
    """More is given back than was paid by this method and is left of it."""
    NOT_ENOUGH_CASH = "drawer_has_less"
    CRM_NEEDED = "crm_needed"
    """It cannot be done without the CRM, and there is none or it does not answer."""
    NOT_ALLOWED = "not_allowed"
    """The CRM gives the operator no right to it."""
    CRM_REFUSED = "crm_refused"
    CRM_SHIFT_CLOSED = "crm_shift_closed"
    NOT_ENDED = "not_ended"
    """The CRM has not yet said whether the payment stands."""
    ENDED = "ended"
    """The CRM has refused the payment; it gets no receipt."""
    NO_RECEIPT_DUE = "no_receipt_due"
    NOTHING_TO_SETTLE = "nothing_to_settle"
    DOCUMENT_UNFIT = "document_unfit"
    """The document named cannot be the payment's."""
    STALE = "stale"
    """Something has changed since the comparison; compare again."""
    NOT_FOR_THIS_ROW = "not_for_this_row"
    """The comparison does not allow this for the row."""
    ANOTHER_TILLS = "another_tills"
    """Another till issues the receipt."""
    CORRECTION_NEEDED = "correction_needed"
    """By now the law needs a correction receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftReport:
    """The end of a shift, told three ways. All sums are kopecks, returns taken off."""

    counted_cash: int | None
    expected_cash: int | None
    """By the CRM."""
    discrepancy: int | None
    """Counted less expected: a shortage is negative."""
    journal_total: int
    """Cash and card of the recorded payments of the register's shift."""
    register_total: int | None
    """Cash and card of the register's closing report; None where it does not tell."""
    crm_total: int | None
    """Cash and card of the CRM."""
    waiting: int
    """Records that the CRM has not got yet."""


@dataclass(frozen=True, slots=True)
class Done:
    report: ShiftReport | None = None
    """Of a shift that was closed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class Noted:
    payment_id: UUID


@dataclass(frozen=True, slots=True)
class NotRecorded:
    payment_id: UUID
    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Uncertain:
    payment_id: UUID | None = None
    """None: a command without a payment."""


@dataclass(frozen=True, slots=True)
class TurnedDown:
    payment_id: UUID
    code: str
    """Problem code of the CRM (contract D.3)."""
    detail: str = ""
    limit: int | None = None
    """The most that would pass, kopecks, where the CRM said so."""


@dataclass(frozen=True, slots=True)
class Declined:
    reason: Reason | Objection
    detail: str = ""


PaymentAnswer: TypeAlias = Recorded | Noted | NotRecorded | Uncertain | TurnedDown


@dataclass(frozen=True, slots=True)
class Several:
    parts: tuple[PaymentAnswer, ...]


@dataclass(frozen=True, slots=True)
class Tape:
    """Documents of the register's tape, in order."""

    documents: tuple[Document, ...]


Answer: TypeAlias = (
    PaymentAnswer | Several | Tape | TapeReach | Done | ClosingPreview | Declined | Information
)
