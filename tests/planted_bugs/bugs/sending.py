"""Wrong edits of how money becomes a receipt that is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from drivers.ffd.receipt import Receipt, UserRequisite
from drivers.register import RegisterStatus
from kassa_tui.journal import migrations
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import Attempt, Promise
from kassa_tui.station import plans, receipts
from kassa_tui.station.answers import Declined, Objection, Recorded
from kassa_tui.station.basket import Paid
from kassa_tui.station.payments import Payments
from kassa_tui.station.receipts import Heading
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.station import Station
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from tests.planted_bugs.planting import bug, instead_of, rewrite
from tests.planted_bugs.proofs import Tests


@bug("FF45 left with 0 unresolved attempts")
def journal_written_after_the_send() -> None:
    """The attempt is noted together with its good end: one write instead of two."""

    @instead_of(Journal, "add_payments")
    async def add_payments(
        right: Any, self: Journal, promises: Sequence[Promise], attempt: Attempt | None = None
    ) -> None:
        await right(self, promises)

    @instead_of(Recorder, "_send_once")
    async def send_once(
        right: Any,
        self: Recorder,
        payment_id: UUID,
        receipt: Receipt,
        status: RegisterStatus,
        noted: int | None,
        receipt_id: UUID | None,
    ) -> Recorded:
        document = await self._desk.record(self._desk.register.fiscalize(receipt))
        number = await self._journal.add_attempt(self.attempt(payment_id, receipt, status))
        await self._documents.keep(document, payment_id, number)
        return Recorded(payment_id)


@bug("is on the tape, not in the journal")
def new_payment_id_on_retry() -> None:
    """Each sending of a receipt gets an id of its own (1086), so that it can be told apart."""

    @instead_of(Recorder, "_send_once")
    async def send_once(
        right: Any,
        self: Recorder,
        payment_id: UUID,
        receipt: Receipt,
        status: RegisterStatus,
        noted: int | None,
        receipt_id: UUID | None,
    ) -> Any:
        state = await self._journal.payment(payment_id)
        if noted is None and state is not None and state.last_attempt is not None:
            fresh = UserRequisite(name=PAYMENT_ID_REQUISITE, value=str(uuid4()))
            receipt = receipt.model_copy(update={"user_requisite": fresh})
        return await right(self, payment_id, receipt, status, noted, receipt_id)


@bug("left with [2-9] unresolved attempts")
def sent_while_another_is_unresolved() -> None:
    """What became of a receipt is found out at leisure: the next sending need not wait for it."""
    rewrite(
        migrations,
        "STATEMENTS",
        "CREATE UNIQUE INDEX one_attempt_at_a_time",
        "CREATE INDEX one_attempt_at_a_time",
    )

    @instead_of(Recorder, "ready")
    async def ready(right: Any, self: Recorder, total: int, payment_id: UUID | None = None) -> Any:
        self._settlement.open = ()
        return await right(self, total, payment_id)

    @instead_of(Recorder, "_find_out")
    async def find_out(right: Any, self: Recorder, payment_id: UUID, receipt_id: UUID) -> None:
        return None


@bug("has 2 documents")
def noted_document_number_one_too_high() -> None:
    """The attempt notes the number that its receipt will have, not that of the last one."""

    @instead_of(Recorder, "attempt")
    def attempt(
        right: Any, self: Recorder, payment_id: UUID, receipt: Receipt, status: RegisterStatus
    ) -> Attempt:
        noted: Attempt = right(self, payment_id, receipt, status)
        return replace(noted, last_document_number=noted.last_document_number + 1)


@bug("kopecks taken")
def float_money() -> None:
    """The receipt's sum goes by way of roubles: 1.15 * 100 is 114.99999999999999."""

    def cut(kopecks: int) -> int:
        return int(kopecks / 100 * 100)

    @instead_of(receipts, "advance_receipt")
    def advance_receipt(right: Any, heading: Heading, paid: Paid, *, back: bool = False) -> Any:
        tendered = None if paid.tendered is None else cut(paid.tendered)
        paid = replace(paid, cash=cut(paid.cash), card=cut(paid.card), tendered=tendered)
        return right(heading, paid, back=back)


@bug("asked .* noted")
def change_counted_as_cash_taken() -> None:
    """What the client hands over is what was taken."""

    @instead_of(plans, "_single")
    def single(right: Any, pay_by: Any, total: int, tendered: int | None = None) -> Paid:
        return right(pay_by, tendered or total, tendered)  # type: ignore[no-any-return]


@bug("has 2 documents|answered as not recorded, but is")
def receipt_issued_without_a_look_at_the_journal() -> None:
    """Whoever asks for a receipt of a payment gets one."""

    @instead_of(Payments, "issue")
    async def issue(
        right: Any, self: Payments, payment_id: UUID, *, settled_on: date | None = None
    ) -> Any:
        state = await self._journal.payment(payment_id)
        assert state is not None
        status = await self._recorder.ready(state.payment.total, payment_id)
        if not isinstance(status, RegisterStatus):
            return status
        receipt = Receipt.model_validate_json(await self._journal.receipt(payment_id))
        return await self._recorder.send(payment_id, receipt, status)


@bug(
    "AssertionError",
    Tests("tests/station/test_payments.py", "test_a_face_that_gives_up_waiting_takes_nothing_back"),
)
def request_taken_back_with_its_asker() -> None:
    """Whoever goes away does not want his answer any more."""

    @instead_of(Station, "ask")
    async def ask(right: Any, self: Station, request: Any) -> Any:
        if self._stopping:
            return Declined(Objection.STOPPED)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((request, answer))
        return await answer
