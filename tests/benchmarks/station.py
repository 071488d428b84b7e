"""What the station costs a receipt: everything but the wire, durable commits included.

    python -m tests.benchmarks.station [--json] [--receipts N] [--folder DIR]

The real station over the real Shtrih driver sells to `kassa virtual-register` in a process
of its own over a loopback socket, and then over the real KkmServer driver to the same over
HTTP (`kkmserver_` figures); journal and CRM are files in a temporary directory, on
the file system that `--folder` is on (a file system in memory makes no commit durable, and
is refused). Taken is the time from `Station.ask` to its answer, without the time spent in
the register's calls. Before each receipt one small append to a file beside the journal is
made durable: what a commit costs at the least, here and now.

With the CRM of the demo in the same process its own commits are part of the overhead, since
a top-up waits for it; `crm_ms_median` tells how much. A face is not there: the snapshots
are made, and nobody draws them.

A second round asks the next receipt as soon as the last is answered, so that what the
station does behind an answer is counted as well (`busy_ms_mean`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from inspect import iscoroutinefunction
from pathlib import Path
from secrets import token_bytes
from typing import Any, cast
from zoneinfo import ZoneInfo

from drivers.ffd.enumerations import TaxSystem, VatRate
from drivers.register import FiscalRegister
from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.register import virtual_register_at
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.demo import demo_club
from kassa_tui.izi.port import Crm
from kassa_tui.journal.database import Database, connect
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Done, Recorded
from kassa_tui.station.requests import OpenShift, TakePayment
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.station import Station
from tests.benchmarks.report import report
from tests.real_kills.processes import Kind

RECEIPTS = 300
WARM_UP = 20
COUNTED = 20
"""Receipts during which commits are counted, which takes time of its own."""
BETWEEN_S = 0.02
"""Between two customers; what follows an answer ends in it."""
APPENDED = bytes(4096)
SETTINGS = StationSettings(
    club="Клуб «Орбита»",
    till="Касса 1",
    cashier="Иванова А.",
    tax_system=TaxSystem.SIMPLIFIED_INCOME,
    vat_rate=VatRate.NO_VAT,
    poll_s=3600,  # an idle register is asked behind an answer, and not amid a measurement
)
TOP_UP = TakePayment(total=500_00, pay_by=PayBy.CASH, client_id="cl_41")
"""Of a client of the demo; without a CRM of whoever that is."""


class Timed:
    """A party of the station, and the time spent in its calls, seconds."""

    def __init__(self, party: object) -> None:
        self._party = party
        self.spent_s = 0.0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._party, name)
        if not iscoroutinefunction(call):
            return call

        async def timed(*arguments: Any, **more: Any) -> Any:
            begin = time.perf_counter()
            try:
                return await call(*arguments, **more)
            finally:
                self.spent_s += time.perf_counter() - begin

        return timed


class CommitCounter:
    """Counts what a journal commits, while it is told to."""

    def __init__(self) -> None:
        self._database: Database | None = None
        self.commits = 0

    async def connect(self, path: Path) -> Database:
        self._database = await connect(path)
        return self._database

    async def watch(self, on: bool) -> None:
        assert self._database is not None, "the journal is open"
        heard = self._heard if on else None
        await self._database.run(lambda db: db.set_trace_callback(heard))

    def _heard(self, statement: str) -> None:
        self.commits += statement == "COMMIT"


@dataclass
class Till:
    """A station at work, with everything around it that is measured."""

    station: Station
    register: Timed
    crm: Timed | None
    counter: CommitCounter
    append: Path

    async def sell(self) -> None:
        answer = await self.station.ask(TOP_UP)
        assert isinstance(answer, Recorded), answer


@dataclass
class Series:
    """Medians are taken of these; seconds."""

    total: list[float] = field(default_factory=list)
    wire: list[float] = field(default_factory=list)
    crm: list[float] = field(default_factory=list)
    fsync: list[float] = field(default_factory=list)
    per_s: float = 0.0
    """Receipts a second where the next one waits already."""
    busy_s: float = 0.0
    """Mean overhead where the next receipt waits already."""
    commits: float = 0.0
    """Of the journal for one receipt, until its answer."""
    commits_behind: float = 0.0
    """The same behind the answer."""

    @property
    def overhead(self) -> list[float]:
        return [total - wire for total, wire in zip(self.total, self.wire, strict=True)]


@contextmanager
def virtual_register(folder: Path, kind: Kind) -> Iterator[str]:
    """A register in a process of its own; gives its URL."""
    command = [sys.executable, "-m", "kassa_tui", "virtual-register"]
    command += ["--state", str(folder / "register.db"), f"--{kind}", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())[kind]
        finally:
            process.terminate()


@asynccontextmanager
async def till(folder: Path, url: str, *, with_crm: bool) -> AsyncIterator[Till]:
    register = Timed(virtual_register_at(url, ZoneInfo("Europe/Moscow")))
    counter = CommitCounter()
    journal = await Journal.open(folder / "journal.db", connect=counter.connect)
    embedded, crm, club_id = None, None, ""
    if with_crm:
        embedded = await EmbeddedCrm.open(
            folder / "crm.db", clock=local_now, randomness=token_bytes
        )
        club = await demo_club(embedded)
        crm, club_id = Timed(embedded.session(club.token)), club.club_id
    station = Station(
        cast("FiscalRegister", register),
        journal,
        SETTINGS,
        local_now,
        new_id,
        lambda snapshot: None,
        crm=cast("Crm | None", crm),
        club_id=club_id,
    )
    running = asyncio.create_task(station.run())
    try:
        assert isinstance(await station.ask(OpenShift()), Done)
        yield Till(station, register, crm, counter, folder / "append")
    finally:
        station.stop()
        await running
        if embedded is not None:
            await embedded.close()
        await journal.close()


async def series(till: Till, receipts: int) -> Series:
    found = Series()
    for _ in range(WARM_UP):
        await till.sell()
    with till.append.open("ab", buffering=0) as file:
        for _ in range(receipts):
            await asyncio.sleep(BETWEEN_S)
            begin = time.perf_counter()
            file.write(APPENDED)
            os.fsync(file.fileno())
            found.fsync.append(time.perf_counter() - begin)
            wire, crm = till.register.spent_s, till.crm.spent_s if till.crm else 0.0
            begin = time.perf_counter()
            await till.sell()
            found.total.append(time.perf_counter() - begin)
            found.wire.append(till.register.spent_s - wire)
            found.crm.append(till.crm.spent_s - crm if till.crm else 0.0)
    wire = till.register.spent_s
    begin = time.perf_counter()
    for _ in range(receipts):
        await till.sell()
    spent = time.perf_counter() - begin
    found.per_s = receipts / spent
    found.busy_s = (spent - (till.register.spent_s - wire)) / receipts
    await till.counter.watch(True)
    answered = 0
    for _ in range(COUNTED):
        before = till.counter.commits
        await till.sell()
        answered += till.counter.commits - before
        await asyncio.sleep(BETWEEN_S * 5)
    await till.counter.watch(False)
    found.commits = answered / COUNTED
    found.commits_behind = (till.counter.commits - answered) / COUNTED
    return found


def file_system(folder: Path) -> str:
    """Type of the file system; empty where the system does not tell as Linux does."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    mounted = [(point, kind) for _, point, kind, *_ in map(str.split, mounts)]
    return max(
        (len(point), kind) for point, kind in mounted if folder.resolve().is_relative_to(point)
    )[1]


