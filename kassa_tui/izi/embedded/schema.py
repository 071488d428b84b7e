"""The tables of the embedded CRM, and how a file gets from one version to the next.

Money is kopecks, times are microseconds since 1970 UTC, quantities are millionths. `seq`
is the order of writing. What the contract never edits is append-only by trigger: a
balance, a stock and a fiscal status are what their entries say.
"""

from __future__ import annotations

import aiosqlite

APPLICATION_ID = 0x4B41_5A43
"""`KAZC` in the file's header: no other program's database is touched."""

_TABLES = (
    """CREATE TABLE club (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        settings TEXT NOT NULL,
        version INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE operator (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE operator_club (
        operator_id TEXT NOT NULL REFERENCES operator (id),
        club_id TEXT NOT NULL REFERENCES club (id),
        PRIMARY KEY (operator_id, club_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE operator_permission (
        operator_id TEXT NOT NULL REFERENCES operator (id),
        permission TEXT NOT NULL,
        PRIMARY KEY (operator_id, permission)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE token (
        digest TEXT PRIMARY KEY,
        operator_id TEXT NOT NULL REFERENCES operator (id),
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE client (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        given_name TEXT NOT NULL,
        family_name TEXT NOT NULL,
        phone TEXT UNIQUE,
        email TEXT,
        login TEXT,
        login_folded TEXT UNIQUE,
        qr TEXT UNIQUE,
        card TEXT UNIQUE,
        blocked INTEGER NOT NULL,
        group_tags TEXT NOT NULL,
        version INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE tariff (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        club_id TEXT NOT NULL REFERENCES club (id),
        offer TEXT NOT NULL,
        active INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        priced_at INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE product (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        club_id TEXT NOT NULL REFERENCES club (id),
        offer TEXT NOT NULL,
        name_folded TEXT NOT NULL,
        category_id TEXT NOT NULL,
        active INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        priced_at INTEGER NOT NULL,
        version INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE product_barcode (
        product_id TEXT NOT NULL REFERENCES product (id),
        gtin14 TEXT NOT NULL,
        PRIMARY KEY (product_id, gtin14)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE cash_article (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        club_id TEXT NOT NULL REFERENCES club (id),
        name TEXT NOT NULL,
        direction TEXT NOT NULL,
        active INTEGER NOT NULL
    ) STRICT""",
    """CREATE TABLE shift (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        club_id TEXT NOT NULL REFERENCES club (id),
        number INTEGER NOT NULL,
        opened_at INTEGER NOT NULL,
        opened_by TEXT NOT NULL REFERENCES operator (id),
        opening_cash INTEGER NOT NULL,
        carried_over_cash INTEGER,
        comment TEXT,
        fiscal TEXT NOT NULL,
        closed INTEGER NOT NULL DEFAULT 0,
        version INTEGER NOT NULL DEFAULT 1,
        UNIQUE (club_id, number)
    ) STRICT""",
    "CREATE UNIQUE INDEX one_open_shift ON shift (club_id) WHERE NOT closed",
    """CREATE TABLE shift_mode (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        shift_id TEXT NOT NULL REFERENCES shift (id),
        mode TEXT NOT NULL,
        reason TEXT,
        set_at INTEGER NOT NULL,
        set_by TEXT NOT NULL REFERENCES operator (id)
    ) STRICT""",
    "CREATE INDEX mode_of_shift ON shift_mode (shift_id)",
    """CREATE TABLE shift_closing (
        shift_id TEXT PRIMARY KEY REFERENCES shift (id),
        closed_at INTEGER NOT NULL,
        closed_by TEXT REFERENCES operator (id),
        close_reason TEXT NOT NULL,
        expected_cash INTEGER NOT NULL,
        register_total INTEGER NOT NULL,
        counted_cash INTEGER,
        comment TEXT,
        closing TEXT
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE money_transaction (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        club_id TEXT NOT NULL REFERENCES club (id),
        shift_id TEXT NOT NULL REFERENCES shift (id),
        external_id TEXT NOT NULL UNIQUE,
        order_id TEXT,
        type TEXT NOT NULL,
        client_id TEXT REFERENCES client (id),
        amount INTEGER NOT NULL CHECK (amount > 0),
        original_id TEXT REFERENCES money_transaction (id),
        draft TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT REFERENCES operator (id),
        origin TEXT NOT NULL,
        late_posted INTEGER NOT NULL,
        balance_after INTEGER,
        bonus_after INTEGER
    ) STRICT""",
    "CREATE INDEX transaction_of_shift ON money_transaction (shift_id, seq)",
    "CREATE INDEX transaction_of_order ON money_transaction (order_id) WHERE order_id NOT NULL",
    "CREATE INDEX refund_of ON money_transaction (original_id) WHERE original_id NOT NULL",
    """CREATE TABLE payment (
        transaction_id TEXT NOT NULL REFERENCES money_transaction (id),
        method TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        PRIMARY KEY (transaction_id, method)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE account_entry (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        client_id TEXT NOT NULL REFERENCES client (id),
        account TEXT NOT NULL CHECK (account IN ('game', 'bonus')),
        amount INTEGER NOT NULL CHECK (amount <> 0),
        transaction_id TEXT REFERENCES money_transaction (id),
        UNIQUE (transaction_id, account)
    ) STRICT""",
    "CREATE INDEX entry_of_client ON account_entry (client_id, account, amount)",
    """CREATE TABLE stock_entry (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        product_id TEXT NOT NULL REFERENCES product (id),
        millionths INTEGER NOT NULL,
        transaction_id TEXT REFERENCES money_transaction (id)
    ) STRICT""",
    "CREATE INDEX entry_of_product ON stock_entry (product_id, millionths)",
    """CREATE TABLE marked_item (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        code TEXT NOT NULL,
        sold INTEGER NOT NULL,
        transaction_id TEXT NOT NULL REFERENCES money_transaction (id)
    ) STRICT""",
    "CREATE INDEX item_of_code ON marked_item (code)",
    """CREATE TABLE fiscal_event (
        transaction_id TEXT NOT NULL REFERENCES money_transaction (id),
        version INTEGER NOT NULL,
        status TEXT NOT NULL,
        error TEXT,
        happened_at INTEGER NOT NULL,
        happened_by TEXT REFERENCES operator (id),
        PRIMARY KEY (transaction_id, version)
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW fiscal_state AS
        SELECT transaction_id, version, status, error FROM fiscal_event AS event
        WHERE version = (SELECT max(version) FROM fiscal_event
                         WHERE transaction_id = event.transaction_id)""",
    """CREATE TABLE receipt (
        receipt_id TEXT PRIMARY KEY,
        transaction_id TEXT NOT NULL REFERENCES money_transaction (id),
        document_kind TEXT NOT NULL,
        fiscal_shift TEXT NOT NULL,
        document TEXT NOT NULL,
        attached_at INTEGER NOT NULL,
        attached_by TEXT NOT NULL REFERENCES operator (id)
    ) STRICT""",
    "CREATE INDEX receipt_of_transaction ON receipt (transaction_id)",
    "CREATE INDEX receipt_of_fiscal_shift ON receipt (fiscal_shift)",
    "CREATE UNIQUE INDEX one_receipt ON receipt (transaction_id) WHERE document_kind = 'receipt'",
    """CREATE TABLE cash_movement (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        shift_id TEXT NOT NULL REFERENCES shift (id),
        direction TEXT NOT NULL CHECK (direction IN ('in', 'out')),
        kind TEXT NOT NULL,
        article_id TEXT REFERENCES cash_article (id),
        amount INTEGER NOT NULL CHECK (amount > 0),
        draft TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        created_by TEXT NOT NULL REFERENCES operator (id)
    ) STRICT""",
    "CREATE INDEX movement_of_shift ON cash_movement (shift_id, seq)",
    """CREATE TABLE external_id (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        resource_id TEXT NOT NULL,
        digest TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE idempotency (
        scope TEXT NOT NULL,
        key TEXT NOT NULL,
        digest TEXT NOT NULL,
        answer TEXT NOT NULL,
        created INTEGER NOT NULL,
        stored_at INTEGER NOT NULL,
        PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX idempotency_by_age ON idempotency (stored_at)",
    """CREATE TABLE audit (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        happened_at INTEGER NOT NULL,
        operator_id TEXT NOT NULL REFERENCES operator (id),
        action TEXT NOT NULL,
        subject TEXT NOT NULL
    ) STRICT""",
)

APPEND_ONLY = (
    "shift_mode",
    "shift_closing",
    "money_transaction",
    "payment",
    "account_entry",
    "stock_entry",
    "marked_item",
    "fiscal_event",
    "receipt",
    "cash_movement",
    "external_id",
    "audit",
)

_TRIGGERS = (
    *(
        f"CREATE TRIGGER {table}_{verb} BEFORE {verb} ON {table} "
        f"BEGIN SELECT raise(ABORT, '{table} is append-only'); END"
        for table in APPEND_ONLY
        for verb in ("UPDATE", "DELETE")
    ),
    """CREATE TRIGGER shift_facts BEFORE UPDATE OF
        seq, id, club_id, number, opened_at, opened_by, opening_cash, carried_over_cash, comment,
        fiscal ON shift
        BEGIN SELECT raise(ABORT, 'the facts of a shift stay'); END""",
    """CREATE TRIGGER shift_reopened BEFORE UPDATE OF closed ON shift WHEN OLD.closed
        BEGIN SELECT raise(ABORT, 'a closed shift stays closed'); END""",
    """CREATE TRIGGER shift_deleted BEFORE DELETE ON shift
        BEGIN SELECT raise(ABORT, 'a shift stays'); END""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_TABLES + _TRIGGERS,)
