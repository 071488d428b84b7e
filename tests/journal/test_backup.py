"""Copies of the journal."""

import asyncio
import shutil
import stat
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.verification import verify
from tests.journal.records import NOON, payment


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(tmp_path / "journal.db")
    yield journal
    await journal.close()


async def test_a_copy_made_while_payments_are_taken_is_one_whole_moment(
    journal: Journal, tmp_path: Path
) -> None:
    for number in range(1, 50):
        await journal.add_payment(payment(number), "{}")
    copying = asyncio.create_task(journal.back_up(tmp_path / "backups", NOON))
    number = 50
    while not copying.done():
        await journal.add_payment(payment(number), "{}")
        number += 1
    copy = await copying
    shutil.copy(key_path(journal.path), key_path(copy))

    verdict = verify(copy)
    assert verdict.broken is None
    assert 49 <= verdict.events < number


async def test_a_copy_is_a_journal_that_opens(journal: Journal, tmp_path: Path) -> None:
    await journal.add_payment(payment(1), "{}")
    copy = await journal.back_up(tmp_path / "backups", NOON)
    shutil.copy(key_path(journal.path), key_path(copy))
    restored = await Journal.open(copy)
    payments = await restored.last_payments(10)
    await restored.close()
    assert [state.payment for state in payments] == [payment(1)]


async def test_the_oldest_copies_go(journal: Journal, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    for day in range(5):
        await journal.back_up(folder, NOON + timedelta(days=day), keep=3)
    assert sorted(file.name for file in folder.iterdir()) == [
        f"journal-202611{day}T120000Z.db" for day in (22, 23, 24)
    ]


async def test_a_copy_belongs_to_its_owner_only(journal: Journal, tmp_path: Path) -> None:
    copy = await journal.back_up(tmp_path / "backups", NOON)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700


async def test_a_failed_copy_takes_no_older_one_away(journal: Journal, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    copy = await journal.back_up(folder, NOON, keep=1)
    blocked = folder / "journal-20261121T120000Z.part"
    blocked.mkdir()
    with pytest.raises(JournalError):
        await journal.back_up(folder, NOON + timedelta(days=1), keep=1)
    assert copy.exists()
