"""The short measure of the simulation; `python -m tests.simulation` is the long one."""

import os
import subprocess
import sys

import pytest

from drivers.virtual.kkmserver_face import Repeat
from tests.simulation.kkmserver import kkmserver
from tests.simulation.run import run_seed

SEEDS = range(500)
LANES = 25
KKMSERVER_SEEDS = range(20)
"""For each manner of repeating."""
KKMSERVER_LANES = 2


@pytest.mark.timeout(300)
@pytest.mark.parametrize("lane", range(LANES))
def test_no_seed_breaks_an_invariant(lane: int) -> None:
    failing = {seed: result for seed in SEEDS[lane::LANES] if (result := run_seed(seed).violations)}
    assert failing == {}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("repeat", Repeat)
@pytest.mark.parametrize("lane", range(KKMSERVER_LANES))
def test_no_seed_over_kkmserver_breaks_an_invariant(repeat: Repeat, lane: int) -> None:
    failing = {
        seed: result
        for seed in KKMSERVER_SEEDS[lane::KKMSERVER_LANES]
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
