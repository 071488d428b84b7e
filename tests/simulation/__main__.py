"""Many seeds, or one of them told in full.

python -m tests.simulation --seeds N [--start S] [--jobs J] [--json] [--tills 2] [REGISTER]
python -m tests.simulation --replay SEED [--tills 2] [REGISTER]

REGISTER is `--register kkmserver [--repeat replay|status5|forget]`; without `--repeat` each
seed has one of the three. Several tills have one CRM.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context

from drivers.virtual.kkmserver_face import Repeat
from tests.simulation.kkmserver import kkmserver
from tests.simulation.registers import SHTRIH, Kind
from tests.simulation.run import Outcome, run_seed

SHOWN = 20
"""Violations printed in full."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.simulation")
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--replay", type=int, metavar="SEED")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tills", type=int, default=1)
    parser.add_argument("--register", choices=("shtrih", "kkmserver"), default="shtrih")
    parser.add_argument("--repeat", choices=tuple(map(str, Repeat)))
    arguments = parser.parse_args()
    kind = SHTRIH
    if arguments.register == "kkmserver":
        kind = kkmserver(arguments.repeat and Repeat(arguments.repeat))
    elif arguments.repeat:
        parser.error("--repeat is KkmServer's")
    if arguments.replay is not None:
        return replay(arguments.replay, kind, arguments.tills)
    started = time.perf_counter()
    seeds = range(arguments.start, arguments.start + arguments.seeds)
    figures, violations = summary(outcomes(seeds, arguments.jobs, kind, arguments.tills), kind)
    figures["seconds"] = round(time.perf_counter() - started, 1)
    if arguments.json:
        print(json.dumps({**figures, "failing": violations}, ensure_ascii=False))
    else:
        tell(figures, violations)
    return 1 if violations else 0


def outcomes(seeds: range, jobs: int, kind: Kind, tills: int) -> Iterator[Outcome]:
    """Run the seeds, in `jobs` processes; the order does not matter to a seed."""
    run = partial(run_seed, kind=kind, tills=tills)
    if jobs <= 1:
        yield from map(run, seeds)
        return
    with get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(run, seeds, chunksize=8)


def summary(
    results: Iterator[Outcome],
    kind: Kind,
) -> tuple[dict[str, object], dict[int, list[str]]]:
    """The figures of a series, and its violations by seed."""
    seeds, lives, documents, virtual_s = 0, 0, 0, 0.0
    operations: Counter[str] = Counter()
    fired: Counter[str] = Counter(dict.fromkeys(kind.rates, 0))
    violations: dict[int, list[str]] = {}
    for result in results:
        seeds += 1
        lives += result.lives
        documents += result.documents
        virtual_s += result.virtual_s
        operations += result.operations
        for name, times in result.fired.items():
            fired[name] += times
        if result.violations:
            violations[result.seed] = result.violations
    return {
        "seeds": seeds,
        "operations": sum(operations.values()),
        "by_operation": dict(operations.most_common()),
        "documents": documents,
        "lives": lives,
        "virtual_hours": round(virtual_s / 3600, 1),
        "faults": dict(fired.most_common()),
        "violations": sum(map(len, violations.values())),
    }, violations


def tell(figures: dict[str, object], violations: dict[int, list[str]]) -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            print(name)
            for inner, count in value.items():
                print(f"    {inner:<26}{count:>9,}")
        else:
            print(f"{name:<30}{value:>9,}")
    for seed, what in list(violations.items())[:SHOWN]:
        print(f"seed {seed}: {'; '.join(what)}")


def replay(seed: int, kind: Kind, tills: int) -> int:
    """Print everything that happens in one seed."""
    outcome = run_seed(seed, kind=kind, tell=True, tills=tills)
    for line in outcome.trace:
        print(line)
    print(f"trace {outcome.digest}")
    for violation in outcome.violations:
        print(f"VIOLATION {violation}")
    return 1 if outcome.violations else 0


if __name__ == "__main__":
    sys.exit(main())
