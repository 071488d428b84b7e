"""What a face may ask of the station: frozen, typed, whole.

Every request is answered once, in the order of the queue, inquiries beside it, see `answers`.
A request about money may carry a `caller_id` that its sender made up: the same one is
served once, and answered with what became of it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from kassa_tui.journal.records import PayBy
from kassa_tui.station.basket import BasketLine, Paid
from kassa_tui.station.closing_preview import PreviewClosing, StopAddingUp
from kassa_tui.station.inquiries import Inquiry, Look
from kassa_tui.station.reconciliation.requests import Mending, ReadShiftTape


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
