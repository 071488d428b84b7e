"""`Station`: one task that owns the register and the journal.

It serves requests in the order of their coming, asks the register how it is while there
are none, and finds out what became of receipts whose answer was lost. Whatever a face is
told is in the journal already; a killed station is repaired by the same code that repairs
a lost answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from drivers.register import (
    FiscalRegister,
    LinkFinding,
    OutcomeUnknown,
    Reason,
    Refused,
    RegisterError,
    RegisterStatus,
    ShiftState,
)
from kassa_tui.izi.port import Crm
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.file import ROOM_BYTES
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PaymentState, StoredAttempt
from kassa_tui.station.cash import Cash
from kassa_tui.station.closing_preview import PreviewClosing, StopAddingUp
from kassa_tui.station.continuity import TapeCheck
from kassa_tui.station.desk import Desk
from kassa_tui.station.diagnosis import Diagnosis, diagnose
from kassa_tui.station.documents import Documents, remembered
from kassa_tui.station.elsewhere import ElsewhereDesk
from kassa_tui.station.information import InformationDesk
from kassa_tui.station.inquiries import Inquiry
from kassa_tui.station.judgements import is_unconfirmed
from kassa_tui.station.obstacles import obstacle
from kassa_tui.station.office import CrmShift, Office
from kassa_tui.station.outbox import Jitter, Outbox
from kassa_tui.station.payments import Payments
from kassa_tui.station.reading_back import CrmCheck
from kassa_tui.station.reconciliation.comparing import Comparer
from kassa_tui.station.reconciliation.mending import Mender
from kassa_tui.station.reconciliation.requests import (
    IssueForRow,
    Mending,
    ReadShiftTape,
)
from kassa_tui.station.reconciliation.shift_tape import ShiftTapes
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.requests import (
    MAX_TAPE,
    Answer,
    CloseShift,
    ContinuePrint,
    Declined,
    Done,
    IssueReceipt,
    MoveCash,
    Objection,
    OpenShift,
    PaymentRequest,
    PrintCopy,
    ReadTape,
    Recorded,
    Refresh,
    Request,
    RotateShift,
    SettleByHand,
    SettleCall,
    SettleCash,
    Tape,
    Uncertain,
    XReport,
)
from kassa_tui.station.rights import missing_right
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

QUEUE_LIMIT = 16
"""Requests that may wait."""

READING_TOLD_EVERY = timedelta(seconds=1)

_TOUCHES_DRAWER = PaymentRequest | IssueReceipt | IssueForRow | MoveCash | CloseShift | RotateShift

Clock = Callable[[], datetime]
Listener = Callable[[Snapshot], None]


class Station:
    """The one owner of a register and a journal. `run` works until `stop`."""

    def __init__(
        self,
        register: FiscalRegister,
        journal: Journal,
        settings: StationSettings,
        clock: Clock,
        new_id: Callable[[], UUID],
        listener: Listener,
        *,
        crm: Crm | None = None,
        club_id: str = "",
        jitter: Jitter = lambda: 0.0,
        see_link: Callable[[], Awaitable[LinkFinding]] | None = None,
    ) -> None:
        """
        Args:
            listener: Is called with each snapshot, on the station's loop; it may not wait.
            crm: The CRM as the cashier sees it; None: the till works alone.
            club_id: The club in the CRM.
            jitter: A random part of one, for the pauses between tries of the CRM.
            see_link: Looks at the way to the register, for a person who looks for a fault.
        """
        self._desk = Desk(register, settings.reading_s, settings.fiscal_s)
        self._documents = Documents(journal, clock, new_id, self._registration_number)
        self._settlement = Settlement(self._desk, journal, self._documents, clock)
        self._office: Office | None = None
        self._outbox: Outbox | None = None
        if crm is not None:
            self._office = Office(crm, club_id, settings.crm_s, clock)
            self._outbox = Outbox(self._office, journal, clock, new_id, jitter, self._publish)
        books = (self._office, self._outbox, settings, clock, new_id)
        tape_check = TapeCheck(self._desk, journal, self._documents, clock)
        self._tapes = ShiftTapes(self._desk, journal, clock)
        self._comparer: Comparer | None = None
        if self._office is not None:
            self._comparer = Comparer(
                self._tapes,
                journal,
                self._office,
                settings.till,
                clock,
                new_id,
                lambda: self._desk.info,
                lambda: self._status,
            )
        self._shift = Shift(
            self._desk,
            journal,
            self._documents,
            tape_check,
            *books,
            self._reading_goes_on,
            self._tapes,
            self._comparer,
        )
        self._cash = Cash(self._desk, journal, *books, self._current_shift)
        self._recorder = Recorder(
            self._desk,
            journal,
            self._documents,
            self._settlement,
            tape_check,
            CrmCheck(self._desk, journal, self._office, settings, clock, new_id),
            clock,
            self._progress,
        )
        self._payments_desk = Payments(
            self._desk, journal, self._recorder, *books, self._current_shift, self._progress
        )
        self._mender: Mender | None = None
        if self._office is not None and self._outbox is not None and self._comparer is not None:
            self._mender = Mender(
                self._comparer,
                self._desk,
                journal,
                self._recorder,
                self._payments_desk,
                self._office,
                self._outbox,
                settings,
                clock,
                new_id,
                self._current_shift,
            )
        self._elsewhere: ElsewhereDesk | None = None
        if self._office is not None and self._comparer is not None and settings.fiscalise_elsewhere:
            self._elsewhere = ElsewhereDesk(
                self._office,
                self._comparer,
                journal,
                settings,
                clock,
                self.ask,
                self._ready_fn,
                self._publish,
            )
        self._upkeep = Upkeep(journal, settings, clock)
        self._information = InformationDesk(
            journal, self._office, self._comparer, settings.till, self._diagnose
        )
        self._see_link = see_link
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._listener = listener
        self._queue: asyncio.Queue[tuple[Request, asyncio.Future[Answer]] | None] = asyncio.Queue(
            QUEUE_LIMIT
        )
        self._stopping = False
        self._pause_s = 0.0
        self._retries = 0
        self._status: RegisterStatus | None = None
        self._status_at: datetime | None = None
        self._silence: Silence | None = None
        self._payments: tuple[PaymentState, ...] = ()
        self._without_document: tuple[PaymentState, ...] = ()
        self._unsettled: tuple[StoredAttempt, ...] = ()
        """As of the same look into the journal as the payments."""
        self._in_progress: InProgress | None = None
        self._reading: TapeReading | None = None
        self._reading_told_at: datetime | None = None
        self._journal_failure = ""

    async def ask(self, request: Request) -> Answer:
        """Have a request served. Giving up the wait does not take the request back."""
        if self._stopping:
            return Declined(Objection.STOPPED)
        if isinstance(request, StopAddingUp):
            self._shift.stop_adding_up()
            return Done()
        if isinstance(request, Inquiry):
            return await self._information.tell(request, self._clock())
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((request, answer))
        except asyncio.QueueFull:
            return Declined(Objection.QUEUE_FULL)
        return await asyncio.shield(answer)

    def look_at_crm(self) -> None:
        """The CRM says that something is new there: ask it now, and deliver what waits."""
        if self._office is not None and self._outbox is not None:
            self._office.expect_news()
            self._outbox.wake()

    def stop(self) -> None:
        """End `run` after the request in work; those that wait are declined."""
        self._stopping = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def run(self) -> None:
        """Serve until `stop`; raises `JournalError` when there is nothing to start from."""
        beside: list[asyncio.Task[None]] = []
        try:
            await self._recall()
            self._publish()
            workers = (self._outbox, self._elsewhere)
            beside += [asyncio.create_task(one.run()) for one in workers if one is not None]
            while not self._stopping:
                await self._serve_next()
        finally:
            self._stopping = True
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            while not self._queue.empty():
                if (entry := self._queue.get_nowait()) is not None:
                    entry[1].set_result(Declined(Objection.STOPPED))
            await self._desk.drop()
            await self._upkeep.end()

    async def _serve_next(self) -> None:
        try:
            async with asyncio.timeout(self._pause_s):
                entry = await self._queue.get()
        except TimeoutError:
            await self._look_around()
            await self._catch_up()
            return
        if entry is None:
            return
        request, answer = entry
        try:
            result = await self._serve(request)
        except BaseException:
            answer.set_result(Uncertain())
            raise
        if isinstance(result, Recorded):
            # Whether it is printed and delivered keeps no customer waiting.
            await self._show()
            answer.set_result(result)
        await self._look_around()
        if not answer.done():
            answer.set_result(result)
        if isinstance(request, CloseShift | RotateShift) and isinstance(result, Done):
            self._upkeep.begin()

    async def _serve(self, request: Request) -> Answer:
        if self._office is not None:
            is_expired = self._status is not None and self._status.shift is ShiftState.EXPIRED
            lacking = missing_right(request, self._office.permissions)
            if lacking is not None and not is_expired:
                return Declined(Objection.NOT_ALLOWED, lacking)
        try:
            if self._cash.is_cut and isinstance(request, _TOUCHES_DRAWER):
                await self._cash.settle(await self._desk.status())
            match request:
                case _ if isinstance(request, PaymentRequest):
                    return await self._payments_desk.take(request)
                case IssueReceipt(payment_id):
                    return await self._payments_desk.issue(payment_id)
                case SettleByHand():
                    return await self._settlement.settle_by_hand(request)
                case SettleCash():
                    return await self._cash.settle_by_hand(request)
                case SettleCall():
                    if self._outbox is None:
                        return Declined(Objection.NOTHING_TO_SETTLE)
                    return await self._outbox.settle_by_hand(request)
                case OpenShift() | CloseShift() | RotateShift() if self._settlement.open:
                    return Declined(Objection.UNSETTLED)
                case OpenShift():
                    return await self._shift.open(request)
                case CloseShift():
                    return await self._shift.close(request)
                case RotateShift():
                    return await self._rotate(request)
                case PreviewClosing():
                    return await self._shift.preview(
                        len(self._unissued()), len(self._settlement.open)
                    )
                case MoveCash():
                    status = await self._recorder.ready(abs(request.amount))
                    if isinstance(status, Declined):
                        return status
                    return await self._cash.move(request, status)
                case ReadTape(first, last):
                    documents = await self._desk.tape(first, min(last, first + MAX_TAPE - 1))
                    return Tape(tuple(map(remembered, documents)))
                case _ if isinstance(request, Mending):
                    if self._mender is None:
                        return Declined(Objection.CRM_NEEDED)
                    return await self._mender.mend(request)
                case ReadShiftTape():
                    return await self._tapes.read_some(request, await self._desk.status())
                case XReport():
                    await self._desk.read(self._desk.register.x_report())
                case PrintCopy():
                    await self._desk.read(self._desk.register.print_copy())
                case ContinuePrint():
                    await self._desk.read(self._desk.register.continue_print())
                case Refresh():
                    if self._office is not None and self._outbox is not None:
                        self._office.expect_news()
                        await self._office.look()
                        self._outbox.wake()
            return Done()
        except Refused as refused:
            return Declined(refused.reason, refused.detail)
        except OutcomeUnknown:
            return Uncertain()
        except JournalError as error:
            return Declined(Objection.JOURNAL_FAILED, str(error))

    async def _rotate(self, request: RotateShift) -> Answer:
        """The cash that was counted stays in the drawer for the next shift."""
        closed = await self._shift.close(request)
        if not isinstance(closed, Done):
            return closed
        counted = closed.report.counted_cash if closed.report is not None else None
        opened = await self._shift.open(OpenShift(counted_cash=counted))
        return closed if isinstance(opened, Done) else opened

    # What the register, the journal and the CRM tell

    async def _look_around(self) -> None:
        """Ask the register how it is, settle what can be settled, tell the faces."""
        failure = ""
        try:
            status = await self._desk.status()
        except RegisterError as error:
            self._fall_silent(error)
        else:
            self._status, self._status_at, self._silence = status, self._clock(), None
            try:
                await self._shift.adopt(status)
                await self._documents.note_facts(status)
                if self._cash.is_cut:
                    await self._cash.settle(status)
                if self._settlement.open:
                    await self._settlement.settle()
            except RegisterError as error:
                self._fall_silent(error)
            except JournalError as error:
                failure = str(error)
        try:
            await self._recall()
            await self._shift.add_up()
        except JournalError as error:
            failure = str(error)
        # Not before the payments are told anew: others publish, too.
        self._in_progress = self._reading = self._reading_told_at = None
        self._journal_failure = failure
        self._pause_s = self._next_pause()
        self._publish()

    async def _catch_up(self) -> None:
        """Nobody asks for anything: send a receipt that was cut off from its money."""
        if self._ready_fn() is None:
            return
        try:
            if await self._payments_desk.issue_left_over(self._unissued()) is None:
                return
        except RegisterError as error:
            self._fall_silent(error)
        except JournalError as error:
            self._journal_failure = str(error)
        await self._look_around()
        if self._silence is None and not self._settlement.open:
            self._pause_s = 0.0  # there may be more

    def _ready_fn(self) -> str | None:
        """Number of the FN whose register would take a receipt now, as far as is known."""
        if self._silence is not None or self._settlement.open or self._journal_failure:
            return None
        if self._status is None or obstacle(self._status) is not None:
            return None
        return self._status.fn.fiscal_drive_number

    async def _show(self) -> None:
        """Tell the faces what the journal holds."""
        try:
            await self._recall()
        except JournalError as error:
            self._journal_failure = str(error)
        self._in_progress = None
        self._publish()

    def _next_pause(self) -> float:
        if self._silence is None and not self._settlement.open:
            self._retries = 0
            return self._settings.poll_s
        pause_s = self._settings.first_retry_s * (1 << min(self._retries, 16))
        self._retries += 1
        return min(pause_s, self._settings.last_retry_s)

    def _fall_silent(self, error: RegisterError) -> None:
        reason = error.reason if isinstance(error, Refused) else Reason.UNREACHABLE
        detail = error.detail if isinstance(error, (Refused, OutcomeUnknown)) else str(error)
        since = self._silence.since if self._silence else self._clock()
        self._silence = Silence(since=since, reason=reason, detail=detail)

    async def _recall(self) -> None:
        # Together, so that the way to the journal's thread is gone once.
        payments, without_document, *_ = await asyncio.gather(
            self._journal.last_payments(self._settings.shown_payments),
            self._journal.payments_without_document(),
            self._cash.recall(),
            self._settlement.recall(),
            self._shift.recall(),
            *(() if self._outbox is None else (self._outbox.recall(),)),
        )
        # All at once: the outbox publishes when it likes.
        self._payments, self._without_document = payments, without_document
        self._unsettled = self._settlement.open

    def _current_shift(self) -> UUID | None:
        return self._shift.current_id

    def _registration_number(self) -> str:
        return self._desk.info.registration_number if self._desk.info is not None else ""

    # Telling the faces

    def _progress(self, phase: Phase, total: int, payment_id: UUID | None) -> None:
        self._in_progress = InProgress(
            payment_id=payment_id, total=total, phase=phase, since=self._clock()
        )
        self._publish()

    def _reading_goes_on(self, done: int, of: int) -> None:
        now = self._clock()
        since = self._reading.since if self._reading is not None else now
        self._reading = TapeReading(done=done, of=of, since=since)
        if self._reading_told_at is None or now - self._reading_told_at >= READING_TOLD_EVERY:
            self._reading_told_at = now
            self._publish()

    async def _diagnose(self) -> Diagnosis:
        link = None
        # A second link beside one that is in use could disturb it.
        if self._see_link is not None and self._silence is not None and not self._in_progress:
            link = await self._see_link()
        try:
            room = await self._journal.room()
        except JournalError:
            room = None
        return diagnose(
            self._view(),
            link=link,
            status_at=self._status_at,
            room=room,
            least_room=ROOM_BYTES,
            at=self._clock(),
        )

    def _publish(self) -> None:
        self._listener(self._view())

    def _view(self) -> Snapshot:
        return Snapshot(
            at=self._clock(),
            club=self._settings.club,
            till=self._settings.till,
            cashier=self._settings.cashier,
            info=self._desk.info,
            register=self._status,
            silence=self._silence,
            payments=self._payments,
            unissued=self._unissued(),
            unsettled=self._unsettled_view(),
            unconfirmed=tuple(filter(is_unconfirmed, self._payments)),
            crm=self._crm_view(),
            shift=self._shift.view,
            unknown_cash_moves=tuple(one.move for one in self._cash.open),
            in_progress=self._in_progress,
            reading=self._reading,
            journal_failure=self._journal_failure or self._upkeep.failure,
        )

    def _unissued(self) -> tuple[PaymentState, ...]:
        """Payments that surely lack their receipt, oldest first."""
        unsettled = {stored.attempt.payment_id for stored in self._unsettled}
        current = self._in_progress.payment_id if self._in_progress else None
        return tuple(
            state
            for state in self._without_document
            if state.payment.id not in unsettled
            and state.payment.id != current
            and not is_unconfirmed(state)
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
