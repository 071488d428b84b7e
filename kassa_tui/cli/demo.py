"""`kassa demo`: the whole till on a virtual register, for a first look and for training."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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
        "--lang", choices=("ru", "en"), help="language of the screen (default: the locale's)"
    )
    parser.add_argument(
        "--view", action="store_true", help="look on only, at a demo that runs already"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo; 1 when it could not start or its station failed."""
    from pathlib import Path

    from kassa_tui.bootstrap import demo

    state: Path | None = Path(args.state) if args.state else None
    return demo(state, args.lang, view=args.view)
