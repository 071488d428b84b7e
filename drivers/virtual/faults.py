"""Faults that a virtual register and its link are to show, by name and by seed.

A face applies the faults of the link, the core those of the device; both ask one object, and
its one random generator, so that a run with the same seed and commands shows the same faults.

A specification is a list of `name[@where][:how]`, separated by commas:

=================  ===========================================================================
`@FF45`, `@10`     only in the command with this code of the protocol (two or four hex digits)
`@RegisterCheck`   only in this command of KkmServer
`@close_receipt`   only in this command of `VirtualRegister`
`@2`               one digit, 1-9: not before the second chance
`@FF45@2`          both
`:3`               three times (1 when nothing is said)
`:0.02`            with this probability at every chance; at most 1.0
=================  ===========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from random import Random

LINK_FAULTS = {
    "lost-request": "the request never arrives",
    "lost-answer-executed": "executed, the answer never arrives",
    "lost-answer-not-executed": "taken and acknowledged, but not executed and not answered",
    "late-answer": "the answer comes after the host has given up",
    "garbled": "bytes of the answer are wrong",
    "duplicated": "the answer comes twice",
    "split": "the answer comes in pieces",
    "disconnect": "the link breaks before the answer",
}
"""Applied by the faces, once the core has done its part."""

HTTP_FAULTS = {
    "http-error-before": "an HTTP error, nothing is executed",
    "http-error-after": "executed, then an HTTP error",
    "half-answer": "executed, the connection breaks in the middle of the answer",
    "empty-answer": "executed, the answer has no body",
    "service-away": "nothing is executed, and for a while no connection is taken",
    "service-restart": "executed, then the service restarts and knows no command any more",
    "slow-device": "the register takes longer than the client waits",
    "device-lost": "the service does not find its register",
    "licence": "the service asks for a licence instead of executing",
}
"""Applied by faces that speak HTTP, beside those of the link."""

DEVICE_FAULTS = {
    "paper-out-before": "paper ends before anything is printed or recorded",
    "paper-out-middle": "recorded, paper ends in the middle of the print",
    "paper-out-after-record": "recorded, paper ends before the first line",
    "power-cut-before-record": "power fails before the document is recorded",
    "power-cut-after-record": "power fails after recording, the answer is never sent",
    "power-cut-in-items": "power fails while items are added",
    "busy": "the device refuses for the moment",
    "shift-expires": "the clock passes 24 hours between two commands",
    "fn-full": "the archive refuses a document for lack of room",
    "foreign-document": "another program makes a receipt in between",
}
"""Applied by the core."""

REGISTER_FAULTS = LINK_FAULTS | HTTP_FAULTS | DEVICE_FAULTS
_MAX_COUNT = 1_000_000
_ENTRY = re.compile(r"(?P<name>[a-z-]+)(?P<where>(?:@[A-Za-z0-9_]+){0,2})(?::(?P<how>[0-9.]+))?")
_CHANCE = re.compile(r"[1-9]")
_COMMAND = re.compile(r"[0-9A-F]{2}|[0-9A-F]{4}|[a-z]+(?:_[a-z]+)*|[A-Z][A-Za-z]*[a-z][A-Za-z]*")


class FaultsError(ValueError):
    """A specification of faults that cannot be read."""


@dataclass(slots=True)
class _Fault:
    name: str
    command: str | None = None
    skip: int = 0
    """Chances still to let pass."""
    left: int | None = 1
    """Times it still happens; None: by probability, without end."""
    probability: Decimal = Decimal(1)


class Faults:
    """The faults of one run.

    Attributes:
        wire_command: The protocol's name of the command in work (`FF45`, `RegisterCheck`), set by
            the face, so that a filter by that name also reaches the faults which the core
            applies.
    """

    def __init__(self, names: Collection[str] = REGISTER_FAULTS) -> None:
        """No faults at all, of those that have these names."""
        self.wire_command = ""
        self._names = names
        self._faults: list[_Fault] = []
        self._random = Random(0)  # noqa: S311 - faults, not secrets

    @classmethod
    def parse(cls, spec: str, seed: int, names: Collection[str] = REGISTER_FAULTS) -> Faults:
        """Read a specification; an empty text is no faults. Raises `FaultsError`."""
        faults = cls(names)
        faults._random = Random(seed)  # noqa: S311 - faults, not secrets
        if spec.strip():
            faults._faults = [_read(entry.strip(), names) for entry in spec.split(",")]
        return faults

    def fires(self, name: str, command: str = "") -> bool:
        """True when the fault is to happen now. Each call is one chance, and uses it up.

        `command` is a core command (`close_receipt`) or a protocol's name (`FF45`). Of several
        entries with one name every one that fits has its chance.
        """
        assert name in self._names, name
        here = {command, self.wire_command}
        happened = False
        for fault in self._faults:
            if fault.name == name and fault.command in {None, *here}:
                happened = self._happens(fault) or happened
        return happened

    def _happens(self, fault: _Fault) -> bool:
        if fault.skip:
            fault.skip -= 1
            return False
        if fault.left is None:
            return self._random.getrandbits(53) < fault.probability * 2**53
        if not fault.left:
            return False
        fault.left -= 1
        return True


def _read(entry: str, names: Collection[str]) -> _Fault:
    parts = _ENTRY.fullmatch(entry)
    if parts is None:
        raise FaultsError(f"{entry!r} is not of the form name[@command][:count or probability]")
    name = parts["name"]
    if name not in names:
        raise FaultsError(f"no fault is named {name!r}; there are {', '.join(sorted(names))}")
    fault = _Fault(name)
    for where in parts["where"].split("@")[1:]:
        _read_where(fault, where, entry)
    if how := parts["how"]:
        _read_how(fault, how, entry)
    return fault


def _read_where(fault: _Fault, where: str, entry: str) -> None:
    if _CHANCE.fullmatch(where) and not fault.skip:
        fault.skip = int(where) - 1
    elif fault.command is None and _COMMAND.fullmatch(where):
        fault.command = where
    else:
        raise FaultsError(
            f"{entry!r}: {where!r} is neither a code (FF45),"
            " a command (RegisterCheck, close_receipt),"
            " nor a chance from 1 to 9"
        )


def _read_how(fault: _Fault, how: str, entry: str) -> None:
    if "." not in how:
        fault.left = int(how) if len(how) <= 7 else _MAX_COUNT + 1
        if not 1 <= fault.left <= _MAX_COUNT:
            raise FaultsError(f"{entry!r}: a count from 1 to {_MAX_COUNT}")
        return
    try:
        fault.probability = Decimal(how)
    except InvalidOperation as error:
        raise FaultsError(f"{entry!r}: {how!r} is no probability") from error
    if not 0 < fault.probability <= 1:
        raise FaultsError(f"{entry!r}: a probability above 0, at most 1")
    fault.left = None
