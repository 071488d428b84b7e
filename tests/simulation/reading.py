"""What journals and CRMs have kept, read from their files past the program."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from uuid import UUID

from kassa_tui.journal.records import PaymentState
from tests.simulation.books import Books, Ledger


def books_of(journal: sqlite3.Connection, payments: Sequence[PaymentState]) -> Books:
    """`payments` are what the journal itself makes of its rows."""
    journal.row_factory = sqlite3.Row
    documents = journal.execute(
        "SELECT fiscal_drive_number, fiscal_document_number FROM fiscal_document"
    )
    incidents = journal.execute(
        "SELECT json_extract(body, '$.kind') FROM event WHERE kind = 'incident'"
    )
    return Books(
        payments=payments,
        calls=journal.execute("SELECT subject, name, state, error FROM call").fetchall(),
        cash_moves=journal.execute("SELECT id, direction, amount, state FROM cash_move").fetchall(),
        documents=frozenset((row[0], row[1]) for row in documents),
        incidents=frozenset(row[0] for row in incidents),
    )


def ledger_of(path: Path, elsewhere: frozenset[UUID] = frozenset()) -> Ledger:
    """What the CRM in a file has; `elsewhere` are transactions of other tills."""
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        parts: dict[str, dict[str, int]] = defaultdict(dict)
        for row in db.execute("SELECT transaction_id, method, amount FROM payment"):
            parts[row["transaction_id"]][row["method"]] = row["amount"]
        receipts: dict[str, list[str]] = defaultdict(list)
        for row in db.execute("SELECT transaction_id, receipt_id FROM receipt"):
            receipts[row["transaction_id"]].append(row["receipt_id"])
        transactions = db.execute(
            "SELECT external_id, id, type, amount, client_id,"
            " json_extract(draft, '$.direction') AS direction,"
            " json_extract(draft, '$.tags') AS tags FROM money_transaction"
        )
        movements = db.execute(
            "SELECT json_extract(draft, '$.external_id') AS external_id, direction, amount"
            " FROM cash_movement"
        )
        return Ledger(
            transactions={UUID(row["external_id"]): row for row in transactions},
            parts=parts,
            receipts=receipts,
            movements={UUID(row["external_id"]): row for row in movements},
            elsewhere=elsewhere,
        )
