"""`kassa crm load`: what the club's own CRM is to know, from a file of its owner."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.conversation import add_json_argument, speak_own_language

if TYPE_CHECKING:
    from pathlib import Path

    from kassa_tui.cli.results import Result
    from kassa_tui.izi.embedded.loading import ClubData

MOST_BYTES = 32 << 20
_SHOWN = 10
"""Mistakes that are named at once."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("crm", help="the CRM of a club that has no other")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    load = verbs.add_parser(
        "load",
        help="make or replace clients, tariffs, goods and cash articles",
        epilog=exit_codes.HELP,
    )
    load.add_argument("file", metavar="FILE", help="JSON, see docs/crm.md")
    load.add_argument("--config", metavar="FILE", help="settings file of the till")
    load.add_argument("--state", metavar="DIR", help="where the till keeps its files")
    add_json_argument(load)
    load.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    speak_own_language()
    return _run(args).tell(args.json)


def _run(args: argparse.Namespace) -> Result:
    import asyncio
    from pathlib import Path

    from kassa_tui.bootstrap.crm import load_crm
    from kassa_tui.bootstrap.errors import CannotStart
    from kassa_tui.cli.results import Result, away, bad_input
    from kassa_tui.izi.errors import CrmError
    from kassa_tui.settings.problems import SettingsError

    try:
        data = _read(Path(args.file))
        asyncio.run(
            load_crm(
                Path(args.config) if args.config else None,
                Path(args.state) if args.state else None,
                data,
            )
        )
    except (ValueError, SettingsError) as error:
        return bad_input(str(error))
    except (CrmError, CannotStart) as error:
        return away(str(error))
    told = {name: len(getattr(data, name)) for name in type(data).model_fields}
    lines = tuple(f"{name}: {count}" for name, count in told.items())
    return Result(exit_codes.DONE, "done", told, lines)


def _read(path: Path) -> ClubData:
    """Raises `ValueError` that names what is wrong, without what stood there."""
    from pydantic import ValidationError

    from kassa_tui.izi.embedded.loading import ClubData

    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path.name}: {error.strerror}") from error
    if len(text) > MOST_BYTES:
        raise ValueError(f"{path.name} is larger than {MOST_BYTES >> 20} MiB")
    try:
        return ClubData.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(
            "; ".join(
                f"{'.'.join(map(str, one['loc'])) or path.name}: {one['msg']}"
                for one in error.errors(include_input=False)[:_SHOWN]
            )
        ) from None
