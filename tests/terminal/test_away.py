"""A terminal that stops reading, vanishes, or ends its input: the money does not notice."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.cli.test_processes import begin_to_pay, end, run
from tests.terminal.terminal import Terminal, demo, open_shift, terminal

pytestmark = pytest.mark.timeout(120)

STOPPED_S = float(os.environ.get("KASSA_STOPPED_S", "5"))
"""How long nobody reads; a minute proves no more, and may be asked for."""
PAYMENTS = 3


def stop_reading(cashier: Terminal) -> None:
    """Nobody reads any more, while much is drawn: until nothing more fits."""
    for _ in range(40):
        cashier.press("f1", "f10")
        time.sleep(0.02)


def pay(state: Path, count: int) -> None:
    for number in range(1, count + 1):
        code, told = end(begin_to_pay(state, number))
        assert (code, told["result"]) == (0, "recorded")


def test_payments_go_on_while_nobody_reads_and_the_screen_is_right_again(tmp_path: Path) -> None:
    with demo(tmp_path) as cashier:
        open_shift(cashier)
        started = time.monotonic()
        stop_reading(cashier)
        pay(tmp_path, PAYMENTS)
        time.sleep(max(0.0, STOPPED_S - (time.monotonic() - started)))
        code, told = run(tmp_path, "status")
        assert (code, told["without_receipt"]) == (0, [])
        cashier.settle(1.0)
        cashier.until(lambda: cashier.text().count("ФД ") >= PAYMENTS)
        cashier.pump(2.5)
        with demo(tmp_path) as other:
            other.until(lambda: other.text().count("ФД ") >= PAYMENTS)
            other.settle()
            assert _without_time(cashier) == _without_time(other)


def _without_time(shown: Terminal) -> list[str]:
    """What stands below the lines of the clock and the world."""
    return shown.text().splitlines()[2:]


def is_free(state: Path) -> bool:
    """The next command can have the station."""
    return run(state, "status")[0] == 0


def test_a_terminal_that_vanishes_ends_the_process(tmp_path: Path) -> None:
    with demo(tmp_path) as cashier:
        cashier.hang_up()
        cashier.process.wait(20)
    assert is_free(tmp_path)


def test_a_terminal_that_stops_and_vanishes_ends_the_process(tmp_path: Path) -> None:
    with demo(tmp_path) as cashier:
        stop_reading(cashier)
        cashier.hang_up()
        cashier.process.wait(20)
    assert is_free(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_process_though_nobody_reads(
    tmp_path: Path, number: signal.Signals
) -> None:
    with demo(tmp_path) as cashier:
        stop_reading(cashier)
        cashier.process.send_signal(number)
        cashier.process.wait(20)
    assert is_free(tmp_path)


def test_the_end_of_input_ends_the_process(tmp_path: Path) -> None:
    """Standard input is a pipe that is closed; the screen is a terminal."""
    script = (
        "import os, subprocess, sys;"
        "sys.exit(subprocess.run([sys.executable, '-m', 'kassa_tui', 'demo', '--state',"
        " sys.argv[1]], stdin=subprocess.DEVNULL).returncode)"
    )
    with terminal("-c", script, tmp_path) as cashier:
        assert cashier.wait(20) == 0
