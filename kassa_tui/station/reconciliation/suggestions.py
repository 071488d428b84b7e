"""What might belong together, and what might be there twice. Pure; a person decides."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from kassa_tui.station.reconciliation.sides import Operation, TapeDocument

NEAR = timedelta(minutes=5)
"""Clocks of register and CRM, and a cashier who is slow, are not further apart."""
MOST_SUGGESTED = 3

Likeness = tuple[int, int]
"""1054 and total: what a suggestion goes by."""


def like(sign: int | None, total: int | None) -> Likeness | None:
    return None if sign is None or total is None else (int(sign), total)


def suggestions(
    documents: Sequence[TapeDocument], operations: Sequence[Operation]
) -> dict[str, tuple[str, ...]]:
    """By receipt id and by operation: who might belong to it, the nearest first."""
    by_look: dict[Likeness, tuple[list[Operation], list[TapeDocument]]] = {}
    for operation in operations:
        look = like(operation.calculation_sign, operation.due)
        if look is not None:
            by_look.setdefault(look, ([], []))[0].append(operation)
    for document in documents:
        look = like(document.calculation_sign, document.total)
        if look in by_look:
            by_look[look][1].append(document)
    found: dict[str, tuple[str, ...]] = {}
    for theirs, ours in by_look.values():
        these = [(one.occurred_at, one.key) for one in theirs]
        those = sorted((one.date_time, one.receipt_id) for one in ours)
        for one in theirs:
            if near := _nearest(one.occurred_at, those):
                found[one.key] = near
        for document in ours:
            if near := _nearest(document.date_time, these):
                found[document.receipt_id] = near
    return found


def _nearest(at: datetime, others: Sequence[tuple[datetime, str]]) -> tuple[str, ...]:
    """Of those within `NEAR`; `others` are in the order of their time."""
    place = bisect_left(others, (at, ""))
    window = others[max(0, place - MOST_SUGGESTED) : place + MOST_SUGGESTED]
    near = sorted((abs(when - at), name) for when, name in window if abs(when - at) <= NEAR)
    return tuple(name for _, name in near[:MOST_SUGGESTED])


def alike(operations: Iterable[Operation]) -> set[str]:
    """Operations that another one of the same client looks like, and may be twice."""
    groups: dict[tuple[object, ...], list[Operation]] = defaultdict(list)
    for one in operations:
        groups[one.type, one.client_id, one.due, one.cash, one.card, one.balance].append(one)
    found: set[str] = set()
    for several in groups.values():
        for earlier, later in pairwise(several):
            if later.occurred_at - earlier.occurred_at <= NEAR:
                found |= {earlier.key, later.key}
    return found
