"""The questions: units of work that read. Each looks at few rows, however long the file is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from kassa_tui.journal.calls import Call, CallCounts, CallState, StoredCall
from kassa_tui.journal.chain import START, Link
from kassa_tui.journal.head import JournalHead
from kassa_tui.journal.payment_states import (
    ATTEMPT,
    DOCUMENT,
    PAYMENT,
    Row,
    attempt_of,
    document_of,
    payment_states,
)
from kassa_tui.journal.privacy import with_contact
from kassa_tui.journal.records import (
    Document,
    PayBy,
    PaymentState,
    StoredAttempt,
)
from kassa_tui.journal.shifts import (
    CashDirection,
    CashMove,
    CashMoveState,
    MethodSums,
    ShiftClosing,
    ShiftOpening,
    ShiftRecord,
    ShiftStep,
    StoredCashMove,
)

_UNSETTLED = """
    SELECT number FROM attempt INDEXED BY one_attempt_at_a_time
    WHERE state IN ('sent', 'unknown')
"""
_WANTING = "SELECT payment FROM receipt_intent WHERE state = 'wanted'"
_CALL = """
    SELECT id, subject, name, body, key, position, state, tries, next_try, error, result
    FROM call
"""
_IS_FIRST = """
    NOT EXISTS (
        SELECT 1 FROM call AS earlier
        WHERE earlier.subject = due.subject AND earlier.position < due.position
          AND earlier.state <> 'done'
    )
"""


def sortable(moment: datetime) -> str:
    """An aware time as text that sorts by time."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def last_link(db: sqlite3.Connection) -> Link:
    row = db.execute("SELECT seq, seal FROM event ORDER BY seq DESC LIMIT 1").fetchone()
    return Link(*row) if row else START


def head(db: sqlite3.Connection) -> JournalHead:
    drives = db.execute(
        """
        WITH RECURSIVE drive (fn) AS (
            SELECT max(fiscal_drive_number) FROM fiscal_document
            UNION ALL
            SELECT (SELECT max(fiscal_drive_number) FROM fiscal_document
                    WHERE fiscal_drive_number < fn)
            FROM drive WHERE fn IS NOT NULL
        )
        SELECT fn FROM drive WHERE fn IS NOT NULL LIMIT 100
        """
    ).fetchall()
    unsettled = unsettled_attempts(db)
    return JournalHead(
        events=last_link(db).seq,
        last_documents={fn: last_document(db, fn) for (fn,) in drives},
        unsettled_after=unsettled[0].attempt.last_document_number if unsettled else None,
    )


def forgettable_contacts(db: sqlite3.Connection, recorded_before: datetime) -> list[str]:
    """Receipts with a contact that were recorded before a time, or called off."""
    rows = db.execute(
        """
        SELECT i.id, d.noted_at FROM receipt_intent i
        LEFT JOIN fiscal_document d ON d.receipt = i.id
        WHERE i.contact_seal IS NOT NULL AND i.state <> 'wanted'
        """
    ).fetchall()
    return [
        receipt_id
        for receipt_id, noted_at in rows
        if noted_at is None or datetime.fromisoformat(noted_at) < recorded_before
    ]


# Payments


def payment(db: sqlite3.Connection, payment_id: UUID) -> PaymentState | None:
    row = db.execute(f"{PAYMENT} WHERE id = ?", (str(payment_id),)).fetchone()
    return payment_states(db, [row])[0] if row else None


def payment_of_caller(db: sqlite3.Connection, caller_id: str) -> PaymentState | None:
    row = db.execute(f"{PAYMENT} WHERE caller_id = ?", (caller_id,)).fetchone()
    return payment_states(db, [row])[0] if row else None


def payments_of_order(db: sqlite3.Connection, order_id: UUID) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} WHERE order_id = ? ORDER BY id", (str(order_id),)).fetchall()
    return payment_states(db, rows)


def last_payments(db: sqlite3.Connection, limit: int) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return payment_states(db, rows)


def payments_of_shift(
    db: sqlite3.Connection, shift_id: UUID, limit: int
) -> tuple[PaymentState, ...]:
    rows = db.execute(
        f"{PAYMENT} WHERE shift = ? ORDER BY id DESC LIMIT ?", (str(shift_id), limit)
    ).fetchall()
    return payment_states(db, rows)


def payments_without_document(db: sqlite3.Connection) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} WHERE id IN ({_WANTING}) ORDER BY id").fetchall()
    return payment_states(db, rows)


