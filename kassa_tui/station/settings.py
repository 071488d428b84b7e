"""What a station must be told about its club."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.ffd.enumerations import TaxSystem, VatRate


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
    """Of an advance: a calculated rate, or none."""
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
    shown_payments: int = 30
    """Payments of a snapshot."""
