"""Cash that comes and goes beside sales, each movement under an article."""

from __future__ import annotations

import sqlite3
from datetime import timezone

from kassa_tui.izi.embedded import shifts
from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.pages import page
from kassa_tui.izi.embedded.store import micros, moment
from kassa_tui.izi.errors import Fault, InsufficientCash, ValidationFailed
from kassa_tui.izi.models.cash import (
    CashArticle,
    CashDirection,
    CashMovement,
    CashMovementDraft,
    CashMovementKind,
)
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.session import Person

_SELECT = """
    SELECT m.*, s.club_id, o.name AS operator_name FROM cash_movement m
    JOIN shift s ON s.id = m.shift_id JOIN operator o ON o.id = m.created_by
"""


async def post(desk: Desk, shift_id: str, draft: CashMovementDraft) -> CashMovement:
    row = await shifts.open_shift_row(desk, shift_id)
    faults = [
        *_faults(draft),
        *([] if draft.article_id is None else await _article_faults(desk, row["club_id"], draft)),
    ]
    if faults:
        raise ValidationFailed(faults)
    if draft.direction is CashDirection.OUT:
        available = await shifts.drawer(desk, row)
        if draft.amount > available:
            raise InsufficientCash(available=max(0, available))
    movement_id = desk.new_id("cm")
    await desk.store.insert(
        "cash_movement",
        id=movement_id,
        shift_id=shift_id,
        direction=draft.direction,
        kind=draft.kind,
        article_id=draft.article_id,
        amount=draft.amount,
        draft=draft.model_dump_json(),
        created_at=micros(desk.now),
        created_by=desk.operator.id,
    )
    await shifts.touch(desk, shift_id)
    return await movement(desk, movement_id)


async def movement(desk: Desk, movement_id: str) -> CashMovement:
    row = await desk.store.row(f"{_SELECT} WHERE m.id = ?", movement_id)
    assert row is not None, "the id came from this file"
    desk.enter(row["club_id"])
    return await _read(row, await desk.zone(row["club_id"]))


async def listing(desk: Desk, shift_id: str, paging: Paging) -> Page[CashMovement]:
    row = await shifts.shift_row(desk, shift_id)
    zone = await desk.zone(row["club_id"])
    return await page(
        desk,
        _SELECT,
        [("m.shift_id = ?", shift_id)],
        paging,
        lambda found: _read(found, zone),
        seq="m.seq",
    )


async def articles(desk: Desk, club_id: str, paging: Paging) -> Page[CashArticle]:
    await desk.settings(club_id)

    async def read(row: sqlite3.Row) -> CashArticle:
        return CashArticle(
            id=row["id"],
            name=row["name"],
            direction=CashDirection(row["direction"]),
            active=bool(row["active"]),
        )

    select = "SELECT * FROM cash_article"
    return await page(desk, select, [("club_id = ?", club_id)], paging, read)


def _faults(draft: CashMovementDraft) -> list[Fault]:
    collection = draft.kind is CashMovementKind.COLLECTION
    faults = []
    if collection and draft.direction is not CashDirection.OUT:
        faults.append(Fault("#/direction", "enum", "a collection goes out"))
    if not collection and draft.article_id is None:
        faults.append(Fault("#/article_id", "required", "a movement needs its article"))
    explained = draft.kind in (CashMovementKind.EXPENSE, CashMovementKind.OTHER)
    if explained and not (draft.comment or "").strip():
        faults.append(Fault("#/comment", "required", "say what it was for"))
    return faults


async def _article_faults(desk: Desk, club_id: str, draft: CashMovementDraft) -> list[Fault]:
    article = await desk.store.row(
        "SELECT direction, active FROM cash_article WHERE id = ? AND club_id = ?",
        draft.article_id,
        club_id,
    )
    if article is None or not article["active"]:
        return [Fault("#/article_id", "reference", "no such article in use")]
    if article["direction"] != draft.direction:
        return [Fault("#/article_id", "direction", "the article is for the other direction")]
    return []


async def _read(row: sqlite3.Row, zone: timezone) -> CashMovement:
    draft = CashMovementDraft.model_validate_json(row["draft"])
    return CashMovement(
        **dict(draft) | {"occurred_at": draft.occurred_at.astimezone(zone)},
        id=row["id"],
        seq=row["seq"],
        shift_id=row["shift_id"],
        created_at=moment(row["created_at"], zone),
        created_by=Person(id=row["created_by"], display_name=row["operator_name"]),
    )
