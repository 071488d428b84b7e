"""Power cuts, kills, damaged and missing files, full disks."""

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from drivers.register import FnPhase, FnStatus, FnWarnings
from kassa_tui.journal.errors import (
    DiskNearlyFull,
    JournalDamaged,
    JournalError,
    JournalInUse,
    JournalMissing,
)
from kassa_tui.journal.file import ROOM_BYTES
from kassa_tui.journal.head import Continuity, JournalHead, rolled_back
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.records import AttemptState
from kassa_tui.journal.recovery import IncidentKind, open_or_replace, start_anew
from kassa_tui.journal.verification import verify
from tests.journal.records import (
    FN,
    NOON,
    attempt,
    document,
    fill,
    identity,
    payment,
)
from tests.journal.test_verification import tamper

STATUS = FnStatus(
    fiscal_drive_number=FN,
    phase=FnPhase.FISCAL,
    valid_until=date(2027, 1, 1),
    warnings=FnWarnings(),
    last_fiscal_document_number=8,
)
WRITER = """
import asyncio, sys
from pathlib import Path
from kassa_tui.journal.journal import Journal
from tests.journal.records import payment

async def main():
    journal = await Journal.open(Path(sys.argv[1]))
    for number in range(1, 100_000):
        await journal.add_payment(payment(number), "{}")
        print(number, flush=True)

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


async def filled(path: Path) -> None:
    journal = await Journal.open(path)
    await fill(journal)
    await journal.close()


def started(path: Path) -> subprocess.Popen[str]:
    """A process that takes payments as fast as it can, and tells the number of each."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True
    )


def test_what_was_acknowledged_outlives_a_killed_process(path: Path) -> None:
    writer = started(path)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) >= 50:
            break
    writer.send_signal(signal.SIGKILL)
    acknowledged = [int(line) for line in writer.stdout.read().split()]
    writer.stdout.close()
    writer.wait()
    last = max(acknowledged, default=50)

    verdict = verify(path)
    assert verdict.broken is None
    assert last <= verdict.events <= last + 1


async def test_a_killed_station_leaves_no_lock(path: Path) -> None:
    writer = started(path)
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(JournalInUse):
        await Journal.open(path)
    writer.kill()
    writer.wait()
    writer.stdout.close()
    journal = await Journal.open(path)
    await journal.close()


@pytest.mark.parametrize("kept", [0, 31, 33, 5_000, 20_000, 40_001])
async def test_a_torn_log_loses_its_end_and_nothing_else(
    path: Path, tmp_path: Path, kept: int
) -> None:
    journal = await Journal.open(path)
    for number in range(1, 20):
        await journal.add_payment(payment(number), "{}")
    torn = tmp_path / "torn.db"
    shutil.copy(path, torn)
    shutil.copy(key_path(path), key_path(torn))
    log = path.with_name("journal.db-wal").read_bytes()
    torn.with_name("torn.db-wal").write_bytes(log[:kept])
    await journal.close()
    assert len(log) > 40_001

    again = await Journal.open(torn)
    payments = await again.last_payments(100)
    await again.close()
    assert [state.payment for state in payments] == [
        payment(number) for number in range(len(payments), 0, -1)
    ]
    assert verify(torn).broken is None


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET body = '{}' WHERE seq = (SELECT max(seq) FROM event)",
        "DELETE FROM event WHERE seq = (SELECT max(seq) FROM event)",
        "UPDATE head SET seq = seq - 1",
    ],
)
async def test_a_changed_end_is_noticed_at_the_start(path: Path, statement: str) -> None:
    await filled(path)
    tamper(path, statement)
    with pytest.raises(JournalDamaged):
        await Journal.open(path)


async def test_a_file_that_lost_its_end_is_noticed_at_the_start(path: Path) -> None:
    await filled(path)
    os.truncate(path, path.stat().st_size - 4096)
    with pytest.raises(JournalDamaged):
        await Journal.open(path)


async def test_a_journal_without_its_key_is_damaged(path: Path) -> None:
    await filled(path)
    key_path(path).unlink()
    with pytest.raises(JournalDamaged):
        await Journal.open(path)


async def test_a_damaged_journal_is_put_aside_and_work_goes_on(path: Path) -> None:
    await filled(path)
    before = b"SQLite format 3\x00" + b"garbage" * 1000
    path.write_bytes(before)
    journal, incident = await open_or_replace(path, NOON)
    await journal.add_payment(payment(1), "{}")
    await journal.close()

    assert incident is not None
    assert incident.kind is IncidentKind.DAMAGED
    names = {file.name for file in incident.set_aside}
    assert "journal.damaged-20261120T120000Z.db" in names
    assert incident.set_aside[0].read_bytes() == before
    assert {stat.S_IMODE(file.stat().st_mode) for file in incident.set_aside} == {0o600}
    assert verify(path).events == 2


async def test_a_journal_that_is_gone_is_reported(path: Path) -> None:
    await filled(path)
    path.unlink()
    with pytest.raises(JournalMissing):
        await Journal.open(path)
    journal, incident = await open_or_replace(path, NOON)
    await journal.close()
    assert incident is not None
    assert incident.kind is IncidentKind.MISSING


