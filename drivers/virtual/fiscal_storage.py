"""The fiscal storage (FN): the archive of documents, its limits, and the queue for the OFD.

Fiscal signs are hashes, the same for the same document of the same FN; nothing here is
cryptography of a real FN, whose documents have numbers that do not start with 9999.
"""

from __future__ import annotations

import calendar
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.tlv import Tlv, decode, encode
from drivers.register import FnPhase, FnWarnings, OfdStatus
from drivers.virtual.facts import OfdTicket
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from drivers.virtual.store import Store, StoredDocument

OFD_WARNING = timedelta(days=2)
OFD_BLOCK = timedelta(days=30)
"""So long may the oldest unsent document wait before the FN takes no more receipts."""

_RECEIPT_LIMIT = 32768
_REPORT_LIMIT = 6144
_RECEIPTS = (DocumentForm.RECEIPT, DocumentForm.CORRECTION_RECEIPT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FnState:
    """What the FN keeps besides the documents."""

    phase: FnPhase
    registered_on: date
    """Its term begins here."""
    last_number: int = 0
    last_at: datetime
    """1012 of the last document."""
    acknowledged: int = 0
    """The operator has confirmed every document up to this number."""
    ofd_reachable: bool = True
    ofd_reachable_since: datetime


class FiscalStorage:
    """Reads the archive in the store; `FnState` is handed in and given back, never kept."""

    def __init__(self, store: Store, registration: Registration) -> None:
        self._store = store
        self._registration = registration

    def check(self, state: FnState, form: DocumentForm, now: datetime) -> None:
        """Refuse a document of `form` that the FN would not take at `now`."""
        if state.phase is not FnPhase.FISCAL:
            raise DeviceRefused(Refusal.FN_CLOSED)
        if now.replace(microsecond=0) < state.last_at:
            raise DeviceRefused(
                Refusal.CLOCK_BACKWARD, f"{now} is before the last document, {state.last_at}"
            )
        if form not in _RECEIPTS and form is not DocumentForm.SHIFT_OPENING:
            return  # what ends a shift or an archive, or only reports, is always taken
        if now.date() > self.valid_until(state):
            raise DeviceRefused(Refusal.FN_EXPIRED, f"since {self.valid_until(state)}")
        if not self.memory_left(state):
            raise DeviceRefused(Refusal.FN_FULL)
        if not self.ofd_memory_left(state):
            raise DeviceRefused(Refusal.OFD_MEMORY_FULL)
        if (waiting := self._waiting(state, now)) > OFD_BLOCK:
            raise DeviceRefused(Refusal.OFD_OVERDUE, f"{waiting.days} days")

    def record(
        self, state: FnState, form: DocumentForm, tags: Sequence[Tlv], now: datetime
    ) -> tuple[FnState, FiscalDocument, StoredDocument]:
        """The next document: `tags` with time, numbers and sign. Nothing is written yet.

        Refuses a document too large for its form; `check` has been asked before.
        """
        at = now.replace(microsecond=0)
        zone = at.tzinfo
        assert zone is not None, "the clock gives aware time"
        number = state.last_number + 1
        signed = (
            *tags,
            Tlv.of(1012, at),
            Tlv.of(1040, number),
            Tlv.of(1041, self._registration.fiscal_drive_number),
        )
        body = encode(signed)
        sealed = (*signed, Tlv(1077, self._sign(number, body)))
        body = encode(sealed)
        limit = _RECEIPT_LIMIT if form in _RECEIPTS else _REPORT_LIMIT
        if len(body) > limit:
            raise DeviceRefused(Refusal.TAG_TOO_LONG, f"a document of {len(body)} bytes")
        return (
            replace(state, last_number=number, last_at=at),
            FiscalDocument.from_tlv(form, sealed, zone, ofd_confirmed=False),
            StoredDocument(number, form, at, body),
        )

    def find(self, number: int) -> FiscalDocument:
        """Refuses a number that the archive does not have."""
        row = self._row(number)
        zone = row.recorded_at.tzinfo
        assert zone is not None
        return FiscalDocument.from_tlv(
            DocumentForm.from_code(row.form),
            decode(row.body),
            zone,
            ofd_confirmed=row.ticket_at is not None,
        )

    def ticket(self, number: int) -> OfdTicket | None:
        """Refuses a number that the archive does not have."""
        row = self._row(number)
        if row.ticket_at is None:
            return None
        digest = hashlib.sha256(b"ticket" + row.body).digest()
        return OfdTicket(number, row.ticket_at, digest[:18])

    def deliver(
        self, state: FnState, now: datetime, delay: timedelta
    ) -> tuple[FnState, dict[int, datetime]]:
        """Tickets that the operator has answered with by now, and the FN after them."""
        tickets: dict[int, datetime] = {}
        if not state.ofd_reachable:
            return state, tickets
        number = state.acknowledged
        while number < state.last_number:
            sent_at = max(self._row(number + 1).recorded_at, state.ofd_reachable_since)
            if sent_at + delay > now:
                break
            number += 1
            tickets[number] = sent_at + delay
        if not tickets:
            return state, tickets
        phase = state.phase
        if phase is FnPhase.CLOSED and number == state.last_number:
            phase = FnPhase.ARCHIVE
        return replace(state, acknowledged=number, phase=phase), tickets

    def ofd(self, state: FnState) -> OfdStatus:
        unsent = state.last_number - state.acknowledged
        if not unsent:
            return OfdStatus(unsent_count=0)
        first = self._row(state.acknowledged + 1)
        return OfdStatus(
            unsent_count=unsent,
            first_unsent_document=first.number,
            first_unsent_at=first.recorded_at,
        )

    def warnings(self, state: FnState, now: datetime) -> FnWarnings:
        days = self.days_left(state, now)
        used = self._registration.fn_capacity_documents - self.memory_left(state)
        return FnWarnings(
            replace_urgently=days < 3,
            replace_soon=days < 30,
            memory_nearly_full=used * 100 > self._registration.fn_capacity_documents * 90,
            ofd_overdue=self._waiting(state, now) > OFD_WARNING,
        )

    def valid_until(self, state: FnState) -> date:
        """Last day of the term."""
        months = state.registered_on.month - 1 + self._registration.fn_term_months
        year, month = state.registered_on.year + months // 12, months % 12 + 1
        day = min(state.registered_on.day, calendar.monthrange(year, month)[1])
        return date(year, month, day)

    def days_left(self, state: FnState, now: datetime) -> int:
        """1213; 0 on the last day and after it."""
        return max(0, (self.valid_until(state) - now.date()).days)

    def memory_left(self, state: FnState) -> int:
        """Documents; what closes a shift or the archive has room of its own."""
        return max(0, self._registration.fn_capacity_documents - state.last_number)

    def ofd_memory_left(self, state: FnState) -> int:
        unsent = state.last_number - state.acknowledged
        return max(0, self._registration.ofd_queue_capacity - unsent)

    def _waiting(self, state: FnState, now: datetime) -> timedelta:
        """How long the oldest unsent document waits."""
        first = self.ofd(state).first_unsent_at
        return timedelta(0) if first is None else now - first

    def _row(self, number: int) -> StoredDocument:
        row = self._store.document(number)
        if row is None:
            raise DeviceRefused(Refusal.NO_SUCH_DOCUMENT, str(number))
        return row

    def _sign(self, number: int, body: bytes) -> bytes:
        """1077: two bytes, then the fiscal sign, which is never zero."""
        fn = self._registration.fiscal_drive_number.encode("ascii")
        digest = hashlib.sha256(fn + number.to_bytes(4, "big") + body).digest()
        sign = int.from_bytes(digest[:4], "big") or 1
        return digest[4:6] + sign.to_bytes(4, "big")
