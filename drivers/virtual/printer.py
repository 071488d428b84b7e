"""The printing mechanism: lines go out one after another, each taking its time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

PaperSink = Callable[[str], None]
"""Takes one printed line."""


class Printer:
    """Prints one job at a time, as far as the clock has come. Volatile."""

    def __init__(self, sink: PaperSink, line_time: timedelta) -> None:
        self._sink = sink
        self._line_time = line_time
        self._lines: Sequence[str] | None = None
        self._printed = 0
        self._started = datetime.min  # noqa: DTZ901 - replaced by `start`

    def start(self, lines: Sequence[str], now: datetime) -> None:
        """Take a job; `advance` prints it."""
        self._lines = lines
        self._printed = 0
        self._started = now

    def advance(self, now: datetime) -> bool:
        """Print what is due; True when that ended a job."""
        if self._lines is None:
            return False
        due = len(self._lines)
        if self._line_time:
            due = min(due, max(0, (now - self._started) // self._line_time))
        self._print_until(self._lines[:due])
        return due == len(self._lines)

    def tear(self, printed_lines: int) -> None:
        """The paper ends after so many lines of the job; the rest of it is dropped."""
        if self._lines is not None:
            self._print_until(self._lines[:printed_lines])
        self.stop()

    def stop(self) -> None:
        """Drop the rest of the job."""
        self._lines = None

    def _print_until(self, lines: Sequence[str]) -> None:
        for line in lines[self._printed :]:
            self._sink(line)
        self._printed = max(self._printed, len(lines))
