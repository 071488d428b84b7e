"""What `kassa reconcile` tells: rows and sums, for people, as JSON and as a table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from kassa_tui.cli import exit_codes
from kassa_tui.cli.results import Result
from kassa_tui.money import format_sum
from kassa_tui.settings.problems import escaped
from kassa_tui.station.reconciliation.export import row_values, totals_values, write_csv
from kassa_tui.station.reconciliation.requests import ShiftComparison
from kassa_tui.station.reconciliation.rows import Row, RowStatus
from kassa_tui.widgets.reconciliation_words import (
    action_words,
    row_words,
    status_words,
)
from kassa_tui.words import _


class Form(Enum):
    """How it is told."""

    TEXT = auto()
    JSON = auto()
    CSV = auto()


@dataclass(frozen=True, slots=True)
class Mended:
    """A row that was safe to mend, and what came of it."""

    row: Row
    result: Result


def reconciled(
    comparison: ShiftComparison,
    rows: Sequence[Row],
    mended: Sequence[Mended] | None,
    *,
    form: Form,
    preview: bool,
) -> Result:
    """`DONE` where the whole shift is matched, `DIFFERENCES` otherwise: a person who has settled a
    row has not made it match."""
    is_good = comparison.is_whole and comparison.totals.all_matched
    code = exit_codes.DONE if is_good else exit_codes.DIFFERENCES
    name = "matched" if is_good else "differences"
    told = {
        "fiscal_drive_number": comparison.fiscal_drive_number,
        "shift_number": comparison.shift_number,
        "opened_at": comparison.opened_at and comparison.opened_at.isoformat(),
        "closed_at": comparison.closed_at and comparison.closed_at.isoformat(),
        "is_open": comparison.is_open,
        "is_whole": comparison.is_whole,
        "totals": totals_values(comparison.totals),
    }
    if form is Form.JSON:
        told["rows"] = [row_values(row) for row in rows]
        if preview:
            told["to_mend"] = [row.key for row in rows if row.safe is not None]
            told["mended"] = [
                {
                    "row": one.row.key,
                    "action": one.row.safe,
                    "result": one.result.result,
                    **one.result.told,
                }
                for one in mended or ()
            ]
        return Result(code, name, told)
    if form is Form.CSV:
        table = io.StringIO()
        write_csv(rows, table)
        return Result(code, name, told, (table.getvalue().rstrip(),), is_report=True)
    lines = [*_lines(comparison, rows), *_mending(rows, mended, preview=preview)]
    return Result(code, name, told, tuple(lines), is_report=True)


def _lines(comparison: ShiftComparison, rows: Sequence[Row]) -> list[str]:
    totals = comparison.totals
    lines = [
        _("Shift {number}, FN {fn}").format(
            number=comparison.shift_number, fn=comparison.fiscal_drive_number
        )
    ]
    if not comparison.is_whole:
        lines.append(_("Not the whole tape of the shift could be read."))
    lines += [_line(row) for row in rows if row.status is not RowStatus.MATCHED]
    lines += [
        f"{status_words(one.status)}: {one.count}"
        f"  {format_sum(one.operations_sum)} / {format_sum(one.documents_sum)}"
        for one in totals.by_status
    ]
    lines.append(
        _("Without a receipt: {count}, {total}").format(
            count=totals.without_receipt, total=format_sum(totals.without_receipt_sum)
        )
    )
    if totals.exposure:
        lines.append(_("The fine is at least {total}").format(total=format_sum(totals.exposure)))
    return lines


def _line(row: Row) -> str:
    operation, document = row.operation, row.document
    left = "-" if operation is None else f"{operation.type} {format_sum(operation.due)}"
    right = "-"
    if document is not None:
        total = "?" if document.total is None else format_sum(document.total)
        right = f"{document.receipt_id} {total}"
    words = "; ".join(row_words(row))
    return escaped(f"{row.at:%Y-%m-%d %H:%M}  {left}  {right}  {status_words(row.status)}: {words}")


def _mending(rows: Sequence[Row], mended: Sequence[Mended] | None, *, preview: bool) -> list[str]:
    if mended is not None:
        return [
            f"{action_words(one.row.safe)}: {escaped(one.row.key)}: {line}"
            for one in mended
            if one.row.safe is not None
            for line in one.result.lines or (one.result.result,)
        ]
    if not preview:
        return []
    return [
        _("To be mended: {action}: {row}").format(
            action=action_words(row.safe), row=escaped(row.key)
        )
        for row in rows
        if row.safe is not None
    ]
