"""The link to a station in another process, over its socket."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kassa_tui.link import wire
from kassa_tui.link.address import LOOPBACK, Address
from kassa_tui.link.slot import LatestSlot
from kassa_tui.station import answers, requests
from kassa_tui.station import snapshot as snapshots
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import Request
    from kassa_tui.station.snapshot import Snapshot

CONNECT_S = 5.0
"""Longest wait for a connection and the welcome."""

MOST_WAITING = 16
"""Requests of one face that may wait for their answer."""

REJOIN_S = 10.0
"""A station that broke off may be back within so many seconds, or another in its place."""
_AGAIN_S = 0.1


def somebody_listens(address: Address) -> bool:
    """At this moment."""
    unix = address.path is not None
    with socket.socket(getattr(socket, "AF_UNIX") if unix else socket.AF_INET) as probe:  # noqa: B009
        probe.settimeout(CONNECT_S)
        try:
            probe.connect(str(address.path) if unix else (LOOPBACK, address.port))
        except OSError:
            return False
    return True


@dataclass(slots=True)
class _Waiting:
    request: Request
    answer: asyncio.Future[Answer]
    is_asked_again: bool = False

    def hear(self, answer: Answer) -> None:
        """What was not served the second time may have been the first time."""
        if self.answer.done():
            return
        if self.is_asked_again and _was_not_served(answer):
            answer = answers.Uncertain()
        self.answer.set_result(answer)


class SocketLink:
    """A `Link` to the station that listens at `address`.

    What was under way when the connection broke is asked again where that is safe (see
    `is_repeatable`); of everything else nobody knows.
    """

    def __init__(
        self,
        address: Address,
        *,
        view: bool = False,
        find: Callable[[], Address | None] | None = None,
    ) -> None:
        """
        Args:
            view: Look on only; the station declines what would change anything.
            find: Where a station listens now; may block. None: a connection that breaks
                is the end.
        """
        self._address = address
        self._view = view
        self._find = find
        self._following: asyncio.Task[None] | None = None
        self._news: LatestSlot[Snapshot] | None = None
        self._on_end: Callable[[str], None] | None = None
        self._joined: asyncio.Future[asyncio.StreamWriter | None] | None = None
        self._waiting: dict[int, _Waiting] = {}
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
            return answers.Declined(answers.Objection.STOPPED)
        if len(self._waiting) >= MOST_WAITING:
            return answers.Declined(answers.Objection.QUEUE_FULL)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._number += 1
        number = self._number
        self._waiting[number] = _Waiting(request, answer)
        try:
            writer.write(wire.line(wire.Asked(number, request)))
            return await answer
        finally:
            del self._waiting[number]

    async def _follow(self) -> None:
        failure = ""
        try:
            failure = await self._stay_joined()
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
        for waiting in self._waiting.values():
            waiting.hear(answers.Uncertain())

    async def _stay_joined(self) -> str:
        """Follow the station, or the one that takes its place, to its end: words of its failure.

        Raises `OSError`, `EOFError`, `TimeoutError` when there is none any more.
        """
        give_up_at = 0.0
        while True:
            try:
                return await self._converse()
            except (OSError, EOFError, TimeoutError):
                loop = asyncio.get_running_loop()
                if self._leave(loop):
                    give_up_at = loop.time() + REJOIN_S
                if self._find is None or loop.time() >= give_up_at:
                    raise
            await asyncio.sleep(_AGAIN_S)
            found = await asyncio.to_thread(self._find)
            self._address = found or self._address

    def _leave(self, loop: asyncio.AbstractEventLoop) -> bool:
        """The connection is gone: was there one? Nobody knows what came of what it carried."""
        if self._joined is None or not self._joined.done():
            return False
        self._joined = loop.create_future()
        for waiting in self._waiting.values():
            waiting.is_asked_again = True
            if not requests.is_repeatable(waiting.request):
                waiting.hear(answers.Uncertain())
        return True

    def _work_with(self, writer: asyncio.StreamWriter) -> None:
        """The station has told of itself, so it serves."""
        assert self._joined is not None, "made before the connection"
        if self._joined.done():
            return
        for number, waiting in self._waiting.items():
            if not waiting.answer.done():
                writer.write(wire.line(wire.Asked(number, waiting.request)))
        self._joined.set_result(writer)

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
            return await self._hear(reader, writer)
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

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> str:
        assert self._news is not None, "made before the connection"
        while True:
            match await wire.hear(reader, wire.News):
                case wire.Answered(number, answer):
                    if (waiting := self._waiting.get(number)) is not None:
                        waiting.hear(answer)
                case wire.Ended(failure):
                    return failure
                case wire.Complaint(detail):
                    raise wire.WireError(detail)
                case snapshots.Snapshot() as snapshot:
                    self._news.put(snapshot)
                    self._work_with(writer)


def _was_not_served(answer: Answer) -> bool:
    reasons = (answers.Objection.STOPPED, answers.Objection.QUEUE_FULL)
    return isinstance(answer, answers.Declined) and answer.reason in reasons


def _why_not(why: wire.NoTalk) -> str:
    match why:
        case wire.NoTalk.PROTOCOL:
            return _("The running station is of another version: stop it and start it again.")
        case wire.NoTalk.TOKEN:
            return _("The running station does not let this program in.")
        case wire.NoTalk.FULL:
            return _("Too many programs are connected to the station.")
