"""`kassa virtual-register`: a training register for other programs, until it is stopped."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli.ending import at_signals

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from typing import TextIO

    from drivers.virtual.core import VirtualRegister
    from drivers.virtual.kkmserver_face import Habits

EXIT_BAD_INPUT = 2
"""Exit code for arguments, or a state file, that cannot be used."""

PACED_SWITCH_S = 20e-6
"""How long the register may keep the interpreter from a paced line."""
DEFAULT_BAUD = 115200
"""What the address of an unpaced pseudo-terminal names; any speed works there."""

DEFAULT_ADDRESS = ("127.0.0.1", 0)
"""Where it listens when nothing else is asked for: a free port."""

MOST_SECONDS = 24 * 60 * 60

FFD_VERSIONS = ("1.05", "1.1", "1.2")
REPEATS = ("replay", "status5", "forget")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "virtual-register",
        help="serve a training register over TCP, HTTP or a pseudo-terminal",
        description="Serves a virtual fiscal register that speaks the Shtrih-M protocol, and as"
        " KkmServer does. Prints one line of JSON with its addresses when it is ready, and serves"
        " until it is stopped. Its documents have no fiscal force.",
    )
    parser.add_argument(
        "--state", metavar="FILE", required=True, help="the register's memory, made when missing"
    )
    parser.add_argument(
        "--shtrih",
        metavar="HOST:PORT",
        type=address,
        help="listen on TCP; port 0 takes a free one (default, alone: 127.0.0.1:0)",
    )
    parser.add_argument(
        "--kkmserver",
        metavar="HOST:PORT",
        type=address,
        help="answer as KkmServer over HTTP (its own port is 5893); needs the extra `virtual`",
    )
    parser.add_argument("--pty", action="store_true", help="offer a serial line (not on Windows)")
    parser.add_argument(
        "--pace", metavar="BAUD", type=_baud, help="carry bytes as slowly as a serial line does"
    )
    add_fault_arguments(parser)
    parser.add_argument(
        "--new-paper",
        metavar="SECONDS",
        type=_seconds,
        help="put a new roll in so long after the paper has run out (default: never)",
    )
    parser.add_argument("--paper", metavar="FILE", help="append everything printed to this file")
    parser.add_argument(
        "--ffd",
        choices=FFD_VERSIONS,
        default=FFD_VERSIONS[-1],
        help="document format of a new register (default: 1.2)",
    )
    parser.add_argument(
        "--repeat",
        choices=REPEATS,
        default=REPEATS[0],
        help="KkmServer: what a repeated IdCommand gives (default: replay)",
    )
    parser.add_argument(
        "--quirks", metavar="LIST", default="", help="KkmServer: oddities of real answers to show"
    )
    parser.add_argument(
        "--legacy", action="store_true", help="KkmServer: answer as a server of 2017"
    )
    parser.add_argument(
        "--password", default="", help="KkmServer: password of its two logins (default: empty)"
    )
    parser.add_argument(
        "--listen-everywhere",
        action="store_true",
        help="permit an address that other computers can reach",
    )
    parser.set_defaults(run=run)


def add_fault_arguments(parser: argparse.ArgumentParser) -> None:
    """What a virtual register is to show beside its work."""
    parser.add_argument(
        "--faults", metavar="SPEC", default="", help="faults to show, e.g. lost-request@FF45:0.1"
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of the faults (default: 0)"
    )


def address(text: str) -> tuple[str, int]:
    """`HOST:PORT` of an argument."""
    host, _, port = text.rpartition(":")
    if not host or not (port.isascii() and port.isdecimal()) or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _baud(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text) <= 10_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed in bits a second")
    return int(text)


def _seconds(text: str) -> timedelta:
    from datetime import timedelta

    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"from 0 to {MOST_SECONDS}")
    return timedelta(seconds=int(text))


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; 0 after that, 2 for what cannot be served."""
    import asyncio
    from contextlib import ExitStack
    from importlib.util import find_spec
    from pathlib import Path

    from drivers.ffd.enumerations import FfdVersion
    from drivers.loopback import is_loopback
    from drivers.virtual.core import VirtualRegister
    from drivers.virtual.facts import Timing
    from drivers.virtual.faults import Faults, FaultsError
    from drivers.virtual.kkmserver_face.habits import HabitsError
    from drivers.virtual.registration import Registration
    from drivers.virtual.store import StateError

    for host, _ in filter(None, (args.shtrih, args.kkmserver)):
        if not args.listen_everywhere and not is_loopback(host):
            return _refuse(f"{host} can be reached by others; --listen-everywhere permits it")
    if args.kkmserver and find_spec("uvicorn") is None:
        return _refuse("--kkmserver needs uvicorn, which the extra `virtual` brings")
    if args.pty and sys.platform == "win32":
        return _refuse("there are no pseudo-terminals on Windows; use --shtrih")
    with ExitStack() as stack:
        try:
            faults = Faults.parse(args.faults, args.seed)
            habits = _habits(args)
            paper: TextIO | None = None
            if args.paper:
                paper = stack.enter_context(Path(args.paper).open("a", encoding="utf-8"))
            register = VirtualRegister.open(
                Path(args.state),
                Registration(ffd_version=next(one for one in FfdVersion if one.label == args.ffd)),
                _now,
                lambda line: _print_line(paper, line),
                faults=faults,
                timing=Timing(new_paper=args.new_paper),
            )
        except (FaultsError, HabitsError, StateError, OSError) as error:
            return _refuse(str(error))
        stack.callback(register.close)
        return asyncio.run(_serve(register, habits, args))


