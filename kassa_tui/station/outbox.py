"""The outbox: what the CRM must be told is told in order, once with effect, until it is.

Calls of one payment (shift, movement) go one after the other; those of different ones do
not wait for each other. A call that the CRM will never take is set aside for a person, and
holds up nothing but its own payment.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID
from weakref import WeakValueDictionary

from kassa_tui.izi.errors import (
    ClubAccessDenied,
    CrmError,
    Forbidden,
    InvalidRequest,
    NoOpenShift,
    NotSupported,
    OutcomeUnclear,
    Refused,
    ShiftClosed,
    ShiftHasActiveSessions,
    ShiftHasPendingTransactions,
    SignInNeeded,
)
from kassa_tui.journal.calls import Call, CallCounts, CallState, StoredCall
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.station import calls
from kassa_tui.station.answers import Answer, Declined, Done, Objection
from kassa_tui.station.drafts import goes_on_without_crm
from kassa_tui.station.objections import MAX_COMMENT
from kassa_tui.station.office import Office
from kassa_tui.station.requests import CallDecision, SettleCall
from kassa_tui.station.settlement import BY_HAND

log = logging.getLogger(__name__)

Jitter = Callable[[], float]
"""A random part of one, 0 included."""

_FIRST_S = 1
_LAST_S = 60
"""Contract D.3: 1, 2, 4 ... 60 seconds."""
_LAST_NOT_OFFERED_S = 86_400
"""A CRM that learns something new does so over night; what it has no place for is much."""
_BATCH = 20
_DRAINED = 1000
_SHOWN = 20
_IDLE_S = 5.0
"""Between two looks at an idle CRM."""

_LATER = (
    SignInNeeded,
    Forbidden,
    ClubAccessDenied,
    NotSupported,
    NoOpenShift,
    ShiftHasActiveSessions,
    ShiftHasPendingTransactions,
)
"""Refusals that end by themselves, or when a person has done something else. The CRM gives them
before it looks whether it has the record already: they say nothing of an earlier try."""


def is_final(error: CrmError) -> bool:
    """The CRM has looked at the record and will never take it, whatever was tried before."""
    return isinstance(error, Refused) and not isinstance(error, _LATER)


class Outbox:
    """Delivers the journal's calls. Methods raise `JournalError`."""

    def __init__(
        self,
        office: Office,
        journal: Journal,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        jitter: Jitter,
        on_news: Callable[[], None],
    ) -> None:
        """`on_news` is called when something a face shows has changed; it may not wait."""
        self._office = office
        self._journal = journal
        self._clock = clock
        self._new_id = new_id
        self._jitter = jitter
        self._on_news = on_news
        self._wake = asyncio.Event()
        self._busy: set[UUID] = set()
        """Subjects that the rounds leave alone."""
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._failures = 0
        self.counts = CallCounts(pending=0, refused=0, poisoned=0)
        self.poisoned: tuple[StoredCall, ...] = ()
        """The oldest calls that the CRM does not take."""

    def wake(self) -> None:
        """There is something new to deliver."""
        self._wake.set()

    async def recall(self) -> None:
        """Count what waits, and see what must be looked at."""
        self.counts = await self._journal.call_counts()
        self.poisoned = ()
        if self.counts.poisoned:
            self.poisoned = await self._journal.calls_in(CallState.POISONED, _SHOWN)

    async def run(self) -> None:
        """Deliver until cancelled. A journal that fails is tried again later."""
        while True:
            self._wake.clear()
            try:
                pause_s = await self._round()
            except JournalError:
                log.exception("the outbox cannot use the journal")
                pause_s = float(_LAST_S)
            try:
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()
            except TimeoutError:
                pass  # the next round is due

    async def drain(self) -> None:
        """One try for everything that waits, whenever its next try would be."""
        far = self._clock() + timedelta(days=365)
        tried: set[UUID] = set()
        while True:
            due = await self._journal.due_calls(far, _DRAINED)
            fresh = [stored for stored in due if stored.call.id not in tried]
            if not fresh or self._office.failing_since is not None:
                return
            for stored in fresh:
                tried.add(stored.call.id)
                if stored.call.subject not in self._busy:
                    await self.deliver(stored)

    async def deliver(self, stored: StoredCall) -> CrmError | None:
        """Try one call once, and note what came of it; the CRM's words where it did not do it."""
        async with self.alone(stored.call.subject):
            error = await self.attempt(stored)
            if error is not None:
                await self.note_failure(stored, error)
            return error

    async def deliver_new(self, call: Call) -> StoredCall:
        """Try a call that has just been written down, and what became of it."""
        stored = await self._journal.call(call.id)
        assert stored is not None, "the call has just been written"
        await self.deliver(stored)
        ended = await self._journal.call(call.id)
        assert ended is not None, "nothing leaves the journal"
        return ended

    @asynccontextmanager
    async def alone(self, subject: UUID) -> AsyncIterator[None]:
        """Nobody else makes a call of `subject` meanwhile."""
        async with self._locks.setdefault(subject, asyncio.Lock()):
            yield

    async def attempt(self, stored: StoredCall) -> CrmError | None:
        """Try one call once, if it still waits; only a good ending is noted."""
        now = await self._journal.call(stored.call.id)
        assert now is not None, "the call stands in the journal"
        match now.state:
            case CallState.DONE:
                return None
            case CallState.PENDING:
                return await self._attempt(now)
            case _:
                return InvalidRequest(now.error)

    async def settle_by_hand(self, request: SettleCall) -> Answer:
        """A person decides about a call that the CRM does not take."""
        stored = await self._journal.call(request.call_id)
        if stored is None or stored.state is not CallState.POISONED:
            return Declined(Objection.NOTHING_TO_SETTLE)
        call, comment = stored.call, request.comment.strip()[:MAX_COMMENT]
        if request.decision is CallDecision.TELL_AGAIN:
            if stored.error.partition(":")[0] == OutcomeUnclear.code:
                try:
                    await self._office.was_not_done(call.subject)
                except CrmError as error:
                    return Declined(Objection.CRM_NEEDED, str(error)[:MAX_COMMENT])
            await self._journal.readdress_call(call.id, self._clock(), call.body, call.key)
            self.wake()
            return Done()
        if not comment:
            return Declined(Objection.COMMENT_NEEDED)
        said = f"{request.decision}: {comment}"
        await self._journal.note_incident(
            self._clock(), BY_HAND, f"{call.name} of {call.subject}: {said}"
        )
        await self._journal.drop_calls(call.subject, self._clock(), said)
        return Done()

    async def note_failure(self, stored: StoredCall, error: CrmError) -> None:
        """Note a try that failed: to be repeated, or for a person."""
        call, now, words = stored.call, self._clock(), str(error)
        standing = await self._journal.call(call.id)
        if standing is None or standing.state is not CallState.PENDING:
            return  # it has ended already
        if isinstance(error, OutcomeUnclear):
            await self._journal.end_call(call.id, now, CallState.POISONED, words)
            return
        if is_final(error):
            if call.name == calls.POST_TRANSACTION and not goes_on_without_crm(
                calls.transaction_of(call.body)
            ):
                # Nothing was printed for it: without the CRM's word it has not taken place.
                await self._journal.call_off(call.subject, now, words, call.id)
            else:
                await self._journal.end_call(call.id, now, CallState.POISONED, words)
            return
        most_s = _LAST_NOT_OFFERED_S if isinstance(error, NotSupported) else _LAST_S
        backoff_s = self._backoff_s(stored.tries + 1, most_s)
        wait_s = max(backoff_s, float(error.retry_after_s or 0))
        await self._journal.retry_call(call.id, now, words, now + timedelta(seconds=wait_s))

    def hold(self, subject: UUID) -> None:
        """Leave the calls of `subject` alone until `release`: it is being worked at."""
        self._busy.add(subject)

    def release(self, subject: UUID) -> None:
        self._busy.discard(subject)
        self.wake()

    async def _round(self) -> float:
        """Look at the CRM and try what is due; seconds until the next round."""
        before = self._shown()
        await self._office.look()
        if self._office.failing_since is None:
            self._failures = 0
            for stored in await self._journal.due_calls(self._clock(), _BATCH):
                if stored.call.subject in self._busy:
                    continue
                error = await self.deliver(stored)
                if error is not None and error.retryable:
                    break  # the others would only wait for the CRM in turn
        await self.recall()
        if before != self._shown():
            self._on_news()
        if self._office.failing_since is not None:
            self._failures += 1
            return self._backoff_s(self._failures)
        return _FIRST_S if self.counts.pending else _IDLE_S

    def _shown(self) -> tuple[object, ...]:
        office = self._office
        return office.failing_since, office.signed_out, office.shift_state, self.counts

    async def _attempt(self, stored: StoredCall) -> CrmError | None:
        call = stored.call
        try:
            if call.name in calls.ADDRESSED and calls.shift_of(call.body) is None:
                stored = await self._readdress(stored, await self._office.address())
            try:
                result = await self._carry_out(stored)
            except ShiftClosed as closed:
                if call.name not in calls.ADDRESSED:
                    raise
                self._office.note_shift(None)
                if closed.current_shift_id is None:
                    raise NoOpenShift("the shift was closed") from closed
                await self._office.current_shift()
                stored = await self._readdress(stored, closed.current_shift_id)
                result = await self._carry_out(stored)
        except CrmError as error:
            return error
        except (ValueError, KeyError) as error:
            # A kept call that cannot be read is an error of the program; a person must look.
            return InvalidRequest(type(error).__name__)
        opened = calls.id_of(result) if call.name == calls.OPEN_SHIFT else None
        await self._journal.end_call(
            call.id,
            self._clock(),
            CallState.DONE,
            result=result,
            crm_shift=None if opened is None else (call.subject, opened),
        )
        return None

    async def _carry_out(self, stored: StoredCall) -> str:
        transaction_id = None
        if stored.call.name == calls.ATTACH_RECEIPT:
            first = (await self._journal.calls_of(stored.call.subject))[0]
            transaction_id = calls.id_of(first.result)
        return await calls.carry_out(self._office, stored.call, transaction_id)

    async def _readdress(self, stored: StoredCall, shift_id: str) -> StoredCall:
        """Contract D.2.7: another shift, a new key, the same `external_id`."""
        await self._journal.readdress_call(
            stored.call.id,
            self._clock(),
            calls.readdressed(stored.call.body, shift_id),
            self._new_id(),
        )
        again = await self._journal.call(stored.call.id)
        assert again is not None, "the call stands in the journal"
        return again

    def _backoff_s(self, failures: int, most_s: int = _LAST_S) -> float:
        """Half of it is sure, half is chance."""
        whole = min(_FIRST_S << min(failures - 1, 17), most_s)
        return whole * (1 + self._jitter()) / 2
