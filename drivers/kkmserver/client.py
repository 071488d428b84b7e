"""One command over HTTP, and the three ways in which it may not be answered.

    Unreachable    the command surely was not taken (no connection, TLS, HTTP 404, 405, 501)
    Refused        the service wants another name or password (HTTP 401, 403)
    Lost           it was sent, and what came back is no answer to it

Each command has a connection of its own: what cannot be connected has not been sent, and
none is written into a connection which the service has just given up.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from drivers.kkmserver.address import KkmServerAddress
from drivers.kkmserver.answers import Answer, BadAnswer, read_answer
from drivers.kkmserver.json_text import NotJson, decode, encode
from drivers.register import Reason, Refused, Unreachable

MOST_BYTES = 4 * 1024 * 1024
"""Longer answers are refused unread; a receipt's slip with pictures is far shorter."""

_PATH = "/Execute"
_NOT_TAKEN = frozenset({404, 405})


@dataclass(frozen=True, slots=True)
class Login:
    """HTTP Basic. KkmServer knows `Admin` and `User`."""

    user: str
    password: str

    def __repr__(self) -> str:
        return f"Login(user={self.user!r})"


class Lost(Exception):
    """The command may have been taken, and no answer to it came."""


class UnknownCommand(Unreachable):
    """HTTP 501: the service has no such command."""


class Client:
    """See the module. Nothing is sent twice, and no proxy stands between."""

    def __init__(
        self,
        address: KkmServerAddress,
        login: Login | None,
        trust: ssl.SSLContext,
        transport: httpx.AsyncBaseTransport | None,
        connect_s: float,
    ) -> None:
        self._http = httpx.AsyncClient(
            base_url=address.base_url,
            auth=None if login is None else httpx.BasicAuth(login.user, login.password),
            transport=transport
            or httpx.AsyncHTTPTransport(
                verify=trust,
                limits=httpx.Limits(max_keepalive_connections=0),
                trust_env=False,
            ),
            headers={"Accept-Encoding": "identity", "Content-Type": "application/json"},
            timeout=httpx.Timeout(None, connect=connect_s),
            trust_env=False,
            follow_redirects=False,
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def post(self, command: Mapping[str, object], wait_s: float) -> Answer:
        """The answer to a command, within `wait_s` seconds."""
        try:
            content = encode(dict(command)).encode()
        except UnicodeEncodeError as error:
            raise Refused(Reason.BAD_REQUEST, "a text with half a character") from error
        try:
            async with asyncio.timeout(wait_s):
                body = await self._exchange(content)
        except TimeoutError as error:
            raise Lost(f"no answer in {wait_s:g} s") from error
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _away(str(error) or type(error).__name__) from error
        except httpx.HTTPError as error:
            raise Lost(f"{type(error).__name__}: {error}") from error
        try:
            return read_answer(
                decode(body), str(command["Command"]), str(command.get("IdCommand", ""))
            )
        except (NotJson, BadAnswer) as error:
            raise Lost(str(error)) from error

    async def _exchange(self, content: bytes) -> bytes:
        async with self._http.stream("POST", _PATH, content=content) as response:
            match response.status_code:
                case 200:
                    return await _body(response)
                case 401 | 403 as code:
                    raise Refused(Reason.WRONG_PASSWORD, f"HTTP {code}", code)
                case 501 as code:
                    raise UnknownCommand(f"HTTP {code}", Reason.SERVER_UNAVAILABLE)
                case code if code in _NOT_TAKEN:
                    raise _away(f"HTTP {code}: no KkmServer answers there")
                case code:
                    raise Lost(f"HTTP {code}")


async def _body(response: httpx.Response) -> bytes:
    """The raw body; one that is packed all the same is no JSON."""
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > MOST_BYTES:
            raise Lost(f"an answer of more than {MOST_BYTES} bytes")
    return bytes(body)


def _away(detail: str) -> Unreachable:
    return Unreachable(detail, Reason.SERVER_UNAVAILABLE)