async def test_a_second_damage_overwrites_nothing(path: Path) -> None:
    for _ in range(2):
        await filled(path)
        path.write_bytes(b"garbage" * 100)
        journal, incident = await open_or_replace(path, NOON)
        await journal.close()
        assert incident is not None
        path.unlink()
        key_path(path).unlink()
    assert len(list(path.parent.glob("journal.damaged-*.db"))) == 2


async def test_a_good_journal_is_not_replaced(path: Path) -> None:
    await filled(path)
    journal, incident = await open_or_replace(path, NOON)
    await journal.close()
    assert incident is None
    assert verify(path).events > 1


async def test_a_journal_in_use_is_not_put_aside(path: Path) -> None:
    journal = await Journal.open(path)
    with pytest.raises(JournalInUse):
        await start_anew(path, NOON, IncidentKind.ROLLED_BACK, "")
    await journal.close()
    assert not list(path.parent.glob("*rolled_back*"))


async def test_the_head_tells_the_last_document_of_each_fn(path: Path) -> None:
    journal = await Journal.open(path)
    await journal.add_document(document(8), NOON)
    await journal.add_document(document(9), NOON)
    old = replace(document(70), fiscal_drive_number="9999078900000001")
    await journal.add_document(old, NOON)
    head = await journal.head()
    await journal.close()
    assert head.last_documents == {FN: 9, "9999078900000001": 70}


@pytest.mark.parametrize(
    ("known", "unsettled_after", "last", "expected"),
    [
        ({FN: 8}, None, 8, Continuity.UNBROKEN),
        ({FN: 7}, None, 8, Continuity.REGISTER_AHEAD),
        ({FN: 7}, 7, 8, Continuity.UNBROKEN),
        ({FN: 6}, 6, 8, Continuity.REGISTER_AHEAD),
        ({FN: 9}, None, 8, Continuity.REGISTER_BEHIND),
        ({}, None, 8, Continuity.FRESH),
        ({"9999078900000001": 70}, None, 8, Continuity.FRESH),
    ],
)
def test_the_register_shows_a_journal_that_was_rolled_back(
    known: dict[str, int], unsettled_after: int | None, last: int, expected: Continuity
) -> None:
    head = JournalHead(events=1, last_documents=known, unsettled_after=unsettled_after)
    assert rolled_back(head, replace(STATUS, last_fiscal_document_number=last)) is expected


async def test_an_older_copy_of_the_file_does_not_know_the_tape(path: Path, tmp_path: Path) -> None:
    journal = await Journal.open(path)
    await journal.add_document(document(8), NOON)
    copy = await journal.back_up(tmp_path / "backups", NOON)
    await journal.add_payment(payment(1), "{}")
    await journal.add_document(document(9), NOON, identity(1))
    await journal.close()
    shutil.copy(copy, path)

    journal = await Journal.open(path)
    head = await journal.head()
    known = await journal.known_receipts([identity(1)])
    await journal.close()
    fn = replace(STATUS, last_fiscal_document_number=9)
    assert rolled_back(head, fn) is Continuity.REGISTER_AHEAD
    assert known == frozenset()


async def test_a_full_disk_stops_a_payment_before_it_is_taken(path: Path) -> None:
    free = [ROOM_BYTES]
    journal = await Journal.open(path, free_bytes=lambda _: free[0])
    await journal.add_payment(payment(1), "{}")
    number = await journal.add_attempt(attempt(identity(1)))
    free[0] = ROOM_BYTES - 1
    with pytest.raises(DiskNearlyFull):
        await journal.add_payment(payment(2), "{}")
    with pytest.raises(DiskNearlyFull):
        await journal.check_room()
    # What was begun is still brought to its end.
    await journal.note_outcome(number, AttemptState.UNKNOWN, NOON)
    await journal.add_document(document(8), NOON, identity(1), number)
    payments = await journal.last_payments(10)
    await journal.close()
    assert [state.payment for state in payments] == [payment(1)]


async def test_a_disk_that_cannot_be_asked_stops_a_payment(path: Path) -> None:
    def broken(_: Path) -> int:
        raise OSError("no such device")

    journal = await Journal.open(path, free_bytes=broken)
    with pytest.raises(JournalError):
        await journal.add_payment(payment(1), "{}")
    await journal.close()


async def test_an_interrupted_creation_begins_anew(path: Path) -> None:
    path.touch()
    journal = await Journal.open(path)
    await journal.close()
    key_path(path).unlink()  # killed after the tables, before the key
    journal = await Journal.open(path)
    await journal.add_payment(payment(1), "{}")
    await journal.close()
    assert verify(path).broken is None


async def test_another_programs_database_is_put_aside_whole(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE strange (a)")
    db.close()
    journal, incident = await open_or_replace(path, datetime(2026, 11, 20, tzinfo=UTC))
    await journal.close()
    assert incident is not None
    db = sqlite3.connect(incident.set_aside[0])
    assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("strange",)]
    db.close()
