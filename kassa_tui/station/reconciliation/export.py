"""Rows for other programs, by the names of the gateway's contract. Sums are kopecks."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from kassa_tui.spreadsheet import cell
from kassa_tui.station.reconciliation.rows import Row, Totals
from kassa_tui.station.reconciliation.sides import Operation, TapeDocument


def row_values(row: Row) -> dict[str, Any]:
    """A row as JSON holds it."""
    return {
        "row": row.key,
        "status": row.status.value,
        "differences": [one.value for one in row.differences],
        "evidence": [one.value for one in row.evidence],
        "suggested": list(row.suggested),
        "actions": [one.value for one in row.actions],
        "safe": None if row.safe is None else row.safe.value,
        "without_receipt_since": None if row.owed is None else row.owed.since.isoformat(),
        "remedy": None if row.owed is None else row.owed.remedy.value,
        "settled": row.settled or None,
        "transaction": None if row.operation is None else _operation(row.operation),
        "receipt": None if row.document is None else _document(row.document),
        "corrections": [_document(one) for one in row.corrections],
    }


def totals_values(totals: Totals) -> dict[str, Any]:
    """The footer as JSON holds it."""
    return {
        "by_status": {
            one.status.value: {
                "count": one.count,
                "transactions_sum": one.operations_sum,
                "receipts_sum": one.documents_sum,
            }
            for one in totals.by_status
        },
        "without_receipt": totals.without_receipt,
        "without_receipt_sum": totals.without_receipt_sum,
        "without_transaction": totals.without_operation,
        "without_transaction_sum": totals.without_operation_sum,
        "exposure": totals.exposure,
        "safe": totals.safe,
        "settled": totals.settled,
        "hidden": totals.hidden,
        "elsewhere": totals.elsewhere,
    }


def write_csv(rows: Iterable[Row], to: TextIO) -> None:
    """One row a line; lists are words with spaces between them. Raises `OSError`."""
    table = csv.writer(to)
    table.writerow(_COLUMNS)
    for row in rows:
        table.writerow(map(cell, _cells(row)))


def write_files(folder: Path, rows: Sequence[Row], at: datetime) -> tuple[Path, ...]:
    """Write the rows into new files in `folder`, which their owner alone may read: a table, the
    same as JSON, and as a spreadsheet where the library for it is installed. Raises `OSError`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"reconciliation-{at:%Y%m%d-%H%M%S}"
    table, whole = folder / f"{name}.csv", folder / f"{name}.json"
    with _own(table) as file:
        write_csv(rows, file)
    with _own(whole) as file:
        json.dump([row_values(row) for row in rows], file, ensure_ascii=False, indent=1)
    sheet = folder / f"{name}.xlsx"
    return (table, whole, sheet) if _write_xlsx(rows, sheet) else (table, whole)


def _write_xlsx(rows: Iterable[Row], to: Path) -> bool:
    """False: the library is not installed."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        return False
    with to.open("xb"):
        to.chmod(0o600)
    # Nothing that a cell holds is read as a formula or a link.
    with Workbook(to, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, _COLUMNS)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(_cells(row)):
                if isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif value not in (None, ""):
                    sheet.write_string(number, column, str(value))
    return True


def _own(path: Path) -> TextIO:
    """A new file that its owner alone may read."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return open(handle, "w", encoding="utf-8", newline="")  # noqa: PTH123


def _cells(row: Row) -> list[Any]:
    values = row_values(row)
    flat = {
        **{f"transaction_{name}": one for name, one in (values["transaction"] or {}).items()},
        **(values["receipt"] or {}),
        **values,
        "corrections": [one["receipt_id"] for one in values["corrections"]],
    }
    return [" ".join(one) if isinstance(one := flat.get(name), list) else one for name in _COLUMNS]


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "id": operation.id or None,
        "external_id": str(operation.external_id),
        "type": operation.type,
        "occurred_at": operation.occurred_at.isoformat(),
        "amount": operation.amount,
        "due": operation.due,
        "cash": operation.cash,
        "card": operation.card,
        "app": operation.app,
        "balance": operation.balance,
        "bonus": operation.bonus,
        "client_id": operation.client_id,
        "client": operation.client,
        "fiscal_status": operation.fiscal_status,
        "receipt_ids": [one.receipt_id for one in operation.claims],
        "late_posted": operation.late_posted,
    }


def _document(document: TapeDocument) -> dict[str, Any]:
    sign = document.calculation_sign
    return {
        "receipt_id": document.receipt_id,
        "fiscal_drive_number": document.fiscal_drive_number,
        "fiscal_document_number": document.fiscal_document_number,
        "fiscal_sign": str(document.fiscal_sign),
        "form": int(document.form),
        "shift_number": document.shift_number,
        "request_number": document.receipt_number,
        "operation_type": None if sign is None else int(sign),
        "date_time": document.date_time.isoformat(),
        "total_sum": document.total,
        "cash_total_sum": document.cash,
        "ecash_total_sum": document.cashless,
        "prepaid_sum": document.prepaid,
        "names_payment": None if document.named is None else str(document.named),
        "corrects": document.corrects,
    }


_COLUMNS = (
    "status", "differences", "evidence", "suggested", "without_receipt_since", "remedy", "settled",
    "transaction_id", "transaction_external_id", "transaction_type", "transaction_occurred_at",
    "transaction_amount", "transaction_due", "transaction_cash", "transaction_card",
    "transaction_app", "transaction_balance", "transaction_bonus", "transaction_client_id",
    "transaction_client", "transaction_fiscal_status", "transaction_receipt_ids",
    "receipt_id", "shift_number", "request_number", "operation_type", "date_time", "total_sum",
    "cash_total_sum", "ecash_total_sum", "prepaid_sum", "names_payment", "corrections",
)  # fmt: skip
