"""Answers of KkmServer, read without trust: what is absent, empty or nonsense is None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation
from enum import IntEnum
from typing import Any

from drivers.ffd.qr import QrError, ReceiptQr, parse_qr

_MOST_TEXT = 4096
_MOST_DIGITS = 20
_FOUR_BYTES, _SIX_BYTES = 2**32, 2**48
_YEARS = range(2000, 2100)
"""`0001-01-01T00:00:00` says that there is no date, and others say it no better."""


class Status(IntEnum):
    DONE = 0
    RUNNING = 1
    FAILED = 2
    NOT_FOUND = 3
    """Of `GetRezult`: no such command. Of any other: no such device, or it is switched off."""
    QUEUED = 4
    EXECUTED_EARLIER = 5
    """The id of the command was used before."""
    EGAIS_FAILED = 6


class BadAnswer(ValueError):
    """A body that is no answer to the command."""


@dataclass(frozen=True, slots=True)
class Fields:
    """An object of an answer."""

    values: Mapping[str, Any]

    def text(self, name: str, most: int = _MOST_TEXT) -> str:
        """Empty where there is none."""
        value = self.values.get(name)
        return value.strip()[:most] if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        """A number of at most four bytes, also written as text."""
        return _integer(self._number(name), _FOUR_BYTES)

    def kopecks(self, name: str) -> int | None:
        """A sum of roubles, in kopecks."""
        number = self._number(name)
        return None if number is None else _integer(number * 100, _SIX_BYTES)

    def decimal(self, name: str) -> Decimal | None:
        return self._number(name)

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str, zone: tzinfo) -> datetime | None:
        """Aware; a time without a zone is of `zone`."""
        text = self.text(name)
        try:
            at = datetime.fromisoformat(text[:64])
            if at.year not in _YEARS:
                return None
            return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)
        except (ValueError, OverflowError):
            return None

    def inner(self, name: str) -> Fields | None:
        value = self.values.get(name)
        return Fields(value) if isinstance(value, dict) else None

    def list(self, name: str) -> tuple[Fields, ...]:
        value = self.values.get(name)
        if not isinstance(value, list):
            return ()
        return tuple(Fields(one) for one in value if isinstance(one, dict))

    def qr(self) -> ReceiptQr | None:
        """What `QRCode` says; None also for one that cannot be read."""
        try:
            qr = parse_qr(self.text("QRCode"))
        except QrError:
            return None
        return None if max(qr.fiscal_document_number, qr.fiscal_sign) >= _FOUR_BYTES else qr

    def _number(self, name: str) -> Decimal | None:
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
            return None
        if isinstance(value, str) and len(value) > _MOST_DIGITS:
            return None
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        # The size comes first: arithmetic on 1e999999999 would not end.
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            return None
        return number


def _integer(number: Decimal | None, limit: int) -> int | None:
    if number is None or not 0 <= number < limit or number != int(number):
        return None
    return int(number)


@dataclass(frozen=True, slots=True)
class Answer:
    """The envelope, and what it carries."""

    status: Status
    error: str
    fields: Fields

    @property
    def is_good(self) -> bool:
        """Done, without an error: a document's number alone says nothing."""
        return self.status is Status.DONE and not self.error

    @property
    def is_pending(self) -> bool:
        return self.status in (Status.RUNNING, Status.QUEUED)


def read_answer(body: Any, command: str, command_id: str) -> Answer:
    """The answer to a command. Raises `BadAnswer`: it is none, or another command's."""
    if not isinstance(body, dict):
        raise BadAnswer("the body is no object")
    fields = Fields(body)
    code = fields.whole("Status")
    if code is None or code not in tuple(Status):
        raise BadAnswer("no status that is known")
    answered, answered_id = fields.text("Command"), fields.text("IdCommand")
    if answered and answered.lower() != command.lower():
        raise BadAnswer("the answer is another command's")
    if answered_id and command_id and answered_id.lower() != command_id.lower():
        raise BadAnswer("the answer is to another command of this kind")
    if not isinstance(fields.values.get("Error"), str | None):
        raise BadAnswer("the error is no text")
    return Answer(Status(code), fields.text("Error"), fields)
