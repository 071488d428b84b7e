"""`GatewayApp`: the contract's calls over HTTP, answered by a `Crm`. An ASGI application.

It waits for nothing but the CRM, so that it lives in a loop with a clock of its own as well
as behind a server. It writes no request to a log: URLs, headers and bodies are the club's.
"""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from drivers.virtual.asgi import Receive, Scope, Send
from kassa_tui.izi.errors import (
    CrmError,
    CrmUnavailable,
    Internal,
    InvalidRequest,
    NotFound,
    RateLimited,
    TokenExpired,
    Unauthenticated,
)
from kassa_tui.izi.gateway import problems
from kassa_tui.izi.gateway.contract import CALLS, ID, MAX_BODY, REPLAYED, REQUEST_ID, Call
from kassa_tui.izi.line import MAX_TEXT
from kassa_tui.izi.models.page import Written
from kassa_tui.izi.port import Crm
from kassa_tui.izi.values import Wire
from kassa_tui.izi.virtual import wording

log = logging.getLogger(__name__)

Fires = Callable[[str, str], bool]
"""Shall this fault happen in this call? `Faults.fires`."""

WAIT_S = 1
"""What `Retry-After` asks for."""
_PAGES_KEPT = 200

_ROUTES = tuple((call, re.compile(re.sub(r"\{.*?\}", "([^/]+)", call.template))) for call in CALLS)


def no_faults(name: str, call: str) -> bool:
    """Nothing goes wrong."""
    return False


@dataclass(slots=True)
class _Answer:
    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class _Gone(Exception):
    """Nobody waits for the answer any more."""


class _MethodNotAllowed(Exception):
    """The path is one of the contract, the method is not; says which are."""


class GatewayApp:
    """An ASGI 3 application; `lifespan` is not its business."""

    def __init__(
        self,
        session: Callable[[str], Crm],
        new_id: Callable[[], UUID],
        fires: Fires = no_faults,
    ) -> None:
        """
        Args:
            session: The CRM as the holder of a token sees it.
            new_id: Makes ids for requests that come without one.
            fires: Which faults of `faults.FAULTS` happen.
        """
        self._session = session
        self._new_id = new_id
        self._fires = fires
        self._pages: OrderedDict[tuple[str, str], _Answer] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http", "nothing but HTTP is served"
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        request_id = headers.get(REQUEST_ID, "")
        if ID.fullmatch(request_id) is None:
            request_id = str(self._new_id())
        language = wording.language_of(headers.get("accept-language", ""))
        try:
            answer = await self._answer(scope, headers, receive)
        except _Gone:
            return
        except _MethodNotAllowed as error:
            answer = _refusal(InvalidRequest("no such method"), scope["path"], request_id, language)
            answer.status, answer.headers["allow"] = 405, str(error)
        except CrmError as error:
            answer = _refusal(error, scope["path"], request_id, language)
        except Exception:  # one defect ends one request, not the server
            log.exception("a request failed")
            answer = _refusal(Internal("see the log"), scope["path"], request_id, language)
        told = {
            "content-type": answer.content_type,
            "content-length": str(len(answer.body)),
            "cache-control": "no-store",
            REQUEST_ID: request_id,
        } | answer.headers
        if answer.status == 304:
            del told["content-type"], told["content-length"]
        lines = [(name.encode(), value.encode("latin-1")) for name, value in told.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": lines})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, headers: dict[str, str], receive: Receive) -> _Answer:
        body = await _body(receive)
        call, path = _route(scope["method"], scope["path"])
        token = _token(headers)
        query = scope["query_string"].decode("latin-1")
        arguments = call.arguments(path, query, headers, body)
        for fault, ending in (
            ("token-expired", TokenExpired("sign in again")),
            ("rate-limited", RateLimited("too many requests", retry_after_s=WAIT_S)),
            ("error-before-commit", CrmUnavailable("the CRM is away")),
        ):
            if self._fires(fault, call.name):
                raise ending
        if self._fires("hang-before-commit", call.name):
            await _hang(receive)
        if self._fires("duplicate-delivery", call.name):
            await self._carry_out(call, token, arguments, headers)
        answer = await self._carry_out(call, token, arguments, headers)
        if call.is_page:
            answer = self._page(call, (token, f"{scope['path']}?{query}"), answer)
        if self._fires("error-after-commit", call.name):
            raise Internal("something broke")
        if self._fires("foreign-error-after-commit", call.name):
            return _Answer(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
        if self._fires("hang-after-commit", call.name):
            await _hang(receive)
        return answer

    async def _carry_out(
        self, call: Call[Any, Any], token: str, arguments: dict[str, Any], headers: dict[str, str]
    ) -> _Answer:
        value = await getattr(self._session(token), call.name)(**arguments)
        status, told = 200, {}
        if isinstance(value, Written):
            status = 201 if value.created else 200
            if value.replayed:
                told[REPLAYED] = "true"
            value = value.value
        assert isinstance(value, Wire)
        version = getattr(value, "version", None)
        if version is not None:
            told["etag"] = f'"{version}"'
            if call.method == "GET" and headers.get("if-none-match") == told["etag"]:
                return _Answer(304, headers=told)
        return _Answer(status, value.model_dump_json().encode(), headers=told)

    def _page(self, call: Call[Any, Any], asked: tuple[str, str], fresh: _Answer) -> _Answer:
        """The page, or the one that the same question had for an answer before."""
        stale = self._pages.get(asked)
        if stale is not None and self._fires("stale-page", call.name):
            return stale
        self._pages[asked] = fresh
        self._pages.move_to_end(asked)
        if len(self._pages) > _PAGES_KEPT:
            self._pages.popitem(last=False)
        return fresh


def _route(method: str, path: str) -> tuple[Call[Any, Any], dict[str, str]]:
    allowed = []
    for call, pattern in _ROUTES:
        found = pattern.fullmatch(path)
        if found is None:
            continue
        if call.method == method:
            return call, dict(zip(call.fields, found.groups(), strict=True))
        allowed.append(call.method)
    if allowed:
        raise _MethodNotAllowed(", ".join(allowed))
    raise NotFound("no such path")


def _token(headers: dict[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Unauthenticated("Authorization: Bearer <token>")
    return token


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise InvalidRequest(f"the body is larger than {MAX_BODY} bytes")
        if not message.get("more_body"):
            return bytes(body)


async def _hang(receive: Receive) -> None:
    """Wait until the other side gives up."""
    while (await receive())["type"] != "http.disconnect":
        pass
    raise _Gone


def _refusal(error: CrmError, instance: str, request_id: str, language: str) -> _Answer:
    headers = {"content-language": language, "vary": "accept-language"}
    if error.retry_after_s is not None:
        headers["retry-after"] = str(error.retry_after_s)
    if error.status == Unauthenticated.status:
        headers["www-authenticate"] = "Bearer"
    body = wording.worded(error, instance[:MAX_TEXT], request_id, language)
    return _Answer(
        error.status, json.dumps(body, ensure_ascii=False).encode(), problems.CONTENT_TYPE, headers
    )
