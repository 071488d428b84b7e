"""A receipt that is missing is found in the grid and issued, in a real terminal."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.terminal.day import IVAN
from tests.terminal.terminal import back_to_sale, demo, open_shift

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize("term", ["xterm-256color", "linux"])
def test_a_missing_receipt_is_issued_from_the_grid(tmp_path: Path, term: str) -> None:
    refuses = ("--faults", "fn-full@open_receipt:1")
    with demo(tmp_path, term, (80, 24), *refuses) as cashier:
        open_shift(cashier)
        cashier.paste(f"{IVAN}\r")
        cashier.until("баланс")
        cashier.paste("500")
        cashier.until("F12 принять")
        cashier.press("f12")
        cashier.until("Без чека 1")
        back_to_sale(cashier)
        cashier.press("f4")
        cashier.until("Только IZI 1")
        cashier.press("3")
        cashier.until("F12 пробить чек")
        cashier.press("f12")
        cashier.until("Сошлось 1")
        cashier.press("f8", "f4")
        cashier.until("[1 Все 1]")
        assert "Без чека 0" in cashier.text()
    with closing(sqlite3.connect(tmp_path / "journal.db")) as journal:
        states = journal.execute("SELECT state FROM attempt ORDER BY number").fetchall()
    assert states == [("refused",), ("recorded",)]
