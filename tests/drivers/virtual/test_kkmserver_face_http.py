"""The server around the register: HTTP, logins, waiting, repeats, faults, sockets."""

import asyncio
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import httpx
import pytest

from drivers.virtual.facts import Timing
from drivers.virtual.kkmserver_face import KkmServerFace, Profile, Repeat
from drivers.virtual.kkmserver_face.face import MAX_BODY
from drivers.virtual.shtrih_face import ShtrihFace
from tests.drivers.virtual.kkmserver_host import Answer, Host, basic, check, hosting
from tests.drivers.virtual.shop import Shop
from tests.drivers.virtual.shtrih_host import Clock, connect, make_register

SALE = {"Command": "RegisterCheck", **check(IdCommand="sale-1")}


def open_shop(faults: str = "", **more: object) -> Shop:
    shop = Shop(faults=faults, **more)
    shop.open_shift()
    return shop


@pytest.fixture
async def host():
    async with hosting(open_shop()) as host:
        yield host


def with_slow_printer() -> Shop:
    """Prints only while the test turns the clock."""
    shop = open_shop(timing=Timing(print_line=timedelta(minutes=1)))
    shop.wait(hours=2)
    return shop


class TestHttp:
    @pytest.mark.parametrize("path", ["/Execute", "/Execute/", "//Execute", "/Execute/sync"])
    async def test_every_spelling_of_the_path_executes(self, host, path):
        url = str(host.http.base_url).rstrip("/") + path
        answer = await host.http.post(url, json={"Command": "List"})
        assert answer.json()["Status"] == 0

    async def test_the_answer_is_json_that_nobody_stores(self, host):
        answer = await host.post({"Command": "List"})
        assert answer.headers["content-type"] == "application/json; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store, no-cache, must-revalidate"
        assert answer.headers["access-control-allow-origin"] == "*"

    async def test_other_paths_and_methods_are_not_there(self, host):
        assert (await host.post({}, "/Other")).status_code == 404
        assert (await host.http.get("/Execute")).status_code == 405

    async def test_an_endless_body_is_turned_away(self, host):
        assert (await host.post(b" " * (MAX_BODY + 1))).status_code == 413

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"null", b'{"Amount": NaN}', b"\xff", b'"x"', b"[" * 100_000],
    )
    async def test_what_is_no_command_is_an_error_in_an_answer(self, host, body):
        answer = await host.post(body)
        assert answer.status_code == 200
        assert answer.json()["Status"] == 2
        assert answer.json()["Error"].startswith("Ошибка разбора (парсинга) команды:")

    async def test_an_unknown_command_is_not_implemented(self, host):
        assert (await host.post({"Command": "Foo"})).status_code == 501
        assert (await host.post({})).status_code == 501

    async def test_an_old_server_says_so_in_words(self):
        async with hosting(Shop(), profile=Profile.LEGACY) as host:
            assert await host.error("Foo") == (
                "Ошибка разбора (парсинга) команды: Message: Неопознанная команда Foo"
            )

    async def test_a_mistake_in_the_program_is_an_error_and_a_log_entry(self, host, caplog):
        host.face.service.kkt.register.x_report = lambda: 1 / 0
        await host.error("XReport")
        assert "ZeroDivisionError" in caplog.text
        await host.command("GetDataKKT")


class TestLogin:
    async def test_an_empty_password_needs_no_header(self, host):
        await host.command("List")
        answer = await host.post({"Command": "List"}, headers=basic("User", ""))
        assert answer.status_code == 200

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            basic("User", ""),
            basic("User", "other"),
            basic("Nobody", "тайна"),
            {"Authorization": "Bearer x"},
            {"Authorization": "Basic %%%"},
            {"Authorization": "Basic /w=="},
        ],
    )
    async def test_who_does_not_know_the_password_is_asked_for_it(self, headers):
        async with hosting(Shop(), passwords={"Admin": "тайна", "User": "тайна"}) as host:
            answer = await host.post({"Command": "List"}, headers=headers)
            assert (answer.status_code, answer.content) == (401, b"")
            assert answer.headers["www-authenticate"].startswith("Basic")

    async def test_who_knows_it_comes_in(self):
        async with hosting(Shop(), passwords={"Admin": "тайна", "User": "тайна"}) as host:
            for login in ("Admin", "User"):
                answer = await host.post({"Command": "List"}, headers=basic(login, "тайна"))
                assert answer.status_code == 200


