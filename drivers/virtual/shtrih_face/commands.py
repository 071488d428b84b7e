"""What a command is, before anybody knows what it does: its shape, its rights, its modes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from drivers.virtual.shtrih_face.layout import Fields

if TYPE_CHECKING:
    from drivers.virtual.shtrih_face.device import Device

SENIOR_CASHIER = 28
ADMINISTRATOR = 29
SYSTEM_ADMINISTRATOR = 30


class Rights(Enum):
    """Whose password a command takes; the value is the lowest row of table 2."""

    NO_PASSWORD = 0
    CASHIER = 1
    SENIOR = SENIOR_CASHIER
    ADMINISTRATOR = ADMINISTRATOR
    SYSTEM = SYSTEM_ADMINISTRATOR


class Mode:
    """Numbers of the modes (low nibble of the mode byte) that this register can be in."""

    SHIFT_OPEN = 2
    SHIFT_EXPIRED = 3
    SHIFT_CLOSED = 4
    DATE_UNCONFIRMED = 6
    DOCUMENT_OPEN = 8


ANY_MODE = frozenset({2, 3, 4, 6, 8})
WITHOUT_DOCUMENT = frozenset({2, 3, 4})
CLOSED = frozenset({Mode.SHIFT_CLOSED})
SHIFT_OPEN = frozenset({Mode.SHIFT_OPEN, Mode.SHIFT_EXPIRED})
IN_RECEIPT = frozenset({Mode.DOCUMENT_OPEN})
BEGIN_RECEIPT = WITHOUT_DOCUMENT | IN_RECEIPT
"""Wherever a better code than 73h says why no receipt can begin."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way: who asks, and what for."""

    operator: int
    """Row of the password in table 2; 0 in commands without one."""
    fields: Fields


Handler: TypeAlias = "Callable[[Device, Call], bytes]"
"""Gives what follows the error byte (and the operator's)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of the protocol."""

    run: Handler
    length: tuple[int, int] = (0, 0)
    """Shortest and longest parameters, behind the code and the password."""
    rights: Rights = Rights.CASHIER
    tells_operator: bool = True
    """The answer carries the operator's row behind the error byte."""
    modes: frozenset[int] = ANY_MODE


fn_command = partial(Command, rights=Rights.SYSTEM, tells_operator=False)
"""A command FFxx: no answer names the operator."""
