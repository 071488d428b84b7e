"""Files of older versions."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from kassa_tui.journal.chain import START, head_seal, next_link
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.records import AttemptState, DocumentFact, ReceiptState
from kassa_tui.journal.verification import verify
from tests.journal.records import (
    FN,
    MOVE,
    OPENING,
    SPLIT,
    attempt,
    document,
    fill,
    identity,
    payment,
)

VERSION_1 = """
    CREATE TABLE payment (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, total INTEGER NOT NULL, pay_by TEXT NOT NULL,
        tendered INTEGER, client TEXT NOT NULL, created_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE receipt_intent (
        payment TEXT PRIMARY KEY REFERENCES payment (id), receipt TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE attempt (
        number INTEGER PRIMARY KEY, payment TEXT NOT NULL REFERENCES payment (id),
        fiscal_drive_number TEXT NOT NULL, last_document_number INTEGER NOT NULL,
        digest BLOB NOT NULL, sent_at TEXT NOT NULL
    ) STRICT;
    CREATE INDEX attempt_payment ON attempt (payment);
    CREATE TABLE attempt_outcome (
        number INTEGER PRIMARY KEY, attempt INTEGER NOT NULL REFERENCES attempt (number),
        state TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, at TEXT NOT NULL
    ) STRICT;
    CREATE VIEW attempt_state AS SELECT a.*, 'sent' AS state FROM attempt a;
    CREATE TABLE fiscal_document (
        fiscal_drive_number TEXT NOT NULL, fiscal_document_number INTEGER NOT NULL,
        form INTEGER NOT NULL, fiscal_sign INTEGER NOT NULL, date_time TEXT NOT NULL,
        shift_number INTEGER, receipt_number INTEGER, calculation_sign INTEGER, total INTEGER,
        qr TEXT NOT NULL, payment TEXT UNIQUE REFERENCES payment (id), noted_at TEXT NOT NULL,
        PRIMARY KEY (fiscal_drive_number, fiscal_document_number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE document_fact (
        fiscal_drive_number TEXT NOT NULL, fiscal_document_number INTEGER NOT NULL,
        fact TEXT NOT NULL, at TEXT NOT NULL,
        PRIMARY KEY (fiscal_drive_number, fiscal_document_number, fact),
        FOREIGN KEY (fiscal_drive_number, fiscal_document_number)
            REFERENCES fiscal_document (fiscal_drive_number, fiscal_document_number)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
"""
TABLES_1 = (
    "payment", "receipt_intent", "attempt", "attempt_outcome", "fiscal_document", "document_fact"
)  # fmt: skip


def write_version_1(path: Path) -> None:
    """Two payments: one recorded after a refusal, one whose answer was lost."""
    db = sqlite3.connect(path)
    db.executescript(VERSION_1)
    for table in TABLES_1:
        for verb in ("update", "delete"):
            db.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT raise(ABORT, '{table} keeps facts: no {verb}'); END"
            )
    for number in (1, 2):
        one = payment(number)
        values = (str(one.id), "top_up", one.total, "cash", None, one.client)
        row = (*values, one.created_at.isoformat())
        db.execute("INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        db.execute("INSERT INTO receipt_intent VALUES (?, '{}')", (str(one.id),))
    sent = attempt(identity(1))
    for number, id_ in ((1, 1), (2, 1), (3, 2)):
        at = f"2026-11-20T12:0{number}:30+00:00"
        db.execute(
            "INSERT INTO attempt VALUES (?, ?, ?, 7, ?, ?)",
            (number, str(identity(id_)), FN, sent.digest, at),
        )
    outcomes = ((1, 1, "refused", "paper_out"), (2, 2, "recorded", ""), (3, 3, "unknown", ""))
    for number, attempt_number, state, reason in outcomes:
        at = f"2026-11-20T12:0{number}:40+00:00"
        values = (number, attempt_number, state, reason, at)
        db.execute("INSERT INTO attempt_outcome VALUES (?, ?, ?, ?, '', ?)", values)
    kept = document(8)
    db.execute(
        "INSERT INTO fiscal_document VALUES (?, 8, 3, ?, ?, 1, 1, 1, 50000, ?, ?, ?)",
        (
            FN,
            kept.fiscal_sign,
            kept.date_time.isoformat(),
            kept.qr,
            str(identity(1)),
            "2026-11-20T12:02:40+00:00",
        ),
    )
    at = "2026-11-20T12:02:50+00:00"
    db.execute("INSERT INTO document_fact VALUES (?, 8, 'printed', ?)", (FN, at))
    db.commit()
    db.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "journal.db"
    write_version_1(path)
    return path


async def test_a_file_of_version_1_is_taken_over_whole(path: Path) -> None:
    journal = await Journal.open(path)
    lost, recorded = await journal.last_payments(10)
    (unsettled,) = await journal.unsettled_attempts()
    await journal.close()

    assert recorded.payment == payment(1)
    assert recorded.document == document(8)
    assert recorded.facts == {DocumentFact.PRINTED}
    assert recorded.receipts[0].state is ReceiptState.RECORDED
    assert lost.payment == payment(2)
    assert lost.document is None
    assert (unsettled.number, unsettled.state) == (3, AttemptState.UNKNOWN)
    assert verify(path).broken is None


async def test_the_old_file_is_kept_beside(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.close()
    copy = path.with_name("journal.db.v1")
    db = sqlite3.connect(copy)
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert db.execute("SELECT count(*) FROM payment").fetchone()[0] == 2
    db.close()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_migration_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER payment_no_update")
    db.close()
    with pytest.raises(JournalError):
        await Journal.open(path)
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA user_version").fetchone()[0] == 1
    assert db.execute("SELECT count(*) FROM attempt_state").fetchone()[0] == 3
    db.close()


async def test_a_migrated_file_is_not_migrated_again(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.close()
    events = verify(path).events
    journal = await Journal.open(path)
    await journal.close()
    assert verify(path).events == events


ADDED_3 = {"payment_taken": ("order_id", "asked", "direction"), "cash_moving": ("drawer_before",)}


async def write_version_2(path: Path) -> None:
    """Something in every table, in the events and tables of version 2."""
    journal = await Journal.open(path)
    await fill(journal)
    await journal.close()
    key = key_path(path).read_bytes()
    db = sqlite3.connect(path)
    db.executescript("DROP TRIGGER event_update")
    last = START
    for seq, at, kind, body in db.execute("SELECT seq, at, kind, body FROM event").fetchall():
        told = json.loads(body)
        for name in ADDED_3.get(kind, ()):
            del told[name]
        text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        last = next_link(key, last, at, kind, text)
        db.execute("UPDATE event SET body = ?, seal = ? WHERE seq = ?", (text, last.seal, seq))
    db.execute("UPDATE head SET seal = ?", (head_seal(key, last),))
    db.executescript(
        """
        DROP INDEX payment_order;
        ALTER TABLE payment DROP COLUMN order_id;
        ALTER TABLE payment DROP COLUMN asked;
        ALTER TABLE payment DROP COLUMN direction;
        ALTER TABLE cash_move DROP COLUMN drawer_before;
        ALTER TABLE attempt DROP COLUMN ended_at;
        ALTER TABLE call DROP COLUMN ended_at;
        PRAGMA user_version = 2;
        """
    )
    db.close()


async def test_a_file_of_version_2_gets_new_tables_from_its_log(tmp_path: Path) -> None:
    path = tmp_path / "second.db"
    await write_version_2(path)
    journal = await Journal.open(path)
    try:
        kept = await journal.payment(identity(2))
        assert kept is not None
        assert kept.payment == SPLIT
        assert [one.move for one in await journal.cash_moves(OPENING.id)] == [MOVE]
    finally:
        await journal.close()
    assert verify(path).broken is None
    old = path.with_name(f"{path.name}.v2")
    db = sqlite3.connect(old)
    assert db.execute("PRAGMA user_version").fetchone()[0] == 2
    db.close()
