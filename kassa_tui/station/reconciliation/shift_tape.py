"""The tape of one shift, read a little at a time and kept in the journal.

One turn holds the queue for about half a second. What has been read is kept: a reading that is
cut off goes on where it was, and a closed shift is read once. Where a shift begins and ends is
found by halving, since numbers of shifts only grow along the tape; where a register does not
tell the shift of a document, by going back from report to report.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from drivers.ffd.enumerations import DocumentForm
from drivers.register import Reason, Refused, RegisterStatus, ShiftState
from kassa_tui.journal.journal import Journal
from kassa_tui.station.desk import Desk
from kassa_tui.station.reconciliation.kept import compared, kept, read
from kassa_tui.station.reconciliation.requests import ReadShiftTape, TapeReach
from kassa_tui.station.reconciliation.sides import ShiftKey, TapeDocument

TURN_S = 0.5
_MOST_OF_TURN = 100
"""Documents that one turn may keep."""
_MOST_WITHOUT_SHIFT = 20
"""Documents in a row that belong to no shift: registrations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftTape:
    """The kept documents of a register's shift."""

    key: ShiftKey
    documents: tuple[TapeDocument, ...]
    """In the order of the tape."""
    is_whole: bool
    """All of them up to the closing report, or up to the last document of the register."""

    @property
    def opened_at(self) -> datetime | None:
        return self._time_of(DocumentForm.SHIFT_OPENING)

    @property
    def closed_at(self) -> datetime | None:
        return self._time_of(DocumentForm.SHIFT_CLOSING)

    def _time_of(self, form: DocumentForm) -> datetime | None:
        return next((one.date_time for one in self.documents if one.form is form), None)


class _TurnOver(Exception):
    """The others in the queue come first."""


