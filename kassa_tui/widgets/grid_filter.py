"""Which rows of a reconciliation are looked at, and in what order. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    """Rows with what can be found in them; made once, since every key looks at all of them."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self._texts: list[str] = []

    def shown(self, by: Filter) -> list[Row]:
        """The rows that `by` lets through, in its order."""
        found = self.rows
        if by.text:
            words = _folded(by.text).split()
            if len(self._texts) != len(self.rows):
                self._texts = list(map(_text, self.rows))
            found = [
                row
                for row, text in zip(self.rows, self._texts, strict=True)
                if all(word in text for word in words)
            ]
        if by.status is not None:
            found = [row for row in found if row.status is by.status]
        return sorted(found, key=_KEYS[by.order]) if by.order in _KEYS else list(found)


def row_sum(row: Row) -> int:
    """Kopecks of the greater side, without its sign."""
    operation = 0 if row.operation is None else row.operation.due
    return max(operation, (row.document.total or 0) if row.document is not None else 0)


_SEVERITY = list(reversed(RowStatus))
_KEYS: dict[Order, Callable[[Row], tuple[object, ...]]] = {
    Order.SUM: lambda row: (-row_sum(row), row.at),
    Order.STATUS: lambda row: (_SEVERITY.index(row.status), row.at),
}
"""Without one: as the station gives them, by time."""


def _text(row: Row) -> str:
    parts: list[object] = []
    if (operation := row.operation) is not None:
        parts += [operation.client, operation.comment, operation.operator, operation.id]
        parts += [operation.type, format_sum(operation.due), format_sum(operation.amount)]
    if (document := row.document) is not None:
        parts += [document.fiscal_document_number, f"{document.fiscal_sign:010}"]
        parts += [format_sum(document.total or 0), *(item.name for item in document.items)]
    return _folded("\n".join(map(str, parts)))


def _folded(text: str) -> str:
    """Without case, and sums without the blanks between their thousands."""
    return text.casefold().replace("\u00a0", "")
