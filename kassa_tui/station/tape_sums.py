"""A shift added up from the register's own tape, each document read once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.register import RegisterError
from kassa_tui.station.desk import Desk

_MOST_DOCUMENTS = 3000
"""A shift with more is not added up."""

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
    """Adds up the shift of a document, and goes on from where it was the last time: what is
    on the tape never changes, and a slow line takes seconds for a hundred documents."""

    def __init__(self, desk: Desk, longest_s: float, progress: Callable[[int, int], None]) -> None:
        """`progress` is told how many documents have been read, and of about how many."""
        self._desk = desk
        self._longest_s = longest_s
        self._progress = progress
        self._limit: asyncio.Timeout | None = None
        self._known: tuple[str, int] | None = None
        """FN and number of the last document that `_sums` has."""
        self._sums = TapeSums()

    async def add_up(
        self, fiscal_drive_number: str, last: int, receipts: int, *, may_stop: bool = False
    ) -> TapeSums | None:
        """The receipts from `last` back to the opening of its shift; None: the tape does not
        tell, or not in time.

        Args:
            receipts: Those of the shift, as the register counts them.
            may_stop: `stop` ends it.
        """
        try:
            async with asyncio.timeout(self._longest_s) as limit:
                self._limit = limit if may_stop else None
                sums = await self._read_back(fiscal_drive_number, last, receipts)
        except TimeoutError:
            await self._desk.drop()
            return None
        finally:
            self._limit = None
        if sums is not None:
            self._known, self._sums = (fiscal_drive_number, last), sums
        return sums

    def stop(self) -> None:
        """What is being read is not waited for any more; nothing is lost by it."""
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def _read_back(
        self, fiscal_drive_number: str, last: int, receipts: int
    ) -> TapeSums | None:
        sums = TapeSums()
        unknown = receipts + 1  # and the opening of the shift
        if self._known is not None and self._known[0] == fiscal_drive_number:
            unknown = min(unknown, last - self._known[1])
        for number in range(last, max(0, last - _MOST_DOCUMENTS), -1):
            if self._known == (fiscal_drive_number, number):
                return sums + self._sums
            self._progress(last - number, max(unknown, last - number))
            try:
                document = (await self._desk.tape(number, number))[0]
            except RegisterError:
                return None
            if document.form is DocumentForm.SHIFT_OPENING:
                return sums
            if document.calculation_sign is None:
                continue
            paid = _paid(document)
            if paid is None:
                return None
            sums += paid
        return None


def _paid(receipt: FiscalDocument) -> TapeSums | None:
    """None: the tape does not tell how it was paid."""
    payments = receipt.payments
    if payments is None:
        return None
    if receipt.calculation_sign in _RETURNS:
        return TapeSums(return_cash=payments.cash, return_cashless=payments.cashless)
    return TapeSums(cash=payments.cash, cashless=payments.cashless)
