"""What a register counts: receipts, payments and VAT by sign, drawer movements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.ffd.enumerations import CalculationSign, VatRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Sums of the receipts (or of the corrections) of one calculation sign, kopecks."""

    count: int = 0
    total: int = 0
    cash: int = 0
    cashless: int = 0
    prepaid: int = 0
    credit: int = 0
    consideration: int = 0
    vat: Mapping[VatRate, int] = field(default_factory=dict)
    """VAT by rate; turnover for 0 % and no VAT. A rate that never occurred is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMovements:
    """Cash put in or taken out without a receipt."""

    count: int = 0
    amount: int = 0
    """Kopecks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Everything counted over one period."""

    receipts: Mapping[CalculationSign, Totals]
    """All four signs are there."""
    corrections: Mapping[CalculationSign, Totals]
    """All four signs are there."""
    cash_in: CashMovements = CashMovements()
    cash_out: CashMovements = CashMovements()
    cancelled: Mapping[CalculationSign, CashMovements]
    """Receipts dropped by `cancel_document` with their subtotals. All four signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNumbers:
    """Numbers that only grow."""

    document: int = 0
    """Every printed document of the register, non-fiscal ones included."""
    receipts: Mapping[CalculationSign, int]
    """Receipts ever made, by sign."""
    corrections: int = 0
    cash_in: int = 0
    cash_out: int = 0
    x_reports: int = 0
    z_reports: int = 0
    cancelled: int = 0
