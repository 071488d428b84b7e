"""The journal with 1,000,000 payments beside an empty one, and beside bare sqlite3.

    python -m tests.benchmarks.journal [--json] [--payments N]

Start-up is `Journal.open` with all it looks at. Queries are those that a cashier's screen
asks, each on both files; the slowest ratio counts. Both files hold the same open work (a few
payments without a document, calls to make), since that is what those queries are about.

Commits are compared with a program that only writes: the same rows into the same tables by
sqlite3 itself, one transaction each, with the same pragmas; it seals nothing and has no loop
and no thread of its own. What waits for the journal at once shares a commit, which bare
sqlite3 does not do; the rate of a lone caller is told beside. That one depends on the disk:
what a commit costs beyond bare sqlite3 (`lone_commit_overhead_ms`) is much of a commit that
takes 0.2 ms, and little of one that takes 4.

A search by words looks through as many payments as `searching` allows, so it costs more in a
long file by its nature, up to that limit: `search_ms` is its time in the long one.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from kassa_tui.journal.calls import CallState
from kassa_tui.journal.chain import START, head_seal, next_link
from kassa_tui.journal.database import PRAGMAS
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import LOOKED_AT, key_path
from kassa_tui.journal.records import Payment
from kassa_tui.journal.shifts import ShiftOpening
from tests.benchmarks.report import report
from tests.journal.records import FN, NOON, attempt, call, document, identity, payment

PAYMENTS = 1_000_000
PER_SHIFT = 1000
ROUNDS = 60
STARTS = 15
COMMITS = 50
CALLERS = 4
"""Tasks that write at once, so that the rate is the journal's and not a single caller's."""
BATCHES = 40
"""In turns, ours and bare: disks have moods that last for seconds."""
SEARCHES = 9

Query = Callable[[Journal], Awaitable[object]]


def late(number: int) -> UUID:
    """An id after all generated ones."""
    return UUID(int=identity(number).int | 1 << 60)


SHIFT = ShiftOpening(id=late(1), opened_at=NOON, cashier="Иванова А.", opening_cash=0)
ORDER_ID = late(2)
QUERIES: dict[str, Query] = {
    "last_payments": lambda journal: journal.last_payments(20),
    "payment": lambda journal: journal.payment(late(10)),
    "payment_of_caller": lambda journal: journal.payment_of_caller("caller"),
    "payment_of_document": lambda journal: journal.payment_of_document(FN, 2_000_000_010),
    "payments_of_shift": lambda journal: journal.payments_of_shift(SHIFT.id, 20),
    "payments_without_document": lambda journal: journal.payments_without_document(),
    "unsettled_attempts": lambda journal: journal.unsettled_attempts(),
    "payments_of_order": lambda journal: journal.payments_of_order(ORDER_ID),
    "find_payments": lambda journal: journal.find_payments("", None, 20),
    "story": lambda journal: journal.story(late(10)),
    "refunds_of": lambda journal: journal.refunds_of(late(10)),
    "receipt": lambda journal: journal.receipt(late(10)),
    "known_receipts": lambda journal: journal.known_receipts((late(10), late(9))),
    "document": lambda journal: journal.document(FN, 2_000_000_010),
    "undelivered": lambda journal: journal.undelivered(FN),
    "due_calls": lambda journal: journal.due_calls(NOON + timedelta(days=1), 10),
    "call_counts": lambda journal: journal.call_counts(),
    "call": lambda journal: journal.call(late(110)),
    "calls_in": lambda journal: journal.calls_in(CallState.POISONED, 20),
    "calls_of": lambda journal: journal.calls_of(late(10)),
    "current_shift": lambda journal: journal.current_shift(),
    "shift": lambda journal: journal.shift(SHIFT.id),
    "last_shifts": lambda journal: journal.last_shifts(1),
    "sums_of_shift": lambda journal: journal.sums_of_shift(SHIFT.id),
    "cash_moves": lambda journal: journal.cash_moves(SHIFT.id),
    "open_cash_moves": lambda journal: journal.open_cash_moves(),
    "tape": lambda journal: journal.tape(FN, 2_000_000_000, 2_000_000_020),
    "head": lambda journal: journal.head(),
}

_HISTORY = f"""
    CREATE TEMP VIEW n AS
    WITH RECURSIVE n (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n LIMIT :payments)
    SELECT n, printf('00000000-0000-7000-8000-%012x', n) AS id,
           printf('00000000-0000-7000-8001-%012x', n / {PER_SHIFT}) AS shift FROM n;
    INSERT INTO shift SELECT DISTINCT shift, 'closed', '2026-01-01T00:00:00+00:00', 'a', 0, '',
           '{FN}', n / {PER_SHIFT} + 1, shift, '2026-01-01T00:00:00+00:00', 0, 0, '', 1
    FROM n WHERE n % {PER_SHIFT} = 0;
    INSERT INTO payment SELECT id, 'c' || n, 'top_up', 50000, 'cash', NULL, 'cl_1', 'a', 'b',
           shift, NULL, '', '2026-01-01T00:00:00+00:00', '', NULL, '', NULL FROM n;
    INSERT INTO payment_part SELECT id, 0, 'cash', 50000, NULL FROM n;
    INSERT INTO receipt_intent SELECT id, id, 0,
           '{{"items":["a line of a receipt, as long as one is"]}}', NULL, 'recorded' FROM n;
    INSERT INTO attempt SELECT n + 1, id, '{FN}', n, 'd1', '2026-01-01T00:00:00+00:00',
           'recorded', '', '', '2026-01-01T00:00:00+00:00' FROM n;
    INSERT INTO fiscal_document SELECT '{FN}', n + 1, 3, 1, '2026-01-01T00:00:00+00:00', 1, 1,
           1, 50000, 'qr', id, '2026-01-01T00:00:00+00:00', '2026', '2026' FROM n;
    INSERT INTO call SELECT n + 1, 'call' || n, id, 1, 'post_transaction',
           '{{"amount":50000}}', 'key' || n, 'done', 1, '', '', '{{}}',
           '2026-01-01T00:00:00+00:00' FROM n;
    INSERT INTO event SELECT n + 1, '2026-01-01T00:00:00+00:00', 'payment_taken',
           '{{"an":"event, about as long as one of a payment that is taken in the middle"}}',
           zeroblob(32) FROM n;