def payment_of_document(
    db: sqlite3.Connection, fiscal_drive_number: str, fiscal_document_number: int
) -> UUID | None:
    row = db.execute(
        """
        SELECT i.payment FROM fiscal_document d JOIN receipt_intent i ON i.id = d.receipt
        WHERE d.fiscal_drive_number = ? AND d.fiscal_document_number = ?
        """,
        (fiscal_drive_number, fiscal_document_number),
    ).fetchone()
    return UUID(row[0]) if row else None


def refunds_of(db: sqlite3.Connection, payment_id: UUID) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} WHERE original = ? ORDER BY id", (str(payment_id),)).fetchall()
    return payment_states(db, rows)


def known_receipts(db: sqlite3.Connection, ids: Iterable[UUID]) -> frozenset[UUID]:
    known = "SELECT 1 FROM receipt_intent WHERE id = ?"
    return frozenset(one for one in ids if db.execute(known, (str(one),)).fetchone())


def payment_of_receipt(db: sqlite3.Connection, receipt_id: UUID) -> UUID | None:
    statement = "SELECT payment FROM receipt_intent WHERE id = ?"
    row = db.execute(statement, (str(receipt_id),)).fetchone()
    return UUID(row[0]) if row else None


def receipt(db: sqlite3.Connection, receipt_id: UUID) -> str:
    row = db.execute(
        """
        SELECT i.receipt, c.contact
        FROM receipt_intent i LEFT JOIN contact c ON c.receipt = i.id WHERE i.id = ?
        """,
        (str(receipt_id),),
    ).fetchone()
    if row is None:
        raise KeyError(receipt_id)
    return with_contact(*row)


def unsettled_attempts(db: sqlite3.Connection) -> tuple[StoredAttempt, ...]:
    rows = db.execute(f"{ATTEMPT} WHERE a.number IN ({_UNSETTLED}) ORDER BY a.number").fetchall()
    return tuple(map(attempt_of, rows))


# Documents


def undelivered(db: sqlite3.Connection, fiscal_drive_number: str) -> tuple[int, ...]:
    rows = db.execute(
        """
        SELECT fiscal_document_number FROM fiscal_document INDEXED BY document_undelivered
        WHERE fiscal_drive_number = ? AND delivered_at IS NULL ORDER BY fiscal_document_number
        """,
        (fiscal_drive_number,),
    ).fetchall()
    return tuple(row[0] for row in rows)


def last_document(db: sqlite3.Connection, fiscal_drive_number: str) -> int:
    row = db.execute(
        "SELECT max(fiscal_document_number) FROM fiscal_document WHERE fiscal_drive_number = ?",
        (fiscal_drive_number,),
    ).fetchone()
    return row[0] or 0


def document(
    db: sqlite3.Connection, fiscal_drive_number: str, fiscal_document_number: int
) -> Document | None:
    row = db.execute(
        f"{DOCUMENT} WHERE fiscal_drive_number = ? AND fiscal_document_number = ?",
        (fiscal_drive_number, fiscal_document_number),
    ).fetchone()
    return document_of(row) if row else None


def tape(db: sqlite3.Connection, fiscal_drive_number: str, first: int, last: int) -> dict[int, str]:
    return dict(
        db.execute(
            """
            SELECT fiscal_document_number, document FROM tape
            WHERE fiscal_drive_number = ? AND fiscal_document_number BETWEEN ? AND ?
            ORDER BY fiscal_document_number
            """,
            (fiscal_drive_number, first, last),
        ).fetchall()
    )


# Calls


def due_calls(db: sqlite3.Connection, now: datetime, limit: int) -> tuple[StoredCall, ...]:
    rows = db.execute(
        f"{_CALL} AS due WHERE state = 'pending' AND next_try <= ? AND {_IS_FIRST}"
        " ORDER BY next_try, number LIMIT ?",
        (sortable(now), limit),
    ).fetchall()
    return tuple(map(_call, rows))


def call(db: sqlite3.Connection, call_id: UUID) -> StoredCall | None:
    row = db.execute(f"{_CALL} WHERE id = ?", (str(call_id),)).fetchone()
    return _call(row) if row else None


def calls_of(db: sqlite3.Connection, subject: UUID) -> tuple[StoredCall, ...]:
    rows = db.execute(f"{_CALL} WHERE subject = ? ORDER BY position", (str(subject),)).fetchall()
    return tuple(map(_call, rows))