async def measure(folder: Path, receipts: int, *, with_crm: bool, kind: Kind = "shtrih") -> Series:
    folder.mkdir()
    with virtual_register(folder, kind) as url:
        async with till(folder, url, with_crm=with_crm) as at_work:
            return await series(at_work, receipts)


def figures(found: Series) -> dict[str, float]:
    def median_ms(values: list[float]) -> float:
        return statistics.median(values) * 1000

    return {
        "overhead_ms_median": median_ms(found.overhead),
        "overhead_ms_p95": statistics.quantiles(found.overhead, n=20)[-1] * 1000,
        "fsync_ms_median": median_ms(found.fsync),
        "above_fsync_ms": median_ms(found.overhead) - median_ms(found.fsync),
        "wire_ms_median": median_ms(found.wire),
        "total_ms_median": median_ms(found.total),
        "busy_ms_mean": found.busy_s * 1000,
        "receipts_per_s": found.per_s,
        "commits_per_receipt": found.commits,
        "commits_behind_answer": found.commits_behind,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--receipts", type=int, default=RECEIPTS)
    parser.add_argument("--folder", type=Path, help="where the files lie for the while")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.folder) as name:
        folder = Path(name)
        kind = file_system(folder)
        if kind in ("tmpfs", "ramfs"):
            parser.error(f"{folder} is on {kind}: a commit costs nothing there; see --folder")
        alone = asyncio.run(measure(folder / "alone", told.receipts, with_crm=False))
        crm = asyncio.run(measure(folder / "with-crm", told.receipts, with_crm=True))
        over_http = asyncio.run(
            measure(folder / "kkmserver", told.receipts, with_crm=False, kind="kkmserver")
        )
    kkmserver = {f"kkmserver_{name}": value for name, value in figures(over_http).items()}
    with_crm = {f"crm_{name}": value for name, value in figures(crm).items()}
    report(
        {
            **figures(alone),
            **with_crm,
            **kkmserver,
            "crm_ms_median": statistics.median(crm.crm) * 1000,
        },
        {
            "overhead_ms_median": "goal: at most 10",
            "fsync_ms_median": f"one append of 4 KiB made durable, on {kind or 'this disk'}",
            "above_fsync_ms": "aim: at most 5",
            "receipts_per_s": "when the next receipt waits already",
            "kkmserver_wire_ms_median": "HTTP to KkmServer's face, a connection for each command",
            "busy_ms_mean": "the overhead when the next receipt waits already",
            "crm_overhead_ms_median": "with the embedded CRM, its own commits included",
            "crm_ms_median": "of that in the CRM's calls",
        },
    )


if __name__ == "__main__":
    main()
