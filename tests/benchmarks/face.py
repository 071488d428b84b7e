"""What the face costs beside a bare Textual "hello", both through a real pty of 80x24.

python -m tests.benchmarks.face [--json]

The face joins a station whose journal has 10,000 payments; `whole_` figures are of `kassa demo`,
station and virtual register in the same process.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from tests.benchmarks import journal
from tests.benchmarks.report import report
from tests.terminal.terminal import Terminal, terminal

ROUNDS = 7
PAYMENTS = 10_000
KEYS = 240
KEY_ROUNDS = 5
"""A 99th percentile is two keys of a round: the median of some rounds is taken."""
STEPS = 60
IDLE_S = 20
HELLO = """
from textual.app import App
from textual.widgets import Input, Static

class Hello(App):
    def compose(self):
        yield Static("hello")
        field = Input(compact=True)
        field.cursor_blink = False
        yield field

Hello().run()
"""


@contextmanager
def hello() -> Iterator[Terminal]:
    with terminal("-c", HELLO) as opened:
        yield opened


@contextmanager
def face(state: Path) -> Iterator[Terminal]:
    with terminal("-m", "kassa_tui", "demo", "--state", state) as opened:
        yield opened


@contextmanager
def station(state: Path) -> Iterator[None]:
    words = [sys.executable, "-m", "kassa_tui", "station", "--demo", "--state", str(state)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert json.loads(process.stdout.readline())["result"] == "ready"
            yield
        finally:
            process.terminate()


def started(opened: Terminal, words: str) -> tuple[float, float]:
    """Seconds until the words are drawn, and MB of the process at that moment."""
    mark = words.encode()
    begun = time.perf_counter()
    opened.until(lambda: mark in opened.output)
    return time.perf_counter() - begun, memory_mb(opened.process.pid)


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (resident,) = (line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1024


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def typed(opened: Terminal, keys: int) -> tuple[list[float], float]:
    """Seconds from each key to its first byte on the screen, and bytes for each."""
    delays, before = [], len(opened.output)
    for number in range(keys):
        drawn = len(opened.output)
        begun = time.perf_counter()
        # A field of 40 is emptied before it is full.
        opened.press("\x7f" if number // 30 % 2 else "a")
        opened.until(lambda drawn=drawn: len(opened.output) > drawn)  # type: ignore[misc]
        delays.append(time.perf_counter() - begun)
        opened.settle(0.03)
    return delays, (len(opened.output) - before) / keys


def p99(delays: list[float]) -> float:
    return statistics.quantiles(delays, n=100)[98]


def stepped(opened: Terminal, steps: int) -> float:
    """Bytes for each step of the cursor within the view of the journal's list."""
    opened.press("f6")
    opened.settle(1.0)
    before = len(opened.output)
    for number in range(steps):
        opened.press("\x1b[A" if number // 10 % 2 else "down")
        opened.settle(0.05)
    return (len(opened.output) - before) / steps


def idle(opened: Terminal) -> tuple[float, float]:
    """Bytes a minute while nothing happens and the clock's minute stays, and % of a core."""
    if (left := 60 - time.time() % 60) < IDLE_S + 2:
        opened.pump(left + 1)
    opened.settle(1.0)
    before, cpu = len(opened.output), cpu_s(opened.process.pid)
    opened.pump(IDLE_S)
    used = cpu_s(opened.process.pid) - cpu
    return (len(opened.output) - before) * 60 / IDLE_S, used / IDLE_S * 100


def fill(state: Path) -> None:
    state.mkdir(exist_ok=True)
    path = state / "journal.db"
    asyncio.run(journal.empty(path))
    journal.lengthen(path, PAYMENTS)


def median(figures: list[float]) -> float:
    return statistics.median(figures)


def start_figures(state: Path) -> dict[str, float]:
    kinds: dict[str, Callable[[], tuple[float, float]]] = {
        "hello": lambda: _once(hello(), "hello"),
        "face": lambda: _once(face(state), "Сумма"),
    }
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, measure in kinds.items():
            rounds[name].append(measure())
    seconds = {name: median([one[0] for one in figures]) for name, figures in rounds.items()}
    memory = {name: median([one[1] for one in figures]) for name, figures in rounds.items()}
    return {
        "hello_start_ms": seconds["hello"] * 1000,
        "start_ms": seconds["face"] * 1000,
        "start_ratio": seconds["face"] / seconds["hello"],
        "hello_memory_mb": memory["hello"],
        "memory_extra_mb": memory["face"] - memory["hello"],
    }


def _once(opening: object, words: str) -> tuple[float, float]:
    with opening as opened:  # type: ignore[attr-defined]
        return started(opened, words)


def main() -> None:
    figures: dict[str, float | int] = {}
    with tempfile.TemporaryDirectory() as folder:
        alone, long = Path(folder) / "alone", Path(folder) / "long"
        with station(alone):
            figures |= start_figures(alone)
        whole = [_once(face(Path(folder) / f"whole{number}"), "Сумма") for number in range(3)]
        figures["whole_start_ratio"] = (
            median([one[0] for one in whole]) * 1000 / figures["hello_start_ms"]
        )
        figures["whole_memory_extra_mb"] = (
            median([one[1] for one in whole]) - figures["hello_memory_mb"]
        )
        fill(long)
        with station(long), face(long) as opened, hello() as bare:
            bare.until("hello")
            opened.until("Сумма")
            opened.settle(2.0)
            bare.settle()
            plain, ours = [], []
            for _ in range(KEY_ROUNDS):
                plain.append(typed(bare, KEYS)[0])
                delays, figures["bytes_per_character"] = typed(opened, KEYS)
                ours.append(delays)
            figures["hello_key_p99_ms"] = median([*map(p99, plain)]) * 1000
            figures["key_p99_ms"] = median([*map(p99, ours)]) * 1000
            figures["key_p99_ratio"] = figures["key_p99_ms"] / figures["hello_key_p99_ms"]
            figures["key_median_ratio"] = median([*chain(*ours)]) / median([*chain(*plain)])
            opened.press("f8")
            opened.settle()
            figures["idle_bytes_per_minute"], figures["idle_cpu_percent"] = idle(opened)
            figures["bytes_per_cursor_step"] = stepped(opened, STEPS)
            figures["memory_after_use_extra_mb"] = memory_mb(opened.process.pid) - memory_mb(
                bare.process.pid
            )
    report(
        figures,
        {
            "start_ratio": "goal: at most 1.3",
            "memory_extra_mb": "goal: at most 15, when the form stands",
            "key_p99_ratio": f"goal: at most 1.3, with {PAYMENTS} payments in the journal",
            "bytes_per_character": "goal: at most 300",
            "bytes_per_cursor_step": "goal: at most 500",
            "idle_bytes_per_minute": "goal: 0 between clock minutes",
            "idle_cpu_percent": "goal: at most 1",
        },
    )


if __name__ == "__main__":
    main()
