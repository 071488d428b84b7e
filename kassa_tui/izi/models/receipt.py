"""Fiscal documents as the CRM knows them. Numbers in the docstrings are FFD tags."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kassa_tui.izi.values import (
    FiscalDocumentNumber,
    FiscalDriveNumber,
    Kopecks,
    Number,
    OpenEnum,
    ReceiptId,
    RegistrationNumber,
    Time,
    Wire,
)


class DocumentKind(OpenEnum):
    RECEIPT = "receipt"
    CORRECTION = "correction"


class Delivery(OpenEnum):
    PAPER = "paper"
    ELECTRONIC = "electronic"
    BOTH = "both"
    NONE = "none"


class Receipt(Wire):
    """One document of an FN, and where it was delivered."""

    receipt_id: ReceiptId
    """`<fiscal_drive_number>:<fiscal_document_number>`."""
    document_kind: DocumentKind
    fiscal_drive_number: FiscalDriveNumber
    """1041."""
    fiscal_document_number: FiscalDocumentNumber
    """1040."""
    fiscal_sign: Annotated[str, Field(pattern=r"^[0-9]{1,10}$")]
    """1077."""
    kkt_reg_id: RegistrationNumber
    """1037."""
    shift_number: Number
    """1038."""
    request_number: Number
    """1042."""
    operation_type: Annotated[int, Field(strict=True, ge=1, le=4)]
    """1054."""
    date_time: Time
    """1012."""
    total_sum: Kopecks
    """1020."""
    cash_total_sum: Kopecks
    """1031."""
    ecash_total_sum: Kopecks
    """1081."""
    prepaid_sum: Kopecks
    """1215."""
    taxation_type: Number
    """1055."""
    ofd_url: Annotated[str, Field(max_length=1000)] | None = None
    qr: Annotated[str, Field(max_length=300)] | None = None
    delivery: Delivery = Delivery.NONE
