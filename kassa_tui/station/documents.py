"""A fiscal document as the journal keeps it."""

from __future__ import annotations

from drivers.ffd.document import FiscalDocument
from drivers.ffd.qr import qr_text
from kassa_tui.journal.records import Document


def remembered(document: FiscalDocument) -> Document:
    return Document(
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        form=document.form,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        shift_number=document.shift_number,
        receipt_number=document.receipt_number,
        calculation_sign=document.calculation_sign,
        total=document.total,
        qr="" if document.calculation_sign is None else qr_text(document),
    )
