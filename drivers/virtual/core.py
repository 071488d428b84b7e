"""The register itself: FN, shift, receipt building, counters, drawer, paper.

A plain synchronous state machine. It knows no protocol: faces translate commands into calls
of `VirtualRegister` and `DeviceRefused` into their own error codes. Everything that a power
cut leaves in a real register is in the store when a call returns; the open document, the
link and the print queue are not, and are lost with the process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import FfdVersion, TaxSystem

Clock = Callable[[], datetime]
"""Gives the aware local time of the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Registration parameters of the virtual register; all configurable, all believable."""

    fiscal_drive_number: str = "9999078900001234"
    serial_number: str = "0000000000001234"
    owner_inn: str = "7701234560"  # to be given valid check digits
    owner_name: str = 'ООО "УЧЕБНЫЙ КЛУБ"'
    registration_number: str = ""  # computed from INN and serial when empty
    settlement_address: str = "101000, г. Москва, ул. Учебная, д. 1"
    settlement_place: str = "Компьютерный клуб"
    ofd_inn: str = "7709364346"
    ofd_name: str = "УЧЕБНЫЙ ОФД"
    sender_email: str = "kassa@example.org"
    ffd_version: FfdVersion = FfdVersion.V1_2
    tax_systems: frozenset[TaxSystem] = frozenset(TaxSystem)
    fn_term_months: int = 15
    fn_capacity_documents: int = 230_000


@dataclass(frozen=True, slots=True)
class ClosedReceipt:
    """What closing a receipt gives."""

    document: FiscalDocument
    change: int
    """Kopecks."""


class VirtualRegister:
    """One register. Every command raises `DeviceRefused` and then has changed nothing."""

    registration: Registration

    @classmethod
    def open(
        cls,
        state: Path | None,
        registration: Registration,
        clock: Clock,
        paper: Callable[[str], None] = lambda line: None,
    ) -> VirtualRegister:
        """The register kept in the file `state` (None: in memory), made when missing.

        `clock` gives aware local time. `paper` receives every printed line.
        An existing file keeps its own registration.
        """
        raise NotImplementedError
