"""The CRM as the station uses it: every wait bounded, the shift remembered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from kassa_tui.izi.errors import (
    CrmError,
    CrmTimeout,
    CrmUnavailable,
    Forbidden,
    Internal,
    NoOpenShift,
    NotSupported,
    OutcomeUnclear,
    SignInNeeded,
)
from kassa_tui.izi.models.client import Client, ClientSearch, SearchBy
from kassa_tui.izi.models.shift import Shift, ShiftStatus
from kassa_tui.izi.port import Crm, Doubting

log = logging.getLogger(__name__)

T = TypeVar("T")

_HEARTBEAT = timedelta(seconds=5)
"""So often a CRM is asked that has nothing to be looked at."""
_MOST_FEATURES = 20
"""More than the contract has."""
UNTOLD_SHIFT = "current"
"""Where records go in a CRM that does not tell its shifts."""
_PHONE = re.compile(r"[0-9]{4,6}|\+[0-9]{11,15}")


class CrmShift(StrEnum):
    """What is known of the CRM's shift."""

    UNKNOWN = "unknown"
    """The CRM has not been reached yet."""
    OPEN = "open"
    CLOSED = "closed"
    NOT_TOLD = "not_told"
    """The CRM has shifts and tells nobody of them: it books to the open one by itself."""


class Office:
    """One CRM and one club of it. Every method raises `CrmError`."""

    def __init__(
        self, crm: Crm, club_id: str, waiting_s: float, clock: Callable[[], datetime]
    ) -> None:
        self.crm = crm
        self.club_id = club_id
        self._waiting_s = waiting_s
        self._clock = clock
        self.shift: Shift | None = None
        """The open shift, as it was read last; None: unknown or closed."""
        self.shift_state = CrmShift.UNKNOWN
        self.permissions: frozenset[str] | None = None
        """What the operator may do; None: not known since the start, or it has changed."""
        self.failing_since: datetime | None = None
        """Since when no answer has come; None while the CRM answers."""
        self.signed_out = False
        """It answers, and does not take the token any more."""
        self._heard_at: datetime | None = None
        """When it gave its last answer; None: it is to be asked in any case."""
        self.not_offered: frozenset[str] = frozenset()
        """Features that the CRM has said it lacks; the calls that need them wait here."""

    async def ask(self, call: Awaitable[T]) -> T:
        """One call, its wait bounded; what is no answer of a CRM counts as unsure."""
        try:
            async with asyncio.timeout(self._waiting_s):
                answer = await call
        except TimeoutError as error:
            self._fails()
            raise CrmTimeout(f"no answer in {self._waiting_s:g} s") from error
        except CrmError as error:
            if error.retryable or isinstance(error, OutcomeUnclear):
                self._fails()
            elif not isinstance(error, NotSupported):  # which a client may say by itself
                self.failing_since = None  # a refusal is an answer
                self.signed_out = isinstance(error, SignInNeeded)
            if isinstance(error, Forbidden):
                self.permissions = None  # it was taken away meanwhile
            if isinstance(error, NotSupported) and len(self.not_offered) < _MOST_FEATURES:
                self.not_offered |= {error.feature}
            raise
        except Exception as error:  # a defect of a CRM's client must not close the till
            log.exception("a call to the CRM failed")
            self._fails()
            raise Internal(repr(error)) from error
        self.failing_since = None
        self.signed_out = False
        self._heard_at = self._clock()
        return answer

    async def current_shift(self) -> Shift:
        """Raises `NoOpenShift`."""
        try:
            self.shift = await self.ask(self.crm.current_shift(self.club_id))
        except NoOpenShift:
            self.note_shift(None)
            raise
        except NotSupported:
            self.shift, self.shift_state = None, CrmShift.NOT_TOLD
            raise
        self.shift_state = CrmShift.OPEN
        return self.shift

    async def address(self) -> str:
        """Where a record of now goes. Raises `NoOpenShift`."""
        try:
            return (await self.current_shift()).id
        except NotSupported:
            return UNTOLD_SHIFT

    def expect_news(self) -> None:
        """Something is new in the CRM: the next `look` asks it."""
        self._heard_at = None

    def _must_be_heard(self) -> bool:
        """Of a CRM without a shift to read it would not be seen otherwise that it is away."""
        if self.shift_state is not CrmShift.NOT_TOLD:
            return False
        if self.failing_since is not None or self._heard_at is None:
            return True
        return self._clock() - self._heard_at >= _HEARTBEAT

    async def look(self) -> None:
        """Read the current shift; a CRM that is away leaves what was known."""
        with contextlib.suppress(CrmError):  # `shift_state` and `failing_since` say it
            if self.permissions is None or self._must_be_heard():
                me = await self.ask(self.crm.me())
                self.permissions = frozenset(one.value for one in me.permissions)
            await self.current_shift()

    def note_shift(self, shift: Shift | None) -> None:
        """Remember what an answer told of the current shift."""
        is_open = shift is not None and shift.status is ShiftStatus.OPEN
        self.shift = shift if is_open else None
        self.shift_state = CrmShift.OPEN if is_open else CrmShift.CLOSED

    async def find_client(self, text: str) -> Client | None:
        """The one client with this telephone (whole, or its last digits); None: not one."""
        if self.failing_since is not None:
            raise CrmUnavailable("the CRM does not answer")
        search = ClientSearch(by=SearchBy.PHONE, value=text, limit=2)
        found = await self.ask(self.crm.search_clients(self.club_id, search))
        return found.items[0] if len(found.items) == 1 else None

    async def client_name(self, client_id: str) -> str:
        """What is shown of a client; empty: not told now."""
        if self.failing_since is not None:
            return ""
        try:
            return (await self.ask(self.crm.client(client_id))).display_name
        except CrmError:
            return ""  # the payment is known by the id as well

    async def contact(self, client_id: str) -> str | None:
        """Where a client's electronic receipt goes, 1008; None: not told now."""
        if self.failing_since is not None:
            return None
        try:
            told = await self.ask(self.crm.receipt_contact(client_id))
        except CrmError:
            return None  # the receipt is printed then; nothing else depends on it
        return told.buyer_phone_or_address

    async def was_not_done(self, external_id: UUID) -> None:
        """A person has looked in the CRM: it does not have what nobody knew it to have."""
        if isinstance(self.crm, Doubting):
            await self.ask(self.crm.was_not_done(external_id))

    def _fails(self) -> None:
        if self.failing_since is None:
            self.failing_since = self._clock()


def is_phone(text: str) -> bool:
    """Does what was typed about a client ask for a look-up by telephone?"""
    return _PHONE.fullmatch(text) is not None
