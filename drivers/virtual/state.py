"""What the register remembers beside archive and settings: small, and written as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from drivers.register import PrintState
from drivers.virtual.counters import Counters, RunningNumbers
from drivers.virtual.fiscal_storage import FnState
from drivers.virtual.registration import Registration
from drivers.virtual.store import StateCorrupt, Store

Stored = TypeVar("Stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The open shift, or the last closed one."""

    number: int = 0
    opened_at: datetime | None = None
    """None while closed."""
    first_document: int = 0
    """FD of the opening report."""
    documents: int = 0
    """Of the last closed shift."""
    receipts: int = 0
    counters: Counters = field(default_factory=Counters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The printer, and what it owes."""

    present: bool = True
    cover_open: bool = False
    state: PrintState = PrintState.IDLE
    job: tuple[str, ...] = ()
    """What is not printed to its end yet."""
    copy: tuple[str, ...] = ()
    """The last receipt, until its copy is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything durable beside archive and settings. Commands replace it as a whole."""

    fn: FnState
    shift: Shift = field(default_factory=Shift)
    paper: Paper = field(default_factory=Paper)
    counters: Counters = field(default_factory=Counters)
    numbers: RunningNumbers = field(default_factory=RunningNumbers)
    drawer: int = 0
    clock_offset: timedelta = timedelta(0)


_STATE_KEY, _REGISTRATION_KEY = "state", "registration"


def stored(state: State, registration: Registration | None = None) -> dict[str, bytes]:
    """The values for `Store.commit`."""
    values = {_STATE_KEY: _states().dump_json(state)}
    if registration is not None:
        values[_REGISTRATION_KEY] = _registrations().dump_json(registration)
    return values


def read_state(store: Store) -> State:
    """Raises `StateCorrupt`."""
    return _read(_states(), store, _STATE_KEY)


def read_registration(store: Store) -> Registration:
    """Raises `StateCorrupt`."""
    return _read(_registrations(), store, _REGISTRATION_KEY)


def _read(adapter: TypeAdapter[Stored], store: Store, key: str) -> Stored:
    try:
        return adapter.validate_json(store.read(key))
    except ValidationError as error:
        raise StateCorrupt(f"{key}: {error}") from error


@cache
def _states() -> TypeAdapter[State]:
    return TypeAdapter(State)


@cache
def _registrations() -> TypeAdapter[Registration]:
    return TypeAdapter(Registration)