"""Statements that lead from version n to n + 1; a file's version is its `user_version`."""


class NotOurFile(Exception):
    """The file is no embedded CRM, or one of a newer program. Its content was not changed."""


async def recognise(db: aiosqlite.Connection) -> int:
    """The version of the file, 0 for an empty one. Raises `NotOurFile`."""
    version = await _pragma(db, "user_version")
    if (
        await _pragma(db, "schema_version")
        and await _pragma(db, "application_id") != APPLICATION_ID
    ):
        raise NotOurFile("the file belongs to another program")
    if version > len(MIGRATIONS):
        raise NotOurFile(f"the file has version {version}, newer than {len(MIGRATIONS)}")
    return version


async def migrate(db: aiosqlite.Connection) -> None:
    """Bring the file to the newest version, all or nothing. Raises `NotOurFile`."""
    try:
        await db.execute_fetchall("BEGIN IMMEDIATE")
        version = await recognise(db)
        for number, statements in enumerate(MIGRATIONS[version:], start=version + 1):
            for statement in statements:
                await db.execute_fetchall(statement)
            await db.execute_fetchall(f"PRAGMA application_id = {APPLICATION_ID}")
            await db.execute_fetchall(f"PRAGMA user_version = {number}")
        await db.commit()
    except BaseException:
        await db.rollback()
        raise


async def _pragma(db: aiosqlite.Connection, name: str) -> int:
    rows = list(await db.execute_fetchall(f"PRAGMA {name}"))
    return int(rows[0][0])
