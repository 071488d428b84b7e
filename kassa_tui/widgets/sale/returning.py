"""What comes back of a sale, and what is given back for it. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from drivers.ffd.arithmetic import item_cost
from kassa_tui.journal.records import Line, PayBy, PaymentKind, PaymentState
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass

_EXCISE = (2, 30, 31)
"""1212 of excise goods."""


def can_return(state: PaymentState) -> bool:
    """A sale that took place."""
    return state.payment.kind is PaymentKind.CHARGE and not state.called_off


def sold_lines(state: PaymentState) -> tuple[BasketLine, ...]:
    """The lines as they were sold."""
    return tuple(map(_line, state.payment.lines))


def comes_back_whole(line: BasketLine) -> bool:
    """A discount and bonuses belong to a line as a whole."""
    return bool(line.discount or line.bonus)


def returned_lines(state: PaymentState, quantities: Sequence[Decimal]) -> tuple[BasketLine, ...]:
    """So much of each line; lines of which nothing comes back are left out."""
    return tuple(
        line if quantity == line.quantity else replace(line, quantity=quantity)
        for line, quantity in zip(sold_lines(state), quantities, strict=True)
        if quantity
    )


def given_back(state: PaymentState, lines: Sequence[BasketLine] = ()) -> Paid:
    """The money for `lines` (empty: for everything), the way it was paid.

    Of a sale that was paid in several ways, what was paid from the balance goes back first,
    then what was paid by card, then cash.
    """
    payment = state.payment
    if not lines:
        return Paid(
            cash=payment.paid_by(PayBy.CASH),
            card=payment.paid_by(PayBy.CARD),
            balance=payment.paid_by(PayBy.BALANCE),
            bonus=payment.paid_by(PayBy.BONUS),
        )
    bonus = sum(line.bonus for line in lines)
    due = sum(item_cost(line.price, line.quantity) - line.discount for line in lines) - bonus
    balance = min(due, payment.paid_by(PayBy.BALANCE))
    card = min(due - balance, payment.paid_by(PayBy.CARD))
    return Paid(cash=due - balance - card, card=card, balance=balance, bonus=bonus)


def _line(line: Line) -> BasketLine:
    told = json.loads(line.detail)
    return BasketLine(
        kind=LineKind(told["kind"]),
        name=line.name,
        price=line.price,
        quantity=line.quantity,
        discount=told["discount"],
        bonus=told["bonus"],
        tax_class=TaxClass(told["tax_class"]),
        ref_id=told["ref_id"],
        zone_id=told["zone_id"],
        unit=told["unit"],
        excise=told["product_type"] in _EXCISE,
        marked=told["marking"] is not None,
    )
