"""The register itself: FN, shift, receipt building, counters, drawer, paper.

A plain synchronous state machine for one thread. It knows no protocol: faces translate
commands into calls of `VirtualRegister`, and `DeviceRefused` into their own error codes.
Everything that a power cut leaves in a real register is in the store when a call returns;
the open document is not, and is lost with the process.

Money is integer kopecks everywhere. An `operator` is the row of the cashier table (1..30)
whose password came with the command; who stands in that row is a setting of the face, which
hands over a `Cashier` where a document names one.

Every command raises `DeviceRefused` and then has changed nothing, or `PowerLost` (an
injected fault), after which the face drops its link and calls `restart`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from pathlib import Path

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    PaymentMethod,
    PaymentSubject,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Payments, VatSum
from drivers.ffd.tlv import Tlv
from drivers.register import FnPhase, FnWarnings, OfdStatus, PrintState, ShiftState
from drivers.virtual.counters import Counters, RunningNumbers
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration

Clock = Callable[[], datetime]
"""Gives the aware local time of the register."""

PaperSink = Callable[[str], None]
"""Takes one printed line."""


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


class VirtualRegister:
    """One register.

    Attributes:
        registration: What it is registered with.
        faults: The injected faults, shared with the face.
    """

    registration: Registration
    faults: Faults

    @classmethod
    def open(
        cls,
        state: Path | None,
        registration: Registration,
        clock: Clock,
        paper: PaperSink = lambda line: None,
        *,
        faults: Faults | None = None,
        timing: Timing = Timing(),
    ) -> VirtualRegister:
        """The register kept in the file `state` (None: in memory), made when missing.

        A new register is registered at once: FD 1 is its registration report. An existing
        file keeps its own registration, and `registration` is not looked at.

        Raises:
            StateInUse: Another process has the file open.
            StateCorrupt: The file is no state of a register.
            StateTooNew: It was written by a newer version of the program.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Give the file back. The open document is lost, as with a power cut."""
        raise NotImplementedError

    def restart(self) -> None:
        """Power off and on: the open document is cancelled, a torn print starts again."""
        raise NotImplementedError

    # Facts. Reading one lets time pass first: prints go on, the operator answers.

    def now(self) -> datetime:
        """The register's clock, aware."""
        raise NotImplementedError

    @property
    def shift(self) -> ShiftFacts:
        raise NotImplementedError

    @property
    def fn(self) -> FnFacts:
        raise NotImplementedError

    @property
    def ofd(self) -> OfdStatus:
        raise NotImplementedError

    @property
    def open_document(self) -> OpenDocument | None:
        raise NotImplementedError

    @property
    def printer(self) -> PrinterFacts:
        raise NotImplementedError

    @property
    def cash_in_drawer(self) -> int:
        """Kopecks."""
        raise NotImplementedError

    @property
    def shift_counters(self) -> Counters:
        """Of the open shift, or of the last closed one."""
        raise NotImplementedError

    @property
    def total_counters(self) -> Counters:
        """Since registration; nothing resets them."""
        raise NotImplementedError

    @property
    def numbers(self) -> RunningNumbers:
        raise NotImplementedError

    def find(self, fiscal_document_number: int) -> FiscalDocument:
        """A document of the archive with all its tags. Refusal: NO_SUCH_DOCUMENT."""
        raise NotImplementedError

    def ticket(self, fiscal_document_number: int) -> OfdTicket | None:
        """The operator's ticket, None while it is awaited. Refusal: NO_SUCH_DOCUMENT."""
        raise NotImplementedError

    # Settings of faces (table values), durable.

    def setting(self, key: str) -> str | None:
        """A value kept for a face, None when it was never set."""
        raise NotImplementedError

    def set_setting(self, key: str, value: str) -> None:
        """Keep a value for a face; survives a power cut."""
        raise NotImplementedError

    # Shift.

    def begin_shift_opening(self, operator: int) -> None:
        """Start the opening report so that `add_tag` can add to it. Optional."""
        raise NotImplementedError

    def open_shift(
        self, operator: int, cashier: Cashier, *, printed: bool = True
    ) -> FiscalDocument:
        """Record the shift opening report (form 2); a begun one is finished."""
        raise NotImplementedError

    def begin_shift_closing(self, operator: int) -> None:
        """Start the closing report so that `add_tag` can add to it. Optional."""
        raise NotImplementedError

    def close_shift(
        self, operator: int, cashier: Cashier, *, printed: bool = True, zero_cash: bool = False
    ) -> FiscalDocument:
        """Record the shift closing report (form 5) and print the totals (Z).

        Works in an expired shift, and while documents for the OFD block everything else.
        `zero_cash` empties the drawer's account, as a table setting of real registers does.
        """
        raise NotImplementedError

    def x_report(self) -> None:
        """Print the totals of the shift; records nothing. Refusal: SHIFT_CLOSED."""
        raise NotImplementedError

    # Receipt.

    def open_receipt(self, sign: CalculationSign, operator: int) -> None:
        """Begin a receipt. Needs an open, unexpired shift and no open document."""
        raise NotImplementedError

    def begin_correction(self, operator: int, sign: CalculationSign | None = None) -> None:
        """Begin a correction receipt; without `sign` the first item decides it."""
        raise NotImplementedError

    def add_item(self, item: ItemLine, *, sign: CalculationSign, operator: int) -> None:
        """Add an operation to the open receipt. It opens none by itself.

        Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, WRONG_RECEIPT_TYPE (another `sign`, or a
        correction of FFD 1.05), WRONG_SUM, UNSUPPORTED_RATE, PRICE_RANGE, QUANTITY_RANGE,
        TAG_FORMAT, TAG_TOO_LONG, TOO_MANY_ITEMS, TOTAL_OVERFLOW.
        """
        raise NotImplementedError

    def add_tag(self, tag: Tlv, *, operator: int) -> None:
        """Add a requisite to the open document (receipt, correction, shift report).

        1178 and 1179 may come bare or inside 1174; 1227 and 1228 are wrapped in 1256 in FFD
        1.2. Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, TAG_NOT_ALLOWED (in this document, or
        one that the register makes itself, or a second one of what occurs once), TAG_FORMAT,
        TAG_TOO_LONG.
        """
        raise NotImplementedError

    def add_item_tag(self, tag: Tlv, *, operator: int) -> None:
        """Add a requisite to the last item. Refusals as `add_tag`; NO_DATA without an item."""
        raise NotImplementedError

    def close_receipt(
        self,
        payments: Payments,
        *,
        tax_system: int,
        operator: int,
        cashier: Cashier,
        rounding: int = 0,
        printed: bool = True,
    ) -> ClosedReceipt:
        """Record the open receipt, or the open correction with items.

        Args:
            payments: What was handed over; `cash` beyond the total comes back as change.
            tax_system: 1055 as the host sent it; exactly one bit of the registration's.
            rounding: 0..99 kopecks taken off the total; only down to whole roubles.

        Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, PAYMENTS_BELOW_TOTAL, CASHLESS_ABOVE_TOTAL,
        ZERO_TOTAL, NOT_ENOUGH_CASH, TAX_SYSTEM, TAG_MISSING, BAD_PARAMETER, the FN's, the
        printer's and the shift's. The receipt stays open, as it does in a real register.
        """
        raise NotImplementedError

    def close_correction(
        self,
        kind: CorrectionType,
        sign: CalculationSign,
        total: int,
        payments: Payments,
        *,
        vat: Sequence[VatSum],
        tax_system: int,
        operator: int,
        cashier: Cashier,
        printed: bool = True,
    ) -> FiscalDocument:
        """Record the open correction by sums alone: the form of FFD 1.05, without items.

        Refusals as `close_receipt`; WRONG_SUM when the payments are not `total`, TAG_MISSING
        in FFD 1.1 and 1.2, where a correction has items.
        """
        raise NotImplementedError

    def cancel_document(self) -> None:
        """Drop the open document; nothing is recorded. Refusal: NO_DOCUMENT_OPEN."""
        raise NotImplementedError

    # Reports, drawer, archive, clock.

    def begin_state_report(self, operator: int) -> None:
        """Start a state of settlements report, so that `add_tag` can add to it. Optional."""
        raise NotImplementedError

    def state_report(self, operator: int) -> FiscalDocument:
        """Record a state of settlements report (form 21). Refusal: DOCUMENT_OPEN."""
        raise NotImplementedError

    def close_archive(self, operator: int, cashier: Cashier) -> FiscalDocument:
        """End the fiscal mode of the FN (form 6). Refusal: SHIFT_OPEN."""
        raise NotImplementedError

    def cash_in(self, amount: int, cashier: Cashier) -> int:
        """Put kopecks into the drawer's account; gives the running document number."""
        raise NotImplementedError

    def cash_out(self, amount: int, cashier: Cashier) -> int:
        """Take kopecks out; gives the document number. Refusal: NOT_ENOUGH_CASH."""
        raise NotImplementedError

    def open_drawer(self) -> None:
        raise NotImplementedError

    def set_clock(self, local: datetime) -> None:
        """Set the clock to a naive local time. Refusals: SHIFT_OPEN, DOCUMENT_OPEN."""
        raise NotImplementedError

    # Printer.

    def print_lines(self, lines: Sequence[str]) -> None:
        """Print text. In an open receipt it stands between the items."""
        raise NotImplementedError

    def feed(self, lines: int) -> None:
        raise NotImplementedError

    def cut(self, how: Cut) -> None:
        raise NotImplementedError

    def print_copy(self) -> None:
        """Print the last receipt again, marked as a copy; a second time: NOTHING_TO_REPEAT."""
        raise NotImplementedError

    def continue_print(self) -> None:
        """After new paper: print the torn document again as a whole.

        Refusal: NOTHING_TO_CONTINUE.
        """
        raise NotImplementedError

    # What a person does to the device, and what happens to its operator. Durable.

    def set_paper(self, present: bool) -> None:
        """Take the paper out, or put a roll in."""
        raise NotImplementedError

    def set_cover(self, is_open: bool) -> None:
        raise NotImplementedError

    def set_ofd_reachable(self, reachable: bool) -> None:
        """Cut or restore the link to the operator; unsent documents queue up meanwhile."""
        raise NotImplementedError
