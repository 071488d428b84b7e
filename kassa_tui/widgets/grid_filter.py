"""Which rows of a reconciliation are looked at, and in what order. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kassa_tui.money import format_sum
from kassa_tui.station.reconciliation.rows import Row, RowStatus


class Order(StrEnum):
    TIME = "time"
    SUM = "sum"
    """The greatest first."""
    STATUS = "status"
    """What is not matched first."""

    @property
    def next(self) -> Order:
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    status: RowStatus | None = None
    """None: every status."""
    text: str = ""
    """In the client, the comment, the numbers; or a sum."""
    order: Order = Order.TIME

    @property
    def is_blank(self) -> bool:
        return replace(self, order=Order.TIME) == Filter()


class Searched:
    """Rows with what can be found in them, and their orders: made once, since every key looks at
    all of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._texts: list[str] = []
        self._orders: dict[Order, list[int]] = {}

    def prepare(self) -> Iterator[None]:
        """Make what `shown` will need, a little at each step, so that a key need not wait."""
        while len(self._texts) < len(self.rows):
            self._read_on(_STEP)
            yield
        for order in Order:
            self._indices(order)
            yield

    def shown(self, by: Filter) -> list[Row]:
        """The rows that `by` lets through, in its order."""
        rows, found = self.rows, self._indices(by.order)
        if by.text:
            self._read_on(len(rows))
            texts = self._texts
            for word in _folded(by.text).split():
                found = [index for index in found if word in texts[index]]
        if by.status is None:
            return [rows[index] for index in found]
        return [row for index in found if (row := rows[index]).status is by.status]

    def _read_on(self, count: int) -> None:
        """Make the texts of so many further rows."""
        done = len(self._texts)
        self._texts += map(_text, self.rows[done : done + count])

    def _indices(self, order: Order) -> list[int]:
        """Of all rows in this order; where it makes no difference, as the station gives them."""
        if order not in self._orders:
            indices = list(range(len(self.rows)))
            match order:
                case Order.SUM:
                    indices.sort(key=[row_sum(row) for row in self.rows].__getitem__, reverse=True)
                case Order.STATUS:
                    severities = {status: -at for at, status in enumerate(RowStatus)}
                    indices.sort(key=[severities[row.status] for row in self.rows].__getitem__)
            self._orders[order] = indices
        return self._orders[order]


def row_sum(row: Row) -> int:
    """Kopecks of the greater side, without its sign."""
    operation = 0 if row.operation is None else row.operation.due
    return max(operation, (row.document.total or 0) if row.document is not None else 0)


_STEP = 50
"""Rows: well under a millisecond."""


def _text(row: Row) -> str:
    parts: list[str] = []
    sums: set[int] = set()  # mostly one: the sides are equal
    if (operation := row.operation) is not None:
        parts += (operation.client, operation.comment, operation.operator, operation.id)
        parts.append(operation.type)
        sums |= {operation.due, operation.amount}
    if (document := row.document) is not None:
        parts += (str(document.fiscal_document_number), f"{document.fiscal_sign:010}")
        parts += (item.name for item in document.items)
        sums.add(document.total or 0)
    return _folded("\n".join((*parts, *map(format_sum, sums))))


def _folded(text: str) -> str:
    """Without case, and sums without the blanks between their thousands."""
    return text.casefold().replace("\u00a0", "")
