"""What the FN and its exchange with the operator tell of themselves (commands FFxx)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drivers.register import FnPhase, ShiftState
from drivers.virtual.shtrih_face.commands import Call, Command, fn_command
from drivers.virtual.shtrih_face.layout import date_time_5, u8, u16, u32
from drivers.virtual.shtrih_face.service import REREGISTRATIONS_DONE, REREGISTRATIONS_LEFT

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

FN_VERSION = b"virtual FN      "
DEBUG_FN = 0
PHASE = {FnPhase.SETUP: 1, FnPhase.FISCAL: 3, FnPhase.CLOSED: 7, FnPhase.ARCHIVE: 15}


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


COMMANDS: Mapping[int, Command] = {
    0xFF01: fn_command(run=fn_status),
    0xFF02: fn_command(run=fn_number),
    0xFF03: fn_command(run=fn_term),
    0xFF04: fn_command(run=fn_version),
    0xFF39: fn_command(run=ofd_state),
    0xFF3F: fn_command(run=unsent_count),
    0xFF40: fn_command(run=shift_state),
    0xFF63: fn_command(run=fn_memory),
}
