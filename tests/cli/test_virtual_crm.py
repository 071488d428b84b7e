"""`kassa virtual-crm`, as a process and as a parser."""

import asyncio
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from kassa_tui.cli import main
from kassa_tui.izi.errors import CrmFailed, CrmUnavailable
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.models.shift import ShiftOpening
from tests.izi.bench import fresh

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="no such signals")


@contextmanager
def running(state, *arguments):
    """The process, once it has said that it is ready, and what it said."""
    command = [sys.executable, "-m", "kassa_tui", "virtual-crm", "--state", str(state), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


async def open_shift(ready):
    async with GatewayCrm(ready["url"], ready["token"], fresh) as crm:
        opening = ShiftOpening(external_id=fresh(), opened_at=datetime.now(UTC), opening_cash=0)
        return (await crm.open_shift(ready["club_id"], opening, key=fresh())).value


async def current_shift(ready):
    async with GatewayCrm(ready["url"], ready["token"], fresh) as crm:
        return await crm.current_shift(ready["club_id"])


@posix_only
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_stop(tmp_path, number):
    with running(tmp_path / "crm.db") as (process, ready):
        assert asyncio.run(open_shift(ready)).status == "open"
        process.send_signal(number)
        assert process.wait(10) == 0


@posix_only
def test_what_was_acknowledged_survives_a_kill(tmp_path):
    with running(tmp_path / "crm.db") as (process, ready):
        opened = asyncio.run(open_shift(ready))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with running(tmp_path / "crm.db") as (_, ready):
        assert asyncio.run(current_shift(ready)).id == opened.id


def test_it_shows_the_faults_that_it_is_told(tmp_path):
    faults = "error-before-commit@open_shift,foreign-error-after-commit@open_shift:1"
    with running(tmp_path / "crm.db", "--faults", faults) as (_, ready):
        with pytest.raises(CrmUnavailable):
            asyncio.run(open_shift(ready))
        with pytest.raises(CrmFailed):
            asyncio.run(open_shift(ready))
        assert asyncio.run(current_shift(ready)).status == "open"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--listen", "0.0.0.0:0"], "--listen-everywhere"),
        (["--faults", "lost-request"], "lost-request"),
        (["--state", "/"], ""),
        (["--tls", "/none.pem", "/none.key"], "No such file"),
    ],
)
def test_what_cannot_be_served_ends_with_2_and_says_why(tmp_path, capsys, arguments, said):
    assert main(["virtual-crm", "--state", str(tmp_path / "crm.db"), *arguments]) == 2
    assert said in capsys.readouterr().err
