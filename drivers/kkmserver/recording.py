"""One document, from its command to what the FN has of it.

The command is sent once. A good answer is believed where it names a new document of this
FN, and a bad one where the tape has not grown; where no answer is to be had, the one new
document on the tape that fits is ours. Anything else is `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import tzinfo

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.qr import ReceiptQr
from drivers.ffd.receipt import Receipt
from drivers.kkmserver.answers import Answer
from drivers.kkmserver.commands import Command
from drivers.kkmserver.device import Device
from drivers.kkmserver.error_texts import precedes_execution, refusal
from drivers.kkmserver.execution import Unsettled
from drivers.kkmserver.tape import OnTape
from drivers.register import OutcomeUnknown, Reason, Refused, RegisterError, ShiftState

_MOST_NEW = 20
"""So many documents are looked at for one whose answer was lost."""
_SHIFT_REASONS = frozenset({Reason.SHIFT_CLOSED, Reason.SHIFT_EXPIRED})
"""One text (61) stands for both: the state of the shift tells which."""
_ALREADY = {
    DocumentForm.SHIFT_OPENING: Reason.SHIFT_OPEN,
    DocumentForm.SHIFT_CLOSING: Reason.SHIFT_CLOSED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The document that a command is to record."""

    form: DocumentForm
    receipt: Receipt | None
    """None for a report."""
    fiscal_drive_number: str
    """1041 of the FN in the register."""
    last_known: int
    """1040 of the last document known before. Documents that others have made since may make
    an ending unknown that was a refusal; never the other way."""

    def is_on(self, tape: OnTape) -> bool:
        """True where the document on the tape may be the wanted one, by all that is told."""
        document = tape.document
        if document.fiscal_document_number <= self.last_known:
            return False
        if document.fiscal_drive_number != self.fiscal_drive_number:
            return False
        return tape.is_of(self.receipt) if self.receipt else document.form is self.form

    def contradicts(self, qr: ReceiptQr) -> bool:
        """True where a QR is surely another document's."""
        if qr.fiscal_drive_number != self.fiscal_drive_number:
            return True
        if qr.fiscal_document_number <= self.last_known:
            return True
        if self.receipt is None:
            return False
        return (
            qr.total != self.receipt.total
            or qr.calculation_sign is not self.receipt.calculation_sign
        )


async def record(device: Device, command: Command, wanted: Wanted, zone: tzinfo) -> FiscalDocument:
    """Have the document recorded. Raises `Refused`, `OutcomeUnknown`."""
    try:
        answer = await device.record(command)
    except Unsettled as unsettled:
        why = str(unsettled)
        async with _within(device, why):
            return await _adopt(device, wanted, why)
    if answer.is_good:
        async with _within(device, "the answer is good"):
            return await _confirm(device, answer, wanted, zone)
    refused = refusal(answer)
    async with _within(device, str(refused)):
        if not precedes_execution(answer):
            await _require_unrecorded(device, refused, wanted)
        raise await told_apart(device, refused)


@asynccontextmanager
async def _within(device: Device, why: str) -> AsyncIterator[None]:
    """The tape is asked for a bounded time."""
    try:
        async with asyncio.timeout(device.execution.timing.tape):
            yield
    except TimeoutError as error:
        raise OutcomeUnknown(f"{why}; the tape does not tell in time") from error


async def told_apart(device: Device, refused: Refused) -> Refused:
    """Whether the shift is closed or open for too long: one text stands for both."""
    if refused.reason not in _SHIFT_REASONS:
        return refused
    try:
        shift = (await device.facts()).shift
    except RegisterError:
        return refused
    # A register that never tells of expiry says "open", and refuses as one that has expired.
    reason = Reason.SHIFT_CLOSED if shift is ShiftState.CLOSED else Reason.SHIFT_EXPIRED
    return Refused(reason, refused.detail, refused.code)


