"""A client that we did not write works with the virtual register, over a pseudo-terminal."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

pyshtrih = pytest.importorskip("pyshtrih")

SALE, RETURN = 0, 2
ERROR = "Код ошибки"


@contextmanager
def virtual_register(state, *arguments: str) -> Iterator[str]:
    """The register in a process of its own; gives the path of its line."""
    command = [sys.executable, "-m", "kassa_tui", "virtual-register", "--pty"]
    command += ["--state", str(state), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield urlsplit(json.loads(process.stdout.readline())["pty"]).path
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def line(tmp_path_factory) -> Iterator[str]:
    with virtual_register(tmp_path_factory.mktemp("register") / "state") as path:
        yield path


@pytest.fixture
def device(line):
    device = pyshtrih.ShtrihM01F(port=line, baudrate=115200, timeout=5)
    device.connect()
    yield device
    device.disconnect()


@pytest.fixture
def shift(device) -> Iterator[None]:
    device.open_shift()
    yield
    device.z_report()


def last_number(device) -> int:
    return device.fs_state()["Номер последнего ФД"]


def last_document(device) -> tuple[int, bytes]:
    found = device.fs_find_document_by_num(last_number(device))
    return found["Тип фискального документа"], bytes(found["Данные фискального документа"])


def test_it_knows_the_model(device):
    assert device.name == "ШТРИХ-М-01Ф"


def test_a_whole_shift(device):
    device.open_shift()
    opened = last_number(device)
    device.open_check(SALE)
    device.sale(("Пополнение баланса", 1000, 50000))
    device.sale(("Чай зеленый", 2000, 15000), tax1=1)
    device.send_tlv_struct(pyshtrih.FD({1008: "buyer@example.org"}).dump())
    assert device.close_check(cash=100000)["Сдача"] == 20000
    kind, data = last_document(device)
    assert kind == 3
    assert int.from_bytes(data[5:9], "little") == opened + 1
    assert data[13] == 1
    assert int.from_bytes(data[14:19], "little") == 80000
    device.z_report()
    assert last_document(device)[0] == 5
    assert last_number(device) == opened + 2


def test_a_return(device, shift):
    device.open_check(RETURN)
    device.return_sale(("Чай", 1000, 1500))
    device.close_check(cash=1500)
    kind, data = last_document(device)
    assert (kind, data[13]) == (3, 2)


def test_a_cancelled_receipt_is_no_document(device, shift):
    before = last_number(device)
    device.open_check(SALE)
    device.sale(("Чай", 1000, 1500))
    device.cancel_check()
    assert last_number(device) == before
    assert device.state()["Режим ФР"].num == 2


def test_reports_cash_and_texts(device, shift):
    device.income(10000)
    device.outcome(4000)
    assert device.request_monetary_register(241)["Содержимое регистра"] >= 6000
    device.x_report()
    device.print_line()
    device.feed(2, cash_tape=True)
    device.cut()


def test_status_in_its_eyes(device):
    full = device.full_state()
    assert full["Версия ПО ФП"] == "N.A"
    assert full["Заводской номер"] == 1234
    assert device.fs_expiration_time()["Выполнено отчетов о перерегистрации"] == 1
    assert device.fs_shift_params()["Состояние смены"] == "смена закрыта"
    assert device.fs_info_exchange()[ERROR] == 0
    assert device.fs_unconfirmed_document_count()[ERROR] == 0
    assert device.fs_calculation_state_report()["Номер ФД"] == last_number(device)


def test_tables_in_its_eyes(device):
    assert device.request_table_structure(2)["Количество рядов"] == 30
    assert device.request_field_structure(2, 1)["Максимальное значение поля"] == 99_999_999
    device.write_table(2, 4, 2, "Кассир Ли", str)
    assert device.read_table(2, 4, 2, str)["Значение"] == "Кассир Ли"


def test_refusals_in_its_eyes(device):
    with pytest.raises(pyshtrih.OpenCheckError) as refused:
        device.open_check(SALE)
    assert refused.value.code == 0x3D


def test_an_ordinary_sale_survives_garbled_and_split_answers(tmp_path):
    faults = "garbled@80,split@85,garbled@8D"
    with virtual_register(tmp_path / "state", "--faults", faults) as path:
        device = pyshtrih.ShtrihM01F(port=path, baudrate=115200, timeout=5)
        device.connect()
        device.open_shift()
        device.open_check(SALE)
        device.sale(("Чай", 1000, 1500))
        device.close_check(cash=1500)
        assert last_document(device)[0] == 3
        device.disconnect()
