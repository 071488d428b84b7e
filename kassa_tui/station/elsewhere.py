"""Payments made elsewhere: in the CRM's own screens or its app, waiting for their receipt.

Where the settings say so, the station does by itself what a person does about such a row of the
reconciliation: the tape of the shift is read, the shift compared, and the receipt of a row that
is safe is issued by the same requests, one at a time, between those of the faces. A row that is
not safe, or whose receipt is not lawful any more, is left to a person. The contract has no lease:
of several stations on one CRM that one issues whose mark `fiscal-status` takes first (a change of
a version that is read: see `reconciliation.mending`); a mark outlives the station that made it,
and the same till goes on with it. Nothing is kept here that must be known after a kill.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from kassa_tui.izi.errors import CrmError, ReadAgain
from kassa_tui.izi.models.page import Paging
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.transaction import FiscalStatus, Origin, Transaction
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.station.adoption import is_payable
from kassa_tui.station.answers import Answer, Declined, Objection
from kassa_tui.station.office import Office
from kassa_tui.station.reconciliation.comparing import Comparer
from kassa_tui.station.reconciliation.mending import is_claimed_by
from kassa_tui.station.reconciliation.requests import (
    CompareShift,
    IssueForRow,
    ReadShiftTape,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Action, Row
from kassa_tui.station.requests import Request
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Elsewhere

log = logging.getLogger(__name__)

MOST_A_ROUND = 10
"""Receipts of one round: a cashier's payment must not wait behind a long row of them."""
_PAGE = 100
_MOST_PAGES = 5
"""Of one round; the next one goes on behind them."""
_MOST_TURNS = 60
"""Of the tape, in one round."""
_FIRST_PAUSE = timedelta(minutes=1)
_LAST_PAUSE = timedelta(hours=1)
"""What could not be issued is looked at again after 1, 2, 4 ... 60 minutes."""

_MADE_ELSEWHERE = (Origin.CRM, Origin.APP)
_ANOTHERS = (Objection.STALE, Objection.ANOTHER_TILLS)
"""Somebody else was first, or something has changed: the next round sees what is left."""
_OF_THE_ROW = (Objection.TAX_UNMAPPED, Objection.CORRECTION_NEEDED, Objection.NOT_FOR_THIS_ROW)
"""Only a person can go on."""


@dataclass(slots=True)
class _PutOff:
    """One that could not be issued."""

    tries: int
    until: datetime
    is_left: bool
    """To a person."""


