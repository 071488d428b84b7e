"""Receipts that the tests start from: lawful, small, hand-made."""

from __future__ import annotations

from datetime import date
from typing import Any

from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Correction, Item, Payments, Receipt, VatSum

TODAY = date(2026, 11, 20)
CASHIER = Cashier(name="Кассир Иванов И.И.")


def item(**fields: Any) -> Item:
    """An hour of play for 150 roubles; `fields` replace what is given."""
    return Item(
        **{
            "name": "Игровое время",
            "price": 15000,
            "vat_rate": VatRate.NO_VAT,
            "payment_subject": PaymentSubject.SERVICE,
            **fields,
        }
    )


def advance(**fields: Any) -> Item:
    """A balance top-up."""
    return item(
        **{
            "name": "Пополнение баланса",
            "payment_method": PaymentMethod.ADVANCE,
            "payment_subject": PaymentSubject.PAYMENT,
            **fields,
        }
    )


def receipt(*items: Item, **fields: Any) -> Receipt:
    """A sale of `items` (one hour of play when none) paid in cash."""
    items = items or (item(),)
    return Receipt(
        **{
            "calculation_sign": CalculationSign.SALE,
            "tax_system": TaxSystem.SIMPLIFIED_INCOME,
            "items": items,
            "cashier": CASHIER,
            **({} if "payments" in fields else {"payments": _in_cash(items)}),
            **fields,
        }
    )


def _in_cash(items: tuple[Item, ...]) -> Payments:
    return Payments(cash=sum(item.cost for item in items))


def correction(*items: Item, **fields: Any) -> Receipt:
    """A correction of FFD 1.1 and 1.2: money of last week that no receipt was made for."""
    basis = Correction(type=CorrectionType.OWN_INITIATIVE, settlement_date=date(2026, 11, 13))
    return receipt(*items, **{"correction": basis, **fields})


def correction_1_05(**fields: Any) -> Receipt:
    """The same in FFD 1.05: sums only."""
    basis = Correction(
        type=CorrectionType.OWN_INITIATIVE,
        settlement_date=date(2026, 11, 13),
        vat=(VatSum(rate=VatRate.NO_VAT, amount=15000),),
    )
    return receipt(**{"items": (), "payments": Payments(cash=15000), "correction": basis, **fields})
