"""How the virtual register is registered: the facts of FD 1 and of the FN's plate."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.ffd.enumerations import FfdVersion, TaxSystem, VatRate


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Registration parameters of the virtual register; all configurable, all believable.

    Raises `ValueError` for what no real register could have.
    """

    fiscal_drive_number: str = "9999078900001234"
    """1041; always a training number, starting with 9999."""
    serial_number: str = "0000000000001234"
    """1013, digits."""
    owner_inn: str = "7701234560"
    """1018, with valid check digits."""
    owner_name: str = 'ООО "УЧЕБНЫЙ КЛУБ"'
    """1048."""
    registration_number: str = ""
    """1037; computed from INN and serial number when empty."""
    settlement_address: str = "101000, г. Москва, ул. Учебная, д. 1"
    """1009."""
    settlement_place: str = "Компьютерный клуб"
    """1187."""
    ofd_inn: str = "7709364346"
    """1017."""
    ofd_name: str = "УЧЕБНЫЙ ОФД"
    """1046."""
    sender_email: str = "kassa@example.org"
    """1117."""
    ffd_version: FfdVersion = FfdVersion.V1_2
    """1209."""
    tax_systems: frozenset[TaxSystem] = frozenset(TaxSystem)
    """1062."""
    vat_rates: frozenset[VatRate] = frozenset(VatRate)
    """Rates that the firmware knows; others are refused."""
    fn_term_months: int = 15
    fn_capacity_documents: int = 230_000
    ofd_queue_capacity: int = 60_000
    """Documents that may wait for the operator."""
