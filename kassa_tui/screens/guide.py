"""What to do? Every check of the till in one list, looked at again every few seconds."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from kassa_tui.screens.examining import ExaminingScreen
from kassa_tui.screens.till import Till
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.guide import Guide
from kassa_tui.widgets.guide_words import all_steps
from kassa_tui.widgets.marks import Level
from kassa_tui.words import N_

_ROOMY_ROWS = 34


class GuideScreen(ExaminingScreen):
    """All steps; what is well may be left out, so that the rest fits a small screen."""

    KEYS = (
        HELP,
        Command(
            "all",
            ("f7",),
            N_("F7"),
            N_("All or faults"),
            N_("Show every step, or those only that are not well"),
        ),
        ALARMS,
        BACK,
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self._faults_only: bool | None = None
        """None: nobody has chosen; all are shown where they have room."""

    def compose_work(self) -> ComposeResult:
        yield Guide(id="guide")

    def draw_strip(self) -> None:
        self.strip.hide()

    def draw(self) -> None:
        diagnosis = self.diagnosis
        steps = () if diagnosis is None else all_steps(diagnosis)
        if self._leaves_out:
            steps = tuple(step for step in steps if step.level is not Level.WELL)
        at = None if diagnosis is None else diagnosis.at.astimezone(self.till.now().tzinfo)
        self.query_one(Guide).show(steps, at)

    @property
    def _leaves_out(self) -> bool:
        if self._faults_only is not None:
            return self._faults_only
        return self.app.size.height < _ROOMY_ROWS

    def action_all(self) -> None:
        self._faults_only = not self._leaves_out
        self.redraw()
