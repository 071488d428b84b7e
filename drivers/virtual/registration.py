"""How the virtual register is registered: the facts of FD 1 and of the FN's plate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

from drivers.ffd.document import TRAINING_FN_PREFIX
from drivers.ffd.enumerations import FfdVersion, TaxSystem, VatRate
from drivers.ffd.inn import is_valid_inn
from drivers.ffd.rnm import is_valid_registration_number, registration_number


def _version(value: Any) -> Any:
    return FfdVersion.from_code(value) if isinstance(value, int) else value


StoredFfdVersion = Annotated[
    FfdVersion, BeforeValidator(_version), PlainSerializer(lambda version: version.code)
]
"""A version that is kept as the value of 1209."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Registration parameters of the virtual register; all configurable, all believable.

    Raises `ValueError` for what no real register could have, and for an FN that is not a
    training one.
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
    ffd_version: StoredFfdVersion = FfdVersion.V1_2
    """1209."""
    tax_systems: frozenset[TaxSystem] = frozenset(TaxSystem)
    """1062."""
    excise_goods: bool = True
    """1207, bit 6 of 1290: a club's bar may sell beer and tobacco."""
    marked_goods: bool = False
    """Bit 8 of 1290; without it goods with a marking code are refused."""
    vat_rates: frozenset[VatRate] = frozenset(VatRate)
    """Rates that the firmware knows; others are refused."""
    fn_term_months: int = 15
    fn_capacity_documents: int = 230_000
    ofd_queue_capacity: int = 60_000
    """Documents that may wait for the operator."""

    def __post_init__(self) -> None:
        number = self.fiscal_drive_number
        if len(number) != 16 or not number.isdecimal():
            raise ValueError(f"an FN number has sixteen digits, not {number!r}")
        if not number.startswith(TRAINING_FN_PREFIX):
            raise ValueError(f"a training FN number starts with {TRAINING_FN_PREFIX}: {number!r}")
        if not 1 <= len(self.serial_number) <= 20 or not self.serial_number.isdecimal():
            raise ValueError(f"a serial number has up to 20 digits, not {self.serial_number!r}")
        for name, inn in (("owner", self.owner_inn), ("OFD", self.ofd_inn)):
            if not is_valid_inn(inn):
                raise ValueError(f"the INN of the {name} is wrong: {inn!r}")
        if not self.tax_systems:
            raise ValueError("a register is registered with at least one tax system")
        if self.fn_term_months < 1 or self.fn_capacity_documents < 1:
            raise ValueError("term and capacity of the FN are positive")
        if not self.registration_number:
            computed = registration_number("1", self.owner_inn, self.serial_number)
            object.__setattr__(self, "registration_number", computed)
        elif not is_valid_registration_number(
            self.registration_number, self.owner_inn, self.serial_number
        ):
            raise ValueError(
                f"the RNM does not fit INN and serial number: {self.registration_number!r}"
            )
