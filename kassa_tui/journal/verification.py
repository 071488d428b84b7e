"""Reading the whole journal and saying whether it is as it was written.

The chain is followed from its first event, and every projection is made again from the
events and compared row by row, so that each column of each table counts. Works on the file
of a running station: what is compared is one moment of it.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kassa_tui.journal.chain import START, contact_seal, head_seal, next_link
from kassa_tui.journal.database import BUSY_S, read_only_uri
from kassa_tui.journal.errors import JournalError, NotNow
from kassa_tui.journal.migrations import VERSION
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.projections import project
from kassa_tui.journal.schema import APPLICATION_ID, PROJECTIONS, STATEMENTS


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is not as it was written."""

    table: str
    """`file` for the file itself, `schema` for its tables, indexes and triggers."""
    row: str
    """Number of the event, or primary key; empty where there is none."""
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    events: int
    """How many were found good."""
    broken: Broken | None


class _Found(Exception):
    """Ends the search."""

    def __init__(self, table: str, row: object, what: str) -> None:
        super().__init__(what)
        self.broken = Broken(table, str(row), what)


def verify(path: Path) -> Verdict:
    """Look at everything; takes time with the length of the file, and changes nothing.

    Raises:
        JournalError: There is no such file, or it cannot be read at all.
    """
    try:
        key = key_path(path).read_bytes()
        db = sqlite3.connect("", isolation_level=None, timeout=BUSY_S, uri=True)
    except OSError as error:
        raise JournalError(f"{Path(error.filename).name}: {error.strerror}") from error
    search = _Search(db, key)
    with closing(db):
        try:
            db.execute("ATTACH ? AS kept", (read_only_uri(path),))
            search.run()
        except _Found as found:
            return Verdict(search.events, found.broken)
        except sqlite3.DatabaseError as error:
            code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
            if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
                return Verdict(search.events, Broken("file", "", str(error)))
            raise JournalError(f"{path.name}: {error}") from error
    return Verdict(search.events, None)


class _Search:
    """Raises `_Found` at the first broken thing."""

    def __init__(self, db: sqlite3.Connection, key: bytes) -> None:
        self._db = db
        self._key = key
        self.events = 0

    def run(self) -> None:
        self._db.execute("BEGIN")
        self._schema()
        for table in PROJECTIONS.values():
            self._db.execute(table)
        self._chain()
        for name in PROJECTIONS:
            self._table(name)
        self._contacts()
        for (problem,) in self._db.execute("PRAGMA kept.integrity_check(1)"):
            if problem != "ok":
                raise _Found("file", "", problem)

    def _schema(self) -> None:
        for pragma, expected in (("application_id", APPLICATION_ID), ("user_version", VERSION)):
            if self._db.execute(f"PRAGMA kept.{pragma}").fetchone()[0] != expected:
                raise _Found("file", "", f"its {pragma} is not {expected}")
        query = "SELECT name, sql FROM {} WHERE sql IS NOT NULL"
        kept = dict(self._db.execute(query.format("kept.sqlite_schema")).fetchall())
        with closing(sqlite3.connect(":memory:")) as fresh:
            for statement in STATEMENTS:
                fresh.execute(statement)
            expected_schema = dict(fresh.execute(query.format("sqlite_schema")).fetchall())
        for name in sorted({*kept, *expected_schema}):
            if kept.get(name) != expected_schema.get(name):
                raise _Found("schema", name, "is not as the program makes it")

    def _chain(self) -> None:
        last = START
        for seq, at, kind, body, seal in self._db.execute(
            "SELECT seq, at, kind, body, seal FROM kept.event ORDER BY seq"
        ):
            if seq != last.seq + 1:
                raise _Found("event", last.seq + 1, "is missing")
            last = next_link(self._key, last, at, kind, body)
            if seal != last.seal:
                raise _Found("event", seq, "does not agree with its seal")
            try:
                project(self._db, at, kind, body, json.loads(body))
            except (sqlite3.Error, NotNow, LookupError, ValueError) as error:
                raise _Found("event", seq, f"does not follow from those before: {error}") from error
            self.events = seq
        heads = self._db.execute("SELECT one, seq, seal FROM kept.head").fetchall()
        if heads != ([] if last is START else [(1, last.seq, head_seal(self._key, last))]):
            raise _Found("head", "", f"does not end at the event {last.seq}")

    def _table(self, name: str) -> None:
        keys = [
            (column[5], column[1])
            for column in self._db.execute(f"PRAGMA main.table_info({name})")
            if column[5]
        ]
        order = ", ".join(column for _, column in sorted(keys))
        for here, there, what in (
            ("kept", "main", "is not as the events say"),
            ("main", "kept", "is missing"),
        ):
            row = self._db.execute(
                f"SELECT {order} FROM (SELECT * FROM {here}.{name} EXCEPT "  # noqa: S608
                f"SELECT * FROM {there}.{name}) ORDER BY {order} LIMIT 1"
            ).fetchone()
            if row is not None:
                raise _Found(name, ":".join(map(str, row)), what)

    def _contacts(self) -> None:
        for receipt, seal, contact in self._db.execute(
            """
            SELECT i.id, i.contact_seal, c.contact FROM main.receipt_intent i
            LEFT JOIN kept.contact c ON c.receipt = i.id
            WHERE i.contact_seal IS NOT NULL ORDER BY i.id
            """
        ):
            if contact is None or contact_seal(self._key, receipt, contact) != seal:
                raise _Found("contact", receipt, "is not the one that was given")
        stray = self._db.execute(
            """
            SELECT receipt FROM kept.contact WHERE receipt NOT IN
            (SELECT id FROM main.receipt_intent WHERE contact_seal IS NOT NULL)
            ORDER BY receipt LIMIT 1
            """
        ).fetchone()
        if stray is not None:
            raise _Found("contact", stray[0], "should have been forgotten")
