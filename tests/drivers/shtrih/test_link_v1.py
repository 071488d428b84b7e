"""One exchange over transport version 1, byte by byte."""

from __future__ import annotations

import asyncio

import pytest

from drivers.shtrih.connection import Connection
from drivers.shtrih.frames import encode_v1
from drivers.shtrih.link import Command, ExecutionUnsure, NotExecuted
from tests.drivers.shtrih.scripted import FAST, Peer, Script, device

ENQ, ACK, NAK, FF = b"\x05", b"\x06", b"\x15", b"\xff"
READ = Command(b"\x10\x1e\0\0\0", repeatable=True)
WRITE = Command(b"\xff\x45\x1e\0\0\0", repeatable=False)
READ_FRAME, WRITE_FRAME = encode_v1(READ.body), encode_v1(WRITE.body)
READ_ANSWER, WRITE_ANSWER = b"\x10\x00\x1e\x06\x15\x02", b"\xff\x45\x00\x01"
STALE = encode_v1(b"\x11\x00\x1e")


def spoiled(frame: bytes) -> bytes:
    return frame[:-1] + bytes((frame[-1] ^ 1,))


async def exchange(
    *scripts: Script, command: Command = WRITE, timeout: float = 2.0, times: int = 1
) -> bytes:
    async with device(*scripts) as scripted:
        connection = Connection(scripted.url, "v1", FAST)
        try:
            for _ in range(times):
                answer = await connection.exchange(command, timeout)
            return answer
        finally:
            await connection.close()


async def idle(peer: Peer) -> None:
    await peer.expect(ENQ)
    await peer.say(NAK)


async def take(peer: Peer) -> None:
    """Connected, and the frame of `WRITE` has come."""
    await idle(peer)
    await peer.expect(WRITE_FRAME)


async def test_a_frame_goes_without_enq_once_the_link_stands() -> None:
    async def script(peer: Peer) -> None:
        await idle(peer)
        for _ in range(3):
            await peer.expect(WRITE_FRAME)
            await peer.say(ACK + encode_v1(WRITE_ANSWER))
            await peer.expect(ACK)

    assert await exchange(script, times=3) == WRITE_ANSWER


async def test_an_answer_is_read_from_single_bytes() -> None:
    async def script(peer: Peer) -> None:
        await idle(peer)
        await peer.expect(READ_FRAME)
        await peer.say_slowly(ACK + encode_v1(READ_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script, command=READ) == READ_ANSWER


async def test_ff_bytes_are_skipped_where_a_control_byte_is_expected() -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(ENQ)
        await peer.say(FF + NAK)
        await peer.expect(WRITE_FRAME)
        await peer.say(FF + FF + ACK + FF + encode_v1(WRITE_ANSWER) + FF)
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_stale_answer_is_taken_away_when_connecting() -> None:
    async def script(peer: Peer) -> None:
        await peer.expect(ENQ)
        await peer.say(ACK + STALE)
        await peer.expect(ACK + ENQ)
        await peer.say(NAK)
        await peer.expect(WRITE_FRAME)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_spoiled_answer_is_asked_for_again() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK + spoiled(encode_v1(WRITE_ANSWER)))
        await peer.expect(NAK + ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_an_answer_cut_short_is_asked_for_again() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK + encode_v1(WRITE_ANSWER)[:-2])
        await peer.expect(NAK + ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_lost_ack_is_found_by_enq() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.expect(ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_an_answer_without_the_ack_of_its_frame_counts() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_device_that_works_long_is_waited_for() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK)
        for _ in range(3):
            await peer.expect(ENQ)
            await peer.say(ACK)
        await peer.say(encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_device_that_is_deaf_while_it_prints_is_waited_for() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK)
        await peer.expect(ENQ + ENQ)
        await peer.say(encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_frame_that_came_spoiled_is_sent_again() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(NAK)
        await peer.expect(ENQ)
        await peer.say(NAK)
        await peer.expect(WRITE_FRAME)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_a_late_nak_does_not_make_a_command_go_twice() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(NAK + ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ENQ + ACK)
        await peer.expect_nothing()

    assert await exchange(script) == WRITE_ANSWER


async def test_a_device_that_takes_no_frame_has_not_executed_it() -> None:
    async def script(peer: Peer) -> None:
        while data := await peer.read():
            await peer.say(NAK * (1 if data else 0))

    with pytest.raises(NotExecuted):
        await exchange(script)


async def test_a_command_that_the_device_does_not_know_of_ends_unsure() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.expect(ENQ)
        await peer.say(NAK)
        await peer.expect_nothing()

    with pytest.raises(ExecutionUnsure):
        await exchange(script)


async def test_a_reading_that_the_device_does_not_know_of_is_sent_again() -> None:
    async def script(peer: Peer) -> None:
        await idle(peer)
        await peer.expect(READ_FRAME)
        await peer.expect(ENQ)
        await peer.say(NAK)
        await peer.expect(READ_FRAME)
        await peer.say(ACK + encode_v1(READ_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script, command=READ) == READ_ANSWER


async def test_a_device_that_forgets_a_taken_command_leaves_it_unsure() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK)
        await peer.expect(ENQ)
        await peer.say(NAK)
        await peer.expect_nothing()

    with pytest.raises(ExecutionUnsure):
        await exchange(script)


async def test_the_answer_to_another_command_is_passed_over() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK + STALE)
        await peer.expect(ACK)
        await peer.say(encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(script) == WRITE_ANSWER


async def test_the_same_answer_again_is_not_taken_for_the_next_one() -> None:
    """The ACK of the first answer is lost, and so is the second frame."""

    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK + WRITE_FRAME)
        await peer.expect(ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))

    with pytest.raises(ExecutionUnsure):
        await exchange(script, times=2)


