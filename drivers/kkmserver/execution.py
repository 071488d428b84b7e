"""A command to its end: sent once, and then only asked about.

The service holds the HTTP answer for the command's `Timeout` and goes on afterwards: an
answer "running" or "queued", or none at all, is followed by `GetRezult` with the id of the
command. The inner answer decides; the outer one tells of the look-up alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from drivers.kkmserver.answers import Answer, BadAnswer, Status, read_answer
from drivers.kkmserver.client import Client, Lost
from drivers.register import Reason, Refused, Unreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class KkmTiming:
    """How long what is waited for, seconds."""

    connect: float = 3.0
    reading: int = 8
    """`Timeout` of a command that records nothing."""
    recording: int = 30
    """`Timeout` of a command that records something."""
    margin: float = 4.0
    """So much longer than its `Timeout` an HTTP answer is waited for."""
    settling: float = 75.0
    """From the sending of a recording command to the end of asking about it."""
    tape: float = 12.0
    """For asking the tape afterwards."""
    look_up: float = 5.0
    """For the answer to one `GetRezult`."""
    unknown: float = 1.5
    """So long an id must stay unknown before it is taken for one that never came."""
    first_pause: float = 0.2
    """Between two `GetRezult`; doubles up to `last_pause`."""
    last_pause: float = 2.0


class Unsettled(Exception):
    """What became of a command cannot be had from the service: the tape must tell."""


class Execution:
    """Runs commands on one device. A final answer may be a bad one."""

    def __init__(
        self,
        client: Client,
        timing: KkmTiming,
        new_id: Callable[[], UUID],
    ) -> None:
        self._client = client
        self.timing = timing
        self._new_id = new_id

    async def read(self, command: Mapping[str, object]) -> Answer:
        """The final answer to a command that records nothing. Raises `Refused`."""
        timeout = self.timing.reading
        sent = self._numbered(command, timeout)
        within = timeout + self.timing.margin
        deadline = asyncio.get_running_loop().time() + within
        try:
            answer = await self._client.post(sent, within)
            return await self._end(sent, deadline) if answer.is_pending else answer
        except (Lost, Unsettled) as error:
            raise Unreachable(str(error), Reason.SERVER_UNAVAILABLE) from error

    async def record(self, command: Mapping[str, object]) -> Answer:
        """The final answer to a command that may record something.

        Raises:
            Refused: It surely was not taken.
            Unsettled: Nobody knows.
        """
        timeout = self.timing.recording
        sent = self._numbered(command, timeout)
        deadline = asyncio.get_running_loop().time() + self.timing.settling
        try:
            answer = await self._client.post(sent, timeout + self.timing.margin)
        except Lost as lost:
            why = str(lost)
        else:
            if not answer.is_pending and answer.status is not Status.EXECUTED_EARLIER:
                return answer
            why = f"status {answer.status}"
        try:
            return await self._end(sent, deadline)
        except Unsettled as unsettled:
            raise Unsettled(f"{why}; {unsettled}") from unsettled

    def _numbered(self, command: Mapping[str, object], timeout: int) -> dict[str, object]:
        return {**command, "IdCommand": str(self._new_id()), "Timeout": timeout}

    async def _end(self, sent: Mapping[str, object], deadline: float) -> Answer:
        """The final answer to what was sent. Raises `Unsettled`."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._ask(str(sent["Command"]), str(sent["IdCommand"]))
        except TimeoutError as error:
            raise Unsettled("no end in time") from error

    async def _ask(self, command: str, command_id: str) -> Answer:
        """Ask until the command has ended; without end while the service does not answer.

        Raises `Unsettled`: the service does not know the command, and goes on so.
        """
        now, pause = asyncio.get_running_loop().time, self.timing.first_pause
        unknown_since: float | None = None
        while True:
            try:
                answer = await self._look_up(command, command_id)
            except (Lost, Refused):
                unknown_since = None
            else:
                if answer is None:
                    unknown_since = now() if unknown_since is None else unknown_since
                    if now() - unknown_since >= self.timing.unknown:
                        raise Unsettled("the service does not know the command")
                elif answer.is_pending:
                    unknown_since = None
                else:
                    return answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, self.timing.last_pause)

    async def _look_up(self, command: str, command_id: str) -> Answer | None:
        """The answer to the command so far; None: the service does not know it.

        Raises `Lost`, `Refused`.
        """
        look_up = {"Command": "GetRezult", "IdCommand": command_id}
        outer = await self._client.post(look_up, self.timing.look_up)
        inner = outer.fields.values.get("Rezult")
        if inner is None:
            if outer.is_pending:
                raise Lost("the look-up is not done yet")
            return None
        try:
            answer = read_answer(inner, command, command_id)
        except BadAnswer as error:
            raise Lost(str(error)) from error
        return None if answer.status is Status.EXECUTED_EARLIER else answer
