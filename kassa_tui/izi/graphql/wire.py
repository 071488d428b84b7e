"""One GraphQL request over HTTP: what goes out, what comes back, how often.

Nothing is repeated here. Numbers with a fraction are `Decimal` both ways.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx

from kassa_tui.izi.errors import CrmFailed, InvalidRequest, RateLimited
from kassa_tui.izi.line import Line, retry_after, short

MAX_BODY = 64 << 10
"""No request is larger, bytes."""
MAX_ERRORS = 20
WINDOW_S = 10
"""IZI's limit slides over so many seconds; no wait for it is longer."""
SHORT_WAIT_S = 2.0
"""A wait for the limit that a cashier does not notice; longer ones are told."""


@dataclass(frozen=True, slots=True)
class Told:
    """One member of `errors`."""

    code: str
    """Of `extensions`; empty: there is none."""
    message: str
    field: str
    """The member of the input that is wrong, where told."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What IZI answered, or somebody in its place."""

    status: int
    data: Mapping[str, Any] | None
    errors: tuple[Told, ...]

    @property
    def is_izis(self) -> bool:
        """False: no GraphQL answer at all, but a proxy's page or half of something."""
        return self.data is not None or self.errors != ()


class Wire:
    """Posts to one endpoint, and is silent for as long as the limits ask."""

    def __init__(self, url: str, line: Line, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._line = line
        self._clock = clock
        self._silent_until = 0.0

    async def ask(self, document: str, variables: Mapping[str, Any], token: str | None) -> Answer:
        """Send a request once.

        Raises:
            RateLimited, CrmUnavailable: Surely nothing was done.
            CrmTimeout, CrmFailed: It may have been done.
            InvalidRequest: Too large; not sent.
        """
        await self._wait_for_limit()
        body = json_text({"query": document, "variables": variables}).encode()
        if len(body) > MAX_BODY:
            raise InvalidRequest(f"the request is larger than {MAX_BODY} bytes")
        headers = {"content-type": "application/json", "accept": "application/json"}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        response, content = await self._line.exchange("POST", self._url, headers, body)
        self._heed(response)
        if response.status_code == 429:
            raise RateLimited("too many requests", retry_after_s=self._wait_s(response))
        return _read(response.status_code, content)

    async def _wait_for_limit(self) -> None:
        """Raises `RateLimited`."""
        loop = asyncio.get_running_loop()
        silent_s = self._silent_until - loop.time()
        if silent_s > SHORT_WAIT_S:
            raise RateLimited("asked for patience", retry_after_s=int(silent_s) + 1)
        if silent_s > 0:
            await asyncio.sleep(silent_s)

    def _heed(self, response: httpx.Response) -> None:
        remaining = response.headers.get("x-ratelimit-remaining", "")
        is_used_up = remaining.isascii() and remaining.isdecimal() and not int(remaining[:9])
        if response.status_code == 429 or is_used_up:
            now = asyncio.get_running_loop().time()
            self._silent_until = max(self._silent_until, now + self._wait_s(response))

    def _wait_s(self, response: httpx.Response) -> int:
        if (told := retry_after(response.headers)) is not None:
            return told
        reset = response.headers.get("x-ratelimit-reset", "")
        if reset.isascii() and reset.isdecimal():
            # The two clocks may be apart: believed within the length of the window.
            return min(max(int(reset[:12]) - int(self._clock().timestamp()), 1), WINDOW_S)
        return WINDOW_S


def json_text(value: Any) -> str:
    """JSON with exact decimals."""
    match value:
        case Decimal():
            return format(value, "f")
        case dict():
            return "{" + ",".join(f"{json.dumps(k)}:{json_text(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(json_text, value)) + "]"
        case float():
            raise TypeError("no float goes to IZI")
    return json.dumps(value)


def _read(status: int, content: bytes) -> Answer:
    try:
        told = json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError, ArithmeticError):
        told = None
    if not isinstance(told, dict):
        return Answer(status, None, ())
    data, errors = told.get("data"), told.get("errors")
    return Answer(
        status,
        data if isinstance(data, dict) else None,
        tuple(map(_error, errors[:MAX_ERRORS])) if isinstance(errors, list) else (),
    )


def _error(told: object) -> Told:
    error = told if isinstance(told, dict) else {}
    more = error.get("extensions")
    more = more if isinstance(more, dict) else {}
    return Told(short(more.get("code")), short(error.get("message")), short(more.get("field")))


def _no_number(name: str) -> object:
    raise ValueError(name)


def nobodys(answer: Answer) -> CrmFailed:
    """What an answer that is not IZI's leaves behind."""
    return CrmFailed(f"answered {answer.status} without a GraphQL body")
