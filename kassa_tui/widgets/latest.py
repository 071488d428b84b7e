"""The last payments below the sale, one line each."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.content import Content

from kassa_tui.widgets import payment_lines
from kassa_tui.widgets.still import Still
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.station.snapshot import Snapshot


class PaymentLines(Still):
    """As many of the latest payments as there is room for."""

    def __init__(self) -> None:
        super().__init__()
        self._told: tuple[Snapshot, tzinfo | None] | None = None

    def show(self, snapshot: Snapshot, zone: tzinfo | None) -> None:
        if self._told != (snapshot, zone):
            self._told = (snapshot, zone)
            self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._told is None:
            return
        snapshot, zone = self._told
        room = max(self.size.height, 1)
        lines = [
            payment_lines.payment_line(state, snapshot, zone) for state in snapshot.payments[:room]
        ]
        if not lines:
            lines = [Content.styled(" " + _("No payments yet."), "$text-muted")]
        self.put(Content("\n").join(lines))
