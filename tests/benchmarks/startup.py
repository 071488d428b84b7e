"""What `kassa --help` costs, beside importing Textual, in whole processes.

python -m tests.benchmarks.startup [--json]
"""

import statistics
import subprocess
import sys
import time

from tests.benchmarks.report import report

ROUNDS = 15
HELP = "from kassa_tui.cli import main; main(['--help'])"


def seconds(code: str) -> float:
    """Wall time of a fresh interpreter that runs `code`."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main() -> None:
    rounds = [
        (seconds("pass"), seconds(HELP), seconds("import textual.app")) for _ in range(ROUNDS)
    ]
    bare, help_, textual = (statistics.median(column) for column in zip(*rounds, strict=True))
    report(
        {
            "bare_ms": bare * 1000,
            "help_ms": help_ * 1000,
            "textual_import_ms": textual * 1000,
            "help_ratio": help_ / textual,
            "help_own_ratio": (help_ - bare) / (textual - bare),
        },
        {
            "help_ratio": "goal: below 0.5 (whole processes)",
            "help_own_ratio": "the same without the interpreter's own start",
        },
    )


if __name__ == "__main__":
    main()
