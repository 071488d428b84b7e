"""What the log says of calls to the CRM."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kassa_tui.journal import reading
from kassa_tui.journal.calls import Call, CallState
from kassa_tui.journal.writing import Log


def queue(log: Log, calls: Sequence[Call]) -> None:
    """Behind those of their subjects."""
    for call in calls:
        last = log.db.execute(
            "SELECT max(position) FROM call WHERE subject = ?", (str(call.subject),)
        ).fetchone()[0]
        body = {
            "id": str(call.id),
            "subject": str(call.subject),
            "position": (last or 0) + 1,
            "name": call.name,
            "call_body": call.body,
            "key": _key(call.key),
        }
        log.append("call_queued", body)


def fail(log: Log, call_id: UUID, error: str, next_try: datetime) -> None:
    """A try has failed; there will be another."""
    body = {"id": str(call_id), "error": error, "next_try": reading.sortable(next_try)}
    log.append("call_failed", body)


def end(
    log: Log, call_id: UUID, state: CallState, error: str, result: str | None, *, tries: bool
) -> None:
    """`tries`: it was a try that has ended it."""
    body = {
        "id": str(call_id), "state": state, "error": error, "result": result, "tries": int(tries)
    }  # fmt: skip
    log.append("call_ended", body)


def drop(log: Log, subject: UUID, reason: str, tried: UUID | None = None) -> None:
    """End the calls of a subject that are not done; `tried` is the one that a try has ended."""
    for stored in reading.calls_of(log.db, subject):
        if stored.state in (CallState.PENDING, CallState.POISONED):
            is_tried = stored.call.id == tried
            end(log, stored.call.id, CallState.REFUSED, reason, None, tries=is_tried)


def readdress(log: Log, call_id: UUID, call_body: str, key: UUID | None) -> None:
    """Another body and key, and it goes again."""
    body = {"id": str(call_id), "call_body": call_body, "key": _key(key)}
    log.append("call_readdressed", body)


def _key(key: UUID | None) -> str | None:
    return None if key is None else str(key)
