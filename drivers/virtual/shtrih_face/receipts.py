"""Shift, cash and receipts by the one-byte commands of the old generation.

They make the same documents as the FFxx commands do: an item of 80h-83h has method 4 (full
payment) and subject 1 (goods). Its tax is a row of table 6, 0 is no VAT; two rows in one item
are refused, as tag 1199 holds one. A discount on the whole receipt is refused (33h), because
no requisite could carry it. Source: protocol paper 1.17.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from drivers.ffd.enumerations import (
    CalculationSign,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Payments
from drivers.virtual.facts import ClosedReceipt, ItemLine
from drivers.virtual.refusals import DeviceRefused
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.commands import (
    BEGIN_RECEIPT,
    CLOSED,
    IN_RECEIPT,
    SHIFT_OPEN,
    WITHOUT_DOCUMENT,
    Call,
    Command,
    Handler,
    Rights,
)
from drivers.virtual.shtrih_face.layout import MAX_PARAMETERS, Fields, money, u16
from drivers.virtual.shtrih_face.registers import ORDER
from drivers.virtual.shtrih_face.tables import RATE_OF_ROW, ZERO_CASH

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

NOT_PRINTED_PREFIX = "//"
"""A name that begins so is recorded, and left out on paper."""

MAX_DEPARTMENT = 16
THOUSANDTHS = -3


def open_shift(device: Device, call: Call) -> bytes:
    device.register.open_shift(call.operator, device.cashier(call.operator), printed=device.prints)
    device.document_made()
    return b""


def close_shift(device: Device, call: Call) -> bytes:
    device.register.close_shift(
        call.operator,
        device.cashier(call.operator),
        printed=device.prints,
        zero_cash=bool(device.tables.number(ZERO_CASH)),
    )
    device.document_made()
    return b""


def x_report(device: Device, call: Call) -> bytes:
    device.register.x_report()
    return b""


def cash_in(device: Device, call: Call) -> bytes:
    number = device.register.cash_in(call.fields.number(5), device.cashier(call.operator))
    return u16(number & 0xFFFF)


def cash_out(device: Device, call: Call) -> bytes:
    number = device.register.cash_out(call.fields.number(5), device.cashier(call.operator))
    return u16(number & 0xFFFF)


def open_receipt(device: Device, call: Call) -> bytes:
    operation = call.fields.number(1)
    if operation >= len(ORDER):
        raise Failure(Code.BAD_PARAMETERS)
    device.require_shift_for_receipts()
    device.register.open_receipt(ORDER[operation], call.operator, printed=device.prints)
    return b""


def add_item(device: Device, item: ItemLine, sign: CalculationSign, operator: int) -> None:
    """Add an operation, in a receipt of its own sign when none is open."""
    if device.open_receipt:
        device.register.add_item(item, sign=sign, operator=operator)
        return
    device.require_shift_for_receipts()
    device.register.open_receipt(sign, operator, printed=device.prints)
    try:
        device.register.add_item(item, sign=sign, operator=operator)
    except DeviceRefused:
        device.register.cancel_document()
        raise


def item_name(fields: Fields) -> tuple[str, bool]:
    """The name of an item, and whether it is printed."""
    name = fields.text()
    if name.startswith(NOT_PRINTED_PREFIX):
        return name.removeprefix(NOT_PRINTED_PREFIX), False
    return name, True


def rate_of_rows(rows: bytes) -> VatRate:
    """The one rate of four tax fields that hold rows of table 6."""
    used = [row for row in rows if row]
    if not used:
        return VatRate.NO_VAT
    if len(used) > 1 or used[0] not in RATE_OF_ROW:
        raise Failure(Code.BAD_PARAMETERS)
    return RATE_OF_ROW[used[0]]


def _operation(operation: int) -> Handler:
    def run(device: Device, call: Call) -> bytes:
        fields = call.fields
        quantity = Decimal(fields.number(5)).scaleb(THOUSANDTHS)
        price, department = fields.number(5), fields.number(1)
        rate = rate_of_rows(fields.take(4))
        if department > MAX_DEPARTMENT:
            raise Failure(Code.DEPARTMENT_RANGE)
        name, printed = item_name(fields)
        item = ItemLine(
            name=name,
            price=price,
            quantity=quantity,
            vat_rate=rate,
            method=PaymentMethod.FULL_PAYMENT,
            subject=PaymentSubject.GOODS,
            printed=printed,
        )
        add_item(device, item, ORDER[operation], call.operator)
        return b""

    return run


def _informative(label: str) -> Handler:
    """A discount or a charge changes nothing in a document of the FN: it is only printed."""

    def run(device: Device, call: Call) -> bytes:
        amount = call.fields.number(5)
        device.register.print_lines([f"{label} {Decimal(amount).scaleb(-2)}"])
        return b""

    return run


def subtotal(device: Device, call: Call) -> bytes:
    document = device.open_receipt
    return money(document.subtotal if document else 0)


def _close(payment_types: int) -> Handler:
    def run(device: Device, call: Call) -> bytes:
        sums = call.fields.numbers(payment_types, 5)
        if call.fields.number(2):
            raise Failure(Code.BAD_PARAMETERS)
        rate_of_rows(call.fields.take(4))
        closed = close_receipt(
            device, payments_of(sums), tax_system=_only_tax_system(device), operator=call.operator
        )
        return money(closed.change)

    return run


def payments_of(sums: list[int]) -> Payments:
    """1031, 1081 and 1215-1217 from the payment types 1, 2-13, 14, 15 and 16."""
    cash, *others = sums + [0] * (16 - len(sums))
    return Payments(
        cash=cash,
        cashless=sum(others[:12]),
        prepaid=others[12],
        credit=others[13],
        consideration=others[14],
    )


def _only_tax_system(device: Device) -> int:
    """These commands name no tax system: the first of the registration is taken."""
    return min(device.register.registration.tax_systems, default=TaxSystem.GENERAL).value


def close_receipt(
    device: Device,
    payments: Payments,
    *,
    tax_system: int,
    operator: int,
    cashier_row: int | None = None,
    rounding: int = 0,
) -> ClosedReceipt:
    """Close the open receipt; `cashier_row` of table 2 is the operator's if not given."""
    closed = device.register.close_receipt(
        payments,
        tax_system=tax_system,
        operator=operator,
        cashier=device.cashier(cashier_row or operator),
        rounding=rounding,
        printed=device.prints,
    )
    device.document_made()
    return closed


