"""A shift added up from the register's own tape, each document read once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from drivers.ffd.enumerations import CalculationSign
from drivers.register import RegisterError, RegisterStatus
from kassa_tui.journal.errors import JournalError
from kassa_tui.station.desk import Desk
from kassa_tui.station.reconciliation.shift_tape import ShiftTape, ShiftTapes
from kassa_tui.station.reconciliation.sides import TapeDocument

_RETURNS = (CalculationSign.SALE_RETURN, CalculationSign.EXPENSE)


@dataclass(frozen=True, slots=True)
class TapeSums:
    """What receipts were paid by, kopecks."""

    cash: int = 0
    cashless: int = 0
    return_cash: int = 0
    return_cashless: int = 0

    @property
    def total(self) -> int:
        """Cash and card, returns taken off."""
        return self.cash + self.cashless - self.return_cash - self.return_cashless

    def __add__(self, other: TapeSums) -> TapeSums:
        return TapeSums(
            self.cash + other.cash,
            self.cashless + other.cashless,
            self.return_cash + other.return_cash,
            self.return_cashless + other.return_cashless,
        )


class TapeAdder:
    """Reads all of a shift for its sums; what was kept of it is not read again."""

    def __init__(
        self,
        desk: Desk,
        tapes: ShiftTapes,
        longest_s: float,
        progress: Callable[[int, int], None],
    ) -> None:
        """`progress` is told how many documents have been read, and of about how many."""
        self._desk = desk
        self._tapes = tapes
        self._longest_s = longest_s
        self._progress = progress
        self._limit: asyncio.Timeout | None = None

    async def read(self, status: RegisterStatus, *, may_stop: bool = False) -> ShiftTape | None:
        """The register's shift as `status` has it; None: the tape does not tell, or not in time.

        With `may_stop` it ends at `stop`.
        """
        key = (status.fn.fiscal_drive_number, status.shift_number)
        try:
            async with asyncio.timeout(self._longest_s) as limit:
                self._limit = limit if may_stop else None
                kept = await self._tapes.kept(key, status)
                if kept.is_whole:
                    return kept
                # Of what is kept nobody needs to be told; the opening is one document more.
                of = max(status.receipts_in_shift + 1 - len(kept.documents), 1)
                async for done in self._tapes.reading(key, status):
                    self._progress(done, max(of, done))
                return await self._tapes.kept(key, status)
        except TimeoutError:
            await self._desk.drop()
        except (RegisterError, JournalError):
            pass  # the shift is told of without it; the next write tells of the journal
        finally:
            self._limit = None
        return None

    def stop(self) -> None:
        """What is being read is not waited for any more; nothing is lost by it."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())


def sums_of(tape: ShiftTape) -> TapeSums | None:
    """What a shift took and gave; None: its tape is not whole, or does not tell."""
    if not tape.is_whole:
        return None
    sums = TapeSums()
    for document in tape.documents:
        if document.calculation_sign is None:
            continue
        paid = _paid(document)
        if paid is None:
            return None
        sums += paid
    return sums


def _paid(receipt: TapeDocument) -> TapeSums | None:
    """None: the tape does not tell how it was paid."""
    if receipt.cash is None or receipt.cashless is None:
        return None
    if receipt.calculation_sign in _RETURNS:
        return TapeSums(return_cash=receipt.cash, return_cashless=receipt.cashless)
    return TapeSums(cash=receipt.cash, cashless=receipt.cashless)