async def test_an_answer_that_comes_twice_is_not_taken_for_the_next_one() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK + WRITE_FRAME)
        await peer.say(encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    with pytest.raises(ExecutionUnsure):
        await exchange(script, times=2)


async def test_a_cut_command_is_asked_about_over_a_new_connection() -> None:
    async def cut(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK)
        peer.hang_up()

    async def holding(peer: Peer) -> None:
        await peer.expect(ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)

    assert await exchange(cut, holding) == WRITE_ANSWER


async def test_a_cut_command_that_left_no_answer_ends_unsure() -> None:
    async def cut(peer: Peer) -> None:
        await take(peer)
        peer.hang_up()

    with pytest.raises(ExecutionUnsure):
        await exchange(cut, idle)


async def test_after_a_cancelled_exchange_the_link_is_brought_back_first() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.say(ACK)
        await peer.expect(ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK + ENQ)
        await peer.say(NAK)
        await peer.expect(READ_FRAME)
        await peer.say(ACK + encode_v1(READ_ANSWER))
        await peer.expect(ACK)

    async with device(script) as scripted:
        connection = Connection(scripted.url, "v1", FAST)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await connection.exchange(WRITE, 10)
        assert await connection.exchange(READ, 2) == READ_ANSWER
        await connection.close()


async def test_a_silent_device_is_not_reachable() -> None:
    async def script(peer: Peer) -> None:
        await peer.read()

    with pytest.raises(NotExecuted):
        await exchange(script)


async def test_a_late_answer_with_its_ack_is_not_taken_for_the_next_one() -> None:
    async def script(peer: Peer) -> None:
        await take(peer)
        await peer.expect(ENQ)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))
        await peer.expect(ACK)
        await peer.say(ACK + encode_v1(WRITE_ANSWER))  # the first one, held up on the line
        await peer.expect(WRITE_FRAME)
        await peer.say(NAK)
        await peer.expect(ENQ)
        await peer.say(NAK)
        await peer.expect(WRITE_FRAME)
        await peer.say(ACK + encode_v1(b"\xff\x45\x00\x02"))
        await peer.expect(ACK)

    assert await exchange(script, times=2) == b"\xff\x45\x00\x02"
