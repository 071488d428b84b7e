"""Whatever comes over the wire: an error in time, no hang, no success that is none."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.register import RegisterError
from drivers.shtrih.connection import Connection, Protocol
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.frames import decode_v1, encode_v1
from drivers.shtrih.link import Command, LinkError, LinkTiming
from tests.drivers.examples import CASHIER, ZONE, receipt
from tests.drivers.shtrih.scripted import Peer, device

HASTY = LinkTiming(control=0.02, answer=0.02, byte=0.02, probe=0.02, connect=0.1)
COMMAND = Command(b"\xff\x45\x1e\0\0\0", repeatable=False)
GARBAGE = {
    "silence": b"",
    "zeros": bytes(4096),
    "ACKs": b"\x06" * 4096,
    "NAKs": b"\x15" * 4096,
    "STXs": b"\x02" * 4096,
    "ENQs": b"\x05" * 4096,
    "FFs": b"\xff" * 4096,
    "starts of packets": b"\x8f" * 4096,
    "a packet of 65535 bytes": b"\x8f\xff\xff" + bytes(4096),
    "a frame that never ends": b"\x06\x02\xff" + b"\x10" * 100,
    "an empty frame": b"\x06\x02\x00\x00",
    "a modem": b"\r\nOK\r\nAT+CSQ\r\n",
    "HTTP": b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
@pytest.mark.parametrize("protocol", ["auto", "v1", "v2"])
async def test_a_device_that_talks_garbage_is_no_register(
    protocol: Protocol, garbage: bytes
) -> None:
    async def babble(peer: Peer) -> None:
        while await peer.read():
            await peer.say(garbage)

    async with device(babble) as scripted:
        register = ShtrihRegister(scripted.url, timezone=ZONE, protocol=protocol, timing=HASTY)
        with pytest.raises(RegisterError):
            async with asyncio.timeout(30):
                await register.connect()
        with pytest.raises(RegisterError):
            async with asyncio.timeout(30):
                await register.fiscalize(receipt())
        await register.close()


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=6))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_bytes_after_a_frame_end_in_an_error_or_in_a_frame_among_them(
    replies: list[bytes],
) -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(b"\x05")
        await peer.say(b"\x15")
        await peer.expect(encode_v1(COMMAND.body))
        for reply in replies:
            await peer.say(reply)
            await asyncio.sleep(0.01)
        while await peer.read():
            pass

    async with device(script) as scripted:
        connection = Connection(scripted.url, "v1", HASTY)
        try:
            async with asyncio.timeout(10):
                answer = await connection.exchange(COMMAND, 0.2)
        except LinkError:
            return
        finally:
            await connection.close()
        assert decode_v1(encode_v1(answer)) == answer
        assert encode_v1(answer) in b"".join(replies)


async def test_a_register_that_hangs_up_at_once_is_not_reachable() -> None:
    async def hang_up(peer: Peer) -> None:
        peer.hang_up()

    async with device(hang_up) as scripted:
        register = ShtrihRegister(scripted.url, timezone=ZONE, timing=HASTY)
        for call in (register.connect(), register.open_shift(CASHIER), register.status()):
            with pytest.raises(RegisterError):
                await call
        await register.close()
