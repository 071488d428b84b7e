"""Opening and closing the shift."""

from __future__ import annotations

from drivers.ffd.enumerations import DocumentForm
from drivers.register import OutcomeUnknown, Reason, RegisterError, RegisterStatus, ShiftState
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.receipts import cashier
from kassa_tui.station.requests import Answer, Declined, Done, Uncertain
from kassa_tui.station.settings import StationSettings


class Shift:
    """Turns the shift over. Methods raise `Refused` and `JournalError`."""

    def __init__(self, desk: Desk, documents: Documents, settings: StationSettings) -> None:
        self._desk = desk
        self._documents = documents
        self._settings = settings

    async def open(self) -> Answer:
        status = await self._desk.status()
        if status.shift is not ShiftState.CLOSED:
            return Declined(Reason.SHIFT_OPEN)
        return await self._report(DocumentForm.SHIFT_OPENING, status)

    async def close(self) -> Answer:
        """Close it, also when it is open for too long."""
        status = await self._desk.status()
        if status.shift is ShiftState.CLOSED:
            return Declined(Reason.SHIFT_CLOSED)
        return await self._report(DocumentForm.SHIFT_CLOSING, status)

    async def _report(self, form: DocumentForm, status: RegisterStatus) -> Answer:
        """Record the report; after a lost answer the tape tells."""
        register, who = self._desk.register, cashier(self._settings)
        if status.open_document:
            await self._desk.read(register.cancel_document())
        opening = form is DocumentForm.SHIFT_OPENING
        try:
            document = await self._desk.record(
                register.open_shift(who) if opening else register.close_shift(who)
            )
        except OutcomeUnknown:
            try:
                last = (await self._desk.status()).fn.last_fiscal_document_number
                tape = await self._desk.tape(status.fn.last_fiscal_document_number + 1, last)
            except RegisterError:
                return Uncertain()
            reports = [document for document in tape if document.form is form]
            if not reports:
                return Uncertain()
            document = reports[0]
        await self._documents.keep(document)
        return Done()
