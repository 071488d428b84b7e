"""Payments, receipts, attempts and documents, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from kassa_tui.journal.calls import Call, CallState


class PaymentKind(StrEnum):
    """What a payment is, in the words of the CRM's contract."""

    TOP_UP = "top_up"
    """Money put on a client's balance: an advance."""
    CHARGE = "charge"
    REFUND = "refund"
    WITHDRAWAL = "withdrawal"
    ADJUSTMENT = "adjustment"
    BONUS_CREDIT = "bonus_credit"
    BONUS_WRITE_OFF = "bonus_write_off"


class PayBy(StrEnum):
    """How the client pays, or is paid."""

    CASH = "cash"
    CARD = "card"
    BALANCE = "balance"
    BONUS = "bonus"


class Direction(StrEnum):
    """Sign of an adjustment."""

    CREDIT = "credit"
    DEBIT = "debit"


class ReceiptState(StrEnum):
    """What became of a promised receipt."""

    WANTED = "wanted"
    RECORDED = "recorded"
    CALLED_OFF = "called_off"
    """The payment ended before it: the CRM refused, the money was handed back."""


class AttemptState(StrEnum):
    """What became of one sending of a receipt."""

    SENT = "sent"
    """Handed to the register; nothing further is known."""
    UNKNOWN = "unknown"
    """No trustworthy answer came."""
    RECORDED = "recorded"
    REFUSED = "refused"
    """Surely nothing was recorded: the register said so."""
    ABSENT = "absent"
    """Surely nothing was recorded: the tape shows no such document."""

    @property
    def is_settled(self) -> bool:
        return self not in (AttemptState.SENT, AttemptState.UNKNOWN)


class DocumentFact(StrEnum):
    """What became of a document after it was recorded in the FN."""

    PRINTED = "printed"
    DELIVERED = "delivered"
    """Acknowledged by the fiscal data operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was paid in one way."""

    method: PayBy
    amount: int
    """Kopecks."""
    card: str | None = None
    """What the terminal's slip tells, JSON; never a whole card number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a basket."""

    name: str
    quantity: Decimal
    price: int
    """Kopecks for one."""
    total: int
    """Kopecks, after discount and bonus."""
    detail: str = "{}"
    """The whole line as the CRM gets it, JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money or bonuses that change hands: a promise of a fiscal document for each receipt."""

    id: UUID
    kind: PaymentKind
    total: int
    """Kopecks."""
    pay_by: PayBy
    """The only way of paying, or the first of several."""
    tendered: int | None
    """Cash handed over, kopecks."""
    client: str
    """What is shown of the client; phone numbers and addresses in it are masked."""
    created_at: datetime
    parts: tuple[Part, ...] = ()
    """Their sum is the total. Left empty: the whole total by `pay_by`."""
    lines: tuple[Line, ...] = ()
    client_id: str | None = None
    """Of the CRM."""
    caller_id: str | None = None
    """The id under which a caller asked for the payment; the same id pays once."""
    asked: str = ""
    """Digest of what the caller asked for, so that the same id is not used for something else."""
    order_id: UUID | None = None
    """What the payments of one basket have in common, where there are several."""
    direction: Direction | None = None
    """Of an adjustment; None for everything else."""
    cashier: str = ""
    shift_id: UUID | None = None
    original_id: UUID | None = None
    """The payment that is refunded."""
    comment: str = ""

    def __post_init__(self) -> None:
        if not self.parts:
            part = Part(method=self.pay_by, amount=self.total)
            object.__setattr__(self, "parts", (part,))
        if sum(part.amount for part in self.parts) != self.total:
            raise ValueError("the parts of a payment do not add up to its total")

    def paid_by(self, method: PayBy) -> int:
        """Kopecks paid by one method."""
        return sum(part.amount for part in self.parts if part.method is method)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptIntent:
    """A receipt that a payment promises; a basket split by tax system promises several."""

    id: UUID
    """Travels in the receipt (tag 1084). The payment's own id where there is one receipt."""
    receipt: str
    """`drivers.ffd.receipt.Receipt` as JSON. Its `buyer_contact` is kept apart, see `privacy`."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A payment that is about to be kept, with what it promises and who must be told of it."""

    payment: Payment
    receipts: tuple[ReceiptIntent, ...]
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A payment that was lost here and is known from elsewhere."""

    payment: Payment
    receipt: ReceiptIntent | None
    """None: none is owed, or it cannot be said whether it is on the tape."""
    document: Document | None
    """On the tape; kept already or not."""
    posted: Call
    """The call that told the CRM of it, and is done."""
    result: str
    """The CRM's answer to it, JSON."""
    calls: tuple[Call, ...] = ()
    """What the CRM must still be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending of a receipt, noted before it is sent."""

    payment_id: UUID
    receipt_id: UUID | None = None
    """None: the payment's only receipt."""
    fiscal_drive_number: str
    last_document_number: int
    """1040 of the last document before the sending; ours can only come after it."""
    digest: bytes
    """SHA-256 of the receipt as sent."""
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAttempt:
    """An attempt with its number in the journal and its latest state."""

    number: int
    attempt: Attempt
    state: AttemptState
    reason: str
    """`drivers.register.Reason` of a refusal, else empty."""
    detail: str

    @property
    def receipt_id(self) -> UUID:
        return self.attempt.receipt_id or self.attempt.payment_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A fiscal document as remembered."""

    fiscal_drive_number: str
    fiscal_document_number: int
    form: int
    fiscal_sign: int
    date_time: datetime
    """By the register's clock."""
    shift_number: int | None
    receipt_number: int | None
    calculation_sign: int | None
    total: int | None
    """Kopecks."""
    qr: str
    """The text of the QR; empty for reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedReceipt:
    """One receipt of a payment with everything known of it."""

    id: UUID
    state: ReceiptState
    last_attempt: StoredAttempt | None
    document: Document | None
    facts: frozenset[DocumentFact]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """A payment with everything known of it.

    `last_attempt`, `document` and `facts` are those of its only receipt; of several, those
    of the first that still waits, else of the last.
    """

    payment: Payment
    last_attempt: StoredAttempt | None
    document: Document | None
    facts: frozenset[DocumentFact]
    receipts: tuple[PromisedReceipt, ...] = ()
    called_off: str = ""
    """Why the payment ended without taking place; empty while it stands."""
    calls: tuple[CallState, ...] = ()
    """How far the CRM knows: the state of each call, in order."""
