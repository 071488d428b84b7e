"""The command line: one parser, light subcommands.

A subcommand's module imports argparse only; what it needs to work is imported when it
runs, so that `kassa --help` costs next to nothing.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from kassa_tui.cli import till

COMMANDS = (
    "pay",
    "shift",
    "status",
    "tape",
    "settle",
    "reconcile",
    "doctor",
    "station",
    "journal",
    "config",
    "crm",
    "demo",
    "virtual-register",
    "virtual-crm",
)
"""Each has a module of its name."""

EXIT_BAD_INPUT = 2
"""Exit code for arguments or input that cannot be used."""


class _ShowVersion(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __init__(self, option_strings: Sequence[str], dest: str, **kwargs: object) -> None:
        super().__init__(option_strings, dest, nargs=0, help="show the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *args: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"kassa {version('kassa')}\n")


def build_parser(*commands: str) -> argparse.ArgumentParser:
    """The parser of `commands`; of none: of the screen alone."""
    parser = argparse.ArgumentParser(
        prog="kassa",
        description="Cashier station of a computer club. Without a command: the till's screen.",
    )
    parser.add_argument("--version", action=_ShowVersion)
    till.add_arguments(parser)
    if commands:
        subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
        for command in commands:
            module = import_module(f"kassa_tui.cli.{command.replace('-', '_')}")
            module.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the result is the exit code of the process."""
    words = sys.argv[1:] if argv is None else argv
    # A cashier waits for the screen, not for the arguments of the other commands.
    known = words[:1] if words and words[0] in COMMANDS else COMMANDS if words else ()
    args = build_parser(*known).parse_args(words)
    run = args.run
    return int(run(args))


if __name__ == "__main__":
    sys.exit(main())
