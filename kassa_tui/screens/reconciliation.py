"""The reconciliation: what IZI has of a shift, and what the FN has, row by row."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from kassa_tui.link import reconciling
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Declined
from kassa_tui.station.reconciliation.requests import (
    ExportedRows,
    ExportRows,
    Mending,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Action, Row, RowStatus
from kassa_tui.widgets import grid_words
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.fields import TextField
from kassa_tui.widgets.grid_filter import Filter, Searched
from kassa_tui.widgets.grid_lines import MARK_CELLS, day_of, grid_line
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.mending_words import done_words, mending_of
from kassa_tui.widgets.outside_text import outside
from kassa_tui.widgets.reasons import what_to_do, why
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

WIDE = 115
"""Cells from which a row tells the client and the fiscal sign too."""

_MAX_TEXT = 64
_PATH_CELLS = 300
_STATUSES = (None, *RowStatus)
"""By the digits from 1."""
_MANY_ROWS = 2000
"""Of a shift whose rows a collection of garbage goes through for longer than a key may wait."""


class ReconciliationScreen(FramedScreen):
    """Reads the tape, compares, and mends; what was read stays read when it is left."""

    KEYS = (
        Command(
            "open",
            ("enter",),
            N_("Enter"),
            "",
            N_("Both sides of the row, field by field, and what can be done"),
            priority=True,
        ),
        HELP,
        Command("again", ("f4",), N_("F4"), "", N_("Read and compare again")),
        Command("find", ("f7",), N_("F7"), N_("Find"), N_("By client, sum, FD, comment")),
        Command("clear", ("f8",), N_("F8"), N_("Reset"), N_("Show every row again")),
        Command(
            "shift",
            ("с", "c", "s", "ы"),
            N_("S"),
            N_("Shift"),
            N_("Look at another shift"),
        ),
        Command(
            "sort",
            ("п", "g", "p", "з"),
            N_("P"),
            "",
            N_("Another order: by time, by sum, by status"),
        ),
        Command(
            "safe",
            ("б", "comma", "m", "ь"),
            N_("M"),
            N_("Mend"),
            N_("Mend everything that is beyond doubt; it is shown first"),
        ),
        Command(
            "export",
            ("в", "d"),
            N_("D"),
            N_("To a file"),
            N_("Write the rows into a file, for a table's program"),
        ),
        ALARMS,
        BACK,
        Command(
            "mend", ("f12", "plus"), N_("F12"), "", N_("Do what is shown below the rows (or +)")
        ),
        Command(
            "status",
            ("1", "2", "3", "4", "5"),
            N_("1-5"),
            "",
            N_("All rows, or those of one status"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(command for command in KEYS if command.action != "status"),
        *((str(number), f"status({number})") for number in range(1, len(_STATUSES) + 1)),
        ("up", "walk(-1)"),
        ("down", "walk(1)"),
    ]

    rows = query_one(Rows)
    filter = query_one("#grid-filter", TextField)

    @dataclass
    class Read(Message):
        """So much of the tape has been read."""

        reach: TapeReach

    @dataclass
    class Compared(Message):
        """The comparison with the rows that have come so far, or what stood in the way."""

        operation: int
        found: tuple[ShiftComparison, tuple[Row, ...]] | Answer

    @dataclass
    class Mended(Message):
        """What became of a row."""

        answer: Answer

    @dataclass
    class Written(Message):
        answer: Answer

    def __init__(self, till: Till, shift: tuple[str, int] | None = None) -> None:
        """`shift`: 1041 and 1038; None: the open shift, or the last one."""
        super().__init__(till)
        self._which = shift
        self._operation = 0
        self._reach: TapeReach | None = None
        self._comparison: ShiftComparison | None = None
        self._searched = Searched(())
        self._shown: list[Row] = []
        self._filter = Filter()
        self._outcome = Content("")
        """What became of the last thing that was done, until the cursor moves."""
        self._is_mending = False

    def compose_work(self) -> ComposeResult:
        yield Still(id="grid-title")
        yield Still(id="grid-statuses")
        with Horizontal(id="grid-find"):
            yield Still(_("Find"), classes="label")
            yield TextField(id="grid-filter", max_length=_MAX_TEXT)
        yield Heading(id="grid-sides")
        yield Rows(self._line, mark_cells=MARK_CELLS)
        yield Heading(id="grid-selected")
        yield Still(id="grid-detail")
        yield Still(id="grid-totals")

    def on_mount(self) -> None:
        # Not by their messages: what was typed or chosen and what it brings are one frame.
        self.watch(self.filter, "value", self._typed, init=False)
        self.watch(self.rows, "cursor", self._moved, init=False)
        self.rows.focus()
        self.action_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "open":
                return self._row is not None or self._is_finding
            case "mend":
                return self._action is not None and not self._is_mending
            case "safe":
                return self._comparison is not None and self._comparison.totals.safe > 0
            case "export":
                return self._comparison is not None
            case "status" | "sort" | "shift" | "again":
                return not self._is_finding
        return super().check_action(action, parameters)

    def draw(self) -> None:
        zone = self.till.now().tzinfo
        title = grid_words.title(self._comparison, self._reach, self._filter, zone)
        self.query_one("#grid-title", Still).put(title)
        counts = grid_words.counts(self._comparison, self._filter.status, self.size.width)
        self.query_one("#grid-statuses", Still).put(counts)
        self.query_one("#grid-find").display = self._is_finding or bool(self._filter.text)
        self.query_one("#grid-sides", Heading).put(grid_words.sides())
        self.query_one("#grid-selected", Heading).put(grid_words.selected(self._row, zone))
        self.query_one("#grid-detail", Still).put(self._detail())
        totals = grid_words.totals(self._comparison)
        self.query_one("#grid-totals", Still).put(totals)

    # What is looked at

    def action_walk(self, by: int) -> None:
        self.rows.action_step(by)

    def action_status(self, number: int) -> None:
        self._outcome = Content("")  # other rows: what they need is told instead
        self._look(replace(self._filter, status=_STATUSES[number - 1]))

    def action_sort(self) -> None:
        self._look(replace(self._filter, order=self._filter.order.next))

    def action_find(self) -> None:
        self.query_one("#grid-find").display = True
        self.set_focus(self.filter)

    def action_clear(self) -> None:
        self._outcome = Content("")
        self.set_focus(self.rows)  # now, so that what is drawn next is without the field
        self._look(Filter())
        self.filter.value = ""

    def _typed(self, value: str) -> None:
        if (text := value.strip()) != self._filter.text:
            self._look(replace(self._filter, text=text))

    def on_descendant_focus(self) -> None:
        self.redraw()  # while something is typed, letters are no keys

    def _moved(self) -> None:
        self._outcome = Content("")
        self.redraw()

    def action_open(self) -> None:
        if self._is_finding:
            self.rows.focus()
        elif self._row is not None and self._comparison is not None:
            from kassa_tui.screens.reconciliation_row import RowScreen

            rows = self._searched.rows
            self.app.push_screen(
                RowScreen(self.till, self._comparison, self._row, rows, self.action_again)
            )

    def action_shift(self) -> None:
        from kassa_tui.screens.shifts import ShiftsScreen

        self.app.push_screen(ShiftsScreen(self.till, self._take_shift))

    def _take_shift(self, shift: tuple[str, int]) -> None:
        self._which = shift
        self._comparison, self._searched = None, Searched(())
        self._look(Filter())
        self.action_again()

    def _look(self, by: Filter) -> None:
        """Show the rows that `by` lets through; the cursor stays on its row if it can."""
        self._show(by, self._row)

    def _show(self, by: Filter, chosen: Row | None) -> None:
        self._filter = by
        self._shown = self._searched.shown(by)
        at = next((index for index, row in enumerate(self._shown) if row is chosen), 0)
        self.rows.show(len(self._shown), at)
        self.redraw()

    # Reading and comparing

    def action_again(self) -> None:
        self._operation += 1
        self._reach = None
        self._compare(self._operation)
        self.redraw()

    @work(exclusive=True, group="comparing")
    async def _compare(self, operation: int) -> None:
        ask, (fn, number) = self.till.link.ask, self._which or ("", None)

        def on_progress(reach: TapeReach) -> None:
            self.post_message(self.Read(reach))

        def on_rows(comparison: ShiftComparison, rows: tuple[Row, ...]) -> None:
            self.post_message(self.Compared(operation, (comparison, rows)))

        read = await reconciling.read_tape(ask, fn, number, on_progress)
        found = await reconciling.compare(ask, fn, number, on_rows)
        if not isinstance(found, tuple):
            refused = read if isinstance(read, Declined) else found
            self.post_message(self.Compared(operation, refused))

    @on(Read)
    def _read(self, event: Read) -> None:
        self._reach = event.reach
        self.redraw()

    @on(Compared)
    def _compared(self, event: Compared) -> None:
        if event.operation != self._operation:
            return  # another shift is looked at by now
        if isinstance(event.found, tuple):
            key = self._row.key if self._row is not None else ""
            self._comparison, rows = event.found
            self._searched = Searched(rows)
            self._show(self._filter, next((row for row in rows if row.key == key), None))
            self.call_after_refresh(self._prepare, self._searched)
            return
        self._outcome = done_words(event.found)
        self.redraw()

    @work(exclusive=True, group="preparing")
    async def _prepare(self, searched: Searched) -> None:
        for _step in searched.prepare():
            await asyncio.sleep(0)  # keys go first
        if len(searched.rows) >= _MANY_ROWS:
            gc.collect()  # so many new objects call for it: now, and not at some key

    # Mending

    def action_mend(self) -> None:
        comparison, row = self._comparison, self._row
        assert comparison is not None and row is not None, "there is something to mend"  # noqa: PT018
        request = mending_of(comparison, row)
        if request is None:
            self.action_open()  # a person must choose or type something first
            return
        self._is_mending = True
        self._outcome = Content(_("The register is working..."))
        self._mend(request)
        self.redraw()

    def action_safe(self) -> None:
        from kassa_tui.screens.safe_rows import SafeRowsScreen

        assert self._comparison is not None, "there are rows to mend"
        rows = tuple(row for row in self._searched.rows if row.safe is not None)
        self.app.push_screen(SafeRowsScreen(self.till, self._comparison, rows, self.action_again))

    @work(exclusive=True, group="mending")
    async def _mend(self, request: Mending) -> None:
        self.post_message(self.Mended(await self.till.link.ask(request)))

    @on(Mended)
    def _mended(self, event: Mended) -> None:
        self._is_mending = False
        self._outcome = done_words(event.answer)
        self.action_again()

    # A file

    def action_export(self) -> None:
        assert self._comparison is not None, "there are rows to write"
        self._export(ExportRows(self._comparison.comparison_id))

    @work(exclusive=True, group="export")
    async def _export(self, request: ExportRows) -> None:
        self.post_message(self.Written(await self.till.link.ask(request)))

    @on(Written)
    def _written(self, event: Written) -> None:
        match event.answer:
            case ExportedRows(paths, rows):
                text = _("Written, rows: {count}.").format(count=rows)
                files = Content("\n").join(outside(one, _PATH_CELLS) for one in paths)
                self._outcome = mark(Level.WELL, f" {text} ") + files
            case Declined(reason):
                text = _("No file was written: {why}.").format(why=why(reason))
                self._outcome = mark(Level.STOPPED, f" {text} {what_to_do(reason)}")
            case _:
                self._outcome = mark(Level.UNKNOWN, " " + _("The station does not answer."))
        self.redraw()

    # Parts

    @property
    def _row(self) -> Row | None:
        return self._shown[self.rows.cursor] if self._shown else None

    @property
    def _action(self) -> Action | None:
        return grid_words.main_action(self._row) if self._row is not None else None

    @property
    def _is_finding(self) -> bool:
        return self.focused is self.filter

    def _line(self, index: int) -> Content:
        now = self.till.now()
        today = day_of(self._comparison, now)
        return grid_line(self._shown[index], today, now.tzinfo, wide=self.size.width >= WIDE)

    def _detail(self) -> Content:
        if self._outcome.plain:
            return self._outcome
        if self._comparison is None:
            return Content(_("Reading the tape of the register..."))
        if self._row is None:
            blank = self._filter.is_blank
            return Content(_("The shift has no rows.") if blank else _("No such rows."))
        return grid_words.detail(self._row, self.till.now())
