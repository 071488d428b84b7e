"""What the log says of receipts that are sent, of their documents and of the tape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from kassa_tui.journal.privacy import masked
from kassa_tui.journal.records import Attempt, AttemptState, Document, DocumentFact
from kassa_tui.journal.writing import Log


def make_attempt(log: Log, attempt: Attempt) -> int:
    """Its number."""
    last = log.db.execute("SELECT max(number) FROM attempt").fetchone()[0]
    number: int = (last or 0) + 1
    body = {
        "number": number,
        "receipt": str(attempt.receipt_id or attempt.payment_id),
        "fiscal_drive_number": attempt.fiscal_drive_number,
        "last_document_number": attempt.last_document_number,
        "digest": attempt.digest.hex(),
        "sent_at": attempt.sent_at.isoformat(),
    }
    log.append("attempt_made", body)
    return number


def end_attempt(
    log: Log, number: int, state: AttemptState, reason: str = "", detail: str = ""
) -> None:
    body = {"attempt": number, "state": state, "reason": reason, "detail": detail}
    log.append("attempt_ended", body)


def keep(log: Log, document: Document, receipt_id: UUID | None) -> None:
    """`receipt_id` is the promise that it keeps, where that is known."""
    body = {
        **asdict(document),
        "date_time": document.date_time.isoformat(),
        "receipt": None if receipt_id is None else str(receipt_id),
    }
    log.append("document_kept", body)


def bind(log: Log, document: Document, receipt_id: UUID) -> None:
    """Of a document that was kept without a promise."""
    body = {
        "fiscal_drive_number": document.fiscal_drive_number,
        "fiscal_document_number": document.fiscal_document_number,
        "receipt": str(receipt_id),
    }
    log.append("document_bound", body)


def note_fact(
    log: Log, fact: DocumentFact, fiscal_drive_number: str, documents: Sequence[int]
) -> None:
    body = {"fiscal_drive_number": fiscal_drive_number, "documents": documents}
    log.append(f"documents_{fact}", body)


def keep_tape(log: Log, fiscal_drive_number: str, documents: Sequence[tuple[int, str]]) -> None:
    body = {"fiscal_drive_number": fiscal_drive_number, "documents": documents}
    log.append("tape_read", body)


def settle_row(log: Log, operation: str, document: str, comment: str, kind: str) -> None:
    """What a person says of an operation and a document that cannot be brought together."""
    said = masked(comment)
    body = {"operation": operation, "document": document, "comment": said}
    log.append("row_settled", body)
    log.append("incident", {"kind": kind, "detail": f"row {operation}|{document}: {said}"})
