"""`kassa reconcile`: the CRM's operations of a shift beside the FN's documents."""

from __future__ import annotations

import argparse
import re
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

LONGEST_S = 3600.0
"""A long tape over a slow line; what has been read is kept."""

_FN_SHIFT = re.compile(r"([0-9]{16}):([0-9]{1,9})")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "reconcile",
        help="compare a shift in the CRM with the FN; mend what is beyond doubt",
        epilog=f"{exit_codes.HELP}; 6 not everything is matched",
    )
    add_station_arguments(parser)
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--shift",
        metavar="N",
        type=_number,
        help="number of the shift on the FN in the register (default: the open or last one)",
    )
    which.add_argument("--fn-shift", metavar="FN:N", type=_fn_shift, help="a shift of another FN")
    output = parser.add_mutually_exclusive_group()
    add_json_argument(output)
    output.add_argument("--csv", action="store_true", help="the rows as a table")
    parser.add_argument(
        "--fix-safe",
        action="store_true",
        help="show what may be mended without looking at it; with --yes mend it",
    )
    parser.add_argument("--yes", action="store_true", help="do what --fix-safe shows")
    parser.set_defaults(run=run)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:10]) < 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a shift")
    return int(text)


def _fn_shift(text: str) -> tuple[str, int]:
    matched = _FN_SHIFT.fullmatch(text)
    if matched is None or not int(matched[2]):
        raise argparse.ArgumentTypeError(f"{text!r} is no FN:N")
    return matched[1], int(matched[2])


def run(args: argparse.Namespace) -> int:
    fn, number = args.fn_shift or ("", args.shift)

    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results
        from kassa_tui.cli.reconciliation_results import Form, Mended, reconciled
        from kassa_tui.link import reconciling
        from kassa_tui.station.reconciliation.requests import TapeReach

        await station.until_looked()
        mended: list[Mended] | None = None
        while True:
            read = await reconciling.read_tape(station.ask, fn, number)
            found = await reconciling.compare(station.ask, fn, number)
            if not isinstance(found, tuple):
                return results.of_answer(found, station.snapshot)
            comparison, rows = found
            if not isinstance(read, TapeReach) and not comparison.is_whole:
                return results.of_answer(read, station.snapshot)
            if mended is None and args.fix_safe and args.yes and comparison.totals.safe:
                mended = [
                    Mended(row, results.of_answer(answer, station.snapshot))
                    async for row, answer in reconciling.mend_safe(
                        station.ask, comparison.comparison_id, rows
                    )
                ]
                continue
            form = Form.CSV if args.csv else Form.JSON if args.json else Form.TEXT
            return reconciled(comparison, rows, mended, form=form, preview=args.fix_safe)

    return converse(args, talk, as_json=args.json, longest_s=LONGEST_S)
