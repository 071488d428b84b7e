"""HTTP between the driver and the KkmServer face, in memory: httpx at one end, ASGI at the other.

Each request is a connection of its own. What has left a process arrives even when it dies, and
what the service does with it is the service's: it runs outside of every process. A client that
goes is told to the service as a server on a socket tells it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx

from drivers.virtual.kkmserver_face import ConnectionDropped
from tests.simulation.machine import PROCESS, Process, VirtualLoop

WAY_S = 0.0005
"""There, and as long back."""

App = Callable[..., Awaitable[None]]


class Line(Protocol):
    """What becomes of requests and answers."""

    def connects(self) -> bool | None:
        """Whether a connection is taken now; None: nobody says so."""
        ...

    def leaves(self, body: bytes) -> None:
        """A request is about to leave a process."""
        ...

    def delay(self, *, to_service: bool) -> float | None:
        """Seconds until the next piece arrives; None: the connection breaks."""
        ...


class Http(httpx.AsyncBaseTransport):
    """As httpx has it, for all lives of the station."""

    def __init__(self, loop: VirtualLoop, line: Line, app: Callable[[], App]) -> None:
        """`app` gives the one that serves now."""
        self._loop = loop
        self._line = line
        self._app = app
        self._open: list[_Exchange] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        process = PROCESS.get()
        body = await request.aread()
        await asyncio.sleep(WAY_S)
        if process is not None and not process.step("connect"):
            await self._loop.create_future()
        taken = self._line.connects()
        if taken is None:
            await asyncio.sleep(request.extensions["timeout"]["connect"])
            raise httpx.ConnectTimeout("nobody answers")
        if not taken:
            raise httpx.ConnectError("connection refused")
        exchange = _Exchange(self._loop, self._line, request, process)
        self._open = [one for one in self._open if not one.left.is_set()]
        self._open.append(exchange)
        self._line.leaves(body)
        sent = len(body) if process is None else process.emit("byte", len(body))
        exchange.send(self._app(), body[:sent], whole=sent == len(body))
        try:
            return await exchange.response()
        except BaseException:  # also where the client has stopped waiting
            exchange.leave()
            raise

    def cut(self) -> None:
        """Every connection breaks."""
        for exchange in self._open:
            exchange.break_off(httpx.ReadError("connection reset"))

    def leave(self, process: Process) -> None:
        """A process has died: the system closes its sockets."""
        for exchange in self._open:
            if exchange.process is process:
                exchange.leave()


@dataclass(eq=False)
class _Exchange:
    """One request and its answer."""

    loop: VirtualLoop
    line: Line
    request: httpx.Request
    process: Process | None
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """The connection is no more."""
    _inbox: deque[dict[str, Any] | httpx.TransportError] = field(default_factory=deque)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _last_at: float = 0.0
    """Pieces of an answer keep their order."""
    _arrive: Callable[[], None] | None = None

    def send(self, app: App, body: bytes, *, whole: bool) -> None:
        delay = self.line.delay(to_service=True)
        if delay is None:
            self.break_off(httpx.WriteError("connection reset"))
            return

        def arrive() -> None:
            if self._arrive is not None:
                self._arrive = None
                self.loop.create_task(
                    self._serve(app, body, whole), context=self.loop.outside.copy()
                )

        self._arrive = arrive
        self.loop.call_later(WAY_S + delay, arrive, context=self.loop.outside)

    async def response(self) -> httpx.Response:
        """The beginning of the answer; its body comes behind."""
        start = await self.next()
        return httpx.Response(
            start["status"], headers=start["headers"], stream=_Body(self), request=self.request
        )

    async def next(self) -> dict[str, Any]:
        """The next message of the answer. Raises `httpx.TransportError`."""
        while not self._inbox:
            self._news.clear()
            await self._news.wait()
        message = self._inbox.popleft()
        if isinstance(message, httpx.TransportError):
            raise message
        return message

    def leave(self) -> None:
        """The client goes; what is under way still arrives."""
        self.left.set()
        if self._arrive is not None:
            self.loop.call_soon(self._arrive, context=self.loop.outside)

    def break_off(self, error: httpx.TransportError) -> None:
        """The connection breaks at both ends, with all that is under way."""
        if not self.left.is_set():
            self._arrive = None
            self.left.set()
            self._deliver(error)

    async def _serve(self, app: App, body: bytes, whole: bool) -> None:
        scope = {
            "type": "http",
            "method": self.request.method,
            "path": self.request.url.path,
            "headers": [(name.lower(), value) for name, value in self.request.headers.raw],
        }
        asked = deque([{"type": "http.request", "body": body, "more_body": not whole}])

        async def receive() -> dict[str, Any]:
            if asked:
                return asked.popleft()
            await self.left.wait()
            return {"type": "http.disconnect"}

        try:
            await app(scope, receive, self._answer)
        except ConnectionDropped:
            self._later(httpx.RemoteProtocolError("the service has gone"), 0.0)

    async def _answer(self, message: dict[str, Any]) -> None:
        if self.left.is_set():
            return
        delay = self.line.delay(to_service=False)
        if delay is None:
            self.break_off(httpx.ReadError("connection reset"))
        else:
            self._later(message, delay)

    def _later(self, message: dict[str, Any] | httpx.TransportError, delay: float) -> None:
        self._last_at = max(self._last_at, self.loop.time() + WAY_S + delay)

        def arrive() -> None:
            if not self.left.is_set():
                self._deliver(message)

        # Timers of one moment come in any order: each piece has a moment of its own.
        self._last_at += 1e-7
        self.loop.call_at(self._last_at, arrive, context=self.loop.outside)

    def _deliver(self, message: dict[str, Any] | httpx.TransportError) -> None:
        if self.process is None or self.process.step("arrival"):
            self._inbox.append(message)
            self._news.set()


class _Body(httpx.AsyncByteStream):
    def __init__(self, exchange: _Exchange) -> None:
        self._exchange = exchange

    async def __aiter__(self) -> AsyncIterator[bytes]:
        more = True
        while more:
            message = await self._exchange.next()
            more = message.get("more_body", False)
            yield message["body"]

    async def aclose(self) -> None:
        self._exchange.leave()
