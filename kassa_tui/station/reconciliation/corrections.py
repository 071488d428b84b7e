"""The correction receipt of a settlement that was made without its receipt. Pure."""

from __future__ import annotations

from datetime import date

from drivers.ffd import arithmetic
from drivers.ffd.enumerations import CorrectionType, FfdVersion
from drivers.ffd.receipt import Correction, Receipt, VatSum


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
