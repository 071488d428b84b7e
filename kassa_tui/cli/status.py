"""`kassa status`: how the till stands."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.conversation import (
    Conversation,
    add_json_argument,
    add_station_arguments,
    converse,
)

if TYPE_CHECKING:
    from kassa_tui.cli.results import Result


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("status", help="how the till stands", epilog=exit_codes.HELP)
    add_station_arguments(parser)
    add_json_argument(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results

        return results.status(await station.until_looked())

    return converse(args, talk, as_json=args.json)
