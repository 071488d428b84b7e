"""A transaction of the gateway's contract (D.5), read as a request to the station.

Kassa works out what the contract lets the sender work out (sums of lines, rates, change,
the time): those members may be sent and are not used. A member that is neither is refused:
a mistyped name must not change what is paid.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kassa_tui.cli.pay import MOST_BYTES
from kassa_tui.izi.models.transaction import Card, PaymentMethod, TransactionType
from kassa_tui.izi.values import Id, Kopecks, Name, Number, PositiveKopecks, PositiveQuantity, Tag
from kassa_tui.journal.records import Direction, PayBy
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.requests import (
    Account,
    AdjustBalance,
    CreditBonus,
    PaymentRequest,
    RefundSale,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)

_WITHOUT_MONEY = frozenset(
    {
        TransactionType.ADJUSTMENT,
        TransactionType.BONUS_CREDIT,
        TransactionType.BONUS_WRITE_OFF,
    }
)

Comment = Annotated[str, Field(max_length=500)]


class WrongTransaction(Exception):
    """The text is no transaction that can be taken; names every member that is wrong."""


class _Told(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Payment(_Told):
    method: PaymentMethod
    amount: PositiveKopecks
    card: Card | None = None


class _Line(_Told):
    kind: LineKind
    ref_id: Id | None = None
    name: Name
    quantity: PositiveQuantity
    price: Kopecks
    discount: Kopecks = 0
    bonus: Kopecks = 0
    sum: Kopecks | None = None
    tax_class: TaxClass
    nds: Number | None = None
    payment_type: Number | None = None
    product_type: Number | None = None
    unit: Number = 0
    zone_id: Id | None = None


class _Transaction(_Told):
    external_id: UUID
    """The caller's id: the same one pays once."""
    type: TransactionType
    client_id: Id | None = None
    client: Annotated[str, Field(max_length=256)] = ""
    """What is shown of the client; not of the contract."""
    contact: Annotated[str, Field(max_length=64)] | None = None
    """1008, where the electronic receipt goes; not of the contract."""
    amount: PositiveKopecks
    account: Account = Account.GAME
    direction: Direction | None = None
    payments: Annotated[tuple[_Payment, ...], Field(max_length=10)] = ()
    cash_tendered: Kopecks | None = None
    change: Kopecks | None = None
    lines: Annotated[tuple[_Line, ...], Field(max_length=100)] = ()
    original_transaction_id: UUID | None = None
    """The payment that is given back, by Kassa's id."""
    comment: Comment = ""
    tags: Annotated[tuple[Tag, ...], Field(max_length=10)] = ()
    occurred_at: str | None = None


def request_of(text: bytes) -> PaymentRequest:
    """The request that a transaction in JSON asks for. Raises `WrongTransaction`."""
    if len(text) > MOST_BYTES:
        raise WrongTransaction("larger than 256 KiB")
    try:
        told = _Transaction.model_validate_json(text)
    except ValidationError as error:
        raise WrongTransaction("; ".join(map(_problem, error.errors()[:10]))) from None
    if told.type not in _WITHOUT_MONEY:
        _check_sums(told)
    if (told.type is TransactionType.ADJUSTMENT) is not (told.direction is not None):
        raise WrongTransaction("direction: an adjustment, and nothing else, has one")
    match told.type:
        case TransactionType.TOP_UP:
            return TakePayment(
                total=told.amount,
                pay_by=_single_way(told),
                tendered=told.cash_tendered,
                client=told.client,
                client_id=told.client_id,
                contact=told.contact,
                caller_id=str(told.external_id),
            )
        case TransactionType.CHARGE:
            return Sell(
                lines=_lines(told),
                paid=_paid(told),
                client=told.client,
                client_id=told.client_id,
                contact=told.contact,
                comment=told.comment,
                caller_id=str(told.external_id),
            )
        case TransactionType.REFUND:
            if told.original_transaction_id is None:
                raise WrongTransaction("original_transaction_id: needed for a refund")
            return RefundSale(
                original=told.original_transaction_id,
                paid=_paid(told),
                lines=_lines(told),
                comment=told.comment,
                caller_id=str(told.external_id),
            )
        case TransactionType.WITHDRAWAL:
            return Withdraw(
                total=told.amount,
                pay_by=_single_way(told),
                client_id=_client(told),
                comment=told.comment,
                client=told.client,
                contact=told.contact,
                caller_id=str(told.external_id),
            )
        case TransactionType.BONUS_CREDIT:
            return CreditBonus(
                total=told.amount,
                client_id=_client(told),
                comment=told.comment,
                client=told.client,
                caller_id=str(told.external_id),
            )
        case TransactionType.BONUS_WRITE_OFF:
            return WriteOffBonus(
                total=told.amount,
                client_id=_client(told),
                comment=told.comment,
                client=told.client,
                caller_id=str(told.external_id),
            )
        case TransactionType.ADJUSTMENT:
            credited = told.direction is Direction.CREDIT
            return AdjustBalance(
                change=told.amount if credited else -told.amount,
                account=told.account,
                client_id=_client(told),
                comment=told.comment,
                client=told.client,
                caller_id=str(told.external_id),
            )
        case _:
            raise WrongTransaction(f"type: one of {', '.join(TransactionType)}")


def _problem(error: Any) -> str:
    # The place and the rule: the value may be somebody's telephone.
    return f"{'.'.join(map(str, error['loc'])) or 'JSON'}: {error['msg']}"


def _check_sums(told: _Transaction) -> None:
    if sum(part.amount for part in told.payments) != told.amount:
        raise WrongTransaction("payments: their sum is not amount")
    methods = [part.method for part in told.payments]
    if len(set(methods)) < len(methods):
        raise WrongTransaction("payments: a method stands there twice")
    cash = sum(part.amount for part in told.payments if part.method is PaymentMethod.CASH)
    if told.change is not None and told.change != (told.cash_tendered or cash) - cash:
        raise WrongTransaction("change: not cash_tendered less the cash part")


def _single_way(told: _Transaction) -> PayBy:
    methods = [part.method for part in told.payments]
    if methods == [PaymentMethod.CASH]:
        return PayBy.CASH
    if methods == [PaymentMethod.CARD]:
        return PayBy.CARD
    raise WrongTransaction("payments: one part is needed here, cash or card")


def _paid(told: _Transaction) -> Paid:
    parts = {str(part.method.value): part.amount for part in told.payments}
    if strange := parts.keys() - {"cash", "card", "balance", "bonus"}:
        raise WrongTransaction(f"payments: {', '.join(sorted(strange))} is not paid at a till")
    return Paid(tendered=told.cash_tendered, **parts)


def _client(told: _Transaction) -> str:
    if told.client_id is None:
        raise WrongTransaction("client_id: needed here")
    return told.client_id


def _lines(told: _Transaction) -> tuple[BasketLine, ...]:
    return tuple(
        BasketLine(
            kind=line.kind,
            name=line.name,
            price=line.price,
            quantity=line.quantity,
            discount=line.discount,
            bonus=line.bonus,
            tax_class=line.tax_class,
            ref_id=line.ref_id,
            zone_id=line.zone_id,
            unit=line.unit,
        )
        for line in told.lines
    )
