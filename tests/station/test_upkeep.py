"""After each shift the journal is copied, and forgets what it may."""

from dataclasses import replace
from pathlib import Path

from kassa_tui.station.requests import CloseShift, Done, OpenShift
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
