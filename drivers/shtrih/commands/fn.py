"""Commands to the fiscal storage that read it or concern the shift (FFxx)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from drivers.shtrih.commands.device import password
from drivers.shtrih.commands.request import (
    AnswerReader,
    BadAnswer,
    BadValue,
    Request,
    nothing,
    number,
)

MAX_TLV = 249
"""Longest TLV of one FF0C or FF4D: a frame of version 1 has room for 255 bytes."""


class CurrentDocument(IntEnum):
    """What stands unfinished in the FN."""

    NONE = 0x00
    REGISTRATION = 0x01
    SHIFT_OPENING = 0x02
    RECEIPT = 0x04
    SHIFT_CLOSING = 0x08
    FN_CLOSING = 0x10
    BSO = 0x11
    REREGISTRATION_NEW_FN = 0x12
    REREGISTRATION = 0x13
    CORRECTION = 0x14
    BSO_CORRECTION = 0x15
    STATE_REPORT = 0x17


@dataclass(frozen=True, slots=True)
class FnState:
    """FF01."""

    phase: int
    current_document: int
    shift_open: bool
    warnings: int
    fiscal_drive_number: str
    last_fiscal_document_number: int
    """Of the last finished document."""


def _read_fn_state(reader: AnswerReader) -> FnState:
    phase, document, _data, shift, warnings = reader.take(5)
    reader.take(5)
    drive = reader.take(16)
    if not drive.isdigit():
        raise BadAnswer(f"no FN number: {drive.hex(' ')}")
    return FnState(phase, document, shift != 0, warnings, drive.decode(), reader.number(4))


def fn_state(pw: int) -> Request[FnState]:
    return Request(b"\xff\x01" + password(pw), _read_fn_state, repeatable=True)


def fn_valid_until(pw: int) -> Request[date]:
    """FF03."""
    return Request(b"\xff\x03" + password(pw), AnswerReader.date_ymd, repeatable=True)


def fn_free_documents(pw: int) -> Request[int]:
    """FF63: room for documents of five years."""
    return Request(b"\xff\x63" + password(pw), lambda reader: reader.number(4), repeatable=True)


@dataclass(frozen=True, slots=True)
class OfdExchange:
    """FF39."""

    unsent: int
    first_document: int
    first_at: datetime | None
    """Naive, local."""


def _read_ofd_exchange(reader: AnswerReader) -> OfdExchange:
    reader.take(2)
    return OfdExchange(reader.number(2), reader.number(4), reader.dt5())


def ofd_exchange(pw: int) -> Request[OfdExchange]:
    return Request(b"\xff\x39" + password(pw), _read_ofd_exchange, repeatable=True)


@dataclass(frozen=True, slots=True)
class ShiftParameters:
    """FF40."""

    is_open: bool
    number: int
    receipt: int
    """Number of the last receipt of the open shift, or the count in the closed one."""


def _read_shift_parameters(reader: AnswerReader) -> ShiftParameters:
    return ShiftParameters(reader.number(1) != 0, reader.number(2), reader.number(2))


def shift_parameters(pw: int) -> Request[ShiftParameters]:
    return Request(b"\xff\x40" + password(pw), _read_shift_parameters, repeatable=True)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What every closing command gives: the document is in the FN."""

    fiscal_document_number: int
    fiscal_sign: int
    date_time: datetime | None
    """Naive, local; only from firmware with extended answers."""
    number: int | None = None
    """Of the shift (FF0B, FF43) or of the receipt in it (FF4A)."""
    change: int | None = None
    """Kopecks (FF45)."""


def read_recorded(
    reader: AnswerReader, number: int | None = None, change: int | None = None
) -> Recorded:
    document, sign = reader.number(4), reader.number(4)
    return Recorded(document, sign, reader.dt5() if reader.left >= 5 else None, number, change)


def read_numbered(reader: AnswerReader) -> Recorded:
    return read_recorded(reader, number=reader.number(2))


def begin_shift_opening(pw: int) -> Request[None]:
    return Request(b"\xff\x41" + password(pw), nothing)


def open_shift(pw: int) -> Request[Recorded]:
    return Request(b"\xff\x0b" + password(pw), read_numbered, records=True)


def begin_shift_closing(pw: int) -> Request[None]:
    return Request(b"\xff\x42" + password(pw), nothing)


def close_shift(pw: int) -> Request[Recorded]:
    return Request(b"\xff\x43" + password(pw), read_numbered, records=True)


def cancel_fn_document(pw: int) -> Request[None]:
    return Request(b"\xff\x08" + password(pw), nothing)


def _tlv(code: bytes, pw: int, tlv: bytes) -> Request[None]:
    if len(tlv) > MAX_TLV:
        raise BadValue(f"a requisite of {len(tlv)} bytes, at most {MAX_TLV} fit a command")
    return Request(code + password(pw) + tlv, nothing)


def document_tag(pw: int, tlv: bytes) -> Request[None]:
    """FF0C: a requisite of the open document. Raises `BadValue`."""
    return _tlv(b"\xff\x0c", pw, tlv)


def item_tag(pw: int, tlv: bytes) -> Request[None]:
    """FF4D: a requisite of the last operation. Raises `BadValue`."""
    return _tlv(b"\xff\x4d", pw, tlv)


@dataclass(frozen=True, slots=True)
class ArchivedDocument:
    """FF0A, the part that all documents share, and what follows it by kind."""

    form: int
    has_ticket: bool
    date_time: datetime | None
    """Naive, local."""
    fiscal_document_number: int
    fiscal_sign: int
    calculation_sign: int | None = None
    """1054, receipts and corrections."""
    total: int | None = None
    """1020, kopecks."""
    shift_number: int | None = None
    """1038, shift reports."""


_RECEIPTS = (3, 4, 31, 41)
_SHIFT_REPORTS = (2, 5)


def _read_archived(reader: AnswerReader) -> ArchivedDocument:
    form, ticket = reader.take(2)
    head = (form, ticket != 0, reader.dt5(), reader.number(4), reader.number(4))
    if form in _RECEIPTS:
        return ArchivedDocument(*head, calculation_sign=reader.number(1), total=reader.number(5))
    if form in _SHIFT_REPORTS:
        return ArchivedDocument(*head, shift_number=reader.number(2))
    return ArchivedDocument(*head)


def find_document(pw: int, fiscal_document_number: int) -> Request[ArchivedDocument]:
    return Request(
        b"\xff\x0a" + password(pw) + number(fiscal_document_number, 4),
        _read_archived,
        repeatable=True,
    )


@dataclass(frozen=True, slots=True)
class DocumentTlv:
    """FF3A: what FF3B will give."""

    form: int
    length: int


def _read_document_tlv(reader: AnswerReader) -> DocumentTlv:
    return DocumentTlv(reader.number(2), reader.number(2))


def begin_document_tlv(pw: int, fiscal_document_number: int) -> Request[DocumentTlv]:
    return Request(
        b"\xff\x3a" + password(pw) + number(fiscal_document_number, 4),
        _read_document_tlv,
        repeatable=True,
    )


def next_document_tlv(pw: int) -> Request[bytes]:
    """FF3B: one requisite; each call moves on, so it is no repeatable command."""
    return Request(b"\xff\x3b" + password(pw), AnswerReader.rest)
