"""The questions: units of work that read. Each looks at few rows, however long the file is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from kassa_tui.journal.calls import Call, CallCounts, CallState, StoredCall
from kassa_tui.journal.chain import START, Link
from kassa_tui.journal.head import JournalHead
from kassa_tui.journal.privacy import with_contact
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Direction,
    Document,
    DocumentFact,
    Line,
    Part,
    PayBy,
    Payment,
    PaymentKind,
    PaymentState,
    PromisedReceipt,
    ReceiptState,
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

Row = tuple[Any, ...]

_ATTEMPT = """
    SELECT a.number, i.payment, a.receipt, a.fiscal_drive_number, a.last_document_number,
           a.digest, a.sent_at, a.state, a.reason, a.detail
    FROM attempt a JOIN receipt_intent i ON i.id = a.receipt
"""
_UNSETTLED = """
    SELECT number FROM attempt INDEXED BY one_attempt_at_a_time
    WHERE state IN ('sent', 'unknown')
"""
_DOCUMENT = """
    SELECT fiscal_drive_number, fiscal_document_number, form, fiscal_sign, date_time,
           shift_number, receipt_number, calculation_sign, total, qr, printed_at, delivered_at
    FROM fiscal_document
"""
PAYMENT = """
    SELECT id, kind, total, pay_by, tendered, client, created_at, client_id, caller_id,
           cashier, shift, original, comment, called_off, order_id, asked, direction
    FROM payment
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
    return payment_state(db, row) if row else None


def payment_of_caller(db: sqlite3.Connection, caller_id: str) -> PaymentState | None:
    row = db.execute(f"{PAYMENT} WHERE caller_id = ?", (caller_id,)).fetchone()
    return payment_state(db, row) if row else None


def payments_of_order(db: sqlite3.Connection, order_id: UUID) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} WHERE order_id = ? ORDER BY id", (str(order_id),)).fetchall()
    return tuple(payment_state(db, row) for row in rows)


def last_payments(db: sqlite3.Connection, limit: int) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return tuple(payment_state(db, row) for row in rows)


def payments_of_shift(
    db: sqlite3.Connection, shift_id: UUID, limit: int
) -> tuple[PaymentState, ...]:
    rows = db.execute(
        f"{PAYMENT} WHERE shift = ? ORDER BY id DESC LIMIT ?", (str(shift_id), limit)
    ).fetchall()
    return tuple(payment_state(db, row) for row in rows)


def payments_without_document(db: sqlite3.Connection) -> tuple[PaymentState, ...]:
    rows = db.execute(f"{PAYMENT} WHERE id IN ({_WANTING}) ORDER BY id").fetchall()
    return tuple(payment_state(db, row) for row in rows)


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
    return tuple(payment_state(db, row) for row in rows)


def known_receipts(db: sqlite3.Connection, ids: Iterable[UUID]) -> frozenset[UUID]:
    known = "SELECT 1 FROM receipt_intent WHERE id = ?"
    return frozenset(one for one in ids if db.execute(known, (str(one),)).fetchone())


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
    rows = db.execute(f"{_ATTEMPT} WHERE a.number IN ({_UNSETTLED}) ORDER BY a.number").fetchall()
    return tuple(map(_attempt, rows))


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
        f"{_DOCUMENT} WHERE fiscal_drive_number = ? AND fiscal_document_number = ?",
        (fiscal_drive_number, fiscal_document_number),
    ).fetchone()
    return _document(row) if row else None


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


def payment_state(db: sqlite3.Connection, row: Row) -> PaymentState:
    payment_id = row[0]
    parts = db.execute(
        "SELECT method, amount, card FROM payment_part WHERE payment = ? ORDER BY position",
        (payment_id,),
    ).fetchall()
    lines = db.execute(
        """SELECT name, quantity, price, total, detail FROM payment_line
        WHERE payment = ? ORDER BY position""",
        (payment_id,),
    ).fetchall()
    calls = db.execute(
        "SELECT state FROM call WHERE subject = ? ORDER BY position", (payment_id,)
    ).fetchall()
    promised = db.execute(
        "SELECT id, state FROM receipt_intent WHERE payment = ? ORDER BY position", (payment_id,)
    ).fetchall()
    receipts = tuple(_promised_receipt(db, *one) for one in promised)
    waiting = (one for one in receipts if one.state is ReceiptState.WANTED)
    telling = next(waiting, receipts[-1] if receipts else None)
    return PaymentState(
        payment=Payment(
            id=UUID(payment_id),
            kind=PaymentKind(row[1]),
            total=row[2],
            pay_by=PayBy(row[3]),
            tendered=row[4],
            client=row[5],
            created_at=datetime.fromisoformat(row[6]),
            client_id=row[7],
            caller_id=row[8],
            cashier=row[9],
            shift_id=_uuid(row[10]),
            original_id=_uuid(row[11]),
            comment=row[12],
            order_id=_uuid(row[14]),
            asked=row[15],
            direction=None if row[16] is None else Direction(row[16]),
            parts=tuple(Part(method=PayBy(m), amount=a, card=c) for m, a, c in parts),
            lines=tuple(
                Line(name=n, quantity=Decimal(q), price=p, total=t, detail=d)
                for n, q, p, t, d in lines
            ),
        ),
        last_attempt=telling.last_attempt if telling else None,
        document=telling.document if telling else None,
        facts=telling.facts if telling else frozenset(),
        receipts=receipts,
        called_off=row[13],
        calls=tuple(CallState(state) for (state,) in calls),
    )


def _promised_receipt(db: sqlite3.Connection, receipt_id: str, state: str) -> PromisedReceipt:
    attempt = db.execute(
        f"{_ATTEMPT} WHERE a.receipt = ? ORDER BY a.number DESC LIMIT 1", (receipt_id,)
    ).fetchone()
    document = db.execute(f"{_DOCUMENT} WHERE receipt = ?", (receipt_id,)).fetchone()
    return PromisedReceipt(
        id=UUID(receipt_id),
        state=ReceiptState(state),
        last_attempt=_attempt(attempt) if attempt else None,
        document=_document(document) if document else None,
        facts=_facts(document) if document else frozenset(),
    )


def _attempt(row: Row) -> StoredAttempt:
    number, payment_id, receipt_id, fiscal_drive_number, last, digest, sent_at, *outcome = row
    state, reason, detail = outcome
    return StoredAttempt(
        number=number,
        attempt=Attempt(
            payment_id=UUID(payment_id),
            receipt_id=None if receipt_id == payment_id else UUID(receipt_id),
            fiscal_drive_number=fiscal_drive_number,
            last_document_number=last,
            digest=bytes.fromhex(digest),
            sent_at=datetime.fromisoformat(sent_at),
        ),
        state=AttemptState(state),
        reason=reason,
        detail=detail,
    )


def _document(row: Row) -> Document:
    return Document(
        fiscal_drive_number=row[0],
        fiscal_document_number=row[1],
        form=row[2],
        fiscal_sign=row[3],
        date_time=datetime.fromisoformat(row[4]),
        shift_number=row[5],
        receipt_number=row[6],
        calculation_sign=row[7],
        total=row[8],
        qr=row[9],
    )


def _facts(row: Row) -> frozenset[DocumentFact]:
    known = zip((DocumentFact.PRINTED, DocumentFact.DELIVERED), row[10:12], strict=True)
    return frozenset(fact for fact, at in known if at is not None)


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
