"""What a request needs, and what a payment in the journal has come to. Pure."""

from __future__ import annotations

from drivers.register import Reason, RegisterStatus
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import AttemptState, PayBy, PaymentKind, PaymentState
from kassa_tui.station.requests import (
    Declined,
    Noted,
    NotRecorded,
    Objection,
    PaymentAnswer,
    PaymentRequest,
    Recorded,
    RefundSale,
    Sell,
    TakePayment,
    TurnedDown,
    Uncertain,
    Withdraw,
)


def is_unconfirmed(state: PaymentState) -> bool:
    """The CRM has not yet said whether the payment takes place, and only it can."""
    payment = state.payment
    if not state.calls or state.calls[0] is not CallState.PENDING or state.called_off:
        return False
    if payment.kind not in (PaymentKind.TOP_UP, PaymentKind.CHARGE):
        return True
    return bool(payment.paid_by(PayBy.BALANCE) or payment.paid_by(PayBy.BONUS))


def answer_of(state: PaymentState) -> PaymentAnswer:
    """What became of a payment that was asked for before."""
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


def total_of(request: PaymentRequest) -> int:
    """Kopecks that change hands or accounts."""
    return request.paid.total if isinstance(request, (Sell, RefundSale)) else request.total


def by_method(request: RefundSale) -> tuple[int, int, int, int]:
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
