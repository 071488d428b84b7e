"""KkmServer as an ASGI application: paths, logins, bodies, and the faults of HTTP.

Runs on the loop of whoever calls it: behind a server on a socket (`serve_http`), or called in
process. Every wait is asyncio's, and every date comes from the register's clock. Where a
connection is to break, the application raises `ConnectionDropped`; a server closes the
socket then.

Faults by the name of the command (`disconnect@RegisterCheck`); all of them let the server
itself go on:

- `lost-request`: the connection breaks before anything is executed.
- `service-away`: the same, and no connection is taken for `Habits.away`.
- `http-error-before`, `http-error-after`: HTTP 503, not executed; HTTP 500, executed.
- `lost-answer-not-executed`, `lost-answer-executed`: nothing is answered, the connection stays.
- `late-answer`: the answer comes `Habits.late_answer` later.
- `disconnect`: executed, the connection breaks before the answer.
- `half-answer`: executed, the connection breaks in the middle of the body.
- `split`: the body comes in pieces.
- `garbled`, `duplicated`, `empty-answer`: HTTP 200 with a body that is no JSON, that stands
  there twice, that is empty.
- `service-restart`: executed, then the service restarts: no answer, and no id is known.
- `slow-device`, `device-lost`, `licence`: see `faults.HTTP_FAULTS`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from drivers.loopback import is_loopback
from drivers.virtual.asgi import ConnectionDropped, Receive, Scope, Send
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face.answers import Answer, written
from drivers.virtual.kkmserver_face.failures import Failure, Status
from drivers.virtual.kkmserver_face.habits import Habits
from drivers.virtual.kkmserver_face.reading import read_command
from drivers.virtual.kkmserver_face.service import Restarted, Service, UnknownCommand

if TYPE_CHECKING:
    from drivers.virtual.http_server import HttpServer

logger = logging.getLogger(__name__)

MAX_BODY = 2 * 1024 * 1024
ASYNCHRONOUS = "/execute/async"
PATHS = ("/execute", "/execute/sync", ASYNCHRONOUS)
SPLIT_PIECES = 3
SPLIT_PAUSE_S = 0.02
_HEADERS = (
    (b"content-type", b"application/json; charset=utf-8"),
    (b"access-control-allow-origin", b"*"),
    (b"cache-control", b"no-store, no-cache, must-revalidate"),
)


class ConnectionKeptOut(ConnectionDropped):
    """In process: no connection would have been taken. A socket refuses it."""


class KkmServerFace:
    """KkmServer with one virtual register.

    Args:
        register: Used by this face alone, or by all its faces from the thread of `executor`.
        habits: How the server is set up.
        executor: A single thread; None: the register works on the loop.
        new_id: Makes the ids of commands that came without one.
    """

    def __init__(
        self,
        register: VirtualRegister,
        habits: Habits | None = None,
        *,
        executor: Executor | None = None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.habits = habits or Habits()
        self.service = Service(register, self.habits, executor, new_id)
        self._faults = register.faults
        self._closing = asyncio.Event()
        self._servers: list[HttpServer] = []
        self._away: asyncio.Task[None] | None = None
        # what goes on without a client is no client's, even where one runs in the same loop
        self._context = contextvars.copy_context()

    async def serve_http(
        self, host: str = "127.0.0.1", port: int = 0, *, listen_everywhere: bool = False
    ) -> tuple[str, int]:
        """Listen, and give the address; port 0 takes a free one. Needs the extra `virtual`.

        Raises:
            ValueError: `host` is open to others, and `listen_everywhere` is not said.
            OSError: The address cannot be had.
        """
        from drivers.virtual.http_server import HttpServer

        if not (listen_everywhere or is_loopback(host)):
            raise ValueError(f"{host} can be reached by others")
        server = HttpServer(self)
        address = await server.listen(host, port)
        self._servers.append(server)
        return address

    async def close(self) -> None:
        """Stop serving. The command in work is finished; the register stays open."""
        self._closing.set()
        if self._away is not None:
            await self._away
        await self.service.close()
        for server in self._servers:
            await server.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, as ASGI has it."""
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} here")
        if self._away is not None:
            raise ConnectionKeptOut
        path = "/" + scope["path"].strip("/").lower()
        if path not in PATHS:
            await _send(send, 404)
        elif scope["method"] != "POST":
            await _send(send, 405, extra=((b"allow", b"POST"),))
        elif not self._may_enter(dict(scope["headers"]).get(b"authorization")):
            await _send(send, 401, extra=((b"www-authenticate", b'Basic realm="KkmServer"'),))
        elif (body := await _read(receive)) is None:
            await _send(send, 413)
        else:
            await self._execute(body, path == ASYNCHRONOUS, receive, send)

    async def _execute(self, body: bytes, at_once: bool, receive: Receive, send: Send) -> None:
        try:
            command = read_command(body)
        except Failure as failure:
            answer: Answer = {"Command": "", "Error": failure.text, "Status": Status.FAILED}
            await _send(send, 200, written(answer, ()))
            return
        name = str(command.get("Command", ""))[:40]
        if self._faults.fires("lost-request", name):
            raise ConnectionDropped
        if self._faults.fires("service-away", name):
            loop = asyncio.get_running_loop()
            self._away = loop.create_task(self._stay_away(), context=self._context)
            raise ConnectionDropped
        if self._faults.fires("http-error-before", name):
            await _send(send, 503)
            return
        if self._faults.fires("lost-answer-not-executed", name):
            await self._hang(receive)
        try:
            answer = await self.service.answer(command, at_once=at_once)
        except UnknownCommand:
            await _send(send, 501)
            return
        except Restarted:
            raise ConnectionDropped from None
        await self._deliver(name, written(answer, self.habits.quirks), receive, send)

    async def _deliver(self, name: str, body: bytes, receive: Receive, send: Send) -> None:
        """Answer an executed command, as far as the faults let it."""
        if self._faults.fires("service-restart", name):
            self.service.restart()
            raise ConnectionDropped
        if self._faults.fires("disconnect", name):
            raise ConnectionDropped
        if self._faults.fires("lost-answer-executed", name):
            await self._hang(receive)
        if self._faults.fires("late-answer", name):
            await asyncio.sleep(self.habits.late_answer.total_seconds())
        if self._faults.fires("http-error-after", name):
            await _send(send, 500)
            return
        if self._faults.fires("half-answer", name):
            await _start(send, 200, len(body))
            half = body[: len(body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})
            raise ConnectionDropped
        if self._faults.fires("empty-answer", name):
            body = b""
        if self._faults.fires("garbled", name):
            body = b"<" + body[1:]
        if self._faults.fires("duplicated", name):
            body += body
        pieces = SPLIT_PIECES if self._faults.fires("split", name) else 1
        await _send(send, 200, body, pieces=pieces)

    async def _stay_away(self) -> None:
        try:
            for server in self._servers:
                server.refuse()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.habits.away.total_seconds()):
                    await self._closing.wait()
            if not self._closing.is_set():
                for server in self._servers:
                    await server.listen_again()
        except OSError as error:
            logger.warning("the address is not to be had again: %s", error)
        finally:
            self._away = None

    async def _hang(self, receive: Receive) -> None:
        """Answer nothing until the client or the server goes. Raises `ConnectionDropped`."""
        waits = [asyncio.ensure_future(_left(receive)), asyncio.ensure_future(self._closing.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        raise ConnectionDropped

    def _may_enter(self, authorization: bytes | None) -> bool:
        passwords = self.habits.passwords
        if authorization is None:
            return "" in passwords.values()
        scheme, _, token = authorization.partition(b" ")
        try:
            login, _, password = base64.b64decode(token, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        expected = passwords.get(login)
        return (
            scheme.lower() == b"basic"
            and expected is not None
            and compare_digest(password.encode(), expected.encode())
        )


async def _read(receive: Receive) -> bytes | None:
    """The body of a request; None when it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionDropped
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(
    send: Send, status: int, length: int, extra: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    headers = [*_HEADERS, (b"content-length", str(length).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send(
    send: Send,
    status: int,
    body: bytes = b"",
    *,
    extra: tuple[tuple[bytes, bytes], ...] = (),
    pieces: int = 1,
) -> None:
    await _start(send, status, len(body), extra)
    size = -(-len(body) // pieces)
    for piece in range(1, pieces):
        part = body[(piece - 1) * size : piece * size]
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(SPLIT_PAUSE_S)
    await send({"type": "http.response.body", "body": body[(pieces - 1) * size :]})
