"""What the CRM is told of a payment (contract D.5). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from drivers.ffd.enumerations import PaymentMethod as HowFarPaid
from kassa_tui.izi.fiscal import OPERATIONS, receipt_total
from kassa_tui.izi.models import transaction as crm
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.objections import line_sum
from kassa_tui.station.receipts import purpose, subject
from kassa_tui.station.requests import AdjustBalance
from kassa_tui.station.settings import StationSettings

_TAG = 50
"""Characters of a tag (contract D.1)."""

TAKES_PLACE_OFFLINE = (crm.TransactionType.TOP_UP, crm.TransactionType.CHARGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What every transaction of a payment carries."""

    payment_id: UUID
    order_id: UUID | None
    client_id: str | None
    comment: str
    at: datetime
    till: str


def draft(
    heading: Heading,
    kind: crm.TransactionType,
    paid: Paid,
    lines: tuple[crm.Line, ...] = (),
    original: str | None = None,
) -> crm.TransactionDraft:
    """The transaction of a payment. Its `external_id` is the payment's id.

    Raises `pydantic.ValidationError` for what the contract's fields cannot hold.
    """
    moves_money = kind in OPERATIONS
    return crm.TransactionDraft(
        external_id=heading.payment_id,
        order_id=None if heading.order_id is None else str(heading.order_id),
        type=kind,
        client_id=heading.client_id or None,
        amount=paid.total,
        payments=_payments(paid) if moves_money else (),
        cash_tendered=paid.tendered if paid.cash else None,
        change=None if paid.tendered is None else paid.tendered - paid.cash,
        lines=lines,
        original_transaction_id=original,
        comment=heading.comment.strip() or None,
        tags=(till_tag(heading.till),),
        occurred_at=heading.at,
    )


def till_tag(till: str) -> str:
    """By this tag a till knows its own transactions again (see `reading_back`)."""
    return till.strip()[:_TAG] or "kassa"


def adjusting(plain: crm.TransactionDraft, request: AdjustBalance) -> crm.TransactionDraft:
    """The draft of an adjustment: which account, and its sign."""
    sign = crm.Direction.CREDIT if request.change > 0 else crm.Direction.DEBIT
    account = crm.Account(request.account)
    return plain.model_copy(update={"account": account, "direction": sign})


def lines_of(
    basket: Sequence[BasketLine], settings: StationSettings, on: date
) -> tuple[crm.Line, ...]:
    """Raises `TaxRegimeError`, and `pydantic.ValidationError` like `draft`."""
    return tuple(
        crm.Line(
            kind=crm.LineKind(line.kind),
            ref_id=line.ref_id,
            name=line.name,
            quantity=line.quantity,
            price=line.price,
            discount=line.discount,
            bonus=line.bonus,
            sum=line_sum(line),
            tax_class=crm.TaxClass(line.tax_class),
            nds=int(settings.taxed(purpose(line.tax_class), on)[1]),
            payment_type=int(HowFarPaid.FULL_PAYMENT),
            product_type=int(subject(line)),
            unit=line.unit,
            zone_id=line.zone_id,
        )
        for line in basket
    )


def basket_of(lines: Sequence[crm.Line]) -> tuple[BasketLine, ...]:
    """The lines of a transaction, as they were sold."""
    return tuple(
        BasketLine(
            kind=LineKind(line.kind),
            name=line.name,
            price=line.price,
            quantity=line.quantity,
            discount=line.discount,
            bonus=line.bonus,
            tax_class=TaxClass(line.tax_class),
            ref_id=line.ref_id,
            zone_id=line.zone_id,
            unit=line.unit,
            excise=line.product_type in _EXCISE,
            marked=line.marking is not None,
        )
        for line in lines
    )


def needs_receipt(transaction: crm.TransactionDraft, settings: StationSettings) -> bool:
    """K2, K3: everything but what bonuses pay, where the club wants it the balance too."""
    if transaction.type not in OPERATIONS:
        return False
    owed = receipt_total(transaction)
    if not settings.fiscalise_balance_charges:
        owed -= transaction.paid_by(crm.PaymentMethod.BALANCE)
    return owed > 0


def goes_on_without_crm(transaction: crm.TransactionDraft) -> bool:
    """K6: what needs no balance of the CRM is done although the CRM does not answer."""
    return transaction.type in TAKES_PLACE_OFFLINE and not transaction.paid_by(
        crm.PaymentMethod.BALANCE, crm.PaymentMethod.BONUS
    )


_EXCISE = (2, 30, 31)
"""1212 of excise goods."""


def _payments(paid: Paid) -> tuple[crm.Payment, ...]:
    parts = (
        (crm.PaymentMethod.CASH, paid.cash),
        (crm.PaymentMethod.CARD, paid.card),
        (crm.PaymentMethod.BALANCE, paid.balance),
        (crm.PaymentMethod.BONUS, paid.bonus),
    )
    return tuple(crm.Payment(method=method, amount=amount) for method, amount in parts if amount)
