"""What must be true, and what is seen that is not.

Everything the station says is held at the moment of saying against what is: the tape, the
journal's own rows, the CRM. What must hold in the end is in `books`.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Protocol
from uuid import UUID

from kassa_tui.journal.calls import CallState
from kassa_tui.journal.records import DocumentFact, PayBy, PaymentState
from kassa_tui.station.answers import (
    Answer,
    Noted,
    NotRecorded,
    Recorded,
    Several,
    TurnedDown,
    Uncertain,
)
from kassa_tui.station.requests import Request
from kassa_tui.station.snapshot import Snapshot
from tests.simulation.disk import MEMORY, Image
from tests.simulation.tape import Tape, named

_UNRESOLVED = "SELECT number, receipt, sent_at FROM attempt WHERE state IN ('sent', 'unknown')"
WHOLE = frozenset({"RegisterCheck"})
"""Commands that are a receipt by themselves: each attempt sends one."""
_KEYED = "SELECT count(*) FROM call WHERE key = ?"
_OPEN_CALLS = "SELECT state, count(*) FROM call WHERE state <> 'done' GROUP BY state"


class Asked(Protocol):
    """The CRM, asked past everything."""

    def has(self, external_id: UUID) -> bool | None: ...


class Witness:
    """Holds what is said against what is."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.violations: list[str] = []
        self.crm: Asked | None = None
        self.journal: sqlite3.Connection | None = None
        """The connection of the station that lives now, while no request is in work."""
        self.fiscalised_balance = True
        self.promised: dict[UUID, str] = {}
        """Payments that were shown or answered, and where."""
        self.lost: dict[UUID, int] = {}
        """What only the journal knew that an old copy has replaced: payments and movements,
        with the kopecks that a movement put in."""
        self.restored = False
        """Whether an old copy was ever put in the journal's place."""
        self.asked: dict[frozenset[UUID], Request] = {}
        """By the payments that a request became, all parts of a basket together."""
        self._callers: dict[str, tuple[frozenset[UUID], Request]] = {}
        self._in_crm: set[UUID] = set()
        self._attempted: set[tuple[object, ...]] = set()
        """What the commands were sent for."""
        self._sent: list[tuple[str, str, Image | None]] = []
        """What left, under which key, and the journal's synced bytes at that moment."""

    def accuse(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)

    def snapshot(self, snapshot: Snapshot) -> None:
        """A face is told this; every word of it must be true now."""
        self.tape.read()
        for state in snapshot.payments:
            self.promised.setdefault(state.payment.id, "shown")
            self.hold(state)
        if snapshot.journal_failure:
            return  # it says itself that the journal could not be read: what it lists is old
        for state in () if self.restored else snapshot.unissued:
            if all(one.id in self.tape.of_receipt for one in state.receipts):
                self.accuse(f"{state.payment.id} is shown without a receipt, but has one")
        if snapshot.crm is not None:
            self._hold_counts(snapshot.crm.queued, snapshot.crm.poisoned)

    def _hold_counts(self, queued: int, poisoned: int) -> None:
        if self.journal is None:
            return
        rows = sqlite3.Connection.execute(self.journal, _OPEN_CALLS).fetchall()
        true = dict(rows)
        if queued < true.get(CallState.PENDING, 0):
            self.accuse(f"{queued} records are said to wait, {true[CallState.PENDING]} do")
        if poisoned < true.get(CallState.POISONED, 0):
            self.accuse(f"{poisoned} records are said to be poisoned, {true[CallState.POISONED]}")

    def answer(self, request: Request, answer: Answer) -> None:
        """The one who asked is told this."""
        self.tape.read()
        parts = answer.parts if isinstance(answer, Several) else (answer,)
        for part in parts:
            self._hold_answer(part)
        caller_id = getattr(request, "caller_id", None)
        ids = [getattr(part, "payment_id", None) for part in parts]
        paid = frozenset(filter(None, ids))
        if all(ids):
            self.asked.setdefault(paid, request)
        if caller_id is not None and paid:
            before, asked = self._callers.setdefault(caller_id, (paid, request))
            if before != paid and not before <= self.lost.keys():
                self.accuse(f"one caller's id was paid twice: {before}, {paid}")
            if asked != request:
                self.accuse(f"{caller_id} was asked with another sum, and answered {answer}")

    def _hold_answer(self, answer: Answer) -> None:
        match answer:
            case Recorded(payment_id):
                self.promised[payment_id] = "recorded"
                if not self._is_on_tape(payment_id):
                    self.accuse(f"{payment_id} was answered as recorded, but is not")
            case NotRecorded(payment_id):
                self.promised[payment_id] = "not recorded"
                if self._is_on_tape(payment_id):
                    self.accuse(f"{payment_id} was answered as not recorded, but is")
            case TurnedDown(payment_id):
                self.promised[payment_id] = "turned down"
                if self._is_on_tape(payment_id):
                    self.accuse(f"{payment_id} was turned down, but is recorded")
            case Noted(payment_id):
                self.promised[payment_id] = "noted"
            case Uncertain(payment_id) if payment_id is not None:
                self.promised[payment_id] = "uncertain"
            case _:
                pass

    def _is_on_tape(self, payment_id: UUID) -> bool:
        return payment_id in self.tape.of_receipt

    def command(self, name: str, journal: Image | None) -> None:
        """A command that makes a receipt is about to leave for the register."""
        self._sent.append((name, "", journal))

    def call(self, name: str, key: UUID | None, journal: Image | None) -> None:
        """A call is about to leave for the CRM."""
        if key is not None:
            self._sent.append((name, str(key), journal))

    def hold(self, state: PaymentState) -> None:
        """What is told of one payment: its documents are on the tape, and are its own."""
        payment, recorded = state.payment, 0
        for promised in state.receipts:
            document = promised.document
            if document is None:
                continue
            key = document.fiscal_drive_number, document.fiscal_document_number
            found = self.tape.documents.get(key)
            if found is None or found.fiscal_sign != document.fiscal_sign:
                self.accuse(f"document {key} is claimed, not on the tape")
                continue
            if named(found) != promised.id:
                self.accuse(f"document {key} is not of {payment.id}")
            if found.total != document.total:
                self.accuse(f"document {key} is of {found.total}, kept as {document.total}")
            recorded += found.total or 0
            if DocumentFact.DELIVERED in promised.facts and not self.tape.has_ticket(*key):
                self.accuse(f"document {key} is shown as delivered too early")
        if state.receipts and all(one.document for one in state.receipts):
            due = payment.total - payment.paid_by(PayBy.BONUS)
            if recorded != due:
                self.accuse(f"{payment.id}: {due} kopecks taken, {recorded} recorded")
        if state.calls and state.calls[0] is CallState.DONE and payment.id not in self._in_crm:
            if self.crm is not None and self.crm.has(payment.id) is False:
                self.accuse(f"{payment.id} is said to be in the CRM, and is not")
            self._in_crm.add(payment.id)

    def check_sent(self) -> None:
        """Nothing has left that was not durable in the journal."""
        images: dict[int, tuple[Image | None, list[tuple[str, str]]]] = {}
        for name, key, image in self._sent:
            images.setdefault(id(image), (image, []))[1].append((name, key))
        for image, sent in images.values():
            with opened(image) as connection:
                for name, key in sent:
                    self._check_one(connection, name, key)

    def _check_one(self, connection: sqlite3.Connection, name: str, key: str) -> None:
        if key and (count := _count(connection, _KEYED, key)) != 1:
            self.accuse(f"{name} left with {count} calls of this key durable, not 1")
        if key:
            return
        attempts = _attempts(connection)
        if len(attempts) != 1:
            self.accuse(f"{name} left with {len(attempts)} unresolved attempts durable, not 1")
        if name in WHOLE and not self._attempted.isdisjoint(attempts):
            self.accuse(f"{name} left twice for one attempt: {attempts}")
        self._attempted.update(attempts)


class opened:  # noqa: N801 - used as a function
    """A journal's bytes as a database, for a while."""

    def __init__(self, image: Image | None) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        path = Path(self._folder.name, "journal.db")
        if image is not None:
            image.write(path)
        self._connection = sqlite3.connect(path)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()
        self._folder.cleanup()


def _count(connection: sqlite3.Connection, sql: str, *arguments: str) -> int:
    try:
        return int(connection.execute(sql, arguments).fetchone()[0])
    except sqlite3.OperationalError:
        return 0  # there was no journal yet


def _attempts(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    try:
        return connection.execute(_UNRESOLVED).fetchall()
    except sqlite3.OperationalError:
        return []  # there was no journal yet
