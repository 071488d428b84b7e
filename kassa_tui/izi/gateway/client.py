"""`GatewayCrm`: the CRM behind its gateway, over HTTP."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import httpx
from pydantic import ValidationError

from kassa_tui.izi.errors import CrmFailed, RateLimited
from kassa_tui.izi.gateway.contract import REPLAYED, REQUEST_ID, Call, Contract
from kassa_tui.izi.gateway.problems import error_of
from kassa_tui.izi.line import DEADLINE_S, Line
from kassa_tui.izi.models.page import Written

R = TypeVar("R")


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
        language: str = "ru",
        deadline_s: float = DEADLINE_S,
    ) -> None:
        """
        Args:
            url: What stands before `/v1`; `https`, or `http` on this computer.
            new_id: Makes the ids by which the CRM's log names requests.
            trust: Whose certificates are believed, see `line.trust`; None: nobody's.
            transport: In place of the network.
            language: Of the words in which the CRM says why it refuses.
        """
        self._url = url.rstrip("/")
        self._token = token
        self._language = language
        self._new_id = new_id
        self._silent_until = 0.0
        self._line = Line(
            trust=trust,
            transport=transport,
            deadline_s=deadline_s,
            hide=lambda text: text.replace(token, "…"),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._line.close()

    async def carry_out(self, call: Call[Any, R], arguments: dict[str, Any]) -> R:
        request = call.request(arguments)
        loop = asyncio.get_running_loop()
        silent_s = self._silent_until - loop.time()
        if silent_s > 0:
            raise RateLimited("asked for patience", retry_after_s=int(silent_s) + 1)
        response, content = await self._line.exchange(
            request.method,
            self._url + request.target,
            request.headers
            | {
                "authorization": f"Bearer {self._token}",
                "accept-language": self._language,
                REQUEST_ID: str(self._new_id()),
            },
            request.body,
        )
        if response.status_code not in (200, 201):
            refusal = error_of(response.status_code, response.headers, content, self._token)
            if isinstance(refusal, RateLimited) and refusal.retry_after_s is not None:
                self._silent_until = loop.time() + refusal.retry_after_s
            raise refusal
        answer: R = self._read(call, response, content)
        return answer

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
