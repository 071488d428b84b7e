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

from pydantic import ValidationError

from drivers.ffd import receipt as ffd
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.register import RegisterStatus, ShiftState
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models.page import Order, Paging
from kassa_tui.izi.models.transaction import (
    Account,
    FiscalStatus,
    Origin,
    PaymentMethod,
    Transaction,
    TransactionType,
)
from kassa_tui.journal.calls import Call
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    Direction,
    Line,
    Part,
    PayBy,
    Payment,
    PaymentKind,
    ReceiptIntent,
    Restored,
)
from kassa_tui.journal.recovery import IncidentKind
from kassa_tui.settings.tax import TaxRegimeError
from kassa_tui.station import calls, receipts
from kassa_tui.station.attachments import crm_receipt
from kassa_tui.station.basket import Paid
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import remembered
from kassa_tui.station.drafts import basket_of, till_tag
from kassa_tui.station.office import Office
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.tape import payment_named

MOST_READ = 1000
"""Documents of the tape; a payment from before them is kept without a promise."""
_AT_ONCE = 10
"""Documents of one reading, so that none waits for longer than a reading may."""
_CLOCKS = timedelta(minutes=10)
"""So far the register's clock and ours may be apart."""

_METHODS = {
    PaymentMethod.CASH: PayBy.CASH,
    PaymentMethod.CARD: PayBy.CARD,
    PaymentMethod.BALANCE: PayBy.BALANCE,
    PaymentMethod.BONUS: PayBy.BONUS,
}
_OF_BONUS = (TransactionType.BONUS_CREDIT, TransactionType.BONUS_WRITE_OFF)
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
            for transaction in lost:
                await self._restore(transaction, tape)
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
                if not all(part.method in _METHODS for part in one.payments):
                    continue  # no station of this program has posted it
                if await self._journal.payment(one.external_id) is None:
                    lost.append(one)
            if len(lost) == before or page.next_cursor is None:
                return lost[::-1]
            paging = paging.model_copy(update={"cursor": page.next_cursor})

    async def _read_tape(self, status: RegisterStatus) -> ReadTape:
        """Backwards from the last document to the begin of the register's shift."""
        named: dict[UUID, FiscalDocument] = {}
        last, count, since = status.fn.last_fiscal_document_number, 0, None
        while last > 0 and count < MOST_READ:
            first = max(1, last - _AT_ONCE + 1)
            documents = await self._desk.tape(first, last)
            count, last, since = count + len(documents), first - 1, documents[0].date_time
            for document in documents:
                if payment_id := payment_named(document):
                    named[payment_id] = document
            begins = any(one.form is DocumentForm.SHIFT_OPENING for one in documents)
            if begins and status.shift is not ShiftState.CLOSED:
                break
        return ReadTape(named, since if last else None)

    async def _restore(self, told: Transaction, tape: ReadTape) -> None:
        payment = await self._payment(told)
        document = tape.named.get(payment.id)
        is_covered = tape.since is None or told.occurred_at - _CLOCKS > tape.since
        receipt = None
        if told.fiscal_status in _OWED and (document is not None or is_covered):
            receipt = await self._receipt(told)
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

    async def _payment(self, told: Transaction) -> Payment:
        parts = tuple(
            Part(method=_METHODS[part.method], amount=part.amount) for part in told.payments
        )
        of_bonus = told.account is Account.BONUS or told.type in _OF_BONUS
        return Payment(
            id=told.external_id,
            kind=PaymentKind(told.type),
            total=told.amount,
            pay_by=parts[0].method if parts else PayBy.BONUS if of_bonus else PayBy.BALANCE,
            tendered=told.cash_tendered,
            client="",
            created_at=told.occurred_at,
            parts=parts,
            lines=tuple(
                Line(
                    name=line.name,
                    quantity=line.quantity,
                    price=line.price,
                    total=line.sum,
                    detail=line.model_dump_json(),
                )
                for line in told.lines
            ),
            client_id=told.client_id,
            cashier=told.created_by.display_name if told.created_by is not None else "",
            original_id=await self._original(told),
            comment=told.comment or "",
            order_id=_uuid(told.order_id),
            direction=None if told.direction is None else Direction(told.direction),
        )

    async def _original(self, told: Transaction) -> UUID | None:
        """The payment that is given back, where the journal has it."""
        original = await self._transaction(told.original_transaction_id)
        if original is None or await self._journal.payment(original.external_id) is None:
            return None
        return original.external_id

    async def _transaction(self, transaction_id: str | None) -> Transaction | None:
        if transaction_id is None or self._office is None:
            return None
        try:
            return await self._office.ask(self._office.crm.transaction(transaction_id))
        except CrmError:
            return None

    async def _receipt(self, told: Transaction) -> ffd.Receipt | None:
        """The receipt that was promised; None where it cannot be made up again."""
        heading = receipts.Heading(
            payment_id=told.external_id,
            contact=None,
            paper=True,
            settings=self._settings,
            on=told.occurred_at.date(),
        )
        paid = Paid(
            cash=told.paid_by(PaymentMethod.CASH),
            card=told.paid_by(PaymentMethod.CARD),
            balance=told.paid_by(PaymentMethod.BALANCE),
            bonus=told.paid_by(PaymentMethod.BONUS),
            tendered=told.cash_tendered,
        )
        original = await self._transaction(told.original_transaction_id)
        lines = basket_of(told.lines or (original.lines if original is not None else ()))
        sold_on = None if original is None else original.occurred_at.date()
        try:
            match told.type:
                case TransactionType.TOP_UP | TransactionType.WITHDRAWAL:
                    back = told.type is TransactionType.WITHDRAWAL
                    return receipts.advance_receipt(heading, paid, back=back)
                case TransactionType.CHARGE | TransactionType.REFUND:
                    is_refund = told.type is TransactionType.REFUND
                    if not lines or (is_refund and sold_on is None):
                        return None
                    back_of = sold_on if is_refund else None
                    return receipts.sale_receipt(heading, lines, paid, back_of=back_of)
                case _:
                    return None
        except (TaxRegimeError, ValidationError):
            return None


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
