"""Rows that are beyond doubt: shown first, then mended one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from kassa_tui.link import reconciling
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer
from kassa_tui.station.reconciliation.requests import ShiftComparison
from kassa_tui.station.reconciliation.rows import Row
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.grid_lines import MARK_CELLS, day_of, grid_line
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.mending_words import done_words
from kassa_tui.widgets.reconciliation_words import action_words
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

_LEFT = 38
"""Cells of a row that stay when its outcome takes the rest."""


class SafeRowsScreen(FramedScreen):
    """A list of what will be done; afterwards of what was done."""

    KEYS = (
        HELP,
        ALARMS,
        BACK,
        Command(
            "mend",
            ("f12", "plus"),
            N_("F12"),
            N_("Mend"),
            N_("Do what the list says, row by row (or +); F10 stops after the row in work"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    rows = query_one(Rows)

    @dataclass
    class Mended(Message):
        """What became of a row; None: all are through."""

        row: Row | None
        answer: Answer | None = None

    def __init__(
        self,
        till: Till,
        comparison: ShiftComparison,
        rows: Sequence[Row],
        on_mended: Callable[[], None],
    ) -> None:
        super().__init__(till)
        self._comparison = comparison
        self._safe = tuple(rows)
        self._on_mended = on_mended
        self._outcomes: dict[str, Content] = {}
        self._is_mending = self._is_through = False

    def compose_work(self) -> ComposeResult:
        yield Heading(_("Beyond doubt"))
        yield Rows(self._line, mark_cells=MARK_CELLS)
        yield Still(id="safe-hint")

    def on_mount(self) -> None:
        self.rows.show(len(self._safe), 0)
        self.rows.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "mend":
            return not self._is_mending and not self._is_through
        return super().check_action(action, parameters)

    def draw(self) -> None:
        done, count = len(self._outcomes), len(self._safe)
        if self._is_through:
            hint = Content(" " + _("Done: {done} of {count}.").format(done=done, count=count))
        elif self._is_mending:
            text = _("Working: {done} of {count}...").format(done=done, count=count)
            hint = Content.styled(f" {text}", "bold $warning")
        else:
            text = _("mend these {count} rows; no money is taken").format(count=count)
            hint = Content.styled(f" F12 {text}", "bold")
        self.query_one("#safe-hint", Still).put(hint)

    def action_mend(self) -> None:
        self._is_mending = True
        self._mend()
        self.redraw()

    @work(exclusive=True, group="mending")
    async def _mend(self) -> None:
        mending = reconciling.mend_safe(
            self.till.link.ask, self._comparison.comparison_id, self._safe
        )
        async for row, answer in mending:
            self.post_message(self.Mended(row, answer))
        self.post_message(self.Mended(None))

    @on(Mended)
    def _mended(self, event: Mended) -> None:
        if event.row is None:
            self._is_mending, self._is_through = False, True
            self._on_mended()
        elif event.answer is not None:
            self._outcomes[event.row.key] = done_words(event.answer)
            self.rows.show(len(self._safe), len(self._outcomes) - 1)
        self.redraw()

    def on_unmount(self) -> None:
        if self._is_mending:
            self._on_mended()  # some are mended; the row in work is the station's to end

    def _line(self, index: int) -> Content:
        now, row = self.till.now(), self._safe[index]
        line = grid_line(row, day_of(self._comparison, now), now.tzinfo, wide=False)
        outcome = self._outcomes.get(row.key, Content(action_words(row.safe)))
        return line[:_LEFT] + outcome
