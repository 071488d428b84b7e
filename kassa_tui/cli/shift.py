"""`kassa shift`: open and close the shift, print its totals, tell how it stands."""

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
        "shift", help="open, close, X report, status of the shift", epilog=exit_codes.HELP
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, told in (
        ("open", "open the shift"),
        ("close", "close the shift, also one that is open for too long"),
        ("x-report", "print the totals of the shift; nothing is recorded"),
        ("status", "tell how the shift stands"),
    ):
        action = actions.add_parser(name, help=told, epilog=exit_codes.HELP)
        add_station_arguments(action)
        add_json_argument(action)
        if name in ("open", "close"):
            action.add_argument(
                "--counted", metavar="KOPECKS", type=_kopecks, help="cash counted in the drawer"
            )
            action.add_argument("--comment", default="", help="why the count is another")
    parser.set_defaults(run=run)


def _kopecks(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 12:
        raise argparse.ArgumentTypeError(f"{text!r} is no sum in kopecks")
    return int(text)


def run(args: argparse.Namespace) -> int:
    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results
        from kassa_tui.station.requests import CloseShift, OpenShift, Request, XReport

        if args.action == "status":
            return results.shift(await station.until_looked())
        request: Request = XReport()
        if args.action == "open":
            request = OpenShift(counted_cash=args.counted, comment=args.comment)
        elif args.action == "close":
            request = CloseShift(counted_cash=args.counted, comment=args.comment)
        return results.of_answer(await station.ask(request), station.snapshot)

    return converse(args, talk, as_json=args.json)
