"""Taking a file from an older version to this one.

The file is copied first, beside itself as `<name>.v<version>`; a migration is one
transaction, and an interrupted one begins anew. Since version 2 what happened stands in the
log, so that new projections are made from it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from kassa_tui.journal.privacy import masked
from kassa_tui.journal.projections import project
from kassa_tui.journal.schema import APPLICATION_ID, PROJECTIONS, STATEMENTS, TABLES, TRIGGERS
from kassa_tui.journal.writing import Log

VERSION = 4
"""`PRAGMA user_version` of the files that this program writes.

1: facts in tables, without a log. 2: the event log and its projections. 3: the order of a
payment, what its caller asked for, and the drawer before a movement of cash. 4: rows of a
reconciliation that a person has settled, and receipts that set another one right.
"""

_TABLES_1 = (
    "document_fact",
    "attempt_outcome",
    "fiscal_document",
    "attempt",
    "receipt_intent",
    "payment",
)


def create(db: sqlite3.Connection) -> None:
    """Make the tables of an empty file."""
    with _whole(db):
        _make_tables(db)


def migrate(db: sqlite3.Connection, path: Path, key: bytes, version: int) -> None:
    """Take a file of an older version to this one. Raises `sqlite3.Error`, `JournalError`."""
    _copy(db, path.with_name(f"{path.name}.v{version}"))
    if version == 1:
        _from_1(db, key)
    else:
        _remake_projections(db)


def _remake_projections(db: sqlite3.Connection) -> None:
    """Make the projections again, from the log."""
    db.execute("PRAGMA foreign_keys = OFF")  # tables go and come in any order
    with _whole(db):
        for (trigger,) in db.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {trigger}")
        for table in PROJECTIONS:
            db.execute(f"DROP TABLE IF EXISTS {table}")
        for statement in TABLES:
            db.execute(statement)
        events = db.execute("SELECT at, kind, body FROM event ORDER BY seq")
        for at, kind, body in events:
            project(db, at, kind, body, json.loads(body))
        for statement in TRIGGERS:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {VERSION}")
    db.execute("PRAGMA foreign_keys = ON")


def _from_1(db: sqlite3.Connection, key: bytes) -> None:
    with _whole(db):
        events = sorted(_events_of_1(db), key=lambda event: event[0])
        db.execute("DROP VIEW attempt_state")
        for table in _TABLES_1:
            # The tables' own triggers refuse the deletion that dropping implies.
            for verb in ("update", "delete"):
                db.execute(f"DROP TRIGGER {table}_no_{verb}")
            db.execute(f"DROP TABLE {table}")
        _make_tables(db)
        for at, kind, body in events:
            log = Log(db, key, at)
            log.append(kind, body)
            log.seal()


@contextmanager
def _whole(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction: all or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def _make_tables(db: sqlite3.Connection) -> None:
    for statement in STATEMENTS:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {VERSION}")


def _copy(db: sqlite3.Connection, to: Path) -> None:
    to.unlink(missing_ok=True)
    to.touch(0o600)
    copy = sqlite3.connect(to)
    try:
        db.backup(copy)
    finally:
        copy.close()


Event = tuple[datetime, str, dict[str, Any]]


def _events_of_1(db: sqlite3.Connection) -> list[Event]:
    """What happened in a file of version 1, payments before what follows from them."""
    events: list[Event] = []

    def add(at: str, kind: str, body: dict[str, Any]) -> None:
        events.append((datetime.fromisoformat(at), kind, body))

    for row in db.execute(
        """
        SELECT id, kind, total, pay_by, tendered, client, created_at, receipt
        FROM payment JOIN receipt_intent ON payment = id ORDER BY id
        """
    ).fetchall():
        id_, kind, total, pay_by, tendered, client, created_at, receipt = row
        body = dict.fromkeys(("caller_id", "client_id", "shift", "original"))
        body |= {"id": id_, "kind": kind, "total": total, "pay_by": pay_by}
        body |= {"tendered": tendered, "client": masked(client), "created_at": created_at}
        body |= {"cashier": "", "comment": "", "lines": []}
        body["parts"] = [{"method": pay_by, "amount": total, "card": None}]
        body["receipts"] = [{"id": id_, "receipt": receipt, "contact_seal": None}]
        add(created_at, "payment_taken", body)
    for number, payment, fn, last, digest, sent_at in db.execute(
        "SELECT * FROM attempt ORDER BY number"
    ).fetchall():
        body = {"number": number, "receipt": payment, "fiscal_drive_number": fn}
        body |= {"last_document_number": last, "digest": digest.hex(), "sent_at": sent_at}
        add(sent_at, "attempt_made", body)
    names = (
        "fiscal_drive_number", "fiscal_document_number", "form", "fiscal_sign", "date_time",
        "shift_number", "receipt_number", "calculation_sign", "total", "qr", "receipt",
    )  # fmt: skip
    for *values, noted_at in db.execute("SELECT * FROM fiscal_document").fetchall():
        add(noted_at, "document_kept", dict(zip(names, values, strict=True)))
    for _number, attempt, state, reason, detail, at in db.execute(
        "SELECT * FROM attempt_outcome ORDER BY number"
    ).fetchall():
        body = {"attempt": attempt, "state": state, "reason": reason, "detail": detail}
        add(at, "attempt_ended", body)
    for fn, number, fact, at in db.execute(
        "SELECT * FROM document_fact ORDER BY fiscal_drive_number, fiscal_document_number"
    ).fetchall():
        add(at, f"documents_{fact}", {"fiscal_drive_number": fn, "documents": [number]})
    return events
