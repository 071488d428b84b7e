"""`kassa doctor`: what it finds, and what its exit code says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kassa_tui.settings.example import example
from tests.cli.test_processes import begin_to_pay, end, run
from tests.journal.test_verification import tamper

SOON = 30
KASSA = (sys.executable, "-m", "kassa_tui")


def doctor(config: Path, state: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*KASSA, "doctor", "--config", str(config), "--state", str(state), *words],
        capture_output=True,
        text=True,
        timeout=SOON,
        env={**os.environ, "LANG": "en_US.UTF-8", "LC_ALL": "en_US.UTF-8"},
    )


def finding(told: dict[str, Any], check: str) -> str:
    (found,) = (one["finding"] for one in told["steps"] if one["check"] == check)
    return str(found)


def settings(path: Path, url: str) -> Path:
    path.write_text(example().replace("serial:///dev/ttyACM0?baudrate=115200", url), "utf-8")
    path.chmod(0o600)
    return path


def test_an_open_till_is_well_and_a_closed_one_is_looked_at(tmp_path: Path) -> None:
    code, told = run(tmp_path, "doctor")
    assert (code, told["result"], finding(told, "shift")) == (3, "look", "look")
    assert run(tmp_path, "shift", "open")[0] == 0
    code, told = run(tmp_path, "doctor", "--deep")
    assert (code, told["result"]) == (0, "well")
    assert told["journal"]["whole"]
    assert told["journal"]["events"] > 0


def test_a_register_that_is_away_is_traced_to_its_address(tmp_path: Path) -> None:
    config = settings(tmp_path / "kassa.toml", "socket://127.0.0.1:1")
    done = doctor(config, tmp_path / "state", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["result"]) == (5, "away")
    assert (finding(told, "address"), finding(told, "device")) == ("wrong", "untold")
    assert "X At 127.0.0.1:1 nothing listens." in doctor(config, tmp_path / "state").stdout


def test_a_serial_port_that_is_gone_is_named(tmp_path: Path) -> None:
    config = settings(tmp_path / "kassa.toml", f"serial://{tmp_path}/ttyACM9?baudrate=115200")
    done = doctor(config, tmp_path / "state", "--json")
    assert done.returncode == 5
    assert finding(json.loads(done.stdout), "port") == "wrong"


def test_settings_that_cannot_be_used_are_named_before_anything_is_started(
    tmp_path: Path,
) -> None:
    config = settings(tmp_path / "kassa.toml", "carrier-pigeon://1")
    done = doctor(config, tmp_path / "state")
    assert done.returncode == 2
    assert "register.url" in done.stdout
    assert not (tmp_path / "state").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="files have no modes")
def test_settings_that_others_can_read_are_looked_at(tmp_path: Path) -> None:
    text = example().replace('#operator_password = "30"', 'operator_password = "30"')
    config = tmp_path / "kassa.toml"
    config.write_text(text.replace("training = false", "training = true"), "utf-8")
    config.chmod(0o644)
    done = doctor(config, tmp_path / "state", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["result"]) == (3, "look")
    assert "chmod 600" in told["settings"]["warnings"][0]["message"]


def test_a_damaged_journal_is_found_by_the_deep_look(tmp_path: Path) -> None:
    assert run(tmp_path, "shift", "open")[0] == 0
    assert end(begin_to_pay(tmp_path, 1))[0] == 0
    assert tamper(tmp_path / "journal.db", "UPDATE payment SET caller_id = 'x'") == 1
    code, told = run(tmp_path, "doctor", "--deep")
    assert (code, told["result"], told["journal"]["whole"]) == (3, "look", False)
