"""`kassa settle`: find out what is unknown, issue what lacks, say what only a person can."""

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
    from kassa_tui.station.requests import Request


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
    by_hand = parser.add_mutually_exclusive_group()
    by_hand.add_argument(
        "--receipt",
        metavar="PAYMENT_ID",
        help="decide about a receipt that the tape cannot tell of",
    )
    by_hand.add_argument(
        "--call", metavar="CALL_ID", help="decide about a record that the CRM does not take"
    )
    by_hand.add_argument(
        "--cash", metavar="MOVEMENT_ID", help="decide about a movement of cash that was cut off"
    )
    parser.add_argument(
        "--decision",
        choices=sorted({one for choices in _DECISIONS.values() for one in choices}),
        help="for a receipt: recorded or absent; for a call: tell_again or drop;"
        " for cash: moved or not_moved",
    )
    parser.add_argument("--comment", default="", help="who decided, and what was looked at")
    parser.add_argument("--fn", default="", help="fiscal drive number of the document found")
    parser.add_argument("--fd", type=int, help="number of the document found")
    parser.add_argument(
        "--fp", type=int, help="its fiscal sign, where its FN is not there any more"
    )
    parser.set_defaults(run=run)


_DECISIONS = {
    "receipt": ("recorded", "absent"),
    "call": ("tell_again", "drop"),
    "cash": ("moved", "not_moved"),
}


def run(args: argparse.Namespace) -> int:
    try:
        request = _by_hand(args)
    except ValueError as error:
        from kassa_tui.cli import results

        return results.bad_input(str(error)).tell(args.json)

    async def decide(station: Conversation) -> Result:
        from kassa_tui.cli import results

        assert request is not None, "something was named"
        await station.until_looked()
        return results.of_answer(await station.ask(request), station.snapshot)

    if request is not None:
        return converse(args, decide, as_json=args.json)

    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results
        from kassa_tui.station.answers import Recorded
        from kassa_tui.station.requests import IssueReceipt, Refresh

        await station.until_looked()
        await station.ask(Refresh())
        if args.issue and station.snapshot.unsettled is None:
            for state in station.snapshot.unissued:
                if not isinstance(await station.ask(IssueReceipt(state.payment.id)), Recorded):
                    break  # what stands in its way stands in the way of the others
        return results.settled(station.snapshot)

    return converse(args, talk, as_json=args.json)


def _by_hand(args: argparse.Namespace) -> Request | None:
    """What a person decides; None: nothing was named. Raises `ValueError`."""
    from uuid import UUID

    from kassa_tui.station.requests import (
        CallDecision,
        Decision,
        SettleByHand,
        SettleCall,
        SettleCash,
    )

    what = next((one for one in _DECISIONS if getattr(args, one) is not None), None)
    if what is None:
        if args.decision is not None:
            raise ValueError("--decision: say what about: --receipt, --call or --cash")
        return None
    if args.decision not in _DECISIONS[what]:
        raise ValueError(f"--decision: {' or '.join(_DECISIONS[what])}")
    try:
        subject = UUID(getattr(args, what))
    except ValueError:
        raise ValueError(f"--{what}: no id") from None
    match what:
        case "receipt":
            return SettleByHand(
                payment_id=subject,
                decision=Decision(args.decision),
                comment=args.comment,
                fiscal_drive_number=args.fn,
                fiscal_document_number=args.fd,
                fiscal_sign=args.fp,
            )
        case "call":
            decision = CallDecision(args.decision)
            return SettleCall(call_id=subject, decision=decision, comment=args.comment)
        case _:
            moved = args.decision == "moved"
            return SettleCash(movement_id=subject, moved=moved, comment=args.comment)