def calls_in(db: sqlite3.Connection, state: CallState, limit: int) -> tuple[StoredCall, ...]:
    assert state is not CallState.DONE, "calls that are done are asked for by subject"
    rows = db.execute(
        f"{_CALL} WHERE state = ? AND state <> 'done' ORDER BY number LIMIT ?", (state, limit)
    ).fetchall()
    return tuple(map(_call, rows))


def call_counts(db: sqlite3.Connection) -> CallCounts:
    counts = dict(
        db.execute(
            "SELECT state, count(*) FROM call WHERE state <> 'done' GROUP BY state"
        ).fetchall()
    )
    return CallCounts(
        pending=counts.get(CallState.PENDING, 0),
        refused=counts.get(CallState.REFUSED, 0),
        poisoned=counts.get(CallState.POISONED, 0),
    )


# Shifts and cash


def current_shift(db: sqlite3.Connection) -> ShiftRecord | None:
    row = db.execute("SELECT * FROM shift WHERE step <> 'closed'").fetchone()
    return _shift(row) if row else None


def shift(db: sqlite3.Connection, shift_id: UUID) -> ShiftRecord | None:
    row = db.execute("SELECT * FROM shift WHERE id = ?", (str(shift_id),)).fetchone()
    return _shift(row) if row else None


def last_shifts(db: sqlite3.Connection, limit: int) -> tuple[ShiftRecord, ...]:
    rows = db.execute("SELECT * FROM shift ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return tuple(map(_shift, rows))


def sums_of_shift(db: sqlite3.Connection, shift_id: UUID) -> dict[PayBy, MethodSums]:
    rows = db.execute(
        """
        SELECT method, sum(amount * (kind NOT IN ('refund', 'withdrawal'))),
               sum(amount * (kind IN ('refund', 'withdrawal')))
        FROM payment JOIN payment_part ON payment = id
        WHERE shift = ? AND called_off = '' GROUP BY method
        """,
        (str(shift_id),),
    ).fetchall()
    return {PayBy(method): MethodSums(taken=t, returned=r) for method, t, r in rows}


def payments_in_shift(db: sqlite3.Connection, shift_id: UUID) -> int:
    count: int = db.execute(
        "SELECT count(*) FROM payment WHERE shift = ? AND called_off = ''", (str(shift_id),)
    ).fetchone()[0]
    return count


def cash_moves(db: sqlite3.Connection, shift_id: UUID) -> tuple[StoredCashMove, ...]:
    rows = db.execute(
        "SELECT * FROM cash_move WHERE shift = ? ORDER BY id", (str(shift_id),)
    ).fetchall()
    return tuple(map(_cash_move, rows))


def open_cash_moves(db: sqlite3.Connection) -> tuple[StoredCashMove, ...]:
    rows = db.execute(
        "SELECT * FROM cash_move WHERE state IN ('intended', 'unknown') ORDER BY id"
    ).fetchall()
    return tuple(map(_cash_move, rows))


# Rows as values


def _call(row: Row) -> StoredCall:
    return StoredCall(
        call=Call(
            id=UUID(row[0]), subject=UUID(row[1]), name=row[2], body=row[3], key=_uuid(row[4])
        ),
        position=row[5],
        state=CallState(row[6]),
        tries=row[7],
        next_try=datetime.fromisoformat(row[8]) if row[8] else None,
        error=row[9],
        result=row[10],
    )


def _shift(row: Row) -> ShiftRecord:
    closing = None
    if row[9] is not None:
        closing = ShiftClosing(
            closed_at=datetime.fromisoformat(row[9]),
            counted_cash=row[10],
            expected_cash=row[11],
            comment=row[12],
        )
    return ShiftRecord(
        opening=ShiftOpening(
            id=UUID(row[0]),
            opened_at=datetime.fromisoformat(row[2]),
            cashier=row[3],
            opening_cash=row[4],
            comment=row[5],
        ),
        step=ShiftStep(row[1]),
        fiscal_drive_number=row[6],
        number=row[7],
        crm_shift_id=row[8],
        closing=closing,
        closing_document=row[13],
    )


def _cash_move(row: Row) -> StoredCashMove:
    return StoredCashMove(
        move=CashMove(
            id=UUID(row[0]),
            shift_id=UUID(row[1]),
            direction=CashDirection(row[2]),
            kind=row[3],
            article_id=row[4],
            amount=row[5],
            comment=row[6],
            cashier=row[7],
            occurred_at=datetime.fromisoformat(row[8]),
            drawer_before=row[11],
        ),
        state=CashMoveState(row[9]),
        detail=row[10],
    )


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
