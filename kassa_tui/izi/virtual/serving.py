"""An ASGI application on a socket of this computer: uvicorn's HTTP/1.1, on the running loop.

Its protocol is used without its `Server`, which would take the process's signals, and whose
clock ticks would be waited for at every end.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

STOP_S = 5.0
"""How long answers in work may take when the server is to stop."""
KEEP_ALIVE_S = 75
"""Longer than a client keeps an idle connection, so that no request meets a closed one."""


@asynccontextmanager
async def serving(
    app: Any, host: str, port: int, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Serve while the block runs; gives the URL. Port 0 takes a free one. Raises `OSError`."""
    config = Config(
        app,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: H11Protocol(config, state, {}), host, port, ssl=tls)
    bound, number = server.sockets[0].getsockname()[:2]
    try:
        name = f"[{bound}]" if ":" in bound else bound
        yield f"{'http' if tls is None else 'https'}://{name}:{number}"
    finally:
        server.close()
        for connection in tuple(state.connections):
            connection.shutdown()
        if tasks := tuple(state.tasks):
            _, late = await asyncio.wait(tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
        for connection in tuple(state.connections):
            connection.transport.abort()
        await server.wait_closed()