async def _confirm(device: Device, answer: Answer, wanted: Wanted, zone: tzinfo) -> FiscalDocument:
    """The document of a good answer: by its QR, or read from the tape where there is none."""
    qr = answer.fields.qr()
    if wanted.receipt is None and (qr is None or wanted.contradicts(qr)):
        return _numbered(await _report(device, wanted), answer, wanted)
    if qr is None or qr.date_time is None:
        number = qr.fiscal_document_number if qr else answer.fields.whole("CheckNumber")
        if number is None:
            return await _adopt(device, wanted, "the answer is good and names no document")
        return _numbered(await _read(device, number, wanted), answer, wanted)
    if wanted.contradicts(qr):
        raise OutcomeUnknown(f"the answer is good and names document {qr.fiscal_document_number}")
    document = FiscalDocument(
        form=wanted.form,
        fiscal_drive_number=qr.fiscal_drive_number,
        fiscal_document_number=qr.fiscal_document_number,
        fiscal_sign=qr.fiscal_sign,
        date_time=qr.date_time.replace(tzinfo=zone),
    )
    return _numbered(document, answer, wanted)


async def _report(device: Device, wanted: Wanted) -> FiscalDocument:
    """The report that the tape ends with: `CheckNumber` of a shift's report is not its 1040.

    A service may be set to call it good when there is nothing to do: `Refused`.
    """
    try:
        last = await device.last_number()
    except RegisterError as error:
        raise OutcomeUnknown(f"the answer is good; then: {error}") from error
    if last <= wanted.last_known:
        raise Refused(_ALREADY[wanted.form], "there was nothing to do")
    return await _read(device, last, wanted)


async def _read(device: Device, number: int, wanted: Wanted) -> FiscalDocument:
    try:
        report = wanted.form if wanted.receipt is None else None
        found = await device.document(number, wanted.fiscal_drive_number, report)
    except RegisterError as error:
        raise OutcomeUnknown(f"document {number} is told, but: {error}") from error
    if not wanted.is_on(found):
        raise OutcomeUnknown(f"document {number} is told, and it is another one")
    return found.document


async def _adopt(device: Device, wanted: Wanted, why: str) -> FiscalDocument:
    """The one new document on the tape that fits."""
    try:
        last = await device.last_number()
        new = range(wanted.last_known + 1, min(last, wanted.last_known + _MOST_NEW) + 1)
        found = [await device.document(number, wanted.fiscal_drive_number) for number in new]
    except RegisterError as error:
        raise OutcomeUnknown(f"{why}; then: {error}") from error
    fitting = [one for one in found if wanted.is_on(one)]
    if wanted.receipt is not None:
        receipt = wanted.receipt
        fitting = [one for one in fitting if one.names(receipt)] or fitting
    if len(fitting) != 1:
        raise OutcomeUnknown(f"{why}; {len(fitting)} documents after {wanted.last_known} fit")
    return _numbered(fitting[0].document, None, wanted)


async def _require_unrecorded(device: Device, refused: Refused, wanted: Wanted) -> None:
    """No text promises that nothing was recorded, and another FN tells nothing of this one.

    Raises `OutcomeUnknown`.
    """
    try:
        last = await device.last_number()
        drive = (await device.facts()).fiscal_drive_number
    except RegisterError as error:
        raise OutcomeUnknown(f"{refused}; then: {error}") from error
    if drive != wanted.fiscal_drive_number:
        raise OutcomeUnknown(f"{refused}; FN {drive} is there, it was {wanted.fiscal_drive_number}")
    if last != wanted.last_known:
        raise OutcomeUnknown(f"{refused}; document {last} is there, {wanted.last_known} was known")


def _numbered(document: FiscalDocument, answer: Answer | None, wanted: Wanted) -> FiscalDocument:
    """With what the answer and we ourselves know of it."""
    fields, receipt = answer.fields if answer is not None else None, wanted.receipt
    document = replace(
        document,
        form=wanted.form,
        shift_number=fields.whole("SessionNumber") if fields is not None else None,
    )
    if receipt is None:
        return document
    return replace(
        document,
        receipt_number=fields.whole("SessionCheckNumber") if fields is not None else None,
        calculation_sign=receipt.calculation_sign,
        total=receipt.total,
        payments=receipt.payments,
        user_requisite=receipt.user_requisite,
    )