class TestSpelling:
    async def test_keys_in_any_case_and_numbers_as_text_are_taken(self, host):
        command = json.dumps({"Command": "RegisterCheck", **check(Own=None, NumDevice="1")})
        command = command.replace("Quantity", "quantity").replace(
            '"Amount": 150', '"AMOUNT": "150.00"'
        )
        answer = await host.post(command.encode())
        assert answer.json()["Status"] == 0

    @pytest.mark.parametrize(
        "change",
        [
            {"Own": 1},
            {"CashierVatin": "525770003359"},
            {"Cash": "150.00"},
            {"Cash": 150.001},
            {"NotPrint": "true"},
        ],
    )
    async def test_a_strict_server_takes_the_canonical_form_only(self, change):
        async with hosting(open_shop(), strict=True) as host:
            await host.command("RegisterCheck", **check())
            text = await host.error("RegisterCheck", **check(**change))
            assert text.startswith("Ошибка разбора")

    async def test_an_id_is_bounded(self, host):
        await host.error("GetDataKKT", IdCommand="x" * 41)
        await host.command("GetDataKKT", IdCommand="x" * 40)


class TestWaiting:
    async def test_timeout_1_answers_at_once_and_the_result_is_fetched(self, host):
        answer = await host.ask(**{**_named(SALE), "Timeout": 1})
        assert answer["Status"] in (1, 4)
        assert (answer["IdCommand"], answer["NumDevice"]) == ("sale-1", 1)
        assert "CheckNumber" not in answer
        assert (await result(host, "sale-1"))["CheckNumber"] == 3

    async def test_so_does_the_path_of_old_clients(self, host):
        answer = await host.post(SALE, "/Execute/async")
        assert answer.json()["Status"] in (1, 4)
        assert (await result(host, "sale-1"))["Status"] == 0

    async def test_a_failed_command_is_told_by_the_inner_status(self, host):
        await host.ask("OpenShift", IdCommand="open", Timeout=1)
        inner = await result(host, "open")
        assert inner["Status"] == 2
        assert "60" in inner["Error"]

    async def test_an_unknown_id_has_no_result(self, host):
        answer = await host.ask("GetRezult", IdCommand="never")
        assert answer["Status"] == 3
        assert answer["Error"]
        assert "Rezult" not in answer

    async def test_a_command_without_an_id_is_given_one(self, host):
        told = (await host.command("GetDataKKT"))["IdCommand"]
        assert (await result(host, told))["IdCommand"] == told

    async def test_a_slow_printer_holds_the_answer_up(self):
        shop = with_slow_printer()
        async with hosting(shop) as host:
            await host.ask(**{**_named(SALE), "Timeout": 1})
            await sold(host)
            assert (await host.ask("GetRezult", IdCommand="sale-1"))["Rezult"]["Status"] == 1
            shop.wait(hours=2)
            assert (await result(host, "sale-1"))["Status"] == 0

    async def test_a_command_is_finished_after_its_client_has_gone(self):
        shop = with_slow_printer()
        async with hosting(shop) as host:
            with pytest.raises(httpx.ReadTimeout):
                await host.post(SALE, timeout=0.1)
            await sold(host)
            shop.wait(hours=2)
            assert (await result(host, "sale-1"))["CheckNumber"] == 3

    async def test_the_loop_does_not_wait_for_the_register(self):
        working, go_on = threading.Event(), threading.Event()

        def slow_paper(line: str) -> None:
            working.set()
            go_on.wait(5)

        register = make_register(Clock(), paper=slow_paper)
        with ThreadPoolExecutor(1) as thread:
            face = KkmServerFace(register, executor=thread)
            host, port = await face.serve_http()
            async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as http:
                client = Host(http, face)
                opening = asyncio.create_task(client.command("OpenShift", IdCommand="open"))
                await asyncio.to_thread(working.wait, 5)
                running = await client.ask("GetRezult", IdCommand="open")
                assert running["Rezult"]["Status"] == 1
                go_on.set()
                assert (await opening)["SessionNumber"] == 1
            await face.close()
        register.close()


