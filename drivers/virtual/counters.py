"""What a register counts: receipts, payments and VAT by sign, drawer movements.

Sums are taken from the recorded documents themselves, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm, FfdVersion, VatRate
from drivers.ffd.tlv import Tlv, encode


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

    def plus(self, document: FiscalDocument) -> Totals:
        payments = document.payments
        assert payments is not None
        assert document.total is not None
        vat = dict(self.vat)
        for rate, amount in document_vat(document).items():
            vat[rate] = vat.get(rate, 0) + amount
        return Totals(
            count=self.count + 1,
            total=self.total + document.total,
            cash=self.cash + payments.cash,
            cashless=self.cashless + payments.cashless,
            prepaid=self.prepaid + payments.prepaid,
            credit=self.credit + payments.credit,
            consideration=self.consideration + payments.consideration,
            vat=vat,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """How often, and how much."""

    count: int = 0
    amount: int = 0
    """Kopecks."""

    def plus(self, amount: int) -> Movements:
        return Movements(count=self.count + 1, amount=self.amount + amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """Everything counted over one period."""

    receipts: Mapping[CalculationSign, Totals] = field(
        default_factory=lambda: dict.fromkeys(CalculationSign, Totals())
    )
    """All four signs are there."""
    corrections: Mapping[CalculationSign, Totals] = field(
        default_factory=lambda: dict.fromkeys(CalculationSign, Totals())
    )
    """All four signs are there."""
    cash_in: Movements = Movements()
    """Put into the drawer without a receipt."""
    cash_out: Movements = Movements()
    cancelled: Mapping[CalculationSign, Movements] = field(
        default_factory=lambda: dict.fromkeys(CalculationSign, Movements())
    )
    """Receipts dropped before they were closed, with their subtotals. All four signs."""

    def with_document(self, document: FiscalDocument) -> Counters:
        """Counted in, if it is a receipt or a correction."""
        sign = document.calculation_sign
        if sign is None:
            return self
        if document.form is DocumentForm.CORRECTION_RECEIPT:
            one = {sign: self.corrections[sign].plus(document)}
            return replace(self, corrections={**self.corrections, **one})
        return replace(self, receipts={**self.receipts, sign: self.receipts[sign].plus(document)})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningNumbers:
    """Numbers that only grow."""

    document: int = 0
    """Every printed document of the register, non-fiscal ones included."""
    receipts: Mapping[CalculationSign, int] = field(
        default_factory=lambda: dict.fromkeys(CalculationSign, 0)
    )
    """Receipts ever made, by sign."""
    corrections: int = 0
    cash_in: int = 0
    cash_out: int = 0
    x_reports: int = 0
    z_reports: int = 0
    cancelled: int = 0


def document_vat(document: FiscalDocument) -> dict[VatRate, int]:
    """VAT by rate (turnover for 0 % and no VAT) of 1102-1107 and 1115."""
    totals = {
        rate: value
        for rate in VatRate
        for tlv in document.tags
        if tlv.tag == rate.total_tag and isinstance(value := tlv.value, int)
    }
    for tlv in document.tags:
        if tlv.tag == 1115:
            for one in tlv.children:
                rate, amount = one.child(1199), one.child(1120)
                if rate and amount and isinstance(value := amount.value, int):
                    totals[VatRate.from_code(rate.raw[0])] = value
    return totals


# fmt: off
_PERIOD_VAT = ((VatRate.VAT_20, 1139), (VatRate.VAT_10, 1140), (VatRate.VAT_20_120, 1141),
               (VatRate.VAT_10_110, 1142), (VatRate.VAT_0, 1143), (VatRate.NO_VAT, 1183))
_CORRECTION_VAT = ((VatRate.VAT_20, 1151), (VatRate.VAT_10, 1152), (VatRate.VAT_20_120, 1153),
                   (VatRate.VAT_10_110, 1154), (VatRate.VAT_0, 1155), (VatRate.NO_VAT, 1184))
_RECEIPT_TAGS = {CalculationSign.SALE: 1129, CalculationSign.SALE_RETURN: 1130,
                 CalculationSign.EXPENSE: 1131, CalculationSign.EXPENSE_RETURN: 1132}
_CORRECTION_TAGS = {CalculationSign.SALE: 1145, CalculationSign.EXPENSE: 1146,
                    CalculationSign.SALE_RETURN: 1232, CalculationSign.EXPENSE_RETURN: 1233}
# fmt: on


def counters_tag(tag: int, counters: Counters) -> Tlv:
    """1157, 1158 or 1194 of FFD 1.1 and 1.2.

    The limits that the orders print for these structures are too small for their contents,
    so they are not applied. No counters exist for the rates after 2024 (codes 7-12).
    """
    return _structure(
        tag,
        Tlv.of(1134, sum(totals.count for totals in counters.receipts.values())),
        *(
            _structure(inner, *_sums(counters.receipts[sign], _PERIOD_VAT))
            for sign, inner in _RECEIPT_TAGS.items()
        ),
        _structure(
            1133,
            Tlv.of(1144, sum(totals.count for totals in counters.corrections.values())),
            *(
                _structure(inner, *_sums(counters.corrections[sign], _CORRECTION_VAT))
                for sign, inner in _CORRECTION_TAGS.items()
            ),
        ),
    )


def has_counters(version: FfdVersion) -> bool:
    """True where reports carry 1157, 1158 and 1194."""
    return version is not FfdVersion.V1_05


def _sums(totals: Totals, vat_tags: tuple[tuple[VatRate, int], ...]) -> tuple[Tlv, ...]:
    return (
        Tlv.of(1135, totals.count),
        Tlv.of(1136, totals.cash),
        Tlv.of(1138, totals.cashless),
        Tlv.of(1218, totals.prepaid),
        Tlv.of(1219, totals.credit),
        Tlv.of(1220, totals.consideration),
        Tlv.of(1201, totals.total),
        *(Tlv.of(tag, totals.vat.get(rate, 0)) for rate, tag in vat_tags),
    )


def _structure(tag: int, *inner: Tlv) -> Tlv:
    return Tlv(tag, encode(inner))
