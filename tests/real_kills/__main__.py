"""python -m tests.real_kills [--register KIND] [--kills N] [--seed S] [--faults SPEC] [--json]"""

from __future__ import annotations

import argparse
import json
import sys
from typing import get_args

from tests.real_kills.processes import Kind
from tests.real_kills.run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.real_kills")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--faults", default="", help="as for kassa virtual-register")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--register", choices=get_args(Kind), default="shtrih")
    arguments = parser.parse_args()
    figures = run(arguments.kills, arguments.seed, arguments.faults, kind=arguments.register)
    if arguments.json:
        print(json.dumps(figures, ensure_ascii=False))
    else:
        for name, value in figures.items():
            print(f"{name:<16}{value}")
    return 1 if figures["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