class TestRepeats:
    """The second command with one `IdCommand`."""

    async def test_replay_gives_the_first_answer_again(self):
        async with hosting(open_shop(), repeat=Repeat.REPLAY) as host:
            first = await host.ask(**_named(SALE))
            assert await host.ask(**_named(SALE)) == first
            assert receipts(host) == 1

    async def test_status5_gives_no_data_and_the_result_is_fetched(self):
        async with hosting(open_shop(), repeat=Repeat.STATUS5) as host:
            first = await host.ask(**_named(SALE))
            again = await host.ask(**_named(SALE))
            assert (again["Status"], "CheckNumber" in again) == (5, False)
            assert again["Error"]
            assert await result(host, "sale-1") == first
            assert receipts(host) == 1

    async def test_forget_sells_twice(self):
        async with hosting(open_shop(), repeat=Repeat.FORGET) as host:
            first = await host.ask(**_named(SALE))
            again = await host.ask(**_named(SALE))
            assert again["CheckNumber"] == first["CheckNumber"] + 1
            assert await result(host, "sale-1") == again

    async def test_a_failure_is_replayed_too(self):
        async with hosting(open_shop("busy@RegisterCheck"), repeat=Repeat.REPLAY) as host:
            assert (await host.ask(**_named(SALE)))["Status"] == 2
            assert (await host.ask(**_named(SALE)))["Status"] == 2
            assert receipts(host) == 0

    @pytest.mark.parametrize("repeat", list(Repeat))
    async def test_a_restart_forgets_every_id(self, repeat):
        async with hosting(open_shop(), repeat=repeat) as host:
            await host.ask(**_named(SALE))
            host.face.service.restart()
            assert (await host.ask("GetRezult", IdCommand="sale-1"))["Status"] == 3
            assert (await host.ask(**_named(SALE)))["Status"] == 0
            assert receipts(host) == 2


class TestFaults:
    @pytest.mark.parametrize(
        ("fault", "executed"),
        [("lost-request", 0), ("disconnect", 1), ("service-restart", 1)],
    )
    async def test_a_connection_that_breaks_before_the_answer(self, fault, executed):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            with pytest.raises(httpx.RemoteProtocolError):
                await host.post(SALE)
            assert receipts(host) == executed
            known = await host.ask("GetRezult", IdCommand="sale-1")
            assert known["Status"] == (0 if fault == "disconnect" else 3)

    async def test_a_service_that_goes_away_refuses_connections_for_a_while(self):
        away = timedelta(milliseconds=500)
        async with hosting(open_shop("service-away@RegisterCheck"), away=away) as host:
            with pytest.raises(httpx.RemoteProtocolError):
                await host.post(SALE)
            with pytest.raises(httpx.ConnectError):
                await host.post(SALE)
            assert receipts(host) == 0
            while True:
                with suppress(httpx.ConnectError):
                    assert (await host.post(SALE)).json()["Status"] == 0
                    break

    async def test_half_an_answer(self):
        async with hosting(open_shop("half-answer@RegisterCheck")) as host:
            async with host.http.stream("POST", "/Execute", json=SALE) as answer:
                assert answer.status_code == 200
                with pytest.raises(httpx.RemoteProtocolError):
                    await answer.aread()
            assert (await result(host, "sale-1"))["Status"] == 0

    @pytest.mark.parametrize(
        ("fault", "status", "executed"),
        [("http-error-before", 503, 0), ("http-error-after", 500, 1)],
    )
    async def test_an_http_error(self, fault, status, executed):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            assert (await host.post(SALE)).status_code == status
            assert receipts(host) == executed

    @pytest.mark.parametrize(
        ("fault", "executed"),
        [("lost-answer-not-executed", 0), ("lost-answer-executed", 1)],
    )
    async def test_an_answer_that_never_comes(self, fault, executed):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            with pytest.raises(httpx.ReadTimeout):
                await host.post(SALE, timeout=0.1)
            if executed:
                await sold(host)
            assert receipts(host) == executed

    @pytest.mark.parametrize("fault", ["garbled", "duplicated", "empty-answer"])
    async def test_a_body_that_is_no_json(self, fault):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            answer = await host.post(SALE)
            assert answer.status_code == 200
            with pytest.raises(ValueError, match=r"Expecting value|Extra data"):
                answer.json()
            assert receipts(host) == 1

    async def test_a_body_in_pieces_is_whole_at_last(self):
        async with hosting(open_shop("split@RegisterCheck")) as host:
            assert (await host.post(SALE)).json()["Status"] == 0

    async def test_an_answer_that_comes_late(self):
        shop = open_shop("late-answer@RegisterCheck")
        async with hosting(shop, late_answer=timedelta(milliseconds=300)) as host:
            with pytest.raises(httpx.ReadTimeout):
                await host.post(SALE, timeout=0.1)
            await sold(host)
            assert (await result(host, "sale-1"))["Status"] == 0

    @pytest.mark.parametrize(
        ("fault", "status", "words"),
        [("device-lost", 3, "не найдено"), ("licence", 2, "лиценз")],
    )
    async def test_what_the_service_itself_refuses(self, fault, status, words):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            answer = await host.ask(**_named(SALE))
            assert answer["Status"] == status
            assert words in answer["Error"]
            assert receipts(host) == 0
            await host.command("RegisterCheck", **check())

    @pytest.mark.parametrize(
        ("fault", "recorded"),
        [("power-cut-before-record", 0), ("power-cut-after-record", 1)],
    )
    async def test_power_that_fails_at_the_register(self, fault, recorded):
        async with hosting(open_shop(f"{fault}@RegisterCheck")) as host:
            assert "нет ответа" in await host.error("RegisterCheck", **check())
            assert receipts(host) == recorded
            await host.command("RegisterCheck", **check())

    async def test_faults_of_other_commands_wait_for_them(self):
        async with hosting(open_shop("disconnect@RegisterCheck")) as host:
            for name in ("List", "GetDataKKT", "XReport"):
                await host.command(name)
            with pytest.raises(httpx.RemoteProtocolError):
                await host.post(SALE)


