"""`Station`: one task that owns the register and the journal.

It serves requests in the order of their coming, asks the register how it is while there
are none, and finds out what became of receipts whose answer was lost. Whatever a face is
told is in the journal already; a killed station is repaired by the same code that repairs
a lost answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

from drivers.register import FiscalRegister, LinkFinding, RegisterError
from kassa_tui.izi.port import Crm
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.file import ROOM_BYTES
from kassa_tui.journal.journal import Journal
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Recorded, Uncertain
from kassa_tui.station.cash import Cash
from kassa_tui.station.closing_preview import StopAddingUp
from kassa_tui.station.continuity import TapeCheck
from kassa_tui.station.desk import Desk
from kassa_tui.station.diagnosis import Diagnosis, diagnose
from kassa_tui.station.documents import Documents
from kassa_tui.station.elsewhere import ElsewhereDesk
from kassa_tui.station.information import InformationDesk
from kassa_tui.station.inquiries import Inquiry
from kassa_tui.station.office import Office
from kassa_tui.station.outbox import Jitter, Outbox
from kassa_tui.station.payments import Payments
from kassa_tui.station.reading_back import CrmCheck
from kassa_tui.station.reconciliation.comparing import Comparer
from kassa_tui.station.reconciliation.mending import Mender
from kassa_tui.station.reconciliation.shift_tape import ShiftTapes
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.requests import CloseShift, Request, RotateShift
from kassa_tui.station.serving import Serving
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.shift import Shift
from kassa_tui.station.snapshot import Phase
from kassa_tui.station.telling import Listener, Telling
from kassa_tui.station.upkeep import Upkeep

QUEUE_LIMIT = 16
"""Requests that may wait."""

Clock = Callable[[], datetime]


class Station:
    """The one owner of a register and a journal. `run` works until `stop`."""

    def __init__(
        self,
        register: FiscalRegister,
        journal: Journal,
        settings: StationSettings,
        clock: Clock,
        new_id: Callable[[], UUID],
        listener: Listener,
        *,
        crm: Crm | None = None,
        club_id: str = "",
        jitter: Jitter = lambda: 0.0,
        see_link: Callable[[], Awaitable[LinkFinding]] | None = None,
    ) -> None:
        """
        Args:
            listener: Is called with each snapshot, on the station's loop; it may not wait.
            crm: The CRM as the cashier sees it; None: the till works alone.
            club_id: The club in the CRM.
            jitter: A random part of one, for the pauses between tries of the CRM.
            see_link: Looks at the way to the register, for a person who looks for a fault.
        """
        self._desk = Desk(register, settings.reading_s, settings.fiscal_s)
        self._documents = Documents(journal, clock, new_id, self._registration_number)
        self._settlement = Settlement(self._desk, journal, self._documents, clock)
        self._office: Office | None = None
        self._outbox: Outbox | None = None
        if crm is not None:
            self._office = Office(crm, club_id, settings.crm_s, clock)
            self._outbox = Outbox(self._office, journal, clock, new_id, jitter, self._publish)
        books = (self._office, self._outbox, settings, clock, new_id)
        tape_check = TapeCheck(self._desk, journal, self._documents, clock)
        self._tapes = ShiftTapes(self._desk, journal, clock)
        self._comparer: Comparer | None = None
        if self._office is not None:
            self._comparer = Comparer(
                self._tapes,
                journal,
                self._office,
                settings.till,
                clock,
                new_id,
                lambda: self._desk.info,
                lambda: self._telling.status,
            )
        self._shift = Shift(
            self._desk,
            journal,
            self._documents,
            tape_check,
            *books,
            self._reading_goes_on,
            self._tapes,
            self._comparer,
        )
        self._cash = Cash(self._desk, journal, *books, self._current_shift)
        self._recorder = Recorder(
            self._desk,
            journal,
            self._documents,
            self._settlement,
            tape_check,
            CrmCheck(self._desk, journal, self._office, settings, clock, new_id),
            clock,
            self._progress,
        )
        self._payments_desk = Payments(
            self._desk, journal, self._recorder, *books, self._current_shift, self._progress
        )
        self._mender: Mender | None = None
        if self._office is not None and self._outbox is not None and self._comparer is not None:
            self._mender = Mender(
                self._comparer,
                self._desk,
                journal,
                self._recorder,
                self._payments_desk,
                self._office,
                self._outbox,
                settings,
                clock,
                new_id,
                self._current_shift,
            )
        self._elsewhere: ElsewhereDesk | None = None
        if self._office is not None and self._comparer is not None and settings.fiscalise_elsewhere:
            self._elsewhere = ElsewhereDesk(
                self._office,
                self._comparer,
                journal,
                settings,
                clock,
                self.ask,
                self._ready_fn,
                self._publish,
            )
        self._upkeep = Upkeep(journal, settings, clock)
        self._telling = Telling(
            self._desk,
            self._settlement,
            self._shift,
            self._cash,
            self._office,
            self._outbox,
            self._elsewhere,
            self._upkeep,
            settings,
            clock,
            listener,
        )
        self._serving = Serving(
            self._desk,
            self._settlement,
            self._recorder,
            self._payments_desk,
            self._shift,
            self._cash,
            self._tapes,
            self._mender,
            self._office,
            self._outbox,
            self._telling,
        )
        self._information = InformationDesk(
            journal, self._office, self._comparer, settings.till, self._diagnose
        )
        self._see_link = see_link
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._queue: asyncio.Queue[tuple[Request, asyncio.Future[Answer]] | None] = asyncio.Queue(
            QUEUE_LIMIT
        )
        self._stopping = False
        self._pause_s = 0.0
        self._retries = 0

    async def ask(self, request: Request) -> Answer:
        """Have a request served. Giving up the wait does not take the request back."""
        if self._stopping:
            return Declined(Objection.STOPPED)
        if isinstance(request, StopAddingUp):
            self._shift.stop_adding_up()
            return Done()
        if isinstance(request, Inquiry):
            return await self._information.tell(request, self._clock())
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait((request, answer))
        except asyncio.QueueFull:
            return Declined(Objection.QUEUE_FULL)
        return await asyncio.shield(answer)

    def look_at_crm(self) -> None:
        """The CRM says that something is new there: ask it now, and deliver what waits."""
        if self._office is not None and self._outbox is not None:
            self._office.expect_news()
            self._outbox.wake()

    def stop(self) -> None:
        """End `run` after the request in work; those that wait are declined."""
        self._stopping = True
        if not self._queue.full():
            self._queue.put_nowait(None)

    async def run(self) -> None:
        """Serve until `stop`; raises `JournalError` when there is nothing to start from."""
        beside: list[asyncio.Task[None]] = []
        try:
            await self._recall()
            self._publish()
            workers = (self._outbox, self._elsewhere)
            beside += [asyncio.create_task(one.run()) for one in workers if one is not None]
            while not self._stopping:
                await self._serve_next()
        finally:
            self._stopping = True
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            while not self._queue.empty():
                if (entry := self._queue.get_nowait()) is not None:
                    entry[1].set_result(Declined(Objection.STOPPED))
            await self._desk.drop()
            await self._upkeep.end()

    async def _serve_next(self) -> None:
        try:
            async with asyncio.timeout(self._pause_s):
                entry = await self._queue.get()
        except TimeoutError:
            await self._look_around()
            await self._catch_up()
            return
        if entry is None:
            return
        request, answer = entry
        try:
            result = await self._serving.serve(request)
        except BaseException:
            answer.set_result(Uncertain())
            raise
        if isinstance(result, Recorded):
            # Whether it is printed and delivered keeps no customer waiting.
            await self._show()
            answer.set_result(result)
        await self._look_around()
        if not answer.done():
            answer.set_result(result)
        if isinstance(request, CloseShift | RotateShift) and isinstance(result, Done):
            self._upkeep.begin()

    # What the register, the journal and the CRM tell

    async def _look_around(self) -> None:
        """Ask the register how it is, settle what can be settled, tell the faces."""
        failure = ""
        try:
            status = await self._desk.status()
        except RegisterError as error:
            self._telling.fall_silent(error)
        else:
            self._telling.hear(status)
            try:
                await self._shift.adopt(status)
                await self._documents.note_facts(status)
                if self._cash.is_cut:
                    await self._cash.settle(status)
                if self._settlement.open:
                    await self._settlement.settle()
            except RegisterError as error:
                self._telling.fall_silent(error)
            except JournalError as error:
                failure = str(error)
        try:
            await self._recall()
            await self._shift.add_up()
        except JournalError as error:
            failure = str(error)
        # Not before the payments are told anew: others publish, too.
        self._telling.rest()
        self._telling.journal_failure = failure
        self._pause_s = self._next_pause()
        self._publish()

    async def _catch_up(self) -> None:
        """Nobody asks for anything: send a receipt that was cut off from its money."""
        if self._telling.ready_fn() is None:
            return
        try:
            if await self._payments_desk.issue_left_over(self._telling.unissued()) is None:
                return
        except RegisterError as error:
            self._telling.fall_silent(error)
        except JournalError as error:
            self._telling.journal_failure = str(error)
        await self._look_around()
        if self._telling.silence is None and not self._settlement.open:
            self._pause_s = 0.0  # there may be more

    async def _show(self) -> None:
        """Tell the faces what the journal holds."""
        try:
            await self._recall()
        except JournalError as error:
            self._telling.journal_failure = str(error)
        self._telling.in_progress = None
        self._publish()

    def _next_pause(self) -> float:
        if self._telling.silence is None and not self._settlement.open:
            self._retries = 0
            return self._settings.poll_s
        pause_s = self._settings.first_retry_s * (1 << min(self._retries, 16))
        self._retries += 1
        return min(pause_s, self._settings.last_retry_s)

    async def _recall(self) -> None:
        # Together, so that the way to the journal's thread is gone once.
        payments, without_document, *_ = await asyncio.gather(
            self._journal.last_payments(self._settings.shown_payments),
            self._journal.payments_without_document(),
            self._cash.recall(),
            self._settlement.recall(),
            self._shift.recall(),
            *(() if self._outbox is None else (self._outbox.recall(),)),
        )
        self._telling.recall(payments, without_document)

    async def _diagnose(self) -> Diagnosis:
        link, told = None, self._telling
        # A second link beside one that is in use could disturb it.
        if self._see_link is not None and told.silence is not None and not told.in_progress:
            link = await self._see_link()
        try:
            room = await self._journal.room()
        except JournalError:
            room = None
        return diagnose(
            told.view(),
            link=link,
            status_at=told.status_at,
            room=room,
            least_room=ROOM_BYTES,
            at=self._clock(),
        )

    # What the parts ask of one another and of the telling, which is made after them

    def _current_shift(self) -> UUID | None:
        return self._shift.current_id

    def _registration_number(self) -> str:
        return self._desk.info.registration_number if self._desk.info is not None else ""

    def _ready_fn(self) -> str | None:
        return self._telling.ready_fn()

    def _progress(self, phase: Phase, total: int, payment_id: UUID | None) -> None:
        self._telling.progress(phase, total, payment_id)

    def _reading_goes_on(self, done: int, of: int) -> None:
        self._telling.reading_goes_on(done, of)

    def _publish(self) -> None:
        self._telling.publish()
