"""What a face may ask about reconciliation, and the answers: frozen, typed, whole.

A face asks `ReadShiftTape` until all is read (between two of them a payment goes first), then
`CompareShift`, which asks no register. To cancel is to ask no more; what was read is kept. Rows
are mended one request at a time, by the comparison that shows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kassa_tui.journal.shifts import ShiftRecord
from kassa_tui.station.reconciliation.rows import Row, Totals

ROWS_AT_ONCE = 200
"""Rows of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadShiftTape:
    """Read a little of a shift's tape into the journal; ask again until it is whole."""

    fiscal_drive_number: str = ""
    """1041; empty: of the FN in the register."""
    shift_number: int | None = None
    """1038; None: the open shift, or the last one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TapeReach:
    """How far the tape of a shift has been read."""

    fiscal_drive_number: str
    shift_number: int
    done: int
    total: int | None
    """None: its begin is still being looked for."""

    @property
    def is_done(self) -> bool:
        """There is nothing more to read here."""
        return self.done == self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShifts:
    """The latest shifts of the journal, newest first. An inquiry."""

    limit: int = 50


@dataclass(frozen=True, slots=True)
class Shifts:
    found: tuple[ShiftRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareShift:
    """Compare what has been read of a shift with the CRM. An inquiry."""

    fiscal_drive_number: str = ""
    shift_number: int | None = None


@dataclass(frozen=True, slots=True)
class ReadRows:
    """Further rows of a comparison. An inquiry."""

    comparison_id: UUID
    first: int


@dataclass(frozen=True, slots=True)
class ExportRows:
    """Write the rows of a comparison into files beside the journal. An inquiry."""

    comparison_id: UUID


@dataclass(frozen=True, slots=True)
class ExportedRows:
    paths: tuple[str, ...]
    """On the station's computer. Their owner alone may read them."""
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftComparison:
    """A shift with its first rows, at most `ROWS_AT_ONCE`."""

    comparison_id: UUID
    at: datetime
    fiscal_drive_number: str
    shift_number: int
    opened_at: datetime | None
    closed_at: datetime | None
    """By the register's reports; None: not closed, or not read."""
    is_open: bool
    is_whole: bool
    """The whole tape of the shift is compared; else nothing is known to be absent."""
    totals: Totals
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class MoreRows:
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueForRow:
    """Record the receipt of an operation that surely has none: no payment, no card charge."""

    comparison_id: UUID
    row: str
    """`Row.key`."""
    as_correction: bool = False
    """The person has seen that the law needs a correction receipt by now."""
    comment: str = ""
    """Needed where the FN of the shift is gone: who has looked that it has no such receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachReceipt:
    """Tell the CRM that a document belongs to an operation."""

    comparison_id: UUID
    row: str
    partner: str = ""
    """The suggested other side, which a person has confirmed; empty: the row has both."""


class AddAs(StrEnum):
    """What a document is added to the CRM as (contract D.5)."""

    TOP_UP = "top_up"
    CHARGE = "charge"
    WITHDRAWAL = "withdrawal"
    REFUND = "refund"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToIzi:
    """Make the operation that a document proves. Nothing is printed."""

    comparison_id: UUID
    row: str
    add_as: AddAs
    comment: str
    """Why. Obligatory (K9)."""
    client_id: str | None = None
    """Needed for a top-up and a withdrawal, and where the balance has paid."""
    original_transaction_id: str | None = None
    """Needed for a refund."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRight:
    """Set a receipt of a wrong sum or operation right by two documents: one takes it back, the
    other says what it should have said. No money moves, no card is charged."""

    comparison_id: UUID
    row: str
    comment: str
    """What was wrong. Obligatory; it stays in the journal and goes into no document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRow:
    """Say why a row does not match where nothing can mend it: put right in the CRM by hand, or
    known to be a duplicate. The journal keeps it; nothing is printed and the CRM is not told."""

    comparison_id: UUID
    row: str
    comment: str
    """Who decided, and what was looked at. Obligatory."""


Mending = IssueForRow | AttachReceipt | AddToIzi | SetRight | SettleRow
