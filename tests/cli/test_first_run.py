"""The first start: what can be found out is not asked."""

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from drivers.kkmserver.probe import find_on_service
from drivers.register import Answered, Reason, Refused, Unreachable
from drivers.shtrih.probe import ask_who, find_on_port
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import Habits, KkmServerFace
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face import ShtrihFace
from kassa_tui.cli.first_run import FirstRun, GivenUp, Terminal
from kassa_tui.settings.file import load
from tests.station.bench import now

MOSCOW = "Europe/Moscow"
PORT = "/dev/ttyACM0"
URL = f"serial://{PORT}?baudrate=115200"
TILL, CASHIER = "Касса 1", "Кассир Иванова А."
SYSTEM, RATE = "2", "1"
SELLER = ('ООО "Ромашка"', "7700000016", "101000, г. Москва, ул. Примерная, д. 1", "Клуб")


class Scripted(Terminal):
    """Gives the answers in turn; then the input ends."""

    def __init__(self, *answers: str) -> None:
        self.said: list[str] = []
        self.asked: list[str] = []
        self._answers = list(answers)

    def say(self, text: str = "") -> None:
        self.said.append(text)

    def ask(self, question: str) -> str:
        self.asked.append(question)
        if not self._answers:
            raise GivenUp
        return self._answers.pop(0)


async def _answered() -> Answered:
    """What a virtual register on a socket tells of itself."""
    register = VirtualRegister.open(None, Registration(), now, lambda _: None)
    with ThreadPoolExecutor(1) as executor:
        face = ShtrihFace(register, executor=executor)
        host, port = await face.serve_tcp()
        try:
            return await ask_who(f"socket://{host}:{port}", ZoneInfo(MOSCOW), 30)
        finally:
            await face.close()
            register.close()


@pytest.fixture(scope="module")
def answered() -> Answered:
    return asyncio.run(_answered())


