"""Money put into the drawer and taken out of it, beside sales."""

from __future__ import annotations

from uuid import UUID

from kassa_tui.izi.models.session import Person
from kassa_tui.izi.values import (
    Flag,
    Id,
    Name,
    Number,
    OpenEnum,
    PositiveKopecks,
    Text,
    Time,
    Wire,
)


class CashDirection(OpenEnum):
    IN = "in"
    OUT = "out"


class CashMovementKind(OpenEnum):
    CHANGE_FUND = "change_fund"
    COLLECTION = "collection"
    EXPENSE = "expense"
    OTHER = "other"


class CashMovementDraft(Wire):
    external_id: UUID
    direction: CashDirection
    kind: CashMovementKind
    article_id: Id | None = None
    """Required unless it is a collection."""
    amount: PositiveKopecks
    comment: Text | None = None
    """Required for `expense` and `other`."""
    occurred_at: Time


class CashMovement(CashMovementDraft):
    id: Id
    seq: Number
    shift_id: Id
    created_at: Time
    created_by: Person


class CashArticle(Wire):
    """What a movement is booked under."""

    id: Id
    name: Name
    direction: CashDirection
    active: Flag
