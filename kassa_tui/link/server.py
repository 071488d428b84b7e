"""The station's side of the socket: every connection is one more face of the host.

The server has a loop and a thread of its own. Whatever a face sends or does not read is
held against that face only: one line is read, one request is in work, one snapshot is on
its way for each, and who leaves the last too long is shown the door.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
from concurrent.futures import Future
from threading import Thread

from kassa_tui.link.address import LOOPBACK, Address, Door
from kassa_tui.link.host import StationHost
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.link.wire import (
    MOST_REQUEST_BYTES,
    PROTOCOL,
    Answered,
    Asked,
    Complaint,
    Ended,
    Hello,
    News,
    NoTalk,
    Refusal,
    Welcome,
    WireError,
    hear,
    line,
)
from kassa_tui.station.answers import Answer, Declined, Objection
from kassa_tui.station.closing_preview import StopAddingUp
from kassa_tui.station.information import MOST_AT_ONCE
from kassa_tui.station.inquiries import Inquiry, Look
from kassa_tui.station.reconciliation.requests import ReadShiftTape
from kassa_tui.station.requests import Refresh, Request
from kassa_tui.station.snapshot import Snapshot

log = logging.getLogger(__name__)

MOST_CONNECTIONS = 12
"""Fewer than the station's queue has places: each face always finds one."""

HELLO_S = 5.0
"""Longest wait for a face to say what it is."""
STALLED_S = 600.0
"""Longest wait for a face to read on; a stopped terminal may be let go again."""
FAREWELL_S = 1.0
"""Longest wait for the last word to be read."""


MOST_QUEUED = 16
"""Requests of one face that wait for the one in work; then it is not read for a while."""

CHANGES_NOTHING = Refresh | ReadShiftTape | Look
"""What a face that looks on may ask for; anything else is declined, new requests too."""


class SocketServer:
    """Offers the station of `host` at a door. `start` and `stop` may wait a little."""

    def __init__(
        self,
        host: StationHost,
        door: Door,
        *,
        unix: bool | None = None,
        stalled_s: float = STALLED_S,
    ) -> None:
        """`unix`: False takes the loopback address; None: whatever the system has."""
        self._host = host
        self._door = door
        self._unix = door.takes_unix_socket if unix is None else unix
        self._stalled_s = stalled_s
        self._token = "" if self._unix else secrets.token_urlsafe(32)
        self._stopped: Future[None] = Future()
        self._thread: Thread | None = None
        self._open: set[asyncio.Task[None]] = set()

    def start(self) -> Future[None]:
        """Begin to listen, on a thread of its own. The result is done when it listens.

        It has `OSError` where that is not possible. The caller holds the journal's lock.
        """
        listening: Future[None] = Future()
        self._thread = Thread(
            target=lambda: asyncio.run(self._serve(listening)), name="link", daemon=True
        )
        self._thread.start()
        return listening

    def stop(self, timeout: float) -> None:
        """Listen no more; faces are told of the station's end if it has ended."""
        if self._thread is None:
            return
        self._stopped.set_result(None)
        self._thread.join(timeout)

    async def _serve(self, listening: Future[None]) -> None:
        try:
            self._door.withdraw()
            if self._unix:
                path = self._door.socket
                server = await asyncio.start_unix_server(
                    self._accept, path, limit=MOST_REQUEST_BYTES
                )
                path.chmod(0o600)  # the directory was closed to others before
                self._door.publish(Address(path=path))
            else:
                server = await asyncio.start_server(
                    self._accept, LOOPBACK, 0, limit=MOST_REQUEST_BYTES
                )
                port = server.sockets[0].getsockname()[1]
                self._door.publish(Address(port=port, token=self._token))
        except OSError as error:
            listening.set_exception(error)
            return
        listening.set_result(None)
        try:
            await asyncio.wrap_future(self._stopped)
        finally:
            self._door.withdraw()
            server.close()
            await self._part()

    async def _part(self) -> None:
        """Leave the faces a moment for the last word, then hang up."""
        if self._open:
            await asyncio.wait(self._open, timeout=FAREWELL_S if self._host.ended.done() else 0)
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a connection is served by a task"
        full = len(self._open) >= MOST_CONNECTIONS
        self._open.add(task)
        try:
            if full:
                async with asyncio.timeout(FAREWELL_S):
                    await hear(reader, Hello)  # what is not read would undo the answer
                writer.write(line(Refusal(NoTalk.FULL)))
                await _drained(writer, FAREWELL_S)
            else:
                await self._talk(reader, writer)
        except WireError as error:
            with contextlib.suppress(OSError):
                writer.write(line(Complaint(str(error))))
                await _drained(writer, FAREWELL_S)
        except (OSError, EOFError, TimeoutError):
            pass  # the face is gone, silent or stuck: its connection ends, nothing else
        except asyncio.CancelledError:
            pass  # the server stops
        except Exception:  # a defect shown by one face's bytes must not reach the others
            log.exception("a connection failed")
        finally:
            self._open.discard(task)
            writer.transport.abort()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # What is written is on its way before the next word is made: no backlog.
        writer.transport.set_write_buffer_limits(high=0)
        async with asyncio.timeout(HELLO_S):
            hello = await hear(reader, Hello)
            if refusal := self._refusal(hello):
                writer.write(line(refusal))
                await _drained(writer, FAREWELL_S)
                return
            writer.write(line(Welcome(PROTOCOL)))
        await _Conversation(self._host, reader, writer, hello.view, self._stalled_s).run()

    def _refusal(self, hello: Hello) -> Refusal | None:
        if hello.protocol != PROTOCOL:
            return Refusal(NoTalk.PROTOCOL)
        if not hmac.compare_digest(hello.token.encode(), self._token.encode()):
            return Refusal(NoTalk.TOKEN)
        return None


