"""`kassa demo`: the whole till on a virtual register, for a first look and for training."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.virtual_register import add_fault_arguments

if TYPE_CHECKING:
    from pathlib import Path

    from drivers.virtual.faults import Faults


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "demo", help="start the till on a virtual register; nothing has fiscal force"
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        help="keep journal and virtual register there (default: a directory gone on leaving)",
    )
    parser.add_argument(
        "--register",
        choices=("shtrih", "kkmserver"),
        default="shtrih",
        help="speak to the register itself, or to KkmServer over HTTP (default: shtrih)",
    )
    parser.add_argument(
        "--lang", choices=("ru", "en"), help="language of the screen (default: the locale's)"
    )
    parser.add_argument(
        "--view", action="store_true", help="look on only, at a demo that runs already"
    )
    parser.add_argument(
        "--theme",
        choices=("auto", "default", "contrast", "console", "mono"),
        default="auto",
        help="colours of the screen (default: as the terminal has them)",
    )
    parser.add_argument("--low-bandwidth", action="store_true", help="draw sparingly")
    add_fault_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo; 1 when it could not start or its station failed, 2 for faults nobody knows."""
    from pathlib import Path

    from kassa_tui.bootstrap.screen import Looks, demo

    faults: Faults | None = None
    if args.faults:
        from drivers.virtual.faults import Faults, FaultsError

        try:
            faults = Faults.parse(args.faults, args.seed)
        except FaultsError as error:
            sys.stderr.write(f"kassa demo: {error}\n")
            return exit_codes.BAD_INPUT
    state: Path | None = Path(args.state) if args.state else None
    looks = Looks(args.theme, args.low_bandwidth)
    return demo(
        state, args.lang, register=args.register, view=args.view, looks=looks, faults=faults
    )
