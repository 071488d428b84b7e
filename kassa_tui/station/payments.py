"""Money that changes hands, from the request to its receipt.

Steps as on the design page: judge, note, tell the CRM, record; the receipt is attached by
the outbox. Each step is in the journal before it begins.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from drivers.ffd.receipt import Receipt
from drivers.register import OutcomeUnknown, Reason, Refused, RegisterStatus
from kassa_tui.izi import errors as crm_errors
from kassa_tui.izi.errors import LimitExceeded, NotSupported, Retryable
from kassa_tui.journal.calls import Call, CallState, StoredCall
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    AttemptState,
    Payment,
    PaymentKind,
    PaymentState,
    Promise,
    ReceiptIntent,
    ReceiptState,
)
from kassa_tui.station import calls
from kassa_tui.station.answers import (
    Answer,
    Declined,
    Noted,
    NotRecorded,
    Objection,
    PaymentAnswer,
    Several,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.desk import Desk
from kassa_tui.station.drafts import goes_on_without_crm
from kassa_tui.station.judgements import (
    answer_of,
    is_unconfirmed,
    owes_nothing,
    substance,
    total_of,
)
from kassa_tui.station.objections import objection
from kassa_tui.station.office import Office
from kassa_tui.station.outbox import Outbox, is_final
from kassa_tui.station.planning import Planner
from kassa_tui.station.plans import Plan
from kassa_tui.station.reconciliation.corrections import as_correction
from kassa_tui.station.recorder import MOST_SENDINGS, Progress, Recorder
from kassa_tui.station.requests import PaymentRequest
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Phase


class Payments:
    """Serves requests about money. Methods raise `RegisterError` and `JournalError`."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        recorder: Recorder,
        office: Office | None,
        outbox: Outbox | None,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        shift_id: Callable[[], UUID | None],
        progress: Progress,
    ) -> None:
        """`shift_id` tells the journal's shift that is open; without a CRM both are None."""
        self._desk = desk
        self._journal = journal
        self._recorder = recorder
        self._office = office
        self._outbox = outbox
        self._clock = clock
        self._new_id = new_id
        self._shift_id = shift_id
        self._progress = progress
        self._planner = Planner(desk, journal, office, settings, clock, new_id, shift_id)
        self._left_over_tries: Counter[UUID] = Counter()

    async def take(self, request: PaymentRequest) -> Answer:
        """Nothing is noted before everything that can be judged has been."""
        if wrong := objection(request) or self._planner.over_limit(request):
            return Declined(wrong)
        if request.caller_id is not None:
            known = await self._journal.payment_of_caller(request.caller_id)
            if known is not None:
                return await self._answer_again(request, known)
        status = await self._recorder.ready(total_of(request))
        if isinstance(status, Declined):
            return status
        planned = await self._planner.plan(request, status)
        if isinstance(planned, Declined):
            return planned
        self._progress(Phase.NOTING, total_of(request), planned[0].payment.id)
        noted = await self._note(planned, status)
        answers: list[PaymentAnswer] = []
        try:
            for number, plan in enumerate(planned):
                rest = tuple(other.payment.id for other in planned[number + 1 :])
                # The second receipt of a basket comes behind the first: its FD is noted anew.
                first = () if number else (status, noted)
                answer = await self._finish(plan, rest, *first)
                answers.append(answer)
                if isinstance(answer, TurnedDown):
                    answers += [replace(answer, payment_id=other) for other in rest]
                    break
        finally:
            self._release(planned)
        return _together(answers)

    async def _answer_again(self, request: PaymentRequest, known: PaymentState) -> Answer:
        """What became of what the same caller has asked for before."""
        if known.payment.asked not in ("", substance(request)):
            return Declined(Objection.ID_TAKEN)
        order_id = known.payment.order_id
        parts = (known,) if order_id is None else await self._journal.payments_of_order(order_id)
        return _together([answer_of(part) for part in parts])

    async def issue(self, payment_id: UUID, *, settled_on: date | None = None) -> Answer:
        """Send the receipt that a payment surely lacks: no money, no new payment.

        With `settled_on`, the day of the settlement, it is sent as a correction receipt.
        """
        state = await self._journal.payment(payment_id)
        if state is None:
            return Declined(Objection.NO_SUCH_PAYMENT)
        if declined := owes_nothing(state):
            return declined
        status = await self._recorder.ready(state.payment.total, payment_id)
        if isinstance(status, Declined):
            return status
        state = await self._journal.payment(payment_id)
        assert state is not None, "nothing leaves the journal"
        if declined := owes_nothing(state):  # the tape or the CRM may have told meanwhile
            return declined
        if is_unconfirmed(state):
            ended = await self._tell_crm(state.payment, is_new=False)
            if ended is not None:
                return ended
        wanted = next(one.id for one in state.receipts if one.state is ReceiptState.WANTED)
        receipt = Receipt.model_validate_json(await self._journal.receipt(wanted))
        if settled_on is not None:
            info = self._desk.info
            assert info is not None, "a register that told its state has been connected"
            receipt = as_correction(receipt, settled_on, info.ffd_version)
        receipt_id = None if wanted == payment_id else wanted
        return await self._recorder.send(payment_id, receipt, status, receipt_id=receipt_id)

    async def issue_left_over(self, left: Iterable[PaymentState]) -> UUID | None:
        """Send the receipt of a payment that was cut off before it; whose was tried.

        Only within the shift in which the money was taken: what is owed since longer a
        person looks at, as well as what the register has refused or does not take again and
        again.
        """
        shift_id = self._shift_id()
        for state in left:
            payment, attempt = state.payment, state.last_attempt
            cut = attempt is None or attempt.state is AttemptState.ABSENT
            if not cut or shift_id is None or payment.shift_id != shift_id:
                continue
            if self._left_over_tries[payment.id] < MOST_SENDINGS:
                self._left_over_tries[payment.id] += 1
                await self.issue(payment.id)
                return payment.id
        return None

    # Doing

    async def _note(self, planned: tuple[Plan, ...], status: RegisterStatus) -> int | None:
        """All of a basket, or nothing. The outbox leaves it alone until it is finished.

        Where nobody is asked before the first receipt is sent, its attempt is noted with it:
        the number of that.
        """
        promises, first = tuple(map(self._promise, planned)), planned[0]
        attempt = None
        if first.receipt is not None and not self._is_told(first):
            attempt = self._recorder.attempt(first.payment.id, first.receipt, status)
        try:
            if self._outbox is not None:
                for plan in planned:
                    self._outbox.hold(plan.payment.id)
            return await self._journal.add_payments(promises, attempt)
        except BaseException:
            self._release(planned)
            raise

    def _release(self, planned: tuple[Plan, ...]) -> None:
        if self._outbox is not None:
            for plan in planned:
                self._outbox.release(plan.payment.id)

    def _promise(self, plan: Plan) -> Promise:
        told: tuple[Call, ...] = ()
        if self._is_told(plan):
            assert self._office is not None, "it is the CRM that is told"
            shift = self._office.shift
            told = (calls.post_transaction(plan.draft, shift.id if shift else None, self._new_id),)
        receipts: tuple[ReceiptIntent, ...] = ()
        if plan.receipt is not None:
            intent = ReceiptIntent(id=plan.payment.id, receipt=plan.receipt.model_dump_json())
            receipts = (intent,)
        return Promise(plan.payment, receipts, told)

    def _is_told(self, plan: Plan) -> bool:
        """A top-up of nobody's balance stays out of the CRM."""
        if self._office is None:
            return False
        return plan.payment.kind is not PaymentKind.TOP_UP or plan.payment.client_id is not None

    async def _finish(
        self,
        plan: Plan,
        rest: tuple[UUID, ...],
        status: RegisterStatus | None = None,
        noted: int | None = None,
    ) -> PaymentAnswer:
        """`rest` are the payments of the same basket that end where this one is refused;
        `noted` is the number of the attempt that was noted with the payment."""
        payment = plan.payment
        try:
            if self._is_told(plan):
                ended = await self._tell_crm(payment, rest, is_new=True)
                if ended is not None:
                    return ended
            if plan.receipt is None:
                return Noted(payment.id)
            ready = status or await self._recorder.ready(payment.total, payment.id)
            if isinstance(ready, Declined):
                reason = ready.reason if isinstance(ready.reason, Reason) else Reason.OTHER
                return NotRecorded(payment.id, reason, ready.reason)
            return await self._recorder.send(payment.id, plan.receipt, ready, noted)
        except Refused as refused:
            return NotRecorded(payment.id, refused.reason, refused.detail)
        except (OutcomeUnknown, JournalError):
            return Uncertain(payment.id)  # the journal has the payment: it is found out later
        finally:
            if self._outbox is not None:
                self._outbox.release(payment.id)

    async def _tell_crm(
        self, payment: Payment, rest: tuple[UUID, ...] = (), *, is_new: bool
    ) -> TurnedDown | Uncertain | None:
        """Post the transaction; None: go on to the receipt.

        Args:
            rest: Payments that end with this one.
            is_new: It has never been posted, also not by a station that was killed in it.
        """
        assert self._outbox is not None
        async with self._outbox.alone(payment.id):
            return await self._tell_crm_alone(payment, self._outbox, rest, is_new)

    async def _tell_crm_alone(
        self, payment: Payment, outbox: Outbox, rest: tuple[UUID, ...], is_new: bool
    ) -> TurnedDown | Uncertain | None:
        assert self._office is not None
        stored: StoredCall = (await self._journal.calls_of(payment.id))[0]
        if stored.state is CallState.DONE:
            return None
        if stored.state is CallState.REFUSED:  # by a try of the outbox, meanwhile
            return TurnedDown(payment.id, stored.error.partition(":")[0], stored.error)
        if stored.state is CallState.POISONED:  # nobody knows whether the CRM has it
            return Uncertain(payment.id)
        offline = goes_on_without_crm(calls.transaction_of(stored.call.body))
        if offline and self._office.failing_since is not None:
            return None  # the outbox knows when to ask the next time
        self._progress(Phase.TELLING, payment.total, payment.id)
        error = await outbox.attempt(stored)
        if error is None:
            return None
        if is_new:
            without = isinstance(error, Retryable | NotSupported) and offline
            ended = isinstance(error, crm_errors.Refused | Retryable) and not without
        else:
            ended = is_final(error)
        if ended:
            await self._journal.call_off(
                payment.id, self._clock(), str(error), stored.call.id, others=rest
            )
            limit = error.limit if isinstance(error, LimitExceeded) else None
            return TurnedDown(payment.id, error.code, error.detail, limit)
        await outbox.note_failure(stored, error)
        return None if offline else Uncertain(payment.id)


def _together(answers: Sequence[PaymentAnswer]) -> PaymentAnswer | Several:
    return answers[0] if len(answers) == 1 else Several(tuple(answers))
