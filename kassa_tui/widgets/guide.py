"""The list of steps of a diagnosis: what was found beside each, what to do below the fault."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from textwrap import wrap

from rich.cells import cell_len
from textual.content import Content

from kassa_tui.widgets.guide_words import StepWords, moment
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.outside_text import fit, plain
from kassa_tui.widgets.still import Still
from kassa_tui.words import _

_INDENT = "    "


class Guide(Still):
    """Steps, one line each; only what is not well says what to do."""

    def show(self, steps: Sequence[StepWords], at: datetime | None) -> None:
        """`at`: when it was looked; None: not yet."""
        if at is None:
            self.put(Content(_("Looking...")))
            return
        head = Content.assemble((_("What to do?"), "bold"), f"  {moment(at)}")
        width = max(self.size.width, 20)
        self.put(Content("\n").join((head, *self._lines(steps, width))))

    def _lines(self, steps: Sequence[StepWords], width: int) -> list[Content]:
        lines = []
        for step in steps:
            both = f"{step.found} {step.to_do}"
            on_one_line = step.level is Level.UNKNOWN and cell_len(both) <= width - 3
            found = fit(plain(both if on_one_line else step.found, 2 * width), width - 3)
            lines.append(mark(step.level, f" {found}"))
            if step.to_do and not on_one_line:
                rows = wrap(step.to_do, width - len(_INDENT))
                lines += [Content.styled(_INDENT + row, "bold") for row in rows]
            if step.level is Level.STOPPED and step.detail:
                lines.append(Content(_INDENT + plain(step.detail, width - len(_INDENT))))
        return lines
