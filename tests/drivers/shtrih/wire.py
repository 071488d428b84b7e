"""Our driver and the virtual register at the two ends of a real wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Correction, Item, Payments, Receipt
from drivers.shtrih.connection import Protocol
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import LinkTiming
from drivers.virtual.core import VirtualRegister
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face.server import ShtrihFace
from tests.drivers.shtrih.scripted import FAST

ZONE = ZoneInfo("Europe/Moscow")
CASHIER = Cashier(name="Кассир Иванова А.", inn="500100732259")

Carrier = Literal["tcp", "pty"]

WIRES = [
    pytest.param("tcp", "v1", id="tcp-v1"),
    pytest.param("tcp", "v2", id="tcp-v2"),
    pytest.param("pty", "v1", id="pty-v1"),
    pytest.param("pty", "v2", id="pty-v2"),
]


@dataclass
class SteppedClock:
    """Stands still until it is moved."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 12, 0, tzinfo=ZONE))

    def __call__(self) -> datetime:
        return self.at

    def move(self, step: timedelta) -> None:
        self.at += step


@dataclass
class Wire:
    """Both ends, and what lies between."""

    driver: ShtrihRegister
    virtual: VirtualRegister
    face: ShtrihFace
    url: str
    clock: SteppedClock
    paper: list[str]


@asynccontextmanager
async def wired(
    carrier: Carrier = "tcp",
    protocol: Protocol = "v1",
    *,
    version: FfdVersion = FfdVersion.V1_2,
    faults: str = "",
    timing: LinkTiming = FAST,
    late_answer: timedelta = timedelta(seconds=1),
) -> AsyncIterator[Wire]:
    clock, paper = SteppedClock(), list[str]()
    virtual = VirtualRegister.open(
        None,
        Registration(ffd_version=version),
        clock,
        paper.append,
        faults=Faults.parse(faults, seed=1),
    )
    face = ShtrihFace(virtual, late_answer=late_answer)
    if carrier == "pty":
        url = f"serial://{await face.serve_pty()}"
    else:
        host, port = await face.serve_tcp()
        url = f"socket://{host}:{port}"
    driver = ShtrihRegister(url, timezone=ZONE, protocol=protocol, timing=timing)
    try:
        yield Wire(driver, virtual, face, url, clock, paper)
    finally:
        await driver.close()
        await face.close()
        virtual.close()


def item(cost: int = 10000, **changes: object) -> Item:
    values = {
        "name": "Час игры",
        "price": cost,
        "vat_rate": VatRate.NO_VAT,
        "payment_method": PaymentMethod.FULL_PAYMENT,
        "payment_subject": PaymentSubject.SERVICE,
    }
    return Item.model_validate(values | changes)


def receipt(
    *items: Item,
    sign: CalculationSign = CalculationSign.SALE,
    payments: Payments | None = None,
    **changes: object,
) -> Receipt:
    items = items or (item(),)
    values = {
        "calculation_sign": sign,
        "tax_system": TaxSystem.GENERAL,
        "items": items,
        "payments": payments or Payments(cash=sum(line.cost for line in items)),
        "cashier": CASHIER,
    }
    return Receipt.model_validate(values | changes)


def correction(version: FfdVersion, sign: CalculationSign, **changes: object) -> Receipt:
    """A correction of 100.00 with VAT 22 % (20 % in FFD 1.05, which has sums alone)."""
    values: dict[str, object] = {
        "type": CorrectionType.OWN_INITIATIVE,
        "settlement_date": datetime(2025, 6, 1).date(),
    }
    if version is FfdVersion.V1_05:
        values["vat"] = ({"rate": VatRate.VAT_20, "amount": 1667},)
    basis = Correction.model_validate(values | changes)
    if version is FfdVersion.V1_05:
        return receipt(sign=sign, correction=basis).model_copy(update={"items": ()})
    return receipt(item(vat_rate=VatRate.VAT_20), sign=sign, correction=basis)


async def read_back(driver: ShtrihRegister, made: FiscalDocument) -> FiscalDocument:
    """The same document from the tape; what both tell must agree."""
    read = await driver.document(made.fiscal_document_number)
    for name in (
        "form", "fiscal_drive_number", "fiscal_document_number", "fiscal_sign",
        "shift_number", "calculation_sign", "total", "payments", "user_requisite",
    ):  # fmt: skip
        assert getattr(read, name) == getattr(made, name), name
    assert read.date_time.replace(second=0) == made.date_time
    return read
