"""Shifts and cash movements, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ShiftStep(StrEnum):
    """How far a shift has come; each step is noted before it is taken."""

    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftOpening:
    """A shift that is about to be opened on the register and in the CRM."""

    id: UUID
    opened_at: datetime
    cashier: str
    opening_cash: int
    """Kopecks in the drawer."""
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftClosing:
    """The count at the end, noted before the register closes."""

    closed_at: datetime
    counted_cash: int
    """Kopecks, counted blind."""
    expected_cash: int
    """Kopecks."""
    comment: str = ""

    @property
    def discrepancy(self) -> int:
        """Counted less expected, kopecks."""
        return self.counted_cash - self.expected_cash


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRecord:
    """A shift with everything known of it."""

    opening: ShiftOpening
    step: ShiftStep
    fiscal_drive_number: str | None
    """Of the register's shift; None until it is open."""
    number: int | None
    """1038."""
    crm_shift_id: str | None
    """None until the CRM has opened its own; it may stand beside several of the register."""
    closing: ShiftClosing | None
    closing_document: int | None
    """1040 of the closing report."""


class CashDirection(StrEnum):
    IN = "in"
    OUT = "out"


class CashMoveState(StrEnum):
    """What became of a cash movement on the register."""

    INTENDED = "intended"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No answer: the drawer's account of the register may hold it or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CashMove:
    """Cash put into the drawer or taken out."""

    id: UUID
    shift_id: UUID
    direction: CashDirection
    kind: str
    """`change_fund`, `collection`, `expense`, `other` of the CRM's contract."""
    article_id: str | None
    amount: int
    """Kopecks."""
    comment: str
    cashier: str
    occurred_at: datetime
    drawer_before: int | None = None
    """What the register had counted in its drawer before, kopecks; it tells how the movement
    ended when its answer is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCashMove:
    move: CashMove
    state: CashMoveState
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodSums:
    """What one method brought and gave in a shift, kopecks."""

    taken: int = 0
    """Top-ups and charges."""
    returned: int = 0
    """Refunds and withdrawals."""
