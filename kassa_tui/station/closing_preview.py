"""The end of a shift as it would be now, looked at before the close is confirmed."""

from __future__ import annotations

from dataclasses import dataclass

from kassa_tui.station.reconciliation.rows import Row, Totals

MOST_OPEN_ROWS = 20


@dataclass(frozen=True, slots=True)
class PreviewClosing:
    """Add the shift up three ways; nothing is recorded. Reading the tape holds the queue."""


@dataclass(frozen=True, slots=True)
class StopAddingUp:
    """Wait no longer for the tape of a preview: its total stays untold. Not queued."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingPreview:
    """Sums are kopecks of cash and card together, returns taken off.

    What should be in the drawer is not among them: the count is blind (K12).
    """

    register_total: int | None
    """Added up from the tape; None where it does not tell, was not waited for, or has no open
    shift."""
    journal_total: int
    crm_total: int | None
    """None without a CRM, or where it does not tell."""
    waiting: int
    """Records that the CRM has not got yet."""
    poisoned: int
    """Records that the CRM does not take."""
    without_receipt: int
    """Payments surely without their receipt."""
    unsettled: int
    """Receipts of unknown outcome; the shift is not closed before they are settled."""
    reconciliation: Totals | None = None
    """The shift reconciled; None without a CRM, or where one side does not tell."""
    open_rows: tuple[Row, ...] = ()
    """What is not matched, the oldest first, at most `MOST_OPEN_ROWS`."""

    @property
    def agrees(self) -> bool:
        """Every total that was told is the same."""
        told = {self.register_total, self.crm_total} - {None}
        return told <= {self.journal_total}
