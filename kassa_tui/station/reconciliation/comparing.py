"""Comparing a shift beside the queue: the kept tape, the CRM and the journal; no register."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from drivers.ffd.enumerations import FfdVersion
from drivers.register import RegisterInfo, RegisterStatus, ShiftState
from kassa_tui.izi.models.transaction import Transaction
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.shifts import ShiftRecord, ShiftStep
from kassa_tui.station.office import Office
from kassa_tui.station.reconciliation.export import write_files
from kassa_tui.station.reconciliation.gathering import Gathering, Window
from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.requests import (
    ROWS_AT_ONCE,
    CompareShift,
    ExportedRows,
    MoreRows,
    ReadRows,
    ShiftComparison,
)
from kassa_tui.station.reconciliation.rows import Comparison, Row
from kassa_tui.station.reconciliation.shift_tape import ShiftTape, ShiftTapes
from kassa_tui.station.reconciliation.sides import Scope, ShiftKey

_KEPT = 5
"""Comparisons of which further rows can be read, and whose rows can be mended: a few of faces,
and one of the station's own (`station.elsewhere`)."""
_SHIFTS = 400
_PERSONS_INN = 12
"""Digits of 1018 of a sole proprietor."""


@dataclass(frozen=True, slots=True)
class Known:
    """A comparison as the station keeps it."""

    scope: Scope
    comparison: Comparison
    transactions: dict[str, Transaction]
    by_key: dict[str, Row]


class Comparer:
    """Methods raise `CrmError` and `JournalError`."""

    def __init__(
        self,
        tapes: ShiftTapes,
        journal: Journal,
        office: Office,
        till: str,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        info: Callable[[], RegisterInfo | None],
        status: Callable[[], RegisterStatus | None],
    ) -> None:
        """`info` and `status` tell what the register has said last."""
        self._tapes = tapes
        self._journal = journal
        self._gathering = Gathering(office, journal, till)
        self._clock = clock
        self._new_id = new_id
        self._info = info
        self._status = status
        self._known: OrderedDict[UUID, Known] = OrderedDict()

    async def compare(self, inquiry: CompareShift) -> ShiftComparison | None:
        """None: there is no such shift."""
        key = await self._key(inquiry.fiscal_drive_number, inquiry.shift_number)
        if key is None:
            return None
        tape = await self._tapes.kept(key, self._status())
        return await self.compare_tape(tape)

    async def compare_tape(self, tape: ShiftTape) -> ShiftComparison:
        """Compare what is given of a shift with the CRM as it is now."""
        records = await self._journal.last_shifts(_SHIFTS)
        scope = self._scope(tape, records)
        gathered = await self._gathering.gather(tape, _window(tape, records))
        at = self._clock()
        comparison = await asyncio.to_thread(
            compare, scope, tape.documents, gathered.operations, gathered.remembered, at
        )
        comparison_id = self._new_id()
        self._known[comparison_id] = Known(
            scope,
            comparison,
            gathered.transactions,
            {row.key: row for row in comparison.rows},
        )
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return ShiftComparison(
            comparison_id=comparison_id,
            at=at,
            fiscal_drive_number=tape.key[0],
            shift_number=tape.key[1],
            opened_at=tape.opened_at,
            closed_at=tape.closed_at,
            is_open=scope.is_open,
            is_whole=scope.is_whole,
            totals=comparison.totals,
            rows=comparison.rows[:ROWS_AT_ONCE],
        )

    def rows(self, inquiry: ReadRows) -> MoreRows | None:
        """None: the comparison is not kept any more."""
        known = self._known.get(inquiry.comparison_id)
        if known is None:
            return None
        first = max(0, inquiry.first)
        return MoreRows(known.comparison.rows[first : first + ROWS_AT_ONCE])

    def open_rows(self, comparison_id: UUID) -> tuple[Row, ...]:
        """What is left to do in a comparison that is kept, the oldest first."""
        rows = self._known[comparison_id].comparison.rows
        return tuple(row for row in rows if row.is_open)

    async def export(self, comparison_id: UUID, folder: Path) -> ExportedRows | None:
        """Write every row into files; None: the comparison is not kept any more. `OSError`."""
        known = self._known.get(comparison_id)
        if known is None:
            return None
        rows, at = known.comparison.rows, self._clock()
        paths = await asyncio.to_thread(write_files, folder, rows, at)
        return ExportedRows(tuple(map(str, paths)), len(rows))

    def forget(self, comparison_id: UUID) -> None:
        self._known.pop(comparison_id, None)

    def known(self, comparison_id: UUID) -> Known | None:
        return self._known.get(comparison_id)

    async def _key(self, fiscal_drive_number: str, number: int | None) -> ShiftKey | None:
        """The shift that is meant; the register's current one where nothing is said."""
        status = self._status()
        fn = fiscal_drive_number or (status.fn.fiscal_drive_number if status is not None else "")
        if not fn:
            latest = await self._journal.last_shifts(1)
            fn = (latest[0].fiscal_drive_number if latest else None) or ""
        if number is None and status is not None and status.fn.fiscal_drive_number == fn:
            number = status.shift_number
        if number is None:
            for record in await self._journal.last_shifts(_SHIFTS):
                if record.fiscal_drive_number == fn:
                    number = record.number
                    break
        return (fn, number) if fn and number else None

    def _scope(self, tape: ShiftTape, records: tuple[ShiftRecord, ...]) -> Scope:
        status, info = self._status(), self._info()
        fn, number = tape.key
        if status is not None:
            is_open = (
                status.fn.fiscal_drive_number == fn
                and status.shift_number == number
                and status.shift is ShiftState.OPEN
            )
        else:
            is_open = any(
                (one.fiscal_drive_number, one.number) == tape.key
                and one.step is not ShiftStep.CLOSED
                for one in records
            )
        return Scope(
            shifts=frozenset({tape.key}),
            is_open=is_open,
            is_whole=tape.is_whole,
            is_gone=status is not None and status.fn.fiscal_drive_number != fn,
            corrects_returns=info is None or info.ffd_version is not FfdVersion.V1_05,
            is_person=info is None or len(info.owner_inn.strip()) == _PERSONS_INN,
        )


def _window(tape: ShiftTape, records: tuple[ShiftRecord, ...]) -> Window:
    """From the opening of the shift to that of the next; the register's first has no begin.

    What is between two shifts belongs to the earlier one.
    """
    own = next((one for one in records if (one.fiscal_drive_number, one.number) == tape.key), None)
    begin = own.opening.opened_at if own is not None else tape.opened_at
    if begin is None:
        return Window(None, None)
    later = [one.opening.opened_at for one in records if one.opening.opened_at > begin]
    earlier = [one for one in records if one.opening.opened_at < begin]
    return Window(begin if earlier or tape.key[1] > 1 else None, min(later, default=None))
