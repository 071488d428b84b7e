"""`kassa tape`: the documents on the register's tape."""

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

DEFAULT_COUNT = 20
MOST_DOCUMENTS = 5000
"""Of one command; a register reads several in a second."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "tape", help="documents on the register's tape", epilog=exit_codes.HELP
    )
    add_station_arguments(parser)
    add_json_argument(parser)
    parser.add_argument(
        "--from",
        dest="first",
        metavar="N",
        type=_number,
        help=f"number of the first document (default: the last {DEFAULT_COUNT})",
    )
    parser.add_argument(
        "--to", dest="last", metavar="N", type=_number, help="of the last one (default: the last)"
    )
    parser.set_defaults(run=run)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:12]) < 1 << 32:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of a document")
    return int(text)


def run(args: argparse.Namespace) -> int:
    async def talk(station: Conversation) -> Result:
        from kassa_tui.cli import results
        from kassa_tui.journal.records import Document
        from kassa_tui.station.answers import Tape
        from kassa_tui.station.requests import MAX_TAPE, ReadTape
        from kassa_tui.words import _

        snapshot = await station.until_looked()
        if snapshot.register is None:
            return results.silent(snapshot)
        end = snapshot.register.fn.last_fiscal_document_number
        last = min(args.last or end, end)
        first = args.first or max(1, last - DEFAULT_COUNT + 1)
        if last - first >= MOST_DOCUMENTS:
            detail = _("At most {count} documents at a time.").format(count=MOST_DOCUMENTS)
            return results.bad_input(detail)
        documents: list[Document] = []
        for start in range(first, last + 1, MAX_TAPE):
            answer = await station.ask(ReadTape(start, min(last, start + MAX_TAPE - 1)))
            if not isinstance(answer, Tape):
                return results.of_answer(answer, station.snapshot)
            documents += answer.documents
        return results.of_answer(Tape(tuple(documents)), station.snapshot)

    return converse(args, talk, as_json=args.json)
