"""Money registers (1Ah) and operation registers (1Bh) over the register's counters.

Departments, discounts and the turnover of rates are not kept apart by the core: department 1
stands for all of them, discounts and turnover of the rates with VAT are 0.
Source: protocol paper 1.17, lists of registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drivers.ffd.enumerations import CalculationSign, VatRate
from drivers.virtual.counters import Totals
from drivers.virtual.shtrih_face.codes import Code, Failure

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

ORDER = (
    CalculationSign.SALE,
    CalculationSign.EXPENSE,
    CalculationSign.SALE_RETURN,
    CalculationSign.EXPENSE_RETURN,
)
"""Operations 0..3 of 8Dh and 80h-83h, of the mode's status, and of every group of registers."""

_TAX_ROWS = (VatRate.VAT_20, VatRate.VAT_10, VatRate.VAT_0, VatRate.NO_VAT)
_FIRST_WIDE, _LAST_WIDE = 4096, 4191
_LAST = 255


def money(device: Device, number: int) -> int:
    """Kopecks in money register `number`. Raises `Failure` for a number without a register."""
    if not (number <= _LAST or _FIRST_WIDE <= number <= _LAST_WIDE):
        raise Failure(Code.BAD_PARAMETERS)
    return dict(_money(device)).get(number, 0)


def _money(device: Device) -> Iterator[tuple[int, int]]:
    register = device.register
    counters = register.shift_counters
    document = device.open_receipt
    for operation, sign in enumerate(ORDER):
        totals = counters.receipts[sign]
        if document and document.sign is sign:
            yield operation, document.subtotal
        yield 121 + operation, totals.total
        yield 193 + operation, totals.cash
        yield 197 + operation, totals.cashless
        for payment, amount in enumerate((totals.prepaid, totals.credit, totals.consideration), 14):
            yield 4144 + (payment - 5) * 4 + operation, amount
        yield from _taxes(totals, operation)
        yield 249 + operation, counters.cancelled[sign].amount
    yield 241, register.cash_in_drawer
    yield 242, counters.cash_in.amount
    yield 243, counters.cash_out.amount


def _taxes(totals: Totals, operation: int) -> Iterator[tuple[int, int]]:
    for row, rate in enumerate(_TAX_ROWS):
        first = 225 if rate.percent else 209
        yield first + row * 4 + operation, totals.vat.get(rate, 0)


def operations(device: Device, number: int) -> int:
    """The count in operation register `number`; 0 where this register counts nothing."""
    return dict(_operations(device)).get(number, 0)


def _operations(device: Device) -> Iterator[tuple[int, int]]:
    register = device.register
    counters, numbers = register.shift_counters, register.numbers
    document = device.open_receipt
    for operation, sign in enumerate(ORDER):
        if document and document.sign is sign:
            yield operation, len(document.items)
        yield 144 + operation, counters.receipts[sign].count
        yield 148 + operation, numbers.receipts[sign]
        yield 179 + operation, counters.cancelled[sign].count
        yield 200 + operation, counters.corrections[sign].count
    yield 152, numbers.document
    yield 153, counters.cash_in.count
    yield 154, counters.cash_out.count
    yield 155, numbers.cash_in
    yield 156, numbers.cash_out
    yield 157, numbers.cancelled
    yield 158, numbers.x_reports
    yield 159, numbers.z_reports
    yield 166, sum(movements.count for movements in counters.cancelled.values())
    yield 185, numbers.document & 0xFFFF
    yield 186, numbers.document >> 16
