"""The listener for IZI's webhooks: whoever knows the secret may wake the station, no more.

IZI posts `{id, type, timestamp, clubId, data}` with `X-IZI-Signature`, HMAC-SHA256 of the body.
How the digest is written is not documented: hexadecimal is taken, with or without `sha256=`
before it. Neither are repeats (the same `id` wakes once) nor a term of validity: an old event
that somebody sends again wakes the station once more, and that is all that it can do.

What an event tells is not looked at. It may be late, out of order or lost; the station reads
what it needs from IZI itself.

HTTP is spoken by h11, which httpx brings along. It is plain HTTP: IZI demands HTTPS, which a
proxy before it (Caddy, nginx) speaks to the world.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import h11

log = logging.getLogger(__name__)

MAX_BODY = 64 << 10
"""No event is larger, bytes."""
MAX_HEADERS = 16 << 10
MAX_CONNECTIONS = 20
"""More are closed unheard."""
DEADLINE_S = 10.0
"""From the connection to its end."""
LEAST_GAP_S = 1.0
"""Between two wakings: each costs a request of the limit."""
_REMEMBERED = 1000
SIGNATURE = b"x-izi-signature"

WAKING = frozenset(
    {
        "BALANCE_TOPPED_UP",
        "PAYMENT_RECEIVED",
        "TARIFF_PURCHASED",
        "SHIFT_OPENED",
        "SHIFT_CLOSED",
    }
)
"""Types after which the station may have something to do."""


class Webhooks:
    """An address that listens for one club's events."""

    def __init__(self, secret: str, club_id: str, wake: Callable[[], None]) -> None:
        """`wake` is called on the loop, and may not wait."""
        self._secret = secret.encode()
        self._club_id = club_id
        self._wake = wake
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._open: set[asyncio.Task[None]] = set()
        self._due: asyncio.TimerHandle | None = None
        self._woken_at = float("-inf")
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> tuple[str, int]:
        """Port 0 takes a free one. Raises `OSError`."""
        self._server = await asyncio.start_server(self._connected, host, port, limit=MAX_HEADERS)
        name = self._server.sockets[0].getsockname()
        return name[0], name[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        if self._due is not None:
            self._due.cancel()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None, "a handler is a task"
        self._open.add(task)
        try:
            if len(self._open) <= MAX_CONNECTIONS:
                async with asyncio.timeout(DEADLINE_S):
                    await self._serve(reader, writer)
        except (TimeoutError, OSError, h11.ProtocolError):
            pass  # whoever it was, he has nothing to say to us
        finally:
            self._open.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, its answer, and the end."""
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEADERS)
        request: h11.Request | None = None
        body = bytearray()
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                connection.receive_data(await reader.read(MAX_HEADERS))
            elif isinstance(event, h11.Request):
                request = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > MAX_BODY:
                    status = 413
                    break
            elif isinstance(event, h11.EndOfMessage):
                assert request is not None, "a message ends behind its head"
                status = self._judge(request, bytes(body))
                break
            else:
                return  # the other side has gone
        head = h11.Response(
            status_code=status, headers=[("content-length", "0"), ("connection", "close")]
        )
        for answer in (head, h11.EndOfMessage()):
            writer.write(connection.send(answer) or b"")
        await writer.drain()

    def _judge(self, request: h11.Request, body: bytes) -> int:
        """The status that an event is answered with; wakes for a true one."""
        if request.method != b"POST":
            return 405
        told = [value for name, value in request.headers if name == SIGNATURE]
        if len(told) != 1 or not is_signed(self._secret, body, told[0]):
            log.warning("a webhook without a good signature was refused")
            return 401
        try:
            event = json.loads(body)
            event_id, kind, club_id = event["id"], event["type"], event["clubId"]
        except (ValueError, RecursionError, KeyError, TypeError):
            return 400
        if not isinstance(event_id, str) or not isinstance(kind, str):
            return 400
        if club_id == self._club_id and kind in WAKING and self._is_new(event_id):
            self._wake_soon()
        return 204

    def _is_new(self, event_id: str) -> bool:
        if event_id in self._seen:
            return False
        self._seen[event_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _wake_soon(self) -> None:
        if self._due is None:
            loop = asyncio.get_running_loop()
            gap_s = self._woken_at + LEAST_GAP_S - loop.time()
            self._due = loop.call_later(max(gap_s, 0), self._wake_now)

    def _wake_now(self) -> None:
        self._due, self._woken_at = None, asyncio.get_running_loop().time()
        self._wake()


def is_signed(secret: bytes, body: bytes, signature: bytes) -> bool:
    """Does the signature go with the body? Takes as long whatever is wrong with it."""
    right = hmac.new(secret, body, hashlib.sha256).hexdigest().encode()
    return hmac.compare_digest(right, signature.strip().removeprefix(b"sha256=").lower())


@asynccontextmanager
async def listening(
    secret: str, club_id: str, wake: Callable[[], None], host: str, port: int
) -> AsyncIterator[tuple[str, int]]:
    """A listener while a block runs; gives its address. Raises `OSError`."""
    webhooks = Webhooks(secret, club_id, wake)
    address = await webhooks.listen(host, port)
    try:
        yield address
    finally:
        await webhooks.close()
