"""Reading the fields of a request and writing those of an answer.

All integers are little-endian; text is CP1251. Source: protocol paper 1.17.
"""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum
from typing import TypeVar

from drivers.ffd.document import FiscalDocument
from drivers.virtual.shtrih_face.codes import Code, Failure

E = TypeVar("E", bound=IntEnum)

MAX_COMMAND = 255
"""The longest body, either way: what a frame of version 1 holds, and what F7h tells."""

MAX_PARAMETERS = MAX_COMMAND - 5
"""What a one-byte command and its password leave."""

NOT_GIVEN_5 = 0xFF_FFFF_FFFF
"""A sum of five FF bytes: the device computes it."""


class Fields:
    """The parameters of one request, read from left to right."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def left(self) -> int:
        """How many bytes are still to be read."""
        return len(self._data)

    def take(self, length: int) -> bytes:
        """The next bytes. Raises `Failure` when there are fewer."""
        if length > len(self._data):
            raise Failure(Code.BAD_LENGTH)
        taken, self._data = self._data[:length], self._data[length:]
        return taken

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "little")

    def numbers(self, count: int, length: int) -> list[int]:
        return [self.number(length) for _ in range(count)]

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def text(self, length: int | None = None) -> str:
        """Text up to its first zero byte, without spaces at the right."""
        return text(self.rest() if length is None else self.take(length))


def member(codes: type[E], value: int) -> E:
    """The code with this value. Raises `Failure` when the list has none."""
    for code in codes:
        if code == value:
            return code
    raise Failure(Code.BAD_PARAMETERS)


def text(data: bytes) -> str:
    """CP1251 up to the first zero byte; control codes are left out, as on paper."""
    printed = bytes(byte for byte in data.partition(b"\0")[0] if byte >= 32)
    return printed.decode("cp1251", "replace").rstrip()


def chars(value: str, length: int) -> bytes:
    """CP1251, cut or filled with zeros to `length` bytes."""
    return value.encode("cp1251", "replace")[:length].ljust(length, b"\0")


def u8(value: int) -> bytes:
    return value.to_bytes(1, "little")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def money(value: int) -> bytes:
    """Kopecks in five bytes."""
    return value.to_bytes(5, "little")


def number_and_sign(document: FiscalDocument) -> bytes:
    """FD and FP, as all closing answers tell them."""
    return u32(document.fiscal_document_number) + u32(document.fiscal_sign)


def day_month_year(moment: datetime) -> bytes:
    return bytes((moment.day, moment.month, moment.year - 2000))


def hour_minute_second(moment: datetime) -> bytes:
    return bytes((moment.hour, moment.minute, moment.second))


def date_time_5(moment: datetime) -> bytes:
    """A date of the FN: year, month, day, hour, minute."""
    return bytes((moment.year - 2000, moment.month, moment.day, moment.hour, moment.minute))
