"""Reading what the FN keeps: FF09, FF0A, FF0E, FF3A-FF3C, FF4C, FF60 (paper 1.17).

A requisite longer than the longest answer cannot be read: FF3B answers 10h once and goes on with
the next. No source tells what a device does there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from drivers.ffd import tlv
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm, FfdVersion
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.commands import Call, Command, fn_command
from drivers.virtual.shtrih_face.layout import (
    date_time_5,
    money,
    number_and_sign,
    u8,
    u16,
    u32,
)
from drivers.virtual.shtrih_face.tables import LAST_FOR_FD_ZERO

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

WHOLE_REPORT = 0xFFFF


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


def find_document(device: Device, call: Call) -> bytes:
    document = device.register.find(call.fields.number(4))
    return (
        bytes((document.form, bool(document.ofd_confirmed)))
        + date_time_5(document.date_time)
        + number_and_sign(document)
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
    return unread.pop(0).encode()


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


COMMANDS: Mapping[int, Command] = {
    0xFF09: fn_command(run=registration_result),
    0xFF0A: fn_command(run=find_document, length=(4, 4)),
    0xFF0E: fn_command(run=registration_tag, length=(3, 3)),
    0xFF3A: fn_command(run=begin_reading, length=(4, 4)),
    0xFF3B: fn_command(run=read_tag),
    0xFF3C: fn_command(run=ticket, length=(4, 4)),
    0xFF4C: fn_command(run=registration_result, length=(1, 1)),
    0xFF60: fn_command(run=registration_tag, length=(3, 3)),
}
