"""What a face may ask of the station, and the answers: frozen, typed, whole.

Every request is answered once, in the order of the queue, inquiries beside it::

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

A request about money may carry a `caller_id` that its sender made up: the same one is
served once, and answered with what became of it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from drivers.register import Reason
from kassa_tui.journal.records import Document, PayBy
from kassa_tui.station.basket import BasketLine, Paid
from kassa_tui.station.closing_preview import ClosingPreview, PreviewClosing, StopAddingUp
from kassa_tui.station.inquiries import Information, Inquiry, Look
from kassa_tui.station.reconciliation.requests import Mending, ReadShiftTape, TapeReach


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePayment:
    """Take money for a client's balance and record the receipt of the advance."""

    total: int
    """Kopecks."""
    pay_by: PayBy
    tendered: int | None = None
    """Cash handed over, kopecks; None: exactly the total."""
    client: str = ""
    """What is shown of the client. Four to six digits, or + and digits, are a telephone, by
    which the CRM is asked for the client."""
    client_id: str | None = None
    """The client in the CRM. Without one (and without a telephone) no balance grows."""
    contact: str | None = None
    """1008, where the electronic receipt goes; None: the contact that the CRM has."""
    paper: bool = True
    """False: the client wants no paper; only where there is a contact."""
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sell:
    """Sell game time and goods. A basket of several tax systems becomes several receipts."""

    lines: tuple[BasketLine, ...]
    paid: Paid
    client: str = ""
    client_id: str | None = None
    """Needed for what is paid from the balance or by bonuses."""
    contact: str | None = None
    paper: bool = True
    age_confirmed: bool = False
    """The cashier has seen that the buyer is old enough."""
    comment: str = ""
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundSale:
    """Give back a sale or a part of it, the way it was paid."""

    original: UUID
    """The payment of the sale."""
    paid: Paid
    """What goes back by each method."""
    lines: tuple[BasketLine, ...] = ()
    """What comes back; empty: everything that was sold."""
    comment: str
    """Why. Obligatory."""
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Pay a client money out of the balance."""

    total: int
    """Kopecks."""
    pay_by: PayBy
    client_id: str
    comment: str
    """Why. Obligatory."""
    client: str = ""
    contact: str | None = None
    paper: bool = True
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditBonus:
    """Give a client bonuses. No money moves and nothing is printed."""

    total: int
    """Kopecks of bonuses."""
    client_id: str
    comment: str
    """Why. Obligatory."""
    client: str = ""
    caller_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOffBonus:
    """Take bonuses away from a client. No money moves and nothing is printed."""

    total: int
    """Kopecks of bonuses."""
    client_id: str
    comment: str
    """Why. Obligatory."""
    client: str = ""
    caller_id: str | None = None


class Account(StrEnum):
    """An account of a client."""

    GAME = "game"
    BONUS = "bonus"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustBalance:
    """Set an account right by hand. No money moves and nothing is printed."""

    change: int
    """Kopecks; more than zero is credited, less is debited."""
    account: Account = Account.GAME
    client_id: str
    comment: str
    """Why. Obligatory."""
    client: str = ""
    caller_id: str | None = None


@dataclass(frozen=True, slots=True)
class IssueReceipt:
    """Send the receipt of a payment that surely has none."""

    payment_id: UUID


class Decision(StrEnum):
    """What a person says became of a receipt that the tape does not tell of."""

    RECORDED = "recorded"
    """It is the document that the request names."""
    ABSENT = "absent"
    """It is not in the FN; `IssueReceipt` may follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleByHand:
    """Decide what the tape cannot: another FN is in the register, or a document is ambiguous."""

    payment_id: UUID
    decision: Decision
    comment: str
    """Who decided, and what was looked at. Obligatory; kept in the journal."""
    fiscal_drive_number: str = ""
    """1041 of the document that was found; empty: the FN that the receipt was sent to."""
    fiscal_document_number: int | None = None
    """1040; needed for `RECORDED`."""
    fiscal_sign: int | None = None
    """1077 as printed; needed where the document's FN is no longer in the register."""


class CallDecision(StrEnum):
    """What a person does about a record that the CRM does not take."""

    TELL_AGAIN = "tell_again"
    """What stood in its way has been mended."""
    DROP = "drop"
    """The CRM will not be told of it: it was put right there by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleCall:
    """Decide about a record that the CRM does not take."""

    call_id: UUID
    decision: CallDecision
    comment: str = ""
    """Needed to drop it; kept in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleCash:
    """Say whether the register has a movement of cash of which nobody knows."""

    movement_id: UUID
    moved: bool
    comment: str
    """Who decided, and what was looked at. Obligatory; kept in the journal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenShift:
    """Open a shift on the register and in the CRM."""

    counted_cash: int | None = None
    """What was counted in the drawer, kopecks; None: what the last shift left."""
    comment: str = ""
    """Needed where the count is not what the last shift left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseShift:
    """Close the shift in the CRM and on the register, also one that is open for too long."""

    counted_cash: int | None = None
    """Counted blind, kopecks; None: nobody counted, and the expected sum is taken."""
    comment: str = ""
    """Needed where the count is not what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateShift:
    """Close the shift and open the next with the same cash in the drawer."""

    counted_cash: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class XReport:
    """Print the totals of the shift; nothing is recorded."""


class CashKind(StrEnum):
    CHANGE_FUND = "change_fund"
    COLLECTION = "collection"
    EXPENSE = "expense"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCash:
    """Put cash into the drawer or take it out, beside sales."""

    amount: int
    """Kopecks; more than zero puts in, less takes out."""
    kind: CashKind
    article_id: str | None = None
    """What it is booked under; needed unless it is a collection."""
    comment: str = ""
    """Needed for expenses and other movements."""
    movement_id: UUID | None = None
    """Made by the sender, so that it is moved once."""


@dataclass(frozen=True, slots=True)
class PrintCopy:
    """Print the last document again, marked as a copy."""


@dataclass(frozen=True, slots=True)
class ContinuePrint:
    """After new paper: print the torn document as a whole."""


@dataclass(frozen=True, slots=True)
class ReadTape:
    """Tell the documents `first`..`last` of the register's tape, at most `MAX_TAPE`."""

    first: int
    """1040."""
    last: int


MAX_TAPE = 50
"""Documents that one request may ask for: reading them holds the queue."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Ask the register and the CRM now."""


BonusRequest: TypeAlias = CreditBonus | WriteOffBonus | AdjustBalance
"""What changes a client's accounts and no drawer; on no receipt (K2)."""

PaymentRequest: TypeAlias = TakePayment | Sell | RefundSale | Withdraw | BonusRequest
"""What is money."""

Request: TypeAlias = (
    Inquiry
    | PaymentRequest
    | IssueReceipt
    | SettleByHand
    | SettleCall
    | SettleCash
    | OpenShift
    | CloseShift
    | RotateShift
    | PreviewClosing
    | StopAddingUp
    | XReport
    | MoveCash
    | PrintCopy
    | ContinuePrint
    | ReadTape
    | ReadShiftTape
    | Mending
    | Refresh
)


def is_repeatable(request: Request) -> bool:
    """Asked twice it has the same effect as once: it changes nothing, or carries an id."""
    if isinstance(request, PaymentRequest):
        return request.caller_id is not None
    if isinstance(request, MoveCash):
        return request.movement_id is not None
    return isinstance(
        request, Look | IssueReceipt | ReadTape | ReadShiftTape | Refresh | PreviewClosing
    )


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
