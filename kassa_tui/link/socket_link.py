"""The link to a station in another process, over its socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from kassa_tui.link import wire
from kassa_tui.link.address import LOOPBACK, Address
from kassa_tui.link.slot import LatestSlot
from kassa_tui.station import requests
from kassa_tui.station import snapshot as snapshots
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.station.requests import Answer, Request
    from kassa_tui.station.snapshot import Snapshot

CONNECT_S = 5.0
"""Longest wait for a connection and the welcome."""

MOST_WAITING = 16
"""Requests of one face that may wait for their answer."""


def answers(address: Address) -> bool:
    """Whether somebody listens there at this moment."""
    unix = address.path is not None
    with socket.socket(getattr(socket, "AF_UNIX") if unix else socket.AF_INET) as probe:  # noqa: B009
        probe.settimeout(CONNECT_S)
        try:
            probe.connect(str(address.path) if unix else (LOOPBACK, address.port))
        except OSError:
            return False
    return True


class SocketLink:
    """A `Link` to the station that listens at `address`."""

    def __init__(self, address: Address, *, view: bool = False) -> None:
        """`view`: look on only; the station declines what would change anything."""
        self._address = address
        self._view = view
        self._following: asyncio.Task[None] | None = None
        self._news: LatestSlot[Snapshot] | None = None
        self._on_end: Callable[[str], None] | None = None
        self._joined: asyncio.Future[asyncio.StreamWriter | None] | None = None
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._number = 0
        self._ended = False

    def attach(
        self, on_snapshot: Callable[[Snapshot], None], on_end: Callable[[str], None]
    ) -> None:
        loop = asyncio.get_running_loop()
        self._on_end = on_end
        self._news = LatestSlot(loop, on_snapshot)
        self._joined = loop.create_future()
        self._following = loop.create_task(self._follow())

    def detach(self) -> None:
        self._on_end = None
        if self._news is not None:
            self._news.close()
        if self._following is not None:
            self._following.cancel()

    async def ask(self, request: Request) -> Answer:
        writer = None if self._joined is None else await asyncio.shield(self._joined)
        if writer is None or self._ended:
            return requests.Declined(requests.Objection.STOPPED)
        if len(self._waiting) >= MOST_WAITING:
            return requests.Declined(requests.Objection.QUEUE_FULL)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._number += 1
        number = self._number
        self._waiting[number] = answer
        try:
            writer.write(wire.line(wire.Asked(number, request)))
            return await answer
        finally:
            del self._waiting[number]

    async def _follow(self) -> None:
        failure = ""
        try:
            failure = await self._converse()
        except (OSError, EOFError, TimeoutError):
            failure = _("The connection to the station is lost.")
        except wire.WireError as error:
            failure = _("The station cannot be understood: {why}").format(why=error)
        finally:
            self._finish()
        if self._on_end is not None:
            self._on_end(failure)

    def _finish(self) -> None:
        """Nothing travels any more; what was under way may have been done or not."""
        self._ended = True
        if self._joined is not None and not self._joined.done():
            self._joined.set_result(None)
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(requests.Uncertain())

    async def _converse(self) -> str:
        """Follow the station to its end: words of its failure."""
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await self._connect()
        try:
            writer.write(wire.line(wire.Hello(wire.PROTOCOL, self._view, self._address.token)))
            async with asyncio.timeout(CONNECT_S):
                reply = await wire.hear(reader, wire.Reply)
            if isinstance(reply, wire.Refusal):
                return _why_not(reply.why)
            assert self._joined is not None, "made before the connection"
            self._joined.set_result(writer)
            return await self._hear(reader)
        finally:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.path is not None:
            return await asyncio.open_unix_connection(
                self._address.path, limit=wire.MOST_NEWS_BYTES
            )
        return await asyncio.open_connection(
            LOOPBACK, self._address.port, limit=wire.MOST_NEWS_BYTES
        )

    async def _hear(self, reader: asyncio.StreamReader) -> str:
        assert self._news is not None, "made before the connection"
        while True:
            match await wire.hear(reader, wire.News):
                case wire.Answered(number, answer):
                    waiting = self._waiting.get(number)
                    if waiting is not None and not waiting.done():
                        waiting.set_result(answer)
                case wire.Ended(failure):
                    return failure
                case wire.Complaint(detail):
                    raise wire.WireError(detail)
                case snapshots.Snapshot() as snapshot:
                    self._news.put(snapshot)


def _why_not(why: wire.NoTalk) -> str:
    match why:
        case wire.NoTalk.PROTOCOL:
            return _("The running station is of another version: stop it and start it again.")
        case wire.NoTalk.TOKEN:
            return _("The running station does not let this program in.")
        case wire.NoTalk.FULL:
            return _("Too many programs are connected to the station.")