class ElsewhereDesk:
    """Works beside the requests; whatever touches the register is a request."""

    def __init__(
        self,
        office: Office,
        comparer: Comparer,
        journal: Journal,
        settings: StationSettings,
        clock: Callable[[], datetime],
        ask: Callable[[Request], Awaitable[Answer]],
        ready_fn: Callable[[], str | None],
        on_news: Callable[[], None],
    ) -> None:
        """
        Args:
            ask: Has a request served, as for a face.
            ready_fn: Number of the FN whose register would take a receipt now, as far as is known.
            on_news: Is called when `state` has changed; it may not wait.
        """
        self._office = office
        self._comparer = comparer
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._ask = ask
        self._ready_fn = ready_fn
        self._on_news = on_news
        self._cursors: dict[FiscalStatus, tuple[str, str | None]] = {}
        """The CRM's shift and where in its list the last round has ended."""
        self._put_off: dict[str, _PutOff] = {}
        """By transaction."""
        self._can_claim: bool | None = None
        self.state = Elsewhere(waiting=0, left=0, can_claim=True)

    async def run(self) -> None:
        """Look, issue and wait, until cancelled."""
        while True:
            pause_s = self._settings.elsewhere_s
            try:
                await self.look()
            except CrmError as error:
                pause_s = max(pause_s, float(error.retry_after_s or 0))
            except JournalError:
                log.exception("what was paid elsewhere cannot be looked up in the journal")
            await asyncio.sleep(pause_s)

    async def look(self) -> None:
        """Look once, and have issued what can be. Raises `CrmError`, `JournalError`."""
        shift, office = self._office.shift, self._office
        if shift is None:
            self._tell([])  # a closed shift's are rows of the reconciliation
            return
        fn = self._ready_fn()
        if office.failing_since is not None or fn is None:
            return
        if self._can_claim is None:
            told = await office.ask(office.crm.capabilities())
            self._can_claim = Feature.RECEIPTS_ATTACH in told.features
        waiting: list[str] = []
        if self._can_claim:
            waiting = await self._waiting(shift.id, fn)
            self._put_off = {one: self._put_off[one] for one in waiting if one in self._put_off}
            now = self._clock()
            due = {
                one
                for one in waiting
                if one not in self._put_off or self._put_off[one].until <= now
            }
            self._tell(waiting)
            if due:
                issued = await self._issue(due)
                waiting = [one for one in waiting if one not in issued]
        self._tell(waiting)

    async def _waiting(self, shift_id: str, fn: str) -> list[str]:
        """What was made elsewhere and waits for a receipt that nobody else has claimed."""
        own: list[Transaction] = []
        for status in (FiscalStatus.PENDING, FiscalStatus.FAILED):
            some = await self._some_of(shift_id, status)
            own += (one for one in some if self._is_ours(one, fn))
        return [one.id for one in own if await self._journal.payment(one.external_id) is None]

    async def _some_of(self, shift_id: str, status: FiscalStatus) -> list[Transaction]:
        """The next pages of the shift's list, from its begin again behind the last one."""
        shift, cursor = self._cursors.pop(status, (shift_id, None))
        if shift != shift_id:
            cursor = None
        crm = self._office.crm
        listing = partial(crm.shift_transactions, shift_id, fiscal_status=status)
        found: list[Transaction] = []
        for _ in range(_MOST_PAGES):
            try:
                page = await self._office.ask(listing(paging=Paging(limit=_PAGE, cursor=cursor)))
            except ReadAgain:
                return found  # the cursor has grown old: the next round begins anew
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found
        self._cursors[status] = (shift_id, cursor)
        return found

    def _is_ours(self, told: Transaction, fn: str) -> bool:
        if told.origin not in _MADE_ELSEWHERE or told.receipts or not is_payable(told):
            return False
        if told.fiscal_status is FiscalStatus.PENDING:
            return True
        # Claimed by this till, which was killed before it had promised the receipt.
        return is_claimed_by(told, self._settings.till, fn)

    async def _issue(self, due: set[str]) -> set[str]:
        """Have the receipts issued that a comparison finds safe; whose was."""
        issued: set[str] = set()
        if not await self._read_tape():
            return issued
        found = await self._comparer.compare(CompareShift())
        if found is None:
            return issued
        try:
            if not (found.is_open and found.is_whole):
                return issued
            for row in self._comparer.open_rows(found.comparison_id):
                operation = row.operation
                if operation is None or operation.id not in due:
                    continue
                due.discard(operation.id)
                if row.safe is not Action.ISSUE_RECEIPT:
                    self._set_aside(operation.id, is_left=True)
                    continue
                if len(issued) == MOST_A_ROUND or self._ready_fn() is None:
                    return issued
                request = IssueForRow(comparison_id=found.comparison_id, row=row.key)
                if not self._take(await self._ask(request), row, issued):
                    return issued
            for one in due:  # of another shift of the register: see `reconciliation.law`
                self._set_aside(one, is_left=True)
        finally:
            self._comparer.forget(found.comparison_id)
        return issued

    async def _read_tape(self) -> bool:
        """Whether all of the shift's tape is known."""
        for _ in range(_MOST_TURNS):
            reach = await self._ask(ReadShiftTape())
            if not isinstance(reach, TapeReach):
                return False
            if reach.is_done:
                return True
        return False

    def _take(self, answer: Answer, row: Row, issued: set[str]) -> bool:
        """Note what came of a row; False: nothing more can be issued in this round."""
        operation = row.operation
        assert operation is not None, "only an operation is issued"
        if not isinstance(answer, Declined):
            # Recorded, refused by the register or unsure: the journal has it, and shows it.
            issued.add(operation.id)
            return True
        if answer.reason in _ANOTHERS:
            return True
        if answer.reason in _OF_THE_ROW:
            self._set_aside(operation.id, is_left=True)
            return True
        self._set_aside(operation.id, is_left=False)
        return False

    def _set_aside(self, transaction_id: str, *, is_left: bool) -> None:
        before = self._put_off.get(transaction_id)
        tries = 1 if before is None else before.tries + 1
        pause = min(_FIRST_PAUSE * (1 << min(tries - 1, 16)), _LAST_PAUSE)
        self._put_off[transaction_id] = _PutOff(tries, self._clock() + pause, is_left)

    def _tell(self, waiting: list[str]) -> None:
        left = sum(one in self._put_off and self._put_off[one].is_left for one in waiting)
        state = Elsewhere(waiting=len(waiting), left=left, can_claim=self._can_claim is not False)
        if state != self.state:
            self.state = state
            self._on_news()
