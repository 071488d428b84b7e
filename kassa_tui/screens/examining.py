"""A screen that has the till examined again and again while it is looked at."""

from __future__ import annotations

from textual import work

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.diagnosis import Diagnosis
from kassa_tui.station.inquiries import Diagnose

AGAIN_S = 3.0
"""So soon a cashier sees the cable come back."""


class ExaminingScreen(FramedScreen):
    """Keeps `diagnosis` young; one examination at a time."""

    def __init__(self, till: Till) -> None:
        super().__init__(till)
        self.diagnosis: Diagnosis | None = None
        """The last one; None until the first answer."""
        self._examining = False

    def on_mount(self) -> None:
        self.examine()
        self.set_interval(AGAIN_S, self.examine)

    def examine(self) -> None:
        if self.app.screen is self and not self._examining:
            self._examining = True
            self._examine()

    @work(group="examination")
    async def _examine(self) -> None:
        try:
            answer = await self.till.link.ask(Diagnose())
        finally:
            self._examining = False
        if isinstance(answer, Diagnosis):
            self.diagnosis = answer
            self.redraw()
