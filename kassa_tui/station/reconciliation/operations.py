"""Transactions of the CRM and payments of the journal as operations. Pure."""

from __future__ import annotations

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.izi.fiscal import OPERATIONS
from kassa_tui.izi.models.receipt import DocumentKind, Receipt
from kassa_tui.izi.models.transaction import PaymentMethod, Transaction, TransactionType
from kassa_tui.journal.records import PayBy, Payment
from kassa_tui.station.reconciliation.sides import Claim, Operation, signed


def of_transaction(told: Transaction, client: str = "") -> Operation:
    """`client`: what the journal shows of the client."""
    paid = dict.fromkeys(PaymentMethod, 0)
    for part in told.payments:
        if part.method in paid:
            paid[part.method] += part.amount
    return Operation(
        id=told.id,
        external_id=told.external_id,
        version=told.version,
        type=told.type.value,
        calculation_sign=OPERATIONS.get(told.type),
        amount=told.amount,
        due=told.amount - paid[PaymentMethod.BONUS],
        cash=paid[PaymentMethod.CASH],
        card=paid[PaymentMethod.CARD],
        app=paid[PaymentMethod.APP],
        balance=paid[PaymentMethod.BALANCE],
        bonus=paid[PaymentMethod.BONUS],
        occurred_at=told.occurred_at,
        client_id=told.client_id,
        client=client,
        operator=told.created_by.display_name if told.created_by is not None else "",
        comment=told.comment or "",
        shift_id=told.shift_id,
        origin=told.origin.value,
        fiscal_status=told.fiscal_status.value,
        claims=tuple(map(_claim, told.receipts)),
        late_posted=told.late_posted,
    )


def of_payment(payment: Payment) -> Operation:
    """A payment that the CRM has not got; it owes a receipt."""
    bonus = payment.paid_by(PayBy.BONUS)
    return Operation(
        id="",
        external_id=payment.id,
        type=payment.kind.value,
        calculation_sign=OPERATIONS.get(TransactionType(payment.kind.value)),
        amount=payment.total,
        due=payment.total - bonus,
        cash=payment.paid_by(PayBy.CASH),
        card=payment.paid_by(PayBy.CARD),
        balance=payment.paid_by(PayBy.BALANCE),
        bonus=bonus,
        occurred_at=payment.created_at,
        client_id=payment.client_id,
        client=payment.client,
        operator=payment.cashier,
        comment=payment.comment,
        fiscal_status="pending",
    )


def _claim(receipt: Receipt) -> Claim:
    sign = CalculationSign.from_code(receipt.operation_type)
    return Claim(
        receipt_id=receipt.receipt_id,
        fiscal_drive_number=receipt.fiscal_drive_number,
        shift_number=receipt.shift_number,
        is_correction=receipt.document_kind is DocumentKind.CORRECTION,
        signed=signed(sign, receipt.total_sum) or 0,
    )
