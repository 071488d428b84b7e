"""The lines of the frame that every screen has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from textwrap import wrap
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget

from kassa_tui.widgets import world
from kassa_tui.widgets.commands import Command
from kassa_tui.widgets.marks import Level
from kassa_tui.widgets.outside_text import fit, plain
from kassa_tui.widgets.still import Still
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.station.snapshot import Snapshot

STRIP_ROWS = 3
"""Rows that a strip may take from the work."""


class WhereLine(Still):
    """Line 1: club and till, the training mark, cashier and time."""

    def show(self, snapshot: Snapshot | None, now: datetime) -> None:
        clock = f"{now:%H:%M} "
        if snapshot is None:
            self.put(Content(clock.rjust(self.size.width)))
            return
        width = self.size.width
        training = _("TRAINING MODE") if snapshot.is_training else ""
        side = (width - cell_len(training)) // 2 - 1
        left = fit(f" {plain(snapshot.club, 40)} — {plain(snapshot.till, 20)}", side)
        right = f"{plain(snapshot.cashier, side - len(clock) - 3)} — {clock}"
        gap = width - cell_len(left) - cell_len(training) - cell_len(right)
        before = max((width - cell_len(training)) // 2 - cell_len(left), 1)
        self.put(
            Content.assemble(
                left, " " * before, (training, "bold $warning"), " " * (gap - before), right
            )
        )


class WorldLine(Still):
    """Line 2: the state of the world."""

    def show(self, snapshot: Snapshot | None, now: datetime) -> None:
        if snapshot is None:
            self.put(Content(" " + _("The station is starting...")))
        else:
            self.put(Content(" ") + world.world(snapshot, now))


class Strip(Still):
    """A few lines for what must be heard; gone when there is nothing."""

    def __init__(self, rows: int = STRIP_ROWS) -> None:
        super().__init__()
        self._rows = rows

    def show(self, level: Level, text: str, more: str = "") -> None:
        """`text` behind the symbol of `level`; `more` at the end of the last line."""
        assert isinstance(self.parent, Widget), "a strip stands in a screen"
        width = max(self.parent.content_size.width - 3, 20)
        lines = wrap(text, width, max_lines=self._rows, placeholder=" ...") or [""]
        if more:
            if cell_len(lines[-1]) + cell_len(more) + 2 > width and len(lines) < self._rows:
                lines.append("")
            room = width - cell_len(more) - 2
            lines[-1] = fit(lines[-1], room).ljust(room) + "  " + more
        body = "\n".join(
            ("   " if row else f" {level.symbol} ") + line for row, line in enumerate(lines)
        )
        self.put(Content.styled(body, level.style))
        self.display = True

    def hide(self) -> None:
        self.display = False


class KeyLine(Still):
    """The last line: what the keys do now, those that can do nothing left out."""

    def show(self, commands: Sequence[Command], can: Callable[[str], bool]) -> None:
        parts = [
            Content.assemble((_(command.key_text), "bold"), " ", _(command.label))
            for command in commands
            if command.label and can(command.action)
        ]
        line = Content("  ").join(parts)
        if line.cell_length >= self.size.width:
            line = Content(" ").join(parts)
        self.put(Content(" ") + line)
