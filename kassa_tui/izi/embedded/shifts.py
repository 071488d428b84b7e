"""Shifts: one open at a time in a club, for 24 hours at most, closed for good."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta, timezone

from kassa_tui.izi.embedded.desk import Desk, check_known, check_version
from kassa_tui.izi.embedded.pages import page
from kassa_tui.izi.embedded.store import Store, micros, moment
from kassa_tui.izi.embedded.totals import totals_of
from kassa_tui.izi.errors import (
    Fault,
    NoOpenShift,
    NotFound,
    ShiftAlreadyOpen,
    ShiftClosed,
    ShiftExpired,
    ValidationFailed,
)
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.session import Permission, Person
from kassa_tui.izi.models.shift import (
    CloseReason,
    FiscalMode,
    FiscalModeChange,
    Shift,
    ShiftClosing,
    ShiftFiscal,
    ShiftOpening,
    ShiftStatus,
    ZComparison,
)

LIFE = timedelta(hours=24)
"""A shift of this age is closed by the CRM."""

_SELECT = """
    SELECT s.*, o.name AS opened_by_name, c.closed_at, c.closed_by, p.name AS closed_by_name,
        c.close_reason, c.expected_cash, c.register_total, c.counted_cash,
        c.comment AS closing_comment, c.closing,
        (SELECT mode FROM shift_mode WHERE shift_id = s.id ORDER BY seq DESC LIMIT 1) AS mode
    FROM shift s JOIN operator o ON o.id = s.opened_by
    LEFT JOIN shift_closing c ON c.shift_id = s.id
    LEFT JOIN operator p ON p.id = c.closed_by
"""


async def shift_row(desk: Desk, shift_id: str) -> sqlite3.Row:
    """Raises `NotFound`, `ClubAccessDenied`."""
    row = await desk.store.row(f"{_SELECT} WHERE s.id = ?", shift_id)
    if row is None:
        raise NotFound("no such shift")
    desk.enter(row["club_id"])
    return row


async def open_shift_row(desk: Desk, shift_id: str) -> sqlite3.Row:
    """The row of a shift that takes postings. Raises `ShiftClosed` as well."""
    row = await shift_row(desk, shift_id)
    if row["closed"]:
        current = await _current_id(desk, row["club_id"])
        raise ShiftClosed("the shift is closed", current_shift_id=current)
    return row


def mode_of(row: sqlite3.Row) -> FiscalMode:
    """The fiscal mode of a shift now."""
    return FiscalMode(row["mode"]) if row["mode"] else _fiscal(row).mode


async def touch(desk: Desk, shift_id: str) -> None:
    """Say that the shift, or something in it, has changed."""
    await desk.store.run("UPDATE shift SET version = version + 1 WHERE id = ?", shift_id)


async def drawer(desk: Desk, row: sqlite3.Row) -> int:
    """Cash that should be in the drawer now, kopecks."""
    return (await totals_of(desk.store, row["id"], row["opening_cash"])).expected_cash


async def shift(desk: Desk, shift_id: str) -> Shift:
    row = await shift_row(desk, shift_id)
    return await _read(desk, row, await desk.zone(row["club_id"]))


async def current(desk: Desk, club_id: str) -> Shift:
    await desk.settings(club_id)
    shift_id = await _current_id(desk, club_id)
    if shift_id is None:
        raise NoOpenShift("no shift is open")
    return await shift(desk, shift_id)


async def listing(
    desk: Desk,
    club_id: str,
    status: ShiftStatus | None,
    opened_from: datetime | None,
    opened_to: datetime | None,
    paging: Paging,
) -> Page[Shift]:
    zone = await desk.zone(club_id)
    return await page(
        desk,
        _SELECT,
        [
            ("s.club_id = ?", club_id),
            ("s.closed = ?", None if status is None else status is ShiftStatus.CLOSED),
            ("s.opened_at >= ?", None if opened_from is None else micros(opened_from)),
            ("s.opened_at < ?", None if opened_to is None else micros(opened_to)),
        ],
        paging,
        lambda row: _read(desk, row, zone, in_list=True),
        seq="s.seq",
    )


async def open_shift(desk: Desk, club_id: str, opening: ShiftOpening) -> Shift:
    """Open a shift. A start in the future is taken as now."""
    await desk.settings(club_id)
    standing = await _current_id(desk, club_id)
    if standing is not None:
        raise ShiftAlreadyOpen("a shift is open", shift_id=standing)
    if opening.opened_at <= desk.now - LIFE:
        raise ShiftExpired("the shift would be 24 hours old")
    last = await desk.store.row(
        "SELECT s.number, coalesce(c.counted_cash, c.expected_cash) AS left_cash FROM shift s "
        "JOIN shift_closing c ON c.shift_id = s.id WHERE s.club_id = ? ORDER BY s.seq DESC LIMIT 1",
        club_id,
    )
    # A drawer cannot hold less than nothing; the shortage stands in the last shift.
    carried_over = max(0, last["left_cash"]) if last else None
    if carried_over not in (None, opening.opening_cash):
        _need_comment(opening.comment, f"the last shift left {carried_over}")
    fiscal = opening.fiscal or ShiftFiscal()
    if fiscal.mode is FiscalMode.NON_FISCAL:
        desk.need(Permission.SHIFT_FISCAL_MODE)
        _need_comment(opening.comment, "non-fiscal mode needs a reason")
    shift_id = desk.new_id("sh")
    await desk.store.insert(
        "shift",
        id=shift_id,
        club_id=club_id,
        number=last["number"] + 1 if last else 1,
        opened_at=micros(min(opening.opened_at, desk.now)),
        opened_by=desk.operator.id,
        opening_cash=opening.opening_cash,
        carried_over_cash=carried_over,
        comment=opening.comment,
        fiscal=fiscal.model_dump_json(),
    )
    return await shift(desk, shift_id)


async def close_shift(desk: Desk, shift_id: str, closing: ShiftClosing, version: int) -> Shift:
    """Close a shift by hand. An end outside the shift's life is taken as its border."""
    row = await open_shift_row(desk, shift_id)
    check_version(row["version"], version)
    check_known(closing)
    if closing.denominations is not None:
        counted = sum(pile.value * pile.count for pile in closing.denominations)
        if counted != closing.counted_cash:
            raise ValidationFailed(
                [Fault("#/denominations", "sum", f"they make {counted}, not the counted cash")]
            )
    totals = await totals_of(desk.store, shift_id, row["opening_cash"])
    if closing.counted_cash != totals.expected_cash:
        _need_comment(closing.comment, f"{totals.expected_cash} was expected")
    ended = max(row["opened_at"], micros(min(closing.closed_at, desk.now)))
    await desk.store.insert(
        "shift_closing",
        shift_id=shift_id,
        closed_at=ended,
        closed_by=desk.operator.id,
        close_reason=CloseReason.MANUAL,
        expected_cash=totals.expected_cash,
        register_total=totals.register_total,
        counted_cash=closing.counted_cash,
        comment=closing.comment,
        closing=closing.model_dump_json(),
    )
    await desk.store.run(
        "UPDATE shift SET closed = 1, version = version + 1 WHERE id = ?", shift_id
    )
    return await shift(desk, shift_id)


