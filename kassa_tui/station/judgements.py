"""What a request needs, and what a payment in the journal has come to. Pure."""

from __future__ import annotations

import hashlib

from drivers.register import Reason, RegisterStatus
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import AttemptState, PayBy, PaymentKind, PaymentState
from kassa_tui.station.answers import (
    Declined,
    Noted,
    NotRecorded,
    Objection,
    PaymentAnswer,
    Recorded,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.requests import (
    AdjustBalance,
    CreditBonus,
    PaymentRequest,
    RefundSale,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)


def is_unconfirmed(state: PaymentState) -> bool:
    """The CRM has not yet said whether the payment takes place, and only it can."""
    payment = state.payment
    open_states = (CallState.PENDING, CallState.POISONED)
    if not state.calls or state.calls[0] not in open_states or state.called_off:
        return False
    if payment.kind not in (PaymentKind.TOP_UP, PaymentKind.CHARGE):
        return True
    return bool(payment.paid_by(PayBy.BALANCE) or payment.paid_by(PayBy.BONUS))


def owes_nothing(state: PaymentState) -> Declined | None:
    """Why no receipt of the payment may be sent now; None: it lacks one for sure."""
    if state.called_off:
        return Declined(Objection.ENDED, state.called_off)
    if not state.receipts:
        return Declined(Objection.NO_RECEIPT_DUE)
    if state.document is not None:
        return Declined(Objection.ALREADY_RECORDED)
    if state.last_attempt is not None and not state.last_attempt.state.is_settled:
        return Declined(Objection.UNSETTLED)
    return None


def answer_of(state: PaymentState) -> PaymentAnswer:
    """What became of a payment that was noted before."""
    payment_id, attempt = state.payment.id, state.last_attempt
    if state.called_off:
        return TurnedDown(payment_id, state.called_off.partition(":")[0], state.called_off)
    if state.document is not None:
        return Recorded(payment_id)
    if is_unconfirmed(state):
        return Uncertain(payment_id)
    if not state.receipts:
        return Noted(payment_id)
    if attempt is None:
        return NotRecorded(payment_id, Reason.OTHER)
    if not attempt.state.is_settled:
        return Uncertain(payment_id)
    refused = attempt.state is AttemptState.REFUSED and attempt.reason
    return NotRecorded(payment_id, Reason(attempt.reason) if refused else Reason.OTHER)


def substance(request: PaymentRequest) -> str:
    """Digest of what the request does with money; who is told and on what paper is left out.

    The same id with another substance is another request by mistake.
    """
    told: list[object] = [type(request).__name__, total_of(request)]
    match request:
        case TakePayment() | Withdraw():
            told += [request.pay_by, request.client_id]
        case Sell():
            told += [by_method(request), request.lines, request.client_id]
        case RefundSale():
            told += [by_method(request), request.lines, request.original]
        case AdjustBalance():
            told += [request.client_id, request.account, request.change > 0]
        case CreditBonus() | WriteOffBonus():
            told += [request.client_id]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def total_of(request: PaymentRequest) -> int:
    """Kopecks that change hands or accounts."""
    match request:
        case Sell() | RefundSale():
            return request.paid.total
        case AdjustBalance():
            return abs(request.change)
        case _:
            return request.total


def by_method(request: Sell | RefundSale) -> tuple[int, int, int, int]:
    """Kopecks in the order of `PayBy`."""
    paid = request.paid
    return paid.cash, paid.card, paid.balance, paid.bonus


def needs_crm(request: PaymentRequest) -> bool:
    """K6: everything but a direct sale and a top-up."""
    match request:
        case TakePayment():
            return False
        case Sell():
            return bool(request.paid.balance or request.paid.bonus)
        case _:
            return True


def drawer_is_short(request: PaymentRequest, status: RegisterStatus) -> Declined | None:
    """K8: cash that is given out must be in the drawer."""
    match request:
        case RefundSale():
            cash = request.paid.cash
        case Withdraw():
            cash = request.total if request.pay_by is PayBy.CASH else 0
        case _:
            return None
    if status.cash_in_drawer is not None and cash > status.cash_in_drawer:
        return Declined(Objection.NOT_ENOUGH_CASH)
    return None
