"""Commands FFxx: the FN, documents with their requisites, the archive (paper 1.17).

The paper wants the system administrator's password for them; traces show that FF45, FF46 and
FF4D work with any operator's. So a receipt may be opened by one of the two and carried on by
the other, while a third gets 59h. Decided here, where the sources are silent:

- FF38 and FF3E work without their beginning commands, as FF0B and FF43 do.
- A requisite longer than the longest answer cannot be read by FF3B: it answers 10h once and
  goes on with the next.
- A correction begun by FF35 has no sign until its first FF46 (FFD 1.1, 1.2) or FF4A (1.05).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from drivers.ffd import tlv
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    VatRate,
)
from drivers.ffd.receipt import VatSum
from drivers.ffd.tlv import Tlv, TlvError
from drivers.register import FnPhase, ShiftState
from drivers.virtual.facts import ItemLine
from drivers.virtual.shtrih_face import receipts
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.commands import (
    SYSTEM_ADMINISTRATOR,
    Call,
    Command,
    Mode,
    Rights,
)
from drivers.virtual.shtrih_face.layout import (
    NOT_GIVEN_5,
    date_time_5,
    member,
    money,
    u8,
    u16,
    u32,
)
from drivers.virtual.shtrih_face.service import (
    MAX_COMMAND,
    REREGISTRATIONS_DONE,
    REREGISTRATIONS_LEFT,
)
from drivers.virtual.shtrih_face.tables import (
    EXTENDED_ANSWERS,
    HOST_COMPUTES_TAX,
    LAST_FOR_FD_ZERO,
    RATE_OF_ROW,
    VAT_22,
    ZERO_CASH,
)

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

FN_VERSION = b"virtual FN      "
DEBUG_FN = 0
WHOLE_REPORT = 0xFFFF
MAX_TLV = 250
ANSWER_HEAD = 3

PHASE = {FnPhase.SETUP: 1, FnPhase.FISCAL: 3, FnPhase.CLOSED: 7, FnPhase.ARCHIVE: 15}

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


# The FN itself.


def fn_status(device: Device, call: Call) -> bytes:
    fn = device.register.fn
    document = device.register.open_document
    warnings = fn.warnings
    flags = (
        warnings.replace_urgently
        | warnings.replace_soon << 1
        | warnings.memory_nearly_full << 2
        | warnings.ofd_overdue << 3
    )
    return (
        bytes(
            (
                PHASE[fn.phase],
                fn.current_document,
                bool(document and document.items),
                device.register.shift.state is not ShiftState.CLOSED,
                flags,
            )
        )
        + date_time_5(fn.last_document_at)
        + _fn_number(device)
        + u32(fn.last_fiscal_document_number)
    )


def _fn_number(device: Device) -> bytes:
    return device.register.registration.fiscal_drive_number.encode("ascii")


def fn_number(device: Device, call: Call) -> bytes:
    return _fn_number(device)


def fn_term(device: Device, call: Call) -> bytes:
    day = device.register.fn.valid_until
    return bytes((day.year - 2000, day.month, day.day, REREGISTRATIONS_LEFT, REREGISTRATIONS_DONE))


def fn_version(device: Device, call: Call) -> bytes:
    return FN_VERSION + u8(DEBUG_FN)


def fn_memory(device: Device, call: Call) -> bytes:
    fn = device.register.fn
    return u32(fn.memory_left_documents) + u32(fn.ofd_memory_left_documents)


def registration_result(device: Device, call: Call) -> bytes:
    """FF09 and FF4C: this register was registered once, by document 1."""
    if call.fields.left and call.fields.number(1) not in (0, 1):
        raise Failure(Code.NO_SUCH_DATA)
    report = device.register.find(1)
    registration = device.register.registration
    answer = (
        date_time_5(report.date_time)
        + registration.owner_inn.ljust(12).encode("ascii")
        + registration.registration_number.ljust(20).encode("ascii")
        + bytes((sum(registration.tax_systems), 0))
    )
    if registration.ffd_version is not FfdVersion.V1_05:
        answer += u8(0) + registration.ofd_inn.ljust(12).encode("ascii") + u32(0)
    return answer + u32(report.fiscal_document_number) + u32(report.fiscal_sign)


def shift_state(device: Device, call: Call) -> bytes:
    shift = device.register.shift
    is_open = shift.state is not ShiftState.CLOSED
    return (
        u8(is_open)
        + u16(shift.number & 0xFFFF)
        + u16((shift.receipts if is_open else shift.documents) & 0xFFFF)
    )


def ofd_state(device: Device, call: Call) -> bytes:
    ofd = device.register.ofd
    waiting = bool(ofd.unsent_count)
    first = ofd.first_unsent_at
    return (
        bytes((waiting << 1, 0))
        + u16(min(ofd.unsent_count, 0xFFFF))
        + u32(ofd.first_unsent_document or 0)
        + (date_time_5(first) if first else bytes(5))
    )


def unsent_count(device: Device, call: Call) -> bytes:
    return u16(min(device.register.ofd.unsent_count, 0xFFFF))


# Documents.


def _number_and_sign(document: FiscalDocument) -> bytes:
    return u32(document.fiscal_document_number) + u32(document.fiscal_sign)


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
        + _number_and_sign(document)
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
        money(closed.change) + _number_and_sign(closed.document) + _time_of(device, closed.document)
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
        + _number_and_sign(document)
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
        _number_and_sign(document)
        + u32(ofd.unsent_count)
        + (date_time_5(first)[:3] if first else bytes(3))
        + _time_of(device, document)
    )


def begin_fn_closing(device: Device, call: Call) -> bytes:
    return b""


def close_fn(device: Device, call: Call) -> bytes:
    document = device.register.close_archive(device.cashier(call.operator))
    device.document_made()
    return _number_and_sign(document) + _time_of(device, document)


# The archive.


def find_document(device: Device, call: Call) -> bytes:
    document = device.register.find(call.fields.number(4))
    return (
        bytes((document.form, bool(document.ofd_confirmed)))
        + date_time_5(document.date_time)
        + _number_and_sign(document)
        + _particulars(device, document)
    )


def _particulars(device: Device, document: FiscalDocument) -> bytes:
    registration = device.register.registration
    owner = registration.owner_inn.ljust(12).encode("ascii") + (
        registration.registration_number.ljust(20).encode("ascii")
    )
    match document.form:
        case DocumentForm.REGISTRATION | DocumentForm.REREGISTRATION:
            return owner + bytes((sum(registration.tax_systems), 0))
        case DocumentForm.SHIFT_OPENING | DocumentForm.SHIFT_CLOSING:
            return u16((document.shift_number or 0) & 0xFFFF)
        case DocumentForm.FN_CLOSING:
            return owner
        case DocumentForm.STATE_REPORT:
            unsent, first = (tlv.find(document.tags, tag) for tag in (1097, 1098))
            since = first.value if first else None
            return u32(int.from_bytes(unsent.raw, "little") if unsent else 0) + (
                date_time_5(since) if isinstance(since, datetime) else bytes(5)
            )
        case _:
            return u8(document.calculation_sign or 0) + money(document.total or 0)


def ticket(device: Device, call: Call) -> bytes:
    received = device.register.ticket(call.fields.number(4))
    if received is None:
        raise Failure(Code.NO_SUCH_DATA)
    return (
        date_time_5(received.received_at)
        + received.operator_sign
        + u32(received.fiscal_document_number)
    )


def begin_reading(device: Device, call: Call) -> bytes:
    number = call.fields.number(4)
    if not number and device.tables.number(LAST_FOR_FD_ZERO):
        number = device.register.fn.last_fiscal_document_number
    document = device.register.find(number)
    device.volatile.unread = list(document.tags)
    return u16(document.form) + u16(len(tlv.encode(document.tags)))


def read_tag(device: Device, call: Call) -> bytes:
    unread = device.volatile.unread
    if unread is None:
        raise Failure(Code.WRONG_MODE)
    if not unread:
        device.volatile.unread = None
        raise Failure(Code.NO_SUCH_DATA)
    encoded = unread.pop(0).encode()
    if len(encoded) > MAX_COMMAND - ANSWER_HEAD:
        raise Failure(Code.TLV_TOO_LONG)
    return encoded


def registration_tag(device: Device, call: Call) -> bytes:
    """FF0E and FF60: one requisite of the registration report, or all by FF3B."""
    if call.fields.number(1) not in (0, 1):
        raise Failure(Code.NO_SUCH_DATA)
    wanted = call.fields.number(2)
    report = device.register.find(1)
    if wanted == WHOLE_REPORT:
        device.volatile.unread = list(report.tags)
        return b""
    found = tlv.find(report.tags, wanted)
    if found is None:
        raise Failure(Code.NO_SUCH_DATA)
    return found.encode()


_fn = partial(Command, rights=Rights.SYSTEM, tells_operator=False)
"""An FFxx command: no answer names the operator."""

CLOSED = frozenset({Mode.SHIFT_CLOSED})
SHIFT_OPEN = receipts.SHIFT_OPEN
IN_RECEIPT = receipts.IN_RECEIPT
BEGIN_RECEIPT = receipts.BEGIN_RECEIPT
_OPERATION = 1 + 6 + 3 * 5 + 4
_CLOSING = 16 * 5 + 1 + 6 * 5 + 1
_TEXT_AND_MORE_TAXES = 64 + 4 * 5
_TLV = (4, MAX_TLV)

COMMANDS: Mapping[int, Command] = {
    0xFF01: _fn(run=fn_status),
    0xFF02: _fn(run=fn_number),
    0xFF03: _fn(run=fn_term),
    0xFF04: _fn(run=fn_version),
    0xFF08: _fn(run=cancel_document),
    0xFF09: _fn(run=registration_result),
    0xFF0A: _fn(run=find_document, length=(4, 4)),
    0xFF0B: _fn(run=open_shift, modes=CLOSED),
    0xFF0C: _fn(run=document_tag, length=_TLV),
    0xFF0E: _fn(run=registration_tag, length=(3, 3)),
    0xFF35: _fn(run=begin_correction, modes=BEGIN_RECEIPT),
    0xFF37: _fn(run=begin_state_report, modes=CLOSED),
    0xFF38: _fn(run=state_report, modes=CLOSED),
    0xFF39: _fn(run=ofd_state),
    0xFF3A: _fn(run=begin_reading, length=(4, 4)),
    0xFF3B: _fn(run=read_tag),
    0xFF3C: _fn(run=ticket, length=(4, 4)),
    0xFF3D: _fn(run=begin_fn_closing, modes=CLOSED),
    0xFF3E: _fn(run=close_fn, modes=CLOSED),
    0xFF3F: _fn(run=unsent_count),
    0xFF40: _fn(run=shift_state),
    0xFF41: _fn(run=begin_shift_opening, modes=CLOSED),
    0xFF42: _fn(run=begin_shift_closing, modes=SHIFT_OPEN),
    0xFF43: _fn(run=close_shift, modes=SHIFT_OPEN),
    0xFF45: _fn(
        run=close_receipt,
        length=(_CLOSING, _CLOSING + _TEXT_AND_MORE_TAXES),
        rights=Rights.CASHIER,
        modes=IN_RECEIPT,
    ),
    0xFF46: _fn(
        run=operation,
        length=(_OPERATION, MAX_COMMAND - 6),
        rights=Rights.CASHIER,
        modes=BEGIN_RECEIPT,
    ),
    0xFF4A: _fn(run=close_correction, length=(63, 63), modes=IN_RECEIPT),
    0xFF4C: _fn(run=registration_result, length=(1, 1)),
    0xFF4D: _fn(run=item_tag, length=_TLV, rights=Rights.CASHIER, modes=IN_RECEIPT),
    0xFF60: _fn(run=registration_tag, length=(3, 3)),
    0xFF63: _fn(run=fn_memory),
}
