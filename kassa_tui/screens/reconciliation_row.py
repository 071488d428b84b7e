"""One row of the reconciliation: both sides, what it rests on, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.getters import query_one
from textual.message import Message

from kassa_tui.journal.records import Document
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.till import Till
from kassa_tui.station.answers import Answer, Done, Recorded, Uncertain
from kassa_tui.station.reconciliation.requests import (
    AttachReceipt,
    IssueForRow,
    Mending,
    ShiftComparison,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Row
from kassa_tui.station.reconciliation.sides import TapeDocument
from kassa_tui.widgets.commands import ALARMS, BACK, HELP, Command, bindings
from kassa_tui.widgets.grid_lines import MARK_CELLS, SIGNS, day_of, grid_line
from kassa_tui.widgets.grid_words import does, main_action, settled_words
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.marks import Level, mark
from kassa_tui.widgets.mending_words import done_words
from kassa_tui.widgets.reconciliation_words import remedy_words, row_words, status_words
from kassa_tui.widgets.row_facts import row_facts
from kassa_tui.widgets.rows import Rows
from kassa_tui.widgets.spans import span
from kassa_tui.widgets.still import Still
from kassa_tui.words import N_, _

if TYPE_CHECKING:
    from kassa_tui.screens.adding import AddingScreen
    from kassa_tui.screens.saying_why import SayingWhyScreen


class RowScreen(FramedScreen):
    """What might belong to the row is chosen from a list; a person says that it does."""

    KEYS = (
        HELP,
        Command(
            "ofd",
            ("о", "j", "e", "у"),
            N_("E"),
            N_("Open OFD"),
            N_("Where the receipt stands on the site of the OFD"),
        ),
        Command(
            "add",
            ("в", "d", "a", "ф"),
            N_("A"),
            N_("Add to IZI"),
            N_("Make the operation that the document proves; nothing is printed"),
        ),
        Command(
            "issue",
            ("п", "g", "p", "з"),
            N_("P"),
            N_("Issue"),
            N_("Issue its receipt all the same: what is suggested is not it"),
        ),
        Command(
            "settle",
            ("к", "r", "n", "т"),
            N_("N"),
            N_("Settle"),
            N_("Say what became of it, where nothing can mend it; the journal keeps it"),
        ),
        ALARMS,
        BACK,
        Command(
            "mend",
            ("f12", "plus"),
            N_("F12"),
            N_("Mend"),
            N_("Do what is shown below (or +)"),
        ),
    )
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS)]

    rows = query_one(Rows)

    @dataclass
    class Mended(Message):
        """What became of the row."""

        answer: Answer

    def __init__(
        self,
        till: Till,
        comparison: ShiftComparison,
        row: Row,
        rows: Sequence[Row],
        on_mended: Callable[[], None],
    ) -> None:
        """`rows` are all of the comparison, among which its suggestions are."""
        super().__init__(till)
        self._comparison = comparison
        self._row = row
        self._on_mended = on_mended
        by_name = {name: one for one in rows for name in _names(one)}
        self._suggested = tuple((name, by_name[name]) for name in row.suggested if name in by_name)
        self._is_mending = self._is_mended = False
        self._outcome = Content("")

    def compose_work(self) -> ComposeResult:
        yield Still(id="row-status")
        yield Still(id="row-facts")
        yield Heading(id="row-heading")
        yield Rows(self._suggestion, mark_cells=MARK_CELLS)
        yield Still(id="row-outcome")

    def on_mount(self) -> None:
        self.rows.show(len(self._suggested), 0)
        self.rows.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        is_idle = not self._is_mending and not self._is_mended
        match action:
            case "ofd":
                return self._row.document is not None
            case "add":
                return is_idle and Action.ADD_TO_IZI in self._row.actions
            case "issue":
                return is_idle and self._issuing is not None and bool(self._row.suggested)
            case "settle":
                return is_idle and Action.SETTLE in self._row.actions
            case "mend":
                return is_idle and main_action(self._row) is not None
        return super().check_action(action, parameters)

    def draw(self) -> None:
        now, row = self.till.now(), self._row
        sign, style = SIGNS[row.status]
        words = Content(f"{sign} {status_words(row.status)}").stylize(style)
        clauses = "; ".join(row_words(row))
        self.query_one("#row-status", Still).put(words + (f": {clauses}" if clauses else ""))
        facts = row_facts(row, now.tzinfo, self.size.width - 4)
        self.query_one("#row-facts", Still).put(facts)
        heading = _("What might belong to it") if self._suggested else ""
        self.query_one("#row-heading", Heading).put(heading)
        self.query_one("#row-outcome", Still).put(self._said())

    def action_ofd(self) -> None:
        from kassa_tui.screens.ofd_link import OfdLinkScreen

        assert self._row.document is not None, "there is a document to look at"
        self.app.push_screen(OfdLinkScreen(self.till, _recorded(self._row.document)))

    def action_add(self) -> None:
        from kassa_tui.screens.adding import AddingScreen

        self._fill_in(AddingScreen)

    def action_settle(self) -> None:
        from kassa_tui.screens.saying_why import SettlingRowScreen

        self._fill_in(SettlingRowScreen)

    def _set_right(self) -> None:
        from kassa_tui.screens.saying_why import SettingRightScreen

        self._fill_in(SettingRightScreen)

    def _fill_in(self, form: type[AddingScreen | SayingWhyScreen]) -> None:
        self.app.push_screen(form(self.till, self._comparison, self._row, self._leave))

    def _leave(self) -> None:
        """What a form asked for is done: back to the rows."""
        self.app.pop_screen()
        self._on_mended()

    @property
    def _issuing(self) -> Action | None:
        """How its receipt can be issued."""
        ways = (Action.ISSUE_RECEIPT, Action.ISSUE_CORRECTION)
        return next((one for one in ways if one in self._row.actions), None)

    def action_issue(self) -> None:
        if Evidence.FN_GONE in self._row.evidence:
            from kassa_tui.screens.saying_why import IssuingUnreadScreen

            self._fill_in(IssuingUnreadScreen)
            return
        self._do(
            IssueForRow(
                comparison_id=self._comparison.comparison_id,
                row=self._row.key,
                as_correction=self._issuing is Action.ISSUE_CORRECTION,
            )
        )

    def action_mend(self) -> None:
        comparison_id = self._comparison.comparison_id
        match main_action(self._row):
            case Action.ISSUE_RECEIPT | Action.ISSUE_CORRECTION:
                self.action_issue()
            case Action.ATTACH_RECEIPT:
                is_bound = self._row.operation is not None and self._row.document is not None
                partner = "" if is_bound else self._suggested[self.rows.cursor][0]
                self._do(
                    AttachReceipt(comparison_id=comparison_id, row=self._row.key, partner=partner)
                )
            case Action.ADD_TO_IZI:
                self.action_add()
            case Action.SET_RIGHT:
                self._set_right()
            case Action.SETTLE:
                self.action_settle()

    def _do(self, request: Mending) -> None:
        self._is_mending = True
        self._outcome = Content(_("The register is working..."))
        self._mend(request)
        self.redraw()

    @work(exclusive=True, group="mending")
    async def _mend(self, request: Mending) -> None:
        self.post_message(self.Mended(await self.till.link.ask(request)))

    @on(Mended)
    def _mended(self, event: Mended) -> None:
        self._is_mending = False
        self._is_mended = isinstance(event.answer, Recorded | Done | Uncertain)
        self._outcome = done_words(event.answer)
        self._on_mended()
        self.redraw()

    def _suggestion(self, index: int) -> Content:
        now, row = self.till.now(), self._suggested[index][1]
        return grid_line(row, day_of(self._comparison, now), now.tzinfo, wide=False)

    def _said(self) -> Content:
        if self._outcome.plain:
            return self._outcome
        lines = []
        if (owed := self._row.owed) is not None:
            since = span(self.till.now() - owed.since)
            text = _("Money without a receipt for {since}.").format(since=since)
            lines.append(mark(Level.STOPPED, f" {text} {remedy_words(owed.remedy)}"))
        if self._row.settled:
            lines.append(settled_words(self._row))
        match main_action(self._row):
            case Action.ISSUE_CORRECTION:
                text = _("issue a correction receipt with what stands above; no money is taken")
                lines.append(Content.styled(f"F12 {text}", "bold"))
            case Action.ATTACH_RECEIPT if self._suggested:
                text = _("tell the CRM that the marked one belongs to it")
                lines.append(Content.styled(f"F12 {text}", "bold"))
            case Action() as action:
                lines.append(Content.styled(f"F12 {does(self._row, action)}", "bold"))
        return Content("\n").join(lines)


def _names(row: Row) -> tuple[str, ...]:
    """As suggestions call what stands in it."""
    names = [] if row.operation is None else [row.operation.key]
    if row.document is not None:
        names.append(row.document.receipt_id)
    return tuple(names)


def _recorded(document: TapeDocument) -> Document:
    sign = document.calculation_sign
    return Document(
        form=int(document.form),
        fiscal_drive_number=document.fiscal_drive_number,
        fiscal_document_number=document.fiscal_document_number,
        fiscal_sign=document.fiscal_sign,
        date_time=document.date_time,
        calculation_sign=None if sign is None else int(sign),
        total=document.total,
        shift_number=document.shift_number,
        receipt_number=document.receipt_number,
        qr="",
    )
