"""Each driver at one end of a real wire, the virtual register with the face for it at the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import httpx

from drivers.ffd.enumerations import FfdVersion
from drivers.kkmserver.driver import KkmServerRegister
from drivers.kkmserver.execution import KkmTiming
from drivers.register import FiscalRegister
from drivers.shtrih.driver import ShtrihRegister
from drivers.virtual.core import VirtualRegister
from drivers.virtual.faults import Faults
from drivers.virtual.kkmserver_face import Habits, KkmServerFace
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face import ShtrihFace
from tests.drivers.examples import ZONE, SteppedClock
from tests.drivers.shtrih.scripted import FAST

Kind = Literal["shtrih", "kkmserver"]
KINDS: tuple[Kind, ...] = ("shtrih", "kkmserver")

QUICK = KkmTiming(
    connect=1.0,
    reading=2,
    recording=2,
    margin=0.2,
    settling=3.0,
    tape=3.0,
    look_up=0.5,
    unknown=0.1,
    first_pause=0.02,
    last_pause=0.1,
)
"""Patience of tests: the service is on the same machine."""

CLOSING = {"shtrih": "FF45", "kkmserver": "RegisterCheck"}
"""The command that records a receipt."""
OPENING_SHIFT = {"shtrih": "FF0B", "kkmserver": "OpenShift"}
CLOSING_SHIFT = {"shtrih": "FF43", "kkmserver": "CloseShift"}


@dataclass
class Bench:
    kind: Kind
    driver: FiscalRegister
    virtual: VirtualRegister
    face: ShtrihFace | KkmServerFace
    clock: SteppedClock
    paper: list[str]
    another: Callable[[], FiscalRegister]
    """A driver that knows nothing yet, at the same address."""

    @property
    def last(self) -> int:
        return self.virtual.fn.last_fiscal_document_number

    def inject(self, spec: str) -> None:
        """Faults from now on; the register and its face share one object."""
        self.virtual.faults.__dict__.update(Faults.parse(spec, seed=1).__dict__)


@asynccontextmanager
async def bench(
    kind: Kind,
    *,
    version: FfdVersion = FfdVersion.V1_2,
    faults: str = "",
    habits: Habits | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Bench]:
    clock, paper = SteppedClock(), list[str]()
    virtual = VirtualRegister.open(
        None,
        Registration(ffd_version=version),
        clock,
        paper.append,
        faults=Faults.parse(faults, seed=1),
    )
    face: ShtrihFace | KkmServerFace
    if kind == "shtrih":
        face = ShtrihFace(virtual, late_answer=timedelta(seconds=0.25))
        host, port = await face.serve_tcp()
    else:
        habits = habits or Habits(strict=True, late_answer=timedelta(seconds=0.25))
        face = KkmServerFace(virtual, habits)
        host, port = await face.serve_http()

    def driver() -> FiscalRegister:
        if kind == "shtrih":
            return ShtrihRegister(f"socket://{host}:{port}", timezone=ZONE, timing=FAST)
        return KkmServerRegister(
            f"http://{host}:{port}?num_device=1",
            timezone=ZONE,
            timing=QUICK,
            clock=clock,
            requisite_name="ID платежа",
            transport=transport,
        )

    first = driver()
    try:
        yield Bench(kind, first, virtual, face, clock, paper, driver)
    finally:
        await first.close()
        await face.close()
        virtual.close()
