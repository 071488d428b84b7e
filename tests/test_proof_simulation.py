"""The short measure of the simulation; `python -m tests.simulation` is the long one."""

import os
import subprocess
import sys

import pytest

from drivers.virtual.kkmserver_face import Repeat
from tests.simulation.kkmserver import kkmserver
from tests.simulation.run import run_seed

pytestmark = pytest.mark.usefixtures("processes_are_thrown_away")

SEEDS = range(500)
LANES = 25
KKMSERVER_SEEDS = 20
"""For each manner of repeating."""
LANE = 10


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lane", range(LANES))
def test_no_seed_breaks_an_invariant(lane: int) -> None:
    failing = {seed: result for seed in SEEDS[lane::LANES] if (result := run_seed(seed).violations)}
    assert failing == {}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("first", range(0, KKMSERVER_SEEDS, LANE))
@pytest.mark.parametrize("repeat", Repeat)
def test_no_seed_over_kkmserver_breaks_an_invariant(repeat: Repeat, first: int) -> None:
    """Each manner of repeating an id has seeds of its own: a driver that repeats none makes the
    same run of a seed with all of them."""
    start = tuple(Repeat).index(repeat) * KKMSERVER_SEEDS + first
    failing = {
        seed: result
        for seed in range(start, start + LANE)
        if (result := run_seed(seed, kind=kkmserver(repeat)).violations)
    }
    assert failing == {}


def test_the_same_seed_over_kkmserver_is_the_same_run() -> None:
    assert run_seed(4, kind=kkmserver()).digest == run_seed(4, kind=kkmserver()).digest


@pytest.mark.parametrize("seed", [3, 18])
def test_the_same_seed_twice_is_the_same_run(seed: int) -> None:
    assert run_seed(seed).digest == run_seed(seed).digest


def test_a_seed_is_the_same_run_in_another_process() -> None:
    code = "from tests.simulation.run import run_seed; print(run_seed(18).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert digests == {run_seed(18).digest + "\n"}
