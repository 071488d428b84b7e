"""What comparing a shift costs, as a ratio to reading both sides from SQLite; and its grid.

    python -m tests.benchmarks.reconcile [--json] [--rows N] [--rounds N]

10,000 documents are kept in a real journal as a station keeps them, and 10,000 transactions
in the database of the embedded CRM's kind: a row for each, its draft as JSON. Reading is
what must be done before anything can be compared: the rows fetched, and made the values that
the comparison takes. Nine of ten are matched; the others are of every kind of difference.
`raw_ratio` sets the comparison against the bare fetching of the rows as text. What is measured
of the grid is said in `tests.benchmarks.grid`.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from kassa_tui.izi.models.receipt import DocumentKind, Receipt
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    Payment,
    PaymentMethod,
    Transaction,
    TransactionType,
)
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.tape_reading import kept_shift
from kassa_tui.station.reconciliation.kept import kept, read
from kassa_tui.station.reconciliation.matching import compare
from kassa_tui.station.reconciliation.operations import of_transaction
from kassa_tui.station.reconciliation.proofs import receipt_of
from kassa_tui.station.reconciliation.sides import Operation, Remembered, Scope, TapeDocument
from tests.benchmarks import grid
from tests.benchmarks.report import report

ROWS = 10_000
ROUNDS = 5
FN = "9999078900001234"
SHIFT = 27
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

T = TypeVar("T")


def document(number: int) -> TapeDocument:
    total = 100_00 + number % 7 * 50_00
    return TapeDocument(
        form=DocumentForm.RECEIPT,
        fiscal_drive_number=FN,
        fiscal_document_number=number,
        fiscal_sign=number * 7919 % (1 << 32),
        date_time=NOON + timedelta(seconds=number * 3),
        shift_number=SHIFT,
        receipt_number=number,
        calculation_sign=CalculationSign.SALE,
        total=total,
        cash=total,
        cashless=0,
        prepaid=0,
        tax_system=2,
        named=None if number % 50 == 9 else UUID(int=number),
    )


def transaction(number: int, made: TapeDocument) -> Transaction:
    """Of the document `made`; every tenth one differs in one way or another."""
    assert made.total is not None
    receipts: tuple[Receipt, ...] = (receipt_of(made, "0001234567012345"),)
    amount, kind = made.total, number % 100 // 10 if number % 10 == 9 else None
    external_id = UUID(int=number)
    match kind:
        case 0 | 1:
            receipts = ()
        case 2 | 3:
            external_id, receipts = UUID(int=number + (1 << 64)), ()
        case 4:
            amount += 1
        case 5:
            receipts = (receipts[0].model_copy(update={"document_kind": DocumentKind.CORRECTION}),)
    return Transaction(
        id=f"tx_{number}",
        seq=number,
        version=2,
        shift_id="sh_1",
        external_id=external_id,
        type=TransactionType.TOP_UP,
        client_id=f"cl_{number % 40}",
        amount=amount,
        payments=(Payment(method=PaymentMethod.CASH, amount=amount),),
        occurred_at=made.date_time,
        created_at=made.date_time,
        fiscal_status=FiscalStatus.ISSUED if receipts else FiscalStatus.PENDING,
        receipts=receipts,
    )


async def fill(folder: Path, rows: int) -> None:
    journal = await Journal.open(folder / "journal.db")
    with closing(sqlite3.connect(folder / "crm.db")) as crm:
        crm.execute("CREATE TABLE tx (id TEXT PRIMARY KEY, draft TEXT) WITHOUT ROWID")
        for first in range(1, rows + 1, 500):
            made = [document(number) for number in range(first, min(first + 500, rows + 1))]
            texts = {one.fiscal_document_number: kept(one) for one in made}
            await journal.keep_tape(FN, texts, NOON)
            told = [transaction(one.fiscal_document_number, one) for one in made]
            crm.executemany(
                "INSERT INTO tx VALUES (?, ?)", [(one.id, one.model_dump_json()) for one in told]
            )
        crm.commit()
    await journal.close()


def raw(folder: Path) -> tuple[dict[int, str], list[str]]:
    """The rows of both sides as text."""
    with closing(sqlite3.connect(folder / "journal.db")) as db:
        tape = kept_shift(db, FN, SHIFT).documents
    with closing(sqlite3.connect(folder / "crm.db")) as db:
        return tape, [text for (text,) in db.execute("SELECT draft FROM tx")]


def sides(folder: Path) -> tuple[list[TapeDocument], list[Operation]]:
    """Both sides as they are compared."""
    tape, drafts = raw(folder)
    told = map(Transaction.model_validate_json, drafts)
    return list(read(tape).values()), [of_transaction(one) for one in told]


def timed(rounds: int, work: Callable[[], T]) -> tuple[float, T]:
    """Median seconds, and the last result."""
    spent: list[float] = []
    for _ in range(rounds):
        gc.collect()
        begin = time.perf_counter()
        result = work()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent), result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    told = parser.parse_args()
    scope = Scope(shifts=frozenset({(FN, SHIFT)}), is_open=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asyncio.run(fill(folder, told.rows))
        raw_s, _ = timed(told.rounds, lambda: raw(folder))
        reading_s, (documents, operations) = timed(told.rounds, lambda: sides(folder))
    compare_s, found = timed(
        told.rounds,
        lambda: compare(scope, documents, operations, Remembered(), NOON + timedelta(hours=12)),
    )
    alike = [replace(one, named=None) for one in documents]
    free = [replace(one, claims=(), fiscal_status="pending") for one in operations]
    worst_s, _ = timed(
        told.rounds,
        lambda: compare(scope, alike, free, Remembered(), NOON + timedelta(hours=12)),
    )
    report(
        {
            "reconcile_ratio": compare_s / reading_s,
            "worst_ratio": worst_s / reading_s,
            "raw_ratio": compare_s / raw_s,
            "compare_ms": compare_s * 1000,
            "worst_ms": worst_s * 1000,
            "reading_ms": reading_s * 1000,
            "raw_ms": raw_s * 1000,
            "rows": len(found.rows),
            **grid.figures(),
        },
        {
            "reconcile_ratio": "goal: at most 3",
            "worst_ratio": "nothing is bound by a key: every row looks for others like it",
            "raw_ratio": "against the bare fetching of the rows as text",
            **grid.NOTES,
        },
    )


if __name__ == "__main__":
    main()