def settings(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "kassa.toml"
    file.write_text(text, "utf-8")
    return load(file, {}).settings


def nobody(*_: object) -> tuple[Answered, ...]:
    raise Unreachable("silence")


def test_a_register_that_answers_is_asked_instead_of_the_person(
    tmp_path: Path, answered: Answered
) -> None:
    found = Answered(URL, answered.info, answered.fiscal_drive_number)
    terminal = Scripted("", "", CASHIER, SYSTEM, RATE)
    run = FirstRun(terminal, lambda: (PORT,), lambda *_: (found,), MOSCOW)
    told = settings(tmp_path, run.text())
    assert told.fiscal_register.url == URL
    assert told.legal_entity.inn == answered.info.owner_inn
    assert told.legal_entity.place == answered.info.settlement_place
    assert told.ofd.inn == answered.info.ofd_inn
    assert told.cashiers[0].name == CASHIER
    assert not told.station.training
    assert any(answered.fiscal_drive_number in line for line in terminal.said)


def test_without_a_register_training_is_offered_and_the_seller_is_asked_for(
    tmp_path: Path,
) -> None:
    terminal = Scripted("", TILL, CASHIER, *SELLER, SYSTEM, RATE)
    told = settings(tmp_path, FirstRun(terminal, lambda: (), nobody, MOSCOW).text())
    assert told.station.training
    assert told.legal_entity.name == SELLER[0]
    assert told.tax.top_up.tax_system == told.tax.goods.tax_system


def test_a_wrong_answer_is_asked_for_again_with_the_reason(tmp_path: Path) -> None:
    terminal = Scripted(
        *("0", TILL, CASHIER, SELLER[0], "7700000017", *SELLER[1:]), *("9", SYSTEM, RATE)
    )
    told = settings(tmp_path, FirstRun(terminal, lambda: (), nobody, MOSCOW).text())
    assert told.legal_entity.inn == SELLER[1]
    assert any("INN" in line for line in terminal.said)


def test_an_address_that_is_silent_is_taken_only_when_that_is_wanted(tmp_path: Path) -> None:
    address = "socket://192.168.1.50:7778"
    terminal = Scripted(address, "n", address, "y", TILL, CASHIER, *SELLER, SYSTEM, RATE)
    told = settings(tmp_path, FirstRun(terminal, lambda: (), nobody, MOSCOW).text())
    assert told.fiscal_register.url == address
    assert not told.station.training


def test_a_register_with_another_password_is_asked_with_the_one_typed(
    tmp_path: Path, answered: Answered
) -> None:
    tried = []

    def find(place: str, zone: ZoneInfo, password: str) -> tuple[Answered, ...]:
        tried.append(password)
        if password != "777":
            raise Refused(Reason.WRONG_PASSWORD)
        return (Answered(URL, answered.info, answered.fiscal_drive_number),)

    terminal = Scripted("777", "1", TILL, CASHIER, SYSTEM, RATE)
    told = settings(tmp_path, FirstRun(terminal, lambda: (PORT,), find, MOSCOW).text())
    assert tried == ["30", "777"]
    assert told.fiscal_register.admin_password.get_secret_value() == "777"


def test_a_register_behind_kkmserver_is_chosen_with_the_password_of_the_service(
    tmp_path: Path, answered: Answered
) -> None:
    service = "http://192.168.1.20:5893"
    devices = tuple(
        Answered(f"{service}?kkt_number={n}", answered.info, answered.fiscal_drive_number)
        for n in (1, 2)
    )

    def find(place: str, zone: ZoneInfo, password: str) -> tuple[Answered, ...]:
        if place != service:
            raise Unreachable("silence")
        if password != "пароль":
            raise Refused(Reason.WRONG_PASSWORD)
        return devices

    terminal = Scripted(service, "пароль", "2", TILL, CASHIER, SYSTEM, RATE)
    run = FirstRun(terminal, lambda: ("http://localhost:5893",), find, MOSCOW)
    told = settings(tmp_path, run.text()).fiscal_register
    assert told.url == devices[1].url
    assert told.password.get_secret_value() == "пароль"


def test_a_password_that_is_given_up_is_not_kept(tmp_path: Path) -> None:
    def refuse(*_: object) -> tuple[Answered, ...]:
        raise Refused(Reason.WRONG_PASSWORD)

    terminal = Scripted("wrong", "", "0", TILL, CASHIER, *SELLER, SYSTEM, RATE)
    run = FirstRun(terminal, lambda: ("http://localhost:5893",), refuse, MOSCOW)
    told = settings(tmp_path, run.text()).fiscal_register
    assert told.password.get_secret_value() == ""


def test_the_zone_is_asked_for_where_the_computer_does_not_tell(tmp_path: Path) -> None:
    terminal = Scripted("Moscow", "Asia/Omsk", "", TILL, CASHIER, *SELLER, SYSTEM, RATE)
    told = settings(tmp_path, FirstRun(terminal, lambda: (), nobody, None).text())
    assert told.fiscal_register.timezone == ZoneInfo("Asia/Omsk")


def test_words_of_a_register_cannot_act_on_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Terminal().say("ООО\x1b[2J\x9b")
    assert "\x1b" not in (out := capsys.readouterr().out)
    assert "\x9b" not in out


def test_without_a_terminal_nothing_is_asked_and_nothing_written(tmp_path: Path) -> None:
    config = tmp_path / "kassa.toml"
    done = subprocess.run(
        [sys.executable, "-m", "kassa_tui", "--config", str(config)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "kassa config init" in done.stderr
    assert not config.exists()


@pytest.mark.skipif(os.name != "posix", reason="no pseudo-terminals")
async def test_a_register_on_a_serial_line_is_found() -> None:
    register = VirtualRegister.open(None, Registration(), now, lambda _: None)
    with ThreadPoolExecutor(1) as executor:
        face = ShtrihFace(register, executor=executor)
        try:
            port = await face.serve_pty()
            found = await find_on_port(port, ZoneInfo(MOSCOW), 30)
            assert found is not None
            assert found.fiscal_drive_number == Registration().fiscal_drive_number
            with pytest.raises(Refused) as refusal:
                await find_on_port(port, ZoneInfo(MOSCOW), 31)
            assert refusal.value.reason is Reason.WRONG_PASSWORD
        finally:
            await face.close()
            register.close()


async def test_the_registers_of_a_kkmserver_are_found_by_their_factory_numbers() -> None:
    register = VirtualRegister.open(None, Registration(), now, lambda _: None)
    face = KkmServerFace(register, Habits(passwords={"User": "x"}))
    host, port = await face.serve_http()
    service = f"http://{host}:{port}"
    try:
        (found,) = await find_on_service(service, ZoneInfo(MOSCOW), "x")
        assert found.url == f"{service}?kkt_number={Registration().serial_number}"
        assert found.fiscal_drive_number == Registration().fiscal_drive_number
        with pytest.raises(Refused) as refusal:
            await find_on_service(service, ZoneInfo(MOSCOW), "")
        assert refusal.value.reason is Reason.WRONG_PASSWORD
    finally:
        await face.close()
        register.close()
    with pytest.raises(Unreachable):
        await find_on_service(service, ZoneInfo(MOSCOW), "x")
