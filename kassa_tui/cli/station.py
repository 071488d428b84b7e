"""`kassa station`: the station without a face, for a service manager."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli import exit_codes
from kassa_tui.cli.conversation import BadTill, add_station_arguments, speak_own_language, till
from kassa_tui.cli.ending import at_signals

if TYPE_CHECKING:
    from kassa_tui.link.host import StationHost
    from kassa_tui.station.snapshot import Snapshot


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "station",
        help="run the station without a screen, for others to join",
        description="Runs the station until SIGTERM or SIGINT. Prints one line of JSON when it"
        " works. A receipt in work is finished within 10 s, or its outcome is found out at the"
        " next start.",
        epilog=exit_codes.HELP,
    )
    add_station_arguments(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop: 0; 4 when one runs already; 5 when it cannot work."""
    from kassa_tui.link.joining import CannotJoin, RunsAlready, alone

    speak_own_language()
    try:
        state, hosted = till(args)
        with alone(state, hosted) as host:
            failure = _serve(host, str(state))
    except BadTill as error:
        return _refuse(str(error), exit_codes.BAD_INPUT)
    except RunsAlready as error:
        return _refuse(str(error), exit_codes.REFUSED)
    except CannotJoin as error:
        return _refuse(str(error), exit_codes.AWAY)
    return _refuse(failure, exit_codes.AWAY) if failure else exit_codes.DONE


def _serve(host: StationHost, state: str) -> str:
    """Words of the station's failure; empty after a signal."""
    import asyncio
    import os

    from kassa_tui.link.in_process import InProcessLink

    async def main() -> str:
        over: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        is_ready = False

        def ready(_: Snapshot) -> None:
            nonlocal is_ready
            if not is_ready:
                is_ready = True
                line = {"result": "ready", "state": state, "pid": os.getpid()}
                sys.stdout.write(json.dumps(line) + "\n")
                sys.stdout.flush()

        def end(failure: str) -> None:
            if not over.done():
                over.set_result(failure)

        link = InProcessLink(host)
        link.attach(ready, end)
        try:
            with at_signals(lambda: end(""), "SIGTERM", "SIGINT"):
                return await over
        finally:
            link.detach()

    return asyncio.run(main())


def _refuse(why: str, code: int) -> int:
    sys.stderr.write(f"kassa station: {why}\n")
    return code
