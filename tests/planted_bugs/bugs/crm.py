"""Wrong edits of what the CRM is told."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models.transaction import TransactionDraft
from kassa_tui.journal import reading
from kassa_tui.journal.calls import Call, CallState, StoredCall
from kassa_tui.station import calls, outbox
from kassa_tui.station.office import Office
from kassa_tui.station.outbox import Outbox
from tests.planted_bugs.planting import bug, instead_of
from tests.planted_bugs.proofs import Cuts, Tests


@bug("and no payment explains it")
def new_key_and_external_id_on_retry() -> None:
    """A second try is a request of its own."""

    @instead_of(calls, "carry_out")
    async def carry_out(right: Any, office: Office, call: Call, transaction_id: str | None) -> Any:
        tried = vars(office).setdefault("_tried", set())
        if call.id in tried and call.name == calls.POST_TRANSACTION:
            body = json.loads(call.body)
            body["draft"]["external_id"] = str(uuid4())
            call = replace(call, body=json.dumps(body), key=uuid4())
        tried.add(call.id)
        return await right(office, call, transaction_id)


@bug("attached, not|is not in the CRM")
def call_forgotten_after_an_error() -> None:
    """The CRM has been told, whatever it said."""

    @instead_of(Outbox, "note_failure")
    async def note_failure(right: Any, self: Outbox, stored: StoredCall, error: CrmError) -> None:
        await self._journal.end_call(stored.call.id, self._clock(), CallState.DONE, str(error))


@bug("attached, the tape has|attached, not")
def receipt_attached_to_the_first_transaction() -> None:
    """The transaction's id is that of the first call, of whatever payment."""

    @instead_of(calls, "carry_out")
    async def carry_out(right: Any, office: Office, call: Call, transaction_id: str | None) -> Any:
        if transaction_id is not None:
            transaction_id = vars(office).setdefault("_first", transaction_id)
        return await right(office, call, transaction_id)


@bug("was called off, and is on the tape", Cuts("crm-refuses-later"))
def called_off_after_its_receipt() -> None:
    """What the CRM refuses has not taken place, whenever it refuses."""

    @instead_of(outbox, "goes_on_without_crm")
    def goes_on_without_crm(right: Any, transaction: TransactionDraft) -> bool:
        return False


@bug(
    "AssertionError",
    Tests("tests/journal/test_calls.py", "test_a_poisoned_call_holds_up_its_own_subject_only"),
)
def poisoned_call_blocks_the_others() -> None:
    """Nothing is sent while a person must look at a call."""

    @instead_of(reading, "due_calls")
    def due_calls(right: Any, db: sqlite3.Connection, now: datetime, limit: int) -> Any:
        return () if reading.call_counts(db).poisoned else right(db, now, limit)
