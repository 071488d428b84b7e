"""The killing, and the comparison afterwards."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event
from uuid import UUID

from drivers.virtual.core import VirtualRegister
from drivers.virtual.registration import Registration
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import PaymentState
from tests.real_kills.payer import Payer
from tests.real_kills.processes import Kind, Register, Station, Till
from tests.simulation.books import conclude
from tests.simulation.reading import books_of, ledger_of
from tests.simulation.tape import Tape
from tests.simulation.witness import Witness

START_S = 30.0
SETTLE_S = 90.0
PAYERS = 2
ALL = 1_000_000


def run(kills: int, seed: int, faults: str = "", *, kind: Kind = "shtrih") -> dict[str, object]:
    """Kill so many times, and give what came of it."""
    started = time.perf_counter()
    random = Random(seed)
    killed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="kassa-kills-") as name:
        folder = Path(name)
        register = Register(kind, folder / "register.db", faults, seed)
        try:
            till = Till(folder, register.url)
            till.load()
            station = Station(till)
            ending = Event()
            payers = [Payer(till, seed * 100 + one, ending, SETTLE_S) for one in range(PAYERS)]
            station.start(START_S)
            till.ask("shift", "open", "--counted", "0", "--json")
            for payer in payers:
                payer.start()
            while killed["station"] < kills:
                time.sleep(random.random() * 1.2)
                if random.random() < 0.1:
                    register.end(signal.SIGKILL)
                    killed["register"] += 1
                    time.sleep(random.random() * 0.3)
                    register.start()
                killed["station"] += station.end(signal.SIGKILL)
                # Now and then it is killed again somewhere in its start.
                station.start(random.random() if random.random() < 0.2 else START_S)
            ending.set()
            violations = _settle(till, station, payers)
        finally:
            register.end(signal.SIGTERM)
        found, documents, payments = compare(till.state, folder / "register.db", payers)
    violations += found
    return {
        "kills": killed["station"],
        "register_kills": killed["register"],
        "payer_kills": sum(payer.killed for payer in payers),
        "payments": payments,
        "documents": documents,
        "commands": sum(len(told) for payer in payers for told in payer.answers.values()),
        "answers": dict(sum((payer.ended for payer in payers), Counter())),
        "violations": violations,
        "seconds": round(time.perf_counter() - started, 1),
    }


def _settle(till: Till, station: Station, payers: list[Payer]) -> list[str]:
    """Nobody is killed any more: everybody is answered, and nothing is left open."""
    violations = []
    if station.process is None or station.process.poll() is not None:
        station.start(START_S)
    for payer in payers:
        payer.join()
        violations += [
            f"{one} was never answered: {payer.answers[one][-3:]}" for one in payer.unanswered
        ]
    until = time.monotonic() + SETTLE_S
    while (left := _left(till)) and time.monotonic() < until:
        time.sleep(0.3)
    if left:
        violations.append(f"not in order in time: {left}")
    station.end(signal.SIGTERM)
    violations += sorted(station.complaints)
    return violations


def _left(till: Till) -> str:
    """What is still open, after the receipts that lack were asked for."""
    till.ask("settle", "--issue", "--json")
    with closing(
        sqlite3.connect(f"{(till.state / 'journal.db').as_uri()}?mode=ro", uri=True)
    ) as db:
        wanted = db.execute("SELECT count(*) FROM receipt_intent WHERE state = 'wanted'").fetchone()
        waiting = db.execute("SELECT count(*) FROM call WHERE state = 'pending'").fetchone()
    return f"{wanted[0]} receipts, {waiting[0]} calls" if wanted[0] or waiting[0] else ""


def compare(state: Path, tape: Path, payers: list[Payer]) -> tuple[list[str], int, int]:
    """What journal, CRM, tape and answers contradict each other in."""
    register = VirtualRegister.open(tape, Registration(), lambda: datetime.now(UTC).astimezone())
    try:
        witness = Witness(Tape(register))
        journal = state / "journal.db"
        payments = asyncio.run(read(journal))
        with closing(sqlite3.connect(journal)) as db:
            books = books_of(db, payments)
        crm = ledger_of(state / "crm.db")
        conclude(witness, replace(books, crm=crm, drawer=register.cash_in_drawer), settled=True)
        callers = {one.payment.caller_id: one for one in payments}
        for payer in payers:
            for external_id in payer.answers:
                _hold_answers(witness, payer, external_id, callers.get(str(external_id)))
        return witness.violations, len(witness.tape.documents), len(payments)
    finally:
        register.close()


def _hold_answers(
    witness: Witness, payer: Payer, external_id: UUID, kept: PaymentState | None
) -> None:
    """All answers to one id tell of one payment, and the last one tells the truth."""
    told = payer.answers[external_id]
    for one in told:
        if one.is_traceback:
            witness.accuse(one.errors.strip().splitlines()[-1])
    named = {one.answer["payment_id"] for one in told if one.answer.get("payment_id")}
    receipts = {one.answer["receipt"]["receipt_id"] for one in told if one.answer.get("receipt")}
    if len(named) > 1 or len(receipts) > 1:
        witness.accuse(f"{external_id} was answered with {sorted(named)}, {sorted(receipts)}")
    if named and (kept is None or {str(kept.payment.id)} != named):
        witness.accuse(f"{external_id} was answered with {named}, and is not kept so")
    results = {one.answer.get("result") for one in told}
    if "recorded" in results and (kept is None or kept.document is None):
        witness.accuse(f"{external_id} was answered as recorded, and is not")
    if "turned_down" in results and (kept is None or not kept.called_off):
        witness.accuse(f"{external_id} was answered as turned down, and stands")


async def read(journal: Path) -> list[PaymentState]:
    opened = await Journal.open(journal)
    try:
        return list(await opened.last_payments(ALL))
    finally:
        await opened.close()
