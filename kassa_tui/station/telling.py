"""What the faces are told: the last that register, journal and CRM have said, in one snapshot."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from drivers.register import OutcomeUnknown, Reason, Refused, RegisterError, RegisterStatus
from kassa_tui.journal.records import PaymentState, StoredAttempt
from kassa_tui.station.cash import Cash
from kassa_tui.station.desk import Desk
from kassa_tui.station.elsewhere import ElsewhereDesk
from kassa_tui.station.judgements import is_unconfirmed
from kassa_tui.station.obstacles import obstacle
from kassa_tui.station.office import CrmShift, Office
from kassa_tui.station.outbox import Outbox
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.shift import Shift
from kassa_tui.station.snapshot import (
    CrmState,
    InProgress,
    Phase,
    PoisonedCall,
    Silence,
    Snapshot,
    TapeReading,
    Unsettled,
)
from kassa_tui.station.upkeep import Upkeep

READING_TOLD_EVERY = timedelta(seconds=1)

Listener = Callable[[Snapshot], None]


class Telling:
    """Knows what was heard, and tells it; asks nobody.

    Attributes:
        status: The last state that the register told, at `status_at`; old while `silence` is set.
        in_progress: The payment that is being taken.
        journal_failure: Words of the last write that failed; empty after the next good one.
    """

    def __init__(
        self,
        desk: Desk,
        settlement: Settlement,
        shift: Shift,
        cash: Cash,
        office: Office | None,
        outbox: Outbox | None,
        elsewhere: ElsewhereDesk | None,
        upkeep: Upkeep,
        settings: StationSettings,
        clock: Callable[[], datetime],
        listener: Listener,
    ) -> None:
        """`listener` is called with each snapshot; it may not wait."""
        self._desk = desk
        self._settlement = settlement
        self._shift = shift
        self._cash = cash
        self._office = office
        self._outbox = outbox
        self._elsewhere = elsewhere
        self._upkeep = upkeep
        self._settings = settings
        self._clock = clock
        self._listener = listener
        self.status: RegisterStatus | None = None
        self.status_at: datetime | None = None
        self.silence: Silence | None = None
        self.in_progress: InProgress | None = None
        self.journal_failure = ""
        self._payments: tuple[PaymentState, ...] = ()
        self._without_document: tuple[PaymentState, ...] = ()
        self._unsettled: tuple[StoredAttempt, ...] = ()
        """As of the same look into the journal as the payments."""
        self._reading: TapeReading | None = None
        self._reading_told_at: datetime | None = None

    # What is heard

    def hear(self, status: RegisterStatus) -> None:
        """The register has told its state."""
        self.status, self.status_at, self.silence = status, self._clock(), None

    def fall_silent(self, error: RegisterError) -> None:
        """It has not."""
        reason = error.reason if isinstance(error, Refused) else Reason.UNREACHABLE
        detail = error.detail if isinstance(error, (Refused, OutcomeUnknown)) else str(error)
        since = self.silence.since if self.silence else self._clock()
        self.silence = Silence(since=since, reason=reason, detail=detail)

    def recall(
        self, payments: tuple[PaymentState, ...], without_document: tuple[PaymentState, ...]
    ) -> None:
        """What the journal holds: the latest payments, and all with a receipt that is wanted.

        All at once: the outbox publishes when it likes.
        """
        self._payments, self._without_document = payments, without_document
        self._unsettled = self._settlement.open

    def rest(self) -> None:
        """Nothing is being done any more."""
        self.in_progress = self._reading = self._reading_told_at = None

    # What follows from it

    def ready_fn(self) -> str | None:
        """Number of the FN whose register would take a receipt now, as far as is known."""
        if self.silence is not None or self._settlement.open or self.journal_failure:
            return None
        if self.status is None or obstacle(self.status) is not None:
            return None
        return self.status.fn.fiscal_drive_number

    def unissued(self) -> tuple[PaymentState, ...]:
        """Payments that surely lack their receipt, oldest first."""
        unsettled = {stored.attempt.payment_id for stored in self._unsettled}
        current = self.in_progress.payment_id if self.in_progress else None
        return tuple(
            state
            for state in self._without_document
            if state.payment.id not in unsettled
            and state.payment.id != current
            and not is_unconfirmed(state)
        )

    # Telling

    def progress(self, phase: Phase, total: int, payment_id: UUID | None) -> None:
        """A payment has come as far as this."""
        self.in_progress = InProgress(
            payment_id=payment_id, total=total, phase=phase, since=self._clock()
        )
        self.publish()

    def reading_goes_on(self, done: int, of: int) -> None:
        """The tape of the shift is read as far as this; told now and then."""
        now = self._clock()
        since = self._reading.since if self._reading is not None else now
        self._reading = TapeReading(done=done, of=of, since=since)
        if self._reading_told_at is None or now - self._reading_told_at >= READING_TOLD_EVERY:
            self._reading_told_at = now
            self.publish()

    def publish(self) -> None:
        self._listener(self.view())

    def view(self) -> Snapshot:
        return Snapshot(
            at=self._clock(),
            club=self._settings.club,
            till=self._settings.till,
            cashier=self._settings.cashier,
            info=self._desk.info,
            register=self.status,
            silence=self.silence,
            payments=self._payments,
            unissued=self.unissued(),
            unsettled=self._unsettled_view(),
            unconfirmed=tuple(filter(is_unconfirmed, self._payments)),
            crm=self._crm_view(),
            shift=self._shift.view,
            unknown_cash_moves=tuple(one.move for one in self._cash.open),
            in_progress=self.in_progress,
            reading=self._reading,
            journal_failure=self.journal_failure or self._upkeep.failure,
        )

    def _unsettled_view(self) -> Unsettled | None:
        for stored in self._unsettled:
            for state in self._without_document:
                if state.payment.id == stored.attempt.payment_id:
                    return Unsettled(
                        payment=state,
                        after_document=stored.attempt.last_document_number,
                        since=stored.attempt.sent_at,
                        doubt=self._settlement.doubt,
                    )
        return None

    def _crm_view(self) -> CrmState | None:
        office, outbox = self._office, self._outbox
        if office is None or outbox is None:
            return None
        known = office.shift_state in (CrmShift.OPEN, CrmShift.CLOSED)
        return CrmState(
            shift_is_open=office.shift_state is CrmShift.OPEN if known else None,
            shift_opened_at=office.shift.opened_at if office.shift is not None else None,
            failing_since=office.failing_since,
            queued=outbox.counts.pending,
            poisoned=outbox.counts.poisoned,
            permissions=office.permissions,
            signed_out=office.signed_out,
            not_offered=tuple(sorted(office.not_offered)),
            tells_shifts=office.shift_state is not CrmShift.NOT_TOLD,
            elsewhere=None if self._elsewhere is None else self._elsewhere.state,
            poisoned_calls=tuple(
                PoisonedCall(
                    call_id=one.call.id,
                    subject=one.call.subject,
                    name=one.call.name,
                    error=one.error,
                )
                for one in outbox.poisoned
            ),
        )
