"""What a face shows of the shift: read from the journal, and of no force."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from kassa_tui.journal.records import PayBy
from kassa_tui.journal.shifts import CashDirection, CashMoveState, ShiftRecord, StoredCashMove

if TYPE_CHECKING:
    from kassa_tui.journal.journal import Journal

_COLLECTION = "collection"
"""As in `requests.CashKind`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodTotal:
    """What one method brought and gave in the shift, kopecks."""

    method: PayBy
    taken: int
    returned: int

    @property
    def net(self) -> int:
        return self.taken - self.returned


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftView:
    """The journal's shift that is not closed. Sums are kopecks."""

    number: int | None
    """1038; None until the register has opened it."""
    opened_at: datetime
    opened_by: str
    opening_cash: int
    totals: tuple[MethodTotal, ...]
    """In the order of `PayBy`; methods nobody has paid by are left out."""
    payments: int
    """Those that have taken place, bonuses and adjustments included."""
    cash_in: int
    cash_out: int
    """Without collections."""
    collected: int
    blind_count: bool
    """What should be in the drawer is not told before it is counted (K12)."""


async def shift_view(journal: Journal, record: ShiftRecord, *, blind_count: bool) -> ShiftView:
    """Raises `JournalError`."""
    shift_id = record.opening.id
    sums, moves, payments = await asyncio.gather(
        journal.sums_of_shift(shift_id),
        journal.cash_moves(shift_id),
        journal.payments_in_shift(shift_id),
    )
    out = _moved(moves, CashDirection.OUT)
    collected = _moved(moves, CashDirection.OUT, _COLLECTION)
    return ShiftView(
        number=record.number,
        opened_at=record.opening.opened_at,
        opened_by=record.opening.cashier,
        opening_cash=record.opening.opening_cash,
        totals=tuple(
            MethodTotal(method=method, taken=sums[method].taken, returned=sums[method].returned)
            for method in PayBy
            if method in sums
        ),
        payments=payments,
        cash_in=_moved(moves, CashDirection.IN),
        cash_out=out - collected,
        collected=collected,
        blind_count=blind_count,
    )


def _moved(
    moves: Iterable[StoredCashMove], direction: CashDirection, kind: str | None = None
) -> int:
    return sum(
        one.move.amount
        for one in moves
        if one.state is CashMoveState.DONE
        and one.move.direction is direction
        and kind in (None, one.move.kind)
    )