class _Conversation:
    """One face, from the welcome to the end."""

    def __init__(
        self,
        host: StationHost,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        view: bool,
        stalled_s: float,
    ) -> None:
        self._link = InProcessLink(host)
        self._reader = reader
        self._writer = writer
        self._view = view
        self._stalled_s = stalled_s
        self._speaking = asyncio.Lock()
        self._news = asyncio.Event()
        self._snapshot: Snapshot | None = None
        self._end: Ended | None = None
        self._queue: asyncio.Queue[Asked] = asyncio.Queue(MOST_QUEUED)
        self._places = asyncio.Semaphore(MOST_AT_ONCE)
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def run(self) -> None:
        self._link.attach(self._on_snapshot, self._on_end)
        listening = asyncio.create_task(self._listen())
        telling = asyncio.create_task(self._tell())
        both = {listening, telling}
        try:
            done, _ = await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                try:
                    task.result()
                except* (WireError, OSError, EOFError, TimeoutError) as several:
                    raise several.exceptions[0] from None
        finally:
            self._link.detach()
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._news.set()

    def _on_end(self, failure: str) -> None:
        self._end = Ended(failure)
        self._news.set()

    async def _listen(self) -> None:
        """One request after the other; inquiries beside them."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._work())
            while True:
                asked = await hear(self._reader, Asked)
                self._in_hand += 1
                self._idle.clear()
                if isinstance(asked.request, Inquiry | StopAddingUp):
                    await self._places.acquire()
                    tasks.create_task(self._inquire(asked))
                else:
                    await self._queue.put(asked)

    async def _work(self) -> None:
        while True:
            await self._reply(await self._queue.get())

    async def _inquire(self, asked: Asked) -> None:
        try:
            await self._reply(asked)
        finally:
            self._places.release()

    async def _reply(self, asked: Asked) -> None:
        await self._say(Answered(asked.id, await self._answer(asked.request)))
        self._in_hand -= 1
        if not self._in_hand:
            self._idle.set()

    async def _answer(self, request: Request) -> Answer:
        if self._view and not isinstance(request, CHANGES_NOTHING):
            return Declined(Objection.VIEW_ONLY)
        return await self._link.ask(request)

    async def _tell(self) -> None:
        while self._end is None:
            await self._news.wait()
            self._news.clear()
            await self._say()
        await self._idle.wait()  # the end of the station answers whatever was in work
        await self._say(self._end)

    async def _say(self, *news: News) -> None:
        """Write the newest snapshot, if it has not been told, and then `news`."""
        async with self._speaking:
            snapshot, self._snapshot = self._snapshot, None
            for one in news if snapshot is None else (snapshot, *news):
                self._writer.write(line(one))
                await _drained(self._writer, self._stalled_s)


async def _drained(writer: asyncio.StreamWriter, timeout: float) -> None:
    async with asyncio.timeout(timeout):
        await writer.drain()
