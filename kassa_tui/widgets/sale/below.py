"""What stands below the fields: what is found, what is sold or comes back, the last payments."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from kassa_tui.money import format_sum
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.latest import PaymentLines
from kassa_tui.widgets.sale import basket, told
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.lists import Found, LinesList, Row
from kassa_tui.widgets.sale.search import ClientField, ItemField, SaleField, SearchField
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.station.basket import BasketLine
    from kassa_tui.station.snapshot import Snapshot
    from kassa_tui.widgets.sale.draft import Draft


class Part(Vertical):
    """A list below its heading."""

    def __init__(self, heading: str, rows: Widget) -> None:
        self.heading = Heading(heading)
        super().__init__(self.heading, rows)


class Below(Horizontal):
    """One or two lists side by side; the last payments where there is neither.

    A list is mounted when it is first needed: the first screen comes without.
    """

    def __init__(self) -> None:
        super().__init__()
        self.found = Found(id="found")
        self.lines = LinesList(id=Field.LINES)
        """What is sold or comes back."""
        self.latest = PaymentLines()
        self._found, self._lines = Part("", self.found), Part("", self.lines)
        self._latest = Part(_("Latest"), self.latest)

    def compose(self) -> ComposeResult:
        yield self._latest

    def show(
        self,
        draft: Draft,
        search: SearchField[object] | None,
        sold: tuple[BasketLine, ...],
        zone: tzinfo | None,
    ) -> None:
        """`search`: the field that has the cursor and looks for something; `sold`: the lines of
        the sale that comes back."""
        found = search is not None and bool(search.found)
        lines = draft.operation.sells or Field.LINES in draft.fields
        self._have(self._lines, lines, before=self._latest)
        self._have(self._found, found, before=0)
        self._have(self._latest, not found and not lines)
        if found and search is not None:
            self._show_found(search, zone)
        if draft.operation.sells:
            count = len(draft.picked)
            total = format_sum(basket.cost(draft.picked))
            self._lines.heading.put(_("Basket: {count} for {sum}").format(count=count, sum=total))
            quantities = tuple(line.quantity for line in draft.picked)
            self.lines.put_lines(told.basket_rows(draft.picked), quantities)
        elif lines:
            self._lines.heading.put(_("What comes back"))
            self.lines.put_lines(told.returned_rows(sold, draft), draft.returned)

    def show_latest(self, snapshot: Snapshot, zone: tzinfo | None) -> None:
        self.latest.show(snapshot, zone)

    def _have(self, part: Part, wanted: bool, before: Part | int | None = None) -> None:
        if wanted and not part.is_attached:
            self.mount(part, before=before)
        part.display = wanted

    def _show_found(self, search: SearchField[object], zone: tzinfo | None) -> None:
        assert search.found is not None, "there is something to show"
        heading = _("Found: {count}") if not search.more else _("Found: {count}, and others")
        self._found.heading.put(heading.format(count=len(search.found)))
        self.found.put(_rows(search, zone), search.at)


def _rows(search: object, zone: tzinfo | None) -> tuple[Row, ...]:
    match search:
        case ClientField():
            return tuple(map(told.client_row, search.found or ()))
        case ItemField():
            return tuple(map(told.item_row, search.found or ()))
        case SaleField():
            return tuple(told.sale_row(state, zone) for state in search.found or ())
        case _:
            raise AssertionError(f"{search} finds nothing")
