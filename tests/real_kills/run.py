"""The killing, and the comparison afterwards."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty, Queue
from random import Random
from threading import Thread
from uuid import UUID

from drivers.virtual.core import VirtualRegister
from drivers.virtual.registration import Registration
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PaymentState
from tests.simulation.books import Books, conclude
from tests.simulation.tape import Tape
from tests.simulation.witness import Witness

START_S = 30.0
SETTLE_S = 60.0
ALL = 1_000_000


class Till:
    """The process that takes payments."""

    def __init__(self, journal: Path, url: str, seed: int, *options: str) -> None:
        command = [sys.executable, "-m", "tests.real_kills.till", str(journal), url, str(seed)]
        self.process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, str]] = []
        self._news: Queue[dict[str, str]] = Queue()
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if not line.endswith("\n"):
                return  # cut off by death: it was never said
            self.lines.append(json.loads(line))
            self._news.put(self.lines[-1])

    def wait_for_line(self, seconds: float) -> bool:
        try:
            self._news.get(timeout=seconds)
        except Empty:
            return False
        return True

    def end(self) -> str:
        """Wait until it has gone; what it complained of."""
        assert self.process.stderr is not None
        complaint = self.process.stderr.read()
        self.process.wait()
        self._reader.join()
        self.process.stderr.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return complaint

    def kill(self) -> str:
        self.process.send_signal(signal.SIGKILL)
        return self.end()


class Register:
    """`kassa virtual-register` in a process of its own, at one address through all its lives."""

    def __init__(self, state: Path, faults: str, seed: int) -> None:
        self._state, self._faults, self._seed = state, faults, seed
        self._address = "127.0.0.1:0"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "kassa_tui", "virtual-register"]
        command += ["--state", str(self._state), "--shtrih", self._address]
        command += ["--faults", self._faults, "--seed", str(self._seed)]
        self._seed += 1
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url: str = json.loads(self._process.stdout.readline())["shtrih"]
        self._address = self.url.removeprefix("socket://")

    def end(self, number: signal.Signals) -> None:
        self._process.send_signal(number)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def run(kills: int, seed: int, faults: str = "") -> dict[str, object]:
    """Kill so many times, and give what came of it."""
    started = time.perf_counter()
    random = Random(seed)
    said: list[dict[str, str]] = []
    crimes: Counter[str] = Counter()
    complaints: list[str] = []
    with tempfile.TemporaryDirectory(prefix="kassa-kills-") as folder:
        journal, state = Path(folder, "journal.db"), Path(folder, "register.db")
        register = Register(state, faults, seed)
        try:
            for number in range(kills):
                till = Till(journal, register.url, seed + number)
                if random.random() < 0.2:
                    time.sleep(random.random() * 0.8)  # somewhere in its start
                else:
                    till.wait_for_line(START_S)
                    time.sleep(random.random() * 0.5)
                if random.random() < 0.15:
                    register.end(signal.SIGKILL)
                    crimes["register_kills"] += 1
                    if random.random() < 0.5:
                        time.sleep(random.random() * 0.3)
                    register.start()
                crimes["kills"] += till.process.poll() is None
                complaint = till.kill()
                if complaint.strip():
                    complaints.append(complaint.strip().splitlines()[-1])
                said += till.lines
            last = Till(journal, register.url, seed + kills, "--settle")
            try:
                last.process.wait(SETTLE_S)
            except subprocess.TimeoutExpired:
                complaints.append("not in order in time")
                last.process.kill()
            if complaint := last.end().strip():
                complaints.append(complaint.splitlines()[-1])
            said += last.lines
        finally:
            register.end(signal.SIGTERM)
        violations, documents, payments = compare(journal, state, said)
    answers = Counter(name for line in said for name in line if name != "up")
    return {
        "kills": crimes["kills"],
        "register_kills": crimes["register_kills"],
        "payments": payments,
        "documents": documents,
        "answers": dict(answers),
        "complaints": sorted(set(complaints)),
        "violations": violations + complaints,
        "seconds": round(time.perf_counter() - started, 1),
    }


def compare(
    journal: Path, state: Path, said: Iterable[dict[str, str]]
) -> tuple[list[str], int, int]:
    """What the journal, the tape and the answers contradict each other in."""
    register = VirtualRegister.open(state, Registration(), lambda: datetime.now(UTC).astimezone())
    try:
        tape = Tape(register)
        witness = Witness(tape)
        kept = asyncio.run(read(journal))
        conclude(witness, Books(payments=kept), settled=True)
        for line in said:
            for name in ("recorded", "not_recorded", "uncertain"):
                if name in line and not any(str(one.payment.id) == line[name] for one in kept):
                    witness.accuse(f"{line[name]} was answered as {name}, and is lost")
            if "recorded" in line and UUID(line["recorded"]) not in tape.of_receipt:
                witness.accuse(f"{line['recorded']} was answered as recorded, and is not")
        return witness.violations, len(tape.documents), len(kept)
    finally:
        register.close()


async def read(journal: Path) -> list[PaymentState]:
    opened = await Journal.open(journal)
    try:
        return list(await opened.last_payments(ALL))
    finally:
        await opened.close()
