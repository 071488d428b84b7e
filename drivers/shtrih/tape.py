"""Documents of the FN's archive."""

from __future__ import annotations

from datetime import tzinfo

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.tlv import Tlv, TlvError, decode
from drivers.register import Reason, Refused
from drivers.shtrih import errors
from drivers.shtrih.commands import fn
from drivers.shtrih.session import Session

_MAX_REQUISITES = 4096
"""More than a document of 32768 bytes with its items can hold in practice."""
_NO_TLV = (errors.WRONG_MODE, errors.NOT_SUPPORTED)
"""Firmware that does not give the requisites: only number, sum and sign are known then."""


async def read_document(
    session: Session, fiscal_document_number: int, fiscal_drive_number: str, timezone: tzinfo
) -> FiscalDocument:
    """One document with all its requisites where the firmware gives them.

    Raises `Refused`: NOT_FOUND, OTHER for what is no document.
    """
    head = await session.run(fn.find_document(session.admin, fiscal_document_number))
    if head.fiscal_document_number != fiscal_document_number:
        raise Refused(Reason.OTHER, f"document {head.fiscal_document_number} came instead")
    tags = await _requisites(session, fiscal_document_number)
    try:
        return FiscalDocument.from_tlv(
            DocumentForm.from_code(head.form), tags, timezone, head.has_ticket
        )
    except TlvError:
        return document_of(head, fiscal_drive_number, timezone, tags)
    except ValueError as error:
        raise Refused(Reason.OTHER, f"unknown form of document {head.form}") from error


def document_of(
    head: fn.ArchivedDocument,
    fiscal_drive_number: str,
    timezone: tzinfo,
    tags: tuple[Tlv, ...] = (),
) -> FiscalDocument:
    """The document as FF0A tells it. Raises `Refused(OTHER)` for nonsense."""
    if head.date_time is None:
        raise Refused(Reason.OTHER, f"document {head.fiscal_document_number} has no time")
    try:
        return FiscalDocument(
            form=DocumentForm.from_code(head.form),
            fiscal_drive_number=fiscal_drive_number,
            fiscal_document_number=head.fiscal_document_number,
            fiscal_sign=head.fiscal_sign,
            date_time=head.date_time.replace(tzinfo=timezone),
            shift_number=head.shift_number,
            calculation_sign=None
            if head.calculation_sign is None
            else CalculationSign.from_code(head.calculation_sign),
            total=head.total,
            ofd_confirmed=head.has_ticket,
            tags=tags,
        )
    except ValueError as error:
        raise Refused(Reason.OTHER, str(error)) from error


async def _requisites(session: Session, fiscal_document_number: int) -> tuple[Tlv, ...]:
    """The top-level requisites; () where the firmware does not give them all.

    A structure too long for a frame (the totals of a shift) cannot be had, and a document
    without one of its requisites would pass for a whole one.
    """
    try:
        await session.run(fn.begin_document_tlv(session.admin, fiscal_document_number))
    except Refused as refused:
        if refused.code in _NO_TLV:
            return ()
        raise
    requisites: list[Tlv] = []
    while len(requisites) < _MAX_REQUISITES:
        try:
            data = await session.run(fn.next_document_tlv(session.admin))
        except Refused as refused:
            if refused.code == errors.TLV_TOO_LONG:
                return ()
            if refused.code != errors.NO_DATA:
                raise
            data = b""
        if not data:
            return tuple(requisites)
        try:
            requisites += decode(data)
        except TlvError as error:
            raise Refused(Reason.OTHER, f"document {fiscal_document_number}: {error}") from error
    raise Refused(Reason.OTHER, f"document {fiscal_document_number} has no end")
