"""A shift of the CRM and its totals. Money is kopecks; numbers in docstrings are FFD tags."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kassa_tui.izi.models.session import Person
from kassa_tui.izi.values import (
    FiscalDocumentNumber,
    FiscalDriveNumber,
    Id,
    Kopecks,
    Number,
    OpenEnum,
    PositiveKopecks,
    RegistrationNumber,
    Sum,
    Text,
    Time,
    Wire,
)


class ShiftStatus(OpenEnum):
    OPEN = "open"
    CLOSED = "closed"


class CloseReason(OpenEnum):
    MANUAL = "manual"
    AUTO_24H = "auto_24h"
    ROTATION = "rotation"


class FiscalMode(OpenEnum):
    FISCAL = "fiscal"
    NON_FISCAL = "non_fiscal"
    """The register is out of order: receipts are owed, `deferred`."""


class ShiftFiscal(Wire):
    """The register's shift that runs beside this one."""

    mode: FiscalMode = FiscalMode.FISCAL
    kkt_reg_id: RegistrationNumber | None = None
    """1037."""
    fiscal_drive_number: FiscalDriveNumber | None = None
    """1041."""
    shift_number: Number | None = None
    """1038."""
    open_document: FiscalDocumentNumber | None = None
    """1040 of the opening report."""
    close_document: FiscalDocumentNumber | None = None
    """1040 of the closing report."""


class ShiftOpening(Wire):
    external_id: UUID
    opened_at: Time
    opening_cash: Kopecks
    """Counted in the drawer."""
    comment: Text | None = None
    """Required when the count is not what the last shift left."""
    fiscal: ShiftFiscal | None = None


class Denomination(Wire):
    """Notes or coins of one value."""

    value: PositiveKopecks
    count: Annotated[int, Field(strict=True, ge=0, le=100_000)]


class ZReport(Wire):
    """The closing report of the register's shift."""

    fiscal_document_number: FiscalDocumentNumber
    """1040."""
    shift_number: Number
    """1038."""
    date_time: Time
    """1012."""
    cash_total_sum: Kopecks
    ecash_total_sum: Kopecks
    return_cash_total_sum: Kopecks
    return_ecash_total_sum: Kopecks

    @property
    def total(self) -> int:
        """Cash and card of the Z-report, returns taken off."""
        return (
            self.cash_total_sum
            + self.ecash_total_sum
            - self.return_cash_total_sum
            - self.return_ecash_total_sum
        )


class ZComparison(Wire):
    """Register Total of the CRM beside the register's own."""

    register_total: Sum
    z_total: Sum
    difference: Sum
    """`z_total - register_total`."""


class ShiftClosing(Wire):
    closed_at: Time
    counted_cash: Kopecks
    denominations: Annotated[tuple[Denomination, ...], Field(max_length=40)] | None = None
    comment: Text | None = None
    """Required when the count is not what was expected."""
    z_report: ZReport | None = None


class FiscalModeChange(Wire):
    mode: FiscalMode
    reason: Text | None = None
    """Required for the non-fiscal mode."""


class Channel(Wire):
    revenue: Sum
    """Top-ups and direct sales of this channel."""
    returns: Sum
    """Withdrawals and parts of refunds."""
    turnover: Sum
    """`revenue - returns`."""


class Channels(Wire):
    cash: Channel
    card: Channel
    app: Channel


class ReceiptCounts(Wire):
    """How many transactions need a fiscal document, and how far they are."""

    required: Number
    issued: Number
    failed: Number
    pending: Number
    deferred: Number


class Totals(Wire):
    """Contract D.5; the sums are final when the shift is closed, the counts never."""

    top_ups: Sum
    direct_sales: Sum
    """Cash and card parts of charges."""
    cash_basis_revenue: Sum
    withdrawals: Sum
    charges: Sum
    """Without bonus parts."""
    refunds: Sum
    """Without bonus parts."""
    accrual_revenue: Sum
    channels: Channels
    register_total: Sum
    """Cash and card turnover."""
    grand_total: Sum
    cash_in: Sum
    cash_out: Sum
    """Without collections."""
    collected: Sum
    expected_cash: Sum
    bonus_credited: Sum
    """Amounts of `bonus_credit`."""
    bonus_spent: Sum
    """Bonus parts of charges, refunds not taken off."""
    non_fiscal_total: Sum
    """Cash and card of transactions whose receipt is deferred."""
    receipts: ReceiptCounts


class Shift(Wire):
    id: Id
    seq: Number
    club_id: Id
    number: Number
    status: ShiftStatus
    opened_at: Time
    opened_by: Person
    closed_at: Time | None = None
    closed_by: Person | None = None
    """None when the CRM closed it."""
    close_reason: CloseReason | None = None
    opening_cash: Kopecks
    carried_over_cash: Kopecks | None = None
    """What the last shift left; None for a club's first one."""
    expected_cash: Sum
    counted_cash: Kopecks | None = None
    discrepancy: Sum | None = None
    """`counted_cash - expected_cash`: a shortage is negative."""
    comment: Text | None = None
    """Said at closing, or at opening while open."""
    fiscal: ShiftFiscal
    totals: Totals | None = None
    """None in a list."""
    z_comparison: ZComparison | None = None
    version: Number
    """Grows with every change, each new transaction included."""
