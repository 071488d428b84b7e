"""Payments that the CRM knows and the journal has lost are read back, before the first sale.

A journal that is new, or was put back to an older state, does not know transactions that
this till has posted. Their receipts are on the register's tape or are still owed: so the
tape of the shift is read with them, past the journal, and nothing is issued twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.register import RegisterStatus, ShiftState
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models.page import Order, Paging
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    Origin,
    Transaction,
)
from kassa_tui.journal.calls import Call
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    ReceiptIntent,
    Restored,
)
from kassa_tui.journal.recovery import IncidentKind
from kassa_tui.station import calls
from kassa_tui.station.adoption import Adoption, is_payable
from kassa_tui.station.attachments import crm_receipt
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import remembered
from kassa_tui.station.drafts import till_tag
from kassa_tui.station.office import Office
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.tape import payment_named

MOST_READ = 1000
"""Documents of the tape; a payment from before them is kept without a promise."""
_CLOCKS = timedelta(minutes=10)
"""So far the register's clock and ours may be apart."""

_OWED = frozenset({FiscalStatus.PENDING, FiscalStatus.FAILED, FiscalStatus.ISSUED})


@dataclass(frozen=True, slots=True)
class ReadTape:
    """The end of the register's tape."""

    named: Mapping[UUID, FiscalDocument]
    """Receipts by the payment that they name."""
    since: datetime | None
    """Earlier ones have not been read; None: there are none."""


class CrmCheck:
    """Compares the journal with the CRM's open shift, once."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        office: Office | None,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
    ) -> None:
        self._desk = desk
        self._journal = journal
        self._office = office
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._is_checked = False

    async def check(self, status: RegisterStatus) -> None:
        """Read back what is lost; a CRM that is away is asked before the next sale.

        Raises `RegisterError`, `JournalError`.
        """
        if self._office is None or self._is_checked:
            return
        try:
            lost = await self._lost(self._office)
        except CrmError:
            return
        if lost:
            tape = await self._read_tape(status)
            adoption = Adoption(self._journal, self._office, self._settings)
            for transaction in lost:
                await self._restore(transaction, tape, adoption)
            await self._journal.note_incident(
                self._clock(),
                IncidentKind.ROLLED_BACK,
                f"{len(lost)} payments were read back from the CRM",
            )
        self._is_checked = True

    async def _lost(self, office: Office) -> list[Transaction]:
        """This till's transactions of the open shift that are not here, oldest first.

        What is lost is the latest: one page without any ends the search.
        """
        shift = office.shift or await office.current_shift()
        own = till_tag(self._settings.till)
        lost: list[Transaction] = []
        paging = Paging(order=Order.DESC)
        while True:
            page = await office.ask(office.crm.shift_transactions(shift.id, paging=paging))
            before = len(lost)
            for one in page.items:
                if one.origin is not Origin.STATION or own not in one.tags:
                    continue
                if not is_payable(one):
                    continue  # no station of this program has posted it
                if await self._journal.payment(one.external_id) is None:
                    lost.append(one)
            if len(lost) == before or page.next_cursor is None:
                return lost[::-1]
            paging = paging.model_copy(update={"cursor": page.next_cursor})

    async def _read_tape(self, status: RegisterStatus) -> ReadTape:
        """Backwards from the last document to the begin of the register's shift."""
        named: dict[UUID, FiscalDocument] = {}
        last, since = status.fn.last_fiscal_document_number, None
        first = max(1, last - MOST_READ + 1)
        async for documents in self._desk.tape_in_pieces(first, last, backwards=True):
            head = documents[0]
            since = head.date_time if head.fiscal_document_number > 1 else None
            for document in documents:
                if payment_id := payment_named(document):
                    named[payment_id] = document
            begins = any(one.form is DocumentForm.SHIFT_OPENING for one in documents)
            if begins and status.shift is not ShiftState.CLOSED:
                break
        return ReadTape(named, since)

    async def _restore(self, told: Transaction, tape: ReadTape, adoption: Adoption) -> None:
        payment = await adoption.payment(told)
        document = tape.named.get(payment.id)
        is_covered = tape.since is None or told.occurred_at - _CLOCKS > tape.since
        receipt = None
        if told.fiscal_status in _OWED and (document is not None or is_covered):
            receipt = await adoption.receipt(told)
        posted = calls.post_transaction(told, told.shift_id, self._new_id)
        to_tell: tuple[Call, ...] = ()
        if receipt is not None and document is not None and not told.receipts:
            number = self._desk.info.registration_number if self._desk.info is not None else ""
            attached = crm_receipt(document, receipt, number)
            to_tell = (calls.attach_receipt(payment.id, attached, self._new_id),)
        await self._journal.restore_payment(
            Restored(
                payment=payment,
                receipt=None
                if receipt is None
                else ReceiptIntent(id=payment.id, receipt=receipt.model_dump_json()),
                document=None if receipt is None or document is None else remembered(document),
                posted=posted,
                result=calls.kept_transaction(told),
                calls=to_tell,
            ),
            self._clock(),
        )
