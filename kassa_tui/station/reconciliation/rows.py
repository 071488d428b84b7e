"""What a reconciliation tells: rows with status, evidence and allowed actions; and its sums.

Everything travels over the link. Money is kopecks, names are outside text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kassa_tui.station.reconciliation.sides import Operation, TapeDocument


class RowStatus(StrEnum):
    MATCHED = "matched"
    """Both sides, bound by a key and equal; or a document that was wholly taken back."""
    IZI_ONLY = "izi_only"
    """An operation without a document."""
    FR_ONLY = "fr_only"
    """A document without an operation in the CRM."""
    MISMATCH = "mismatch"
    """Bound by a key and different, or claimed by more than one."""

    # What a person has settled keeps its status: the two sides are as they are.


class Evidence(StrEnum):
    """What a row rests on, and what a person should know of it."""

    RECEIPT_ID = "receipt_id"
    """The CRM has this document with this operation."""
    PAYMENT_ID = "payment_id"
    """The document names the payment (1084)."""
    JOURNAL = "journal"
    """The register answered to this payment with this document, or a person has said so."""
    CORRECTED = "corrected"
    """Documents that set the first one right are counted in."""
    NOT_ATTACHED = "not_attached"
    """The CRM does not know yet that they belong together."""
    LATE_POSTED = "late_posted"
    """Posted in another shift than it occurred in."""
    QUEUED = "queued"
    """The outbox has something to tell the CRM of it."""
    POISONED = "poisoned"
    """The CRM does not take a record of it: see the alarms."""
    NOT_POSTED = "not_posted"
    """The journal has the operation, the CRM has not."""
    UNKNOWN_OUTCOME = "unknown_outcome"
    """A receipt was sent; whether it is in the FN is being found out."""
    UNCONFIRMED = "unconfirmed"
    """The CRM has not said yet whether it takes place."""
    ENDED = "ended"
    """The journal has ended the payment; the money was handed back."""
    NOT_ON_TAPE = "not_on_tape"
    """The CRM has a document with it that the tape has not."""
    TAPE_INCOMPLETE = "tape_incomplete"
    """Not the whole shift has been read: its document may be in the rest."""
    FN_GONE = "fn_gone"
    """The same, and nobody can read the rest: another FN is in the register."""
    DUPLICATE = "duplicate"
    """The CRM has the same payment, or the same document, a second time."""
    LOOKS_ALIKE = "looks_alike"
    """Another operation of the same client and sum is within five minutes of it."""
    CONTESTED = "contested"
    """More than one operation claims the document, and nothing tells whose it is."""
    SECOND_DOCUMENT = "second_document"
    """The payment has another document already."""
    CORRECTION = "correction"
    """It corrects something that is not in this shift."""
    NAMES_A_PAYMENT = "names_a_payment"
    """The document names a payment that is not among the operations."""
    MADE_BY_HAND = "made_by_hand"
    """The document names no payment: made at the register, or by another program."""
    SETTLED = "settled"
    """A person has said what became of it; nothing is left to do."""


class Difference(StrEnum):
    """In what two sides that belong together differ."""

    SUM = "sum"
    OPERATION = "operation"
    """1054: money went the other way."""
    RECEIPT_ID = "receipt_id"
    """The CRM has another document with the operation."""
    PAYMENT_ID = "payment_id"
    """The document names another payment (1084)."""
    NOT_DUE = "not_due"
    """No document belongs to such an operation."""


class Action(StrEnum):
    OPEN_OFD = "open_ofd"
    ISSUE_RECEIPT = "issue_receipt"
    """A receipt for the operation as it stands: no new payment, no card charge."""
    ISSUE_CORRECTION = "issue_correction"
    """By now a correction receipt, with the form filled."""
    ADD_TO_IZI = "add_to_izi"
    """Make the operation that the document proves; nothing is printed."""
    ATTACH_RECEIPT = "attach_receipt"
    """Tell the CRM that the two belong together."""
    SET_RIGHT = "set_right"
    """Take a wrong receipt back and record the right one: no money moves."""
    SETTLE = "settle"
    """Note what a person says of it; neither the register nor the CRM is told."""


class Remedy(StrEnum):
    """What is still lawful for money without a receipt."""

    RECEIPT = "receipt"
    CORRECTION = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """Money that lacks its receipt."""

    since: datetime
    remedy: Remedy
    until: datetime | None
    """Until then an ordinary receipt is lawful; None: until the shift is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the grid. At least one side is there."""

    status: RowStatus
    operation: Operation | None = None
    document: TapeDocument | None = None
    corrections: tuple[TapeDocument, ...] = ()
    """What sets `document` right, in the order of the tape."""
    differences: tuple[Difference, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    suggested: tuple[str, ...] = ()
    """Nearest first: `<FN>:<FD>` or ids of operations that might belong here; a person says."""
    actions: tuple[Action, ...] = ()
    safe: Action | None = None
    """What may be done without looking at it."""
    owed: Owed | None = None
    settled: str = ""
    """What a person has said of it; outside text."""

    @property
    def is_open(self) -> bool:
        """Something is left to do about it."""
        return self.status is not RowStatus.MATCHED and not self.settled

    @property
    def key(self) -> str:
        """Names the row in its reconciliation, and in the next one if nothing has changed."""
        operation = self.operation.key if self.operation is not None else ""
        document = self.document.receipt_id if self.document is not None else ""
        return f"{operation}|{document}"

    @property
    def at(self) -> datetime:
        if self.operation is not None:
            return self.operation.occurred_at
        assert self.document is not None, "a row has at least one side"
        return self.document.date_time


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTotal:
    """The rows of one status; returns are taken off the sums."""

    status: RowStatus
    count: int
    operations_sum: int
    documents_sum: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The footer."""

    by_status: tuple[StatusTotal, ...]
    """In the order of `RowStatus`."""
    without_receipt: int
    """Operations whose money lacks its document."""
    without_receipt_sum: int
    """Turnover: returns are not taken off."""
    without_operation: int
    without_operation_sum: int
    """Turnover, as well."""
    exposure: int
    """The least that the law fines the money without a receipt with; 0: nothing is without."""
    safe: int
    """Rows that can be mended without looking at them."""
    settled: int
    """Rows that do not match, and of which a person has said why."""
    hidden: int
    """Operations that need no document."""
    elsewhere: int
    """Operations whose document is in another shift or on another FN."""

    def of(self, status: RowStatus) -> StatusTotal:
        return next(one for one in self.by_status if one.status is status)

    @property
    def count(self) -> int:
        return sum(one.count for one in self.by_status)

    @property
    def all_matched(self) -> bool:
        return self.of(RowStatus.MATCHED).count == self.count

    @property
    def open(self) -> int:
        """Rows that are neither matched nor settled."""
        return self.count - self.of(RowStatus.MATCHED).count - self.settled


@dataclass(frozen=True, slots=True)
class Comparison:
    """Every row, in the order of its time, and what they come to."""

    rows: tuple[Row, ...]
    totals: Totals
