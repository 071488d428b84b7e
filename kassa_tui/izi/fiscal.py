"""Which transaction owes a fiscal document, and which one: pure rules of the contract.

Station and CRM compute them alike (contract D.5, D.8). Numbers in docstrings are FFD tags.
"""

from __future__ import annotations

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.izi.models.settings import FiscalSettings
from kassa_tui.izi.models.shift import FiscalMode
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    PaymentMethod,
    TransactionDraft,
    TransactionType,
)

OPERATIONS = {
    TransactionType.TOP_UP: CalculationSign.SALE,
    TransactionType.CHARGE: CalculationSign.SALE,
    TransactionType.REFUND: CalculationSign.SALE_RETURN,
    TransactionType.WITHDRAWAL: CalculationSign.SALE_RETURN,
}
"""1054 of the document of each type; the other types have none."""

NEXT_STATUSES = {
    FiscalStatus.PENDING: {FiscalStatus.ISSUED, FiscalStatus.FAILED, FiscalStatus.DEFERRED},
    FiscalStatus.FAILED: {FiscalStatus.PENDING, FiscalStatus.ISSUED},
    FiscalStatus.DEFERRED: {FiscalStatus.ISSUED},
    FiscalStatus.ISSUED: set[FiscalStatus](),
    FiscalStatus.NOT_REQUIRED: set[FiscalStatus](),
}
"""D.8. Only an attached receipt leads to `issued`."""

SETTABLE_STATUSES = {FiscalStatus.PENDING, FiscalStatus.FAILED, FiscalStatus.DEFERRED}


def receipt_total(draft: TransactionDraft) -> int:
    """1020 of the document, kopecks: what was paid otherwise than by bonuses."""
    return draft.amount - draft.paid_by(PaymentMethod.BONUS)


def first_status(
    draft: TransactionDraft,
    settings: FiscalSettings,
    mode: FiscalMode,
    original: FiscalStatus | None = None,
) -> FiscalStatus:
    """The fiscal status that a new transaction begins with.

    Args:
        mode: Of the shift that it is posted to.
        original: Status of the charge that a refund reverses.
    """
    if draft.type not in OPERATIONS or not settings.fiscal_enabled:
        return FiscalStatus.NOT_REQUIRED
    owed = receipt_total(draft)
    if not settings.fiscalise_balance_charges:
        owed -= draft.paid_by(PaymentMethod.BALANCE)
    if not owed:
        return FiscalStatus.NOT_REQUIRED
    if draft.type is TransactionType.REFUND and original is FiscalStatus.NOT_REQUIRED:
        return FiscalStatus.NOT_REQUIRED
    return FiscalStatus.DEFERRED if mode is FiscalMode.NON_FISCAL else FiscalStatus.PENDING
