"""Everything that one seed needs: register, wire, disk, and the lives of the station."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any, cast
from uuid import UUID

from drivers.ffd.enumerations import TaxSystem, VatRate
from drivers.ffd.receipt import Cashier
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import Timing
from drivers.virtual.refusals import DeviceRefused
from drivers.virtual.registration import Registration
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.port import Crm
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.settings.tax import Purpose
from kassa_tui.station.answers import Answer
from kassa_tui.station.identity import uuid7
from kassa_tui.station.requests import Request
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.station import Station
from tests.simulation.books import Books
from tests.simulation.chance import Chance, GatewayFaults, RegisterFaults
from tests.simulation.club import Club, Place
from tests.simulation.disk import Disk, Image
from tests.simulation.gate import Gate
from tests.simulation.gate import Network as CrmNetwork
from tests.simulation.machine import Process, VirtualLoop
from tests.simulation.reading import books_of
from tests.simulation.registers import SHTRIH, Kind
from tests.simulation.tape import Tape
from tests.simulation.witness import Witness, opened

MOSCOW = timezone(timedelta(hours=3))
EPOCH = datetime(2026, 3, 2, 9, tzinfo=MOSCOW)
JOURNAL = "journal.db"
SETTINGS = StationSettings(
    club="Клуб «Орбита»",
    till="Касса 1",
    cashier="Иванова А.",
    tax_system=TaxSystem.SIMPLIFIED_INCOME,
    vat_rate=VatRate.NO_VAT,
)


def two_systems(purpose: Purpose, on: date) -> tuple[TaxSystem, VatRate]:
    """A club whose bar is on a patent: a mixed basket becomes two receipts (K4)."""
    if purpose is Purpose.GOODS:
        return TaxSystem.PATENT, VatRate.NO_VAT
    return TaxSystem.SIMPLIFIED_INCOME, VatRate.NO_VAT


ENOUGH_PAYMENTS = 100_000
FIRST_FN = 9999078900001234
MOST_FNS = 3
FNS_OF_A_TILL = 100
"""Numbers that are another till's from there on."""


