"""What must be true, and what is seen that is not.

The tape of the virtual register is the truth: it is read past the driver, and nothing on it
changes. Everything the station says is held against it at the moment of saying.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.shtrih.frames import START_V2, STX, FrameError, decode_v1, decode_v2
from drivers.virtual.core import VirtualRegister
from kassa_tui.journal.records import DocumentFact, PayBy, PaymentState
from kassa_tui.station.requests import Answer, NotRecorded, Recorded, Uncertain
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from tests.simulation.disk import MEMORY, Image

RECEIPT_COMMANDS = {b"\x8d": "8D", b"\xff\x46": "FF46", b"\xff\x45": "FF45"}
"""Commands that make a receipt: opening, item, closing."""
_UNRESOLVED = "SELECT count(*) FROM attempt WHERE state IN ('sent', 'unknown')"


CASHIER, FOREIGN = 1021, "ДРУГАЯ ПРОГРАММА"
"""Who sells in the virtual register's `foreign-document`."""


class Tape:
    """The documents in the FN, as they stand."""

    def __init__(self, register: VirtualRegister) -> None:
        self._register = register
        self.documents: dict[int, FiscalDocument] = {}
        self.of_payment: dict[UUID, list[FiscalDocument]] = defaultdict(list)

    def read(self) -> None:
        """Take in what has been recorded since."""
        for number in range(len(self.documents) + 1, self._register._state.fn.last_number + 1):
            document = self._register._fn.find(number)
            self.documents[number] = document
            if payment := payment_named(document):
                self.of_payment[payment].append(document)

    def has_ticket(self, number: int) -> bool:
        return self._register._fn.ticket(number) is not None


def payment_named(document: FiscalDocument) -> UUID | None:
    """The payment that a receipt belongs to by its 1084."""
    requisite = document.user_requisite
    if requisite is None or requisite.name != PAYMENT_ID_REQUISITE:
        return None
    return UUID(requisite.value)