class TestSockets:
    async def test_others_are_not_let_in_unless_it_is_said(self):
        face = KkmServerFace(Shop().register)
        with pytest.raises(ValueError, match="others"):
            await face.serve_http("0.0.0.0", 0)
        _, port = await face.serve_http("0.0.0.0", 0, listen_everywhere=True)
        assert port
        await face.close()

    async def test_a_taken_port_is_told(self):
        face = KkmServerFace(Shop().register)
        with (
            socket.create_server(("127.0.0.1", 0)) as taken,
            pytest.raises(OSError, match="in use"),
        ):
            await face.serve_http(*taken.getsockname())
        await face.close()

    async def test_closing_refuses_connections_and_lets_the_clients_go(self):
        async with hosting(open_shop("lost-answer-executed@RegisterCheck")) as host:
            hanging = asyncio.create_task(host.post(SALE))
            await sold(host)
            await host.face.close()
            with pytest.raises(httpx.RemoteProtocolError):
                await hanging
            with pytest.raises(httpx.ConnectError):
                await host.post({"Command": "List"})

    async def test_what_waits_when_the_server_closes_is_dropped(self):
        shop = with_slow_printer()
        async with hosting(shop) as host:
            selling = asyncio.create_task(host.post(SALE))
            await sold(host)
            await host.face.close()
            with pytest.raises(httpx.RemoteProtocolError):
                await selling
            assert receipts(host) == 1


async def test_two_faces_serve_one_register():
    shop = Shop()
    with ThreadPoolExecutor(1) as thread:
        shtrih = ShtrihFace(shop.register, executor=thread)
        kkmserver = KkmServerFace(shop.register, executor=thread)
        till = await connect(await shtrih.serve_tcp())
        host, port = await kkmserver.serve_http()
        async with httpx.AsyncClient(base_url=f"http://{host}:{port}") as http:
            client = Host(http, kkmserver)
            await till.command("E0")
            assert (await client.command("RegisterCheck", **check()))["CheckNumber"] == 3
            await till.command("8D", b"\0")
            assert "открыт чек" in await client.error("RegisterCheck", **check())
            await till.command("88")
            await client.command("CloseShift")
            assert (await till.command("FF01"))[-4:] == b"\4\0\0\0"
        await till.close()
        await kkmserver.close()
        await shtrih.close()


def receipts(host: Host) -> int:
    """How many receipts the open shift has."""
    return host.face.service.kkt.register.shift.receipts


async def sold(host: Host) -> None:
    """The register has recorded a receipt."""
    while not receipts(host):  # noqa: ASYNC110 - a real register has no event either
        await asyncio.sleep(0.001)


async def result(host: Host, id_command: str) -> Answer:
    """The final answer of a command, asked for until it is there."""
    while True:
        answer = await host.ask("GetRezult", IdCommand=id_command)
        assert answer["Status"] == 0, answer
        if answer["Rezult"]["Status"] not in (1, 4):
            return answer["Rezult"]
        await asyncio.sleep(0)


def _named(command: Answer) -> Answer:
    """A command as arguments of `Host.ask`."""
    return {"name": command["Command"]} | {k: v for k, v in command.items() if k != "Command"}
