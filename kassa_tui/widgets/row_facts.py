"""A row of the reconciliation field by field: what IZI says, what the FN says, differences."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import tzinfo

from textual.content import Content

from kassa_tui.money import format_sum
from kassa_tui.station.reconciliation.rows import Difference, Row
from kassa_tui.station.reconciliation.sides import Operation, TapeDocument
from kassa_tui.widgets.grid_lines import operation_word, sign_word
from kassa_tui.widgets.outside_text import pad, plain
from kassa_tui.words import _

_LABEL = 14
_GAP = 1


def row_facts(row: Row, zone: tzinfo | None, cells: int) -> Content:
    """Lines of `cells`: the field, IZI's side, a `!` where they differ, the FN's side."""
    side = (cells - _LABEL - 4) // 2
    head = f"{'':<{_LABEL}} {pad('IZI', side)}   {_('FN')}"
    lines = [Content.styled(head, "bold")]
    for label, left, right, differs in _fields(row, zone):
        if left or right:
            sign = ("!", "bold $accent") if differs else " "
            lines.append(
                Content.assemble(
                    f"{pad(label, _LABEL)} {pad(plain(left, side), side)} ",
                    sign,
                    f" {plain(right, side)}",
                )
            )
    return Content("\n").join(lines)


def _fields(row: Row, zone: tzinfo | None) -> Iterator[tuple[str, str, str, bool]]:
    left, right = row.operation, row.document
    differ = row.differences
    yield (
        _("Time"),
        f"{left.occurred_at.astimezone(zone):%d.%m.%Y %H:%M:%S}" if left else "",
        f"{right.date_time.astimezone(zone):%d.%m.%Y %H:%M}" if right else "",
        False,
    )
    yield (
        _("Operation"),
        operation_word(left) if left else "",
        sign_word(right.calculation_sign) if right else "",
        Difference.OPERATION in differ or Difference.NOT_DUE in differ,
    )
    yield (
        _("Sum"),
        format_sum(left.due) if left else "",
        _kopecks(right.total) if right else "",
        Difference.SUM in differ,
    )
    for label, ours, theirs in _ways(left, right):
        both = left is not None and right is not None and theirs is not None
        yield (
            label,
            format_sum(ours) if ours else "",
            format_sum(theirs) if theirs else "",
            both and ours != theirs,
        )
    yield (
        _("Receipt"),
        ", ".join(claim.receipt_id for claim in left.claims) if left else "",
        right.receipt_id if right else "",
        Difference.RECEIPT_ID in differ,
    )
    yield (
        _("Payment"),
        str(left.external_id) if left else "",
        str(right.named) if right is not None and right.named else "",
        Difference.PAYMENT_ID in differ,
    )
    yield _("FP"), "", f"{right.fiscal_sign:010}" if right else "", False
    yield _("Client"), left.client or left.client_id or "" if left else "", "", False
    yield _("Cashier"), left.operator if left else "", "", False
    yield _("Comment"), left.comment if left else "", "", False
    for item in right.items if right else ():
        yield _("Line"), "", f"{item.name}, {item.quantity:f} x {format_sum(item.price)}", False
    for one in row.corrections:
        yield _("Correction"), "", f"{one.receipt_id}, {_kopecks(one.total)}", False


def _ways(
    left: Operation | None, right: TapeDocument | None
) -> Iterator[tuple[str, int, int | None]]:
    yield _("in cash"), left.cash if left else 0, right.cash if right else None
    ours = left.card + left.app if left else 0
    yield _("by card"), ours, right.cashless if right else None
    yield _("from the balance"), left.balance if left else 0, right.prepaid if right else None
    yield _("by bonuses"), left.bonus if left else 0, None


def _kopecks(total: int | None) -> str:
    return "" if total is None else format_sum(total)
