"""The values that go into the register and come out of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, PaymentMethod, PaymentSubject, VatRate
from drivers.ffd.receipt import VatSum
from drivers.register import FnPhase, FnWarnings, PrintState, ShiftState


class CurrentDocument(IntEnum):
    """What stands unfinished in the FN; the values are those of its status answer."""

    NONE = 0x00
    REGISTRATION = 0x01
    SHIFT_OPENING = 0x02
    RECEIPT = 0x04
    SHIFT_CLOSING = 0x08
    FN_CLOSING = 0x10
    CORRECTION = 0x14
    STATE_REPORT = 0x17


class Cut(Enum):
    FULL = "full"
    PARTIAL = "partial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How fast the parts of the register are."""

    print_line: timedelta = timedelta(0)
    """Time for one line of print; 0: everything is printed when the call returns."""
    ofd_delay: timedelta = timedelta(seconds=3)
    """From recording a document to the operator's ticket, while the operator answers."""
    new_paper: timedelta | None = None
    """From the end of the paper until somebody puts a new roll in; None: nobody does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemLine:
    """One operation of a receipt (1059) as a host sends it."""

    name: str
    """1030."""
    price: int
    """1079, kopecks."""
    quantity: Decimal = Decimal(1)
    """1023, up to six digits after the point."""
    cost: int | None = None
    """1043, kopecks; None: price x quantity. May differ from that by one kopeck."""
    vat_rate: VatRate
    """1199."""
    vat: int | None = None
    """1200, kopecks, where the host computes it; None: the register does."""
    method: PaymentMethod | None = None
    """1214; None is recorded as full payment."""
    subject: PaymentSubject | None = None
    """1212; None is recorded as goods."""
    printed: bool = True
    """False: recorded, but left out on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFacts:
    state: ShiftState
    number: int
    """1038 of the open shift, or of the last closed one; 0 before the first."""
    opened_at: datetime | None
    """Of the open shift, else None."""
    receipts: int
    """Receipts and corrections (1042 of the last) of the open or last closed shift."""
    documents: int
    """All fiscal documents of that shift, its opening report (and closing) included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FnFacts:
    phase: FnPhase
    current_document: CurrentDocument
    warnings: FnWarnings
    last_document_at: datetime
    """1012 of the last finished document."""
    last_fiscal_document_number: int
    valid_until: date
    memory_left_documents: int
    ofd_memory_left_documents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDocument:
    """The unfinished document, as it stands."""

    kind: CurrentDocument
    sign: CalculationSign | None
    """None for reports, and for a correction until its first item."""
    operator: int
    items: tuple[ItemLine, ...]
    subtotal: int
    """Kopecks."""
    vat: tuple[VatSum, ...]
    """VAT (turnover for 0 % and no VAT) of the items so far, by rate, without rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrinterFacts:
    state: PrintState
    paper_present: bool
    cover_open: bool


@dataclass(frozen=True, slots=True)
class OfdTicket:
    """The operator's confirmation of one document."""

    fiscal_document_number: int
    received_at: datetime
    operator_sign: bytes
    """1078, eighteen bytes."""


@dataclass(frozen=True, slots=True)
class ClosedReceipt:
    """What closing a receipt gives."""

    document: FiscalDocument
    change: int
    """Kopecks."""
