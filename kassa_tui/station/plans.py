"""What a request about money comes to: the payments, their receipts, their transactions. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from drivers.ffd.receipt import Receipt
from kassa_tui.izi.models.transaction import TransactionDraft, TransactionType
from kassa_tui.journal.records import Direction, Line, Part, PayBy, Payment, PaymentKind
from kassa_tui.station import drafts, receipts
from kassa_tui.station.basket import BasketLine, Paid
from kassa_tui.station.judgements import substance
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
from kassa_tui.station.settings import StationSettings

MAX_CLIENT = 256
"""Characters of what is noted about a client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One payment with what it promises."""

    payment: Payment
    receipt: Receipt | None
    """None: nothing is printed for it."""
    draft: TransactionDraft
    """What the CRM would be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """The sale that is given back."""

    transaction_id: str
    lines: tuple[BasketLine, ...]
    sold_on: date
    receipted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a plan needs beyond the request."""

    settings: StationSettings
    at: datetime
    """By this computer."""
    on: date
    """By the register's clock."""
    new_id: Callable[[], UUID]
    client_id: str | None
    client: str
    contact: str | None
    paper: bool
    shift_id: UUID | None
    original: Original | None = None
    """For a refund."""


def plans(request: PaymentRequest, given: Circumstances) -> tuple[Plan, ...]:
    """One plan, or one for each tax system of a basket.

    Raises:
        TaxRegimeError: A tax setting says nothing that can be printed.
        pydantic.ValidationError: A text or a sum that no receipt or transaction can hold.
    """
    match request:
        case TakePayment():
            paid = _single(request.pay_by, request.total, request.tendered)
            return (_plan(request, given, TransactionType.TOP_UP, paid),)
        case Sell():
            return _sale(request, given)
        case RefundSale():
            assert given.original is not None, "a refund has its sale"
            lines = request.lines or given.original.lines
            return (_plan(request, given, TransactionType.REFUND, request.paid, lines),)
        case Withdraw():
            paid = _single(request.pay_by, request.total)
            return (_plan(request, given, TransactionType.WITHDRAWAL, paid),)
        case CreditBonus():
            paid = Paid(bonus=request.total)
            return (_plan(request, given, TransactionType.BONUS_CREDIT, paid),)
        case WriteOffBonus():
            paid = Paid(bonus=request.total)
            return (_plan(request, given, TransactionType.BONUS_WRITE_OFF, paid),)
        case AdjustBalance():
            changed = abs(request.change)
            of_bonus = request.account is Account.BONUS
            paid = Paid(bonus=changed) if of_bonus else Paid(balance=changed)
            return (_plan(request, given, TransactionType.ADJUSTMENT, paid),)


def _sale(request: Sell, given: Circumstances) -> tuple[Plan, ...]:
    groups = receipts.by_tax_system(request.lines, request.paid, given.settings, given.on)
    order_id = given.new_id() if len(groups) > 1 else None
    return tuple(
        _plan(request, given, TransactionType.CHARGE, paid, lines, order_id, first=not number)
        for number, (_, lines, paid) in enumerate(groups)
    )


def _plan(
    request: PaymentRequest,
    given: Circumstances,
    kind: TransactionType,
    paid: Paid,
    lines: Sequence[BasketLine] = (),
    order_id: UUID | None = None,
    *,
    first: bool = True,
) -> Plan:
    payment_id = given.new_id()
    comment = "" if isinstance(request, TakePayment) else request.comment
    original = given.original
    on = original.sold_on if original is not None else given.on
    crm_lines = drafts.lines_of(lines, given.settings, on)
    draft = drafts.draft(
        drafts.Heading(
            payment_id=payment_id,
            order_id=order_id,
            client_id=given.client_id,
            comment=comment,
            at=given.at,
            till=given.settings.till,
        ),
        kind,
        paid,
        crm_lines,
        original.transaction_id if original is not None else None,
    )
    if isinstance(request, AdjustBalance):
        draft = drafts.adjusting(draft, request)
    parts = _parts(paid)
    payment = Payment(
        id=payment_id,
        kind=PaymentKind(kind),
        total=paid.total,
        pay_by=parts[0].method,
        tendered=paid.tendered,
        client=given.client[:MAX_CLIENT],
        created_at=given.at,
        parts=parts,
        lines=tuple(
            Line(
                name=line.name,
                quantity=line.quantity,
                price=line.price,
                total=line.sum,
                detail=line.model_dump_json(),
            )
            for line in crm_lines
        ),
        client_id=given.client_id,
        caller_id=request.caller_id if first else None,
        asked=substance(request) if first else "",
        order_id=order_id,
        cashier=given.settings.cashier,
        shift_id=given.shift_id,
        original_id=request.original if isinstance(request, RefundSale) else None,
        comment=comment,
        direction=_direction(request),
    )
    return Plan(
        payment=payment,
        receipt=_receipt(payment_id, kind, paid, lines, draft, given),
        draft=draft,
    )


def _receipt(
    payment_id: UUID,
    kind: TransactionType,
    paid: Paid,
    lines: Sequence[BasketLine],
    draft: TransactionDraft,
    given: Circumstances,
) -> Receipt | None:
    original = given.original
    if not drafts.needs_receipt(draft, given.settings):
        return None
    if original is not None and not original.receipted:
        return None
    heading = receipts.Heading(
        payment_id=payment_id,
        contact=given.contact,
        paper=given.paper,
        settings=given.settings,
        on=given.on,
    )
    if kind in (TransactionType.TOP_UP, TransactionType.WITHDRAWAL):
        return receipts.advance_receipt(heading, paid, back=kind is TransactionType.WITHDRAWAL)
    sold_on = original.sold_on if original is not None else None
    return receipts.sale_receipt(heading, lines, paid, back_of=sold_on)


def _direction(request: PaymentRequest) -> Direction | None:
    if not isinstance(request, AdjustBalance):
        return None
    return Direction.CREDIT if request.change > 0 else Direction.DEBIT


def _single(pay_by: PayBy, total: int, tendered: int | None = None) -> Paid:
    if pay_by is PayBy.CASH:
        return Paid(cash=total, tendered=tendered)
    return Paid(card=total)


def _parts(paid: Paid) -> tuple[Part, ...]:
    sums = (
        (PayBy.CASH, paid.cash),
        (PayBy.CARD, paid.card),
        (PayBy.BALANCE, paid.balance),
        (PayBy.BONUS, paid.bonus),
    )
    return tuple(Part(method=method, amount=amount) for method, amount in sums if amount)