"""


async def empty(path: Path) -> None:
    """A journal with the open work of one shift and nothing before it."""
    journal = await Journal.open(path)
    await journal.begin_shift(SHIFT)
    await journal.shift_is_open(SHIFT.id, NOON, FN, 1_000_000)
    for number in range(10, 40):
        taken = replace(payment(number), id=late(number), shift_id=SHIFT.id)
        if number == 10:
            taken = replace(taken, caller_id="caller", order_id=ORDER_ID)
        todo = replace(call(number, taken.id), id=late(100 + number), key=late(200 + number))
        await journal.add_payment(taken, '{"items":[]}', [todo])
        if number < 35:
            sent = await journal.add_attempt(attempt(taken.id))
            kept = document(2_000_000_000 + number)
            await journal.add_document(kept, NOON, taken.id, sent)
            await journal.end_call(todo.id, NOON, CallState.DONE)
    await journal.close()


def lengthen(path: Path, payments: int) -> None:
    """Put a history before what the journal holds.

    The old events carry no seals, since only a whole verification reads them; those that a
    start looks at do.
    """
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -400000")
    triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    db.execute("BEGIN")
    for name, _ in triggers:
        db.execute(f"DROP TRIGGER {name}")
    events = db.execute("SELECT at, kind, body FROM event ORDER BY seq").fetchall()
    db.execute("DELETE FROM event")
    db.execute("UPDATE attempt SET number = number + 10000000")
    db.execute("UPDATE call SET number = number + 10000000")
    for statement in _HISTORY.replace(":payments", str(payments)).split(";\n"):
        db.execute(statement)
    key = key_path(path).read_bytes()
    last = START._replace(seq=payments, seal=bytes(32))
    padding = [("2026-01-01T00:00:00+00:00", "incident", "{}")] * LOOKED_AT
    for at, kind, body in (*padding, *events):
        last = next_link(key, last, at, kind, body)
        db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)", (last.seq, at, kind, body, last.seal)
        )
    db.execute("UPDATE head SET seq = ?, seal = ?", (last.seq, head_seal(key, last)))
    for _, sql in triggers:
        db.execute(sql)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    db.close()


async def start_ratio(small: Path, large: Path) -> float:
    """Median of the time to open one, over that of the other; taken in turns."""
    times: dict[Path, list[float]] = {small: [], large: []}
    for _ in range(STARTS):
        for path, taken in times.items():
            begin = time.perf_counter()
            journal = await Journal.open(path)
            taken.append(time.perf_counter() - begin)
            await journal.close()
    return statistics.median(times[large]) / statistics.median(times[small])


async def query_ratios(small: Path, large: Path) -> dict[str, float]:
    """For each query the median over the large file to that over the small one."""
    journals = [await Journal.open(small), await Journal.open(large)]
    ratios = {}
    for name, query in QUERIES.items():
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for journal, taken in zip(journals, times, strict=True):
                begin = time.perf_counter()
                await query(journal)
                taken.append(time.perf_counter() - begin)
        ratios[name] = statistics.median(times[1]) / statistics.median(times[0])
    for journal in journals:
        await journal.close()
    return ratios


async def search_s(path: Path) -> float:
    """Median of the time of a search that finds nothing."""
    journal = await Journal.open(path)
    times = []
    for _ in range(SEARCHES):
        begin = time.perf_counter()
        assert not await journal.find_payments("нет такого", None, 20)
        times.append(time.perf_counter() - begin)
    await journal.close()
    return statistics.median(times)


async def commit_rates(folder: Path, callers: int) -> tuple[float, float]:
    """Payments a second, of the journal and of bare sqlite3; the median of batches in turns."""
    path = folder / f"ours-{callers}.db"
    journal = await Journal.open(path)
    bare = _bare(folder / f"bare-{callers}.db")
    ours_s, bare_s = [], []
    for batch in range(BATCHES):
        taken = [payment(batch * COMMITS + number + 1) for number in range(COMMITS)]
        begin = time.perf_counter()
        waiting = iter(taken)
        await asyncio.gather(*(_pay(journal, waiting) for _ in range(callers)))
        ours_s.append(time.perf_counter() - begin)
        first = batch * COMMITS + 1
        rows = _rows(path, first, first + COMMITS - 1)
        begin = time.perf_counter()
        for statements in rows:
            bare.execute("BEGIN IMMEDIATE")
            for statement, values in statements:
                bare.execute(statement, values)
            bare.execute("COMMIT")
        bare_s.append(time.perf_counter() - begin)
    bare.close()
    await journal.close()
    return COMMITS / statistics.median(ours_s), COMMITS / statistics.median(bare_s)


async def _pay(journal: Journal, payments: Iterator[Payment]) -> None:
    for one in payments:
        await journal.add_payment(one, '{"items":[]}')


_WRITTEN = {"event": "seq", "payment": "id", "payment_part": "payment", "receipt_intent": "id"}


def _bare(path: Path) -> sqlite3.Connection:
    """A file with the same tables and indexes."""
    from kassa_tui.journal.schema import STATEMENTS

    db = sqlite3.connect(path, isolation_level=None)
    for pragma in PRAGMAS:
        db.execute(pragma)
    for statement in STATEMENTS:
        db.execute(statement)
    return db


def _rows(path: Path, first: int, last: int) -> list[list[tuple[str, tuple[object, ...]]]]:
    """What payments wrote, to be written again: the event, the head and the projections."""
    db = sqlite3.connect(path)
    written = []
    for number in range(first, last + 1):
        statements = []
        for table, key in _WRITTEN.items():
            value = number if table == "event" else str(identity(number))
            row = db.execute(f"SELECT * FROM {table} WHERE {key} = ?", (value,)).fetchone()
            marks = ", ".join("?" * len(row))
            statements.append((f"INSERT INTO {table} VALUES ({marks})", row))
        head = (number, bytes(32))
        statements.append(("INSERT OR REPLACE INTO head VALUES (1, ?, ?)", head))
        written.append(statements)
    db.close()
    return written


async def measure(payments: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small, large = folder / "small.db", folder / "large.db"
        await empty(small)
        await empty(large)
        begin = time.perf_counter()
        lengthen(large, payments)
        made_s = time.perf_counter() - begin
        startup = await start_ratio(small, large)
        ratios = await query_ratios(small, large)
        search = await search_s(large)
        ours, bare = await commit_rates(folder, CALLERS)
        lone, lone_bare = await commit_rates(folder, 1)
        slowest = max(ratios, key=lambda name: ratios[name])
        report(
            {
                "payments": payments,
                "megabytes": large.stat().st_size >> 20,
                "made_in_s": made_s,
                "startup_ratio": startup,
                "slowest_query_ratio": ratios[slowest],
                "search_ms": search * 1000,
                "commits_per_s": ours,
                "bare_commits_per_s": bare,
                "commit_rate_ratio": ours / bare,
                "lone_commit_rate_ratio": lone / lone_bare,
                "lone_commit_overhead_ms": (1 / lone - 1 / lone_bare) * 1000,
                "bare_commit_ms": 1 / lone_bare * 1000,
            },
            {
                "startup_ratio": "goal: at most 1.3",
                "slowest_query_ratio": f"goal: at most 1.3 ({slowest})",
                "commit_rate_ratio": f"goal: at least 0.7 ({CALLERS} callers at once)",
                "search_ms": "a word that no payment has, in the long file",
                "lone_commit_rate_ratio": "one caller that waits for each commit",
                "lone_commit_overhead_ms": "what that costs beyond bare sqlite3",
            },
        )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--payments", type=int, default=PAYMENTS)
    asyncio.run(measure(parser.parse_args(sys.argv[1:]).payments))


if __name__ == "__main__":
    main()
