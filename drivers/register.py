"""The one contract that every fiscal register meets, and its three endings.

A fiscal command (open and close shift, `fiscalize`, cash in and out, reports) ends in
exactly one of three ways::

    FiscalDocument        recorded in the FN; nothing later takes it back
    RegisterError
     ├─ Refused           surely nothing was recorded; `reason` says why
     │   ├─ InvalidReceipt    never sent: the receipt breaks a rule; `problems` by field and tag
     │   └─ Unreachable       no link, or it broke before the command could have been taken
     └─ OutcomeUnknown    something may have been recorded: ask the tape, never send again

A driver never resends a fiscal command by itself, beyond what its wire protocol defines as
a repetition that the device recognises. Whether a receipt was *printed* or *delivered to
the OFD* is no ending: `status()` tells both. A reading command ends in its value or in
`Refused`.

Registers are used by one task at a time; a driver queues concurrent calls. Every call may
be cancelled: a cancelled fiscal command is one with an unknown outcome.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Protocol

from drivers.ffd.enumerations import FfdVersion, TaxSystem, VatRate

if TYPE_CHECKING:
    from drivers.ffd.document import FiscalDocument
    from drivers.ffd.receipt import Cashier, Receipt
    from drivers.ffd.validation import Problem


class ShiftState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    EXPIRED = "expired"
    """Open for 24 hours or more: the register takes no receipt, only the closing."""


class PrintState(StrEnum):
    """What the printer is doing with the last document."""

    IDLE = "idle"
    """Everything that was to be printed has been."""
    PRINTING = "printing"
    PAPER_OUT = "paper_out"
    """Paper ended in the middle of a document; it is recorded all the same."""
    WAITS_FOR_CONTINUE = "waits_for_continue"
    """Paper is back; `continue_print` prints the torn document again."""


class FnPhase(Enum):
    """Life of the fiscal storage."""

    SETUP = "setup"
    FISCAL = "fiscal"
    CLOSED = "closed"
    """Fiscal mode ended, documents still go to the OFD."""
    ARCHIVE = "archive"


class Reason(StrEnum):
    """Why a register refused, as a screen can act on it."""

    SHIFT_CLOSED = "shift_closed"
    SHIFT_OPEN = "shift_open"
    SHIFT_EXPIRED = "shift_expired"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    PRINTER_FAULT = "printer_fault"
    WAITS_FOR_CONTINUE = "waits_for_continue"
    FN_FULL = "fn_full"
    FN_EXPIRED = "fn_expired"
    FN_FAULT = "fn_fault"
    FN_CLOSED = "fn_closed"
    OFD_BLOCKED = "ofd_blocked"
    """The oldest unsent document waits for more than 30 days, or their memory is full."""
    CLOCK_WRONG = "clock_wrong"
    WRONG_SUM = "wrong_sum"
    NOT_ENOUGH_CASH = "not_enough_cash"
    UNSUPPORTED_RATE = "unsupported_rate"
    UNSUPPORTED = "unsupported"
    """The register has no such command or setting."""
    BUSY = "busy"
    DOCUMENT_OPEN = "document_open"
    """An unfinished document stands in the way; `cancel_document` removes it."""
    NOT_FOUND = "not_found"
    """No such document in the archive."""
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    BAD_REQUEST = "bad_request"
    """The register calls the request wrong: an error of the program or of its data."""
    INVALID_RECEIPT = "invalid_receipt"
    UNREACHABLE = "unreachable"
    SERVER_UNAVAILABLE = "server_unavailable"
    """The program that stands between (KkmServer) cannot be reached."""
    DEVICE_MISSING = "device_missing"
    """That program answers, and does not see the register."""
    SERVICE_NEEDED = "service_needed"
    """A fault that only a service centre can mend."""
    OTHER = "other"


class AddressError(ValueError):
    """The URL names no register; the text says which part is wrong.

    Attributes:
        url: As it may be shown.
        wrong: The part, in words.
    """

    def __init__(self, url: str, wrong: str) -> None:
        super().__init__(f"{url!r}: {wrong}")
        self.url = url
        self.wrong = wrong


class RegisterError(Exception):
    """Anything but a good ending of a register's command."""


class Refused(RegisterError):
    """Surely nothing was recorded.

    Attributes:
        reason: What a screen acts on.
        detail: The register's own words or code, for the log and the curious.
        code: The device's error code, when it gave one.
    """

    def __init__(self, reason: Reason, detail: str = "", code: int | None = None) -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.code = code


