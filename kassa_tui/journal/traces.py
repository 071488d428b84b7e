"""What became of many payments, as briefly as reconciliation needs it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kassa_tui.journal.calls import CallState
from kassa_tui.journal.payment_states import PAYMENT, payment_states
from kassa_tui.journal.records import AttemptState, PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTrace:
    """One promised receipt."""

    id: UUID
    last_attempt: AttemptState | None
    document: tuple[str, int] | None
    """1041 and 1040."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentTrace:
    """A payment's receipts, and what the CRM must still hear of it."""

    id: UUID
    client: str
    is_called_off: bool
    receipts: tuple[ReceiptTrace, ...]
    calls: tuple[CallState, ...]
    """How far the CRM knows, in order; empty: it is not told."""


def payments_of_register_shift(
    db: sqlite3.Connection, fiscal_drive_number: str, number: int
) -> tuple[UUID, ...]:
    """The payments taken in a shift of the register that owe a receipt or have one."""
    rows = db.execute(
        """
        SELECT DISTINCT p.id FROM shift s
        JOIN payment p ON p.shift = s.id JOIN receipt_intent i ON i.payment = p.id
        WHERE s.fiscal_drive_number = ? AND s.number = ? ORDER BY p.id
        """,
        (fiscal_drive_number, number),
    ).fetchall()
    return tuple(UUID(one) for (one,) in rows)


def traces(db: sqlite3.Connection, ids: Iterable[UUID]) -> tuple[PaymentTrace, ...]:
    """Those of the payments that the journal has."""
    these = json.dumps([str(one) for one in ids])
    receipts: dict[str, list[ReceiptTrace]] = defaultdict(list)
    for payment, receipt, attempt, fn, fd in db.execute(
        """
        SELECT i.payment, i.id,
               (SELECT state FROM attempt WHERE receipt = i.id ORDER BY number DESC LIMIT 1),
               d.fiscal_drive_number, d.fiscal_document_number
        FROM receipt_intent i LEFT JOIN fiscal_document d ON d.receipt = i.id
        WHERE i.payment IN (SELECT value FROM json_each(?)) ORDER BY i.payment, i.position
        """,
        (these,),
    ):
        receipts[payment].append(
            ReceiptTrace(
                id=UUID(receipt),
                last_attempt=None if attempt is None else AttemptState(attempt),
                document=None if fn is None else (fn, fd),
            )
        )
    calls: dict[str, list[CallState]] = defaultdict(list)
    for subject, state in db.execute(
        """
        SELECT subject, state FROM call
        WHERE subject IN (SELECT value FROM json_each(?)) ORDER BY subject, position
        """,
        (these,),
    ):
        calls[subject].append(CallState(state))
    rows = db.execute(
        "SELECT id, client, called_off FROM payment WHERE id IN (SELECT value FROM json_each(?))",
        (these,),
    ).fetchall()
    return tuple(
        PaymentTrace(
            id=UUID(payment),
            client=client,
            is_called_off=bool(called_off),
            receipts=tuple(receipts[payment]),
            calls=tuple(calls[payment]),
        )
        for payment, client, called_off in rows
    )


def settled_rows(
    db: sqlite3.Connection, operations: Iterable[str], documents: Iterable[str]
) -> dict[tuple[str, str], str]:
    """The comments on settled rows, by the keys of their operation and document."""
    rows = db.execute(
        """
        SELECT operation, document, comment FROM settled_row
        WHERE operation IN (SELECT value FROM json_each(?))
        UNION ALL
        SELECT operation, document, comment FROM settled_row
        WHERE operation = '' AND document IN (SELECT value FROM json_each(?))
        """,
        (json.dumps(list(operations)), json.dumps(list(documents))),
    ).fetchall()
    return {(operation, document): comment for operation, document, comment in rows}


def states(db: sqlite3.Connection, ids: Sequence[UUID]) -> tuple[PaymentState, ...]:
    """Those of the payments that the journal has, whole."""
    these = json.dumps([str(one) for one in ids])
    rows = db.execute(
        f"{PAYMENT} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",  # noqa: S608
        (these,),
    ).fetchall()
    return payment_states(db, rows)


def open_calls_of(db: sqlite3.Connection, subjects: Iterable[UUID]) -> dict[UUID, CallState]:
    """The last call of each subject that is not done, whatever it tells of."""
    these = json.dumps([str(one) for one in subjects])
    rows = db.execute(
        """
        SELECT subject, state FROM call
        WHERE subject IN (SELECT value FROM json_each(?)) AND state <> 'done' ORDER BY position
        """,
        (these,),
    ).fetchall()
    return {UUID(subject): CallState(state) for subject, state in rows}
