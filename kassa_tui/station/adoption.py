"""A transaction of the CRM as a payment of the journal, with the receipt that it owes.

So a payment that was lost here is read back, and one that was made elsewhere gets its receipt:
no money moves, and the CRM is not told of it again.
"""

from __future__ import annotations

from uuid import UUID

from pydantic import ValidationError

from drivers.ffd import receipt as ffd
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models.transaction import (
    Account,
    PaymentMethod,
    Transaction,
    TransactionType,
)
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Direction, Line, Part, PayBy, Payment, PaymentKind
from kassa_tui.settings.tax import TaxRegimeError
from kassa_tui.station import receipts
from kassa_tui.station.basket import Paid
from kassa_tui.station.drafts import basket_of
from kassa_tui.station.office import Office
from kassa_tui.station.settings import StationSettings

_METHODS = {
    PaymentMethod.CASH: PayBy.CASH,
    PaymentMethod.CARD: PayBy.CARD,
    PaymentMethod.APP: PayBy.CARD,
    PaymentMethod.BALANCE: PayBy.BALANCE,
    PaymentMethod.BONUS: PayBy.BONUS,
}
_OF_BONUS = (TransactionType.BONUS_CREDIT, TransactionType.BONUS_WRITE_OFF)


def is_payable(told: Transaction) -> bool:
    """Every part of it is one that a payment of the journal can have."""
    return all(part.method in _METHODS for part in told.payments)


class Adoption:
    """Methods raise `JournalError`."""

    def __init__(self, journal: Journal, office: Office, settings: StationSettings) -> None:
        self._journal = journal
        self._office = office
        self._settings = settings

    async def payment(self, told: Transaction) -> Payment:
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
        if transaction_id is None:
            return None
        try:
            return await self._office.ask(self._office.crm.transaction(transaction_id))
        except CrmError:
            return None

    async def receipt(self, told: Transaction, contact: str | None = None) -> ffd.Receipt | None:
        """The receipt that was promised; None where it cannot be made up again."""
        heading = receipts.Heading(
            payment_id=told.external_id,
            contact=contact,
            paper=True,
            settings=self._settings,
            on=told.occurred_at.date(),
        )
        paid = Paid(
            cash=told.paid_by(PaymentMethod.CASH),
            card=told.paid_by(PaymentMethod.CARD, PaymentMethod.APP),
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
