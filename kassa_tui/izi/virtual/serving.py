"""An application on a socket of this computer, while a block runs."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from drivers.virtual.asgi import Application
from drivers.virtual.http_server import HttpServer


@asynccontextmanager
async def serving(
    app: Application, host: str, port: int, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Gives the URL. Port 0 takes a free one. Raises `OSError`."""
    server = HttpServer(app, tls)
    bound, number = await server.listen(host, port)
    try:
        name = f"[{bound}]" if ":" in bound else bound
        yield f"{'http' if tls is None else 'https'}://{name}:{number}"
    finally:
        await server.close()
