"""The end of the log, which the writer keeps in mind between commits."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from kassa_tui.journal.chain import Link, head_seal, next_link
from kassa_tui.journal.database import open_to_write
from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.opening import key_path
from kassa_tui.journal.verification import verify
from tests.journal.records import NOON, identity, payment


async def test_writing_goes_on_behind_what_failed(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.add_payment(payment(1), "{}")
    with pytest.raises(JournalError):
        await journal.add_payment(payment(1), "{}")
    written = await asyncio.gather(
        journal.add_payment(payment(2), "{}"),
        journal.add_payment(payment(3), "{}"),
        journal.add_payment(payment(3), "{}"),
        journal.add_payment(payment(4), "{}"),
        return_exceptions=True,
    )
    assert [type(one) for one in written] == [type(None), type(None), JournalError, type(None)]
    await journal.close()
    verdict = verify(tmp_path / "journal.db")
    assert (verdict.events, verdict.broken) == (4, None)


async def test_a_stranger_that_writes_against_the_lock_is_met(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = await Journal.open(path)
    await journal.add_payment(payment(1), "{}")
    with closing(open_to_write(path)) as stranger:
        key = key_path(path).read_bytes()
        last = Link(*stranger.execute("SELECT seq, seal FROM event").fetchone())
        at, body = NOON.isoformat(), '{"kind":"other","detail":""}'
        last = next_link(key, last, at, "incident", body)
        stranger.execute(
            "INSERT INTO event VALUES (?, ?, 'incident', ?, ?)", (last.seq, at, body, last.seal)
        )
        stranger.execute("UPDATE head SET seq = ?, seal = ?", (last.seq, head_seal(key, last)))
    with pytest.raises(JournalError, match=r"event\.seq"):
        await journal.add_payment(payment(2), "{}")
    assert await journal.payment(identity(2)) is None
    await journal.add_payment(payment(2), "{}")
    await journal.close()
    assert verify(path).broken is None


async def test_work_that_writes_nothing_leaves_a_new_journal_whole(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = await Journal.open(path)
    assert await journal.purge_contacts(NOON, NOON) == 0
    await journal.close()
    journal = await Journal.open(path)
    await journal.close()
    assert verify(path).broken is None
