"""What a request says is taken, by method: to be held against what was noted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kassa_tui.journal.records import PayBy, Payment
from kassa_tui.station.requests import (
    AdjustBalance,
    CreditBonus,
    RefundSale,
    Request,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)

Sums = Counter[str]
"""Kopecks by method; what is neither money nor a receipt under `WHOLE`."""
WHOLE = "whole"


def asked_sums(request: Request) -> Sums | None:
    """None: the request names no sum."""
    match request:
        case TakePayment(total=total, pay_by=method) | Withdraw(total=total, pay_by=method):
            return +Sums({str(method): total})
        case Sell(paid=paid) | RefundSale(paid=paid):
            return +Sums({str(method): getattr(paid, str(method)) for method in PayBy})
        case CreditBonus(total=total) | WriteOffBonus(total=total):
            return +Sums({WHOLE: total})
        case AdjustBalance(change=change):
            return +Sums({WHOLE: abs(change)})
    return None


def noted_sums(payments: Iterable[Payment], like: Sums) -> Sums:
    """Of what was noted for one request; `like` is what was asked."""
    noted: Sums = Sums()
    for payment in payments:
        if WHOLE in like:
            noted[WHOLE] += payment.total
        else:
            noted.update({str(method): payment.paid_by(method) for method in PayBy})
    return +noted