def cancel(device: Device, call: Call) -> bytes:
    """88h: who opened the receipt may cancel it, and administrators may."""
    document = device.open_receipt
    if document and call.operator not in (document.operator, 29, 30):
        raise Failure(Code.OTHER_OPERATOR)
    device.register.cancel_document()
    return b""


_OPERATION_LENGTH = (5 + 5 + 1 + 4 + 40, MAX_PARAMETERS)
_DISCOUNT_LENGTH = (5 + 4 + 40, MAX_PARAMETERS)

COMMANDS: Mapping[int, Command] = {
    0x40: Command(run=x_report, rights=Rights.SENIOR, modes=SHIFT_OPEN),
    0x41: Command(run=close_shift, rights=Rights.ADMINISTRATOR, modes=SHIFT_OPEN),
    0x50: Command(run=cash_in, length=(5, 5), modes=WITHOUT_DOCUMENT),
    0x51: Command(run=cash_out, length=(5, 5), modes=WITHOUT_DOCUMENT),
    0x80: Command(run=_operation(0), length=_OPERATION_LENGTH, modes=BEGIN_RECEIPT),
    0x81: Command(run=_operation(1), length=_OPERATION_LENGTH, modes=BEGIN_RECEIPT),
    0x82: Command(run=_operation(2), length=_OPERATION_LENGTH, modes=BEGIN_RECEIPT),
    0x83: Command(run=_operation(3), length=_OPERATION_LENGTH, modes=BEGIN_RECEIPT),
    0x85: Command(run=_close(4), length=(4 * 5 + 6 + 40, MAX_PARAMETERS), modes=IN_RECEIPT),
    0x86: Command(run=_informative("СКИДКА"), length=_DISCOUNT_LENGTH, modes=IN_RECEIPT),
    0x87: Command(run=_informative("НАДБАВКА"), length=_DISCOUNT_LENGTH, modes=IN_RECEIPT),
    0x88: Command(run=cancel, modes=IN_RECEIPT),
    0x89: Command(run=subtotal, modes=IN_RECEIPT),
    0x8D: Command(run=open_receipt, length=(1, 1), modes=BEGIN_RECEIPT),
    0x8E: Command(run=_close(16), length=(16 * 5 + 6 + 40, MAX_PARAMETERS), modes=IN_RECEIPT),
    0xE0: Command(run=open_shift, modes=CLOSED),
}
