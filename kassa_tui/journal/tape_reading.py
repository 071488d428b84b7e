"""The kept part of a register's tape: units of work that read, with few rows looked at."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple


class KeptShift(NamedTuple):
    """The documents of a register's shift that are kept."""

    documents: dict[int, str]
    """JSON by number."""
    follows: int | None
    """Number of the first kept document of a later shift; None: there is none."""


def kept_shift(db: sqlite3.Connection, fiscal_drive_number: str, number: int) -> KeptShift:
    """Numbers of shifts only grow along the tape, so its ends are found by halving."""
    first = _first_of(db, fiscal_drive_number, number)
    follows = _first_of(db, fiscal_drive_number, number + 1)
    if first is None:
        return KeptShift({}, follows)
    rows = db.execute(
        """
        SELECT fiscal_document_number, document FROM tape
        WHERE fiscal_drive_number = ? AND fiscal_document_number >= ?
          AND fiscal_document_number < ? ORDER BY fiscal_document_number
        """,
        (fiscal_drive_number, first, (1 << 62) if follows is None else follows),
    ).fetchall()
    return KeptShift(dict(rows), follows)


def kept_numbers(
    db: sqlite3.Connection, fiscal_drive_number: str, first: int, last: int
) -> frozenset[int]:
    rows = db.execute(
        """
        SELECT fiscal_document_number FROM tape
        WHERE fiscal_drive_number = ? AND fiscal_document_number BETWEEN ? AND ?
        """,
        (fiscal_drive_number, first, last),
    ).fetchall()
    return frozenset(number for (number,) in rows)


def _first_of(db: sqlite3.Connection, fiscal_drive_number: str, shift: int) -> int | None:
    """The first kept document of this shift or a later one."""
    row = db.execute(
        "SELECT min(fiscal_document_number), max(fiscal_document_number) FROM tape"
        " WHERE fiscal_drive_number = ?",
        (fiscal_drive_number,),
    ).fetchone()
    if row[0] is None:
        return None
    low, high, found = row[0], row[1], None
    while low <= high:
        middle = (low + high) // 2
        told = db.execute(
            """
            SELECT fiscal_document_number, json_extract(document, '$.shift_number') FROM tape
            WHERE fiscal_drive_number = ? AND fiscal_document_number BETWEEN ? AND ?
              AND json_extract(document, '$.shift_number') IS NOT NULL
            ORDER BY fiscal_document_number LIMIT 1
            """,
            (fiscal_drive_number, middle, high),
        ).fetchone()
        if told is None or told[1] >= shift:
            found = found if told is None else told[0]
            high = middle - 1
        else:
            low = told[0] + 1
    return found