class ShiftTapes:
    """Reads shifts of the FN in the register. Methods raise `RegisterError`, `JournalError`."""

    def __init__(self, desk: Desk, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._desk = desk
        self._journal = journal
        self._clock = clock
        self._ends: dict[ShiftKey, tuple[int, int]] = {}
        """First and last document of shifts that are closed, of this run."""
        self._reached: dict[ShiftKey, int] = {}
        """Of shifts that were found by going back: the first document, or the next to look at."""
        self._begun: set[ShiftKey] = set()
        """Those of them whose first document it is."""

    async def read_some(self, request: ReadShiftTape, status: RegisterStatus) -> TapeReach:
        """Read for one turn. Raises `Refused(NOT_FOUND)` for a shift that was never there."""
        own = status.fn.fiscal_drive_number
        fn = request.fiscal_drive_number or own
        number = status.shift_number if request.shift_number is None else request.shift_number
        if fn != own:
            # Of an FN that is not in the register any more there is what was kept in time.
            done = len((await self.kept((fn, number), status)).documents)
            return TapeReach(fiscal_drive_number=fn, shift_number=number, done=done, total=done)
        return await self._read_on((fn, number), status)

    async def _read_on(self, key: ShiftKey, status: RegisterStatus) -> TapeReach:
        fn, number = key
        turn = _Turn(self._desk, self._journal, fn)
        try:
            first, last = await self._extent(turn, key, status)
        except _TurnOver:
            return TapeReach(fiscal_drive_number=fn, shift_number=number, done=0, total=None)
        finally:
            await turn.keep(self._clock())
        have = await self._journal.kept_numbers(fn, first, last)
        try:
            for one in range(first, last + 1):
                if one not in have:
                    await turn.document(one, number)
        except _TurnOver:
            pass  # the rest in the next turn
        finally:
            done = len(have) + await turn.keep(self._clock())
        return TapeReach(
            fiscal_drive_number=fn, shift_number=number, done=done, total=last - first + 1
        )

    async def kept(self, key: ShiftKey, status: RegisterStatus | None) -> ShiftTape:
        """What the journal has of a shift; the register is not asked."""
        rows = await self._journal.kept_shift(*key)
        documents = await asyncio.to_thread(read, rows.documents)
        numbers = sorted(documents)
        is_whole = False
        if numbers and len(numbers) == len(rows.documents):
            first, last = documents[numbers[0]], documents[numbers[-1]]
            has_begin = first.form is DocumentForm.SHIFT_OPENING
            is_gapless = numbers[-1] - numbers[0] + 1 == len(numbers)
            has_end = any(one.form is DocumentForm.SHIFT_CLOSING for one in documents.values())
            if _is_running(key, status):
                assert status is not None, "only a status tells of a running shift"
                has_end = last.fiscal_document_number == status.fn.last_fiscal_document_number
            is_whole = has_begin and is_gapless and has_end
        return ShiftTape(
            key=key, documents=tuple(documents[one] for one in numbers), is_whole=is_whole
        )

    async def reading(self, key: ShiftKey, status: RegisterStatus) -> AsyncIterator[int]:
        """Read all of a shift, turn by turn, for what holds the queue anyway: before each turn
        how many documents have been read."""
        before, read = None, 0
        while True:
            yield read
            reach = await self._read_on(key, status)
            if reach.is_done:
                return
            if before is not None:
                read += reach.done - before
            before = reach.done

    async def _extent(self, turn: _Turn, key: ShiftKey, status: RegisterStatus) -> tuple[int, int]:
        """Numbers of the first and the last document of a shift."""
        if key in self._ends:
            return self._ends[key]
        end = status.fn.last_fiscal_document_number
        number = key[1]
        if not 0 < number <= status.shift_number:
            raise Refused(Reason.NOT_FOUND, "no such shift")
        if self._desk.capabilities is not None and not self._desk.capabilities.reads_documents:
            return await self._gone_back(turn, key, status)
        first = await turn.first_of(number, end)
        if number == status.shift_number:
            return first, end
        self._ends[key] = ends = first, await turn.first_of(number + 1, end) - 1
        return ends

    async def _gone_back(
        self, turn: _Turn, key: ShiftKey, status: RegisterStatus
    ) -> tuple[int, int]:
        """The same, from the reports alone: an opening ends the way back through a shift."""
        fn, wanted = key
        before = status.fn.last_fiscal_document_number + 1
        for number in range(status.shift_number, wanted - 1, -1):
            is_running = number == status.shift_number and status.shift is not ShiftState.CLOSED
            last = before - 1 if is_running else await turn.closing_before(before - 1)
            before = first = await self._begin(turn, (fn, number), last)
        if not is_running:
            self._ends[key] = first, last
        return first, last

    async def _begin(self, turn: _Turn, shift: ShiftKey, last: int) -> int:
        """Going back in a shift from its last document."""
        if shift in self._begun:
            return self._reached[shift]
        there = min(self._reached.get(shift, last), last)
        while (await turn.seen(there, shift[1])).form is not DocumentForm.SHIFT_OPENING:
            there -= 1
            self._reached[shift] = there
            if there < 1:
                raise Refused(Reason.NOT_FOUND, "the shift has no opening")
        self._reached[shift] = there
        self._begun.add(shift)
        return there


class _Turn:
    """Reads documents until its time is over; at least one is always read."""

    def __init__(self, desk: Desk, journal: Journal, fiscal_drive_number: str) -> None:
        self._desk = desk
        self._journal = journal
        self._fn = fiscal_drive_number
        self._until = asyncio.get_running_loop().time() + TURN_S
        self._left = _MOST_OF_TURN
        self._read: dict[int, TapeDocument] = {}
        """To be kept."""
        self._kept: dict[int, TapeDocument] = {}

    async def document(self, number: int, shift: int | None = None) -> TapeDocument:
        """One document, of `shift` where it does not tell; kept ones are not read again.

        Raises `_TurnOver`, `RegisterError`.
        """
        known = self._read.get(number) or self._kept.get(number)
        if known is not None:
            return known
        is_late = asyncio.get_running_loop().time() >= self._until
        if not self._left or (is_late and self._left < _MOST_OF_TURN):
            raise _TurnOver
        (document,) = await self._desk.tape(number, number)
        self._left -= 1
        made = compared(document)
        if made.shift_number is None and shift is not None:
            made = replace(made, shift_number=shift)
        self._read[number] = made
        return made

    async def keep(self, at: datetime) -> int:
        """Keep what has been read since the last time; how many documents that are."""
        rows = {number: kept(one) for number, one in sorted(self._read.items())}
        await self._journal.keep_tape(self._fn, rows, at)
        self._kept |= self._read
        self._read = {}
        return len(rows)

    async def first_of(self, shift: int, end: int) -> int:
        """The first document of a shift that is there, or `end + 1`."""
        low, high = 1, end + 1
        while low < high:
            middle = (low + high) // 2
            found = await self._with_shift(middle, high)
            if found is None:
                high = middle
                continue
            number, its_shift = found
            if its_shift >= shift:
                high = middle
            else:
                low = number + 1
        while low <= end and (await self.seen(low)).shift_number is None:
            low += 1  # a registration before the shift
        return low

    async def _with_shift(self, number: int, end: int) -> tuple[int, int] | None:
        """The next document that belongs to a shift, from `number` on."""
        for there in range(number, min(end, number + _MOST_WITHOUT_SHIFT)):
            document = await self.seen(there)
            if document.shift_number is not None:
                return there, document.shift_number
        return None

    async def closing_before(self, number: int) -> int:
        """The last closing of a shift up to a document."""
        while (await self.seen(number)).form is not DocumentForm.SHIFT_CLOSING:
            number -= 1
            if number < 1:
                raise Refused(Reason.NOT_FOUND, "no such shift")
        return number

    async def seen(self, number: int, shift: int | None = None) -> TapeDocument:
        """The same as `document`, also of what was kept in another run."""
        if number not in self._read and number not in self._kept:
            rows = await self._journal.tape(self._fn, number, number)
            self._kept |= read(rows)
        return await self.document(number, shift)


def _is_running(key: ShiftKey, status: RegisterStatus | None) -> bool:
    """Documents may still be recorded in it, or it was closed and is the last one."""
    if status is None or status.fn.fiscal_drive_number != key[0]:
        return False
    return status.shift is not ShiftState.CLOSED and status.shift_number == key[1]
