"""One journal has one station: whoever takes its lock runs it, everybody else joins."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.journal.errors import JournalInUse
from kassa_tui.journal.lock import WriterLock
from kassa_tui.link.address import Door
from kassa_tui.link.host import StationHost
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.link.link import Link
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.link.server import SocketServer

STOP_S = 10.0
"""How long a request in work may go on when its station is to end, before it is cut off."""

JOIN_S = 10.0
"""How long a station may take to listen, or to be gone."""
HANDOVER_S = 3.0
"""How long the station of a short command may take to make room for one that stays."""
_ASK_AGAIN_S = 0.02

UNFINISHED = 3
"""Exit code when a station had to be left in the middle of its work."""

Hosted = Callable[[], AbstractContextManager[StationHost]]
"""Makes the host of a station that has not started, and puts its parts away."""


class CannotJoin(Exception):
    """There is no way to a station; the text is for people."""


class RunsAlready(CannotJoin):
    """Another process has the station of this journal."""


@contextmanager
def joined(
    state: Path, hosted: Hosted, *, view: bool = False, stay: bool = False
) -> Iterator[Link]:
    """A link to the station of the journal in `state`, the running one or one made here.

    One made here lives as long as the context does, and offers itself to others. A face
    that looks on only (`view`) never makes one. Where the running one breaks off, a link that
    is to `stay` joins the next. Raises `CannotJoin`.
    """
    door = _made(state)
    give_up_at = time.monotonic() + JOIN_S
    while True:
        if not view and (lock := _taken(door)) is not None:
            with _hosted(lock, door, hosted) as (host, offer):
                yield InProcessLink(host, offer)
            return
        if (link := _running(door, view, stay)) is not None:
            yield link
            return
        if view and not _is_held(door):
            raise CannotJoin(_("No station is running here."))
        if time.monotonic() > give_up_at:
            raise CannotJoin(_("The running station does not answer."))
        time.sleep(_ASK_AGAIN_S)  # it is starting, or has just ended


@contextmanager
def alone(state: Path, hosted: Hosted) -> Iterator[StationHost]:
    """The one station of the journal in `state`, ready to be started and joined.

    Raises `RunsAlready`, `CannotJoin`.
    """
    door = _made(state)
    give_up_at = time.monotonic() + HANDOVER_S
    while (lock := _taken(door)) is None:
        if time.monotonic() > give_up_at:
            raise RunsAlready(_("A station is running already with {path}.").format(path=state))
        time.sleep(_ASK_AGAIN_S)
    with _hosted(lock, door, hosted) as (host, offer):
        try:
            offer()
        except OSError as error:
            raise CannotJoin(str(error)) from error
        yield host


@contextmanager
def _hosted(
    lock: WriterLock, door: Door, hosted: Hosted
) -> Iterator[tuple[StationHost, Callable[[], None]]]:
    """A host, stopped at the end, and what lets others join it (raises `OSError`)."""
    servers: list[SocketServer] = []
    stopped = True
    try:
        with hosted() as host:

            def offer() -> None:
                from kassa_tui.link.server import SocketServer

                servers.append(SocketServer(host, door))
                servers[0].start().result(JOIN_S)

            try:
                yield host, offer
            finally:
                door.withdraw()  # whoever comes now waits for the next station
                stopped = host.stop(STOP_S)
                for server in servers:
                    server.stop(STOP_S)
    finally:
        if not stopped:
            # Left as a kill would leave it; the next start repairs that.
            sys.stdout.flush()
            os._exit(UNFINISHED)
        lock.release()


def _made(state: Path) -> Door:
    door = Door.beside(state)
    try:
        door.make()
    except OSError as error:
        raise CannotJoin(str(error)) from error
    return door


def _taken(door: Door) -> WriterLock | None:
    try:
        return WriterLock.take(door.lock)
    except JournalInUse:
        return None
    except OSError as error:
        raise CannotJoin(str(error)) from error


def _is_held(door: Door) -> bool:
    if (lock := _taken(door)) is None:
        return True
    lock.release()
    return False


def _running(door: Door, view: bool, stay: bool) -> Link | None:
    """A link to the station that listens at the door at this moment."""
    from kassa_tui.link.socket_link import SocketLink, somebody_listens

    try:
        address = door.find()
    except OSError as error:
        raise CannotJoin(str(error)) from error
    if address is None or not somebody_listens(address):
        return None
    return SocketLink(address, view=view, find=door.find if stay else None)
