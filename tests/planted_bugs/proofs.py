"""The proofs, as something that is asked for violations."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.crash_points.run import both, count
from tests.simulation.run import run_seed

ROOT = Path(__file__).parents[2]

Finding = tuple[str, str]
"""Where, and the violation in words."""


@dataclass(frozen=True)
class Seeds:
    """The simulation, seed after seed."""

    def look(self, seeds: range) -> Iterator[Finding]:
        for seed in seeds:
            for violation in run_seed(seed).violations:
                yield f"simulation seed {seed}", violation


@dataclass(frozen=True)
class Cuts:
    """One script of the crash points: whole, then each `stride`-th cut of it."""

    script: str
    stride: int = 29
    """A prime, so that no rhythm of frames is met."""

    def look(self, seeds: range) -> Iterator[Finding]:
        cuts = count(self.script)
        for violation in cuts.violations:
            yield f"crash script {self.script}, not cut", violation
        for step in cuts.different[:: self.stride]:
            for cut in both(self.script, step):
                how = "power cut" if cut.power_cut else "kill"
                for violation in cut.violations:
                    yield f"crash point {self.script} step {cut.step} {how}", violation


@dataclass(frozen=True)
class Tests:
    """Tests of behaviour in one file, all or those of a name."""

    path: str
    name: str = ""

    def look(self, seeds: range) -> Iterator[Finding]:
        failures = _Failures()
        which = f"{ROOT / self.path}{f'::{self.name}' if self.name else ''}"
        with contextlib.redirect_stdout(io.StringIO()):
            ending = pytest.main(
                [which, "-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--timeout=20"],
                plugins=[failures],
            )
        if ending not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            raise LookupError(f"{self.path}::{self.name} cannot be run: {ending!r}")
        yield from failures.found


class _Failures:
    """A pytest plugin: the tests that failed, and by what."""

    def __init__(self) -> None:
        self.found: list[Finding] = []

    @pytest.hookimpl
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None:
            self.found.append((item.nodeid, call.excinfo.exconly().partition("\n")[0]))


Proof = Seeds | Cuts | Tests

SEEDS = Seeds()
