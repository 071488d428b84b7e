"""Lists, page by page.

A cursor says after which `seq` to go on, and for which filters it was made. Rows get their
`seq` inside the one writer's transaction, so that none can appear before a cursor later.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.store import Argument, micros
from kassa_tui.izi.errors import CursorExpired, CursorInvalid
from kassa_tui.izi.models.page import Order, Page, Paging

CURSOR_LIFE = timedelta(hours=24)

ItemT = TypeVar("ItemT")

Condition = tuple[str, Argument]
"""SQL with one `?`, and its argument; a filter that is None is not applied."""


async def page(
    desk: Desk,
    select: str,
    where: list[Condition],
    paging: Paging,
    read: Callable[[sqlite3.Row], Awaitable[ItemT | None]],
    seq: str = "seq",
) -> Page[ItemT]:
    """One page of the rows of `select` that meet every condition.

    Args:
        read: Makes an item of a row, or None to leave it out.
        seq: Name of the column that orders the list.

    Raises:
        CursorInvalid, CursorExpired: See contract D.1.
    """
    applied = [(sql, argument) for sql, argument in where if argument is not None]
    fingerprint = _fingerprint(select, applied, paging.order)
    onwards, direction = (">", "ASC") if paging.order is Order.ASC else ("<", "DESC")
    last = _position(desk, fingerprint, paging.cursor)
    items: list[tuple[int, ItemT]] = []
    while len(items) <= paging.limit:
        conditions = [sql for sql, _ in applied]
        arguments = [argument for _, argument in applied]
        if last is not None:
            conditions.append(f"{seq} {onwards} ?")
            arguments.append(last)
        rows = await desk.store.rows(
            f"{select} WHERE {' AND '.join(conditions) or 'true'} "
            f"ORDER BY {seq} {direction} LIMIT {paging.limit + 1}",
            *arguments,
        )
        for row in rows:
            item = await read(row)
            if item is not None:
                items.append((row["seq"], item))
        if len(rows) <= paging.limit:
            break
        last = rows[-1]["seq"]
    shown = items[: paging.limit]
    more = len(items) > paging.limit
    return Page(
        items=tuple(item for _, item in shown),
        next_cursor=_cursor(desk, fingerprint, shown[-1][0]) if more else None,
    )


def _fingerprint(select: str, applied: Sequence[Condition], order: Order) -> str:
    said = json.dumps([select, applied, order])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _cursor(desk: Desk, fingerprint: str, seq: int) -> str:
    content = json.dumps([fingerprint, seq, micros(desk.now)])
    return base64.urlsafe_b64encode(content.encode()).decode()


def _position(desk: Desk, fingerprint: str, cursor: str | None) -> int | None:
    if cursor is None:
        return None
    try:
        made_for, seq, made_at = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError) as error:
        raise CursorInvalid("not a cursor of ours") from error
    if made_for != fingerprint or type(seq) is not int or type(made_at) is not int:
        raise CursorInvalid("the cursor was made for other filters")
    if micros(desk.now - CURSOR_LIFE) > made_at:
        raise CursorExpired("begin again without the cursor")
    return seq
