"""One station, several processes, some of them killed: real commands on a demo's till."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")

SOON = 30


def command(state: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "kassa_tui", *words, "--demo", "--state", str(state)]


def start(state: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(state, *words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def run(state: Path, *words: str) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        command(state, *words, "--json"), stdout=subprocess.PIPE, text=True, timeout=SOON
    )
    return done.returncode, json.loads(done.stdout)


def transaction(number: int, amount: int = 100_00) -> str:
    return json.dumps(
        {
            "external_id": str(UUID(int=number)),
            "type": "top_up",
            "amount": amount,
            "payments": [{"method": "cash", "amount": amount}],
        }
    )


def begin_to_pay(state: Path, number: int) -> subprocess.Popen[str]:
    process = start(state, "pay", "--json", "-")
    assert process.stdin is not None
    process.stdin.write(transaction(number))
    process.stdin.close()
    process.stdin = None
    return process


def end(process: subprocess.Popen[str]) -> tuple[int, dict[str, Any]]:
    out, _ = process.communicate(timeout=SOON)
    return process.returncode, json.loads(out)


def pay(state: Path, number: int) -> tuple[int, dict[str, Any]]:
    return end(begin_to_pay(state, number))


def receipts(state: Path) -> list[dict[str, Any]]:
    """The receipts on the register's tape."""
    code, told = run(state, "tape")
    assert code == 0
    return [one for one in told["documents"] if one["form"] == 3]


@contextmanager
def station(state: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(state, "station")
    try:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["result"] == "ready"
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def open_till(state: Path) -> Iterator[subprocess.Popen[str]]:
    with station(state) as process:
        assert run(state, "shift", "open") == (0, {"result": "done"})
        yield process


def test_the_same_id_at_once_pays_once_and_other_ids_each(tmp_path: Path) -> None:
    with open_till(tmp_path):
        paying = [begin_to_pay(tmp_path, number) for number in (1, 1, 2)]
        (first, one), (again, same), (other, two) = map(end, paying)
        assert (first, again, other) == (0, 0, 0)
        assert one["receipt"]["receipt_id"] == same["receipt"]["receipt_id"]
        assert one["payment_id"] == same["payment_id"] != two["payment_id"]
        assert len(receipts(tmp_path)) == 2


def test_two_starters_at_once_make_one_station(tmp_path: Path) -> None:
    with open_till(tmp_path) as process:
        process.terminate()
        assert process.wait(SOON) == 0
    # No station runs now: each command would be one.
    paying = [begin_to_pay(tmp_path, number) for number in (1, 2)]
    assert [code for code, _ in map(end, paying)] == [0, 0]
    assert len(receipts(tmp_path)) == 2


def test_a_killed_client_leaves_its_payment_to_the_station(tmp_path: Path) -> None:
    with open_till(tmp_path):
        killed = begin_to_pay(tmp_path, 1)
        killed.kill()
        killed.communicate()
        code, told = pay(tmp_path, 1)
        assert (code, told["result"]) == (0, "recorded")
        assert len(receipts(tmp_path)) == 1


def test_a_killed_station_is_followed_by_another_that_doubles_nothing(tmp_path: Path) -> None:
    with open_till(tmp_path) as process:
        paying = begin_to_pay(tmp_path, 1)
        process.send_signal(signal.SIGKILL)
        process.wait(SOON)
        with station(tmp_path):
            end(paying)
            code, told = pay(tmp_path, 1)
            assert (code, told["result"]) == (0, "recorded")
            assert len(receipts(tmp_path)) == 1
            assert run(tmp_path, "settle")[0] == 0


def test_a_station_told_to_stop_ends_its_payment_or_leaves_it_to_the_next(tmp_path: Path) -> None:
    with open_till(tmp_path) as process:
        paying = begin_to_pay(tmp_path, 1)
        process.terminate()
        assert process.wait(SOON) == 0
        code, _ = end(paying)  # it has made a station of its own, if it had to
        assert code == 0
    assert len(receipts(tmp_path)) == 1


def test_a_second_station_is_refused(tmp_path: Path) -> None:
    with station(tmp_path):
        second = start(tmp_path, "station")
        second.communicate(timeout=SOON)
        assert second.returncode == 4


def test_a_payment_into_a_closed_shift_is_refused_in_words_of_json(tmp_path: Path) -> None:
    with station(tmp_path):
        code, told = pay(tmp_path, 1)
        assert (code, told["result"], told["reason"]) == (4, "declined", "shift_closed")
        assert run(tmp_path, "shift", "status")[1]["shift"]["state"] == "closed"
