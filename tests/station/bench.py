"""A station over real parts: journal file, driver, loopback socket, virtual register."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any, cast
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm, TaxSystem, VatRate
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import LinkTiming
from drivers.virtual.core import VirtualRegister
from drivers.virtual.faults import Faults
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face import ShtrihFace
from kassa_tui.izi.embedded.crm import EVERYTHING, EmbeddedCrm
from kassa_tui.izi.embedded.demo import demo_club
from kassa_tui.izi.errors import CrmTimeout, CrmUnavailable
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.port import Crm
from kassa_tui.journal.journal import Journal
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.station import Station

MOSCOW = timezone(timedelta(hours=3))
QUICK = LinkTiming(control=0.2, answer=0.2, byte=0.1, probe=0.2)
FOR_EVER = LinkTiming(control=60, answer=60, byte=60, probe=60)
SETTINGS = StationSettings(
    club="Клуб «Орбита»",
    till="Касса 1",
    cashier="Иванова А.",
    tax_system=TaxSystem.SIMPLIFIED_INCOME,
    vat_rate=VatRate.NO_VAT,
    poll_s=0.05,
    first_retry_s=0.02,
    last_retry_s=0.1,
    reading_s=5,
    fiscal_s=10,
)


def now() -> datetime:
    return datetime.now(UTC).astimezone(MOSCOW)


class Bench:
    """A virtual register on a socket, and stations that come and go over one journal."""

    def __init__(
        self,
        path: Path,
        registration: Registration = Registration(),  # noqa: B008
        clock: Callable[[], datetime] = now,
    ) -> None:
        """`clock` is the station's, the register's and the CRM's."""
        self.path = path
        self.clock = clock
        self.paper: list[str] = []
        self.register = VirtualRegister.open(None, registration, clock, self.paper.append)
        self._executor = ThreadPoolExecutor(1)
        self._face: ShtrihFace | None = None
        self._address = ("127.0.0.1", 0)
        self._ids = 0
        self.gate: Gate | None = None

    async def plug_in(self) -> None:
        """Put the register on its socket, at the same port each time."""
        self._face = ShtrihFace(self.register, executor=self._executor)
        self._address = await self._face.serve_tcp(*self._address)

    async def pull_out(self) -> None:
        """Take it off: connections break, new ones are refused."""
        assert self._face is not None
        await self._face.close()
        self._face = None

    async def close(self) -> None:
        if self._face is not None:
            await self.pull_out()
        self.register.close()
        self._executor.shutdown()
        if self.gate is not None:
            await self.gate.embedded.close()

    def fail(self, spec: str) -> None:
        """Inject faults from now on."""
        self.register.faults._faults = Faults.parse(spec, seed=0)._faults

    async def by_hand(self, action: Callable[..., Any], *arguments: object) -> Any:
        """Do something at the register itself, in its own thread."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, action, *arguments)

    async def receipts(self) -> list[FiscalDocument]:
        """The receipts on the tape."""

        def read() -> list[FiscalDocument]:
            last = self.register.fn.last_fiscal_document_number
            documents = map(self.register.find, range(1, last + 1))
            return [one for one in documents if one.form is DocumentForm.RECEIPT]

        return await self.by_hand(read)

    async def until_recorded(self) -> None:
        """Wait for the first receipt on the tape."""
        while not await self.receipts():  # noqa: ASYNC110 - a register tells nobody
            await asyncio.sleep(0.01)

    def new_id(self) -> UUID:
        self._ids += 1
        return UUID(int=0x7000 << 64 | 2 << 62 | self._ids)

    async def open_crm(self, features: frozenset[Feature] = EVERYTHING) -> "Gate":
        """The demo club's CRM beside the journal, behind a gate that can be shut."""
        crm = await EmbeddedCrm.open(
            self.path.with_name("crm.db"),
            clock=self.clock,
            randomness=Random(7).randbytes,
            features=features,
        )
        club = await demo_club(crm)
        self.gate = Gate(crm, crm.session(club.token), club.club_id)
        return self.gate

    @asynccontextmanager
    async def station(
        self, timing: LinkTiming = QUICK, settings: StationSettings = SETTINGS
    ) -> AsyncIterator["Running"]:
        """A station that works; it is cut off like a killed one if it is still at work."""
        journal = await Journal.open(self.path)
        try:
            running = Running()
            host, port = self._address
            register = ShtrihRegister(
                f"socket://{host}:{port}", timezone=MOSCOW, protocol="v1", timing=timing
            )
            running.journal = journal
            running.station = Station(
                register,
                journal,
                settings,
                self.clock,
                self.new_id,
                running.listen,
                crm=None if self.gate is None else cast("Crm", self.gate),
                club_id="" if self.gate is None else self.gate.club_id,
            )
            running.task = asyncio.create_task(running.station.run())
            try:
                yield running
            finally:
                running.task.cancel()
                await asyncio.gather(running.task, return_exceptions=True)
                await register.close()
        finally:
            await journal.close()


class Gate:
    """The way to a CRM: calls pass, are turned back, or their answers are lost."""

    def __init__(self, embedded: EmbeddedCrm, session: Crm, club_id: str) -> None:
        self.embedded = embedded
        self.session = session
        self.club_id = club_id
        self.is_shut = False
        """Nothing gets through."""
        self.refuses: set[str] = set()
        """Calls that do not get through."""
        self.loses: set[str] = set()
        """Calls that are carried out once more without an answer."""
        self.shuts_with_a_loss = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*arguments: object, **named: object) -> Any:
            if self.is_shut:
                raise CrmUnavailable("the gate is shut")
            if name in self.refuses:
                raise CrmUnavailable(f"{name} does not get through")
            answer = await getattr(self.session, name)(*arguments, **named)
            if name in self.loses:
                self.loses.discard(name)
                self.is_shut = self.shuts_with_a_loss
                raise CrmTimeout("the answer is lost")
            return answer

        return call


class Running:
    """A station at work and what it has said."""

    station: Station
    journal: Journal
    task: asyncio.Task[None]

    def __init__(self) -> None:
        self.snapshots: list[Snapshot] = []
        self._news = asyncio.Event()

    def listen(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        self._news.set()

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    async def until(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        """The first snapshot from now on (the last one included) with `condition`."""
        while not (self.snapshots and condition(self.last)):
            self._news.clear()
            await self._news.wait()
        return self.last
