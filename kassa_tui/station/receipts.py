"""The receipt that a payment promises."""

from __future__ import annotations

import hashlib

from drivers.ffd.enumerations import CalculationSign, PaymentMethod, PaymentSubject
from drivers.ffd.receipt import Cashier, Item, Payments, Receipt, UserRequisite
from kassa_tui.journal.records import PayBy, Payment
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE


def cashier(settings: StationSettings) -> Cashier:
    return Cashier(name=settings.cashier, inn=settings.cashier_inn)


def top_up_receipt(payment: Payment, settings: StationSettings) -> Receipt:
    """A sale receipt of an advance: what the money will buy is not known yet."""
    by_cash = payment.pay_by is PayBy.CASH
    return Receipt(
        calculation_sign=CalculationSign.SALE,
        tax_system=settings.tax_system,
        items=(
            Item(
                name=settings.top_up_item,
                price=payment.total,
                vat_rate=settings.vat_rate,
                payment_method=PaymentMethod.ADVANCE,
                payment_subject=PaymentSubject.PAYMENT,
            ),
        ),
        payments=Payments(cash=payment.total) if by_cash else Payments(cashless=payment.total),
        cash_tendered=payment.tendered if by_cash else None,
        cashier=cashier(settings),
        user_requisite=UserRequisite(name=PAYMENT_ID_REQUISITE, value=str(payment.id)),
    )


def digest(receipt: str) -> bytes:
    """SHA-256 of a receipt's JSON."""
    return hashlib.sha256(receipt.encode()).digest()
