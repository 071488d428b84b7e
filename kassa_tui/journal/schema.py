"""The tables: one event log, and projections that only its events make.

A projection can be made again from the log (`projections`), and `verification` does so.
Times are ISO 8601 with an offset, `next_try` is UTC of one width, so that text sorts by
time. Money is kopecks. Triggers and unique indexes refuse what must not happen twice.
"""

from __future__ import annotations

APPLICATION_ID = 0x4B_53_4A_32
"""`PRAGMA application_id`: a file of ours."""

EVENT_TABLES = (
    """
    CREATE TABLE event (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        kind TEXT NOT NULL,
        body TEXT NOT NULL CHECK (json_valid(body)),
        seal BLOB NOT NULL CHECK (length(seal) = 32)
    ) STRICT
    """,
    """
    CREATE TABLE head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        seq INTEGER NOT NULL,
        seal BLOB NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE contact (
        receipt TEXT PRIMARY KEY,
        contact TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
    """,
)
"""The log, its head, and what must be forgotten in time and so stands in no event."""

PROJECTIONS = {
    "shift": """
        CREATE TABLE shift (
            id TEXT PRIMARY KEY,
            step TEXT NOT NULL CHECK (step IN ('opening', 'open', 'closing', 'closed')),
            opened_at TEXT NOT NULL,
            cashier TEXT NOT NULL,
            opening_cash INTEGER NOT NULL CHECK (opening_cash >= 0),
            opening_comment TEXT NOT NULL,
            fiscal_drive_number TEXT,
            number INTEGER,
            crm_shift TEXT,
            closed_at TEXT,
            counted_cash INTEGER CHECK (counted_cash >= 0),
            expected_cash INTEGER,
            closing_comment TEXT,
            closing_document INTEGER,
            UNIQUE (fiscal_drive_number, number)
        ) STRICT, WITHOUT ROWID
    """,
    "payment": """
        CREATE TABLE payment (
            id TEXT PRIMARY KEY,
            caller_id TEXT UNIQUE,
            kind TEXT NOT NULL,
            total INTEGER NOT NULL CHECK (total > 0),
            pay_by TEXT NOT NULL,
            tendered INTEGER,
            client_id TEXT,
            client TEXT NOT NULL,
            cashier TEXT NOT NULL,
            shift TEXT REFERENCES shift (id),
            original TEXT REFERENCES payment (id),
            comment TEXT NOT NULL,
            created_at TEXT NOT NULL,
            called_off TEXT NOT NULL DEFAULT '',
            order_id TEXT,
            asked TEXT NOT NULL,
            direction TEXT
        ) STRICT, WITHOUT ROWID
    """,
    "payment_part": """
        CREATE TABLE payment_part (
            payment TEXT NOT NULL REFERENCES payment (id),
            position INTEGER NOT NULL,
            method TEXT NOT NULL,
            amount INTEGER NOT NULL CHECK (amount > 0),
            card TEXT,
            PRIMARY KEY (payment, position)
        ) STRICT, WITHOUT ROWID
    """,
    "payment_line": """
        CREATE TABLE payment_line (
            payment TEXT NOT NULL REFERENCES payment (id),
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            quantity TEXT NOT NULL,
            price INTEGER NOT NULL,
            total INTEGER NOT NULL,
            detail TEXT NOT NULL CHECK (json_valid(detail)),
            PRIMARY KEY (payment, position)
        ) STRICT, WITHOUT ROWID
    """,
    "receipt_intent": """
        CREATE TABLE receipt_intent (
            id TEXT PRIMARY KEY,
            payment TEXT NOT NULL REFERENCES payment (id),
            position INTEGER NOT NULL,
            receipt TEXT NOT NULL CHECK (json_valid(receipt)),
            contact_seal TEXT,
            state TEXT NOT NULL CHECK (state IN ('wanted', 'recorded', 'called_off')),
            UNIQUE (payment, position)
        ) STRICT, WITHOUT ROWID
    """,
    "attempt": """
        CREATE TABLE attempt (
            number INTEGER PRIMARY KEY,
            receipt TEXT NOT NULL REFERENCES receipt_intent (id),
            fiscal_drive_number TEXT NOT NULL,
            last_document_number INTEGER NOT NULL,
            digest TEXT NOT NULL,
            sent_at TEXT NOT NULL,
            state TEXT NOT NULL
                CHECK (state IN ('sent', 'unknown', 'recorded', 'refused', 'absent')),
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            ended_at TEXT
        ) STRICT
    """,
    "fiscal_document": """
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
            receipt TEXT UNIQUE REFERENCES receipt_intent (id),
            noted_at TEXT NOT NULL,
            printed_at TEXT,
            delivered_at TEXT,
            PRIMARY KEY (fiscal_drive_number, fiscal_document_number)
        ) STRICT, WITHOUT ROWID
    """,
    "call": """
        CREATE TABLE call (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            subject TEXT NOT NULL,
            position INTEGER NOT NULL,
            name TEXT NOT NULL,
            body TEXT NOT NULL CHECK (json_valid(body)),
            key TEXT UNIQUE,
            state TEXT NOT NULL CHECK (state IN ('pending', 'done', 'refused', 'poisoned')),
            tries INTEGER NOT NULL,
            next_try TEXT NOT NULL,
            error TEXT NOT NULL,
            result TEXT,
            ended_at TEXT,
            UNIQUE (subject, position)
        ) STRICT
    """,
    "cash_move": """
        CREATE TABLE cash_move (
            id TEXT PRIMARY KEY,
            shift TEXT NOT NULL REFERENCES shift (id),
            direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
            kind TEXT NOT NULL,
            article TEXT,
            amount INTEGER NOT NULL CHECK (amount > 0),
            comment TEXT NOT NULL,
            cashier TEXT NOT NULL,
            occurred_at TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('intended', 'done', 'refused', 'unknown')),
            detail TEXT NOT NULL,
            drawer_before INTEGER
        ) STRICT, WITHOUT ROWID
    """,
    "tape": """
        CREATE TABLE tape (
            fiscal_drive_number TEXT NOT NULL,
            fiscal_document_number INTEGER NOT NULL,
            document TEXT NOT NULL CHECK (json_valid(document)),
            PRIMARY KEY (fiscal_drive_number, fiscal_document_number)
        ) STRICT, WITHOUT ROWID
    """,
    "settled_row": """
        CREATE TABLE settled_row (
            operation TEXT NOT NULL,
            document TEXT NOT NULL,
            comment TEXT NOT NULL,
            settled_at TEXT NOT NULL,
            PRIMARY KEY (operation, document)
        ) STRICT, WITHOUT ROWID
    """,
}
"""By name, in an order that foreign keys allow."""