def _habits(args: argparse.Namespace) -> Habits:
    """How KkmServer is set up. Raises `HabitsError`."""
    from drivers.virtual.kkmserver_face.habits import (
        LOGINS,
        Habits,
        Profile,
        Repeat,
        read_quirks,
    )

    return Habits(
        profile=Profile.LEGACY if args.legacy else Profile.MODERN,
        repeat=Repeat(args.repeat),
        quirks=read_quirks(args.quirks),
        passwords=dict.fromkeys(LOGINS, args.password),
    )


async def _serve(register: VirtualRegister, habits: Habits, args: argparse.Namespace) -> int:
    import asyncio
    import json
    from concurrent.futures import ThreadPoolExecutor

    from drivers.virtual.kkmserver_face import KkmServerFace
    from drivers.virtual.shtrih_face import ShtrihFace

    stopped = asyncio.Event()
    if args.pace:
        # The register's thread gives way to the line's clock: a byte takes 87 us at 115200.
        sys.setswitchinterval(PACED_SWITCH_S)
    everywhere = args.listen_everywhere
    thread = ThreadPoolExecutor(1, "virtual-register")
    shtrih = ShtrihFace(register, executor=thread, pace=args.pace)
    kkmserver = KkmServerFace(register, habits, executor=thread)
    ready = {"fiscal_drive_number": register.registration.fiscal_drive_number}
    try:
        if args.shtrih or not (args.pty or args.kkmserver):
            host, port = args.shtrih or DEFAULT_ADDRESS
            address = await shtrih.serve_tcp(host, port, listen_everywhere=everywhere)
            ready["shtrih"] = _url("socket", *address)
        if args.kkmserver:
            address = await kkmserver.serve_http(*args.kkmserver, listen_everywhere=everywhere)
            ready["kkmserver"] = f"{_url('http', *address)}?num_device={habits.number}"
        if args.pty:
            path = await shtrih.serve_pty()
            ready["pty"] = f"serial://{path}?baudrate={args.pace or DEFAULT_BAUD}"
        with at_signals(stopped.set, "SIGTERM", "SIGINT"):
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            await stopped.wait()
    except OSError as error:
        return _refuse(str(error))
    finally:
        await kkmserver.close()
        await shtrih.close()
        thread.shutdown()
    return 0


def _url(scheme: str, host: str, port: int) -> str:
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC).astimezone()


def _print_line(paper: TextIO | None, line: str) -> None:
    if paper:
        paper.write(line + "\n")
        paper.flush()


def _refuse(why: str) -> int:
    sys.stderr.write(f"kassa virtual-register: {why}\n")
    return EXIT_BAD_INPUT
