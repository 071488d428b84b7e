"""The journal: one SQLite file, one writer, every write durable when the call returns.

WAL with synchronous=FULL: a commit is fsynced. The file is opened with an exclusive lock,
so that one journal has one station; a killed process leaves none behind.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import aiosqlite

from kassa_tui.journal.errors import JournalError, JournalInUse, JournalTooNew
from kassa_tui.journal.migrations import MIGRATIONS
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Document,
    DocumentFact,
    PayBy,
    Payment,
    PaymentKind,
    PaymentState,
    StoredAttempt,
)

_PRAGMAS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
)

_PAYMENT_STATES = """
    SELECT p.id, p.kind, p.total, p.pay_by, p.tendered, p.client, p.created_at,
           a.number, a.fiscal_drive_number, a.last_document_number, a.digest, a.sent_at,
           a.state, a.reason, a.detail,
           d.fiscal_drive_number, d.fiscal_document_number, d.form, d.fiscal_sign, d.date_time,
           d.shift_number, d.receipt_number, d.calculation_sign, d.total, d.qr,
           (SELECT group_concat(fact) FROM document_fact f
            WHERE f.fiscal_drive_number = d.fiscal_drive_number
              AND f.fiscal_document_number = d.fiscal_document_number)
    FROM payment p
    LEFT JOIN attempt_state a
           ON a.number = (SELECT max(number) FROM attempt WHERE payment = p.id)
    LEFT JOIN fiscal_document d ON d.payment = p.id
