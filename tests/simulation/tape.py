"""The documents in the register's FNs as they stand: the truth, read past the driver."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.virtual.core import VirtualRegister
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE

CASHIER, FOREIGN = 1021, "ДРУГАЯ ПРОГРАММА"
"""Who sells in the virtual register's `foreign-document`."""

Key = tuple[str, int]
"""1041 and 1040."""


class Tape:
    """Nothing on it changes; `read` takes in what has been added."""

    def __init__(self, register: VirtualRegister) -> None:
        self._registers = [register]
        self.documents: dict[Key, FiscalDocument] = {}
        self.of_receipt: dict[UUID, list[FiscalDocument]] = defaultdict(list)
        """By what receipts name (1084): the id that was promised."""
        self._read: dict[str, int] = {}

    @property
    def drive(self) -> str:
        """1041 of the FN that is in use."""
        return self._registers[-1].registration.fiscal_drive_number

    @property
    def is_replaced(self) -> bool:
        """Whether there was another FN before."""
        return len(self._registers) > 1

    def goes_on_in(self, register: VirtualRegister) -> None:
        """Another FN is used from now on; what the old one holds stays true."""
        self._registers.append(register)

    def read(self) -> None:
        for register in self._registers:
            self._read_one(register)

    def _read_one(self, register: VirtualRegister) -> None:
        """An old FN may get a document while it is being taken out."""
        drive = register.registration.fiscal_drive_number
        for number in range(self._read.get(drive, 0) + 1, register._state.fn.last_number + 1):
            document = register._fn.find(number)
            self.documents[drive, number] = document
            self._read[drive] = number
            if receipt := named(document):
                self.of_receipt[receipt].append(document)

    def has_ticket(self, drive: str, number: int) -> bool:
        for register in self._registers:
            if register.registration.fiscal_drive_number == drive:
                return register._fn.ticket(number) is not None
        return False


def named(document: FiscalDocument) -> UUID | None:
    """The promised receipt that a document says it is."""
    requisite = document.user_requisite
    if requisite is None or requisite.name != PAYMENT_ID_REQUISITE:
        return None
    return UUID(requisite.value)


def is_strange(document: FiscalDocument) -> bool:
    """A receipt that names nothing, though nobody else's program has made it."""
    if document.form is not DocumentForm.RECEIPT or named(document):
        return False
    return not is_foreign(document)


def is_foreign(document: FiscalDocument) -> bool:
    return any(tag.tag == CASHIER and tag.value == FOREIGN for tag in document.tags)


def cash_of(document: FiscalDocument) -> int:
    """Kopecks that a receipt brought into the drawer."""
    if document.form is not DocumentForm.RECEIPT or document.payments is None:
        return 0
    return sign_of(document) * document.payments.cash


def sign_of(document: FiscalDocument) -> int:
    returns = (CalculationSign.SALE_RETURN, CalculationSign.EXPENSE)
    return -1 if document.calculation_sign in returns else 1
