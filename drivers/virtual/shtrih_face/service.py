"""One-byte commands of status, settings and clock (protocol paper 1.17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from drivers.register import PrintState, ShiftState
from drivers.virtual.shtrih_face import registers
from drivers.virtual.shtrih_face.codes import TEXTS, Code, Failure
from drivers.virtual.shtrih_face.commands import (
    CLOSED,
    WITHOUT_DOCUMENT,
    Call,
    Command,
    Mode,
    Rights,
)
from drivers.virtual.shtrih_face.layout import (
    MAX_COMMAND,
    MAX_PARAMETERS,
    day_month_year,
    hour_minute_second,
    u8,
    u16,
    u32,
)
from drivers.virtual.shtrih_face.printing import PRINT_WIDTH_DOTS
from drivers.virtual.shtrih_face.tables import (
    EXTENDED_ANSWERS,
    FFD_FIELD,
    FN_TABLE,
    OFD_STATE,
    OFD_TABLE,
    REGIONAL,
    structure_of_field,
    structure_of_table,
)

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

MODEL = 250
MODEL_NAME = "ШТРИХ-М-01Ф"
PROTOCOL = (1, 14)
FIRMWARE = b"V1"
FIRMWARE_BUILD = 1
FIRMWARE_DATE = datetime(2026, 1, 1)  # noqa: DTZ001 - a date on the plate
HALL_NUMBER = 1
PORT_TCP = 128
NO_FISCAL_MEMORY = b"NA"
REREGISTRATIONS_DONE = 1
REREGISTRATIONS_LEFT = 29


BAUD_CODE_115200 = 6
DEFAULT_TIMEOUT_CODE = 100
MAX_BAUD_CODE = 9

TAX_FIELD_IN_F7 = 6
"""What all devices seen say, although the guide of the platform puts the setting in field 14."""

FEATURE_BITS = frozenset({13, 24, 25, 28, 33, 36, 43, 47, 48, 53})
"""Cutter, leading zeros in INN and RNM, transport 2, senior cashier, 6Bh, FN, FFD 1.1 and
later, correction receipt, receipt cancelled by itself after a power cut."""
EXTENDED_ANSWERS_BIT = 50

SUBMODE = {
    PrintState.IDLE: 0,
    PrintState.PAPER_OUT: 2,
    PrintState.WAITS_FOR_CONTINUE: 3,
    PrintState.PRINTING: 5,
}
SUBMODE_NO_PAPER = 1


def _submode(device: Device) -> int:
    printer = device.register.printer
    if printer.state is PrintState.IDLE and not printer.paper_present:
        return SUBMODE_NO_PAPER
    return SUBMODE[printer.state]


def _flags(device: Device) -> bytes:
    printer = device.register.printer
    bits = {4}
    if printer.paper_present:
        bits |= {1, 7}
    bits.add(10 if printer.cover_open else 9)
    return u16(sum(1 << bit for bit in bits))


def short_status(device: Device, call: Call) -> bytes:
    document = device.open_receipt
    operations = len(document.items) if document else 0
    voltages, fn_rubbish, reserved = bytes((0x9F, 0xE5)), bytes(2), bytes(3)
    return (
        _flags(device)
        + bytes((device.mode_byte, _submode(device), operations & 0xFF))
        + voltages
        + fn_rubbish
        + u8(operations >> 8)
        + reserved
    )


def full_status(device: Device, call: Call) -> bytes:
    register = device.register
    registration = register.registration
    shift = register.shift
    last_closed = shift.number - (shift.state is not ShiftState.CLOSED)
    serial = int(registration.serial_number)
    now = device.now
    return (
        FIRMWARE
        + u16(FIRMWARE_BUILD)
        + day_month_year(FIRMWARE_DATE)
        + u8(HALL_NUMBER)
        + u16(register.numbers.document & 0xFFFF)
        + _flags(device)
        + bytes((device.mode_byte, _submode(device), PORT_TCP))
        + NO_FISCAL_MEMORY
        + u16(0)
        + day_month_year(FIRMWARE_DATE)
        + day_month_year(now)
        + hour_minute_second(now)
        + u8(0)
        + u32(serial & 0xFFFF_FFFF)
        + u16(last_closed & 0xFFFF)
        + u16(0xFFFF)
        + bytes((REREGISTRATIONS_DONE, REREGISTRATIONS_LEFT))
        + int(registration.owner_inn).to_bytes(6, "little")
        + (u16(serial >> 32 & 0xFFFF) if serial >> 32 else b"")
    )


def device_type(device: Device, call: Call) -> bytes:
    return bytes((0, 0, *PROTOCOL, MODEL, 0)) + MODEL_NAME.encode("cp1251")


def device_parameters(device: Device, call: Call) -> bytes:
    if call.fields.number(1) != 1:
        raise Failure(Code.BAD_PARAMETERS)
    bits = set(FEATURE_BITS)
    if device.tables.number(EXTENDED_ANSWERS):
        bits.add(EXTENDED_ANSWERS_BIT)
    first_line, inn_digits, rnm_digits = 1, 12, 10
    long_rnm_digits = long_serial_digits = 16
    return (
        sum(1 << bit for bit in bits).to_bytes(8, "little")
        + bytes((0, 0, first_line, inn_digits, rnm_digits, long_rnm_digits, long_serial_digits))
        + u32(0)
        + u32(30)
        + bytes((0, TAX_FIELD_IN_F7))
        + u16(MAX_COMMAND)
        + u8(PRINT_WIDTH_DOTS // 8)
        + bytes(3)
        + bytes((FN_TABLE, OFD_TABLE, OFD_STATE, REGIONAL, FFD_FIELD))
    )


def long_serial(device: Device, call: Call) -> bytes:
    registration = device.register.registration
    return _seven(registration.serial_number) + _seven(registration.registration_number)


def _seven(digits: str) -> bytes:
    """A number of seven bytes; FF means none, which a longer one becomes."""
    number = int(digits)
    return b"\xff" * 7 if number.bit_length() > 56 else number.to_bytes(7, "little")


def nothing(device: Device, call: Call) -> bytes:
    """A command that only makes a noise."""
    return b""


def set_exchange(device: Device, call: Call) -> bytes:
    port, baud, timeout = call.fields.numbers(3, 1)
    if baud > MAX_BAUD_CODE:
        raise Failure(Code.BAD_PARAMETERS)
    device.volatile.exchange[port] = (baud, timeout)
    return b""


def exchange(device: Device, call: Call) -> bytes:
    default = (BAUD_CODE_115200, DEFAULT_TIMEOUT_CODE)
    return bytes(device.volatile.exchange.get(call.fields.number(1), default))


def money_register(device: Device, call: Call) -> bytes:
    return registers.money(device, call.fields.number(call.fields.left)).to_bytes(6, "little")


def operation_register(device: Device, call: Call) -> bytes:
    return u16(registers.operations(device, call.fields.number(1)) & 0xFFFF)


def write_table(device: Device, call: Call) -> bytes:
    table, row, field = (call.fields.number(size) for size in (1, 2, 1))
    device.tables.write(table, row, field, call.fields.rest())
    return b""


def read_table(device: Device, call: Call) -> bytes:
    table, row, field = (call.fields.number(size) for size in (1, 2, 1))
    return device.tables.read(table, row, field)


def table_structure(device: Device, call: Call) -> bytes:
    return structure_of_table(device.tables.table(call.fields.number(1)))


def field_structure(device: Device, call: Call) -> bytes:
    table, field = call.fields.numbers(2, 1)
    return structure_of_field(device.tables.field(table, 1, field))


def tables_to_defaults(device: Device, call: Call) -> bytes:
    device.tables.set_defaults()
    return b""


def set_time(device: Device, call: Call) -> bytes:
    try:
        new = time(*call.fields.take(3))
    except ValueError:
        raise Failure(Code.BAD_PARAMETERS) from None
    device.register.set_clock(datetime.combine(device.now.date(), new))
    return b""


def _date(call: Call) -> date:
    day, month, year = call.fields.take(3)
    try:
        return date(2000 + year, month, day)
    except ValueError:
        raise Failure(Code.BAD_DATE) from None


def set_date(device: Device, call: Call) -> bytes:
    device.volatile.new_date = _date(call)
    return b""


def confirm_date(device: Device, call: Call) -> bytes:
    new = _date(call)
    if new != device.volatile.new_date:
        raise Failure(Code.DATE_DIFFERS)
    device.register.set_clock(datetime.combine(new, device.now.time()))
    device.volatile.new_date = None
    return b""


def error_text(device: Device, call: Call) -> bytes:
    code = call.fields.number(1) if call.fields.left else device.volatile.last_error
    return TEXTS.get(code, "ККТ: неизвестная ошибка").encode("cp1251")


COMMANDS: Mapping[int, Command] = {
    0x0F: Command(run=long_serial, tells_operator=False),
    0x10: Command(run=short_status),
    0x11: Command(run=full_status),
    0x13: Command(run=nothing),
    0x14: Command(run=set_exchange, length=(3, 3), rights=Rights.SYSTEM, tells_operator=False),
    0x15: Command(run=exchange, length=(1, 1), rights=Rights.SYSTEM, tells_operator=False),
    0x16: Command(run=nothing, rights=Rights.NO_PASSWORD, tells_operator=False, modes=frozenset()),
    0x1A: Command(run=money_register, length=(1, 2)),
    0x1B: Command(run=operation_register, length=(1, 1)),
    0x1E: Command(
        run=write_table,
        length=(4, MAX_PARAMETERS),
        rights=Rights.SYSTEM,
        tells_operator=False,
        modes=WITHOUT_DOCUMENT,
    ),
    0x1F: Command(run=read_table, length=(4, 4), rights=Rights.SYSTEM, tells_operator=False),
    0x21: Command(
        run=set_time, length=(3, 3), rights=Rights.SYSTEM, tells_operator=False, modes=CLOSED
    ),
    0x22: Command(
        run=set_date,
        length=(3, 3),
        rights=Rights.SYSTEM,
        tells_operator=False,
        modes=CLOSED | {Mode.DATE_UNCONFIRMED},
    ),
    0x23: Command(
        run=confirm_date,
        length=(3, 3),
        rights=Rights.SYSTEM,
        tells_operator=False,
        modes=frozenset({Mode.DATE_UNCONFIRMED}),
    ),
    0x24: Command(run=tables_to_defaults, rights=Rights.SYSTEM, tells_operator=False, modes=CLOSED),
    0x2D: Command(run=table_structure, length=(1, 1), rights=Rights.SYSTEM, tells_operator=False),
    0x2E: Command(run=field_structure, length=(2, 2), rights=Rights.SYSTEM, tells_operator=False),
    0x6B: Command(run=error_text, length=(0, 1), rights=Rights.NO_PASSWORD, tells_operator=False),
    0xF7: Command(
        run=device_parameters, length=(1, 1), rights=Rights.NO_PASSWORD, tells_operator=False
    ),
    0xFC: Command(run=device_type, rights=Rights.NO_PASSWORD, tells_operator=False),
}
