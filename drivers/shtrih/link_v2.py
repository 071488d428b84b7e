"""Transport version 2: numbered packets (protocol paper 1.17, "alternative").

The device executes a request only when its number follows the device's own, and repeats
its last answer to any other. So a command whose answer is lost is sent again as the same
packet under the same number, never under a new one: that would execute it twice.

What an answer under another number than ours says:

- ours - 1: the answer before, late or repeated; the device has not executed ours yet;
- any other: the device has restarted. It has not executed this packet, and will not. If it
  is the answer to our first packet, the command was surely not executed.
"""

from __future__ import annotations

import asyncio
from typing import TypeAlias

from drivers.shtrih.frames import (
    ESCAPE_V2,
    PING_V2,
    START_V2,
    FrameError,
    PacketV2,
    decode_v2,
    encode_v2,
)
from drivers.shtrih.link import (
    Command,
    ExecutionUnsure,
    Link,
    LinkTiming,
    NotExecuted,
    command_code,
)
from drivers.shtrih.streams import ByteStream, IncompleteRead

_MAX_ANSWER = 4096
"""The longest packet taken from a device; the longest named by one is 1455."""
_MAX_SKIPPED = 4096
"""Bytes outside packets skipped in one wait."""
_PING_TRIES = 3
_UNSTUFFED = {0x81: START_V2, 0x83: ESCAPE_V2}

Answer: TypeAlias = tuple[int, bytes]
"""The number of a packet and its data."""


class LinkV2(Link):
    """The host's side of version 2."""

    def __init__(self, stream: ByteStream, timing: LinkTiming) -> None:
        super().__init__(stream, timing)
        self._number = 1
        """Of the last command that the device has executed."""

    async def synchronise(self, deadline: float) -> None:
        state = await self._ping(deadline)
        if state is None:
            raise NotExecuted("the register does not answer")
        self._number = state[0]

    async def exchange(self, command: Command, deadline: float) -> bytes:
        number = (self._number + 1) & 0xFFFF
        packet = encode_v2(PacketV2(number, command.body))
        self.stream.discard()
        await self.stream.send(packet, deadline)
        answer = await self._answer(number, self._patience(deadline))
        if answer is not None and answer[0] != number:
            state = await self._ping(deadline)
            if state is None:
                raise ExecutionUnsure("the register has fallen silent")
            if state[0] not in (number, self._number):
                raise NotExecuted("the register has restarted")
            answer = state if state[0] == number else None
        while answer is None:
            if asyncio.get_running_loop().time() >= deadline:
                raise ExecutionUnsure("the register has not answered")
            await self.stream.send(packet, deadline)
            answer = await self._answer(number, self._patience(deadline))
            if answer is not None and answer[0] != number:
                raise ExecutionUnsure("the register has restarted")
        return self._accept(command, answer)

    async def recover(self, command: Command, deadline: float) -> bytes:
        state = await self._ping(deadline)
        if state is not None and state[0] == (self._number + 1) & 0xFFFF:
            return self._accept(command, state)
        if state is not None and state[0] == self._number:
            return await self.exchange(command, deadline)
        raise ExecutionUnsure("the register is silent or has restarted")

    def _accept(self, command: Command, answer: Answer) -> bytes:
        number, data = answer
        if command_code(data) != command.code:
            # Numbers met by chance after a restart of the device.
            raise ExecutionUnsure("the answer is to another command")
        self._number = number
        return data

    async def _ping(self, deadline: float) -> Answer | None:
        """The last answer of the device; None on silence."""
        loop = asyncio.get_running_loop()
        for _ in range(_PING_TRIES):
            self.stream.discard()
            await self.stream.send(PING_V2, deadline)
            answer = await self._packet(min(deadline, loop.time() + self._timing.control))
            if answer is not None:
                return answer
            if loop.time() >= deadline:
                break
        return None

    async def _answer(self, number: int, deadline: float) -> Answer | None:
        """The answer under `number`, or under one that means a restart; None on silence."""
        previous = (number - 1) & 0xFFFF
        while (answer := await self._packet(deadline)) is not None:
            if answer[0] != previous:
                return answer
        return None

    async def _packet(self, deadline: float) -> Answer | None:
        """The next unbroken answer packet; None when none comes in time."""
        assembler = _Assembler()
        for _ in range(_MAX_SKIPPED):
            try:
                byte = await self.stream.receive_byte(deadline)
            except IncompleteRead:
                return None
            packet = assembler.feed(byte)
            if packet is not None and packet.number is not None:
                return packet.number, packet.data
        return None

    def _patience(self, deadline: float) -> float:
        return min(deadline, asyncio.get_running_loop().time() + self._timing.answer)


class _Assembler:
    """Packets out of single bytes; spoiled ones vanish."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._header = bytearray()
        self._content_length = 0

    def feed(self, byte: int) -> PacketV2 | None:
        """The packet that `byte` completes."""
        if byte == START_V2:
            self._frame = bytearray((byte,))
            self._header.clear()
            self._content_length = 0
            return None
        if not self._frame:
            return None
        escaped = self._frame[-1] == ESCAPE_V2
        self._frame.append(byte)
        if byte == ESCAPE_V2 and not escaped:
            return None
        self._content_length += 1
        if len(self._header) < 2:
            self._header.append(_UNSTUFFED.get(byte, byte) if escaped else byte)
        whole = int.from_bytes(self._header, "little") + 4
        if self._content_length < max(whole, 4):
            if whole > _MAX_ANSWER:
                self._frame.clear()
            return None
        frame = bytes(self._frame)
        self._frame.clear()
        try:
            return decode_v2(frame)
        except FrameError:
            return None
