"""A fiscal document as the CRM gets it (contract D.5, Receipt). Pure."""

from __future__ import annotations

import re

from drivers.ffd import receipt as ffd
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.qr import qr_text
from kassa_tui.izi.models.receipt import Delivery, DocumentKind, Receipt


def crm_receipt(
    document: FiscalDocument, promised: ffd.Receipt, registration_number: str
) -> Receipt:
    """What the register recorded; what it did not tell is as promised.

    Where it was delivered is what was asked for: whether the OFD has it is told elsewhere.
    """
    paid = document.payments or promised.payments
    return Receipt(
        receipt_id=f"{document.fiscal_drive_number}:{document.fiscal_document_number}",
        document_kind=DocumentKind.CORRECTION
        if document.form is DocumentForm.CORRECTION_RECEIPT
        else DocumentKind.RECEIPT,
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=str(document.fiscal_sign),
        kkt_reg_id=told_number(registration_number) or "0",
        shift_number=document.shift_number or 0,
        request_number=document.receipt_number or 0,
        operation_type=int(document.calculation_sign or promised.calculation_sign),
        date_time=document.date_time,
        total_sum=promised.total if document.total is None else document.total,
        cash_total_sum=paid.cash,
        ecash_total_sum=paid.cashless,
        prepaid_sum=paid.prepaid,
        taxation_type=int(promised.tax_system),
        qr=qr_text(document) if document.calculation_sign is not None else None,
        delivery=_delivery(promised),
    )


def told_number(registration_number: str) -> str | None:
    """1037 as the CRM takes it; None where what was read of the register is no number."""
    digits = registration_number.strip()
    return digits if _NUMBER.fullmatch(digits) else None


_NUMBER = re.compile(r"[0-9]{1,20}")


def _delivery(promised: ffd.Receipt) -> Delivery:
    if promised.buyer_contact is None:
        return Delivery.PAPER
    return Delivery.BOTH if promised.print_paper else Delivery.ELECTRONIC
