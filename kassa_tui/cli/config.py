"""`kassa config`: begin, check and show the settings."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path
    from typing import Any, TextIO

    from kassa_tui.settings.model import Settings

EXIT_BAD_SETTINGS = 2
"""Exit code for settings that cannot be used or written."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("config", help="begin, check and show the settings")
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    init = actions.add_parser("init", help="write an example file, with a comment to each key")
    check = actions.add_parser("check", help="name every mistake; exit code 0 or 2")
    show = actions.add_parser("show", help="show what is in force, secrets masked")
    for action in (init, check, show):
        action.add_argument(
            "--config",
            metavar="FILE",
            help="settings file (default: $KASSA_CONFIG, else the system's usual place)",
        )
    init.add_argument("--force", action="store_true", help="replace the file that is there")
    for action in (check, show):
        action.add_argument("--json", action="store_true", help="machine-readable output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run one action; the result is the exit code."""
    from pathlib import Path

    from kassa_tui import words
    from kassa_tui.settings.file import config_path

    words.use(words.catalogue(words.language(None)))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a pipe's encoding may lack a letter
            stream.reconfigure(errors="backslashreplace")
    path = config_path(Path(args.config) if args.config else None, os.environ)
    match args.action:
        case "init":
            return _init(path, args.force)
        case "check":
            return _check(path, args.json)
        case _:
            return _show(path, args.json)


def _init(path: Path, force: bool) -> int:
    from kassa_tui.settings.example import example
    from kassa_tui.settings.file import replace_file
    from kassa_tui.settings.problems import escaped
    from kassa_tui.words import _

    shown = escaped(str(path))
    try:
        if path.exists() and not force:
            refusal = _("{path} is there already; --force replaces it").format(path=shown)
            _say([refusal], sys.stderr)
            return EXIT_BAD_SETTINGS
        replace_file(path, example())
    except OSError as error:
        refusal = _("{path} cannot be written: {why}").format(path=shown, why=error.strerror)
        _say([refusal], sys.stderr)
        return EXIT_BAD_SETTINGS
    _say([_("{path} is written: put your club's data into it.").format(path=shown)])
    return 0


def _check(path: Path, as_json: bool) -> int:
    from kassa_tui.settings.file import load
    from kassa_tui.settings.problems import SettingsError
    from kassa_tui.settings.report import CheckReport, tax_problems

    try:
        loaded = load(path, os.environ)
    except SettingsError as error:
        report = CheckReport(path, errors=error.problems)
    else:
        unprintable = tax_problems(loaded.settings, _today(loaded.settings))
        report = CheckReport(path, errors=unprintable, warnings=loaded.warnings)
    _say([_dumped(report.as_json())] if as_json else report.lines())
    return 0 if report.is_good else EXIT_BAD_SETTINGS


def _show(path: Path, as_json: bool) -> int:
    from kassa_tui.settings.file import load
    from kassa_tui.settings.problems import SettingsError
    from kassa_tui.settings.report import Effective

    try:
        loaded = load(path, os.environ)
    except SettingsError as error:
        _say([str(error)], sys.stderr)
        return EXIT_BAD_SETTINGS
    effective = Effective(loaded, _today(loaded.settings))
    _say([_dumped(effective.as_json())] if as_json else effective.lines())
    return 0


def _today(settings: Settings) -> date:
    """The day at the register."""
    from datetime import datetime

    return datetime.now(settings.fiscal_register.timezone).date()


def _dumped(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2)  # ASCII: whatever reads it, no encoding can hurt it


def _say(lines: Iterable[str], stream: TextIO | None = None) -> None:
    # Looked up here: a caller may have put another stream in the place of stdout.
    stream = stream or sys.stdout
    stream.writelines(f"{line}\n" for line in lines)