INDEXES = (
    "CREATE UNIQUE INDEX one_shift_at_a_time ON shift ((1)) WHERE step <> 'closed'",
    "CREATE INDEX payment_shift ON payment (shift) WHERE shift IS NOT NULL",
    "CREATE INDEX payment_original ON payment (original) WHERE original IS NOT NULL",
    "CREATE INDEX payment_order ON payment (order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX receipt_wanted ON receipt_intent (payment) WHERE state = 'wanted'",
    "CREATE INDEX receipt_contact ON receipt_intent (id) WHERE contact_seal IS NOT NULL",
    "CREATE INDEX attempt_receipt ON attempt (receipt, number)",
    """
    CREATE UNIQUE INDEX one_attempt_at_a_time ON attempt ((1))
    WHERE state IN ('sent', 'unknown')
    """,
    """
    CREATE INDEX document_undelivered
    ON fiscal_document (fiscal_drive_number, fiscal_document_number)
    WHERE delivered_at IS NULL
    """,
    "CREATE INDEX call_open ON call (subject, position) WHERE state <> 'done'",
    "CREATE INDEX call_due ON call (next_try, number) WHERE state = 'pending'",
    "CREATE INDEX call_state ON call (state) WHERE state <> 'done'",
    "CREATE INDEX cash_move_shift ON cash_move (shift)",
    "CREATE INDEX cash_move_open ON cash_move (id) WHERE state IN ('intended', 'unknown')",
)


def _refuse(table: str, verb: str, why: str, when: str = "") -> str:
    name = f"{table}_{verb.replace(' ', '_').lower()}"
    return (
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {when} "
        f"BEGIN SELECT raise(ABORT, '{table} {why}'); END"
    )


TRIGGERS = (
    _refuse("event", "UPDATE", "keeps facts: no update"),
    _refuse("event", "DELETE", "keeps facts: no delete"),
    *(_refuse(table, "DELETE", "keeps facts: no delete") for table in PROJECTIONS),
    *(
        _refuse(table, "UPDATE", "keeps facts: no update")
        for table in ("payment_part", "payment_line", "tape", "settled_row")
    ),
    _refuse("attempt", "UPDATE", "has ended", "WHEN old.state NOT IN ('sent', 'unknown')"),
    _refuse("call", "UPDATE", "has ended", "WHEN old.state IN ('done', 'refused')"),
    _refuse("receipt_intent", "UPDATE OF state", "has ended", "WHEN old.state <> 'wanted'"),
    _refuse("shift", "UPDATE OF step", "has ended", "WHEN old.step = 'closed'"),
    _refuse("cash_move", "UPDATE", "has ended", "WHEN old.state IN ('done', 'refused')"),
)

TABLES = (*PROJECTIONS.values(), *INDEXES)
STATEMENTS = (*EVENT_TABLES, *TABLES, *TRIGGERS)
"""The whole schema of a new file."""
