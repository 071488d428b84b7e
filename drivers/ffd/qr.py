"""The QR of a receipt (1196): six fields, `t=...&s=...&fn=...&i=...&fp=...&n=...`.

Written in one way, read in the spellings seen in the wild: any order, `t` in lower case,
seconds or not, leading zeros, an operator's address around it, the string repeated by a
scanner. A report's QR has no `s` and `n`; a corrupt one may have any `n`: both parse, and
`is_receipt` says no.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign

MAX_LENGTH = 2000
"""Longer scans are refused unread."""

_FIELD = re.compile(r"(?:^|(?<=[?&]))(t|s|fn|i|fp|n)=([^&?=#\s]*)")
_TIME = re.compile(r"([0-9]{8})[Tt]([0-9]{4}(?:[0-9]{2})?)")
_SUM = re.compile(r"([0-9]{1,13})(?:[.,]([0-9]{2}))?")
_DRIVE = re.compile(r"[0-9]{1,16}")
_NUMBER = re.compile(r"[0-9]{1,20}")


class QrError(ValueError):
    """A text that is no QR of a fiscal document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQr:
    """What a QR says. (`fiscal_drive_number`, `fiscal_document_number`) is the key; of two
    scans with one key the `fiscal_sign` must agree."""

    date_time: datetime | None
    """`t`, naive: local time of the settlement's place."""
    has_seconds: bool
    total: int | None
    """`s`, kopecks; None in the QR of a report."""
    fiscal_drive_number: str
    """`fn`."""
    fiscal_document_number: int
    """`i`."""
    fiscal_sign: int
    """`fp`."""
    sign_code: int | None
    """`n` as it stands."""

    @property
    def calculation_sign(self) -> CalculationSign | None:
        """1054, None for an `n` that is none."""
        try:
            return CalculationSign.from_code(self.sign_code or 0)
        except ValueError:
            return None

    @property
    def is_receipt(self) -> bool:
        """True for the QR of a settlement: a sum, a time and an `n` of 1..4."""
        return None not in (self.calculation_sign, self.total, self.date_time)


def qr_text(document: FiscalDocument) -> str:
    """The QR string of a receipt, with minutes, as most registers print it.

    Raises:
        ValueError: The document is no settlement: it has no sum or no calculation sign.
    """
    if document.total is None or document.calculation_sign is None:
        raise ValueError(f"document {document.receipt_id} is no settlement and has no QR")
    roubles, kopecks = divmod(document.total, 100)
    return (
        f"t={document.date_time:%Y%m%dT%H%M}&s={roubles}.{kopecks:02d}"
        f"&fn={document.fiscal_drive_number}&i={document.fiscal_document_number}"
        f"&fp={document.fiscal_sign}&n={document.calculation_sign:d}"
    )


def parse_qr(text: str) -> ReceiptQr:
    """What a scanned QR says.

    Raises:
        QrError: Too long, `fn`, `i` or `fp` missing, or a field that makes no sense.
    """
    if len(text) > MAX_LENGTH:
        raise QrError(f"{len(text)} characters are no QR of a receipt")
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(_once(text)):
        if fields.setdefault(name, value) != value:
            raise QrError(f"two different values of {name}")
    for name in ("fn", "i", "fp"):
        if name not in fields:
            raise QrError(f"{name} is missing")
    at = _optional(fields, "t", _time)
    return ReceiptQr(
        date_time=at,
        has_seconds=at is not None and len(fields["t"]) == len("20260101T000000"),
        total=_optional(fields, "s", _kopecks),
        fiscal_drive_number=_matched(_DRIVE, "fn", fields["fn"]).group(),
        fiscal_document_number=_whole("i", fields["i"]),
        fiscal_sign=_whole("fp", fields["fp"]),
        sign_code=_optional(fields, "n", _whole),
    )


def _once(text: str) -> str:
    """The first copy of a string that a scanner sent several times without a break."""
    text = text.strip()
    return text[: (text + text).find(text, 1)] if text else text


_T = TypeVar("_T")


def _optional(fields: dict[str, str], name: str, read: Callable[[str, str], _T]) -> _T | None:
    return read(name, fields[name]) if fields.get(name) else None


def _time(name: str, text: str) -> datetime:
    day, clock = _matched(_TIME, name, text).groups()
    try:
        return datetime.strptime(day + clock.ljust(6, "0"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        raise QrError(f"t is no time: {text!r}") from None


def _kopecks(name: str, text: str) -> int:
    roubles, kopecks = _matched(_SUM, name, text).groups()
    return int(roubles) * 100 + int(kopecks or 0)


def _whole(name: str, text: str) -> int:
    return int(_matched(_NUMBER, name, text).group())


def _matched(pattern: re.Pattern[str], name: str, text: str) -> re.Match[str]:
    match = pattern.fullmatch(text)
    if match is None:
        raise QrError(f"{name} is unreadable: {text[:40]!r}")
    return match
