"""What both transports offer: one exchange, with three endings.

    answer bytes     the device has executed the command
    NotExecuted      surely not: it never took the command
    ExecutionUnsure  it may have

`StreamError` may come out of every call; what it means is decided by `connection`, which
can make the link anew and ask again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from drivers.shtrih.streams import ByteStream


class LinkError(Exception):
    """An exchange without an answer."""


class NotExecuted(LinkError):
    """The device surely has not taken the command."""


class ExecutionUnsure(LinkError):
    """The command may have been executed; no answer can be had."""


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """How patient the link is, seconds."""

    control: float = 3.0
    """For ACK, NAK and the answer to a ping."""
    answer: float = 5.0
    """Silence instead of an answer before the device is asked what it does."""
    byte: float = 1.0
    """For the rest of a frame that has begun (255 bytes at 4800 baud take 0.53 s)."""
    probe: float = 1.0
    """For the first sign of life of each transport."""
    connect: float = 6.0
    """For the whole way from no link to an exchange; a printing device may be deaf."""


DEFAULT_TIMING = LinkTiming()


@dataclass(frozen=True, slots=True)
class Command:
    """A request as the links see it."""

    body: bytes
    repeatable: bool
    """True when executing it twice does no harm: it reads."""

    @property
    def code(self) -> bytes:
        """One byte, or two with FF."""
        return command_code(self.body)


def command_code(body: bytes) -> bytes:
    """The command code at the start of a request or an answer."""
    return body[:2] if body[:1] == b"\xff" else body[:1]


class Link(ABC):
    """A transport over a stream, which may be replaced by a new one to the same device."""

    def __init__(self, stream: ByteStream, timing: LinkTiming) -> None:
        self.stream = stream
        self._timing = timing

    @abstractmethod
    async def synchronise(self, deadline: float) -> None:
        """Bring both ends to the start of an exchange. Raises `NotExecuted` on silence."""

    @abstractmethod
    async def exchange(self, command: Command, deadline: float) -> bytes:
        """Send the command and take its answer."""

    @abstractmethod
    async def recover(self, command: Command, deadline: float) -> bytes:
        """The answer to a command whose exchange was cut, over a new stream.

        Raises `NotExecuted` when the device says so, `ExecutionUnsure`.
        """
