"""Commands that make a receipt or a correction receipt."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from drivers.ffd.enumerations import CalculationSign, CorrectionType, TaxSystem, VatRate
from drivers.ffd.receipt import Item, Payments
from drivers.shtrih.commands.device import password
from drivers.shtrih.commands.fn import Recorded, read_numbered, read_recorded
from drivers.shtrih.commands.request import (
    MONEY_BYTES,
    AnswerReader,
    BadValue,
    Request,
    money,
    nothing,
    number,
    text,
)

MAX_NAME = 128
"""1030, bytes."""
_NOT_GIVEN = b"\xff" * MONEY_BYTES
_QUANTITY_DIGITS = 6
_PAYMENT_FIELDS = 16
_CASH, _CASHLESS, _PREPAID, _CREDIT, _CONSIDERATION = 1, 2, 14, 15, 16
"""Places of the five sums among the sixteen."""
_TEXT_LENGTH = 64

RECEIPT_TYPES = {
    CalculationSign.SALE: 0,
    CalculationSign.EXPENSE: 1,
    CalculationSign.SALE_RETURN: 2,
    CalculationSign.EXPENSE_RETURN: 3,
}
"""8Dh counts another way than 1054."""

TAX_ROWS = (
    VatRate.VAT_20,
    VatRate.VAT_10,
    VatRate.VAT_0,
    VatRate.NO_VAT,
    VatRate.VAT_20_120,
    VatRate.VAT_10_110,
    VatRate.VAT_5,
    VatRate.VAT_7,
    VatRate.VAT_5_105,
    VatRate.VAT_7_107,
    VatRate.VAT_22,
    VatRate.VAT_22_122,
)
"""Rows 1..12 of table 6 in the vendor's order."""

_TAX_BYTES = (0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x81, 0x82, 0x84, 0x88, 0xCB, 0xCC)
"""The tax byte of FF46 by row. The sources give 88h and 90h for row 10; 88h continues the
bits of rows 7-9, and 90h means 22 % on one model."""

_TAX_SUMS = TAX_ROWS[:6]
_EXTENDED_TAX_SUMS = TAX_ROWS[6:10]
"""In the long form of FF45, behind the text."""


def tax_byte(row: int) -> int:
    """The tax byte of FF46 for a row of table 6. Raises `BadValue` for unknown rows."""
    if not 1 <= row <= len(_TAX_BYTES):
        raise BadValue(f"no tax byte is known for row {row} of table 6")
    return _TAX_BYTES[row - 1]


def open_receipt(pw: int, sign: CalculationSign) -> Request[None]:
    return Request(b"\x8d" + password(pw) + number(RECEIPT_TYPES[sign], 1), nothing)


def cancel_receipt(pw: int) -> Request[None]:
    return Request(b"\x88" + password(pw), nothing)


def begin_correction(pw: int) -> Request[None]:
    return Request(b"\xff\x35" + password(pw), nothing)


def operation(
    pw: int, sign: CalculationSign, item: Item, *, tax_row: int, tax_sum: int | None
) -> Request[None]:
    """FF46. `tax_sum` (kopecks) only where the host computes VAT. Raises `BadValue`."""
    body = (
        b"\xff\x46"
        + password(pw)
        + number(sign, 1)
        + number(_millionths(item.quantity), 6)
        + money(item.price)
        + money(item.cost)
        + (_NOT_GIVEN if tax_sum is None else money(tax_sum))
        + number(tax_byte(tax_row), 1)
        + number(0, 1)
        + number(item.payment_method, 1)
        + number(item.payment_subject, 1)
        + text(item.name, MAX_NAME)
    )
    return Request(body, nothing)


def close_receipt(
    pw: int,
    payments: Payments,
    *,
    cash_tendered: int,
    tax_system: TaxSystem,
    tax_sums: Mapping[VatRate, int],
) -> Request[Recorded]:
    """FF45 without text. `tax_sums` is empty where the device computes. Raises `BadValue`.

    Args:
        cash_tendered: Kopecks handed over; the register gives change from them.
    """
    sums = [0] * (_PAYMENT_FIELDS + 1)
    sums[_CASH] = cash_tendered
    sums[_CASHLESS] = payments.cashless
    sums[_PREPAID] = payments.prepaid
    sums[_CREDIT] = payments.credit
    sums[_CONSIDERATION] = payments.consideration
    if unknown := tax_sums.keys() - set(_TAX_SUMS + _EXTENDED_TAX_SUMS):
        raise BadValue(f"no field for the sum of {', '.join(rate.name_en for rate in unknown)}")
    body = (
        b"\xff\x45"
        + password(pw)
        + b"".join(map(money, sums[1:]))
        + number(0, 1)
        + b"".join(money(tax_sums.get(rate, 0)) for rate in _TAX_SUMS)
        + number(tax_system, 1)
    )
    if tax_sums.keys() & set(_EXTENDED_TAX_SUMS):
        body += bytes(_TEXT_LENGTH)
        body += b"".join(money(tax_sums.get(rate, 0)) for rate in _EXTENDED_TAX_SUMS)
    return Request(body, _read_closed, records=True)


def _read_closed(reader: AnswerReader) -> Recorded:
    return read_recorded(reader, change=reader.number(MONEY_BYTES))


def close_correction(
    pw: int,
    kind: CorrectionType,
    sign: CalculationSign,
    payments: Payments,
    *,
    tax_sums: Mapping[VatRate, int],
    tax_system: TaxSystem,
) -> Request[Recorded]:
    """FF4A, a correction of FFD 1.05: sums without items. Raises `BadValue`."""
    if unknown := tax_sums.keys() - set(_TAX_SUMS):
        raise BadValue(f"no field for the sum of {', '.join(rate.name_en for rate in unknown)}")
    body = (
        b"\xff\x4a"
        + password(pw)
        + number(kind, 1)
        + number(sign, 1)
        + money(payments.total)
        + money(payments.cash)
        + money(payments.cashless)
        + money(payments.prepaid)
        + money(payments.credit)
        + money(payments.consideration)
        + b"".join(money(tax_sums.get(rate, 0)) for rate in _TAX_SUMS)
        + number(tax_system, 1)
    )
    return Request(body, read_numbered, records=True)


def _millionths(quantity: Decimal) -> int:
    scaled = quantity.scaleb(_QUANTITY_DIGITS)
    if scaled != scaled.to_integral_value():
        raise BadValue(f"quantity {quantity} has more than {_QUANTITY_DIGITS} decimal places")
    return int(scaled)