async def close_expired(store: Store, now: datetime) -> None:
    """Close what has been open for 24 hours, uncounted, as of the 24th hour.

    Every call begins with it, so that it is so whichever call is the first to succeed.
    """
    expired = await store.rows(
        "SELECT id, opened_at, opening_cash FROM shift WHERE NOT closed AND opened_at <= ?",
        micros(now - LIFE),
    )
    for row in expired:
        totals = await totals_of(store, row["id"], row["opening_cash"])
        await store.insert(
            "shift_closing",
            shift_id=row["id"],
            closed_at=row["opened_at"] + LIFE // timedelta(microseconds=1),
            close_reason=CloseReason.AUTO_24H,
            expected_cash=totals.expected_cash,
            register_total=totals.register_total,
        )
        await store.run(
            "UPDATE shift SET closed = 1, version = version + 1 WHERE id = ?", row["id"]
        )


async def set_fiscal_mode(
    desk: Desk, shift_id: str, change: FiscalModeChange, version: int
) -> Shift:
    row = await open_shift_row(desk, shift_id)
    check_version(row["version"], version)
    check_known(change)
    if change.mode is FiscalMode.NON_FISCAL and not (change.reason or "").strip():
        raise ValidationFailed([Fault("#/reason", "required", "say why there are no receipts")])
    if change.mode is not mode_of(row):
        await desk.store.insert(
            "shift_mode",
            shift_id=shift_id,
            mode=change.mode,
            reason=change.reason,
            set_at=micros(desk.now),
            set_by=desk.operator.id,
        )
        await touch(desk, shift_id)
    return await shift(desk, shift_id)


async def _current_id(desk: Desk, club_id: str) -> str | None:
    found: str | None = await desk.store.value(
        "SELECT id FROM shift WHERE club_id = ? AND NOT closed", club_id
    )
    return found


def _need_comment(comment: str | None, why: str) -> None:
    if not (comment or "").strip():
        raise ValidationFailed([Fault("#/comment", "required", why)])


def _fiscal(row: sqlite3.Row) -> ShiftFiscal:
    return ShiftFiscal.model_validate_json(row["fiscal"])


async def _read(desk: Desk, row: sqlite3.Row, zone: timezone, in_list: bool = False) -> Shift:
    closing = row["closing"] and ShiftClosing.model_validate_json(row["closing"])
    totals = None
    if not (in_list and row["closed"]):
        totals = await totals_of(desk.store, row["id"], row["opening_cash"])
    expected = totals.expected_cash if totals else row["expected_cash"]
    counted = row["counted_cash"]
    z_report = closing.z_report if closing else None
    fiscal = _fiscal(row).model_copy(update={"mode": mode_of(row)})
    if z_report:
        fiscal = fiscal.model_copy(update={"close_document": z_report.fiscal_document_number})
    return Shift(
        id=row["id"],
        seq=row["seq"],
        club_id=row["club_id"],
        number=row["number"],
        status=ShiftStatus.CLOSED if row["closed"] else ShiftStatus.OPEN,
        opened_at=moment(row["opened_at"], zone),
        opened_by=Person(id=row["opened_by"], display_name=row["opened_by_name"]),
        closed_at=moment(row["closed_at"], zone) if row["closed"] else None,
        closed_by=Person(id=row["closed_by"], display_name=row["closed_by_name"])
        if row["closed_by"]
        else None,
        close_reason=CloseReason(row["close_reason"]) if row["closed"] else None,
        opening_cash=row["opening_cash"],
        carried_over_cash=row["carried_over_cash"],
        expected_cash=expected,
        counted_cash=counted,
        discrepancy=None if counted is None else counted - expected,
        comment=row["closing_comment"] if row["closed"] else row["comment"],
        fiscal=fiscal,
        totals=None if in_list else totals,
        z_comparison=ZComparison(
            register_total=row["register_total"],
            z_total=z_report.total,
            difference=z_report.total - row["register_total"],
        )
        if z_report
        else None,
        version=row["version"],
    )
