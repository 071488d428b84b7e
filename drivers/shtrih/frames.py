"""Frames of the Shtrih-M transports, as pure functions on bytes.

Version 1: `STX LEN body LRC`, flow by ENQ, ACK and NAK. Version 2: `8F LEN NUM data CRC`,
stuffed. Source: protocol paper 1.17, sections on the standard and the alternative transport.
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass
from functools import reduce
from operator import xor

ENQ = 0x05
STX = 0x02
ACK = 0x06
NAK = 0x15

START_V2 = 0x8F
ESCAPE_V2 = 0x9F
_STUFFED = {START_V2: bytes((ESCAPE_V2, 0x81)), ESCAPE_V2: bytes((ESCAPE_V2, 0x83))}
_UNSTUFFED = {0x81: START_V2, 0x83: ESCAPE_V2}
PING_V2 = bytes((START_V2, 0, 0, 0x0F, 0x1D))

MAX_BODY_V1 = 255
MAX_DATA_V2 = 0xFFFF - 2


class FrameError(ValueError):
    """Bytes that are no whole, unbroken frame."""


def lrc(data: bytes) -> int:
    """XOR of all bytes."""
    return reduce(xor, data, 0)


def encode_v1(body: bytes) -> bytes:
    """The frame of a body of 1..255 bytes."""
    if not 1 <= len(body) <= MAX_BODY_V1:
        raise FrameError(f"a body of {len(body)} bytes does not fit a frame")
    counted = bytes((len(body),)) + body
    return bytes((STX,)) + counted + bytes((lrc(counted),))


def decode_v1(frame: bytes) -> bytes:
    """The body of one whole frame. Raises `FrameError`."""
    if len(frame) < 4 or frame[0] != STX or frame[1] != len(frame) - 3:
        raise FrameError("not a frame")
    if lrc(frame[1:-1]) != frame[-1]:
        raise FrameError("LRC differs")
    return frame[2:-1]


def crc16(data: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021h, start FFFFh, not reflected."""
    return crc_hqx(data, 0xFFFF)


@dataclass(frozen=True, slots=True)
class PacketV2:
    """One packet of version 2; `number` is None in a ping."""

    number: int | None
    data: bytes = b""


def encode_v2(packet: PacketV2) -> bytes:
    """The packet as it goes over the wire, stuffed."""
    if packet.number is None:
        return PING_V2
    if len(packet.data) > MAX_DATA_V2:
        raise FrameError(f"{len(packet.data)} bytes do not fit a packet")
    content = (
        (len(packet.data) + 2).to_bytes(2, "little")
        + packet.number.to_bytes(2, "little")
        + packet.data
    )
    content += crc16(content).to_bytes(2, "little")
    return bytes((START_V2,)) + b"".join(_STUFFED.get(byte) or bytes((byte,)) for byte in content)


def unstuff_v2(stuffed: bytes) -> bytes:
    """The content behind the start byte. Raises `FrameError` on a spoiled pair."""
    content = bytearray()
    escaped = False
    for byte in stuffed:
        if escaped:
            if byte not in _UNSTUFFED:
                raise FrameError(f"9F {byte:02X} is no stuffed byte")
            content.append(_UNSTUFFED[byte])
            escaped = False
        elif byte == ESCAPE_V2:
            escaped = True
        elif byte == START_V2:
            raise FrameError("a start byte inside a packet")
        else:
            content.append(byte)
    if escaped:
        raise FrameError("the packet ends in the middle of a stuffed byte")
    return bytes(content)


def decode_v2(frame: bytes) -> PacketV2:
    """One whole packet, start byte included. Raises `FrameError`."""
    if not frame or frame[0] != START_V2:
        raise FrameError("no start byte")
    content = unstuff_v2(frame[1:])
    if len(content) < 4 or crc16(content[:-2]) != int.from_bytes(content[-2:], "little"):
        raise FrameError("CRC differs")
    length = int.from_bytes(content[:2], "little")
    if length != len(content) - 4 or length == 1:
        raise FrameError("the length differs")
    if length == 0:
        return PacketV2(None)
    return PacketV2(int.from_bytes(content[2:4], "little"), content[4:-2])
