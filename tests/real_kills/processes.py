"""The processes: the register, the station, and the commands that are asked of it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any, Literal
from urllib.parse import urlsplit

Kind = Literal["shtrih", "kkmserver"]
"""The face of the register that is killed and worked with."""

COMMAND_S = 40.0
"""Longer no command may take: it gives up by itself before."""

SETTINGS = """
[station]
name = "Касса 1"
[register]
url = "{url}"
protocol = "v1"
timezone = "Europe/Moscow"
[[cashiers]]
name = "Иванова А."
[legal_entity]
name = "ООО Ромашка"
inn = "7700000016"
address = "101000, г. Москва, ул. Примерная, д. 1"
place = "Клуб"
[tax]
top_up = "USN_INCOME"
services = "USN_INCOME"
goods = "USN_INCOME"
"""

CLUB = {
    "clients": [
        {"id": f"c{number}", "given_name": "Пётр", "phone": f"+7999000000{number}",
         "balance": 500_000}
        for number in range(1, 6)
    ],
    "products": [
        {"id": "tea", "name": "Чай", "receipt_name": "Чай чёрный", "price": 70_00,
         "category": {"id": "bar", "name": "Бар"}}
    ],
}  # fmt: skip


class Till:
    """A club's directory: settings, journal, CRM; and the commands that work on it."""

    def __init__(self, folder: Path, url: str) -> None:
        self.state = folder / "state"
        self._config = folder / "kassa.toml"
        self._config.write_text(SETTINGS.format(url=url), "utf-8")
        self._club = folder / "club.json"
        self._club.write_text(json.dumps(CLUB), "utf-8")

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "kassa_tui", *words),
                *("--config", str(self._config), "--state", str(self.state)),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def ask(self, *words: str, said: object = None, dies_s: float | None = None) -> Told:
        """Run a command to its end, or to its death after so many seconds."""
        process = self.start(*words)
        try:
            out, errors = process.communicate(
                None if said is None else json.dumps(said), dies_s or COMMAND_S
            )
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return Told(None, {}, "" if dies_s else f"{words} did not end")
        try:
            return Told(process.returncode, json.loads(out), errors)
        except ValueError:
            return Told(process.returncode, {}, f"{words} said {out!r} {errors}")

    def load(self) -> None:
        """Make the club's clients and goods."""
        told = self.ask("crm", "load", str(self._club), "--json")
        assert told.code == 0, told


class Told:
    """The end of a command."""

    def __init__(self, code: int | None, answer: dict[str, Any], errors: str) -> None:
        self.code = code
        """None: killed."""
        self.answer = answer
        self.errors = errors

    def __repr__(self) -> str:
        return f"Told({self.code}, {self.answer}, {self.errors!r})"

    @property
    def is_traceback(self) -> bool:
        return "Traceback" in self.errors


class Station:
    """`kassa station`, started again and again."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.process: subprocess.Popen[str] | None = None
        self.complaints: set[str] = set()

    def start(self, seconds: float) -> bool:
        """Start it; whether it said that it works, within so many seconds."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.process = process = self._till.start("station")
            try:
                if self._first_word(process).get(timeout=max(0.0, until - time.monotonic())):
                    return True
            except Empty:
                return False
            self.end(signal.SIGKILL)  # another process was the station at that moment
            time.sleep(0.05)
        return False

    @staticmethod
    def _first_word(process: subprocess.Popen[str]) -> Queue[str]:
        """Where the line will be that it says when it works; empty when it ends without."""
        news: Queue[str] = Queue()

        def listen() -> None:
            assert process.stdout is not None
            news.put(process.stdout.readline())

        Thread(target=listen, daemon=True).start()
        return news

    def end(self, number: signal.Signals) -> bool:
        """End it by a signal; whether it was alive."""
        process = self.process
        assert process is not None, "it has been started"
        alive = process.poll() is None
        process.send_signal(number)
        try:
            _, errors = process.communicate(timeout=COMMAND_S)
        except subprocess.TimeoutExpired:
            process.kill()
            _, errors = process.communicate()
            self.complaints.add("the station does not end")
        if "Traceback" in errors:
            self.complaints.add(errors.strip().splitlines()[-1])
        return alive


class Register:
    """`kassa virtual-register` in a process of its own, at one address through all its lives."""

    def __init__(self, kind: Kind, state: Path, faults: str, seed: int) -> None:
        self._kind, self._state, self._faults, self._seed = kind, state, faults, seed
        self._address = "127.0.0.1:0"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "kassa_tui", "virtual-register"]
        command += ["--state", str(self._state), f"--{self._kind}", self._address]
        command += ["--faults", self._faults, "--seed", str(self._seed)]
        self._seed += 1
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url: str = json.loads(self._process.stdout.readline())[self._kind]
        self._address = urlsplit(self.url).netloc

    def end(self, number: signal.Signals) -> None:
        self._process.send_signal(number)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
