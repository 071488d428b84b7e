"""How a sum is covered by what was chosen and typed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kassa_tui.journal.records import PayBy
from kassa_tui.money import parse_sum
from kassa_tui.station.basket import Paid
from kassa_tui.station.objections import MAX_TOTAL
from kassa_tui.widgets.sale.fault import Fault, Field
from kassa_tui.words import N_


class Method(StrEnum):
    """The ways of paying, in the order of the row."""

    CASH = "cash"
    CARD = "card"
    SBP = "sbp"
    """Recorded like a card: cashless (1081)."""
    BALANCE = "balance"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A method and the sums typed for it."""

    method: Method
    card: str = ""
    balance: str = ""
    tendered: str = ""


def single(method: Method) -> PayBy:
    """For what is paid in one way, in cash or cashless."""
    return PayBy.CASH if method is Method.CASH else PayBy.CARD


def covered(due: int, way: Way, bonus: int = 0) -> Paid | Fault:
    """`due` kopecks by `way`, beside `bonus`."""
    match way.method:
        case Method.CARD | Method.SBP:
            return Paid(card=due, bonus=bonus)
        case Method.BALANCE:
            return Paid(balance=due, bonus=bonus)
        case Method.CASH:
            card = balance = 0
        case Method.SPLIT:
            typed_card = typed_share(Field.CARD, way.card)
            if isinstance(typed_card, Fault):
                return typed_card
            typed_balance = typed_share(Field.BALANCE, way.balance)
            if isinstance(typed_balance, Fault):
                return typed_balance
            card, balance = typed_card, typed_balance
    cash = due - card - balance
    if cash < 0:
        return Fault(Field.CARD, N_("Together more than is to be paid ({sum})."), due)
    tendered = _tendered(cash, way.tendered)
    if isinstance(tendered, Fault):
        return tendered
    return Paid(cash=cash, card=card, balance=balance, bonus=bonus, tendered=tendered)


def typed_sum(field: Field, text: str) -> int | Fault:
    """Kopecks, more than none."""
    if not text.strip():
        return Fault(field, N_("Type the sum."))
    kopecks = typed_share(field, text)
    return kopecks or Fault(field, N_("The sum is zero."))


def typed_share(field: Field, text: str) -> int | Fault:
    """Kopecks; none where nothing is typed."""
    if not text.strip():
        return 0
    kopecks = parse_sum(text)
    if kopecks is None:
        return Fault(field, N_("This is no sum: 500 or 499,50"))
    if kopecks > MAX_TOTAL:
        return Fault(field, N_("A payment is at most {sum}."), MAX_TOTAL)
    return kopecks


def _tendered(cash: int, text: str) -> int | Fault | None:
    if not cash or not text.strip():
        return None
    tendered = typed_share(Field.TENDERED, text)
    if isinstance(tendered, Fault) or tendered >= cash:
        return tendered
    return Fault(Field.TENDERED, N_("Less was given than is to be paid."))
