"""The end of a shift: the count, and the three totals."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, bindings
from kassa_tui.widgets.still import Still
from kassa_tui.widgets.three_totals import reported
from kassa_tui.words import _


class EndReportScreen(FramedScreen):
    """Of the last shift that was closed from this face."""

    KEYS = (HELP, ALARMS, BACK)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def compose_work(self) -> ComposeResult:
        yield Still(id="end-report")

    def draw(self) -> None:
        report, snapshot = self.till.end_report, self.till.snapshot
        if report is None:
            return
        has_crm = snapshot is not None and snapshot.crm is not None
        title = Content.styled(_("The shift has been closed."), "bold")
        body = reported(report, has_crm=has_crm)
        self.query_one("#end-report", Still).put(Content("\n\n").join((title, body)))
