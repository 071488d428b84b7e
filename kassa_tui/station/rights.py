"""Which right of the CRM a request needs (K16, contract D.9). Pure.

The CRM checks again whatever comes; here a cashier hears beforehand, and nothing is printed.
"""

from __future__ import annotations

from kassa_tui.izi.models.session import Permission
from kassa_tui.station.reconciliation.requests import (
    AddToIzi,
    AttachReceipt,
    IssueForRow,
    SetRight,
    SettleRow,
)
from kassa_tui.station.requests import (
    AdjustBalance,
    CashKind,
    CloseShift,
    CreditBonus,
    MoveCash,
    OpenShift,
    RefundSale,
    Request,
    RotateShift,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)

_NEEDED: dict[type, frozenset[Permission]] = {
    TakePayment: frozenset({Permission.TRANSACTION_TOP_UP}),
    Sell: frozenset({Permission.TRANSACTION_CHARGE}),
    RefundSale: frozenset({Permission.TRANSACTION_REFUND}),
    Withdraw: frozenset({Permission.TRANSACTION_WITHDRAWAL}),
    CreditBonus: frozenset({Permission.TRANSACTION_BONUS}),
    WriteOffBonus: frozenset({Permission.TRANSACTION_BONUS}),
    AdjustBalance: frozenset({Permission.TRANSACTION_ADJUSTMENT}),
    OpenShift: frozenset({Permission.SHIFT_OPEN}),
    CloseShift: frozenset({Permission.SHIFT_CLOSE}),
    RotateShift: frozenset({Permission.SHIFT_OPEN, Permission.SHIFT_CLOSE}),
    IssueForRow: frozenset({Permission.RECEIPT_ATTACH}),
    AttachReceipt: frozenset({Permission.RECEIPT_ATTACH}),
    AddToIzi: frozenset({Permission.RECEIPT_IMPORT}),
    SetRight: frozenset({Permission.RECEIPT_ATTACH}),
    SettleRow: frozenset({Permission.RECEIPT_ATTACH}),
}


def missing_right(request: Request, permissions: frozenset[str] | None) -> str | None:
    """The right that the request lacks; None: it lacks none, or they are not known."""
    if permissions is None:
        return None
    if isinstance(request, MoveCash):
        collects = request.kind is CashKind.COLLECTION
        needed = frozenset({Permission.CASH_COLLECT if collects else Permission.CASH_MOVE})
    else:
        needed = _NEEDED.get(type(request), frozenset())
    return min(needed - permissions, default=None)
