"""One socket of the device: its link, what is being executed for it, who is plugged in.

The link belongs to the socket, not to the connection: an answer that was not acknowledged
waits for whoever connects next, and the transport that was chosen stays until power-off.

Faults of the link, by the name of the command:

- `lost-request`: the frame never came; no ACK, nothing is executed.
- `lost-answer-not-executed`: acknowledged, then the device forgets it.
- `lost-answer-executed`: the bytes of the answer vanish. The device still holds it, so that
  ENQ (or the same number again) brings it: that is what the transports are for.
- `late-answer`: ENQ is acknowledged ("working") while the answer takes its time.
- `garbled`: the check of the answer is wrong once.
- `duplicated`, `split`: the answer comes twice, or in three pieces.
- `disconnect`: executed, then the connection drops. A serial line has none: the answer is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter_ns
from typing import Protocol

from drivers.virtual.faults import Faults
from drivers.virtual.shtrih_face.device import name_of
from drivers.virtual.shtrih_face.link import Action, Execute, Link, Send
from drivers.virtual.shtrih_face.pacing import Timeline

BYTE_TIMEOUT = timedelta(milliseconds=100)
LATE_ANSWER = timedelta(seconds=5)
SPLIT_PAUSE = timedelta(milliseconds=20)
SPLIT_PIECES = 3
MAX_UNSENT = 256
"""Chunks on their way to a host that does not read; what comes beyond them is lost."""


Work = Callable[[bytes], Awaitable[bytes | None]]
"""Executes a command; None when the power went while it did."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    data: bytes
    since: int
    """When its first byte may go, by `perf_counter_ns`."""


class Connection(Protocol):
    """Whoever is plugged in."""

    async def read(self) -> bytes:
        """The next bytes; none at the end."""
        ...

    async def write(self, data: bytes) -> None: ...

    def drop(self) -> None:
        """Break the connection, where there is one to break."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """How the sockets of the device behave."""

    pace: int | None
    """Bits a second; None: as fast as it goes."""
    byte_timeout: timedelta
    """Silence inside a frame after which the frame is given up."""
    late_answer: timedelta
    """How late a late answer is."""


class Port:
    """One socket of the device; it serves one connection at a time."""

    def __init__(
        self, new_link: Callable[[], Link], work: Work, faults: Faults, habits: Habits
    ) -> None:
        self._new_link = new_link
        self._link = new_link()
        self._work = work
        self._faults = faults
        self._habits = habits
        self._connection: Connection | None = None
        self._outgoing: asyncio.Queue[_Chunk | timedelta] = asyncio.Queue(MAX_UNSENT)
        self._executing: asyncio.Task[None] | None = None
        self._finishing = asyncio.Event()

    async def serve(self, connection: Connection) -> None:
        """Talk to `connection` until it ends."""
        self._link.silence()  # what the last connection left unfinished
        self._connection = connection
        self._outgoing = asyncio.Queue(MAX_UNSENT)
        line = Timeline(self._habits.pace)
        sender = asyncio.create_task(self._send(connection, self._outgoing))
        try:
            while data := await self._receive(connection):
                arrived = line.arrival(len(data), perf_counter_ns())
                self._act(self._link.receive(data), arrived)
        except OSError:
            return  # the host is gone, as with an orderly end
        finally:
            self._connection = None
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    async def finish(self) -> None:
        """Wait for the command being executed, if any; a late answer is not waited for."""
        self._finishing.set()
        while self._executing and not self._executing.done():
            await self._executing

    def power_off(self) -> None:
        """Forget everything: the link starts anew, the connection drops."""
        self._link = self._new_link()
        while not self._outgoing.empty():
            self._outgoing.get_nowait()
        if self._connection:
            self._connection.drop()

    async def _receive(self, connection: Connection) -> bytes:
        while True:
            in_frame = self._link.within_frame
            limit = self._habits.byte_timeout.total_seconds() if in_frame else None
            try:
                async with asyncio.timeout(limit) as waiting:
                    return await connection.read()
            except TimeoutError:
                if not waiting.expired():
                    raise  # the connection's own
                self._act(self._link.silence(), perf_counter_ns())

    async def _send(
        self, connection: Connection, outgoing: asyncio.Queue[_Chunk | timedelta]
    ) -> None:
        line = Timeline(self._habits.pace)
        try:
            while True:
                chunk = await outgoing.get()
                if isinstance(chunk, timedelta):
                    await asyncio.sleep(chunk.total_seconds())
                    continue
                await line.carry(len(chunk.data), chunk.since)
                await connection.write(chunk.data)
        except OSError:
            return  # reading the connection will tell that it has ended

    def _post(self, chunk: _Chunk | timedelta) -> None:
        if self._connection and not self._outgoing.full():
            self._outgoing.put_nowait(chunk)

    def _act(self, actions: list[Action], since: int) -> None:
        """Do what the link says, as of the time `since`."""
        for action in actions:
            match action:
                case Send(data):
                    self._post(_Chunk(data, since))
                case Execute(body, acknowledgement):
                    if self._fires("lost-request", name_of(body)):
                        self._act(self._link.forget(), since)
                        continue
                    if acknowledgement:
                        self._post(_Chunk(acknowledgement, since))
                    self._executing = asyncio.create_task(self._execute(body, since))
                    self._act(self._link.receive(b""), since)

    async def _execute(self, body: bytes, since: int) -> None:
        name = name_of(body)
        link, connection = self._link, self._connection
        if self._fires("lost-answer-not-executed", name):
            self._act(link.forget(), since)
            return
        answer = await self._work(body)
        if answer is not None and self._fires("late-answer", name):
            with suppress(TimeoutError):
                async with asyncio.timeout(self._habits.late_answer.total_seconds()):
                    await self._finishing.wait()
        if answer is None or link is not self._link:
            return  # the power went
        since = max(since, perf_counter_ns())
        frame, *others = link.answer(answer)
        assert isinstance(frame, Send)
        if connection is self._connection:
            self._deliver(frame.data, name, since)
        self._act(others, since)

    def _deliver(self, frame: bytes, name: str, since: int) -> None:
        if self._fires("disconnect", name):
            if self._connection:
                self._connection.drop()
            return
        if self._fires("lost-answer-executed", name):
            return
        if self._fires("garbled", name):
            frame = frame[:-1] + bytes((frame[-1] ^ 1,))
        if self._fires("duplicated", name):
            self._post(_Chunk(frame, since))
        if self._fires("split", name):
            size = -(-len(frame) // SPLIT_PIECES)
            for start in range(0, len(frame), size):
                self._post(_Chunk(frame[start : start + size], since))
                self._post(SPLIT_PAUSE)
        else:
            self._post(_Chunk(frame, since))

    def _fires(self, fault: str, name: str) -> bool:
        self._faults.wire_command = name
        return self._faults.fires(fault, name)
