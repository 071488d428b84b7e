"""One exchange over transport version 2, packet by packet."""

from __future__ import annotations

import asyncio

import pytest

from drivers.shtrih.connection import Connection
from drivers.shtrih.frames import PING_V2, PacketV2, encode_v2
from drivers.shtrih.link import Command, ExecutionUnsure, NotExecuted
from tests.drivers.shtrih.scripted import FAST, Peer, Script, device

COMMAND = Command(b"\xff\x45\x1e\0\0\0", repeatable=False)
ANSWER = b"\xff\x45\x00\x8f\x9f\x8f"


def request(number: int) -> bytes:
    return encode_v2(PacketV2(number, COMMAND.body))


def answer(number: int, data: bytes = ANSWER) -> bytes:
    return encode_v2(PacketV2(number, data))


async def exchange(*scripts: Script, timeout: float = 2.0, times: int = 1) -> bytes:
    async with device(*scripts) as scripted:
        connection = Connection(scripted.url, "v2", FAST)
        try:
            for _ in range(times):
                result = await connection.exchange(COMMAND, timeout)
            return result
        finally:
            await connection.close()


async def at(peer: Peer, number: int) -> None:
    """Answer the first ping: the device has executed `number`."""
    await peer.expect(PING_V2)
    await peer.say(answer(number, b"\x10\x00"))


async def test_a_command_carries_the_number_after_the_device_s_own() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 41)
        for number in (42, 43, 44):
            await peer.expect(request(number))
            await peer.say(answer(number))

    assert await exchange(script, times=3) == ANSWER


async def test_the_first_number_after_boot_is_two() -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(PING_V2)
        await peer.say(bytes.fromhex("8f 02 00 01 00 99 5a"))
        await peer.expect(request(2))
        await peer.say(answer(2))

    assert await exchange(script) == ANSWER


async def test_numbers_go_round() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 0xFFFF)
        await peer.expect(request(0))
        await peer.say(answer(0))

    assert await exchange(script) == ANSWER


async def test_an_answer_is_read_from_single_bytes_amid_noise() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say_slowly(b"\x06\xff" + answer(6)[:5] + b"\x9f\x00" + answer(6))

    assert await exchange(script) == ANSWER


async def test_a_lost_answer_is_had_by_the_same_packet() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.expect(request(6))
        await peer.say(answer(6))

    assert await exchange(script) == ANSWER


async def test_a_spoiled_answer_is_had_by_the_same_packet() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say(answer(6)[:-1] + b"\x00")
        await peer.expect(request(6))
        await peer.say(answer(6))

    assert await exchange(script) == ANSWER


async def test_an_answer_that_comes_twice_is_passed_over_the_second_time() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say(answer(6) + answer(6))
        await peer.expect(request(7))
        await peer.say(answer(6) + answer(7, b"\xff\x45\x00\x07"))

    assert await exchange(script, times=2) == b"\xff\x45\x00\x07"


async def test_a_device_that_restarted_before_the_command_gets_it_once() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say(answer(1, b""))
        await peer.expect(PING_V2)
        await peer.say(answer(1, b""))
        await peer.expect(PING_V2)
        await peer.say(answer(1, b""))
        await peer.expect(request(2))
        await peer.say(answer(2))

    assert await exchange(script) == ANSWER


async def test_a_device_that_restarted_after_a_silence_leaves_the_command_unsure() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.expect(request(6))
        await peer.say(answer(1, b""))
        await peer.expect_nothing()

    with pytest.raises(ExecutionUnsure):
        await exchange(script)


async def test_a_command_is_never_sent_under_a_new_number() -> None:
    seen: list[bytes] = []

    async def script(peer: Peer) -> None:
        await at(peer, 5)
        while data := await peer.read():
            seen.append(data)

    with pytest.raises(ExecutionUnsure):
        await exchange(script, timeout=0.7)
    assert set(seen) == {request(6)}


async def test_a_cut_command_is_found_by_its_number() -> None:
    async def cut(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        peer.hang_up()

    async def executed(peer: Peer) -> None:
        await peer.expect(PING_V2)
        await peer.say(answer(6))

    assert await exchange(cut, executed) == ANSWER


async def test_a_cut_command_that_never_came_is_sent_under_the_same_number() -> None:
    async def cut(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        peer.hang_up()

    async def not_executed(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say(answer(6))

    assert await exchange(cut, not_executed) == ANSWER


async def test_a_cut_command_ends_unsure_when_the_device_has_restarted() -> None:
    async def cut(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        peer.hang_up()

    async def restarted(peer: Peer) -> None:
        await at(peer, 1)

    with pytest.raises(ExecutionUnsure):
        await exchange(cut, restarted)


async def test_the_answer_to_another_command_under_our_number_is_not_ours() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.say(answer(6, b"\x10\x00"))

    with pytest.raises(ExecutionUnsure):
        await exchange(script)


async def test_after_a_cancelled_exchange_the_numbers_are_brought_together() -> None:
    async def script(peer: Peer) -> None:
        await at(peer, 5)
        await peer.expect(request(6))
        await peer.expect(PING_V2)
        await peer.say(answer(6))
        await peer.expect(request(7))
        await peer.say(answer(7))

    async with device(script) as scripted:
        connection = Connection(scripted.url, "v2", FAST)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.exchange(COMMAND, 10)
        assert await connection.exchange(COMMAND, 2) == ANSWER
        await connection.close()


async def test_a_device_that_answers_no_ping_is_not_reachable() -> None:
    async def script(peer: Peer) -> None:
        await peer.read()

    with pytest.raises(NotExecuted):
        await exchange(script)


async def test_auto_finds_a_device_that_is_deaf_to_version_1() -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(b"\x05")
        await at(peer, 9)
        await peer.expect(request(10))
        await peer.say(answer(10))

    async with device(script) as scripted:
        connection = Connection(scripted.url, "auto", FAST)
        assert await connection.exchange(COMMAND, 2) == ANSWER
        await connection.close()
