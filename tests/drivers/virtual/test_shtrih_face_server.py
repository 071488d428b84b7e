"""The device on real sockets: connections, faults of the link, power cuts, serial lines."""

import asyncio
import os
import socket
import sys
import threading
import time
from datetime import timedelta

import pytest

from drivers.shtrih.frames import ACK, ENQ, NAK, PING_V2, PacketV2, decode_v1, encode_v1, encode_v2
from drivers.virtual.shtrih_face import ShtrihFace
from drivers.virtual.shtrih_face.codes import Code
from drivers.virtual.shtrih_face.link import LinkV1
from drivers.virtual.shtrih_face.pacing import Timeline
from tests.drivers.virtual.shtrih_host import (
    Clock,
    Host,
    closing,
    connect,
    hosting,
    item,
    make_register,
    open_shift,
    pw,
    serving,
)

STATUS = b"\x10" + pw(30)
CLOSING = b"\xff\x45" + pw(30) + closing(10000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def ready_to_close(host: Host) -> None:
    await open_shift(host)
    await host.command("FF46", item())


async def state(host: Host) -> int:
    """What the device says to ENQ."""
    host.send(bytes((ENQ,)))
    return (await host.read(1))[0]


class TestConnections:
    async def test_commands_in_one_write_are_done_one_after_another(self, clock):
        async with hosting(make_register(clock)) as host:
            host.send(encode_v1(b"\xfc") + encode_v1(STATUS))
            for command in (0xFC, 0x10):
                assert await host.read(1) == bytes((ACK,))
                assert (await host.take_answer())[0] == command

    async def test_a_second_host_is_served_when_the_first_has_gone(self, clock):
        async with serving(make_register(clock)) as address:
            first, second = await connect(address), await connect(address)
            second.send(bytes((ENQ,)))
            await first.command("10")
            await first.command("11")
            await first.close()
            assert await second.read(1) == bytes((NAK,))
            await second.command("10")
            await second.close()

    async def test_a_crowd_is_turned_away(self, clock):
        async with serving(make_register(clock)) as address:
            hosts = [await connect(address) for _ in range(9)]
            await hosts.pop().lost()
            await hosts[0].command("10")
            for host in hosts:
                host.writer.transport.abort()

    async def test_an_answer_waits_for_the_next_connection(self, clock):
        async with serving(make_register(clock)) as address:
            host = await connect(address)
            host.send(encode_v1(STATUS))
            await host.read(4)
            await host.close()
            host = await connect(address)
            assert await state(host) == ACK
            assert (await host.take_answer())[0] == 0x10
            assert await state(host) == NAK
            await host.close()

    async def test_a_command_is_finished_after_its_host_has_gone(self, clock):
        register = make_register(clock)
        async with serving(register) as address:
            host = await connect(address)
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            await host.read(1)
            host.writer.transport.abort()
            host = await connect(address)
            assert (await host.fetch_answer())[:3] == b"\xff\x45\0"
            await host.close()
            assert register.fn.last_fiscal_document_number == 3

    async def test_a_frame_cut_by_the_end_of_its_connection_is_forgotten(self, clock):
        async with serving(make_register(clock)) as address:
            host = await connect(address)
            host.send(bytes((ENQ,)) + encode_v1(STATUS)[:4])
            await host.read(1)
            await host.close()
            host = await connect(address)
            await host.command("10")
            await host.close()

    async def test_a_cut_frame_gets_nak_after_the_byte_timeout(self, clock):
        async with hosting(make_register(clock), byte_timeout=timedelta(milliseconds=20)) as host:
            host.send(encode_v1(STATUS)[:-1])
            assert await host.read(1) == bytes((NAK,))
            await host.command("10")

    async def test_others_are_not_let_in_unless_it_is_said(self, clock):
        register = make_register(clock)
        face = ShtrihFace(register)
        try:
            with pytest.raises(ValueError, match="others"):
                await face.serve_tcp("0.0.0.0", 0)
            _, port = await face.serve_tcp("0.0.0.0", 0, listen_everywhere=True)
            assert port
        finally:
            await face.close()
            register.close()

    async def test_closing_frees_the_port_and_lets_the_hosts_go(self, clock):
        register = make_register(clock)
        face = ShtrihFace(register)
        address = await face.serve_tcp()
        host = await connect(address)
        await host.command("10")
        await face.close()
        await host.lost()
        with socket.create_server(address):
            pass
        register.close()

    async def test_the_loop_does_not_wait_for_the_register(self, clock):
        working, go_on = threading.Event(), threading.Event()

        def slow_paper(line: str) -> None:
            working.set()
            go_on.wait(5)

        async with hosting(make_register(clock, paper=slow_paper)) as host:
            host.send(encode_v1(b"\xe0" + pw(30)))
            assert await host.read(1) == bytes((ACK,))
            await asyncio.to_thread(working.wait, 5)
            assert await state(host) == ACK, "the device says that it works"
            go_on.set()
            assert (await host.take_answer())[:2] == b"\xe0\0"

    async def test_a_mistake_in_the_program_is_an_answer_and_a_log_entry(self, clock, caplog):
        register = make_register(clock)
        async with hosting(register) as host:
            register.x_report = lambda: 1 / 0
            await open_shift(host)
            assert await host.error("40") == Code.INTERNAL
            assert "ZeroDivisionError" in caplog.text
            await host.command("10")


class TestVersion2:
    async def test_commands_go_by_number(self, clock):
        async with hosting(make_register(clock)) as host:
            host.send(PING_V2)
            assert await host.take_v2() == PacketV2(1)
            answer = await host.ask_v2(2, STATUS)
            assert (answer.number, answer.data[:2]) == (2, b"\x10\0")
            again = await host.ask_v2(2, b"\xe0" + pw(30))
            assert again == answer
            assert (await host.ask_v2(3, b"\xfc")).data[:2] == b"\xfc\0"

    async def test_a_lost_answer_comes_under_the_same_number(self, clock):
        register = make_register(clock, faults="lost-answer-executed@FF45")
        async with hosting(register) as host:
            for number, body in enumerate(
                (b"\xe0" + pw(30), b"\xff\x46" + pw(30) + item()), start=2
            ):
                assert (await host.ask_v2(number, body)).data[-1:] != b""
            host.send(encode_v2(PacketV2(4, CLOSING)))
            answer = await host.ask_v2(4, CLOSING)
            assert (answer.number, answer.data[:3]) == (4, b"\xff\x45\0")
            assert register.fn.last_fiscal_document_number == 3

    async def test_the_number_starts_anew_after_a_power_cut(self, clock):
        register = make_register(clock, faults="power-cut-after-record@FF45")
        async with serving(register) as address:
            host = await connect(address)
            await host.ask_v2(2, b"\xe0" + pw(30))
            await host.ask_v2(3, b"\xff\x46" + pw(30) + item())
            host.send(encode_v2(PacketV2(4, CLOSING)))
            await host.lost()
            host = await connect(address)
            host.send(PING_V2)
            assert await host.take_v2() == PacketV2(1)
            status = await host.ask_v2(2, b"\xff\x01" + pw(30))
            assert int.from_bytes(status.data[-4:], "little") == 3
            await host.close()


class TestFaultsOfTheLink:
    async def test_a_lost_request_is_neither_acknowledged_nor_executed(self, clock):
        register = make_register(clock, faults="lost-request@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await state(host) == NAK
            assert (await host.command("FF01"))[1] == 4
            await host.command("FF45", closing(10000))

    async def test_a_lost_answer_is_still_held(self, clock):
        register = make_register(clock, faults="lost-answer-executed@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await host.read(1) == bytes((ACK,))
            assert (await host.fetch_answer())[:3] == b"\xff\x45\0"
            assert register.fn.last_fiscal_document_number == 3

    async def test_a_command_taken_and_forgotten_leaves_an_idle_device(self, clock):
        register = make_register(clock, faults="lost-answer-not-executed@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await host.read(1) == bytes((ACK,))
            assert await state(host) == NAK
            assert (await host.command("FF01"))[1] == 4

    async def test_a_late_answer_is_worked_at_meanwhile(self, clock):
        register = make_register(clock, faults="late-answer@FF45")
        async with hosting(register, late_answer=timedelta(milliseconds=50)) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await host.read(1) == bytes((ACK,))
            assert await state(host) == ACK
            assert (await host.take_answer())[:3] == b"\xff\x45\0"

    async def test_closing_does_not_wait_for_a_late_answer(self, clock):
        register = make_register(clock, faults="late-answer@10")
        async with hosting(register, late_answer=timedelta(hours=1)) as host:
            host.send(encode_v1(STATUS))
            assert await host.read(1) == bytes((ACK,))

    async def test_a_garbled_answer_is_whole_the_second_time(self, clock):
        register = make_register(clock, faults="garbled@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await host.read(1) == bytes((ACK,))
            head = await host.read(2)
            broken = head + await host.read(head[1] + 1)
            with pytest.raises(ValueError, match="LRC"):
                decode_v1(broken)
            host.send(bytes((NAK,)))
            assert await state(host) == ACK
            assert (await host.take_answer())[:3] == b"\xff\x45\0"

    async def test_a_duplicated_answer_comes_twice(self, clock):
        register = make_register(clock, faults="duplicated@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            assert await host.read(1) == bytes((ACK,))
            assert await host.take_answer() == await host.take_answer()
            await host.command("10")

    async def test_a_split_answer_is_whole_in_the_end(self, clock):
        register = make_register(clock, faults="split:100")
        async with hosting(register) as host:
            await host.command("10")

    async def test_a_broken_connection_leaves_the_answer_behind(self, clock):
        register = make_register(clock, faults="disconnect@FF45")
        async with serving(register) as address:
            host = await connect(address)
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            await host.lost()
            host = await connect(address)
            assert (await host.fetch_answer())[:3] == b"\xff\x45\0"
            await host.close()

    async def test_a_busy_device_says_so_and_does_nothing(self, clock):
        register = make_register(clock, faults="busy@FF45")
        async with hosting(register) as host:
            await ready_to_close(host)
            assert await host.error("FF45", closing(10000)) == Code.PRINTING
            await host.command("FF45", closing(10000))

    async def test_the_extra_byte_is_sent_on_request(self, clock):
        register = make_register(clock)
        async with hosting(register, new_link=lambda: LinkV1(extra_ff=True)) as host:
            host.send(encode_v1(STATUS))
            await host.read(1)
            await host.take_answer()
            assert await host.read(1) == b"\xff"


class TestPowerCuts:
    @pytest.mark.parametrize(
        ("fault", "last"), [("power-cut-before-record", 2), ("power-cut-after-record", 3)]
    )
    async def test_the_device_starts_anew_and_tells_what_is_recorded(self, clock, fault, last):
        async with serving(make_register(clock, faults=f"{fault}@FF45")) as address:
            host = await connect(address)
            await ready_to_close(host)
            host.send(encode_v1(CLOSING))
            await host.lost()
            host = await connect(address)
            assert await state(host) == NAK, "nothing waits"
            status = await host.command("FF01")
            assert int.from_bytes(status[-4:], "little") == last
            assert status[1] == 0, "no document is open"
            assert (await host.command("10"))[3] == 2
            await host.close()

    async def test_the_transport_may_be_chosen_again(self, clock):
        async with serving(make_register(clock, faults="power-cut-in-items")) as address:
            host = await connect(address)
            await open_shift(host)
            host.send(encode_v1(b"\xff\x46" + pw(30) + item()))
            await host.lost()
            host = await connect(address)
            host.send(PING_V2)
            assert await host.take_v2() == PacketV2(1)
            await host.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
class TestSerialLine:
    async def test_it_serves_one_client_after_another(self, clock):
        register = make_register(clock)
        face = ShtrihFace(register)
        path = await face.serve_pty()
        try:
            for _ in range(3):
                await asyncio.to_thread(self._ask_status, path)
        finally:
            await face.close()
            register.close()

    def _ask_status(self, path: str) -> None:
        import serial

        with serial.Serial(path, 115200, timeout=5) as port:
            port.write(bytes((ENQ,)))
            assert port.read(1) == bytes((NAK,))
            port.write(encode_v1(STATUS))
            assert port.read(1) == bytes((ACK,))
            head = port.read(2)
            assert decode_v1(head + port.read(head[1] + 1))[:2] == b"\x10\0"
            port.write(bytes((ACK,)))

    async def test_every_byte_value_passes_unchanged(self, clock):
        register = make_register(clock)
        face = ShtrihFace(register)
        path = await face.serve_pty()
        text = bytes(range(256)).translate(None, bytes(range(32)))

        def write_name() -> bytes:
            descriptor = os.open(path, os.O_RDWR | os.O_NOCTTY)
            try:
                name = b"\x1e" + pw(30) + bytes((4, 4, 0, 1)) + text[-64:]
                os.write(descriptor, encode_v1(name))
                answer = b""
                while len(answer) < 6:
                    answer += os.read(descriptor, 100)
                return answer
            finally:
                os.close(descriptor)

        try:
            assert await asyncio.to_thread(write_name) == bytes((ACK,)) + encode_v1(b"\x1e\0")
            kept = register.setting("shtrih.table.4.4.1")
            assert kept == text[-64:].decode("cp1251").rstrip()
        finally:
            await face.close()
            register.close()

    async def test_it_comes_back_after_a_power_cut(self, clock):
        register = make_register(clock, faults="power-cut-before-record@E0")
        face = ShtrihFace(register)
        path = await face.serve_pty()

        def cut_power_and_ask() -> bytes:
            import serial

            with serial.Serial(path, 115200, timeout=5) as port:
                port.write(encode_v1(b"\xe0" + pw(30)))
                assert port.read(1) == bytes((ACK,))
                while True:
                    port.write(bytes((ENQ,)))
                    if port.read(1) == bytes((NAK,)):
                        break
                port.write(encode_v1(b"\xfc"))
                return port.read(4)

        try:
            answer = await asyncio.to_thread(cut_power_and_ask)
            assert (answer[0], answer[3]) == (ACK, 0xFC)
        finally:
            await face.close()
            register.close()

    async def test_both_carriers_reach_one_register(self, clock):
        register = make_register(clock)
        face = ShtrihFace(register)
        path = await face.serve_pty()
        host = await connect(await face.serve_tcp())
        try:
            await open_shift(host)
            await asyncio.to_thread(self._ask_status, path)
            assert (await host.command("10"))[3] == 2
        finally:
            host.writer.transport.abort()
            await face.close()
            register.close()


class TestPace:
    async def test_bytes_never_come_sooner_than_the_line_carries_them(self, clock):
        async with hosting(make_register(clock), pace=9600) as host:
            started = time.perf_counter_ns()
            await host.command("11")
            taken = time.perf_counter_ns() - started
            exchanged = 1 + 1 + 8 + 1 + 51
            assert taken >= exchanged * 10 * 1_000_000_000 // 9600

    async def test_waits_do_not_add_up(self):
        line = Timeline(115200)
        start = time.perf_counter_ns()
        for _ in range(40):
            await line.carry(1, start)
        assert time.perf_counter_ns() >= start + 40 * (10 * 1_000_000_000 // 115200)

    def test_an_idle_line_saves_up_nothing(self):
        line = Timeline(9600)
        byte_ns = 10 * 1_000_000_000 // 9600
        assert line.arrival(1, 0) == byte_ns
        assert line.arrival(1, 0) == 2 * byte_ns
        assert line.arrival(1, 5 * byte_ns) == 6 * byte_ns

    def test_a_line_has_a_speed(self):
        with pytest.raises(ValueError, match="0 baud"):
            Timeline(0)
