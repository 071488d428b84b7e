"""The lines of the socket: JSON objects, one to a line.

A face speaks first and is answered; then both speak as they please::

    face     {"is": "Hello", "protocol": 3}
    station  {"is": "Welcome", "protocol": 3}       or {"is": "Refusal", ...} and the end
    face     {"is": "Asked", "id": 7, "request": {"is": "OpenShift"}}
    station  {"is": "Snapshot", ...}                the whole present, the newest only
             {"is": "Answered", "id": 7, "answer": {"is": "Done"}}
             {"is": "Ended", "failure": ""}         there is no station any more
             {"is": "Complaint", "detail": "..."}   a line that cannot be read, and the end
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kassa_tui.link.codec import Misfit, dump, load
from kassa_tui.station.answers import Answer
from kassa_tui.station.requests import Request
from kassa_tui.station.snapshot import Snapshot

PROTOCOL = 3
"""Grows with every change that an older face or station would not understand."""

MOST_REQUEST_BYTES = 256 * 1024
"""Longest line of a face; the limit of a body in the gateway's contract."""
MOST_NEWS_BYTES = 8 * 1024 * 1024
"""Longest line of a station: a snapshot has every payment without a receipt."""


class WireError(Exception):
    """A line that is no message."""


@dataclass(frozen=True, slots=True)
class Hello:
    """First line of a face."""

    protocol: int
    view: bool = False
    """Looks on only: requests that change anything are declined."""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Welcome:
    """First line of a station."""

    protocol: int


class NoTalk(StrEnum):
    """Why a station does not talk to a face."""

    PROTOCOL = "protocol"
    TOKEN = "token"  # noqa: S105
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Refusal:
    why: NoTalk


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the number by which its answer is known."""

    id: int
    request: Request


@dataclass(frozen=True, slots=True)
class Answered:
    id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class Ended:
    """The station has ended; words of the failure, empty after a stop."""

    failure: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """The station cannot read what the face says."""

    detail: str


Reply = Welcome | Refusal
News = Snapshot | Answered | Ended | Complaint


def line(message: Hello | Reply | Asked | News) -> bytes:
    """A message as it travels."""
    return dump(message) + b"\n"


async def hear(reader: asyncio.StreamReader, expected: Any) -> Any:
    """The next message, of one class or a union.

    Raises `EOFError`, `OSError`; `WireError` for a line that is too long or something else.
    """
    try:
        told = await reader.readline()
    except ValueError:
        raise WireError("the line is too long") from None
    if not told.endswith(b"\n"):
        raise EOFError
    try:
        return load(expected, told)
    except Misfit as misfit:
        raise WireError(str(misfit)) from None
