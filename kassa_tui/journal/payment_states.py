"""Payments with everything known of them, from rows to values: some statements for all of them."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from kassa_tui.journal.calls import CallState
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

Row = tuple[Any, ...]

ATTEMPT = """
    SELECT a.number, i.payment, a.receipt, a.fiscal_drive_number, a.last_document_number,
           a.digest, a.sent_at, a.state, a.reason, a.detail
    FROM attempt a JOIN receipt_intent i ON i.id = a.receipt
"""
DOCUMENT = """
    SELECT fiscal_drive_number, fiscal_document_number, form, fiscal_sign, date_time,
           shift_number, receipt_number, calculation_sign, total, qr, printed_at, delivered_at,
           receipt
    FROM fiscal_document
"""
PAYMENT = """
    SELECT id, kind, total, pay_by, tendered, client, created_at, client_id, caller_id,
           cashier, shift, original, comment, called_off, order_id, asked, direction
    FROM payment
"""

_PARTS = """
    SELECT payment, method, amount, card FROM payment_part
    WHERE payment IN (SELECT value FROM json_each(?)) ORDER BY payment, position
"""
_LINES = """
    SELECT payment, name, quantity, price, total, detail FROM payment_line
    WHERE payment IN (SELECT value FROM json_each(?)) ORDER BY payment, position
"""
_CALLS = """
    SELECT subject, state FROM call
    WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY subject, position
"""
_RECEIPTS = """
    SELECT payment, id, state FROM receipt_intent
    WHERE payment IN (SELECT value FROM json_each(?)) ORDER BY payment, position
"""
_LAST_ATTEMPTS = f"""
    {ATTEMPT} WHERE a.number IN (
        SELECT max(number) FROM attempt
        WHERE receipt IN (SELECT value FROM json_each(?)) GROUP BY receipt
    )
"""  # noqa: S608
_DOCUMENTS = f"{DOCUMENT} WHERE receipt IN (SELECT value FROM json_each(?))"  # noqa: S608


def payment_states(db: sqlite3.Connection, rows: Sequence[Row]) -> tuple[PaymentState, ...]:
    """The payments of rows of `PAYMENT`, in their order."""
    if not rows:
        return ()
    these = json.dumps([row[0] for row in rows])
    parts = _by_payment(db, _PARTS, these)
    lines = _by_payment(db, _LINES, these)
    calls = _by_payment(db, _CALLS, these)
    receipts = _receipts(db, these)
    return tuple(
        _payment_state(row, parts[row[0]], lines[row[0]], calls[row[0]], tuple(receipts[row[0]]))
        for row in rows
    )


def _by_payment(db: sqlite3.Connection, statement: str, these: str) -> dict[str, list[Row]]:
    """What follows the payment's id in each row."""
    found: dict[str, list[Row]] = defaultdict(list)
    for payment_id, *row in db.execute(statement, (these,)).fetchall():
        found[payment_id].append(tuple(row))
    return found


def _receipts(db: sqlite3.Connection, these: str) -> dict[str, list[PromisedReceipt]]:
    promised = db.execute(_RECEIPTS, (these,)).fetchall()
    ids = json.dumps([receipt_id for _, receipt_id, _ in promised])
    attempts = {row[2]: row for row in db.execute(_LAST_ATTEMPTS, (ids,)).fetchall()}
    documents = {row[12]: row for row in db.execute(_DOCUMENTS, (ids,)).fetchall()}
    found: dict[str, list[PromisedReceipt]] = defaultdict(list)
    for payment_id, receipt_id, state in promised:
        attempt, document = attempts.get(receipt_id), documents.get(receipt_id)
        found[payment_id].append(
            PromisedReceipt(
                id=_uuid(receipt_id),
                state=ReceiptState(state),
                last_attempt=attempt_of(attempt) if attempt else None,
                document=document_of(document) if document else None,
                facts=_facts(document) if document else frozenset(),
            )
        )
    return found


def _payment_state(
    row: Row,
    parts: Sequence[Row],
    lines: Sequence[Row],
    calls: Sequence[Row],
    receipts: tuple[PromisedReceipt, ...],
) -> PaymentState:
    waiting = (one for one in receipts if one.state is ReceiptState.WANTED)
    telling = next(waiting, receipts[-1] if receipts else None)
    return PaymentState(
        payment=Payment(
            id=_uuid(row[0]),
            kind=PaymentKind(row[1]),
            total=row[2],
            pay_by=PayBy(row[3]),
            tendered=row[4],
            client=row[5],
            created_at=datetime.fromisoformat(row[6]),
            client_id=row[7],
            caller_id=row[8],
            cashier=row[9],
            shift_id=_uuid_or_none(row[10]),
            original_id=_uuid_or_none(row[11]),
            comment=row[12],
            order_id=_uuid_or_none(row[14]),
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


def attempt_of(row: Row) -> StoredAttempt:
    number, payment_id, receipt_id, fiscal_drive_number, last, digest, sent_at, *outcome = row
    state, reason, detail = outcome
    return StoredAttempt(
        number=number,
        attempt=Attempt(
            payment_id=_uuid(payment_id),
            receipt_id=None if receipt_id == payment_id else _uuid(receipt_id),
            fiscal_drive_number=fiscal_drive_number,
            last_document_number=last,
            digest=bytes.fromhex(digest),
            sent_at=datetime.fromisoformat(sent_at),
        ),
        state=AttemptState(state),
        reason=reason,
        detail=detail,
    )


def document_of(row: Row) -> Document:
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


@lru_cache(1024)
def _uuid(text: str) -> UUID:
    """The same few are asked for again and again."""
    return UUID(text)


def _uuid_or_none(text: str | None) -> UUID | None:
    return _uuid(text) if text else None
