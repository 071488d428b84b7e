"""Errors as problem bodies (RFC 9457, contract D.3), and back.

What an error knows beyond its detail are the keyword arguments of its constructor; under
the same names they are members of the body.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_type_hints

from kassa_tui.izi import errors
from kassa_tui.izi.errors import (
    MAX_FAULTS,
    CrmError,
    CrmFailed,
    Fault,
    InvalidRequest,
    RateLimited,
    Unauthenticated,
)
from kassa_tui.izi.line import retry_after, short

CONTENT_TYPE = "application/problem+json"

_OF_EVERY_ERROR = {"self", "detail", "retry_after_s", "request_id"}


def problem(error: CrmError, instance: str, request_id: str) -> dict[str, Any]:
    """The body that tells of an error."""
    title = error.code.replace("-", " ").capitalize()
    body: dict[str, Any] = {
        "type": f"urn:problem-type:kassa:{error.code}",
        "title": title,
        "status": error.status,
        "detail": error.detail or str(error) or title,
        "instance": instance,
        "code": error.code,
        "retryable": error.retryable,
        "request_id": request_id,
    }
    for name in _facts(type(error)):
        if name == "faults":
            body["errors"] = [
                {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail}
                for fault in getattr(error, name)
            ]
        else:
            body[name] = getattr(error, name)
    return body


def error_of(status: int, headers: Mapping[str, str], content: bytes, secret: str) -> CrmError:
    """The error that an answer is. What is no problem body is the word of no CRM.

    Args:
        secret: What is cut out of the other side's words, should it repeat it.
    """
    body = _read(headers, content.replace(secret.encode(), b"..."))
    if body is None:
        return _without_words(status, headers)
    code, request_id = short(body.get("code")), short(body.get("request_id")) or None
    kind = known().get(code)
    facts = None if kind is None else _read_facts(kind, body)
    if kind is None or facts is None:
        # Contract D.1 lets codes be added: a refusal stays one, whatever its name.
        ending = CrmFailed if status >= 500 or body.get("retryable") is True else InvalidRequest
        said = f"{status} {code}: {short(body.get('detail'))}"
        return ending(said, retry_after_s=retry_after(headers), request_id=request_id)
    if "faults" not in facts:
        facts["detail"] = short(body.get("detail"))
    error: CrmError = kind(request_id=request_id, **facts)
    error.retry_after_s = retry_after(headers)
    return error


@cache
def known() -> dict[str, type[Any]]:
    """The errors of the contract by their code."""
    return {kind.code: kind for kind in _concrete(CrmError)}


def _concrete(kind: type[CrmError]) -> Iterator[type[CrmError]]:
    if "code" in vars(kind) and kind.__module__ == errors.__name__:
        yield kind
    for below in kind.__subclasses__():
        yield from _concrete(below)


def _facts(kind: type[CrmError]) -> dict[str, Any]:
    """What errors of this kind know, and of what type."""
    hints = get_type_hints(kind.__init__)
    return {
        name: hints[name]
        for name in inspect.signature(kind.__init__).parameters
        if name not in _OF_EVERY_ERROR
    }


def _read(headers: Mapping[str, str], content: bytes) -> dict[str, Any] | None:
    if headers.get("content-type", "").partition(";")[0].strip().lower() != CONTENT_TYPE:
        return None
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) and isinstance(body.get("code"), str) else None


def _read_facts(kind: type[CrmError], body: dict[str, Any]) -> dict[str, Any] | None:
    """None: the body lacks what an error of this kind knows."""
    facts: dict[str, Any] = {}
    for name, wanted in _facts(kind).items():
        if name == "faults":
            facts[name] = list(_faults(body.get("errors")))
            continue
        value = body.get(name)
        if isinstance(value, bool) or not isinstance(value, wanted):
            return None
        facts[name] = short(value) if isinstance(value, str) else value
    return facts


def _faults(told: Any) -> Iterator[Fault]:
    for one in told[:MAX_FAULTS] if isinstance(told, list) else ():
        if isinstance(one, dict):
            yield Fault(short(one.get("pointer")), short(one.get("code")), short(one.get("detail")))


def _without_words(status: int, headers: Mapping[str, str]) -> CrmError:
    """An answer of something between us and the CRM, or of a CRM out of contract."""
    match status:
        case 401:
            return Unauthenticated("refused without a problem body")
        case 429:
            return RateLimited(retry_after_s=retry_after(headers))
    return CrmFailed(
        f"answered {status} without a problem body", retry_after_s=retry_after(headers)
    )
