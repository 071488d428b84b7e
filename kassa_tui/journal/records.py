"""The facts of the journal, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class PaymentKind(StrEnum):
    TOP_UP = "top_up"
    """Money put on a client's balance: an advance."""


class PayBy(StrEnum):
    """How the client pays."""

    CASH = "cash"
    CARD = "card"


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
class Payment:
    """Money taken: a promise of exactly one fiscal document."""

    id: UUID
    kind: PaymentKind
    total: int
    """Kopecks."""
    pay_by: PayBy
    tendered: int | None
    """Cash handed over, kopecks."""
    client: str
    """What the cashier typed about the client; may be empty."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending of a receipt, noted before it is sent."""

    payment_id: UUID
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
class PaymentState:
    """A payment with everything known of it."""

    payment: Payment
    last_attempt: StoredAttempt | None
    document: Document | None
    facts: frozenset[DocumentFact]
