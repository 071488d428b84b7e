"""What the law leaves to do about money without a receipt. Pure.

An ordinary receipt belongs to the moment of the settlement (54-FZ, art. 1.2 p. 1 and 2); it is
made good late while the shift of the settlement is open. Money that came through the internet
may get its receipt until the end of the next working day (art. 1.2 p. 5.4). After that the
settlement was made without the register, and a correction receipt is due (art. 4.3 p. 4); FFD
1.05 has none for returns. The fine for a settlement without a receipt: CoAO art. 14.5 part 2.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from drivers.ffd.enumerations import CalculationSign
from kassa_tui.station.reconciliation.rows import Owed, Remedy
from kassa_tui.station.reconciliation.sides import Operation, Scope
from kassa_tui.station.recorder import SHIFT_LIFE

_LEAST_FINE = {True: 10_000_00, False: 30_000_00}
"""Kopecks, by whether the seller is a sole proprietor."""
_LEAST_SHARE = {True: (1, 4), False: (3, 4)}
"""Of the sum."""


def owed(operation: Operation, scope: Scope, at: datetime) -> Owed:
    """How the operation's missing receipt can still be made."""
    since = operation.occurred_at
    until = None
    if operation.app and operation.app == operation.due:
        # Working days are not known here: the next day is never later than the law.
        next_day = (since + timedelta(days=1)).date()
        until = datetime.combine(next_day, time.max, tzinfo=since.tzinfo)
        in_time = at <= until
    else:
        in_time = scope.is_open and at - since < SHIFT_LIFE
    if in_time and operation.fiscal_status != "deferred":
        return Owed(since=since, remedy=Remedy.RECEIPT, until=until)
    is_return = operation.calculation_sign is CalculationSign.SALE_RETURN
    if is_return and not scope.corrects_returns:
        return Owed(since=since, remedy=Remedy.RECEIPT, until=None)
    return Owed(since=since, remedy=Remedy.CORRECTION, until=None)


def exposure(unreceipted: int, scope: Scope) -> int:
    """The least fine, kopecks, for so many kopecks of settlements without a receipt."""
    if not unreceipted:
        return 0
    numerator, denominator = _LEAST_SHARE[scope.is_person]
    return max(_LEAST_FINE[scope.is_person], unreceipted * numerator // denominator)
