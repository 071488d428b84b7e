"""What a station must be told about its club."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from drivers.ffd.enumerations import TaxSystem, VatRate
from kassa_tui.settings.tax import Purpose

Taxes: TypeAlias = Callable[[Purpose, date], tuple[TaxSystem, VatRate]]
"""Tax system (1055) and rate (1199) of a settlement of a day; raises `TaxRegimeError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSettings:
    """Facts of the club and the patience of the station. Times are in seconds."""

    club: str
    till: str
    cashier: str
    """1021, position and name."""
    cashier_inn: str | None = None
    """1203."""
    tax_system: TaxSystem
    vat_rate: VatRate
    """Of everything, where `taxes` does not tell; of an advance: a calculated rate, or none."""
    taxes: Taxes | None = None
    """The club's three tax settings, by the day."""
    fiscalise_balance_charges: bool = True
    """What is paid from the balance gets a receipt of its own (offset of the advance, 1215)."""
    anonymous_top_ups: bool = True
    """With a CRM: money is taken for nobody's balance too; it stays out of the CRM."""
    fiscalise_elsewhere: bool = False
    """What is paid in the CRM's own screens or its app gets its receipt here by itself."""
    blind_count: bool = True
    """With a CRM: a shift is closed only with the cash counted."""
    paper_on_request: bool = False
    """The paper receipt may be left out where an electronic one goes to the client."""
    max_payment: int = 10_000_000_00
    """Kopecks; no single payment may be larger."""
    max_top_up: int = 10_000_000_00
    """Kopecks."""
    top_up_item: str = "Пополнение баланса"
    """1030 of a top-up; on the receipt, so in Russian whatever the screen's language is."""
    poll_s: float = 3.0
    """Between two questions to an idle register."""
    first_retry_s: float = 1.0
    """Before a silent register is asked again; doubles up to `last_retry_s`."""
    last_retry_s: float = 30.0
    reading_s: float = 15.0
    """Longest wait for an answer to a reading command."""
    fiscal_s: float = 90.0
    """Longest wait for the end of a fiscal command."""
    crm_s: float = 10.0
    """Longest wait for an answer of the CRM."""
    elsewhere_s: float = 15.0
    """Between two looks at what is paid elsewhere."""
    backups_kept: int = 0
    """Copies of the journal, one made after each shift, beside it; 0: none are made."""
    personal_data_days: int = 30
    """After its receipt is recorded a contact is kept for so many days."""
    shown_payments: int = 30
    """Payments of a snapshot."""

    def taxed(self, purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
        """Raises `TaxRegimeError`."""
        if self.taxes is None:
            return self.tax_system, self.vat_rate
        return self.taxes(purpose, on)
