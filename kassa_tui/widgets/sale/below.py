"""What stands below the fields: what is found, what is sold or comes back, the last payments."""

from __future__ import annotations

from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one

from kassa_tui.money import format_sum
from kassa_tui.station.basket import BasketLine
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.heading import Heading
from kassa_tui.widgets.payment_lines import PaymentLines
from kassa_tui.widgets.sale import basket
from kassa_tui.widgets.sale.draft import Draft
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.lists import Found, LinesList, Row
from kassa_tui.widgets.sale.search import ClientField, ItemField, SaleField, SearchField
from kassa_tui.widgets.sale.told import (
    basket_rows,
    client_row,
    item_row,
    returned_rows,
    sale_row,
)
from kassa_tui.words import _


class Below(Horizontal):
    """One or two lists side by side; the last payments where there is neither."""

    lines = query_one(LinesList)

    def compose(self) -> ComposeResult:
        with Vertical(id="found-part"):
            yield Heading(id="found-heading")
            yield Found(id="found")
        with Vertical(id="lines-part"):
            yield Heading(id="lines-heading")
            yield LinesList(id=Field.LINES)
        with Vertical(id="latest-part"):
            yield Heading(_("Latest"))
            yield PaymentLines()

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
        self.query_one("#found-part").display = found
        self.query_one("#lines-part").display = lines
        self.query_one("#latest-part").display = not found and not lines
        if found and search is not None:
            self._show_found(search, zone)
        if draft.operation.sells:
            count = len(draft.picked)
            total = format_sum(basket.cost(draft.picked))
            heading = _("Basket: {count} for {sum}").format(count=count, sum=total)
            self.query_one("#lines-heading", Heading).put(heading)
            quantities = tuple(line.quantity for line in draft.picked)
            self.lines.put_lines(basket_rows(draft.picked), quantities)
        elif lines:
            self.query_one("#lines-heading", Heading).put(_("What comes back"))
            self.lines.put_lines(returned_rows(sold, draft), draft.returned)

    def show_latest(self, snapshot: Snapshot, zone: tzinfo | None) -> None:
        self.query_one(PaymentLines).show(snapshot, zone)

    def _show_found(self, search: SearchField[object], zone: tzinfo | None) -> None:
        assert search.found is not None, "there is something to show"
        heading = _("Found: {count}") if not search.more else _("Found: {count}, and others")
        self.query_one("#found-heading", Heading).put(heading.format(count=len(search.found)))
        self.query_one("#found", Found).put(_rows(search, zone), search.at)


def _rows(search: object, zone: tzinfo | None) -> tuple[Row, ...]:
    match search:
        case ClientField():
            return tuple(map(client_row, search.found or ()))
        case ItemField():
            return tuple(map(item_row, search.found or ()))
        case SaleField():
            return tuple(sale_row(state, zone) for state in search.found or ())
        case _:
            raise AssertionError(f"{search} finds nothing")
