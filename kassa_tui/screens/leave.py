"""Asks before the till is left with something open."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content

from kassa_tui.screens.frame import FramedScreen
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _


class LeaveScreen(FramedScreen):
    """Leaving is its own key, like everything that cannot be taken back."""

    KEYS = (
        HELP,
        ALARMS,
        BACK,
        Command("confirm", ("f12", "plus"), N_("F12"), N_("Leave"), N_("Leave the program (or +)")),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    def compose_work(self) -> ComposeResult:
        yield Still(id="leave-text")

    def draw(self) -> None:
        snapshot = self.till.snapshot
        lines = [Content.styled(_("Leave the till?"), "bold"), Content("")]
        if snapshot is not None and snapshot.in_progress is not None:
            lines.append(Content(_("A payment is being taken: it will be finished first.")))
        if snapshot is not None and snapshot.without_receipt:
            lines.append(
                Content(
                    _("Payments without a receipt: {count}. They are kept.").format(
                        count=snapshot.without_receipt
                    )
                )
            )
        lines.append(Content(_("What has been typed and not confirmed is lost.")))
        lines += [Content(""), Content.styled(_("F12 leaves, F10 stays."), "bold")]
        self.query_one("#leave-text", Still).put(Content("\n").join(lines))

    def action_confirm(self) -> None:
        self.app.exit()
