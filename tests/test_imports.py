"""The floors hold in a running interpreter, deferred imports included."""

import json
import pkgutil
import subprocess
import sys

import pytest

import drivers
import kassa_tui


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after running `code`."""
    script = f"import json, sys\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in modules}


def modules_below(package) -> list[str]:
    return [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]


def import_all(names: list[str]) -> str:
    return "\n".join(f"import {name}" for name in names)


def test_the_drivers_load_nothing_of_the_station_or_the_face():
    loaded = packages(loaded_by(import_all(modules_below(drivers))))
    # Of rich nothing can be said: httpx loads it for its own command line where click is there.
    assert loaded.isdisjoint({"kassa_tui", "textual", "segno", "aiosqlite"})


@pytest.mark.parametrize("floor", ["kassa_tui.station", "kassa_tui.journal"])
def test_the_floors_below_the_face_load_no_terminal_library(floor):
    names = [n for n in modules_below(kassa_tui) if n == floor or n.startswith(f"{floor}.")]
    assert names
    assert packages(loaded_by(import_all(names))).isdisjoint({"textual", "rich", "segno"})


def test_the_formats_load_no_register():
    names = [n for n in modules_below(drivers) if n.startswith("drivers.ffd")]
    loaded = loaded_by(import_all(names))
    assert not {n for n in loaded if n.startswith("drivers.") and not n.startswith("drivers.ffd")}


def test_help_loads_no_heavy_module():
    loaded = loaded_by("from kassa_tui import cli\ncli.build_parser(*cli.COMMANDS).format_help()")
    heavy = {"textual", "rich", "pydantic", "asyncio", "sqlite3", "aiosqlite", "serial", "segno",
             "httpx"}  # fmt: skip
    assert packages(loaded).isdisjoint(heavy)
    assert not {name for name in loaded if name.startswith("drivers.")}


def test_no_import_does_work():
    """Importing every module leaves no thread and no child behind and prints nothing."""
    names = modules_below(drivers) + [
        n for n in modules_below(kassa_tui) if n != "kassa_tui.__main__"
    ]
    script = import_all(names) + "\nimport threading; print(threading.active_count())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=30
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_a_register_on_a_line_of_its_own_loads_no_http():
    names = [n for n in modules_below(drivers) if n.startswith("drivers.shtrih")]
    loaded = loaded_by(import_all([*names, "kassa_tui.settings.model", "kassa_tui.bootstrap"]))
    assert "httpx" not in loaded
