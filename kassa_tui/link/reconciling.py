"""What every face does to reconcile a shift, by the station's own small requests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import TypeAlias
from uuid import UUID

from kassa_tui.station.answers import Answer
from kassa_tui.station.reconciliation.requests import (
    AttachReceipt,
    CompareShift,
    IssueForRow,
    MoreRows,
    ReadRows,
    ReadShiftTape,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Action, Row
from kassa_tui.station.requests import Request

Ask: TypeAlias = Callable[[Request], Awaitable[Answer]]


async def read_tape(
    ask: Ask,
    fiscal_drive_number: str = "",
    shift_number: int | None = None,
    on_progress: Callable[[TapeReach], None] = lambda _: None,
) -> Answer:
    """Have the whole tape of a shift read, turn by turn; the last `TapeReach`, or what stood
    in the way. To give up is to cancel: the next reading goes on from there."""
    request = ReadShiftTape(fiscal_drive_number=fiscal_drive_number, shift_number=shift_number)
    while True:
        answer = await ask(request)
        if not isinstance(answer, TapeReach):
            return answer
        on_progress(answer)
        if answer.is_done:
            return answer


async def compare(
    ask: Ask,
    fiscal_drive_number: str = "",
    shift_number: int | None = None,
    on_rows: Callable[[ShiftComparison, tuple[Row, ...]], None] = lambda *_: None,
) -> tuple[ShiftComparison, tuple[Row, ...]] | Answer:
    """The comparison with all of its rows, or what stood in the way.

    `on_rows` is told of the first rows at once, and of all when they are here.
    """
    found = await ask(
        CompareShift(fiscal_drive_number=fiscal_drive_number, shift_number=shift_number)
    )
    if not isinstance(found, ShiftComparison):
        return found
    on_rows(found, found.rows)
    rows = list(found.rows)
    while len(rows) < found.totals.count:
        more = await ask(ReadRows(found.comparison_id, len(rows)))
        if not isinstance(more, MoreRows) or not more.rows:
            return more  # a station that has no more of them would be asked for ever
        rows += more.rows
    if len(rows) > len(found.rows):
        on_rows(found, tuple(rows))
    return found, tuple(rows)


async def mend_safe(
    ask: Ask, comparison_id: UUID, rows: Iterable[Row]
) -> AsyncIterator[tuple[Row, Answer]]:
    """Mend what may be mended unseen, one row after the other, and tell what came of each."""
    for row in rows:
        match row.safe:
            case Action.ISSUE_RECEIPT:
                yield row, await ask(IssueForRow(comparison_id=comparison_id, row=row.key))
            case Action.ATTACH_RECEIPT:
                yield row, await ask(AttachReceipt(comparison_id=comparison_id, row=row.key))
