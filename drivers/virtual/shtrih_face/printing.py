"""The printer, the cutter and the drawer (protocol paper 1.17).

52h-54h take no sum, as the vendor's drivers have it; the paper shows one by mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from drivers.register import PrintState
from drivers.virtual.facts import Cut
from drivers.virtual.shtrih_face.codes import Code, Failure
from drivers.virtual.shtrih_face.commands import WITHOUT_DOCUMENT, Call, Command, Rights
from drivers.virtual.shtrih_face.layout import MAX_PARAMETERS, u8, u16
from drivers.virtual.shtrih_face.tables import TEXTS_TABLE

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

PRINT_WIDTH_DOTS = 576
CHAR_WIDTH_DOTS = 12
CHAR_HEIGHT_DOTS = 24
FONTS = 8
TEXT_WIDTH = PRINT_WIDTH_DOTS // CHAR_WIDTH_DOTS


def font(device: Device, call: Call) -> bytes:
    number = call.fields.number(1)
    if not 1 <= number <= FONTS:
        raise Failure(Code.BAD_PARAMETERS)
    width = CHAR_WIDTH_DOTS * (2 - number % 2)  # even fonts are the wide ones
    return u16(PRINT_WIDTH_DOTS) + bytes((width, CHAR_HEIGHT_DOTS, FONTS))


def printer_state(device: Device, call: Call) -> bytes:
    empty = device.register.printer.state is not PrintState.PRINTING
    return bytes(8) + u8(empty)


def print_text(device: Device, call: Call) -> bytes:
    call.fields.take(1)
    device.register.print_lines([call.fields.text()[:TEXT_WIDTH]])
    return b""


def print_in_font(device: Device, call: Call) -> bytes:
    call.fields.take(1)
    if not 1 <= call.fields.number(1) <= FONTS:
        raise Failure(Code.BAD_PARAMETERS)
    device.register.print_lines([call.fields.text()[:TEXT_WIDTH]])
    return b""


def print_title(device: Device, call: Call) -> bytes:
    title, number = call.fields.text(30), call.fields.number(2)
    device.register.print_lines([title, f"№ {number}"])
    return u16(device.register.numbers.document & 0xFFFF)


def print_header(device: Device, call: Call) -> bytes:
    return _print_rows(device, range(4, 15))


def print_end(device: Device, call: Call) -> bytes:
    """End of a document, or the advert: both print the rows that are kept for it."""
    return _print_rows(device, range(1, 4))


def _print_rows(device: Device, rows: range) -> bytes:
    texts = (device.tables.text(TEXTS_TABLE, row, 1) for row in rows)
    device.register.print_lines([line for line in texts if line])
    return b""


def cut(device: Device, call: Call) -> bytes:
    kinds = {0: Cut.FULL, 1: Cut.PARTIAL}
    kind = kinds.get(call.fields.number(1))
    if kind is None:
        raise Failure(Code.BAD_PARAMETERS)
    device.register.cut(kind)
    return b""


def open_drawer(device: Device, call: Call) -> bytes:
    device.register.open_drawer()
    return b""


def feed(device: Device, call: Call) -> bytes:
    call.fields.take(1)
    device.register.feed(call.fields.number(1))
    return b""


def continue_print(device: Device, call: Call) -> bytes:
    device.register.continue_print()
    return b""


def copy(device: Device, call: Call) -> bytes:
    device.register.print_copy()
    return b""


COMMANDS: Mapping[int, Command] = {
    0x12: Command(run=print_text, length=(21, MAX_PARAMETERS)),
    0x17: Command(run=print_text, length=(41, MAX_PARAMETERS)),
    0x18: Command(run=print_title, length=(32, 32), modes=WITHOUT_DOCUMENT),
    0x25: Command(run=cut, length=(1, 1), modes=WITHOUT_DOCUMENT),
    0x26: Command(run=font, length=(1, 1), rights=Rights.SYSTEM, tells_operator=False),
    0x28: Command(run=open_drawer, length=(1, 1)),
    0x29: Command(run=feed, length=(2, 2), modes=WITHOUT_DOCUMENT),
    0x2F: Command(run=print_in_font, length=(2, MAX_PARAMETERS)),
    0x52: Command(run=print_header),
    0x53: Command(run=print_end, length=(1, 1)),
    0x54: Command(run=print_end),
    0x8C: Command(run=copy, modes=WITHOUT_DOCUMENT),
    0xB0: Command(run=continue_print),
    0xD1: Command(run=printer_state),
}
