"""What is wrong with a request in itself, before anything is asked or written. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.ffd.arithmetic import item_cost
from drivers.ffd.enumerations import QuantityMeasure
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Objection
from kassa_tui.station.basket import MAX_LINES, BasketLine, LineKind, Paid
from kassa_tui.station.requests import (
    AdjustBalance,
    CashKind,
    CloseShift,
    CreditBonus,
    MoveCash,
    OpenShift,
    PaymentRequest,
    RefundSale,
    RotateShift,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)

_UNITS = frozenset(QuantityMeasure)

MAX_TOTAL = 10_000_000_00
"""Kopecks; the largest sum of one payment."""

MAX_COMMENT = 500
"""Characters; the CRM takes no more."""

MAX_CALLER_ID = 64
"""Characters."""


def objection(request: PaymentRequest) -> Objection | None:
    """Why a request about money cannot be meant so; None: nothing is wrong with it."""
    if request.caller_id is not None and not 0 < len(request.caller_id) <= MAX_CALLER_ID:
        return Objection.WRONG_ID
    match request:
        case TakePayment():
            return _sum(request.total) or _tendered(
                request.total if request.pay_by is PayBy.CASH else 0,
                request.tendered if request.pay_by is PayBy.CASH else None,
            )
        case Sell():
            return _sale(request)
        case RefundSale():
            if request.paid.tendered is not None:
                return Objection.WRONG_SUM
            wrong = _parts(request.paid) or _comment(request.comment)
            return wrong or (_lines(request.lines, request.paid) if request.lines else None)
        case Withdraw() | CreditBonus() | WriteOffBonus() | AdjustBalance():
            if not request.client_id:
                return Objection.CLIENT_NEEDED
            total = abs(request.change) if isinstance(request, AdjustBalance) else request.total
            return _sum(total) or _comment(request.comment)


def movement_objection(request: MoveCash) -> Objection | None:
    """K13: an unexplained movement is refused."""
    if not 0 < abs(request.amount) <= MAX_TOTAL:
        return Objection.WRONG_SUM
    if request.kind is CashKind.COLLECTION:
        return Objection.WRONG_SUM if request.amount > 0 else None
    if not request.article_id:
        return Objection.ARTICLE_NEEDED
    if request.kind in (CashKind.EXPENSE, CashKind.OTHER):
        return _comment(request.comment)
    return None


def count_objection(request: OpenShift | CloseShift | RotateShift) -> Objection | None:
    counted = request.counted_cash
    if counted is not None and not 0 <= counted <= 10 * MAX_TOTAL:
        return Objection.WRONG_SUM
    return None


def _sale(request: Sell) -> Objection | None:
    paid = request.paid
    wrong = _parts(paid) or _tendered(paid.cash, paid.tendered) or _lines(request.lines, paid)
    if wrong:
        return wrong
    if (paid.balance or paid.bonus) and not request.client_id:
        return Objection.CLIENT_NEEDED
    if any(line.marked for line in request.lines):
        return Objection.MARKED_GOODS
    if not request.age_confirmed and any(line.min_age for line in request.lines):
        return Objection.AGE_NOT_CONFIRMED
    return None


def _sum(total: int) -> Objection | None:
    return None if 0 < total <= MAX_TOTAL else Objection.WRONG_SUM


def _parts(paid: Paid) -> Objection | None:
    if min(paid.cash, paid.card, paid.balance, paid.bonus) < 0:
        return Objection.WRONG_SUM
    return _sum(paid.total)


def _tendered(cash: int, tendered: int | None) -> Objection | None:
    if tendered is None:
        return None
    if not cash:
        return Objection.WRONG_SUM
    return None if cash <= tendered <= 10 * MAX_TOTAL else Objection.TENDERED_TOO_SMALL


def _comment(comment: str) -> Objection | None:
    """K9."""
    return None if comment.strip()[:MAX_COMMENT] else Objection.COMMENT_NEEDED


def _lines(lines: tuple[BasketLine, ...], paid: Paid) -> Objection | None:
    if not 0 < len(lines) <= MAX_LINES or any(map(_is_wrong, lines)):
        return Objection.WRONG_LINES
    if sum(map(line_sum, lines)) != paid.receipted or _bonus(lines) != paid.bonus:
        return Objection.WRONG_LINES
    return None


def _is_wrong(line: BasketLine) -> bool:
    return (
        not line.name.strip()
        or not line.quantity.is_finite()
        or not 0 < line.quantity < 10**9
        or line.unit not in _UNITS
        or -int(line.quantity.as_tuple().exponent) > 6
        or not 0 <= line.price <= MAX_TOTAL
        or min(line.discount, line.bonus) < 0
        or line_sum(line) < 0
        or (line.kind is not LineKind.SERVICE and not line.ref_id)
    )


def _bonus(lines: Iterable[BasketLine]) -> int:
    return sum(line.bonus for line in lines)


def line_sum(line: BasketLine) -> int:
    """1043, kopecks: price x quantity, less discount and bonus."""
    return item_cost(line.price, line.quantity) - line.discount - line.bonus
