"""`kassa pay --json FILE`: one transaction, described as the gateway's contract has it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.conversation import (
    Conversation,
    add_station_arguments,
    converse,
    speak_own_language,
)

if TYPE_CHECKING:
    from kassa_tui.cli.results import Result

MOST_BYTES = 256 * 1024
"""As the contract bounds a body."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "pay",
        help="take one payment, described in JSON",
        description="Takes one payment. Its external_id makes it safe to ask again: the same id"
        " pays once, and is told what became of it. The answer is one line of JSON.",
        epilog=exit_codes.HELP,
    )
    add_station_arguments(parser)
    parser.add_argument(
        "--json",
        dest="source",
        metavar="FILE",
        required=True,
        help="the transaction; - reads it from standard input",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from kassa_tui.cli import results
    from kassa_tui.cli.transaction import WrongTransaction, request_of

    speak_own_language()
    try:
        request = request_of(_read(args.source))
    except (WrongTransaction, OSError) as error:
        return results.bad_input(str(error)).tell(as_json=True)

    async def talk(station: Conversation) -> Result:
        return results.of_answer(await station.ask(request), station.snapshot)

    return converse(args, talk, as_json=True)


def _read(source: str) -> bytes:
    """At most one byte more than may be. Raises `OSError`."""
    if source == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    from pathlib import Path

    with Path(source).open("rb") as file:
        return file.read(MOST_BYTES + 1)
