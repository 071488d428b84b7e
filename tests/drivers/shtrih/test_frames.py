"""Frames of both transports: recorded ones, spoiled ones, and any at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.shtrih.frames import (
    MAX_BODY_V1,
    PING_V2,
    FrameError,
    PacketV2,
    crc16,
    decode_v1,
    decode_v2,
    encode_v1,
    encode_v2,
)
from tests.drivers.shtrih.vectors import frames, vector

bodies = st.binary(min_size=1, max_size=MAX_BODY_V1)
packets = st.builds(PacketV2, st.integers(0, 0xFFFF), st.binary(min_size=1, max_size=1500))


@pytest.mark.parametrize("frame", frames("v1"))
def test_a_recorded_frame_of_version_1_is_read_and_made_again(frame: bytes) -> None:
    assert encode_v1(decode_v1(frame)) == frame


@pytest.mark.parametrize("frame", frames("v2"))
def test_a_recorded_packet_of_version_2_is_read_and_made_again(frame: bytes) -> None:
    assert encode_v2(decode_v2(frame)) == frame


def flipped(frame: bytes) -> list[bytes]:
    """The frame with each single bit turned over."""
    return [
        frame[:index] + bytes((frame[index] ^ 1 << bit,)) + frame[index + 1 :]
        for index in range(len(frame))
        for bit in range(8)
    ]


@pytest.mark.parametrize("frame", frames("v1"))
def test_no_single_wrong_bit_passes_version_1(frame: bytes) -> None:
    for spoiled in flipped(frame):
        with pytest.raises(FrameError):
            decode_v1(spoiled)


@pytest.mark.parametrize("frame", frames("v2"))
def test_no_single_wrong_bit_passes_version_2(frame: bytes) -> None:
    for spoiled in flipped(frame):
        with pytest.raises(FrameError):
            decode_v2(spoiled)


@given(bodies)
def test_every_body_survives_version_1(body: bytes) -> None:
    assert decode_v1(encode_v1(body)) == body


@given(packets)
def test_every_packet_survives_version_2(packet: PacketV2) -> None:
    assert decode_v2(encode_v2(packet)) == packet


@given(packets)
def test_a_start_byte_stands_only_at_the_start_of_a_packet(packet: PacketV2) -> None:
    assert encode_v2(packet).rindex(0x8F) == 0


@given(st.binary(max_size=64))
def test_any_bytes_are_a_frame_or_a_frame_error(data: bytes) -> None:
    for decode in (decode_v1, decode_v2):
        try:
            decode(data)
        except FrameError:
            continue


def test_a_ping_has_no_number() -> None:
    assert decode_v2(PING_V2) == PacketV2(None)
    assert encode_v2(PacketV2(None)) == PING_V2


def test_the_checksum_of_the_ping_is_the_recorded_one() -> None:
    recorded = vector("crc16_two_zero_bytes")
    assert crc16(recorded.request).to_bytes(2, "little") == recorded.response


@pytest.mark.parametrize("length", [0, MAX_BODY_V1 + 1])
def test_a_body_that_fits_no_frame_is_refused(length: int) -> None:
    with pytest.raises(FrameError):
        encode_v1(bytes(length))
