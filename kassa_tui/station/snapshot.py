"""`Snapshot`: everything a face needs to draw, in one frozen value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from drivers.register import PrintState, Reason, RegisterInfo, RegisterStatus
from kassa_tui.journal.records import PaymentState
from kassa_tui.journal.shifts import CashMove
from kassa_tui.station.shift_view import ShiftView
from kassa_tui.station.tape import Doubt

TRAINING_FN_PREFIX = "9999"
"""As in `drivers.ffd.document`, which a face does not load for the sake of its start."""

UNCLEAR = "outcome-unclear"
"""Code of `izi.errors.OutcomeUnclear`; not loaded either."""


class Phase(StrEnum):
    """Where the payment in progress is."""

    ASKING = "asking"
    """The register is asked for its state."""
    NOTING = "noting"
    """The journal makes it durable."""
    TELLING = "telling"
    """The CRM is asked for its consent."""
    RECORDING = "recording"
    """The receipt has been handed to the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """The payment that is being taken at this moment."""

    payment_id: UUID | None
    """None until the money is noted."""
    total: int
    """Kopecks."""
    phase: Phase
    since: datetime
    """Begin of the phase."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeReading:
    """The documents of the shift are being read from the register's tape."""

    done: int
    of: int
    """About so many: the register counts its receipts only."""
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """The register does not answer, or refuses to tell its state."""

    since: datetime
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """An attempt with an unknown outcome that holds the queue."""

    payment: PaymentState
    after_document: int
    """1040: ours can only come after it."""
    since: datetime
    doubt: Doubt | None
    """Why the tape has not told yet; None: not asked yet, or no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoisonedCall:
    """A record that the CRM does not take."""

    call_id: UUID
    subject: UUID
    """The payment, shift or cash movement it tells of."""
    name: str
    error: str
    """Code and words of the CRM."""

    @property
    def is_unclear(self) -> bool:
        """Nobody knows whether the CRM has it; a person looks there."""
        return self.error.partition(":")[0] == UNCLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Payments made in the CRM's own screens or its app that wait for a receipt from here."""

    waiting: int
    """As far as they were looked at."""
    left: int
    """Those of them that only a person can see to, in the reconciliation."""
    can_claim: bool
    """False: the CRM has no way for a till to claim one, so none is issued by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrmState:
    """What the CRM knows and what it does not know yet."""

    shift_is_open: bool | None
    """None: not known since the start, or never told."""
    shift_opened_at: datetime | None
    failing_since: datetime | None
    """Since when it has not answered; None while it does."""
    queued: int
    """Records that wait for it."""
    poisoned: int
    """Records that it does not take; a person must look."""
    poisoned_calls: tuple[PoisonedCall, ...] = ()
    """The oldest of them."""
    permissions: frozenset[str] | None = None
    """What the operator may do there; None: not known."""
    signed_out: bool = False
    """It does not take the token any more: a person gets a new one."""
    not_offered: tuple[str, ...] = ()
    """Features that it lacks, as far as it was asked for them: what needs them is kept here."""
    tells_shifts: bool = True
    """False: it has shifts and tells nobody of them."""
    elsewhere: Elsewhere | None = None
    """None: this till issues none of these by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The whole truth of one moment."""

    at: datetime
    club: str
    till: str
    cashier: str
    info: RegisterInfo | None = None
    register: RegisterStatus | None = None
    """The last state that was told; old while `silence` is set."""
    silence: Silence | None = None
    payments: tuple[PaymentState, ...] = ()
    """The latest, newest first."""
    unissued: tuple[PaymentState, ...] = ()
    """Payments surely without a receipt, oldest first; all of them."""
    unsettled: Unsettled | None = None
    unconfirmed: tuple[PaymentState, ...] = ()
    """Payments that only the CRM can let take place, and it has not answered; oldest first."""
    in_progress: InProgress | None = None
    reading: TapeReading | None = None
    """While the shift is added up."""
    crm: CrmState | None = None
    """None: no CRM is used."""
    shift: ShiftView | None = None
    """The journal's shift, as of the last look around; None: no shift is open."""
    unknown_cash_moves: tuple[CashMove, ...] = ()
    """Cash movements of which nobody knows whether the register has them, oldest first."""
    journal_failure: str = ""
    """Words of the last write that failed; empty after the next good one."""

    @property
    def is_training(self) -> bool:
        """True on a training FN: nothing has fiscal force."""
        return self.register is not None and self.register.fn.fiscal_drive_number.startswith(
            TRAINING_FN_PREFIX
        )

    @property
    def without_receipt(self) -> int:
        """Payments whose promise is open."""
        return len(self.unissued) + (self.unsettled is not None)

    def fn_days_left(self, today: date) -> int | None:
        """Days of the FN's term, its last day included; None when not told."""
        if self.register is None or self.register.fn.valid_until is None:
            return None
        return (self.register.fn.valid_until - today).days

    def can_copy(self, state: PaymentState) -> bool:
        """A register prints a copy of its last document only, and only while it is idle."""
        register = self.register
        return (
            state.document is not None
            and register is not None
            and self.silence is None
            and register.print_state is PrintState.IDLE
            and register.fn.fiscal_drive_number == state.document.fiscal_drive_number
            and register.fn.last_fiscal_document_number == state.document.fiscal_document_number
        )

    def payment(self, payment_id: UUID) -> PaymentState | None:
        for state in (*self.payments, *self.unissued):
            if state.payment.id == payment_id:
                return state
        return None
