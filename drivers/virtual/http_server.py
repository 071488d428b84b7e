"""An application on a real socket: uvicorn's HTTP/1.1, on the loop that is running already.

Its protocol is used without its `Server`, which would take the process's signals and end the
process where a port is taken.
"""

from __future__ import annotations

import asyncio
import ssl

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from drivers.virtual.asgi import Application, ConnectionDropped, Message, Receive, Scope, Send

MAX_CONNECTIONS = 100
"""More are answered with HTTP 503."""
CLOSE_S = 5.0
"""How long answers in work may take when the server closes."""
KEEP_ALIVE_S = 75
"""Longer than our clients keep an idle connection, so that no request meets a closed one."""


class HttpServer:
    """One listening address."""

    def __init__(self, app: Application, tls: ssl.SSLContext | None = None) -> None:
        """With `tls` it is HTTPS."""
        self._tls = tls
        self._config = Config(
            app,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            date_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._config.load()
        self._state = ServerState()
        self._listening: asyncio.Server | None = None
        self._address = ("", 0)

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Raises `OSError`."""
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._connection, host, port, ssl=self._tls)
        name = self._listening.sockets[0].getsockname()
        self._address = name[0], name[1]
        return self._address

    def refuse(self) -> None:
        """Take no connection; the open ones stay."""
        if self._listening is not None:
            self._listening.close()

    async def listen_again(self) -> None:
        """Raises `OSError` where somebody else has taken the address."""
        await self.listen(*self._address)

    async def close(self) -> None:
        """Take no more connections, and let the open ones go."""
        if self._listening is None:
            return
        self._listening.close()
        for connection in tuple(self._state.connections):
            connection.shutdown()
        if tasks := tuple(self._state.tasks):
            _, late = await asyncio.wait(tasks, timeout=CLOSE_S)
            for task in late:
                task.cancel()
        for connection in tuple(self._state.connections):
            connection.transport.abort()
        await self._listening.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(self._config, self._state, {})


class _Connection(H11Protocol):
    """A connection that the application can break."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app = self.app

        async def breakable(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                await app(scope, receive, send)
            except ConnectionDropped:
                transport.close()
                await _closed(receive)

        self.app = breakable


async def _closed(receive: Receive) -> Message:
    """Uvicorn must have heard of the end, or it would answer in the application's place."""
    while (message := await receive())["type"] != "http.disconnect":
        pass
    return message
