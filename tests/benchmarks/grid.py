"""What a cashier waits for in the reconciliation's grid, through a real pty of 80x24.

    python -m tests.benchmarks.grid [--json]

A shift of 10,000 rows, nine of ten matched, is in the hands of the face's link; the face is the
app itself, in a process of its own. A key is measured to the last byte of what it changes; for
what the machine itself costs, a key is typed into a bare Textual "hello" too.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from kassa_tui import words
from kassa_tui.station.answers import Answer
from kassa_tui.station.reconciliation.requests import CompareShift
from kassa_tui.station.reconciliation.rows import Comparison
from kassa_tui.station.reconciliation.sides import TapeItem
from kassa_tui.station.requests import Request
from tests.benchmarks.face import hello, p99
from tests.benchmarks.report import report
from tests.screens.shift_rows import ReconcilingLink, attached, compared, document, operation
from tests.screens.till import SHIFT_OPEN, face
from tests.terminal.terminal import Terminal, terminal

ROWS = 10_000
OPENINGS = 5
PLAIN_KEYS = 100
QUIET_S = 0.3
"""When nothing has come for so long, a key has done what it does."""
VIEW = 8
"""Rows that are certainly in view."""
FACE = "from sys import argv; from tests.benchmarks.grid import show; show(argv[1])"

_A_MINUTE = 14
"""Rows: the shift lasts twelve hours."""
_CLIENTS = ("Василий П.", "Анна С.", "Пётр К.", "Лев М.", "Nick_777", "Ольга «Клан [TOP]»")
_GOODS = ("Чипсы «Сметана и зелень» 140 г", "Батончик", "Кола 0,5 л", "Пакет «Ночь» VIP-зал")
_TYPED = ("василий", "1 350,00", "кола 0,5", "tx_77", "650,00", "3921", "анна", "клан")
_BACKSPACE = "\x7f"


def a_long_shift(rows: int) -> Comparison:
    """Rows of every status; each document with goods, each operation with a client."""
    operations, documents = [], []
    for number in range(rows):
        minutes, total = (rows - number) // _A_MINUTE, 50_00 + number % 37 * 50_00
        one = operation(
            number,
            minutes,
            total,
            client=_CLIENTS[number % len(_CLIENTS)],
            comment=f"ПК {number % 40}",
        )
        goods = (_GOODS[number % len(_GOODS)], _GOODS[number // 7 % len(_GOODS)])
        made = replace(
            document(1000 + number, minutes, total, one),
            items=tuple(
                TapeItem(name=name, quantity=Decimal(1), price=total // 2, cost=total // 2)
                for name in goods
            ),
        )
        match number % 40:
            case 9:
                operations.append(one)
            case 19:
                documents.append(replace(made, named=None))
            case 29:
                documents.append(made)
                operations.append(attached(replace(one, due=total + 100), made))
            case _:
                documents.append(made)
                operations.append(attached(one, made))
    return compared(operations, documents)


class LongShiftLink(ReconcilingLink):
    """Has the shift in memory, and writes down when it gives its first rows away."""

    def __init__(self, given_at: Path) -> None:
        super().__init__(SHIFT_OPEN, a_long_shift(ROWS))
        self._given_at = given_at

    async def ask(self, request: Request) -> Answer:
        answer = await super().ask(request)
        await asyncio.sleep(0)  # as an answer of a station comes: not in the turn that asked
        if isinstance(request, CompareShift):
            self._given_at.write_text(repr(time.monotonic()))
        return answer


def show(given_at: str) -> None:
    """The face's process."""
    words.use(words.catalogue("ru"))
    gc.disable()  # until the first screen stands, as `bootstrap.screen` does
    face(LongShiftLink(Path(given_at))).run(mouse=False)


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Terminal, float]]:
    """A face whose grid has just been opened, and the seconds until its first rows stood."""
    given_at = folder / "given_at"
    with terminal("-c", FACE, given_at) as cashier:
        cashier.until("Сумма")
        cashier.settle(1.0)
        cashier.press("f4")
        cashier.until(lambda: len(rows(cashier)) >= VIEW)
        yield cashier, cashier.last_at - float(given_at.read_text())


def rows(cashier: Terminal) -> list[str]:
    """Those that are seen."""
    return [line for line in cashier.screen.display if line[38] in "=<>!" and line[:1] in " >"]


def delay(cashier: Terminal, *keys: str) -> float:
    """Seconds from the keys to the last byte of what they change."""
    drawn, begun = len(cashier.output), time.monotonic()
    cashier.press(*keys)
    cashier.until(lambda: len(cashier.output) > drawn)
    cashier.settle(QUIET_S)
    return cashier.last_at - begun


def filtered(cashier: Terminal) -> list[float]:
    """By text, by sum and by status, from the first row and from the last, in every order."""
    delays = []
    for number, text in enumerate(_TYPED):
        if number % 2:
            cashier.press("\x1b[F")
            cashier.settle()
        cashier.press("f7")
        cashier.settle()
        delays += [delay(cashier, key) for key in (*text, _BACKSPACE, text[-1])]
        assert rows(cashier), f"{text!r} is not found:\n{cashier.text()}"
        if "," in text and " " not in text:
            assert all(text in row for row in rows(cashier)), cashier.text()
        cashier.press("enter")
        cashier.settle()
        delays += [delay(cashier, key) for key in ("2", "3", "1", "f8", "5", "4", "п", "1", "f8")]
        delays += [delay(cashier, "п") for _ in range(number % 3)]
    return delays


def scrolled(cashier: Terminal) -> list[float]:
    pages = ["\x1b[6~"] * 30 + ["\x1b[F"] + ["\x1b[5~"] * 30 + ["\x1b[H"]
    return [delay(cashier, key) for key in pages]


def typed_plainly() -> list[float]:
    with hello() as bare:
        bare.until("hello")
        bare.settle()
        return [delay(bare, "a") for _ in range(PLAIN_KEYS)]


def figures() -> dict[str, float | int]:
    first_rows, early = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(OPENINGS):
            with opened(Path(folder)) as (cashier, seconds):
                first_rows.append(seconds)
                early.append(delay(cashier, "f7", "в"))
        with opened(Path(folder)) as (cashier, seconds):
            first_rows.append(seconds)
            cashier.settle(1.0)
            filters, pages = filtered(cashier), scrolled(cashier)
            plain = typed_plainly()
    return {
        "first_rows_ms": statistics.median(first_rows) * 1000,
        "first_rows_worst_ms": max(first_rows) * 1000,
        "filter_p99_ms": p99(filters) * 1000,
        "filter_median_ms": statistics.median(filters) * 1000,
        "filter_keys": len(filters),
        "early_filter_ms": max(early) * 1000,
        "scroll_p99_ms": p99(pages) * 1000,
        "hello_key_p99_ms": p99(plain) * 1000,
    }


NOTES = {
    "first_rows_ms": "goal: at most 100",
    "filter_p99_ms": f"goal: at most 50, with {ROWS} rows",
    "early_filter_ms": "F7 and a letter, as soon as the first rows are seen; the worst",
    "scroll_p99_ms": "by pages, and to either end",
    "hello_key_p99_ms": "of a bare Textual: what this machine adds by itself",
}


def main() -> None:
    report(figures(), NOTES)


if __name__ == "__main__":
    main()
