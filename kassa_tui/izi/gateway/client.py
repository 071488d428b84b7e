"""`GatewayCrm`: the CRM behind its gateway, over HTTP."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from pydantic import ValidationError

from kassa_tui.izi.errors import CrmFailed, CrmTimeout, CrmUnavailable, RateLimited
from kassa_tui.izi.gateway.contract import REPLAYED, REQUEST_ID, Call, Contract, Request
from kassa_tui.izi.gateway.problems import error_of
from kassa_tui.izi.models.page import Written

R = TypeVar("R")

DEADLINE_S = 10.0
"""From the beginning of a call to the last byte of its answer."""
CONNECT_S = 5.0
MAX_ANSWER = 16 << 20
"""No answer is read further, bytes: a page of 200 full baskets is half of it."""
KEEP_ALIVE_S = 20.0
"""How long an idle connection is kept: longer than an idle station is silent."""


class GatewayCrm(Contract):
    """A `Crm`: one operator at one station. Ends in `CrmError`, whatever the wire does.

    It follows no redirect, believes no proxy of the environment, and after a 429 sends
    nothing until the time that the CRM asked for is over.
    """

    def __init__(
        self,
        url: str,
        token: str,
        new_id: Callable[[], UUID],
        *,
        trust: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """
        Args:
            url: What stands before `/v1`; `https`, or `http` on this computer.
            new_id: Makes the ids by which the CRM's log names requests.
            trust: Whose certificates are believed, see `trust`; None: nobody's.
            transport: In place of the network.
        """
        self._url = url.rstrip("/")
        self._token = token
        self._new_id = new_id
        self._deadline_s = deadline_s
        self._silent_until = 0.0
        self._http = httpx.AsyncClient(
            headers={"authorization": f"Bearer {token}", "accept-encoding": "identity"},
            verify=trust or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(deadline_s, connect=min(CONNECT_S, deadline_s)),
            limits=httpx.Limits(max_connections=10, keepalive_expiry=KEEP_ALIVE_S),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def carry_out(self, call: Call[Any, R], arguments: dict[str, Any]) -> R:
        request = call.request(arguments)
        loop = asyncio.get_running_loop()
        silent_s = self._silent_until - loop.time()
        if silent_s > 0:
            raise RateLimited("asked for patience", retry_after_s=int(silent_s) + 1)
        try:
            async with asyncio.timeout(self._deadline_s):
                response, content = await self._exchange(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise CrmUnavailable(self._said(error)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise CrmTimeout(f"no answer in {self._deadline_s:g} s") from error
        except httpx.RequestError as error:
            raise CrmFailed(self._said(error)) from error
        if response.status_code not in (200, 201):
            refusal = error_of(response.status_code, response.headers, content, self._token)
            if isinstance(refusal, RateLimited) and refusal.retry_after_s is not None:
                self._silent_until = loop.time() + refusal.retry_after_s
            raise refusal
        answer: R = self._read(call, response, content)
        return answer

    async def _exchange(self, request: Request) -> tuple[httpx.Response, bytes]:
        """Send, and read the answer. Raises `httpx.RequestError`, `CrmFailed`."""
        asked = self._http.stream(
            request.method,
            self._url + request.target,
            content=request.body,
            headers=request.headers | {REQUEST_ID: str(self._new_id())},
        )
        async with asked as response:
            content = bytearray()
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > MAX_ANSWER:
                    raise CrmFailed(f"the answer is larger than {MAX_ANSWER} bytes")
            return response, bytes(content)

    def _read(self, call: Call[Any, Any], response: httpx.Response, content: bytes) -> Any:
        try:
            value = call.answer.model_validate_json(content)
        except ValidationError as error:
            # What stands there is not repeated: it may be a person's data.
            where = [".".join(map(str, one["loc"])) for one in error.errors(include_input=False)]
            raise CrmFailed(f"an answer out of contract: {call.name} {where[:3]}") from None
        if not call.is_written:
            return value
        return Written(
            value,
            created=response.status_code == 201,
            replayed=response.headers.get(REPLAYED) == "true",
        )

    def _said(self, error: httpx.RequestError) -> str:
        return f"{type(error).__name__}: {error}".replace(self._token, "…")


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Believe the certificates that this computer believes, and those of `ca_file`, PEM.

    Reads files: not for a loop. Raises `OSError`, `ssl.SSLError`.
    """
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context