class Witness:
    """Holds what is said against what is."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self.violations: list[str] = []
        self._promised: dict[UUID, str] = {}
        """Payments that were shown or answered, and where."""
        self._sent: list[tuple[str, Image | None]] = []
        """Receipt commands that left, and the journal's synced bytes at that moment."""

    def accuse(self, what: str) -> None:
        if what not in self.violations:
            self.violations.append(what)

    def snapshot(self, snapshot: Snapshot) -> None:
        """A face is told this; every word of it must be true now."""
        self.tape.read()
        for state in snapshot.payments:
            self._promised.setdefault(state.payment.id, "shown")
            self._hold(state)
        if snapshot.journal_failure:
            return  # it says itself that the journal could not be read: what it lists is old
        for state in snapshot.unissued:
            if state.payment.id in self.tape.of_payment:
                self.accuse(f"{state.payment.id} is shown without a receipt, but has one")

    def answer(self, answer: Answer) -> None:
        """The one who asked is told this."""
        self.tape.read()
        match answer:
            case Recorded(payment_id):
                self._promised[payment_id] = "recorded"
                if payment_id not in self.tape.of_payment:
                    self.accuse(f"{payment_id} was answered as recorded, but is not")
            case NotRecorded(payment_id):
                self._promised[payment_id] = "not recorded"
                if payment_id in self.tape.of_payment:
                    self.accuse(f"{payment_id} was answered as not recorded, but is")
            case Uncertain(payment_id) if payment_id is not None:
                self._promised[payment_id] = "uncertain"
            case _:
                pass

    def frame(self, data: bytes, journal: Image | None) -> None:
        """Bytes are about to leave for the register."""
        if name := receipt_command(data):
            self._sent.append((name, journal))

    def _hold(self, state: PaymentState) -> None:
        document, payment = state.document, state.payment
        if document is None:
            return
        found = self.tape.documents.get(document.fiscal_document_number)
        if (
            found is None
            or found.fiscal_drive_number != document.fiscal_drive_number
            or found.fiscal_sign != document.fiscal_sign
        ):
            self.accuse(f"document {document.fiscal_document_number} is claimed, not on the tape")
            return
        if payment_named(found) != payment.id:
            self.accuse(f"document {document.fiscal_document_number} is not of {payment.id}")
        if found.total != payment.total or document.total != payment.total:
            self.accuse(f"{payment.id}: {payment.total} kopecks taken, {found.total} recorded")
        if DocumentFact.DELIVERED in state.facts and not self.tape.has_ticket(
            found.fiscal_document_number
        ):
            self.accuse(f"document {found.fiscal_document_number} is shown as delivered too early")

    # The end of a run

    def conclude(self, kept: Iterable[PaymentState], *, settled: bool) -> None:
        """Compare the journal as synced with the tape."""
        self.tape.read()
        states = {state.payment.id: state for state in kept}
        self._check_sent()
        for payment_id, where in self._promised.items():
            if payment_id not in states:
                self.accuse(f"{payment_id} ({where}) is lost")
        for payment_id, documents in self.tape.of_payment.items():
            if payment_id not in states:
                self.accuse(f"{payment_id} is on the tape, not in the journal")
            if len(documents) > 1:
                numbers = [one.fiscal_document_number for one in documents]
                self.accuse(f"{payment_id} has {len(documents)} documents: {numbers}")
        for state in states.values():
            self._hold(state)
            if settled and state.document is None:
                self.accuse(f"{state.payment.id} has no document at the end")
        if settled:
            self._check_money(states)
        self._check_strangers()

    def _check_money(self, states: dict[UUID, PaymentState]) -> None:
        """Sums by shift and method, of the tape and of the journal."""
        taped: dict[tuple[int | None, PayBy], int] = defaultdict(int)
        noted: dict[tuple[int | None, PayBy], int] = defaultdict(int)
        for documents in self.tape.of_payment.values():
            for document in documents:
                if payments := document.payments:
                    taped[document.shift_number, PayBy.CASH] += payments.cash
                    taped[document.shift_number, PayBy.CARD] += payments.cashless
        for state in states.values():
            if state.document is not None:
                noted[state.document.shift_number, state.payment.pay_by] += state.payment.total
        if {k: v for k, v in taped.items() if v} != dict(noted):
            self.accuse(f"money: {dict(taped)} on the tape, {dict(noted)} in the journal")

    def _check_strangers(self) -> None:
        for document in self.tape.documents.values():
            if document.form is not DocumentForm.RECEIPT or payment_named(document):
                continue
            if not any(tag.tag == CASHIER and tag.value == FOREIGN for tag in document.tags):
                self.accuse(f"document {document.fiscal_document_number} has no payment")

    def _check_sent(self) -> None:
        known: dict[int, int] = {}
        for name, image in self._sent:
            if id(image) not in known:
                known[id(image)] = unresolved_attempts(image)
            if known[id(image)] != 1:
                self.accuse(
                    f"{name} left with {known[id(image)]} unresolved attempts durable, not 1"
                )


def receipt_command(data: bytes) -> str:
    """The name of the receipt command that a chunk of bytes carries; else empty."""
    start = data.find(bytes((STX,)))
    body = b""
    try:
        if data[:1] == bytes((START_V2,)):
            body = decode_v2(data).data
        elif start >= 0:
            body = decode_v1(data[start:])
    except FrameError:
        return ""
    return RECEIPT_COMMANDS.get(body[:2]) or RECEIPT_COMMANDS.get(body[:1]) or ""


def unresolved_attempts(image: Image | None) -> int:
    """Attempts without an end in a journal's bytes."""
    if image is None:
        return 0
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder, "journal.db")
        image.write(path)
        connection = sqlite3.connect(path)
        try:
            return int(connection.execute(_UNRESOLVED).fetchone()[0])
        except sqlite3.OperationalError:
            return 0
        finally:
            connection.close()
