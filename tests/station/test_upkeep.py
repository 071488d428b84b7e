"""After each shift the journal is copied, and forgets what it may."""

from dataclasses import replace
from pathlib import Path

import pytest

from kassa_tui.station import upkeep
from kassa_tui.station.answers import Done
from kassa_tui.station.requests import CloseShift, OpenShift
from tests.station.bench import SETTINGS, Bench

COPYING = replace(SETTINGS, backups_kept=3)


async def test_a_closed_shift_leaves_a_copy_of_the_journal(bench: Bench, tmp_path: Path) -> None:
    async with bench.station(settings=COPYING) as running:
        await running.station.ask(OpenShift())
        assert not (tmp_path / "backups").exists()
        assert isinstance(await running.station.ask(CloseShift()), Done)
        running.station.stop()
        await running.task
    assert len(list((tmp_path / "backups").glob("journal-*.db"))) == 1


async def test_a_copy_that_fails_is_told_and_stops_nothing(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("in the way")
    async with bench.station(settings=COPYING) as running:
        await running.station.ask(OpenShift())
        assert isinstance(await running.station.ask(CloseShift()), Done)
        told = await running.until(lambda snapshot: bool(snapshot.journal_failure))
        assert "backup" in told.journal_failure
        assert isinstance(await running.station.ask(OpenShift()), Done)


async def test_a_copy_that_failed_is_made_before_the_next_shift_ends(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "AGAIN_S", 0.05)
    in_the_way = tmp_path / "backups"
    in_the_way.write_text("")
    async with bench.station(settings=COPYING) as running:
        await running.station.ask(OpenShift())
        assert isinstance(await running.station.ask(CloseShift()), Done)
        await running.until(lambda snapshot: bool(snapshot.journal_failure))
        in_the_way.unlink()
        await running.until(lambda snapshot: not snapshot.journal_failure)
    assert len(list(in_the_way.glob("journal-*.db"))) == 1
