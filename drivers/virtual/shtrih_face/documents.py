"""Making documents by commands FFxx: shift, receipt, correction, reports (paper 1.17).

The paper wants the system administrator's password for them; traces show that FF45, FF46 and
FF4D work with any operator's. So a receipt may be opened by one of the two and carried on by
the other, while a third gets 59h. Decided here, where the sources are silent:

- FF38 and FF3E work without their beginning commands, as FF0B and FF43 do.
- FF0C and FF4D may carry several tags; those before a refused one stay.
- A correction begun by FF35 has no sign until its first FF46 (FFD 1.1, 1.2) or FF4A (1.05).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from drivers.ffd import tlv
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    PaymentMethod,
    PaymentSubject,
    VatRate,
)
from drivers.ffd.receipt import VatSum
from drivers.ffd.tlv import Tlv, TlvError
from drivers.virtual.facts import ItemLine
from drivers.virtual.shtrih_face import receipts
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.commands import (
    BEGIN_RECEIPT,
    CLOSED,
    IN_RECEIPT,
    SHIFT_OPEN,
    SYSTEM_ADMINISTRATOR,
    Call,
    Command,
    Rights,
    fn_command,
)
from drivers.virtual.shtrih_face.layout import (
    NOT_GIVEN_5,
    date_time_5,
    member,
    money,
    number_and_sign,
    u16,
    u32,
)
from drivers.virtual.shtrih_face.tables import (
    EXTENDED_ANSWERS,
    HOST_COMPUTES_TAX,
    RATE_OF_ROW,
    VAT_22,
    ZERO_CASH,
)

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

MAX_TLV = 250
MILLIONTHS = -6
ANY_DEPARTMENT = 255
TAX_ROW_OF_BIT = {
    0x01: 1,
    0x02: 2,
    0x04: 3,
    0x08: 4,
    0x10: 5,
    0x20: 6,
    0x81: 7,
    0x82: 8,
    0x84: 9,
    0x88: 10,
    0x90: 10,
    0xC0 + 11: 11,
    0xC0 + 12: 12,
}
"""Rows of table 6 by the tax byte of FF46; row 10 is 90h, some firmware takes 88h."""

REPLACED_BY_22 = {VatRate.VAT_20: VatRate.VAT_22, VatRate.VAT_20_120: VatRate.VAT_22_122}
FIRST_DAY_OF_22 = date(2026, 1, 1)
REPLACE_BY_ITSELF = 1


def _time_of(device: Device, document: FiscalDocument) -> bytes:
    extended = device.tables.number(EXTENDED_ANSWERS)
    return date_time_5(document.date_time) if extended else b""


def begin_shift_opening(device: Device, call: Call) -> bytes:
    device.register.begin_shift_opening(call.operator)
    return b""


def open_shift(device: Device, call: Call) -> bytes:
    document = device.register.open_shift(
        call.operator, device.cashier(call.operator), printed=device.prints
    )
    device.document_made()
    return _shift_answer(device, document)


def begin_shift_closing(device: Device, call: Call) -> bytes:
    device.register.begin_shift_closing(call.operator)
    return b""


def close_shift(device: Device, call: Call) -> bytes:
    document = device.register.close_shift(
        call.operator,
        device.cashier(call.operator),
        printed=device.prints,
        zero_cash=bool(device.tables.number(ZERO_CASH)),
    )
    device.document_made()
    return _shift_answer(device, document)


def _shift_answer(device: Device, document: FiscalDocument) -> bytes:
    return (
        u16((document.shift_number or 0) & 0xFFFF)
        + number_and_sign(document)
        + _time_of(device, document)
    )


def _tags(call: Call) -> tuple[Tlv, ...]:
    try:
        tags = tlv.decode(call.fields.rest())
    except TlvError:
        raise Failure(Code.BAD_PARAMETERS) from None
    return tags


def _acting(device: Device, operator: int) -> int:
    """The operator in whose name an FFxx command works on the open document."""
    document = device.register.open_document
    if document and SYSTEM_ADMINISTRATOR in (operator, document.operator):
        return document.operator
    return operator


def document_tag(device: Device, call: Call) -> bytes:
    if device.register.open_document is None:
        raise Failure(Code.WRONG_MODE)
    for tag in _tags(call):
        device.register.add_tag(tag, operator=_acting(device, call.operator))
    return b""


def item_tag(device: Device, call: Call) -> bytes:
    for tag in _tags(call):
        device.register.add_item_tag(tag, operator=_acting(device, call.operator))
    return b""


def operation(device: Device, call: Call) -> bytes:
    fields = call.fields
    sign = member(CalculationSign, fields.number(1))
    quantity = Decimal(fields.number(6)).scaleb(MILLIONTHS)
    price, cost, vat = fields.numbers(3, 5)
    tax, department, method, subject = fields.numbers(4, 1)
    if department > receipts.MAX_DEPARTMENT and department != ANY_DEPARTMENT:
        raise Failure(Code.DEPARTMENT_RANGE)
    name, printed = receipts.item_name(fields)
    host_computes = device.tables.number(HOST_COMPUTES_TAX) and vat != NOT_GIVEN_5
    item = ItemLine(
        name=name,
        price=price,
        quantity=quantity,
        cost=None if cost == NOT_GIVEN_5 else cost,
        vat_rate=_rate(device, tax),
        vat=vat if host_computes else None,
        method=member(PaymentMethod, method) if method else None,
        subject=member(PaymentSubject, subject) if subject else None,
        printed=printed,
    )
    receipts.add_item(device, item, sign, _acting(device, call.operator))
    return b""


def _rate(device: Device, tax: int) -> VatRate:
    row = TAX_ROW_OF_BIT.get(tax)
    if row is None:
        raise Failure(Code.BAD_PARAMETERS)
    rate = RATE_OF_ROW[row]
    replaces = device.tables.number(VAT_22) == REPLACE_BY_ITSELF
    if replaces and device.now.date() >= FIRST_DAY_OF_22:
        return REPLACED_BY_22.get(rate, rate)
    return rate


def close_receipt(device: Device, call: Call) -> bytes:
    fields = call.fields
    payments = receipts.payments_of(fields.numbers(16, 5))
    rounding = fields.number(1)
    fields.take(6 * 5)
    tax_system = fields.number(1)
    _require_one_bit(tax_system)
    last_line = fields.text(min(fields.left, 64))
    if last_line and device.prints:
        device.register.print_lines([last_line])
    closed = receipts.close_receipt(
        device,
        payments,
        tax_system=tax_system,
        operator=_acting(device, call.operator),
        cashier_row=call.operator,
        rounding=rounding,
    )
    return (
        money(closed.change) + number_and_sign(closed.document) + _time_of(device, closed.document)
    )


def _require_one_bit(tax_system: int) -> None:
    if tax_system.bit_count() != 1:
        raise Failure(Code.BAD_PARAMETERS)


def begin_correction(device: Device, call: Call) -> bytes:
    device.require_shift_for_receipts()
    device.register.begin_correction(call.operator, printed=device.prints)
    return b""


def close_correction(device: Device, call: Call) -> bytes:
    fields = call.fields
    kind, sign = fields.numbers(2, 1)
    total, cash, cashless, prepaid, credit, consideration = fields.numbers(6, 5)
    taxes = fields.numbers(6, 5)
    tax_system = fields.number(1)
    _require_one_bit(tax_system)
    document = device.register.close_correction(
        member(CorrectionType, kind),
        member(CalculationSign, sign),
        total,
        receipts.payments_of([cash, cashless, *[0] * 11, prepaid, credit, consideration]),
        vat=tuple(
            VatSum(rate=RATE_OF_ROW[row], amount=amount)
            for row, amount in enumerate(taxes, 1)
            if amount
        ),
        tax_system=tax_system,
        operator=_acting(device, call.operator),
        cashier=device.cashier(call.operator),
        printed=device.prints,
    )
    device.document_made()
    return (
        u16((document.receipt_number or 0) & 0xFFFF)
        + number_and_sign(document)
        + _time_of(device, document)
    )


def cancel_document(device: Device, call: Call) -> bytes:
    if device.register.open_document is None:
        raise Failure(Code.FN_STATE)
    device.register.cancel_document()
    return b""


def begin_state_report(device: Device, call: Call) -> bytes:
    device.register.begin_state_report(call.operator)
    return b""


def state_report(device: Device, call: Call) -> bytes:
    document = device.register.state_report(call.operator)
    device.document_made()
    ofd = device.register.ofd
    first = ofd.first_unsent_at
    return (
        number_and_sign(document)
        + u32(ofd.unsent_count)
        + (date_time_5(first)[:3] if first else bytes(3))
        + _time_of(device, document)
    )


def begin_fn_closing(device: Device, call: Call) -> bytes:
    return b""


def close_fn(device: Device, call: Call) -> bytes:
    document = device.register.close_archive(device.cashier(call.operator))
    device.document_made()
    return number_and_sign(document) + _time_of(device, document)


_OPERATION = 1 + 6 + 3 * 5 + 4
_LONGEST_NAME = 128
_CLOSING = 16 * 5 + 1 + 6 * 5 + 1
_TEXT_AND_MORE_TAXES = 64 + 4 * 5
_TLV = (4, MAX_TLV)

COMMANDS: Mapping[int, Command] = {
    0xFF08: fn_command(run=cancel_document),
    0xFF0B: fn_command(run=open_shift, modes=CLOSED),
    0xFF0C: fn_command(run=document_tag, length=_TLV),
    0xFF35: fn_command(run=begin_correction, modes=BEGIN_RECEIPT),
    0xFF37: fn_command(run=begin_state_report, modes=CLOSED),
    0xFF38: fn_command(run=state_report, modes=CLOSED),
    0xFF3D: fn_command(run=begin_fn_closing, modes=CLOSED),
    0xFF3E: fn_command(run=close_fn, modes=CLOSED),
    0xFF41: fn_command(run=begin_shift_opening, modes=CLOSED),
    0xFF42: fn_command(run=begin_shift_closing, modes=SHIFT_OPEN),
    0xFF43: fn_command(run=close_shift, modes=SHIFT_OPEN),
    0xFF45: fn_command(
        run=close_receipt,
        length=(_CLOSING, _CLOSING + _TEXT_AND_MORE_TAXES),
        rights=Rights.CASHIER,
        modes=IN_RECEIPT,
    ),
    0xFF46: fn_command(
        run=operation,
        length=(_OPERATION, _OPERATION + _LONGEST_NAME),
        rights=Rights.CASHIER,
        modes=BEGIN_RECEIPT,
    ),
    0xFF4A: fn_command(run=close_correction, length=(63, 63), modes=IN_RECEIPT),
    0xFF4D: fn_command(run=item_tag, length=_TLV, rights=Rights.CASHIER, modes=IN_RECEIPT),
}
