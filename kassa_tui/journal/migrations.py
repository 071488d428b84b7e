"""The schema, as numbered steps: step N takes a file from `user_version` N-1 to N.

Facts are added and never edited: triggers refuse every UPDATE and DELETE, current state is
what the queries derive. Times are ISO 8601 with an offset, money is kopecks.
"""

from __future__ import annotations

_PAYMENTS = (
    """
    CREATE TABLE payment (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        total INTEGER NOT NULL CHECK (total > 0),
        pay_by TEXT NOT NULL,
        tendered INTEGER CHECK (tendered >= total),
        client TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE receipt_intent (
        payment TEXT PRIMARY KEY REFERENCES payment (id),
        receipt TEXT NOT NULL CHECK (json_valid(receipt))
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE attempt (
        number INTEGER PRIMARY KEY,
        payment TEXT NOT NULL REFERENCES payment (id),
        fiscal_drive_number TEXT NOT NULL,
        last_document_number INTEGER NOT NULL,
        digest BLOB NOT NULL,
        sent_at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX attempt_payment ON attempt (payment)",
    """
    CREATE TABLE attempt_outcome (
        number INTEGER PRIMARY KEY,
        attempt INTEGER NOT NULL REFERENCES attempt (number),
        state TEXT NOT NULL CHECK (state IN ('unknown', 'recorded', 'refused', 'absent')),
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE UNIQUE INDEX attempt_ends_once ON attempt_outcome (attempt)
    WHERE state IN ('recorded', 'refused', 'absent')
    """,
    "CREATE INDEX attempt_outcome_attempt ON attempt_outcome (attempt)",
    """
    CREATE VIEW attempt_state AS
    SELECT a.*,
           coalesce(o.state, 'sent') AS state,
           coalesce(o.reason, '') AS reason,
           coalesce(o.detail, '') AS detail
    FROM attempt a
    LEFT JOIN attempt_outcome o ON o.number = (
        SELECT number FROM attempt_outcome WHERE attempt = a.number
        ORDER BY state = 'unknown', number DESC LIMIT 1
    )
    """,
    """
    CREATE TABLE fiscal_document (
        fiscal_drive_number TEXT NOT NULL,
        fiscal_document_number INTEGER NOT NULL,
        form INTEGER NOT NULL,
        fiscal_sign INTEGER NOT NULL,
        date_time TEXT NOT NULL,
        shift_number INTEGER,
        receipt_number INTEGER,
        calculation_sign INTEGER,
        total INTEGER,
        qr TEXT NOT NULL,
        payment TEXT UNIQUE REFERENCES payment (id),
        noted_at TEXT NOT NULL,
        PRIMARY KEY (fiscal_drive_number, fiscal_document_number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE document_fact (
        fiscal_drive_number TEXT NOT NULL,
        fiscal_document_number INTEGER NOT NULL,
        fact TEXT NOT NULL CHECK (fact IN ('printed', 'delivered')),
        at TEXT NOT NULL,
        PRIMARY KEY (fiscal_drive_number, fiscal_document_number, fact),
        FOREIGN KEY (fiscal_drive_number, fiscal_document_number)
            REFERENCES fiscal_document (fiscal_drive_number, fiscal_document_number)
    ) STRICT, WITHOUT ROWID
    """,
)


def _append_only(table: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT raise(ABORT, '{table} keeps facts: no {verb}'); END"
        for verb in ("update", "delete")
    )


MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _PAYMENTS
    + _append_only("payment")
    + _append_only("receipt_intent")
    + _append_only("attempt")
    + _append_only("attempt_outcome")
    + _append_only("fiscal_document")
    + _append_only("document_fact"),
)
"""Statements of each step; a step and its number are committed together."""