class InvalidReceipt(Refused):
    """The receipt breaks rules of its format version; nothing was sent."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(Reason.INVALID_RECEIPT, "; ".join(map(str, problems)))
        self.problems = problems


class Unreachable(Refused):
    """No device at the address, or the link broke before the command was sent."""

    def __init__(self, detail: str, reason: Reason = Reason.UNREACHABLE) -> None:
        super().__init__(reason, detail)


class OutcomeUnknown(RegisterError):
    """The command was sent and no trustworthy answer came: it may have been recorded."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterInfo:
    """What does not change while a register is in use."""

    model: str
    serial_number: str
    registration_number: str
    """1037, empty before registration."""
    owner_inn: str
    """1018."""
    owner_name: str
    """1048."""
    ffd_version: FfdVersion
    tax_systems: frozenset[TaxSystem]
    firmware: str
    ofd_inn: str
    """1017."""
    ofd_name: str
    """1046."""
    settlement_address: str
    """1009."""
    settlement_place: str
    """1187."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FnWarnings:
    """The four warning flags of the FN."""

    replace_urgently: bool = False
    """Less than 3 days of the crypto resource are left."""
    replace_soon: bool = False
    """Less than 30 days."""
    memory_nearly_full: bool = False
    ofd_overdue: bool = False
    """The OFD has not answered for more than two days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FnStatus:
    """The fiscal storage."""

    fiscal_drive_number: str
    """1041."""
    phase: FnPhase
    valid_until: date | None
    """Last day of its term; None when the register does not tell."""
    warnings: FnWarnings
    last_fiscal_document_number: int
    """1040 of the last finished document; grows only when one is recorded."""
    memory_left_documents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfdStatus:
    """What waits for the fiscal data operator."""

    unsent_count: int
    first_unsent_document: int | None = None
    """1040."""
    first_unsent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStatus:
    """What a register says of itself at one moment."""

    shift: ShiftState
    shift_number: int
    """Of the open shift, or of the last closed one."""
    shift_opened_at: datetime | None
    """Aware; None when closed or not told."""
    receipts_in_shift: int
    clock: datetime
    """The register's own clock, aware."""
    paper_present: bool
    cover_open: bool
    print_state: PrintState
    fn: FnStatus
    ofd: OfdStatus
    cash_in_drawer: int | None
    """Kopecks."""
    open_document: bool
    """An unfinished document stands in the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a register can do, so that a screen offers nothing that fails."""

    vat_rates: frozenset[VatRate]
    user_requisite: bool
    """Carries tag 1084."""
    electronic_only: bool
    """Can leave paper out for one receipt."""
    cash_drawer: bool
    reads_documents: bool
    """`document` gives every tag, not only number, sum and sign."""
    marking: bool


class LinkState(StrEnum):
    """What can be seen of the way to a register."""

    PRESENT = "present"
    """The serial port is listed; the network address takes connections."""
    ABSENT = "absent"
    """No such port; no such host."""
    REFUSED = "refused"
    """The host is there, and nothing listens at the port."""
    SILENT = "silent"
    """Nobody answers at the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFinding:
    """The way to a register, looked at from outside."""

    place: str
    """Name of the port, or host and port."""
    is_serial: bool
    state: LinkState
    others: tuple[str, ...] = ()
    """The serial ports that there are."""
    is_service: bool = False
    """A program stands there that has the register, and it may be asked for in other ways."""
    is_here: bool = False
    """It runs on this computer, whose ports are its ports."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A register that was found, and what it says of itself."""

    url: str
    info: RegisterInfo
    fiscal_drive_number: str


class FiscalRegister(Protocol):
    """A fiscal register. All methods raise `RegisterError` as the module says."""

    async def connect(self) -> None:
        """Open the link and learn the device. Raises `Unreachable`, `Refused`."""
        ...

    async def close(self) -> None:
        """Give the link back; never raises."""
        ...

    async def info(self) -> RegisterInfo: ...

    async def capabilities(self) -> Capabilities: ...

    async def status(self) -> RegisterStatus: ...

    async def open_shift(self, cashier: Cashier) -> FiscalDocument: ...

    async def close_shift(self, cashier: Cashier) -> FiscalDocument:
        """The shift closing report (form 5), expired shifts included."""
        ...

    async def x_report(self) -> None:
        """Print the totals of the shift; records nothing."""
        ...

    async def fiscalize(self, receipt: Receipt) -> FiscalDocument:
        """Record a receipt or a correction receipt.

        Returns as soon as the FN has it; printing goes on (see `status().print_state`).
        """
        ...

    async def cash_in(self, amount: int, cashier: Cashier) -> None:
        """Put `amount` kopecks into the drawer's account (not a fiscal document)."""
        ...

    async def cash_out(self, amount: int, cashier: Cashier) -> None:
        """Take `amount` kopecks out; `Refused(NOT_ENOUGH_CASH)` when there is less."""
        ...

    async def open_drawer(self) -> None: ...

    async def print_copy(self) -> None:
        """Print the last document again, marked as a copy."""
        ...

    async def cancel_document(self) -> None:
        """Drop an unfinished document; does nothing when there is none."""
        ...

    async def continue_print(self) -> None:
        """After new paper: print the torn document again, as a whole."""
        ...

    async def document(self, fiscal_document_number: int) -> FiscalDocument:
        """One document of the tape. Raises `Refused(NOT_FOUND)`."""
        ...

    def documents(self, first: int, last: int | None = None) -> AsyncIterator[FiscalDocument]:
        """The tape from `first` to `last` (default: the last finished document)."""
        ...
