"""`Station`: one task that owns the register and the journal.

It serves requests in the order of their coming, asks the register how it is while there
are none, and finds out what became of receipts whose answer was lost. Whatever a face is
told is in the journal already; a killed station is repaired by the same code that repairs
a lost answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from drivers.ffd.receipt import Receipt
from drivers.ffd.validation import problems
from drivers.register import (
    FiscalRegister,
    OutcomeUnknown,
    Reason,
    Refused,
    RegisterError,
    RegisterStatus,
)
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    PayBy,
    Payment,
    PaymentKind,
    PaymentState,
)
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.obstacles import obstacle
from kassa_tui.station.receipts import digest, top_up_receipt
from kassa_tui.station.requests import (
    Answer,
    CloseShift,
    ContinuePrint,
    Declined,
    Done,
    IssueReceipt,
    NotRecorded,
    Objection,
    OpenShift,
    PrintCopy,
    Recorded,
    Refresh,
    Request,
    TakePayment,
    Uncertain,
)
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.shift import Shift
from kassa_tui.station.snapshot import InProgress, Phase, Silence, Snapshot, Unsettled

QUEUE_LIMIT = 16
"""Requests that may wait."""

MAX_TOTAL = 10_000_000_00
"""Kopecks; the largest sum of one payment."""

MAX_CLIENT = 256
"""Characters of what is noted about a client."""

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
    ) -> None:
        """`listener` is called with each snapshot, on the station's loop; it may not wait."""
        self._desk = Desk(register, settings.reading_s, settings.fiscal_s)
        self._documents = Documents(journal, clock)
        self._settlement = Settlement(self._desk, journal, self._documents, clock)
        self._shift = Shift(self._desk, self._documents, settings)
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
        self._silence: Silence | None = None
        self._payments: tuple[PaymentState, ...] = ()
        self._without_document: tuple[PaymentState, ...] = ()
        self._in_progress: InProgress | None = None
        self._journal_failure = ""

    async def ask(self, request: Request) -> Answer:
        """Have a request served. Giving up the wait does not take the request back."""
        if self._stopping:
            return Declined(Objection.STOPPED)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((request, answer))
        except asyncio.QueueFull:
            return Declined(Objection.QUEUE_FULL)
        return await asyncio.shield(answer)

    def stop(self) -> None:
        """End `run` after the request in work; those that wait are declined."""
        self._stopping = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def run(self) -> None:
        """Serve until `stop`; raises `JournalError` when there is nothing to start from."""
        try:
            await self._recall()
            self._publish()
            while not self._stopping:
                await self._serve_next()
        finally:
            self._stopping = True
            while not self._queue.empty():
                if (entry := self._queue.get_nowait()) is not None:
                    entry[1].set_result(Declined(Objection.STOPPED))
            await self._desk.drop()

    async def _serve_next(self) -> None:
        try:
            async with asyncio.timeout(self._pause_s):
                entry = await self._queue.get()
        except TimeoutError:
            await self._look_around()
            return
        if entry is None:
            return
        request, answer = entry
        try:
            result = await self._serve(request)
        except BaseException:
            answer.set_result(Uncertain())
            raise
        await self._look_around()
        answer.set_result(result)

    async def _serve(self, request: Request) -> Answer:
        try:
            match request:
                case TakePayment():
                    return await self._take_payment(request)
                case IssueReceipt(payment_id):
                    return await self._issue_receipt(payment_id)
                case OpenShift() | CloseShift() if self._settlement.open:
                    return Declined(Objection.UNSETTLED)
                case OpenShift():
                    return await self._shift.open()
                case CloseShift():
                    return await self._shift.close()
                case PrintCopy():
                    await self._desk.read(self._desk.register.print_copy())
                case ContinuePrint():
                    await self._desk.read(self._desk.register.continue_print())
                case Refresh():
                    pass
            return Done()
        except Refused as refused:
            return Declined(refused.reason, refused.detail)
        except OutcomeUnknown:
            return Uncertain()
        except JournalError as error:
            return Declined(Objection.JOURNAL_FAILED, str(error))
        finally:
            self._in_progress = None

    # Payments

    async def _take_payment(self, draft: TakePayment) -> Answer:
        if objection := _objection(draft):
            return Declined(objection)
        status = await self._ready(draft.total)
        if isinstance(status, Declined):
            return status
        now = self._clock()
        payment = Payment(
            id=self._new_id(),
            kind=PaymentKind.TOP_UP,
            total=draft.total,
            pay_by=draft.pay_by,
            tendered=draft.tendered if draft.pay_by is PayBy.CASH else None,
            client=draft.client[:MAX_CLIENT],
            created_at=now,
        )
        receipt = top_up_receipt(payment, self._settings)
        info = self._desk.info
        assert info is not None, "a register that told its state has been connected"
        if wrong := problems(receipt, info.ffd_version, status.clock.date()):
            return Declined(Reason.INVALID_RECEIPT, "; ".join(map(str, wrong)))
        self._progress(Phase.NOTING, payment.total, payment.id)
        await self._journal.add_payment(payment, receipt.model_dump_json())
        return await self._send(payment, receipt, status)

    async def _issue_receipt(self, payment_id: UUID) -> Answer:
        state = await self._journal.payment(payment_id)
        if state is None:
            return Declined(Objection.NO_SUCH_PAYMENT)
        if state.document is not None:
            return Declined(Objection.ALREADY_RECORDED)
        if state.last_attempt is not None and not state.last_attempt.state.is_settled:
            return Declined(Objection.UNSETTLED)
        status = await self._ready(state.payment.total, payment_id)
        if isinstance(status, Declined):
            return status
        receipt = Receipt.model_validate_json(await self._journal.receipt(payment_id))
        return await self._send(state.payment, receipt, status)

    async def _ready(self, total: int, payment_id: UUID | None = None) -> RegisterStatus | Declined:
        """The register's state if it would take a receipt now, and why not otherwise."""
        if self._settlement.open:
            return Declined(Objection.UNSETTLED)
        self._progress(Phase.ASKING, total, payment_id)
        status = await self._desk.status()
        if reason := obstacle(status):
            return Declined(reason)
        if status.open_document:
            await self._desk.read(self._desk.register.cancel_document())
        return status

    async def _send(self, payment: Payment, receipt: Receipt, status: RegisterStatus) -> Answer:
        """Note the attempt, hand the receipt over, note what came of it."""
        attempt = Attempt(
            payment_id=payment.id,
            fiscal_drive_number=status.fn.fiscal_drive_number,
            last_document_number=status.fn.last_fiscal_document_number,
            digest=digest(receipt.model_dump_json()),
            sent_at=self._clock(),
        )
        try:
            number = await self._journal.add_attempt(attempt)
        except JournalError as error:
            return NotRecorded(payment.id, Reason.OTHER, str(error))
        self._progress(Phase.RECORDING, payment.total, payment.id)
        try:
            try:
                document = await self._desk.record(self._desk.register.fiscalize(receipt))
            except Refused as refused:
                await self._journal.note_outcome(
                    number, AttemptState.REFUSED, self._clock(), refused.reason, refused.detail
                )
                return NotRecorded(payment.id, refused.reason, refused.detail)
            except OutcomeUnknown as unknown:
                await self._journal.note_outcome(
                    number, AttemptState.UNKNOWN, self._clock(), detail=unknown.detail
                )
            else:
                await self._documents.keep(document, payment.id, number)
                return Recorded(payment.id)
        except JournalError:
            pass  # the attempt stays open in the journal, so the tape will be asked for its end
        return await self._find_out(payment.id)

    async def _find_out(self, payment_id: UUID) -> Answer:
        """The end of a payment whose answer was lost, if the tape tells it at once."""
        try:
            await self._settlement.settle()
            state = await self._journal.payment(payment_id)
        except (RegisterError, JournalError):
            return Uncertain(payment_id)  # the next look around asks again, and tells why
        if state is not None and state.document is not None:
            return Recorded(payment_id)
        if self._settlement.open:
            return Uncertain(payment_id)
        return NotRecorded(payment_id, Reason.OTHER)

    # What the register and the journal tell

    async def _look_around(self) -> None:
        """Ask the register how it is, settle what can be settled, tell the faces."""
        failure = ""
        try:
            status = await self._desk.status()
        except RegisterError as error:
            self._fall_silent(error)
        else:
            self._status, self._silence = status, None
            try:
                await self._documents.note_facts(status)
                if self._settlement.open:
                    await self._settlement.settle()
            except RegisterError as error:
                self._fall_silent(error)
            except JournalError as error:
                failure = str(error)
        try:
            await self._recall()
        except JournalError as error:
            failure = str(error)
        self._journal_failure = failure
        self._pause_s = self._next_pause()
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
        self._payments = await self._journal.last_payments(self._settings.shown_payments)
        self._without_document = await self._journal.payments_without_document()
        await self._settlement.recall()

    # Telling the faces

    def _progress(self, phase: Phase, total: int, payment_id: UUID | None) -> None:
        self._in_progress = InProgress(
            payment_id=payment_id, total=total, phase=phase, since=self._clock()
        )
        self._publish()

    def _publish(self) -> None:
        open_ids = {stored.attempt.payment_id for stored in self._settlement.open}
        current = self._in_progress.payment_id if self._in_progress else None
        self._listener(
            Snapshot(
                at=self._clock(),
                club=self._settings.club,
                till=self._settings.till,
                cashier=self._settings.cashier,
                info=self._desk.info,
                register=self._status,
                silence=self._silence,
                payments=self._payments,
                unissued=tuple(
                    state
                    for state in self._without_document
                    if state.payment.id not in open_ids and state.payment.id != current
                ),
                unsettled=self._unsettled_view(),
                in_progress=self._in_progress,
                journal_failure=self._journal_failure,
            )
        )

    def _unsettled_view(self) -> Unsettled | None:
        for stored in self._settlement.open:
            for state in self._without_document:
                if state.payment.id == stored.attempt.payment_id:
                    return Unsettled(
                        payment=state,
                        after_document=stored.attempt.last_document_number,
                        since=stored.attempt.sent_at,
                        doubt=self._settlement.doubt,
                    )
        return None


def _objection(draft: TakePayment) -> Objection | None:
    if not 0 < draft.total <= MAX_TOTAL:
        return Objection.WRONG_SUM
    if (
        draft.pay_by is PayBy.CASH
        and draft.tendered is not None
        and not draft.total <= draft.tendered <= 10 * MAX_TOTAL
    ):
        return Objection.TENDERED_TOO_SMALL
    return None
