"""Nothing in the file can be changed unseen."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.projections import STATEMENTS
from kassa_tui.journal.schema import PROJECTIONS
from kassa_tui.journal.verification import verify
from tests.journal.records import NOON, fill, payment

TABLES = ("event", "head", "contact", *PROJECTIONS)


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """A closed journal with something in every table."""
    path = tmp_path / "journal.db"
    journal = await Journal.open(path)
    await fill(journal)
    await journal.close()
    return path


def tamper(path: Path, statement: str, values: tuple[object, ...] = ()) -> int:
    """Rows changed by a statement that no trigger or check stops."""
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("BEGIN")
        triggers = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        changed = db.execute(statement, values).rowcount
        for _, sql in triggers:
            db.execute(sql)
        db.execute("COMMIT")
        return changed
    finally:
        db.close()


def columns(path: Path) -> list[tuple[str, str, str]]:
    db = sqlite3.connect(path)
    try:
        return [
            (table, row[1], row[2])
            for table in TABLES
            for row in db.execute(f"PRAGMA table_info({table})")
        ]
    finally:
        db.close()


async def test_a_journal_as_it_was_written_is_whole(path: Path) -> None:
    verdict = verify(path)
    assert verdict.broken is None
    assert verdict.events > len(STATEMENTS)


async def test_every_table_has_rows_to_tamper_with(path: Path) -> None:
    db = sqlite3.connect(path)
    empty = [t for t in TABLES if not db.execute(f"SELECT 1 FROM {t} LIMIT 1").fetchone()]
    db.close()
    assert empty == []


async def test_a_journal_is_verified_while_a_station_writes_it(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.add_payment(payment(1), "{}")
    verdict = verify(journal.path)
    await journal.add_payment(payment(2), "{}")
    await journal.close()
    assert (verdict.events, verdict.broken) == (1, None)


async def test_every_column_of_every_table_counts(path: Path, tmp_path: Path) -> None:
    unseen = []
    copy = tmp_path / "copy.db"
    shutil.copy(key_path(path), key_path(copy))
    for table, column, kind in columns(path):
        shutil.copy(path, copy)
        other = {"INTEGER": f"coalesce({column}, 0) + 17", "BLOB": "zeroblob(32)"}.get(
            kind, "'{\"x\":1}'"
        )
        one = f"SELECT min({column}) FROM {table}"
        where = f"{column} IS ({one})"
        try:
            changed = tamper(copy, f"UPDATE {table} SET {column} = {other} WHERE {where}")
        except sqlite3.IntegrityError:
            changed = tamper(
                copy, f"UPDATE {table} SET {column} = {other} || {column} WHERE {where}"
            )
        assert changed, (table, column)
        if verify(copy).broken is None:
            unseen.append((table, column))
    assert unseen == []


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
async def test_no_row_can_be_removed_changed_or_moved_unseen(
    path: Path, tmp_path: Path, data: st.DataObject
) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(path, copy)
    shutil.copy(key_path(path), key_path(copy))
    table, column, kind = data.draw(st.sampled_from(columns(path)), label="column")
    db = sqlite3.connect(copy)
    keys = [row[1] for row in db.execute(f"PRAGMA table_info({table})") if row[5]]
    rows = db.execute(f"SELECT {', '.join([*keys, column])} FROM {table}").fetchall()
    db.close()
    *key, old = data.draw(st.sampled_from(rows), label="row")
    where = " AND ".join(f"{name} = ?" for name in keys)
    if data.draw(st.booleans(), label="remove"):
        assert tamper(copy, f"DELETE FROM {table} WHERE {where}", tuple(key)) == 1
    else:
        values = {
            "INTEGER": st.integers(0, 2**40),
            "BLOB": st.binary(min_size=32, max_size=32),
        }.get(kind, st.text(max_size=40))
        new = data.draw(values.filter(lambda value: value != old), label="value")
        try:
            tamper(copy, f"UPDATE {table} SET {column} = ? WHERE {where}", (new, *key))
        except sqlite3.IntegrityError:
            return  # another row has this key
    assert verify(copy).broken is not None


async def test_the_first_broken_event_is_named(path: Path) -> None:
    tamper(path, "UPDATE event SET body = json_set(body, '$.x', 1) WHERE seq IN (5, 9)")
    broken = verify(path).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("event", "5")


async def test_a_changed_sum_is_named_by_its_payment(path: Path) -> None:
    tamper(path, "UPDATE payment SET total = 1 WHERE caller_id = 'web-17'")
    broken = verify(path).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("payment", str(payment(2).id))


async def test_a_log_without_its_end_is_seen(path: Path) -> None:
    tamper(path, "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)")
    broken = verify(path).broken
    assert broken is not None
    assert broken.table == "head"


async def test_a_forged_event_without_the_key_is_seen(path: Path) -> None:
    tamper(
        path,
        "INSERT INTO event SELECT seq + 1, at, kind, body, seal FROM event"
        " ORDER BY seq DESC LIMIT 1",
    )
    assert verify(path).broken is not None


async def test_a_trigger_that_is_gone_is_seen(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER payment_delete")
    db.close()
    broken = verify(path).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("schema", "payment_delete")


async def test_another_key_fits_no_event(path: Path) -> None:
    key_path(path).write_bytes(b"\x00" * 32)
    broken = verify(path).broken
    assert broken is not None
    assert (broken.table, broken.row) == ("event", "1")


async def test_forgotten_contacts_leave_the_journal_whole(path: Path) -> None:
    journal = await Journal.open(path)
    purged = await journal.purge_contacts(NOON.replace(year=2027), NOON)
    await journal.close()
    assert purged == 2
    assert verify(path).broken is None


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError):
        verify(tmp_path / "journal.db")
    assert list(tmp_path.iterdir()) == []
