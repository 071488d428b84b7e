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

from pydantic import ValidationError

from drivers.ffd.receipt import Receipt
from drivers.ffd.validation import problems
from drivers.register import OutcomeUnknown, Reason, Refused, RegisterStatus
from kassa_tui.izi import errors as crm_errors
from kassa_tui.izi.errors import CrmError, LimitExceeded, NotSupported, Retryable
from kassa_tui.journal.calls import Call, CallState, StoredCall
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    AttemptState,
    PayBy,
    Payment,
    PaymentKind,
    PaymentState,
    Promise,
    ReceiptIntent,
)
from kassa_tui.settings.tax import TaxRegimeError
from kassa_tui.station import calls
from kassa_tui.station.desk import Desk
from kassa_tui.station.drafts import basket_of, goes_on_without_crm
from kassa_tui.station.judgements import (
    answer_of,
    by_method,
    drawer_is_short,
    is_unconfirmed,
    needs_crm,
    owes_nothing,
    substance,
    total_of,
)
from kassa_tui.station.objections import objection
from kassa_tui.station.office import CrmShift, Office, is_phone
from kassa_tui.station.outbox import Outbox, is_final
from kassa_tui.station.plans import Circumstances, Original, Plan, plans
from kassa_tui.station.reconciliation.corrections import as_correction
from kassa_tui.station.recorder import MOST_SENDINGS, SHIFT_LIFE, Progress, Recorder
from kassa_tui.station.requests import (
    Answer,
    BonusRequest,
    Declined,
    Noted,
    NotRecorded,
    Objection,
    PaymentAnswer,
    PaymentRequest,
    RefundSale,
    Several,
    TakePayment,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Phase

_METHODS = (PayBy.CASH, PayBy.CARD, PayBy.BALANCE, PayBy.BONUS)


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
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._shift_id = shift_id
        self._progress = progress
        self._left_over_tries: Counter[UUID] = Counter()

    async def take(self, request: PaymentRequest) -> Answer:
        """Nothing is noted before everything that can be judged has been."""
        if wrong := objection(request) or self._over_limit(request):
            return Declined(wrong)
        if request.caller_id is not None:
            known = await self._journal.payment_of_caller(request.caller_id)
            if known is not None:
                return await self._answer_again(request, known)
        status = await self._recorder.ready(total_of(request))
        if isinstance(status, Declined):
            return status
        if declined := await self._crm_stands_against(request):
            return declined
        given = await self._circumstances(request, status)
        if isinstance(given, Declined):
            return given
        try:
            planned = plans(request, given)
        except TaxRegimeError as error:
            return Declined(Objection.TAX_UNMAPPED, str(error))
        except ValidationError as error:
            return Declined(Objection.WRONG_LINES, _fields(error))
        if declined := self._unfit(planned, status):
            return declined
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
        """Send the receipt of a payment that surely has none: no money, no new payment.

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
        receipt = Receipt.model_validate_json(await self._journal.receipt(payment_id))
        if settled_on is not None:
            info = self._desk.info
            assert info is not None, "a register that told its state has been connected"
            receipt = as_correction(receipt, settled_on, info.ffd_version)
        return await self._recorder.send(payment_id, receipt, status)

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

    # Judging

    def _over_limit(self, request: PaymentRequest) -> Objection | None:
        limit = self._settings.max_payment
        if isinstance(request, TakePayment):
            limit = min(limit, self._settings.max_top_up)
        return Objection.WRONG_SUM if total_of(request) > limit else None

    async def _crm_stands_against(self, request: PaymentRequest) -> Declined | None:
        """K1 and K6: what the CRM's state forbids."""
        office = self._office
        if office is None:
            return Declined(Objection.CRM_NEEDED) if needs_crm(request) else None
        if office.shift_state not in (CrmShift.OPEN, CrmShift.NOT_TOLD):
            await office.look()
        if office.shift_state is CrmShift.CLOSED:
            return Declined(Objection.CRM_SHIFT_CLOSED)
        opened = office.shift
        if opened is not None and self._clock() - opened.opened_at >= SHIFT_LIFE:
            return Declined(Reason.SHIFT_EXPIRED)
        if office.failing_since is not None and needs_crm(request):
            await office.look()
            if office.failing_since is not None:
                return Declined(Objection.CRM_NEEDED)
        return None

    async def _circumstances(
        self, request: PaymentRequest, status: RegisterStatus
    ) -> Circumstances | Declined:
        client_id = None if isinstance(request, RefundSale) else request.client_id
        client = "" if isinstance(request, RefundSale) else request.client
        original = None
        if isinstance(request, RefundSale):
            found = await self._original(request)
            if isinstance(found, Declined):
                return found
            original, sale = found
            client_id, client = sale.client_id, sale.client
        elif isinstance(request, TakePayment) and self._office is not None and not client_id:
            identified = await self._identify(request.client)
            if isinstance(identified, Declined):
                return identified
            client_id, client = identified
        if client_id and not client and self._office is not None:
            client = await self._office.client_name(client_id)
        if declined := drawer_is_short(request, status):
            return declined
        contact, paper = await self._delivery(request, client_id)
        if not paper and contact is None:
            return Declined(Objection.CONTACT_NEEDED)
        return Circumstances(
            settings=self._settings,
            at=self._clock(),
            on=status.clock.date(),
            new_id=self._new_id,
            client_id=client_id,
            client=client,
            contact=contact,
            paper=paper,
            shift_id=self._shift_id(),
            original=original,
        )

    async def _identify(self, text: str) -> tuple[str | None, str] | Declined:
        """The client of what was typed, by telephone; other text only names somebody."""
        assert self._office is not None, "only a CRM knows clients"
        if not is_phone(text):
            if self._settings.anonymous_top_ups:
                return None, text
            return Declined(Objection.CLIENT_NEEDED)
        try:
            found = await self._office.find_client(text)
        except CrmError:
            return Declined(Objection.CRM_NEEDED)
        if found is None:
            return Declined(Objection.CLIENT_NOT_FOUND)
        return found.id, found.display_name

    async def _delivery(
        self, request: PaymentRequest, client_id: str | None
    ) -> tuple[str | None, bool]:
        """Contact (1008) and whether paper is printed."""
        if isinstance(request, RefundSale | BonusRequest):
            contact, wants_paper = None, True
        else:
            contact, wants_paper = request.contact, request.paper
        if contact is None and client_id is not None and self._office is not None:
            contact = await self._office.contact(client_id)
        capabilities = self._desk.capabilities
        may_leave_out = (
            self._settings.paper_on_request
            and capabilities is not None
            and capabilities.electronic_only
        )
        return contact, wants_paper or not may_leave_out

    async def _original(self, request: RefundSale) -> tuple[Original, Payment] | Declined:
        """K8: at most what was paid by each method and is left of it."""
        state = await self._journal.payment(request.original)
        if state is None or state.payment.kind is not PaymentKind.CHARGE:
            return Declined(Objection.NO_SUCH_PAYMENT)
        if state.called_off:
            return Declined(Objection.ENDED, state.called_off)
        told = await self._journal.calls_of(request.original)
        transaction_id = calls.id_of(told[0].result) if told else None
        if transaction_id is None or (state.receipts and state.document is None):
            return Declined(Objection.NOT_ENDED)
        earlier = await self._journal.refunds_of(request.original)
        for method, amount in zip(_METHODS, by_method(request), strict=True):
            returned = sum(one.payment.paid_by(method) for one in earlier if not one.called_off)
            if amount > state.payment.paid_by(method) - returned:
                return Declined(Objection.MORE_THAN_LEFT, method)
        if not request.lines and request.paid.total != state.payment.total:
            return Declined(Objection.WRONG_LINES)
        document = state.document
        original = Original(
            transaction_id=transaction_id,
            lines=basket_of(calls.transaction_of(told[0].call.body).lines),
            sold_on=(document.date_time if document else state.payment.created_at).date(),
            receipted=document is not None,
        )
        return original, state.payment

    def _unfit(self, planned: tuple[Plan, ...], status: RegisterStatus) -> Declined | None:
        info = self._desk.info
        assert info is not None, "a register that told its state has been connected"
        for plan in planned:
            if plan.receipt is None:
                continue
            if wrong := problems(plan.receipt, info.ffd_version, status.clock.date()):
                return Declined(Reason.INVALID_RECEIPT, "; ".join(map(str, wrong)))
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


def _fields(error: ValidationError) -> str:
    """Which fields, without what stood in them."""
    return "; ".join(
        ".".join(map(str, found["loc"])) for found in error.errors(include_input=False)[:5]
    )
