"""Two faces on one station; one is killed in mid-payment."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cli.test_processes import receipts, run, start
from tests.terminal.terminal import demo, open_shift, type_sum

pytestmark = pytest.mark.timeout(120)


@contextmanager
def station(state: Path) -> Iterator[subprocess.Popen[str]]:
    """The station of a demo, at work without a face."""
    process = start(state, "station")
    assert process.stdout is not None
    try:
        assert "ready" in process.stdout.readline()
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_a_face_that_is_killed_takes_no_payment_with_it(tmp_path: Path) -> None:
    """The register's answer is lost, so that there is a middle to be killed in."""
    slow = ("--faults", "lost-answer-executed@FF45")
    with demo(tmp_path, "xterm-256color", (80, 24), *slow) as admin, demo(tmp_path) as cashier:
        open_shift(cashier)
        admin.until("Смена 1:")
        type_sum(cashier, 700)
        cashier.press("f12")
        admin.until("В работе: 700,00")
        cashier.process.kill()
        cashier.process.wait(10)
        admin.until(lambda: re.search(r"700,00  ФД \d", admin.text()))
        admin.until(lambda: "В работе" not in admin.text())
        code, told = run(tmp_path, "status")
        assert (code, told["without_receipt"], told["unsettled"]) == (0, [], None)
        assert [one["total_sum"] for one in receipts(tmp_path)] == [700_00]
        type_sum(admin, 300)
        admin.press("f12")
        admin.until("ЧЕК ЗАПИСАН В ФН")


def test_a_station_that_is_killed_in_mid_payment_is_followed_by_another_that_pays_once(
    tmp_path: Path,
) -> None:
    """The face stays; what it has asked for is asked again under the same id."""
    with ExitStack() as stack:
        first = stack.enter_context(station(tmp_path))
        cashier = stack.enter_context(demo(tmp_path))
        open_shift(cashier)
        type_sum(cashier, 700)
        drawn = len(cashier.output)
        cashier.press("f12")
        cashier.until(lambda: len(cashier.output) > drawn)
        first.kill()
        first.wait(10)
        stack.enter_context(station(tmp_path))
        cashier.until("ЧЕК ЗАПИСАН В ФН")
        cashier.press("enter")
        cashier.until("700,00")
        assert [one["total_sum"] for one in receipts(tmp_path)] == [700_00]


def test_a_viewer_sees_the_payment_and_can_take_none(tmp_path: Path) -> None:
    with demo(tmp_path) as cashier, demo(tmp_path, "linux", (80, 24), "--view") as viewer:
        open_shift(cashier)
        type_sum(cashier, 400)
        cashier.press("f12")
        viewer.until("400,00")
        viewer.until("Смена 1:")
        type_sum(viewer, 900)
        viewer.press("f12")
        viewer.until("Деньги не приняты")
        viewer.press("f3")
        viewer.settle()
        for _ in range(3):
            viewer.press("f12")
            viewer.settle()
        assert "Смена 1:" in viewer.text()
        assert run(tmp_path, "status")[1]["register"]["shift"] == "open"
