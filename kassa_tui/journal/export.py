"""The journal for other programs: events as JSON lines, payments as CSV.

Phone numbers and addresses are masked, in free words too.
"""

from __future__ import annotations

import csv
import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from kassa_tui.journal.database import open_to_read
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.privacy import masked
from kassa_tui.spreadsheet import cell

_FREE_WORDS = frozenset(
    {"client", "comment", "detail", "error", "message", "display_name", "buyer_contact"}
)
"""Members in which people write what they like."""

_NESTED = frozenset({"call_body", "result", "receipt", "detail", "card"})
"""Members that hold JSON as text."""

COLUMNS = (
    "id", "created_at", "kind", "total_kopecks", "paid_by", "client", "cashier", "shift",
    "called_off", "receipts",
)  # fmt: skip


def write_file(path: Path, to: Path, write: Callable[[Path, TextIO], int]) -> int:
    """What `write` makes of the journal `path`, into a file that its owner alone may read.

    How many rows. An older file of the name is replaced. Raises `JournalError`, `OSError`.
    """
    handle = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8", newline="") as file:  # noqa: PTH123
        return write(path, file)


def export_payments(path: Path, folder: Path, at: datetime) -> tuple[Path, int]:
    """Write the payments into a new file in `folder`; the file, and how many they are.

    It has its name once it is whole. Raises `JournalError`, `OSError`.
    """
    target = folder / f"payments-{at:%Y%m%d-%H%M%S}.csv"
    part = target.with_suffix(".part")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        payments = write_file(path, part, write_payments)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return target, payments


def write_events(path: Path, to: TextIO) -> int:
    """One event a line, oldest first; how many. Raises `JournalError`, `OSError`."""
    events = 0
    for seq, at, kind, body in _rows(path, "SELECT seq, at, kind, body FROM event ORDER BY seq"):
        event = {"seq": seq, "at": at, "kind": kind, "body": _masked(json.loads(body))}
        to.write(json.dumps(event, ensure_ascii=False) + "\n")
        events += 1
    return events


def write_payments(path: Path, to: TextIO) -> int:
    """One payment a row, oldest first; how many. Raises `JournalError`, `OSError`.

    `paid_by` is `method=kopecks` for each part, `receipts` is `<FN>:<FD>` or the state of
    each receipt.
    """
    table = csv.writer(to)
    table.writerow(COLUMNS)
    payments = 0
    for row in _rows(path, _PAYMENTS):
        table.writerow(map(cell, row))
        payments += 1
    return payments


_PAYMENTS = """
    SELECT id, created_at, kind, total,
           (SELECT group_concat(method || '=' || amount, ' ') FROM payment_part
            WHERE payment = id),
           client, cashier, shift, called_off,
           (SELECT group_concat(
                coalesce(d.fiscal_drive_number || ':' || d.fiscal_document_number, i.state), ' ')
            FROM receipt_intent i LEFT JOIN fiscal_document d ON d.receipt = i.id
            WHERE i.payment = p.id)
    FROM payment p ORDER BY id
"""


def _rows(path: Path, query: str) -> Iterator[tuple[Any, ...]]:
    try:
        with closing(open_to_read(path)) as db:
            yield from db.execute(query)
    except sqlite3.Error as error:
        raise JournalError(f"{path.name}: {error}") from error


def _masked(value: Any, name: str = "") -> Any:
    match value:
        case dict():
            return {key: _masked(inner, key) for key, inner in value.items()}
        case list():
            return [_masked(inner, name) for inner in value]
        case str() if name in _NESTED and value[:1] in ("{", "["):
            try:
                return json.dumps(_masked(json.loads(value)), ensure_ascii=False)
            except ValueError:
                return masked(value)
        case str() if name in _FREE_WORDS:
            return masked(value)
        case _:
            return value
