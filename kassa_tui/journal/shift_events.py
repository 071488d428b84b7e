"""What the log says of shifts and of cash beside sales."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from kassa_tui.journal.privacy import masked
from kassa_tui.journal.shifts import CashMove, CashMoveState, ShiftClosing, ShiftOpening
from kassa_tui.journal.writing import Log


def begin(log: Log, opening: ShiftOpening) -> None:
    body = {
        **asdict(opening),
        "id": str(opening.id),
        "opened_at": opening.opened_at.isoformat(),
        "comment": masked(opening.comment),
    }
    log.append("shift_opening", body)


def open_on_register(log: Log, shift_id: UUID, fiscal_drive_number: str, number: int) -> None:
    body = {"id": str(shift_id), "fiscal_drive_number": fiscal_drive_number, "number": number}
    log.append("shift_opened", body)


def link(log: Log, shift_id: UUID, crm_shift_id: str) -> None:
    """To the CRM's shift."""
    log.append("shift_linked", {"id": str(shift_id), "crm_shift": crm_shift_id})


def begin_closing(log: Log, shift_id: UUID, closing: ShiftClosing) -> None:
    body = {
        **asdict(closing),
        "id": str(shift_id),
        "closed_at": closing.closed_at.isoformat(),
        "comment": masked(closing.comment),
        "discrepancy": closing.discrepancy,
    }
    log.append("shift_closing", body)


def close_on_register(log: Log, shift_id: UUID, document: int | None) -> None:
    """`document` is the closing report (1040)."""
    log.append("shift_closed", {"id": str(shift_id), "closing_document": document})


def begin_cash_move(log: Log, move: CashMove) -> None:
    body = {
        "id": str(move.id),
        "shift": str(move.shift_id),
        "direction": move.direction,
        "kind": move.kind,
        "article": move.article_id,
        "amount": move.amount,
        "comment": masked(move.comment),
        "cashier": move.cashier,
        "occurred_at": move.occurred_at.isoformat(),
        "drawer_before": move.drawer_before,
    }
    log.append("cash_moving", body)


def end_cash_move(log: Log, move_id: UUID, state: CashMoveState, detail: str) -> None:
    log.append("cash_moved", {"id": str(move_id), "state": state, "detail": detail})