"""


class Journal:
    """All methods raise `JournalError`, and then have kept nothing."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> Journal:
        """The journal in the file `path`, made when missing, readable by its owner only.

        Raises `JournalInUse`, `JournalTooNew`, `JournalError`.
        """
        try:
            await asyncio.to_thread(_keep_private, path)
            connection = await aiosqlite.connect(path, isolation_level=None, timeout=1.0)
        except (OSError, sqlite3.Error) as error:
            raise JournalError(f"{path.name}: {error}") from error
        journal = cls(connection)
        try:
            version = await journal._version()
            for pragma in _PRAGMAS:
                await journal._execute(pragma)
            await journal._migrate(version)
        except (sqlite3.Error, JournalError) as error:
            await connection.close()
            if isinstance(error, JournalError):
                raise
            busy = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
            kind = JournalInUse if busy else JournalError
            raise kind(f"{path.name}: {error}") from error
        except BaseException:
            await connection.close()
            raise
        return journal

    async def close(self) -> None:
        """Give the file back."""
        await self._connection.close()

    async def add_payment(self, payment: Payment, receipt: str) -> None:
        """Keep the payment and the receipt (JSON) that it promises, in one transaction."""
        async with self._transaction():
            await self._execute(
                "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    str(payment.id),
                    payment.kind,
                    payment.total,
                    payment.pay_by,
                    payment.tendered,
                    payment.client,
                    payment.created_at.isoformat(),
                ),
            )
            await self._execute(
                "INSERT INTO receipt_intent VALUES (?, ?)", (str(payment.id), receipt)
            )

    async def add_attempt(self, attempt: Attempt) -> int:
        """Note that a receipt is about to be sent; the number of the attempt."""
        async with self._transaction():
            cursor = await self._connection.execute(
                "INSERT INTO attempt VALUES (NULL, ?, ?, ?, ?, ?)",
                (
                    str(attempt.payment_id),
                    attempt.fiscal_drive_number,
                    attempt.last_document_number,
                    attempt.digest,
                    attempt.sent_at.isoformat(),
                ),
            )
            number = cursor.lastrowid
            await cursor.close()
            assert number is not None
            return number

    async def note_outcome(
        self, number: int, state: AttemptState, at: datetime, reason: str = "", detail: str = ""
    ) -> None:
        """Note what became of an attempt that ended without a document, or is unknown."""
        async with self._transaction():
            await self._note_outcome(number, state, at, reason, detail)

    async def add_document(
        self,
        document: Document,
        at: datetime,
        payment_id: UUID | None = None,
        attempt: int | None = None,
    ) -> None:
        """Keep a document; with `attempt` that attempt ends as recorded, in one transaction."""
        async with self._transaction():
            await self._execute(
                "INSERT INTO fiscal_document VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document.fiscal_drive_number,
                    document.fiscal_document_number,
                    document.form,
                    document.fiscal_sign,
                    document.date_time.isoformat(),
                    document.shift_number,
                    document.receipt_number,
                    document.calculation_sign,
                    document.total,
                    document.qr,
                    None if payment_id is None else str(payment_id),
                    at.isoformat(),
                ),
            )
            if attempt is not None:
                await self._note_outcome(attempt, AttemptState.RECORDED, at, "", "")

    async def note_fact(
        self, fact: DocumentFact, fiscal_drive_number: str, documents: Iterable[int], at: datetime
    ) -> None:
        """Note that documents of one FN were printed or delivered; known facts stay."""
        async with self._transaction():
            for number in documents:
                await self._execute(
                    "INSERT OR IGNORE INTO document_fact VALUES (?, ?, ?, ?)",
                    (fiscal_drive_number, number, fact, at.isoformat()),
                )

    async def undelivered(self, fiscal_drive_number: str) -> tuple[int, ...]:
        """Numbers of the kept documents of one FN that the OFD has not acknowledged."""
        rows = await self._rows(
            """
            SELECT fiscal_document_number FROM fiscal_document d
            WHERE fiscal_drive_number = ? AND NOT EXISTS (
                SELECT 1 FROM document_fact f
                WHERE f.fiscal_drive_number = d.fiscal_drive_number
                  AND f.fiscal_document_number = d.fiscal_document_number
                  AND f.fact = 'delivered'
            ) ORDER BY fiscal_document_number
            """,
            (fiscal_drive_number,),
        )
        return tuple(row[0] for row in rows)

    async def receipt(self, payment_id: UUID) -> str:
        """The promised receipt of a payment, JSON. Raises `KeyError` for a strange id."""
        rows = await self._rows(
            "SELECT receipt FROM receipt_intent WHERE payment = ?", (str(payment_id),)
        )
        if not rows:
            raise KeyError(payment_id)
        return str(rows[0][0])

    async def unsettled_attempts(self) -> tuple[StoredAttempt, ...]:
        """Attempts whose outcome is not known, oldest first."""
        rows = await self._rows(
            """
            SELECT number, payment, fiscal_drive_number, last_document_number, digest, sent_at,
                   state, reason, detail
            FROM attempt_state WHERE state IN ('sent', 'unknown') ORDER BY number
            """
        )
        return tuple(_attempt(row[0], UUID(row[1]), row[2:]) for row in rows)

    async def last_payments(self, limit: int) -> tuple[PaymentState, ...]:
        """The latest payments, newest first."""
        rows = await self._rows(f"{_PAYMENT_STATES} ORDER BY p.id DESC LIMIT ?", (limit,))
        return tuple(map(_payment_state, rows))

    async def payments_without_document(self) -> tuple[PaymentState, ...]:
        """Every payment whose promise is still open, oldest first."""
        rows = await self._rows(
            f"{_PAYMENT_STATES} WHERE d.fiscal_document_number IS NULL ORDER BY p.id"
        )
        return tuple(map(_payment_state, rows))

    async def payment(self, payment_id: UUID) -> PaymentState | None:
        rows = await self._rows(f"{_PAYMENT_STATES} WHERE p.id = ?", (str(payment_id),))
        return _payment_state(rows[0]) if rows else None

    async def _version(self) -> int:
        rows = await self._connection.execute_fetchall("PRAGMA user_version")
        version = int(next(iter(rows))[0])
        if version > len(MIGRATIONS):
            raise JournalTooNew(f"journal of version {version}, known are {len(MIGRATIONS)}")
        return version

    async def _migrate(self, version: int) -> None:
        for number, statements in enumerate(MIGRATIONS[version:], version + 1):
            async with self._transaction():
                for statement in statements:
                    await self._execute(statement)
                await self._execute(f"PRAGMA user_version = {number}")

    async def _note_outcome(
        self, number: int, state: AttemptState, at: datetime, reason: str, detail: str
    ) -> None:
        await self._execute(
            "INSERT INTO attempt_outcome VALUES (NULL, ?, ?, ?, ?, ?)",
            (number, state, reason, detail, at.isoformat()),
        )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[None]:
        async with self._one_at_a_time:
            try:
                await self._execute("BEGIN IMMEDIATE")
                yield
                await self._execute("COMMIT")
            except sqlite3.Error as error:
                await self._connection.rollback()
                raise JournalError(str(error)) from error
            except BaseException:
                # A cancelled COMMIT still runs on the journal's thread, before this does.
                await self._connection.rollback()
                raise

    async def _execute(self, statement: str, values: tuple[object, ...] = ()) -> None:
        cursor = await self._connection.execute(statement, values)
        await cursor.close()

    async def _rows(self, query: str, values: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        async with self._one_at_a_time:
            try:
                rows = await self._connection.execute_fetchall(query, values)
                return [tuple(row) for row in rows]
            except sqlite3.Error as error:
                raise JournalError(str(error)) from error


def _keep_private(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _attempt(number: int, payment_id: UUID, row: tuple[Any, ...]) -> StoredAttempt:
    fiscal_drive_number, last_document_number, digest, sent_at, state, reason, detail = row
    return StoredAttempt(
        number=number,
        attempt=Attempt(
            payment_id=payment_id,
            fiscal_drive_number=fiscal_drive_number,
            last_document_number=last_document_number,
            digest=digest,
            sent_at=datetime.fromisoformat(sent_at),
        ),
        state=AttemptState(state),
        reason=reason,
        detail=detail,
    )


def _payment_state(row: tuple[Any, ...]) -> PaymentState:
    payment_id = UUID(row[0])
    return PaymentState(
        payment=Payment(
            id=payment_id,
            kind=PaymentKind(row[1]),
            total=row[2],
            pay_by=PayBy(row[3]),
            tendered=row[4],
            client=row[5],
            created_at=datetime.fromisoformat(row[6]),
        ),
        last_attempt=None if row[7] is None else _attempt(row[7], payment_id, row[8:15]),
        document=None
        if row[15] is None
        else Document(
            fiscal_drive_number=row[15],
            fiscal_document_number=row[16],
            form=row[17],
            fiscal_sign=row[18],
            date_time=datetime.fromisoformat(row[19]),
            shift_number=row[20],
            receipt_number=row[21],
            calculation_sign=row[22],
            total=row[23],
            qr=row[24],
        ),
        facts=frozenset(map(DocumentFact, row[25].split(","))) if row[25] else frozenset(),
    )
