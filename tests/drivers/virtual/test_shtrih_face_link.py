"""Both transports as bytes in, bytes out: nothing broken is ever executed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.shtrih.frames import (
    ACK,
    ENQ,
    NAK,
    PING_V2,
    START_V2,
    STX,
    PacketV2,
    decode_v1,
    decode_v2,
    encode_v1,
    encode_v2,
)
from drivers.virtual.shtrih_face.link import (
    MAX_INPUT,
    ChosenByFirstByte,
    Execute,
    Link,
    LinkV1,
    LinkV2,
    Send,
)

VECTORS = Path(__file__).parents[3].parent / "shared" / "reference" / "vectors" / "shtrih.json"
COMMAND = bytes.fromhex("10 1E000000")
ANSWER = bytes.fromhex("10 00 1E 9202 02 00 00 9FE5 0000 00 000000")


def sent(link_actions: list[Send | Execute]) -> bytes:
    return b"".join(
        action.data if isinstance(action, Send) else action.acknowledgement
        for action in link_actions
    )


def executed(link_actions: list[Send | Execute]) -> list[bytes]:
    return [action.body for action in link_actions if isinstance(action, Execute)]


def vectors(layer: str) -> list[dict[str, str]]:
    if not VECTORS.exists():
        pytest.skip("the recorded exchanges are not beside this checkout")
    rows = json.loads(VECTORS.read_text(encoding="utf-8"))
    return [row for row in rows if row["layer"] == layer and row["request_hex"]]


class TestVersion1:
    def test_an_idle_device_answers_enq_with_nak(self):
        assert sent(LinkV1().receive(bytes((ENQ,)))) == bytes((NAK,))

    def test_a_frame_is_acknowledged_and_executed(self):
        actions = LinkV1().receive(encode_v1(COMMAND))
        assert actions == [Execute(COMMAND, bytes((ACK,)))]

    def test_what_follows_a_frame_waits_until_the_device_has_begun(self):
        link = LinkV1()
        assert sent(link.receive(encode_v1(COMMAND) + bytes((ENQ,)))) == bytes((ACK,))
        assert sent(link.forget()) == bytes((NAK,))

    def test_enq_is_acknowledged_while_the_device_works(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        assert sent(link.receive(bytes((ENQ,)))) == bytes((ACK,))

    def test_an_unacknowledged_answer_comes_again_after_enq(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        assert sent(link.answer(ANSWER)) == encode_v1(ANSWER)
        assert sent(link.receive(bytes((ENQ,)))) == bytes((ACK,)) + encode_v1(ANSWER)
        assert sent(link.receive(bytes((ENQ,)))) == bytes((ACK,)) + encode_v1(ANSWER)

    def test_an_acknowledged_answer_is_gone(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        link.answer(ANSWER)
        assert sent(link.receive(bytes((ACK, ENQ)))) == bytes((NAK,))

    def test_nak_alone_resends_nothing(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        link.answer(ANSWER)
        assert link.receive(bytes((NAK,))) == []
        assert sent(link.receive(bytes((ENQ,)))) == bytes((ACK,)) + encode_v1(ANSWER)

    def test_a_new_frame_drops_the_answer_that_waits(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        link.answer(ANSWER)
        assert executed(link.receive(encode_v1(b"\xfc"))) == [b"\xfc"]
        link.answer(b"\xfc\0")
        assert sent(link.receive(bytes((ENQ,)))) == bytes((ACK,)) + encode_v1(b"\xfc\0")

    def test_a_frame_that_comes_while_the_device_works_waits_its_turn(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        assert link.receive(encode_v1(b"\xfc")) == []
        actions = link.answer(ANSWER)
        assert actions == [Send(encode_v1(ANSWER)), Execute(b"\xfc", bytes((ACK,)))]

    def test_a_forgotten_command_leaves_an_idle_device(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        link.forget()
        assert sent(link.receive(bytes((ENQ,)))) == bytes((NAK,))

    def test_a_cut_frame_is_refused_after_silence(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND)[:-2])
        assert link.within_frame
        assert sent(link.silence()) == bytes((NAK,))
        assert executed(link.receive(encode_v1(COMMAND))) == [COMMAND]

    def test_silence_between_frames_says_nothing(self):
        assert LinkV1().silence() == []

    def test_zero_bytes_before_a_frame_are_skipped(self):
        assert executed(LinkV1().receive(bytes(4) + encode_v1(COMMAND))) == [COMMAND]

    def test_ack_and_enq_in_one_write_are_two_bytes(self):
        assert sent(LinkV1().receive(bytes((ACK, ENQ)))) == bytes((NAK,))

    def test_an_empty_frame_is_refused(self):
        link = LinkV1()
        assert sent(link.receive(bytes((STX, 0, 0)))) == bytes((NAK,))
        assert not link.within_frame

    def test_the_extra_byte_follows_the_acknowledgement_of_an_answer(self):
        link = LinkV1(extra_ff=True)
        link.receive(encode_v1(COMMAND))
        link.answer(ANSWER)
        assert sent(link.receive(bytes((ACK, ENQ)))) == bytes((0xFF, NAK))

    def test_input_beyond_the_buffer_is_lost(self):
        link = LinkV1()
        link.receive(encode_v1(COMMAND))
        link.receive(encode_v1(b"\xfc") * MAX_INPUT)
        actions = link.answer(ANSWER)
        count = 0
        while executed(actions):
            count += 1
            actions = link.answer(b"\xfc\0")
        assert count == MAX_INPUT // len(encode_v1(b"\xfc"))

    @pytest.mark.parametrize(
        "body",
        [COMMAND, b"\xfc", bytes.fromhex("FF45 1E000000 8813") + bytes(110)],
        ids=["status", "one byte", "closing"],
    )
    def test_no_single_flipped_bit_gets_anything_executed(self, body):
        frame = encode_v1(body)
        for position in range(len(frame) * 8):
            flipped = bytearray(frame)
            flipped[position // 8] ^= 1 << position % 8
            link = LinkV1()
            actions = link.receive(bytes(flipped)) + link.silence()
            assert executed(actions) == [], position
            assert executed(link.receive(frame)) == [body], position

    def test_every_flip_behind_the_length_is_answered_with_nak(self):
        frame = encode_v1(COMMAND)
        for position in range(16, len(frame) * 8):
            flipped = bytearray(frame)
            flipped[position // 8] ^= 1 << position % 8
            assert sent(LinkV1().receive(bytes(flipped))) == bytes((NAK,)), position

    @given(garbage=st.binary(max_size=600), body=st.binary(min_size=1, max_size=255))
    def test_a_storm_of_garbage_is_survived(self, garbage, body):
        link = LinkV1()
        actions = link.receive(garbage)
        while executed(actions):
            actions = link.answer(b"\xfc\0")
        link.silence()
        assert executed(link.receive(encode_v1(body))) == [body]

    @given(st.binary(max_size=80), st.data())
    def test_chunks_make_no_difference(self, tail, data):
        stream = bytes((ENQ,)) + encode_v1(COMMAND) + tail
        cut = data.draw(st.integers(0, len(stream)))
        whole, parts = LinkV1(), LinkV1()
        at_once = whole.receive(stream) + whole.receive(b"")
        assert at_once == (
            parts.receive(stream[:cut]) + parts.receive(stream[cut:]) + parts.receive(b"")
        )

    def test_recorded_requests_are_taken(self):
        for row in vectors("v1"):
            frame = bytes.fromhex(row["request_hex"])
            assert executed(LinkV1().receive(frame)) == [decode_v1(frame)], row["name"]


def v2(number: int, data: bytes = COMMAND) -> bytes:
    return encode_v2(PacketV2(number, data))


def exchange(link: Link, number: int, data: bytes = COMMAND, answer: bytes = ANSWER) -> bytes:
    assert executed(link.receive(v2(number, data))) == [data]
    return sent(link.answer(answer))


class TestVersion2:
    def test_a_ping_after_boot_tells_number_one(self):
        row = {row["name"]: row for row in vectors("v2")}["v2_ping_after_boot"]
        answer = LinkV2().receive(bytes.fromhex(row["request_hex"]))
        assert sent(answer) == bytes.fromhex(row["response_hex"])

    def test_the_next_number_is_executed_and_answered_under_it(self):
        assert exchange(LinkV2(), 2) == v2(2, ANSWER)

    def test_the_same_number_gets_the_same_answer_and_is_not_executed(self):
        link = LinkV2()
        exchange(link, 2)
        assert link.receive(v2(2)) == [Send(v2(2, ANSWER))]

    @pytest.mark.parametrize("number", [0, 1, 2, 4, 0x8F, 0x9F8F, 0xFFFF])
    def test_any_other_number_gets_the_last_answer(self, number):
        link = LinkV2()
        exchange(link, 2)
        assert link.receive(v2(number, b"\xfc")) == [Send(v2(2, ANSWER))]

    def test_a_ping_gets_the_last_answer(self):
        link = LinkV2()
        exchange(link, 2)
        assert sent(link.receive(PING_V2)) == v2(2, ANSWER)

    def test_the_number_wraps_around(self):
        link = LinkV2()
        for number in (*range(2, 0x10000), 0):
            last = exchange(link, number, b"\xfc", b"\xfc\0")
        assert last == v2(0, b"\xfc\0")

    def test_a_repetition_while_the_device_works_is_not_executed_again(self):
        link = LinkV2()
        assert executed(link.receive(v2(2))) == [COMMAND]
        assert link.receive(v2(2)) == []
        assert link.answer(ANSWER) == [Send(v2(2, ANSWER)), Send(v2(2, ANSWER))]

    def test_a_forgotten_command_may_come_again_under_its_number(self):
        link = LinkV2()
        link.receive(v2(2))
        link.forget()
        assert exchange(link, 2) == v2(2, ANSWER)

    def test_a_cut_packet_is_forgotten_after_silence(self):
        link = LinkV2()
        link.receive(v2(2)[:-1])
        assert link.within_frame
        assert link.silence() == []
        assert exchange(link, 2) == v2(2, ANSWER)

    def test_a_start_byte_begins_a_packet_anew(self):
        assert executed(LinkV2().receive(v2(2)[:5] + v2(2))) == [COMMAND]

    def test_stuffed_bytes_are_read(self):
        body = bytes((START_V2, 0x9F, 0x81, 0x83)) * 3
        assert executed(LinkV2().receive(v2(2, body))) == [body]

    def test_an_absurd_length_does_not_make_the_device_wait(self):
        link = LinkV2()
        link.receive(bytes((START_V2, 0xF0, 0xFF)))
        assert not link.within_frame

    @pytest.mark.parametrize("body", [COMMAND, bytes((0x8F, 0x9F)) * 20], ids=["plain", "stuffed"])
    def test_no_single_flipped_bit_gets_anything_executed(self, body):
        packet = v2(2, body)
        for position in range(len(packet) * 8):
            flipped = bytearray(packet)
            flipped[position // 8] ^= 1 << position % 8
            link = LinkV2()
            assert executed(link.receive(bytes(flipped))) == [], position
            link.silence()
            assert sent(link.receive(PING_V2)) == v2(1, b""), position
            assert executed(link.receive(packet)) == [body], position

    @given(st.binary(max_size=600))
    def test_a_storm_of_garbage_is_survived(self, garbage):
        link = LinkV2()
        actions = link.receive(garbage)
        while executed(actions):
            actions = link.answer(b"\xfc\0")
        link.silence()
        number = decode_v2(sent(link.receive(PING_V2))).number
        assert number is not None
        assert executed(link.receive(v2(number + 1))) == [COMMAND]

    def test_the_recorded_desynchronised_host_gets_the_recorded_answer(self):
        row = {row["name"]: row for row in vectors("v2")}["v2_out_of_sync_repeats_previous_answer"]
        answer = decode_v2(bytes.fromhex(row["response_hex"]))
        link = LinkV2()
        for number in range(2, 0x18):
            exchange(link, number)
        exchange(link, 0x18, b"\x1e" + bytes(9), answer.data)
        assert (
            sent(link.receive(bytes.fromhex(row["request_hex"]))).hex(" ").upper()
            == (row["response_hex"])
        )


class TestChoiceOfTheTransport:
    @pytest.mark.parametrize("first", [bytes((ENQ,)), encode_v1(COMMAND)])
    def test_enq_or_stx_chooses_version_1(self, first):
        link = ChosenByFirstByte()
        assert sent(link.receive(first))[0] in (ACK, NAK)

    def test_8f_chooses_version_2(self):
        assert executed(ChosenByFirstByte().receive(v2(2))) == [COMMAND]

    def test_bytes_of_neither_choose_nothing(self):
        link = ChosenByFirstByte()
        assert link.receive(bytes((0, ACK, 0xFF))) == []
        assert executed(link.receive(v2(2))) == [COMMAND]

    def test_the_choice_stays(self):
        link = ChosenByFirstByte()
        link.receive(bytes((ENQ,)))
        assert executed(link.receive(v2(2))) == []
