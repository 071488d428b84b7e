"""python -m tests.reconciliation_defects [--shifts N] [--start SEED] [--rows N] [--json]"""

import argparse
import json
import os
import sys
import time
from functools import partial
from multiprocessing import get_context

from tests.reconciliation_defects.judging import judge

SHIFTS = 1000
ROWS = 500
SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.reconciliation_defects")
    parser.add_argument("--shifts", type=int, default=SHIFTS)
    parser.add_argument("--start", type=int, default=0, metavar="SEED")
    parser.add_argument("--rows", type=int, default=ROWS, help="at most, of a shift")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args()
    started = time.perf_counter()
    seeds = range(told.start, told.start + told.shifts)
    with get_context("spawn").Pool(told.jobs) as pool:
        verdicts = pool.map(partial(judge, most_rows=told.rows), seeds, chunksize=16)
    failing = [one for one in verdicts if not one.is_good]
    figures = {
        "shifts": len(verdicts),
        "rows": sum(one.rows for one in verdicts),
        "wrong_rows": sum(len(one.wrong_rows) for one in verdicts),
        "wrong_bindings": sum(len(one.wrong_bindings) for one in verdicts),
        "wrong_safe": sum(len(one.wrong_safe) for one in verdicts),
        "failing_seeds": [one.seed for one in failing][:SHOWN],
        "seconds": round(time.perf_counter() - started, 1),
    }
    if told.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:<16} {figure}")
        for one in failing[:SHOWN]:
            print(
                one.seed,
                *one.wrong_rows[:4],
                *one.wrong_bindings[:4],
                *one.wrong_safe[:4],
                sep="\n  ",
            )
    return 1 if failing else 0


if __name__ == "__main__":
    sys.exit(main())
