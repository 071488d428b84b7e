"""The device's side of both transports, as state machines of bytes: no I/O, no clock.

A link takes bytes in and gives actions back: `Send` these bytes, `Execute` this command.
`Execute` is always the last one; the owner then goes on with `receive(b"")`, or says `forget`.
Until `answer` is called the link is preparing; one command at a time. The owner calls `silence`
when no byte came for the byte timeout inside a frame.

Source: protocol paper 1.17, "standard" and "alternative" transport. Decided here, because
the sources are silent:

- A frame that comes while an answer waits for its ACK drops that answer and is executed.
- A frame that comes while a command is being executed waits in the input until the answer
  has gone, as in a UART's buffer.
- A spoiled packet of version 2 gets no answer: nothing in it can be trusted, and the host
  repeats after its timeout anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from drivers.shtrih.frames import (
    ACK,
    ENQ,
    ESCAPE_V2,
    NAK,
    START_V2,
    STX,
    FrameError,
    PacketV2,
    decode_v1,
    decode_v2,
    encode_v1,
    encode_v2,
)

MAX_INPUT = 4096
"""Bytes kept while a command is being executed; what comes beyond them is lost."""

MAX_PACKET_V2 = 1455
"""The longest command of version 2 that any register has named."""


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the host."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Execute:
    """A command that came whole and unbroken."""

    body: bytes
    acknowledgement: bytes = b""
    """Sent at once, before the command is executed."""


Action: TypeAlias = Send | Execute


class Link(Protocol):
    """What both transports offer."""

    @property
    def within_frame(self) -> bool:
        """True when more bytes must come: the byte timeout runs."""
        ...

    def receive(self, data: bytes) -> list[Action]:
        """Bytes from the host."""
        ...

    def silence(self) -> list[Action]:
        """The byte timeout has passed inside a frame."""
        ...

    def answer(self, body: bytes) -> list[Action]:
        """The answer to the command being executed."""
        ...

    def forget(self) -> list[Action]:
        """The command being executed never came: nothing is remembered of it."""
        ...


class LinkV1:
    """`STX LEN body LRC` with ENQ, ACK and NAK.

    Args:
        extra_ff: Send a byte FF after the ACK of the host, as registers do over RNDIS.
    """

    def __init__(self, *, extra_ff: bool = False) -> None:
        self._extra_ff = extra_ff
        self._input = bytearray()
        self._preparing = False
        self._unacknowledged: bytes | None = None

    @property
    def within_frame(self) -> bool:
        return not self._preparing and bool(self._input)

    def receive(self, data: bytes) -> list[Action]:
        self._input += data[: MAX_INPUT - len(self._input)]
        return self._run()

    def silence(self) -> list[Action]:
        if not self.within_frame:
            return []
        self._input.clear()
        return [Send(bytes((NAK,)))]

    def answer(self, body: bytes) -> list[Action]:
        self._preparing = False
        self._unacknowledged = encode_v1(body)
        return [Send(self._unacknowledged), *self._run()]

    def forget(self) -> list[Action]:
        self._preparing = False
        return self._run()

    def _run(self) -> list[Action]:
        actions: list[Action] = []
        while self._input:
            byte = self._input[0]
            if byte == STX:
                if self._preparing or not self._take_frame(actions):
                    break
                continue
            del self._input[0]
            if byte == ENQ:
                self._on_enq(actions)
            elif byte == ACK and self._unacknowledged is not None and not self._preparing:
                self._unacknowledged = None
                if self._extra_ff:
                    actions.append(Send(b"\xff"))
        return actions

    def _on_enq(self, actions: list[Action]) -> None:
        if self._preparing:
            actions.append(Send(bytes((ACK,))))
        elif self._unacknowledged is not None:
            actions.append(Send(bytes((ACK,)) + self._unacknowledged))
        else:
            actions.append(Send(bytes((NAK,))))

    def _take_frame(self, actions: list[Action]) -> bool:
        """Consume the frame at the start of the input; False when the rest has to wait."""
        if len(self._input) < 2 or len(self._input) < self._input[1] + 3:
            return False
        length = self._input[1] + 3
        frame = bytes(self._input[:length])
        del self._input[:length]
        try:
            body = decode_v1(frame)
        except FrameError:
            actions.append(Send(bytes((NAK,))))
            return True
        self._unacknowledged = None
        self._preparing = True
        actions.append(Execute(body, bytes((ACK,))))
        return False


class LinkV2:
    """`8F LEN NUM data CRC`: a request runs once, whatever the line does.

    Executed is only the number that follows the device's own; any other one, and a ping,
    gets the last answer under its own number. The own number is 1 after boot.
    """

    def __init__(self) -> None:
        self._input = bytearray()
        self._number = 1
        self._last_answer = b""
        self._preparing: int | None = None

    @property
    def within_frame(self) -> bool:
        return self._preparing is None and bool(self._input)

    def receive(self, data: bytes) -> list[Action]:
        self._input += data[: MAX_INPUT - len(self._input)]
        return self._run()

    def silence(self) -> list[Action]:
        if self.within_frame:
            self._input.clear()
        return []

    def answer(self, body: bytes) -> list[Action]:
        assert self._preparing is not None, "no command is being executed"
        self._number = self._preparing
        self._last_answer = body
        self._preparing = None
        return [self._send_last_answer(), *self._run()]

    def forget(self) -> list[Action]:
        self._preparing = None
        return self._run()

    def _send_last_answer(self) -> Send:
        return Send(encode_v2(PacketV2(self._number, self._last_answer)))

    def _run(self) -> list[Action]:
        actions: list[Action] = []
        while self._preparing is None and self._input:
            start = self._input.find(START_V2)
            del self._input[: start if start >= 0 else len(self._input)]
            end = _end_of_packet(self._input)
            if end is None:
                break
            frame = bytes(self._input[:end])
            del self._input[:end]
            try:
                packet = decode_v2(frame)
            except FrameError:
                continue
            if packet.number == (self._number + 1) & 0xFFFF and packet.data:
                self._preparing = packet.number
                actions.append(Execute(packet.data))
            else:
                actions.append(self._send_last_answer())
        return actions


def _end_of_packet(stuffed: bytearray) -> int | None:
    """Where the packet at the start ends, spoiled or not; None when more must come.

    A raw start byte inside ends a spoiled packet: the next one begins there. So does a
    length that no register takes.
    """
    length: int | None = None
    count = 0
    header = bytearray()
    escaped = False
    for index, byte in enumerate(stuffed):
        if index == 0:
            continue
        if byte == START_V2:
            return index
        if not escaped and byte == ESCAPE_V2:
            escaped = True
            continue
        if count < 2:
            header.append({0x81: START_V2, 0x83: ESCAPE_V2}.get(byte, byte) if escaped else byte)
        escaped = False
        count += 1
        if count == 2:
            length = int.from_bytes(header, "little")
            if length > MAX_PACKET_V2 + 2:
                return index + 1
        if length is not None and count == length + 4:
            return index + 1
    return None


class ChosenByFirstByte:
    """Version 1 or 2, chosen by the first byte that belongs to one of them after power-on."""

    def __init__(self, *, extra_ff: bool = False) -> None:
        self._extra_ff = extra_ff
        self._link: Link | None = None

    @property
    def within_frame(self) -> bool:
        return self._link is not None and self._link.within_frame

    def receive(self, data: bytes) -> list[Action]:
        if self._link is None:
            for index, byte in enumerate(data):
                if byte in (ENQ, STX):
                    self._link = LinkV1(extra_ff=self._extra_ff)
                elif byte == START_V2:
                    self._link = LinkV2()
                if self._link is not None:
                    return self._link.receive(data[index:])
            return []
        return self._link.receive(data)

    def silence(self) -> list[Action]:
        return self._link.silence() if self._link else []

    def answer(self, body: bytes) -> list[Action]:
        assert self._link is not None, "no command is being executed"
        return self._link.answer(body)

    def forget(self) -> list[Action]:
        return self._link.forget() if self._link else []
