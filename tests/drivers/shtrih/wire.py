"""Our driver and the virtual register at the two ends of a real wire."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import FfdVersion
from drivers.shtrih.connection import Protocol
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import LinkTiming
from drivers.virtual.core import VirtualRegister
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face.server import ShtrihFace
from tests.drivers.examples import ZONE, SteppedClock
from tests.drivers.shtrih.scripted import FAST

Carrier = Literal["tcp", "pty"]

WIRES = [
    pytest.param("tcp", "v1", id="tcp-v1"),
    pytest.param("tcp", "v2", id="tcp-v2"),
    pytest.param("pty", "v1", id="pty-v1"),
    pytest.param("pty", "v2", id="pty-v2"),
]


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
