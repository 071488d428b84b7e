"""python -m tests.planted_bugs [--bug NAME] [--seeds N] [--start S] [--jobs J] [--json]

Exit code 1 when a bug escapes, 2 when the proofs accuse the product as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import partial
from multiprocessing.pool import Pool

from tests.planted_bugs.bugs import BUGS
from tests.planted_bugs.hunt import Catch, findings, hunt, processes
from tests.planted_bugs.proofs import Finding, Seeds

CHUNK = 50
"""Seeds that one process of the control runs."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.planted_bugs")
    parser.add_argument("--bug", choices=BUGS, action="append", metavar="NAME")
    parser.add_argument("--seeds", type=int, default=200, help="the most that a hunt runs")
    parser.add_argument("--start", type=int, default=0, help="the first of them")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    started = time.perf_counter()
    names = arguments.bug or list(BUGS)
    seeds = range(arguments.start, arguments.start + arguments.seeds)
    catches: list[Catch] = []
    with processes(arguments.jobs) as pool:
        accused = list(control(pool, names, seeds))
        for where, violation in accused:
            print(f"nothing is planted, but {where}: {violation}", file=sys.stderr)
        if not accused:
            for one in pool.imap_unordered(partial(hunt, seeds=seeds), names):
                catches.append(one)
                if not arguments.json:
                    tell(one)
    totals = {
        "planted": len(catches),
        "caught": sum(one.caught for one in catches),
        "escaped": sum(not one.caught for one in catches),
        "control_violations": len(accused),
        "seconds": round(time.perf_counter() - started, 1),
    }
    if arguments.json:
        bugs = [{**asdict(one), "words": BUGS[one.bug].words} for one in catches]
        print(json.dumps({"bugs": bugs, **totals}, ensure_ascii=False))
    else:
        print(totals)
    if accused:
        return 2
    return 1 if totals["escaped"] else 0


def control(pool: Pool, names: Iterable[str], seeds: range) -> Iterator[Finding]:
    """What the proofs of these bugs find in the product as it is."""
    proofs = dict.fromkeys(proof for name in names for proof in BUGS[name].proofs)
    looks = [
        (proof, seeds[first : first + CHUNK])
        for proof in proofs
        for first in (range(0, len(seeds), CHUNK) if isinstance(proof, Seeds) else (0,))
    ]
    for found in pool.starmap(findings, looks, chunksize=1):
        yield from found


def tell(one: Catch) -> None:
    """One line."""
    if one.caught:
        print(f"{one.bug}: {one.by}: {one.violation} ({one.seconds} s)", flush=True)
    else:
        seen = f", though {one.violation}" if one.violation else ""
        print(f"{one.bug} ESCAPED{seen} ({one.seconds} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