class World:
    """One run."""

    def __init__(
        self,
        seed: int,
        chance: Chance | None = None,
        faults: str = "",
        *,
        kind: Kind = SHTRIH,
        club: Place | None = None,
        tell: bool = False,
        beside: World | None = None,
    ) -> None:
        """`faults` are written ones of the virtual register, beside those of `chance`; the till
        `beside` this one has the same CRM, clock and loop, all else is this one's."""
        self.seed = seed
        self.beside = beside
        self.neighbours: tuple[World, ...] = ()
        self.number = 1
        if beside is not None:
            beside.neighbours += (self,)
            self.number += len(beside.neighbours)
        self.host = f"127.0.0.{self.number}"
        self.random = Random(f"world {seed}")
        self.chance = chance or Chance(seed, kind.rates)
        self.trace: list[str] | None = [] if tell else None
        self._hash = hashlib.sha256()
        self._jumped = timedelta(0)
        self.loop = VirtualLoop() if beside is None else beside.loop
        if beside is None:
            self.loop.latency = self._disk_latency
        self.disk = Disk(Random(f"disk {seed}"), self.chance.disk_error)
        self._ids = Random(f"ids {seed}")
        self._callers = Random(f"callers {seed}")
        self._sums = 0
        self.moved: list[int] = []
        """Kopecks put into the register's drawer beside sales, or (negative) taken out."""
        self.by_hand = 0
        """Kopecks put in by somebody whom the station does not know of."""
        self._faults = RegisterFaults(self.chance, faults, kind.favoured)
        self._timing = Timing(print_line=timedelta(milliseconds=self.random.choice((0, 0, 20))))
        self.settings = replace(
            SETTINGS,
            blind_count=self.random.random() < 0.5,
            taxes=self.random.choice((None, two_systems)),
            backups_kept=self.random.choice((0, 0, 2)),
            till=f"Касса {self.number}",
            fiscalise_elsewhere=Random(f"elsewhere {seed}").random() < 0.5,
        )
        self.power_is_on = True
        self.connection = kind.connect(self)
        """The register's protocol and wire."""
        self.registers: list[VirtualRegister] = []
        """The last one is in use."""
        self.register = self._new_register()
        self.witness = Witness(Tape(self.register))
        self.power_cut = False
        """Whether the next death is a power cut."""
        self.unsynced = False
        """Whether there were bytes to lose at the last death."""
        self.fn_goes_in_flight = False
        """Whether the FN is taken out with the next receipt."""
        self.lives = 0
        self.asked = 0
        """Requests that wait for their answers."""
        self.process: Process | None = None
        self.station: Station | None = None
        self.snapshot: Snapshot | None = None
        """The last one of this life."""
        self.plan: Callable[[Process], None] = lambda process: None
        """Told of each new process; may set its death."""
        self._up, self._told = asyncio.Event(), asyncio.Event()
        place = self.random.choice((Place.NONE, Place.FAR, Place.FAR, Place.NEAR))
        if beside is not None:
            self.club = beside.club
        else:
            self.club = Club(
                club or place,
                self.disk,
                self.now,
                Random(f"club {seed}"),
                GatewayFaults(self.chance, seed).fires,
            )
        self.crm_network = CrmNetwork(self)
        self._jitter = Random(f"jitter {seed}")
        self.witness.crm = self.club if self.club.place is not Place.NONE else None

    def now(self) -> datetime:
        """The clock on the wall, for the station and for the register."""
        if self.beside is not None:
            return self.beside.now()
        return EPOCH + self._jumped + timedelta(microseconds=round(self.loop.time() * 1_000_000))

    def jump(self, time: timedelta) -> None:
        """Nobody was there for so long."""
        (self.beside or self)._jumped += time

    def note(self, *words: object) -> None:
        """Add a line to the trace."""
        if self.beside is not None:
            self.beside.note(f"[{self.number}]", *words)
            return
        line = f"{self.loop.time():.6f} {' '.join(map(str, words))}"
        self._hash.update(line.encode())
        if self.trace is not None:
            self.trace.append(line)

    @property
    def digest(self) -> str:
        """Of everything that has happened."""
        return self._hash.hexdigest()

    def _disk_latency(self) -> float:
        if self.chance.strikes("disk-slow"):
            return self.chance.random.choice((0.01, 0.3, 2.0))
        return 0.0

    # As `registers.Surroundings`

    def receipt_leaves(self, command: str, *, closes: bool) -> None:
        """A command is about to leave that makes a receipt, or `closes` one."""
        self.witness.command(command, self.disk.synced.get(JOURNAL))
        if not closes or len(self.registers) > MOST_FNS:
            return
        if self.fn_goes_in_flight or self.chance.strikes("fn-replaced-in-flight"):
            self.fn_goes_in_flight = False
            later = self.chance.random.choice((0.0, 0.0002, 0.3))
            self.loop.call_later(later, self.elsewhere, self.replace_fn, context=self.loop.outside)

    def call_leaves(self, name: str, key: UUID | None) -> None:
        """As `gate.Weather`."""
        self.witness.call(name, key, self.disk.synced.get(JOURNAL))

    # The register and who stands beside it

    def _put_in_by_hand(self, register: VirtualRegister) -> int:
        """Somebody presses a key of the register; kopecks."""
        amount = self.unlike_any_other(7_00)
        try:
            VirtualRegister.cash_in(register, amount, Cashier(name="Петров П."))
        except DeviceRefused:
            return 0
        return amount

    def _new_register(self) -> VirtualRegister:
        number = FIRST_FN + len(self.registers) + FNS_OF_A_TILL * (self.number - 1)
        register = VirtualRegister.open(
            None,
            Registration(fiscal_drive_number=str(number), ffd_version=self.connection.ffd_version),
            self.now,
            faults=self._faults,
            timing=self._timing,
        )
        self._watch_drawer(register)
        self.registers.append(register)
        return register

    async def replace_fn(self) -> None:
        """The register goes away; one with another FN and an empty drawer stands there."""
        self.note("another FN")
        self.connection.break_off()
        self.register = self._new_register()
        self.witness.tape.goes_on_in(self.register)
        await self.connection.serve(self.register)

    def _watch_drawer(self, register: VirtualRegister) -> None:
        def watched(move: Callable[..., int], sign: int) -> Callable[..., int]:
            def moving(amount: int, cashier: Cashier) -> int:
                number = move(amount, cashier)
                self.moved.append(sign * amount)
                if self.chance.strikes("cash-by-hand"):
                    self.by_hand += self._put_in_by_hand(register)
                return number

            return moving

        register.cash_in = watched(register.cash_in, 1)  # type: ignore[method-assign]
        register.cash_out = watched(register.cash_out, -1)  # type: ignore[method-assign]

    async def plug_in(self) -> None:
        await self.connection.serve(self.register)
        if self.beside is None:
            await self.club.plug_in()

    def switch_register(self, on: bool) -> None:
        """The mains of the register."""
        if on == self.power_is_on:
            return
        self.note("register", "on" if on else "off")
        self.power_is_on = on
        self.connection.switch(on)

    # The lives of the station

    async def live(self) -> None:
        """Start the station again whenever it has gone."""
        while True:
            self.lives += 1
            process = Process(self.loop, self._dies)
            self.process = process
            self.note("life", self.lives)
            self.plan(process)
            work = process.spawn(self._work(process))
            await asyncio.wait({work, process.died}, return_when=asyncio.FIRST_COMPLETED)
            if process.alive:
                failure = work.exception()
                self.note("ended", repr(failure))
                if not isinstance(failure, JournalError | CrmError | sqlite3.Error):
                    self.witness.accuse(f"the station ended by itself: {failure!r}")
                process.die()
                await process.died
            await asyncio.sleep(self.random.choice((0.1, 1.0, 10.0)))

    async def _work(self, process: Process) -> None:
        """What `kassa station` does."""
        journal = await self._open_journal(self.disk.folder)
        register = self.connection.driver(MOSCOW)

        def listen(snapshot: Snapshot) -> None:
            if process.step("snapshot"):
                self.snapshot = snapshot
                self._told.set()
                self.note("snapshot", _shown(snapshot))
                idle = not self.asked and snapshot.in_progress is None
                self.witness.journal = self.disk.connection(JOURNAL) if idle else None
                self.witness.snapshot(snapshot)

        try:
            async with self._crm(process) as (crm, club_id):
                self.station = Station(
                    register,
                    journal,
                    self.settings,
                    self.now,
                    self._new_id,
                    listen,
                    crm=crm,
                    club_id=club_id,
                    jitter=self._jitter.random,
                )
                self._up.set()
                await self.station.run()
        finally:
            await journal.close()

    @asynccontextmanager
    async def _crm(self, process: Process) -> AsyncIterator[tuple[Crm | None, str]]:
        """The CRM that a station is given."""
        match self.club.place:
            case Place.NONE:
                yield None, ""
            case Place.FAR:
                yield cast("Crm", Gate(self.crm_network, process)), self.club.club_id
            case Place.NEAR:
                async with self.club.inside() as (crm, club_id):
                    yield crm, club_id

    def _new_id(self) -> Any:
        return uuid7(self.now(), self._ids.randbytes(10))

    def elsewhere(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Somebody does something that is no business of the station's."""
        self.loop.create_task(work(), context=self.loop.outside.copy())

    def made_up_id(self) -> UUID:
        """An id that a caller has made up."""
        return UUID(bytes=self._callers.randbytes(16), version=4)

    def unlike_any_other(self, about: int) -> int:
        """A sum in kopecks that comes once in a run."""
        self._sums += 1
        return about + self._sums

    def _dies(self, process: Process) -> None:
        self.unsynced = self.disk.unsynced
        self.note("dies", "power cut" if self.power_cut else "killed", process.steps)
        self.disk.die(self.power_cut)
        if JOURNAL in self.disk.old and self.chance.strikes("journal-restored"):
            self._restore_journal()
        self.connection.leave(process)
        self.station = self.snapshot = None
        self.asked = 0
        self._up.clear()
        self._told.clear()

    def _restore_journal(self) -> None:
        """Somebody puts an old copy of the journal in its place."""
        self.note("an old journal")
        before = _known(Image.of(self.disk.folder / JOURNAL))
        self.disk.restore(JOURNAL)
        known = _known(self.disk.synced[JOURNAL])
        self.witness.lost |= {one: sum_ for one, sum_ in before.items() if one not in known}
        self.witness.restored = True

    async def up(self) -> None:
        """Wait for a station that has told its first."""
        await self._told.wait()

    async def ask(self, request: Request) -> Answer | None:
        """Ask the station that lives now; None when it dies before it has answered."""
        await self._up.wait()
        process, station = self.process, self.station
        if process is None or station is None:
            return None
        reply: asyncio.Future[Answer] = self.loop.create_future()

        async def asking() -> None:
            self.asked += 1
            answer = await station.ask(request)
            self.asked -= 1
            if process.step("answer"):
                self.note("answer", answer)
                self.witness.answer(request, answer)
                reply.set_result(answer)

        self.note("ask", request)
        process.spawn(asking())
        await asyncio.wait({reply, process.died}, return_when=asyncio.FIRST_COMPLETED)
        return reply.result() if reply.done() else None

    async def books(self) -> Books:
        """Everything that is kept, as a power cut would leave it."""
        crm = None if self.club.place is Place.NONE else self.club.ledger()
        drawer = sum(register.cash_in_drawer for register in self.registers) - self.by_hand
        if (image := self.disk.synced.get(JOURNAL)) is None:
            return Books(payments=(), moved=self.moved, drawer=drawer, crm=crm)
        folder = self.disk.folder / "check"
        folder.mkdir()
        key = key_path(self.disk.folder / JOURNAL)
        (folder / key.name).write_bytes(key.read_bytes())
        image.write(folder / JOURNAL)
        journal = await self._open_journal(folder)
        try:
            payments = await journal.last_payments(ENOUGH_PAYMENTS)
        finally:
            await journal.close()
        with opened(image) as db:
            told = books_of(db, payments)
        return replace(told, moved=self.moved, drawer=drawer, crm=crm)

    async def _open_journal(self, folder: Path) -> Journal:
        return await Journal.open(
            folder / JOURNAL, connect=self.disk.connect, free_bytes=self._free_bytes
        )

    def _free_bytes(self, path: Path) -> int:
        return 0 if self.chance.strikes("disk-nearly-full") else 1 << 40

    def close(self) -> None:
        """Free the machine, and with it the tills beside this one."""
        for world in (self, *self.neighbours):
            if world.process is not None and world.process.alive:
                world.process._on_death = lambda process: None
                world.process.die()
                self.loop.run_until_complete(world.process.died)
        tasks = asyncio.all_tasks(self.loop) - set(self.loop.owned)
        for task in tasks:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self.loop.run_until_complete(self.club.close())
        for world in (self, *self.neighbours):
            world.disk.close()
            for register in world.registers:
                register.close()
        self.loop.close()


def _known(journal: Image) -> dict[UUID, int]:
    """Payments and movements of a journal, with the kopecks that a movement puts in."""
    with opened(journal) as db:
        try:
            payments = db.execute("SELECT id, 0 FROM payment").fetchall()
            moves = db.execute(
                "SELECT id, iif(direction = 'in', amount, -amount) FROM cash_move"
            ).fetchall()
        except sqlite3.OperationalError:
            return {}  # there were no tables yet
    return {UUID(one): amount for one, amount in payments + moves}


def _shown(snapshot: Snapshot) -> str:
    """What the trace tells of a snapshot."""
    documents = sum(state.document is not None for state in snapshot.payments)
    crm = snapshot.crm
    told = "" if crm is None else f" crm {crm.queued} {crm.poisoned} {crm.shift_is_open}"
    return (
        f"{len(snapshot.payments)} payments, {documents} recorded,"
        f" {len(snapshot.unissued)} unissued, unsettled {snapshot.unsettled is not None},"
        f" silent {snapshot.silence.detail if snapshot.silence else '-'},"
        f" phase {snapshot.in_progress.phase if snapshot.in_progress else '-'}"
        f" {snapshot.journal_failure}{told}"
    )
