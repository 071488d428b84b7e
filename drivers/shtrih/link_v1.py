"""Transport version 1: frames with ENQ, ACK and NAK (protocol paper 1.17, "standard").

ENQ is sent only when connecting and when something went wrong: a frame without it must be
accepted, and it costs two bytes and a turn of the line. Decided here, as the sources leave
it open:

- An answer without the ACK of its frame, or got by ENQ, counts for our command when its code
  is the same, and the command before had another code; else it may be the old answer, come
  twice or held because its ACK was lost.
- NAK to ENQ after a frame without ACK: either the frame was lost, or the device has
  restarted after executing it. Reading commands are sent again, others end unsure.
- A NAK to the frame itself is confirmed by ENQ before the frame is sent again: it may be
  the late answer to an earlier ENQ.
"""

from __future__ import annotations

import asyncio

from drivers.shtrih.frames import ACK, ENQ, NAK, STX, FrameError, decode_v1, encode_v1
from drivers.shtrih.link import (
    Command,
    ExecutionUnsure,
    Link,
    LinkTiming,
    NotExecuted,
    command_code,
)
from drivers.shtrih.streams import ByteStream, IncompleteRead

_FILLER = 0xFF
_MAX_SKIPPED = 64
"""Bytes that are no control byte, skipped in one wait."""
_FRAME_TRIES = 3
_ANSWER_TRIES = 3
_ENQ_TRIES = 3
_MAX_STALE_ANSWERS = 3


class LinkV1(Link):
    """The host's side of version 1."""

    def __init__(self, stream: ByteStream, timing: LinkTiming) -> None:
        super().__init__(stream, timing)
        self._previous_code = b""
        self._is_untidy = False
        """ENQ was needed: an answer that was late then may still come, and with its ACK look
        like the answer to the next command."""

    async def synchronise(self, deadline: float) -> None:
        self.stream.discard()
        for _ in range(_MAX_STALE_ANSWERS):
            control = await self._enquire(deadline)
            if control is None:
                raise NotExecuted("the register does not answer")
            if control == NAK:
                self._previous_code = b""
                self._is_untidy = False
                return
            if await self._take_answer(deadline, begun=control == STX) is None:
                self.stream.discard()
        raise NotExecuted("the register keeps sending old answers")

    async def exchange(self, command: Command, deadline: float) -> bytes:
        frame = encode_v1(command.body)
        if self._is_untidy:
            await self._settle(deadline)
            self._is_untidy = False
        for _ in range(_FRAME_TRIES):
            self.stream.discard()
            await self.stream.send(frame, deadline)
            control = await self._control(self._soon(deadline))
            if control == ACK:
                return await self._answer(command, deadline, acknowledged=True)
            spoiled = control == NAK
            if control != STX:
                control = await self._enquire(deadline)
            if control in (ACK, STX):
                return await self._answer(
                    command, deadline, acknowledged=False, begun=control == STX
                )
            if control is None or not (spoiled or command.repeatable):
                raise ExecutionUnsure("the register has not confirmed the command")
        raise NotExecuted("the register takes no frame")

    async def recover(self, command: Command, deadline: float) -> bytes:
        control = await self._enquire(deadline)
        if control not in (ACK, STX):
            raise ExecutionUnsure("the register holds no answer to the command")
        return await self._answer(command, deadline, acknowledged=False, begun=control == STX)

    async def _answer(
        self,
        command: Command,
        deadline: float,
        *,
        acknowledged: bool,
        begun: bool = False,
    ) -> bytes:
        """The answer to a command that the device has taken, or may have taken."""
        for _ in range(_MAX_STALE_ANSWERS):
            answer = await self._take_answer(deadline, begun=begun)
            begun = False
            if answer is None:
                break
            if command_code(answer) != command.code:
                continue  # to an earlier command, whose ACK was lost
            if not acknowledged and not command.repeatable and self._previous_code == command.code:
                break
            self._previous_code = command.code
            return answer
        raise ExecutionUnsure("the register has not answered")

    async def _take_answer(self, deadline: float, *, begun: bool = False) -> bytes | None:
        """One whole answer, acknowledged; None when there is none to be had.

        While a command is being executed ENQ brings ACK: then waiting goes on, and so it
        does when ENQ brings nothing, since a printing device may be deaf for seconds.
        """
        loop = asyncio.get_running_loop()
        for _ in range(_ANSWER_TRIES):
            while not begun:
                patience = min(deadline, loop.time() + self._timing.answer)
                begun = await self._control(patience, only=STX) == STX
                if begun:
                    break
                control = await self._enquire(deadline)
                if control == NAK or loop.time() >= deadline:
                    return None
                begun = control == STX
            try:
                body = await self._frame_after_stx(deadline)
            except (FrameError, IncompleteRead):
                await self._settle(deadline)
                await self.stream.send(bytes((NAK,)), deadline)
                control = await self._enquire(deadline)
                if control not in (ACK, STX):
                    return None
                begun = control == STX
                continue
            await self.stream.send(bytes((ACK,)), deadline)
            return body
        return None

    async def _frame_after_stx(self, deadline: float) -> bytes:
        until = min(deadline, asyncio.get_running_loop().time() + self._timing.byte)
        length = await self.stream.receive_byte(until)
        rest = await self.stream.receive_exactly(length + 1, until)
        return decode_v1(bytes((STX, length)) + rest)

    async def _settle(self, deadline: float) -> None:
        """Wait until the rest of a spoiled frame, or a late one, has come, and forget it."""
        loop = asyncio.get_running_loop()
        for _ in range(_MAX_SKIPPED):
            self.stream.discard()
            try:
                await self.stream.receive_byte(min(deadline, loop.time() + self._timing.byte / 10))
            except IncompleteRead:
                return

    async def _enquire(self, deadline: float) -> int | None:
        """ACK or NAK to an ENQ, STX of an answer that was on its way, None on silence."""
        self._is_untidy = True
        for _ in range(_ENQ_TRIES):
            await self.stream.send(bytes((ENQ,)), deadline)
            control = await self._control(self._soon(deadline))
            if control is not None:
                return control
            if asyncio.get_running_loop().time() >= deadline:
                break
        return None

    async def _control(self, deadline: float, *, only: int | None = None) -> int | None:
        """The next ACK, NAK or STX; anything else (FF over RNDIS) is skipped."""
        for _ in range(_MAX_SKIPPED):
            try:
                byte = await self.stream.receive_byte(deadline)
            except IncompleteRead:
                return None
            if byte in (ACK, NAK, STX) and only in (None, byte):
                return byte
        return None

    def _soon(self, deadline: float) -> float:
        return min(deadline, asyncio.get_running_loop().time() + self._timing.control)
