"""`kassa` without a command: the screen of the till."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    # Names of their own: a command's arguments of the same name would be overwritten.
    parser.add_argument(
        "--config",
        dest="till_config",
        metavar="FILE",
        help="settings file of the screen (default: $KASSA_CONFIG, else the usual place)",
    )
    parser.add_argument(
        "--state", dest="till_state", metavar="DIR", help="where the screen's journal is"
    )
    parser.add_argument(
        "--view", dest="till_view", action="store_true", help="look on only, at a running till"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the screen; 2 for settings that cannot be used, 1 when its station failed."""
    import os
    import sys
    from pathlib import Path

    from kassa_tui import words
    from kassa_tui.bootstrap.hosting import club
    from kassa_tui.bootstrap.screen import Looks, face
    from kassa_tui.bootstrap.settings import settings_of
    from kassa_tui.cli.exit_codes import BAD_INPUT
    from kassa_tui.settings.file import config_path
    from kassa_tui.settings.problems import SettingsError

    words.use(words.catalogue(words.language(None)))
    path = config_path(Path(args.till_config) if args.till_config else None, os.environ)
    if not path.exists() and not args.till_view:
        from kassa_tui.cli.first_run import offer

        if not offer(path):
            return BAD_INPUT
    try:
        settings = settings_of(path)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return BAD_INPUT
    told = settings.station
    words.use(words.catalogue(words.language(None if told.language == "auto" else told.language)))
    state, hosted = club(settings, Path(args.till_state) if args.till_state else None)
    looks = Looks(told.theme, told.low_bandwidth)
    return face(state, hosted, view=args.till_view, looks=looks)
