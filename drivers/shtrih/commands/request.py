"""What a command is: the bytes to send, how to read the answer, how long it may take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from drivers.ffd import cp866
from drivers.shtrih.link import Command, command_code

Answer = TypeVar("Answer")

MONEY_BYTES = 5
MAX_MONEY = 256**MONEY_BYTES - 1
"""The largest sum of the protocol, kopecks."""

_DEFAULT_TIMEOUT_S = 10.0
_TIMEOUTS_S = {
    "10": 5.0,
    "11": 5.0,
    "1F": 5.0,
    "2D": 5.0,
    "2E": 5.0,
    "1A": 5.0,
    "F7": 5.0,
    "FC": 5.0,
    "40": 30.0,
    "50": 30.0,
    "51": 30.0,
    "88": 30.0,
    "8C": 30.0,
    "8D": 30.0,
    "B0": 30.0,
    "FF08": 30.0,
    # The FN may be busy with its keys for up to half a minute when a shift begins.
    "FF0B": 120.0,
    "FF41": 120.0,
    "FF42": 120.0,
    "FF43": 120.0,
    "FF35": 30.0,
    "FF45": 60.0,
    "FF4A": 60.0,
    "FF46": 30.0,
}
"""Longest time from the request to its answer by command code, seconds: the vendor's
figures (paper 1.17 and the Java driver), with room where support reports longer ones."""


class BadAnswer(Exception):
    """A whole, unbroken answer that makes no sense."""


class BadValue(ValueError):
    """A value that the command has no room for."""


class AnswerReader:
    """Takes an answer apart from the front. Raises `BadAnswer` where it is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def left(self) -> int:
        """Bytes not taken yet."""
        return len(self._data)

    def take(self, count: int) -> bytes:
        if len(self._data) < count:
            raise BadAnswer(f"{len(self._data)} bytes left of an answer, {count} needed")
        taken, self._data = self._data[:count], self._data[count:]
        return taken

    def rest(self) -> bytes:
        return self.take(self.left)

    def number(self, count: int) -> int:
        return int.from_bytes(self.take(count), "little")

    def text(self, count: int) -> str:
        """CP1251, up to the first zero byte; spaces are kept."""
        raw = self.take(count).partition(b"\0")[0]
        return raw.decode("cp1251", errors="replace")

    def date_dmy(self) -> date:
        day, month, year = self.take(3)
        return self._date(2000 + year, month, day)

    def date_ymd(self) -> date:
        year, month, day = self.take(3)
        return self._date(2000 + year, month, day)

    def dt5(self) -> datetime | None:
        """Year, month, day, hour, minute; None for zeros (nothing there). Naive, local."""
        raw = self.take(5)
        if not any(raw):
            return None
        year, month, day, hour, minute = raw
        try:
            return datetime(2000 + year, month, day, hour, minute)  # noqa: DTZ001
        except ValueError as error:
            raise BadAnswer(f"no date and time: {raw.hex(' ')}") from error

    @staticmethod
    def _date(year: int, month: int, day: int) -> date:
        try:
            return date(year, month, day)
        except ValueError as error:
            raise BadAnswer(f"no date: {year}-{month}-{day}") from error


@dataclass(frozen=True, slots=True)
class Request(Generic[Answer]):
    """One command of the device.

    Attributes:
        body: Command code and parameters.
        read: Takes the data behind the error byte.
        repeatable: It only reads; executing it twice does no harm.
        records: It finishes something that counts: a document, cash in or out.
    """

    body: bytes
    read: Callable[[AnswerReader], Answer]
    repeatable: bool = False
    records: bool = False

    @property
    def code(self) -> str:
        """In hexadecimal: `8D`, `FF45`."""
        return command_code(self.body).hex().upper()

    @property
    def timeout(self) -> float:
        """Seconds."""
        return _TIMEOUTS_S.get(self.code, _DEFAULT_TIMEOUT_S)

    @property
    def command(self) -> Command:
        return Command(self.body, self.repeatable)

    def error_of(self, answer: bytes) -> int:
        """The error byte of an answer. Raises `BadAnswer` for one to another command.

        Old firmware answers `FF err` to an FN command; that is never success here.
        """
        code = command_code(self.body)
        if answer[: len(code)] != code or len(answer) <= len(code):
            raise BadAnswer(f"{answer[:4].hex(' ')} is no answer to {self.code}")
        return answer[len(code)]

    def parse(self, answer: bytes) -> Answer:
        """What a good answer says. Raises `BadAnswer`."""
        return self.read(AnswerReader(answer[len(command_code(self.body)) + 1 :]))


def nothing(reader: AnswerReader) -> None:
    """Reads an answer that says nothing but "done"; more bytes are let be."""


def number(value: int, count: int) -> bytes:
    """`value` in `count` bytes. Raises `BadValue`."""
    if not 0 <= value < 256**count:
        raise BadValue(f"{value} does not fit {count} bytes")
    return value.to_bytes(count, "little")


def money(kopecks: int) -> bytes:
    """A sum, five bytes. Raises `BadValue`."""
    return number(kopecks, MONEY_BYTES)


def text(value: str, limit: int) -> bytes:
    """CP1251 without padding. Raises `BadValue` for what cannot be recorded as given.

    Typography is mapped first as for the FN, whose CP866 the register will turn it into.
    """
    normal = cp866.normalize(value)
    try:
        raw = normal.encode("cp1251")
    except UnicodeEncodeError as error:
        raise BadValue(f"the register cannot take {normal[error.start : error.end]!r}") from error
    if len(raw) > limit:
        raise BadValue(f"{len(raw)} characters, at most {limit}")
    return raw
