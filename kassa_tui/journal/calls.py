"""Calls to the CRM that must be made: the outbox, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class CallState(StrEnum):
    """What became of a call."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"
    """The CRM said no, for good."""
    POISONED = "poisoned"
    """It cannot be sent as it is; a person must look. Holds up its own subject only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call, made up together with what it tells of."""

    id: UUID
    subject: UUID
    """The payment, shift or cash movement it tells of; calls of one subject go in order."""
    name: str
    """Of the method of `kassa_tui.izi.port.Crm`."""
    body: str
    """Its arguments, JSON."""
    key: UUID | None = None
    """Idempotency key, the same in every try; None for calls that need none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """A call with what became of it so far."""

    call: Call
    position: int
    """Order within its subject, from 1."""
    state: CallState
    tries: int
    next_try: datetime | None
    """None: at once."""
    error: str
    """Of the last try; empty after a good one."""
    result: str | None
    """The CRM's answer, JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCounts:
    """How many calls are not done."""

    pending: int
    refused: int
    poisoned: int
