"""The register of demo and training, on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Literal

from kassa_tui.bootstrap.clock import local_now
from kassa_tui.bootstrap.errors import CannotStart
from kassa_tui.words import _

if TYPE_CHECKING:
    from drivers.virtual.core import VirtualRegister
    from drivers.virtual.faults import Faults

STOP_S = 10.0
"""How long the virtual register may take to stop."""
NEW_PAPER = timedelta(seconds=10)
"""From the end of its paper until somebody puts a new roll in."""

Face = Literal["shtrih", "kkmserver"]
"""What the register is spoken to as."""


@contextmanager
def virtual_register(
    state: Path, faults: Faults | None = None, *, face: Face = "shtrih"
) -> Iterator[Callable[[], Future[str]]]:
    """A virtual register on a thread and a loop of its own, started when it is first asked for.

    Gives a function that starts it and returns the address to come. `faults` are what it shows
    beside its work.
    """
    address: Future[str] = Future()
    stop: Future[None] = Future()
    thread = Thread(
        target=lambda: asyncio.run(_serve_register(state, faults, face, address, stop)),
        name="virtual-register",
        daemon=True,
    )

    def started() -> Future[str]:
        if not thread.is_alive() and not address.done():
            thread.start()
        return address

    try:
        yield started
    finally:
        stop.set_result(None)
        if thread.is_alive():
            thread.join(STOP_S)


async def _serve_register(
    state: Path, faults: Faults | None, face: Face, address: Future[str], stop: Future[None]
) -> None:
    from drivers.virtual.core import VirtualRegister
    from drivers.virtual.facts import Timing
    from drivers.virtual.registration import Registration
    from drivers.virtual.store import StateError

    with ExitStack() as stack:
        try:
            # Line by line, so that what is printed can be read at once.
            paper = stack.enter_context(
                (state / "paper.txt").open("a", buffering=1, encoding="utf-8")
            )
            register = VirtualRegister.open(
                state / "register.db",
                Registration(),
                local_now,
                lambda line: paper.writelines((line, "\n")),
                faults=faults,
                timing=Timing(new_paper=NEW_PAPER),
            )
        except (StateError, OSError) as error:
            why = _("The virtual register cannot start: {why}").format(why=error)
            address.set_exception(CannotStart(why))
            return
        stack.callback(register.close)
        serve = _serve_kkmserver if face == "kkmserver" else _serve_shtrih
        await serve(register, address, stop)


async def _serve_shtrih(
    register: VirtualRegister, address: Future[str], stop: Future[None]
) -> None:
    from drivers.virtual.shtrih_face import ShtrihFace

    face = ShtrihFace(register)
    try:
        host, port = await face.serve_tcp()
        address.set_result(f"socket://{host}:{port}")
        await asyncio.wrap_future(stop)
    finally:
        await face.close()


async def _serve_kkmserver(
    register: VirtualRegister, address: Future[str], stop: Future[None]
) -> None:
    from drivers.virtual.kkmserver_face import KkmServerFace

    if find_spec("uvicorn") is None:
        address.set_exception(CannotStart(_("KkmServer of the demo needs the extra virtual.")))
        return
    face = KkmServerFace(register)
    try:
        host, port = await face.serve_http()
        address.set_result(f"http://{host}:{port}?num_device={face.habits.number}")
        await asyncio.wrap_future(stop)
    finally:
        await face.close()
