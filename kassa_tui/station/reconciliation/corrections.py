"""Correction receipts: of money without a receipt, and of a receipt that was wrong. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from drivers.ffd import arithmetic
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Correction, Item, Receipt, UserRequisite, VatSum
from drivers.ffd.tlv import Tlv, find
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE


def as_correction(receipt: Receipt, settled_on: date, version: FfdVersion) -> Receipt:
    """The form filled: what the receipt should have said, of the day of the settlement (1178).

    FFD 1.05 tells sums and no items. No correction goes to a buyer.
    """
    vat: tuple[VatSum, ...] = ()
    if version is FfdVersion.V1_05:
        totals = arithmetic.vat_totals((item.cost, item.vat_rate) for item in receipt.items)
        vat = tuple(VatSum(rate=rate, amount=amount) for rate, amount in totals.items())
    return receipt.model_copy(
        update={
            "items": () if version is FfdVersion.V1_05 else receipt.items,
            "buyer_contact": None,
            "print_paper": True,
            "internet": False,
            "cash_tendered": None,
            "original_date": None,
            "correction": Correction(
                type=CorrectionType.OWN_INITIATIVE, settlement_date=settled_on, vat=vat
            ),
        }
    )


def setting_right(
    receipt: Receipt, wrong: FiscalDocument, receipt_id: UUID, version: FfdVersion
) -> Receipt:
    """One of the two documents that set `wrong` right: ordinary in FFD 1.05, which corrects only
    money without a receipt, else a correction. 1192 is the fiscal sign of the wrong one."""
    told = receipt.model_copy(
        update={
            "user_requisite": UserRequisite(name=PAYMENT_ID_REQUISITE, value=str(receipt_id)),
            "additional_requisite": f"{wrong.fiscal_sign:010}",
            "cash_tendered": None,
            "original_date": wrong.date_time.date(),
        }
    )
    if version is FfdVersion.V1_05:
        return told
    return as_correction(told, wrong.date_time.date(), version)


def taken_back(wrong: FiscalDocument, cashier: Cashier) -> Receipt | None:
    """The opposite of `wrong` with its data; None where the register does not tell them."""
    sign = wrong.calculation_sign
    if wrong.payments is None or sign is None:
        return None
    try:
        receipt = Receipt(
            calculation_sign=sign.opposite,
            tax_system=TaxSystem.from_code(_number(wrong.tags, 1055)),
            items=tuple(_item(one.children) for one in wrong.tags if one.tag == 1059),
            payments=wrong.payments,
            cashier=cashier,
        )
    except (ValidationError, ValueError):
        return None
    return receipt if receipt.items and receipt.total == wrong.total else None


def _item(inside: tuple[Tlv, ...]) -> Item:
    """A line (1059) again. Raises `ValueError` where it says what is not known here."""
    told: dict[str, Any] = {
        "name": _text(inside, 1030),
        "price": _number(inside, 1079),
        "quantity": _quantity(inside),
        "cost": _number(inside, 1043),
        "vat_rate": VatRate.from_code(_number(inside, 1199)),
        "payment_method": PaymentMethod.from_code(_number(inside, 1214)),
        "payment_subject": PaymentSubject.from_code(_number(inside, 1212)),
    }
    if find(inside, 2108) is not None:
        told["measure"] = QuantityMeasure.from_code(_number(inside, 2108))
    if find(inside, 1197) is not None:
        told["unit"] = _text(inside, 1197)
    return Item(**told)


def _quantity(inside: tuple[Tlv, ...]) -> Decimal:
    found = find(inside, 1023)
    value = None if found is None else found.value
    if not isinstance(value, int | Decimal):
        raise ValueError("a line without its quantity")
    return Decimal(value)


def _number(tags: tuple[Tlv, ...], tag: int) -> int:
    found = find(tags, tag)
    value = None if found is None else found.value
    if not isinstance(value, int):
        raise ValueError(f"{tag} is lacking")
    return value


def _text(tags: tuple[Tlv, ...], tag: int) -> str:
    found = find(tags, tag)
    value = None if found is None else found.value
    if not isinstance(value, str):
        raise ValueError(f"{tag} is lacking")
    return value
