"""Fetches both sides of a shift: from the CRM by its calls 11 and 12, and from the journal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from kassa_tui.izi.models.page import Order, Page, Paging
from kassa_tui.izi.models.transaction import Origin, Transaction
from kassa_tui.izi.port import LookUpBy
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import AttemptState
from kassa_tui.journal.traces import PaymentTrace
from kassa_tui.station.drafts import till_tag
from kassa_tui.station.judgements import is_unconfirmed
from kassa_tui.station.office import Office
from kassa_tui.station.reconciliation.operations import of_payment, of_transaction
from kassa_tui.station.reconciliation.shift_tape import ShiftTape
from kassa_tui.station.reconciliation.sides import JournalFact, Operation, Remembered

_PAGE = 200
_MOST_LOOKED_UP = 100
"""Transactions that are asked for one by one."""
_CRM_SHIFT_LIFE = timedelta(hours=25)
"""The CRM closes a shift after a day."""
_UNSETTLED = (AttemptState.SENT, AttemptState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Window:
    """When the operations of a shift without a document occurred; None: without a bound."""

    begin: datetime | None
    end: datetime | None

    def has(self, moment: datetime) -> bool:
        is_begun = self.begin is None or moment >= self.begin
        return is_begun and (self.end is None or moment < self.end)


@dataclass(frozen=True, slots=True)
class Gathered:
    operations: tuple[Operation, ...]
    remembered: Remembered
    transactions: dict[str, Transaction]
    """By id, as the CRM told them."""


class Gathering:
    """Methods raise `CrmError` and `JournalError`."""

    def __init__(self, office: Office, journal: Journal, till: str) -> None:
        self._office = office
        self._journal = journal
        self._own_tag = till_tag(till)

    async def gather(self, tape: ShiftTape, window: Window) -> Gathered:
        told = {one.id: one for one in await self._of_shift(tape, window)}
        ours = await self._journal.payments_of_register_shift(*tape.key)
        named = [one.named for one in tape.documents if one.named is not None]
        traces = await self._traces([*(one.external_id for one in told.values()), *ours, *named])
        missing = self._not_told(told.values(), traces, named)
        for external_id in missing[:_MOST_LOOKED_UP]:
            for one in await self._find(LookUpBy.EXTERNAL_ID, str(external_id)):
                told[one.id] = one
        has = {one.external_id for one in told.values()}
        unposted = [one for one in ours if one not in has]
        unconfirmed: set[UUID] = set()
        operations: list[Operation] = []
        for state in await self._journal.payments(unposted):
            operations.append(of_payment(state.payment))
            if is_unconfirmed(state):
                unconfirmed.add(state.payment.id)
        for one in told.values():
            trace = traces.get(one.external_id)
            if one.receipts or trace is not None or not self._is_of_another_till(one):
                operations.append(of_transaction(one, "" if trace is None else trace.client))
        remembered = await self._remembered(tape, traces, unconfirmed, operations)
        return Gathered(tuple(operations), remembered, told)

    # The CRM

    async def _of_shift(self, tape: ShiftTape, window: Window) -> list[Transaction]:
        """Call 12 by the register's shift, call 11 for the CRM's shifts beside it."""
        fn, number = tape.key
        found = await self._find(LookUpBy.FISCAL_SHIFT, f"{fn}:{number}")
        have = {one.id for one in found}
        async for shift_id in self._crm_shifts(window):
            of_shift = partial(self._office.crm.shift_transactions, shift_id)
            async for one in self._walk(of_shift):
                if one.id not in have and (one.receipts or window.has(one.occurred_at)):
                    found.append(one)
        return found

    async def _crm_shifts(self, window: Window) -> AsyncIterator[str]:
        """The CRM's shifts that overlap the window."""
        begin = None if window.begin is None else window.begin - _CRM_SHIFT_LIFE
        paging = Paging(limit=_PAGE, order=Order.DESC)
        while True:
            page = await self._office.ask(
                self._office.crm.shifts(
                    self._office.club_id,
                    opened_from=begin,
                    opened_to=window.end,
                    paging=paging,
                )
            )
            for one in page.items:
                closed = one.closed_at
                if closed is None or window.begin is None or closed >= window.begin:
                    yield one.id
            if page.next_cursor is None or begin is None:
                return  # without a begin only the latest are looked at
            paging = paging.model_copy(update={"cursor": page.next_cursor})

    async def _find(self, by: LookUpBy, value: str) -> list[Transaction]:
        office = self._office
        found = partial(office.crm.find_transactions, office.club_id, by, value)
        return [one async for one in self._walk(found)]

    async def _walk(
        self, listing: Callable[..., Awaitable[Page[Transaction]]]
    ) -> AsyncIterator[Transaction]:
        """All rows of a list, page by page."""
        paging = Paging(limit=_PAGE)
        while True:
            page = await self._office.ask(listing(paging=paging))
            for one in page.items:
                yield one
            if page.next_cursor is None:
                return
            paging = paging.model_copy(update={"cursor": page.next_cursor})

    def _not_told(
        self,
        told: Iterable[Transaction],
        traces: dict[UUID, PaymentTrace],
        named: Sequence[UUID],
    ) -> list[UUID]:
        """Payments that the CRM should have, or may have, in another shift."""
        has = {one.external_id for one in told}
        posted = [
            one.id
            for one in traces.values()
            if one.calls and one.calls[0] is CallState.DONE and one.id not in has
        ]
        strange = [one for one in named if one not in has and one not in traces]
        return [*posted, *strange]

    def _is_of_another_till(self, told: Transaction) -> bool:
        """Posted by another station: its receipt is that register's matter."""
        return told.origin is Origin.STATION and bool(told.tags) and self._own_tag not in told.tags

    # The journal

    async def _traces(self, ids: Iterable[UUID]) -> dict[UUID, PaymentTrace]:
        found = await self._journal.traces_of(list(dict.fromkeys(ids)))
        return {one.id: one for one in found}

    async def _remembered(
        self,
        tape: ShiftTape,
        traces: dict[UUID, PaymentTrace],
        unconfirmed: set[UUID],
        operations: Sequence[Operation],
    ) -> Remembered:
        bound = {
            f"{receipt.document[0]}:{receipt.document[1]}": one.id
            for one in traces.values()
            for receipt in one.receipts
            if receipt.document is not None
        }
        silent = [
            one
            for one in tape.documents
            if one.total and one.named is None and one.receipt_id not in bound
        ]
        for document in silent[:_MOST_LOOKED_UP]:
            payment_id = await self._journal.payment_of_document(
                document.fiscal_drive_number, document.fiscal_document_number
            )
            if payment_id is not None:
                bound[document.receipt_id] = payment_id
        proven = {one.proves: one.receipt_id for one in tape.documents if one.total}
        settled = await self._journal.settled_rows(
            (one.key for one in operations), (one.receipt_id for one in tape.documents)
        )
        being_made = await self._journal.open_calls_of(list(proven))
        return Remembered(
            facts={one.id: _fact(one, one.id in unconfirmed) for one in traces.values()},
            payment_of={
                receipt.id: one.id
                for one in traces.values()
                for receipt in one.receipts
                if receipt.id != one.id
            },
            bound=bound,
            being_added=frozenset(
                proven[subject]
                for subject, state in being_made.items()
                if state in (CallState.PENDING, CallState.POISONED)
            ),
            settled=settled,
        )


def _fact(trace: PaymentTrace, is_unconfirmed: bool) -> JournalFact:
    return JournalFact(
        payment_id=trace.id,
        is_unsettled=any(one.last_attempt in _UNSETTLED for one in trace.receipts),
        is_unconfirmed=is_unconfirmed,
        is_called_off=trace.is_called_off,
        waits_for_crm=CallState.PENDING in trace.calls,
        is_poisoned=CallState.POISONED in trace.calls,
        is_owed=any(one.document is None for one in trace.receipts),
    )
