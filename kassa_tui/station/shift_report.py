"""The end of a shift, told by the register, the journal and the CRM."""

from __future__ import annotations

from uuid import UUID

from drivers.ffd.document import FiscalDocument
from kassa_tui.izi.models.shift import Shift, ZReport
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy
from kassa_tui.journal.shifts import ShiftClosing
from kassa_tui.station.answers import ShiftReport
from kassa_tui.station.tape_sums import TapeSums


def z_report(closing: FiscalDocument, sums: TapeSums | None) -> ZReport | None:
    """Cash and card of the register's shift, added up from its own tape: the closing report
    itself holds totals that many firmwares do not let be read. None where it does not tell.
    """
    if closing.shift_number is None or sums is None:
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
