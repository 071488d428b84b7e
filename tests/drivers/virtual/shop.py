"""A club with one virtual register, a clock that a test turns, and its paper."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, FfdVersion, VatRate
from drivers.ffd.receipt import Cashier, Payments
from drivers.ffd.tlv import Tlv
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import ClosedReceipt, ItemLine, Timing
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration

MOSCOW = timezone(timedelta(hours=3))
OPENING = datetime(2026, 11, 20, 10, 0, tzinfo=MOSCOW)
CASHIER = Cashier(name="Кассир Иванова А.Б.", inn="773000004251")
OPERATOR = 1
SALE = CalculationSign.SALE
GENERAL = 1
"""1055 of the general tax system, as a bit."""


class Shop:
    """The register under test; `clock` is a field to set.

    Attributes:
        opened: Registers to be closed when the test is over.
    """

    opened: ClassVar[list[VirtualRegister]] = []

    def __init__(
        self,
        path: Path | None = None,
        registration: Registration | None = None,
        *,
        faults: str = "",
        seed: int = 1,
        timing: Timing | None = None,
    ) -> None:
        self.path = path
        self.clock = OPENING
        self.paper: list[str] = []
        self._registration = registration or Registration()
        self._faults = Faults.parse(faults, seed)
        self._timing = timing
        self.register = self.open()

    def open(self) -> VirtualRegister:
        register = VirtualRegister.open(
            self.path,
            self._registration,
            lambda: self.clock,
            self.paper.append,
            faults=self._faults,
            timing=self._timing,
        )
        Shop.opened.append(register)
        return register

    def reopen(self) -> VirtualRegister:
        """The process ends and another one opens the file."""
        self.register.close()
        self.register = self.open()
        return self.register

    def wait(self, **duration: float) -> None:
        self.clock += timedelta(**duration)

    def open_shift(self) -> FiscalDocument:
        return self.register.open_shift(OPERATOR, CASHIER)

    def close_shift(self) -> FiscalDocument:
        return self.register.close_shift(OPERATOR, CASHIER)

    def begin(self, sign: CalculationSign = SALE) -> None:
        self.register.open_receipt(sign, OPERATOR)

    def add(
        self,
        price: int = 10000,
        quantity: str = "1",
        rate: VatRate = VatRate.NO_VAT,
        sign: CalculationSign = SALE,
        **more: object,
    ) -> None:
        item = ItemLine(
            name="Час игры", price=price, quantity=Decimal(quantity), vat_rate=rate, **more
        )
        self.register.add_item(item, sign=sign, operator=OPERATOR)

    def tag(self, tag: int, value: object) -> None:
        self.register.add_tag(Tlv.of(tag, value), operator=OPERATOR)

    def item_tag(self, tag: int, value: object) -> None:
        self.register.add_item_tag(Tlv.of(tag, value), operator=OPERATOR)

    def pay(self, tax_system: int = GENERAL, rounding: int = 0, **payments: int) -> ClosedReceipt:
        return self.register.close_receipt(
            Payments(**payments),
            tax_system=tax_system,
            operator=OPERATOR,
            cashier=CASHIER,
            rounding=rounding,
        )

    def sell(
        self, price: int = 10000, sign: CalculationSign = SALE, rate: VatRate = VatRate.NO_VAT
    ) -> FiscalDocument:
        """A receipt of one item, paid in cash."""
        self.begin(sign)
        self.add(price, sign=sign, rate=rate)
        return self.pay(cash=price).document

    def correct(self, sign: CalculationSign = SALE, price: int = 5000) -> FiscalDocument:
        """A correction of FFD 1.1 and 1.2."""
        self.register.begin_correction(OPERATOR)
        self.tag(1178, datetime(2026, 11, 1))
        self.add(price, sign=sign)
        return self.pay(cash=price).document

    def tape(self) -> list[FiscalDocument]:
        """Every document of the archive."""
        last = self.register.fn.last_fiscal_document_number
        return [self.register.find(number) for number in range(1, last + 1)]


def registered(version: FfdVersion) -> Registration:
    return Registration(ffd_version=version)
