"""The end of a shift, told by the register, the journal and the CRM."""

from __future__ import annotations

import asyncio
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


async def z_report(desk: Desk, closing: FiscalDocument, longest_s: float) -> ZReport | None:
    """Cash and card of the register's shift, added up from its own tape.

    The closing report itself holds totals that many firmwares do not let be read. None where
    the tape does not tell how its receipts were paid, or not within `longest_s`.
    """
    try:
        async with asyncio.timeout(longest_s):
            return await _added_up(desk, closing)
    except TimeoutError:
        await desk.drop()
        return None


async def _added_up(desk: Desk, closing: FiscalDocument) -> ZReport | None:
    if closing.shift_number is None:
        return None
    sums = {"cash": 0, "ecash": 0, "return_cash": 0, "return_ecash": 0}
    number = closing.fiscal_document_number - 1
    for _ in range(_MOST_DOCUMENTS):
        if number < 1:
            return None
        try:
            document = (await desk.tape(number, number))[0]
        except RegisterError:
            return None
        if document.form is DocumentForm.SHIFT_OPENING:
            return ZReport(
                fiscal_document_number=closing.fiscal_document_number,
                shift_number=closing.shift_number,
                date_time=closing.date_time,
                cash_total_sum=sums["cash"],
                ecash_total_sum=sums["ecash"],
                return_cash_total_sum=sums["return_cash"],
                return_ecash_total_sum=sums["return_ecash"],
            )
        if document.calculation_sign is not None:
            if document.payments is None:
                return None
            side = "return_" if document.calculation_sign in _RETURNS else ""
            sums[f"{side}cash"] += document.payments.cash
            sums[f"{side}ecash"] += document.payments.cashless
        number -= 1
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
