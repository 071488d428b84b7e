"""A cashier, a clock and receipts, for tests of every driver."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Correction, Item, Payments, Receipt

ZONE = ZoneInfo("Europe/Moscow")
CASHIER = Cashier(name="Кассир Иванова А.", inn="500100732259")


@dataclass
class SteppedClock:
    """Stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 12, 0, tzinfo=ZONE))

    def __call__(self) -> datetime:
        return self.at

    def move(self, step: timedelta) -> None:
        self.at += step


def item(cost: int = 10000, **changes: object) -> Item:
    values = {
        "name": "Час игры",
        "price": cost,
        "vat_rate": VatRate.NO_VAT,
        "payment_method": PaymentMethod.FULL_PAYMENT,
        "payment_subject": PaymentSubject.SERVICE,
    }
    return Item.model_validate(values | changes)


def receipt(
    *items: Item,
    sign: CalculationSign = CalculationSign.SALE,
    payments: Payments | None = None,
    **changes: object,
) -> Receipt:
    items = items or (item(),)
    values = {
        "calculation_sign": sign,
        "tax_system": TaxSystem.GENERAL,
        "items": items,
        "payments": payments or Payments(cash=sum(line.cost for line in items)),
        "cashier": CASHIER,
    }
    return Receipt.model_validate(values | changes)


def correction(version: FfdVersion, sign: CalculationSign, **changes: object) -> Receipt:
    """A correction of 100.00 with VAT 22 % (20 % in FFD 1.05, which has sums alone)."""
    values: dict[str, object] = {
        "type": CorrectionType.OWN_INITIATIVE,
        "settlement_date": datetime(2025, 6, 1).date(),
    }
    if version is FfdVersion.V1_05:
        values["vat"] = ({"rate": VatRate.VAT_20, "amount": 1667},)
    basis = Correction.model_validate(values | changes)
    if version is FfdVersion.V1_05:
        return receipt(sign=sign, correction=basis).model_copy(update={"items": ()})
    return receipt(item(vat_rate=VatRate.VAT_20), sign=sign, correction=basis)
