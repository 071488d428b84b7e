"""`kassa settle`: find out what is unknown and, if asked, issue the receipts that lack."""

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
    parser = subparsers.add_parser(
        "settle",
        help="ask the register's tape what became of receipts whose outcome is unknown",
        epilog=exit_codes.HELP,
    )
    add_station_arguments(parser)
    add_json_argument(parser)
    parser.add_argument(
        "--issue", action="store_true", help="then issue the receipts that surely lack"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results
        from kassa_tui.station.requests import IssueReceipt, Recorded, Refresh

        await station.until_looked()
        await station.ask(Refresh())
        if args.issue and station.snapshot.unsettled is None:
            for state in station.snapshot.unissued:
                if not isinstance(await station.ask(IssueReceipt(state.payment.id)), Recorded):
                    break  # what stands in its way stands in the way of the others
        return results.settled(station.snapshot)

    return converse(args, talk, as_json=args.json)
