"""python -m tests.crash_points [--script NAME] [--stride N] [--pieces] [--jobs J] [--json]"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context

from tests.crash_points.run import Cut, both, count
from tests.crash_points.scripts import SCRIPTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.crash_points")
    parser.add_argument("--script", choices=SCRIPTS, action="append")
    parser.add_argument("--stride", type=int, default=1, help="only each N-th cut")
    parser.add_argument("--pieces", action="store_true", help="cut between pieces, not bytes")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    started = time.perf_counter()
    figures: dict[str, dict[str, int]] = {}
    violations: list[str] = []
    for name in arguments.script or SCRIPTS:
        cuts = count(name, every_byte=not arguments.pieces)
        violations += [f"{name}, whole: {what}" for what in cuts.violations]
        results = list(made(name, cuts.different[:: arguments.stride], arguments.jobs))
        figures[name] = {
            "steps": cuts.steps,
            "cuts": sum(not one.power_cut for one in results),
            "power_cuts": sum(one.power_cut for one in results),
        }
        for one in results:
            how = "power cut" if one.power_cut else "kill"
            violations += [f"{name}, {how} at {one.step}: {what}" for what in one.violations]
        if not arguments.json:
            print(name, figures[name], flush=True)
    totals = {
        key: sum(one[key] for one in figures.values()) for key in ("steps", "cuts", "power_cuts")
    }
    seconds = round(time.perf_counter() - started, 1)
    if arguments.json:
        print(
            json.dumps(
                {
                    "scripts": figures,
                    **totals,
                    "violations": len(violations),
                    "failing": violations,
                    "seconds": seconds,
                },
                ensure_ascii=False,
            )
        )
    else:
        print({**totals, "violations": len(violations), "seconds": seconds})
        print("\n".join(violations[:50]))
    return 1 if violations else 0


def made(name: str, steps: tuple[int, ...], jobs: int) -> Iterator[Cut]:
    """Make the cuts, in `jobs` processes."""
    if jobs <= 1:
        for step in steps:
            yield from both(name, step)
        return
    with get_context("spawn").Pool(jobs) as pool:
        for results in pool.imap(partial(both, name), steps, chunksize=8):
            yield from results


if __name__ == "__main__":
    sys.exit(main())
