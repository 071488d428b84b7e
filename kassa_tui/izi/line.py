"""The way to a CRM over HTTP: every wait bounded, every answer bounded, nobody else believed."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx

from kassa_tui.izi.errors import CrmFailed, CrmTimeout, CrmUnavailable

DEADLINE_S = 10.0
"""From the beginning of a request to the last byte of its answer."""
CONNECT_S = 5.0
MAX_ANSWER = 16 << 20
"""No answer is read further, bytes: a page of 200 full baskets is half of it."""
KEEP_ALIVE_S = 20.0
"""How long an idle connection is kept: longer than an idle station is silent."""
MAX_TEXT = 300
"""Characters of another program's words that are kept."""
MAX_WAIT_S = 3600
"""No CRM makes a station wait longer."""


class Line:
    """Follows no redirect, believes no proxy of the environment, repeats nothing by itself."""

    def __init__(
        self,
        *,
        trust: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        deadline_s: float = DEADLINE_S,
        hide: Callable[[str], str] = lambda text: text,
    ) -> None:
        """
        Args:
            trust: Whose certificates are believed, see `trust`; None: nobody's.
            transport: In place of the network.
            hide: Takes secrets out of words that go into an error.
        """
        self.deadline_s = deadline_s
        self._hide = hide
        self._http = httpx.AsyncClient(
            headers={"accept-encoding": "identity"},
            verify=trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(deadline_s, connect=min(CONNECT_S, deadline_s)),
            limits=httpx.Limits(max_connections=10, keepalive_expiry=KEEP_ALIVE_S),
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[httpx.Response, bytes]:
        """Send once, and read the whole answer, whatever its status.

        Raises:
            CrmUnavailable: Surely nothing was sent.
            CrmTimeout, CrmFailed: It may have been carried out.
        """
        try:
            async with asyncio.timeout(self.deadline_s):
                return await self._exchange(method, url, headers, body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise CrmUnavailable(self._said(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CrmTimeout(f"no answer in {self.deadline_s:g} s") from error
        except httpx.RequestError as error:
            raise CrmFailed(self._said(error)) from error

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[httpx.Response, bytes]:
        asked = self._http.stream(method, url, content=body, headers=dict(headers))
        async with asked as response:
            content = bytearray()
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > MAX_ANSWER:
                    raise CrmFailed(f"the answer is larger than {MAX_ANSWER} bytes")
            return response, bytes(content)

    def _said(self, error: httpx.RequestError) -> str:
        return self._hide(f"{type(error).__name__}: {error}")


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Believe the certificates that this computer believes, and those of `ca_file`, PEM.

    Reads files: not for a loop. Raises `OSError`, `ssl.SSLError`.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def retry_after(headers: Mapping[str, str]) -> int | None:
    """Seconds that the other side asks to be left alone for, at most `MAX_WAIT_S`."""
    told = headers.get("retry-after", "")
    if not (told.isascii() and told.isdecimal()):
        return None
    return min(int(told[:9]), MAX_WAIT_S)


def short(value: object) -> str:
    """Another program's words: bounded, and nothing in them that a terminal obeys."""
    text = value if isinstance(value, str) else ""
    return "".join(c if c.isprintable() else "?" for c in text[:MAX_TEXT])
