"""The end of a shift, told by the register, the journal and the CRM."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.register import RegisterError
from kassa_tui.izi.models.shift import Shift, ZReport
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy
from kassa_tui.journal.shifts import ShiftClosing
from kassa_tui.station.desk import Desk
from kassa_tui.station.requests import ShiftReport

_MOST_DOCUMENTS = 3000
"""A shift with more is not added up from the tape."""

_RETURNS = (CalculationSign.SALE_RETURN, CalculationSign.EXPENSE)


@dataclass(slots=True)
class TapeSums:
    """What the receipts of a shift were paid by, kopecks."""

    cash: int = 0
    cashless: int = 0
    return_cash: int = 0
    return_cashless: int = 0

    @property
    def total(self) -> int:
        """Cash and card, returns taken off."""
        return self.cash + self.cashless - self.return_cash - self.return_cashless


async def z_report(desk: Desk, closing: FiscalDocument, longest_s: float) -> ZReport | None:
    """Cash and card of the register's shift, added up from its own tape.

    The closing report itself holds totals that many firmwares do not let be read. None where
    the tape does not tell how its receipts were paid, or not within `longest_s`.
    """
    if closing.shift_number is None:
        return None
    sums = await tape_sums(desk, closing.fiscal_document_number - 1, longest_s)
    if sums is None:
        return None
    return ZReport(
        fiscal_document_number=closing.fiscal_document_number,
        shift_number=closing.shift_number,
        date_time=closing.date_time,
        cash_total_sum=sums.cash,
        ecash_total_sum=sums.cashless,
        return_cash_total_sum=sums.return_cash,
        return_ecash_total_sum=sums.return_cashless,
    )


async def tape_sums(desk: Desk, last: int, longest_s: float) -> TapeSums | None:
    """The receipts from `last` back to the opening of their shift; None: the tape does not
    tell, or not within `longest_s`."""
    try:
        async with asyncio.timeout(longest_s):
            return await _added_up(desk, last)
    except TimeoutError:
        await desk.drop()
        return None


async def _added_up(desk: Desk, last: int) -> TapeSums | None:
    sums = TapeSums()
    for number in range(last, max(0, last - _MOST_DOCUMENTS), -1):
        try:
            document = (await desk.tape(number, number))[0]
        except RegisterError:
            return None
        if document.form is DocumentForm.SHIFT_OPENING:
            return sums
        if document.calculation_sign is None:
            continue
        if document.payments is None:
            return None
        if document.calculation_sign in _RETURNS:
            sums.return_cash += document.payments.cash
            sums.return_cashless += document.payments.cashless
        else:
            sums.cash += document.payments.cash
            sums.cashless += document.payments.cashless
    return None


async def journal_total(journal: Journal, shift_id: UUID) -> int:
    """Cash and card of the payments of a shift, what was given back taken off, kopecks."""
    sums = await journal.sums_of_shift(shift_id)
    return sum(
        sums[method].taken - sums[method].returned
        for method in (PayBy.CASH, PayBy.CARD)
        if method in sums
    )


def shift_report(
    closing: ShiftClosing, told: ZReport | None, closed: Shift | None, journal: int, waiting: int
) -> ShiftReport:
    """The three sides, as an answer."""
    totals = closed.totals if closed is not None else None
    return ShiftReport(
        counted_cash=closing.counted_cash,
        expected_cash=closing.expected_cash,
        discrepancy=closing.discrepancy,
        journal_total=journal,
        register_total=None if told is None else told.total,
        crm_total=None if totals is None else totals.register_total,
        waiting=waiting,
    )
