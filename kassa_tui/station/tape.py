"""What the register's tape says about a receipt whose answer was lost. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.register import RegisterStatus
from kassa_tui.journal.records import Attempt

if TYPE_CHECKING:
    from drivers.ffd.document import FiscalDocument

PAYMENT_ID_REQUISITE = "ID платежа"
"""1085: under this name the payment's id stands in the receipt (1086)."""


class Doubt(StrEnum):
    """Why the tape gives no verdict."""

    FN_REPLACED = "fn_replaced"
    """Another FN is in the register; the old tape must be asked."""
    STILL_MOVING = "still_moving"
    """A document is open, or came while the tape was being read."""
    TAPE_TORN = "tape_torn"
    """Documents of the range are missing from what was read."""
    AMBIGUOUS = "ambiguous"
    """A document that names no payment has the same sum."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """By what a promised receipt is known on the tape."""

    receipt_id: UUID
    """1086 of the requisite."""
    calculation_sign: CalculationSign
    """1054."""
    total: int
    """1020, kopecks."""


@dataclass(frozen=True, slots=True)
class Found:
    document: FiscalDocument


@dataclass(frozen=True, slots=True)
class Absent:
    """Surely not recorded."""


Verdict = Found | Absent | Doubt


def verdict(
    attempt: Attempt,
    wanted: Wanted,
    before: RegisterStatus,
    documents: Sequence[FiscalDocument],
    after: RegisterStatus,
) -> Verdict:
    """Whether the receipt of `attempt` is among `documents`.

    `documents` is the tape behind the document that the attempt noted, up to the last one
    of `before`; `after` is the register's state once the tape had been read.
    """
    for document in documents:
        if (
            document.fiscal_drive_number == attempt.fiscal_drive_number
            and payment_named(document) == wanted.receipt_id
        ):
            return Found(document)
    if {before.fn.fiscal_drive_number, after.fn.fiscal_drive_number} != {
        attempt.fiscal_drive_number
    }:
        return Doubt.FN_REPLACED
    last = before.fn.last_fiscal_document_number
    if before.open_document or after.open_document or after.fn.last_fiscal_document_number != last:
        return Doubt.STILL_MOVING
    expected = range(attempt.last_document_number + 1, last + 1)
    if [document.fiscal_document_number for document in documents] != list(expected):
        return Doubt.TAPE_TORN
    if any(_might_be(document, wanted) for document in documents):
        return Doubt.AMBIGUOUS
    return Absent()


def payment_named(document: FiscalDocument) -> UUID | None:
    """The payment that a receipt names (1084)."""
    requisite = document.user_requisite
    if requisite is None or requisite.name.strip() != PAYMENT_ID_REQUISITE:
        return None
    try:
        return UUID(requisite.value.strip())
    except ValueError:
        return None


def _might_be(document: FiscalDocument, wanted: Wanted) -> bool:
    """A receipt of the same sum, told without its requisites."""
    return (
        document.form in (DocumentForm.RECEIPT, DocumentForm.CORRECTION_RECEIPT)
        and not document.tags
        and document.user_requisite is None
        and document.calculation_sign in (wanted.calculation_sign, None)
        and document.total in (wanted.total, None)
    )
