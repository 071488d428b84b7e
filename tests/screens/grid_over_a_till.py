"""The whole face over a station with real parts, and what its grid is asked by keys."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from textual.pilot import Pilot

from kassa_tui.app import KassaApp
from kassa_tui.izi.models.page import Paging
from kassa_tui.izi.models.transaction import Transaction
from kassa_tui.screens.reconciliation import ReconciliationScreen
from kassa_tui.station.answers import Answer
from kassa_tui.station.reconciliation.requests import ShiftComparison
from kassa_tui.station.reconciliation.rows import Row
from kassa_tui.station.requests import Request
from kassa_tui.station.snapshot import Snapshot
from tests.screens.till import text
from tests.station.bench import Bench, Running, now
from tests.station.reconciliation.till import documents, drained, gate, reconciled

SOON_S = 10.0


class BenchLink:
    """A `Link` to a station that works on the same loop."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.is_attached = False

    def attach(
        self, on_snapshot: Callable[[Snapshot], None], on_end: Callable[[str], None]
    ) -> None:
        def heard(snapshot: Snapshot) -> None:
            self._running.listen(snapshot)
            if self.is_attached:
                on_snapshot(snapshot)

        self._running.station._listener = heard
        self.is_attached = True
        asyncio.get_running_loop().call_soon(on_snapshot, self._running.last)

    def detach(self) -> None:
        self.is_attached = False

    async def ask(self, request: Request) -> Answer:
        return await self._running.station.ask(request)


@dataclass
class Grid:
    """The reconciliation's grid, looked at and worked by keys alone."""

    pilot: Pilot[Any]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        await self.press(*("space" if letter == " " else letter for letter in words))

    async def until(self, words: str | Callable[[], object]) -> None:
        """Wait until the words stand on the screen, or a condition holds."""
        holds = (lambda: words in self.shown) if isinstance(words, str) else words
        give_up = asyncio.get_running_loop().time() + SOON_S
        while not holds():
            assert asyncio.get_running_loop().time() < give_up, f"{words!r}:\n{self.shown}"
            await self.pilot.pause(0.02)

    @property
    def shown(self) -> str:
        return text(self.pilot.app)

    async def compared(self) -> None:
        """Until the grid stands there with everything that it asks for."""
        await self.until(
            lambda: (
                isinstance(self.pilot.app.screen, ReconciliationScreen)
                and self.pilot.app.screen._comparison is not None
            )
        )
        await self.pilot.pause()

    async def again(self) -> None:
        """Reconcile again by F4, every row shown."""
        screen = self.pilot.app.screen
        assert isinstance(screen, ReconciliationScreen), self.shown
        before = screen._comparison
        await self.press("f8", "f4")
        await self.until(lambda: screen._comparison is not before)
        await self.pilot.pause()

    async def is_all_matched(self, rows: int) -> None:
        """Reconcile again by F4: every row is matched, and so says the grid."""
        await self.again()
        await self.until(f"Все {rows}]")
        await self.until(f"Сошлось {rows} ")


@asynccontextmanager
async def grid(running: Running) -> AsyncIterator[Grid]:
    """The grid as F4 opens it from the sale."""
    await drained(running)
    await running.until(lambda s: s.register is not None)
    ids = iter(range(1, 1000))
    app = KassaApp(cast("Any", BenchLink(running)), now, lambda: _face_id(next(ids)), console=False)
    async with app.run_test(size=(80, 24)) as pilot:
        opened = Grid(pilot)
        await opened.until("К ОПЛАТЕ")
        await opened.press("f4")
        await opened.compared()
        yield opened


def _face_id(number: int) -> UUID:
    return UUID(int=0x8000 << 64 | 2 << 62 | number)


async def transactions(bench: Bench) -> list[Transaction]:
    """What the CRM's open shift has, the oldest first."""
    session = gate(bench).session
    shift = await session.current_shift(gate(bench).club_id)
    page = await session.shift_transactions(shift.id, paging=Paging())
    return sorted(page.items, key=lambda one: one.occurred_at)


async def agreed(
    bench: Bench, running: Running, *, receipts: int, attached: int | None = None
) -> list[Row]:
    """Tape, journal and CRM agree: `receipts` documents, of which the CRM has `attached`
    (None: all), each with one transaction; nothing is owed, doubted or still to be told.

    The rows of the reconciliation.
    """
    found = await reconciled(running)
    assert isinstance(found, ShiftComparison)
    tape = await documents(bench)
    assert len(tape) == receipts, tape
    fn = bench.register.registration.fiscal_drive_number
    numbers = {f"{fn}:{one.fiscal_document_number}" for one in tape}
    told = [one.receipt_id for each in await transactions(bench) for one in each.receipts]
    assert len(told) == len(set(told)) == (receipts if attached is None else attached), told
    assert set(told) <= numbers
    journal = running.journal
    assert await journal.payments_without_document() == ()
    assert await journal.unsettled_attempts() == ()
    counts = await journal.call_counts()
    assert (counts.pending, counts.poisoned) == (0, 0)
    for state in await journal.last_payments(50):
        for promised in state.receipts:
            if promised.document is not None:
                one = promised.document
                assert f"{one.fiscal_drive_number}:{one.fiscal_document_number}" in numbers
    return list(found.rows)
