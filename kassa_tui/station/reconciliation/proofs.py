"""A document of the tape as the CRM gets it, where no promise of ours tells more. Pure."""

from __future__ import annotations

from drivers.ffd.qr import qr_text
from kassa_tui.izi.models.receipt import Delivery, DocumentKind, Receipt
from kassa_tui.station.attachments import told_number
from kassa_tui.station.reconciliation.kept import document_of
from kassa_tui.station.reconciliation.sides import TapeDocument


def receipt_of(document: TapeDocument, registration_number: str) -> Receipt:
    """The receipt of the contract (D.5); nobody knows where it was delivered."""
    total = document.total or 0
    return Receipt(
        receipt_id=document.receipt_id,
        document_kind=DocumentKind.CORRECTION if document.is_correction else DocumentKind.RECEIPT,
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=str(document.fiscal_sign),
        kkt_reg_id=told_number(registration_number) or "0",
        shift_number=document.shift_number or 0,
        request_number=document.receipt_number or 0,
        operation_type=int(document.calculation_sign or 1),
        date_time=document.date_time,
        total_sum=total,
        cash_total_sum=document.cash or 0,
        ecash_total_sum=document.cashless or 0,
        prepaid_sum=document.prepaid or 0,
        taxation_type=document.tax_system or 0,
        qr=qr_text(document_of(document)) if document.calculation_sign is not None else None,
        delivery=Delivery.NONE,
    )
