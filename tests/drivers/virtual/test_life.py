"""One file outlives the process, however it ends."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from drivers.register import ShiftState
from drivers.virtual.core import VirtualRegister
from drivers.virtual.refusals import DeviceRefused
from drivers.virtual.registration import Registration
from drivers.virtual.store import StateCorrupt, StateError, StateInUse, StateTooNew
from tests.drivers.virtual.shop import CASHIER, SALE, Shop
from tests.drivers.virtual.test_counters import assert_counters_are_the_tape

SELLER = """
import sys
from pathlib import Path
from tests.drivers.virtual.shop import Shop

shop = Shop(Path(sys.argv[1]))
if shop.register.shift.number == 0:
    shop.open_shift()
while True:
    document = shop.sell()
    print(document.fiscal_document_number, document.fiscal_sign, flush=True)
"""


def test_everything_durable_survives_a_restart(shop: Shop) -> None:
    shop.sell()
    shop.register.cash_in(500, CASHIER)
    shop.register.set_setting("table.2.1.2", "Кассир Петров")
    shop.register.set_ofd_reachable(False)
    register = shop.register
    before = (
        register.shift,
        register.fn,
        register.ofd,
        register.cash_in_drawer,
        register.shift_counters,
        register.total_counters,
        register.numbers,
        shop.tape(),
    )
    register = shop.reopen()
    assert before == (
        register.shift,
        register.fn,
        register.ofd,
        register.cash_in_drawer,
        register.shift_counters,
        register.total_counters,
        register.numbers,
        shop.tape(),
    )
    assert register.setting("table.2.1.2") == "Кассир Петров"
    assert register.setting("table.2.1.3") is None


def test_a_setting_keeps_its_last_value(shop: Shop) -> None:
    shop.register.set_setting("a", "1")
    shop.register.set_setting("a", "")
    assert shop.reopen().setting("a") == ""


def test_the_open_receipt_does_not_survive(shop: Shop) -> None:
    shop.begin()
    shop.add()
    register = shop.reopen()
    assert register.open_document is None
    assert register.fn.last_fiscal_document_number == 2
    assert shop.sell().receipt_number == 1


def test_an_existing_register_keeps_its_registration(shop: Shop) -> None:
    shop.register.close()
    other = Registration(serial_number="7")
    again = VirtualRegister.open(shop.path, other, lambda: shop.clock)
    assert again.registration == Registration()
    again.close()


def test_a_register_without_a_file_lives_in_memory() -> None:
    shop = Shop()
    shop.open_shift()
    assert shop.sell().fiscal_document_number == 3


def test_a_register_at_rest_is_one_file(shop: Shop, tmp_path: Path) -> None:
    shop.sell()
    shop.register.close()
    assert [path.name for path in tmp_path.iterdir()] == ["register.state"]


def test_a_killed_process_leaves_a_whole_register(tmp_path: Path) -> None:
    state = tmp_path / "register.state"
    answered: dict[int, int] = {}
    for sales in (1, 5, 12):
        answered |= answers_until_killed(state, sales)
        shop = Shop(state)
        tape = shop.tape()
        numbers = [document.fiscal_document_number for document in tape]
        assert numbers == list(range(1, len(tape) + 1))
        signs = {document.fiscal_document_number: document.fiscal_sign for document in tape}
        assert answered.items() <= signs.items(), "what was answered is recorded"
        assert shop.register.shift.state is ShiftState.OPEN
        assert_counters_are_the_tape(shop.register.shift_counters, tape)
        assert shop.register.cash_in_drawer == shop.register.shift_counters.receipts[SALE].cash
        assert shop.sell().fiscal_document_number == len(tape) + 1
        shop.register.close()


def answers_until_killed(state: Path, sales: int) -> dict[int, int]:
    """Numbers and signs that a selling process had answered with when kill -9 hit it."""
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", SELLER, str(state)], stdout=subprocess.PIPE, text=True, cwd=root
    ) as seller:
        told = [next(seller.stdout) for _ in range(sales)]
        seller.send_signal(signal.SIGKILL)
        told += [line for line in seller.stdout if line.endswith("\n")]
    return dict(tuple(map(int, line.split())) for line in told)


def test_two_processes_do_not_share_a_register(shop: Shop) -> None:
    with pytest.raises(StateInUse):
        shop.open()
    shop.reopen()
    with pytest.raises(StateInUse):
        shop.open()
    assert shop.sell().fiscal_document_number == 3


def test_a_damaged_file_is_an_error(shop: Shop) -> None:
    shop.sell()
    shop.register.close()
    data = bytearray(shop.path.read_bytes())
    data[4096:12288] = os.urandom(8192)
    shop.path.write_bytes(data)
    with pytest.raises(StateCorrupt):
        shop.open()


def test_a_file_of_something_else_is_an_error_and_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Дорогой дедушка, Константин Макарыч!\n" * 100, encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(StateCorrupt):
        Shop(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE money (amount INTEGER)")
    connection.close()
    with pytest.raises(StateCorrupt, match="is not the state of a virtual register"):
        Shop(path)


def test_a_file_of_a_newer_version_is_an_error(shop: Shop) -> None:
    shop.register.close()
    connection = sqlite3.connect(shop.path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(StateTooNew):
        shop.open()


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StateError):
        Shop(tmp_path / "no" / "such" / "folder")


def test_an_empty_file_becomes_a_new_register(tmp_path: Path) -> None:
    path = tmp_path / "register.state"
    path.touch()
    shop = Shop(path)
    assert shop.register.fn.last_fiscal_document_number == 1


def test_a_refused_registration_leaves_no_register(tmp_path: Path) -> None:
    path = tmp_path / "register.state"
    with pytest.raises(ValueError, match="☃"):
        Shop(path, Registration(owner_name="☃"))
    assert Shop(path).register.registration == Registration()


def test_a_closed_register_takes_no_command(shop: Shop) -> None:
    shop.register.close()
    with pytest.raises(StateError):
        shop.sell()


def test_a_refusal_names_itself_and_its_detail(shop: Shop) -> None:
    with pytest.raises(DeviceRefused, match="no_such_document: 99"):
        shop.register.find(99)
