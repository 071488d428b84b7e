"""`kassa virtual-crm`: a training CRM behind the gateway contract, until it is stopped."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from kassa_tui.cli.ending import at_signals
from kassa_tui.cli.virtual_register import DEFAULT_ADDRESS, EXIT_BAD_INPUT, address

if TYPE_CHECKING:
    from pathlib import Path

    from kassa_tui.izi.embedded.crm import EmbeddedCrm


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "virtual-crm",
        help="serve a training CRM over HTTP",
        description="Serves a CRM with a training club as the gateway contract says"
        " (docs/gateway.md). Prints one line of JSON with its URL, a token and the club's id when"
        " it is ready, and serves until it is stopped. Needs the extra `virtual`.",
    )
    parser.add_argument(
        "--state", metavar="FILE", required=True, help="the CRM's memory, made when missing"
    )
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        type=address,
        default=DEFAULT_ADDRESS,
        help="where to listen; port 0 takes a free one (default: 127.0.0.1:0)",
    )
    parser.add_argument(
        "--faults",
        metavar="SPEC",
        default="",
        help="faults to show, e.g. hang-after-commit@post_transaction:0.1",
    )
    parser.add_argument(
        "--seed", metavar="N", type=int, default=0, help="seed of the faults (default: 0)"
    )
    parser.add_argument(
        "--tls",
        nargs=2,
        metavar=("CERTIFICATE", "KEY"),
        help="serve https with these PEM files; a till takes http from its own computer only",
    )
    parser.add_argument(
        "--listen-everywhere",
        action="store_true",
        help="permit an address that other computers can reach",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; 0 after that, 2 for what cannot be served."""
    import asyncio
    import sqlite3
    from importlib.util import find_spec

    from drivers.loopback import is_loopback
    from drivers.virtual.faults import FaultsError
    from kassa_tui.izi.embedded.schema import NotOurFile

    if find_spec("uvicorn") is None:
        return _refuse("uvicorn is needed, which the extra `virtual` brings")
    if not args.listen_everywhere and not is_loopback(args.listen[0]):
        return _refuse(f"{args.listen[0]} can be reached by others; --listen-everywhere permits it")
    try:
        asyncio.run(_serve(args))
    except (FaultsError, NotOurFile, sqlite3.Error, OSError) as error:
        return _refuse(str(error))
    return 0


async def _serve(args: argparse.Namespace) -> None:
    """Raises `FaultsError`, `NotOurFile`, `sqlite3.Error`, `OSError` (`ssl.SSLError` is one)."""
    import asyncio
    import json
    import ssl
    from pathlib import Path

    from drivers.virtual.faults import Faults
    from kassa_tui.bootstrap.clock import new_id
    from kassa_tui.izi.embedded.demo import demo_club
    from kassa_tui.izi.virtual.app import GatewayApp
    from kassa_tui.izi.virtual.faults import FAULTS
    from kassa_tui.izi.virtual.serving import serving

    stopped = asyncio.Event()
    faults = Faults.parse(args.faults, args.seed, FAULTS)
    tls = None
    if args.tls:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(*args.tls)
    crm = await _open(Path(args.state))
    try:
        club = await demo_club(crm)
        app = GatewayApp(crm.session, new_id, faults.fires)
        async with serving(app, *args.listen, tls=tls) as url:
            ready = {"url": url, "token": club.token, "club_id": club.club_id}
            with at_signals(stopped.set, "SIGTERM", "SIGINT"):
                sys.stdout.write(json.dumps(ready) + "\n")
                sys.stdout.flush()
                await stopped.wait()
    finally:
        await crm.close()


async def _open(path: Path) -> EmbeddedCrm:
    import secrets

    from kassa_tui.bootstrap.clock import local_now
    from kassa_tui.izi.embedded.crm import EmbeddedCrm

    return await EmbeddedCrm.open(path, clock=local_now, randomness=secrets.token_bytes)


def _refuse(why: str) -> int:
    sys.stderr.write(f"kassa virtual-crm: {why}\n")
    return EXIT_BAD_INPUT
