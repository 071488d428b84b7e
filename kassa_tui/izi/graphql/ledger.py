"""What was posted to IZI, by our external id: so that nothing is posted twice.

A line is written before the request goes out, and its end after the answer. A line without an
end is one whose answer was lost: IZI may have it or not, and it is not posted again before a
person has said that it is not there (`free`).

The file lies beside the journal and not in it: a CRM's client knows no journal, and another
adapter needs none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import UUID
from weakref import WeakValueDictionary

import aiosqlite

from kassa_tui.izi.errors import ExternalIdConflict, IdempotencyKeyReused, OutcomeUnclear
from kassa_tui.izi.graphql.files import exclusively, open_database, usable
from kassa_tui.izi.models.page import Written
from kassa_tui.izi.models.transaction import Transaction, TransactionDraft

APPLICATION_ID = 0x4B41_5A4C
"""`KAZL`."""

_TABLES = (
    """CREATE TABLE IF NOT EXISTS posting (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        external_id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        draft TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('sent', 'done', 'free')),
        sent_at TEXT NOT NULL,
        transaction_id TEXT,
        result TEXT,
        note TEXT NOT NULL DEFAULT '',
        CHECK ((state = 'done') = (result IS NOT NULL))
    ) STRICT""",
    "CREATE INDEX IF NOT EXISTS posting_transaction ON posting (transaction_id)",
    "CREATE INDEX IF NOT EXISTS posting_key ON posting (key)",
)


class Ledger:
    """An open file. Methods raise `CrmUnavailable` where it cannot be used."""

    def __init__(self, db: aiosqlite.Connection) -> None:
        self._db = db
        self._turn = asyncio.Lock()
        self._alone: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Raises `NotOurFile`, `sqlite3.Error`, `OSError`."""
        return cls(await open_database(path, APPLICATION_ID, _TABLES))

    async def close(self) -> None:
        async with self._turn:
            await self._db.close()

    @asynccontextmanager
    async def alone(self, external_id: UUID) -> AsyncIterator[None]:
        """Nobody else in this process works at it meanwhile."""
        async with self._alone.setdefault(external_id, asyncio.Lock()):
            yield

    async def known(self, draft: TransactionDraft, key: UUID) -> Written[Transaction] | None:
        """What IZI has made of it; None: it may be posted.

        Raises:
            OutcomeUnclear: It was sent once, and no answer came.
            ExternalIdConflict, IdempotencyKeyReused: Another one was posted under its id or key.
        """
        by_key = await self._row("key = ? AND state <> 'free'", str(key))
        if by_key is not None and not _is_same(by_key, draft):
            raise IdempotencyKeyReused("another transaction was posted with this key")
        row = by_key or await self._row("external_id = ?", str(draft.external_id))
        if row is None or row["state"] == "free":
            return None
        if not _is_same(row, draft):
            raise ExternalIdConflict("another transaction was posted under this id")
        if row["state"] == "sent":
            raise OutcomeUnclear(
                f"sent to IZI at {row['sent_at']} without an answer: {summary(draft)}"
            )
        made = Transaction.model_validate_json(row["result"])
        is_replay = by_key is not None
        return Written(made, created=is_replay, replayed=is_replay)

    async def begin(self, draft: TransactionDraft, key: UUID, now: datetime) -> int:
        """Note that it goes out now; its number.

        Raises `OutcomeUnclear`: another process has begun it since it was asked for.
        """
        async with usable(), self._turn, exclusively(self._db):
            rows = await self._db.execute_fetchall(
                "INSERT INTO posting (external_id, key, draft, state, sent_at)"
                " VALUES (?, ?, ?, 'sent', ?)"
                " ON CONFLICT (external_id) DO UPDATE SET key = excluded.key,"
                " draft = excluded.draft, state = 'sent', sent_at = excluded.sent_at"
                " WHERE state = 'free' RETURNING seq",
                (str(draft.external_id), str(key), draft.model_dump_json(), now.isoformat()),
            )
            seqs = [int(row[0]) for row in rows]
        if not seqs:
            raise OutcomeUnclear(f"another process has sent it: {summary(draft)}")
        return seqs[0]

    async def done(self, made: Transaction) -> None:
        async with usable(), self._turn, exclusively(self._db):
            await self._db.execute_fetchall(
                "UPDATE posting SET state = 'done', transaction_id = ?, result = ?"
                " WHERE external_id = ? AND state = 'sent'",
                (made.id, made.model_dump_json(), str(made.external_id)),
            )

    async def free(self, external_id: UUID, why: str) -> None:
        """Surely it was not done: it may be posted. Changes nothing that is done."""
        async with usable(), self._turn, exclusively(self._db):
            await self._db.execute_fetchall(
                "UPDATE posting SET state = 'free', note = ? WHERE external_id = ?"
                " AND state = 'sent'",
                (why, str(external_id)),
            )

    async def by_external_id(self, external_id: str) -> Transaction | None:
        return _made(await self._row("external_id = ?", external_id))

    async def by_transaction_id(self, transaction_id: str) -> Transaction | None:
        return _made(await self._row("transaction_id = ?", transaction_id))

    async def _row(self, condition: str, value: str) -> aiosqlite.Row | None:
        sql = f"SELECT external_id, draft, state, sent_at, result FROM posting WHERE {condition}"  # noqa: S608 - ours
        async with usable(), self._turn:
            rows = list(await self._db.execute_fetchall(sql, (value,)))
        return rows[0] if rows else None


def summary(draft: TransactionDraft) -> str:
    """By what a person finds it in IZI: nothing personal."""
    return (
        f"{draft.type} of {draft.amount // 100}.{draft.amount % 100:02} roubles,"
        f" client {draft.client_id}, {draft.occurred_at:%d.%m.%Y %H:%M}"
    )


def _is_same(row: aiosqlite.Row, draft: TransactionDraft) -> bool:
    return TransactionDraft.model_validate_json(row["draft"]) == draft


def _made(row: aiosqlite.Row | None) -> Transaction | None:
    if row is None or row["result"] is None:
        return None
    return Transaction.model_validate_json(row["result"])
