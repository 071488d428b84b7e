"""Commands to the device itself: state, model, tables, registers, printing, drawer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag

from drivers.shtrih.commands.request import (
    AnswerReader,
    BadAnswer,
    Request,
    money,
    nothing,
    number,
)


class Mode(IntEnum):
    """Low nibble of the mode byte; those that matter here."""

    SHIFT_OPEN = 2
    SHIFT_EXPIRED = 3
    SHIFT_CLOSED = 4
    DOCUMENT_OPEN = 8


MODE_MASK = 0x0F
"""The high nibble is the status of modes 8, 13 and 14."""


class Submode(IntEnum):
    """What the printer does."""

    IDLE = 0
    NO_PAPER = 1
    PAPER_RAN_OUT = 2
    WAITS_FOR_CONTINUE = 3
    PRINTING_REPORT = 4
    PRINTING = 5


class Flags(IntFlag):
    """Bits of the state word which desktop models keep alive."""

    RECEIPT_ROLL = 1 << 1
    PAPER = 1 << 7
    LEVER_DOWN = 1 << 9
    COVER_OPEN = 1 << 10
    DRAWER_OPEN = 1 << 11


class Feature(IntFlag):
    """Bits of F7h."""

    CASH_CORE = 1 << 23
    PROTOCOL_2 = 1 << 28


def password(value: int) -> bytes:
    return number(value, 4)


@dataclass(frozen=True, slots=True)
class ShortStatus:
    """10h."""

    operator: int
    flags: Flags
    mode: int
    submode: int


def _read_short_status(reader: AnswerReader) -> ShortStatus:
    operator, flags, mode, submode = (reader.number(size) for size in (1, 2, 1, 1))
    reader.take(6)
    return ShortStatus(operator, Flags(flags), mode, submode)


def short_status(pw: int) -> Request[ShortStatus]:
    return Request(b"\x10" + password(pw), _read_short_status, repeatable=True)


@dataclass(frozen=True, slots=True)
class FullStatus:
    """11h, what FN registers still mean by it."""

    operator: int
    firmware: str
    flags: Flags
    mode: int
    submode: int
    clock: datetime
    """Naive, local."""
    serial_number: int
    last_closed_shift: int


def _read_full_status(reader: AnswerReader) -> FullStatus:
    operator = reader.number(1)
    version = reader.take(2).decode("latin-1")
    build = reader.number(2)
    reader.take(3 + 1 + 2)
    flags, mode, submode = reader.number(2), reader.number(1), reader.number(1)
    reader.take(1 + 2 + 2 + 3)
    day = reader.date_dmy()
    hour, minute, second = reader.take(3)
    try:
        clock = datetime(day.year, day.month, day.day, hour, minute, second)  # noqa: DTZ001
    except ValueError as error:
        raise BadAnswer(f"no time: {hour}:{minute}:{second}") from error
    reader.take(1)
    serial_low, last_closed_shift = reader.number(4), reader.number(2)
    reader.take(2 + 1 + 1 + 6)
    serial_high = reader.number(2) if reader.left >= 2 else 0
    return FullStatus(
        operator,
        f"{version[0]}.{version[1]} {build}",
        Flags(flags),
        mode,
        submode,
        clock,
        serial_high << 32 | serial_low,
        last_closed_shift,
    )


def full_status(pw: int) -> Request[FullStatus]:
    return Request(b"\x11" + password(pw), _read_full_status, repeatable=True)


@dataclass(frozen=True, slots=True)
class DeviceType:
    """FCh."""

    protocol_version: str
    model: int
    name: str


def _read_device_type(reader: AnswerReader) -> DeviceType:
    reader.take(2)
    version, subversion, model, _language = reader.take(4)
    return DeviceType(f"{version}.{subversion}", model, reader.text(reader.left))


def device_type() -> Request[DeviceType]:
    return Request(b"\xfc", _read_device_type, repeatable=True)


@dataclass(frozen=True, slots=True)
class ModelParameters:
    """F7h type 1: what the firmware has, and in which tables."""

    features: Feature
    tax_mode_field: int
    """Field of table 1: who computes VAT, 0 the device, 1 the host."""
    max_command: int
    fn_table: int
    ffd_table: int
    ffd_field: int

    @property
    def is_cash_core(self) -> bool:
        return Feature.CASH_CORE in self.features


def _read_model_parameters(reader: AnswerReader) -> ModelParameters:
    features = Feature(reader.number(8))
    reader.take(7 + 4 + 4 + 1)
    tax_mode_field, max_command = reader.number(1), reader.number(2)
    reader.take(min(reader.left, 1 + 1 + 2))
    cash_core = Feature.CASH_CORE in features
    tail = reader.rest()
    fn_table = tail[0] if tail else (13 if cash_core else 18)
    ffd_table, ffd_field = tail[3:5] if len(tail) >= 5 else ((10, 29) if cash_core else (17, 17))
    return ModelParameters(features, tax_mode_field, max_command, fn_table, ffd_table, ffd_field)


def model_parameters() -> Request[ModelParameters]:
    return Request(b"\xf7\x01", _read_model_parameters, repeatable=True)


def _read_money_register(reader: AnswerReader) -> int:
    reader.take(1)
    return reader.number(6)


def money_register(pw: int, register: int) -> Request[int]:
    """1Ah: kopecks."""
    return Request(
        b"\x1a" + password(pw) + number(register, 1 if register < 256 else 2),
        _read_money_register,
        repeatable=True,
    )


CASH_IN_DRAWER = 241
"""Money register."""


@dataclass(frozen=True, slots=True)
class TableStructure:
    """2Dh."""

    name: str
    rows: int
    fields: int


def _read_table_structure(reader: AnswerReader) -> TableStructure:
    return TableStructure(reader.text(40), reader.number(2), reader.number(1))


def table_structure(pw: int, table: int) -> Request[TableStructure]:
    return Request(
        b"\x2d" + password(pw) + number(table, 1), _read_table_structure, repeatable=True
    )


@dataclass(frozen=True, slots=True)
class FieldStructure:
    """2Eh."""

    name: str
    is_text: bool
    size: int


def _read_field_structure(reader: AnswerReader) -> FieldStructure:
    name, kind, size = reader.text(40), reader.number(1), reader.number(1)
    if kind not in (0, 1):
        raise BadAnswer(f"unknown field type {kind}")
    return FieldStructure(name, kind == 1, size)


def field_structure(pw: int, table: int, field: int) -> Request[FieldStructure]:
    return Request(
        b"\x2e" + password(pw) + number(table, 1) + number(field, 1),
        _read_field_structure,
        repeatable=True,
    )


def _cell(table: int, row: int, field: int) -> bytes:
    return number(table, 1) + number(row, 2) + number(field, 1)


def read_number(pw: int, table: int, row: int, field: int) -> Request[int]:
    """1Fh of a BIN field."""
    return Request(
        b"\x1f" + password(pw) + _cell(table, row, field),
        lambda reader: reader.number(reader.left),
        repeatable=True,
    )


def read_text(pw: int, table: int, row: int, field: int) -> Request[str]:
    """1Fh of a CHAR field."""
    return Request(
        b"\x1f" + password(pw) + _cell(table, row, field),
        lambda reader: reader.text(reader.left),
        repeatable=True,
    )


def write_cell(pw: int, table: int, row: int, field: int, value: bytes) -> Request[None]:
    """1Eh. Not in an open document."""
    return Request(b"\x1e" + password(pw) + _cell(table, row, field) + value, nothing)


def x_report(pw: int) -> Request[None]:
    return Request(b"\x40" + password(pw), nothing)


def cash_in(pw: int, amount: int) -> Request[None]:
    return Request(b"\x50" + password(pw) + money(amount), nothing, records=True)


def cash_out(pw: int, amount: int) -> Request[None]:
    return Request(b"\x51" + password(pw) + money(amount), nothing, records=True)


def open_drawer(pw: int) -> Request[None]:
    return Request(b"\x28" + password(pw) + b"\0", nothing)


def print_copy(pw: int) -> Request[None]:
    return Request(b"\x8c" + password(pw), nothing)


def continue_print(pw: int) -> Request[None]:
    return Request(b"\xb0" + password(pw), nothing)
