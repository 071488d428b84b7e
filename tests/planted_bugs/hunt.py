"""One hunt for one bug, in a process that is thrown away afterwards."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.pool import Pool

from tests.planted_bugs.bugs import BUGS
from tests.planted_bugs.proofs import Finding, Proof


@dataclass(frozen=True)
class Catch:
    """What became of a planted bug."""

    bug: str
    caught: bool
    by: str
    """The proof, and where it saw it; empty: by none."""
    violation: str
    """In the proof's words; of a bug that escaped, what else was seen."""
    seconds: float


def hunt(name: str, seeds: range) -> Catch:
    """Plant the bug here for good, and ask its proofs until one sees it. Raises `Gone`."""
    planted, started = BUGS[name], time.perf_counter()
    planted.plant()
    other = ""
    for proof in planted.proofs:
        for where, violation in proof.look(seeds):
            if re.search(planted.shows, violation):
                return Catch(name, True, where, violation, _since(started))
            other = other or f"{where}: {violation}"
    return Catch(name, False, "", other, _since(started))


def findings(proof: Proof, seeds: range) -> list[Finding]:
    """What a proof finds when nothing is planted."""
    return list(proof.look(seeds))


def processes(jobs: int) -> Pool:
    """A new process for each task: what is planted in one is in no other."""
    return get_context("spawn").Pool(jobs, maxtasksperchild=1)


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 1)
