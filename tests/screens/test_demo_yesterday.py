"""The shift of yesterday that a new demo begins with: something of each status, mended by keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest
from textual.pilot import Pilot

from kassa_tui.app import KassaApp
from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.hosting import demo_hosted
from kassa_tui.bootstrap.virtual_register import Face
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.station.alarms import alarms
from tests.screens.till import text

pytestmark = pytest.mark.timeout(120)

COUNTS = ("2 = Сошлось 6", "3 < Только IZI 2", "4 > Только ФР 2", "5 ! Расхождение 1")


@asynccontextmanager
async def a_demo(state: Path, face: Face = "shtrih") -> AsyncIterator[Pilot[Any]]:
    """As `kassa demo` puts it together, at work."""
    with demo_hosted(state, face=face, yesterday=True)() as host:
        app = KassaApp(InProcessLink(host), local_now, new_id, console=False)
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.till.snapshot and app.till.snapshot.register)
            yield pilot
        assert host.stop(10)


async def until(pilot: Pilot[Any], holds: Callable[[], object] | str) -> None:
    """Until it holds, or the words stand on the screen."""
    while not (holds in text(pilot.app) if isinstance(holds, str) else holds()):
        await pilot.pause(0.02)


async def open_today(pilot: Pilot[Any]) -> None:
    await pilot.press("f3", "f12", "f12")
    await until(pilot, "Смена 2 открыта")
    await pilot.press("f10")


async def choose_shift(pilot: Pilot[Any], *keys: str) -> None:
    """In the list the newest is the first."""
    await pilot.press("с")
    await until(pilot, "смена 2")
    await pilot.press(*keys, "enter")


async def told_everything(pilot: Pilot[Any]) -> None:
    """Until the CRM is told what waits for it."""
    await until(pilot, lambda: not pilot.app.till.snapshot.crm.queued)  # type: ignore[attr-defined]


async def test_f4_shows_yesterdays_shift_with_a_row_of_each_status(tmp_path: Path) -> None:
    async with a_demo(tmp_path) as pilot:
        await pilot.press("f4")
        await until(pilot, "[1 Все 11]")
        assert all(count in text(pilot.app) for count in COUNTS)


@pytest.mark.parametrize("face", get_args(Face))
async def test_each_kind_of_row_is_mended_by_keys(tmp_path: Path, face: Face) -> None:
    async with a_demo(tmp_path, face) as pilot:
        await open_today(pilot)
        await pilot.press("f4")
        await until(pilot, "смена 2")
        await choose_shift(pilot, "down")
        await until(pilot, "[1 Все 11]")
        assert all(count in text(pilot.app) for count in COUNTS)

        # A receipt for what has none. Its shift is closed: it is corrected in today's.
        await pilot.press("3", "f12")
        await until(pilot, "чек коррекции с тем, что выше")
        await pilot.press("f12")
        await until(pilot, "Чек записан")
        await told_everything(pilot)
        await pilot.press("f10", "f4")
        await until(pilot, "3 < Только IZI 1")

        # A pair that is only suggested.
        await pilot.press("4", "f12")
        await until(pilot, "Что может к ней относиться")
        assert ">13:10 " in text(pilot.app)  # the shift's own day is not told
        await pilot.press("f12")
        await until(pilot, "CRM знает об этом")
        await pilot.press("f10")
        await until(pilot, "2 = Сошлось 7")
        assert "3 < Только IZI 0" in text(pilot.app)

        # An operation for a receipt that nobody knows.
        await pilot.press("f12")
        await until(pilot, "Аренда зала")
        await pilot.press("f12")
        await until(pilot, "Комментарий")
        await pilot.press("2", "enter", "enter", *"hall", "f12")
        await until(pilot, "2 = Сошлось 8")
        assert "4 > Только ФР 0" in text(pilot.app)

        await pilot.press("1")
        await choose_shift(pilot)
        await until(pilot, "2 = Сошлось 1")
        assert "300,00" in text(pilot.app)


async def test_nothing_of_yesterday_stands_in_the_way_of_the_first_sale(tmp_path: Path) -> None:
    async with a_demo(tmp_path) as pilot:
        await open_today(pilot)
        till = pilot.app.till  # type: ignore[attr-defined]
        await until(pilot, lambda: till.snapshot.register.shift == "open")
        assert not alarms(till.snapshot)
        assert not till.snapshot.unissued
        await pilot.press("enter", *"500", "f12")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen))
        assert till.snapshot.payments[0].document.total == 500_00


async def test_a_till_that_has_worked_keeps_its_own_shifts(tmp_path: Path) -> None:
    async with a_demo(tmp_path) as pilot:
        await open_today(pilot)
    async with a_demo(tmp_path) as pilot:
        await until(pilot, "Смена 2:")
        assert not (tmp_path / "yesterday").exists()


async def test_a_start_that_was_cut_off_leaves_no_half_of_a_day(tmp_path: Path) -> None:
    left = tmp_path / "yesterday"
    left.mkdir()
    (left / "register.db").write_bytes(b"half")
    async with a_demo(tmp_path) as pilot:
        await pilot.press("f4")
        await until(pilot, "[1 Все 11]")
        assert not left.exists()
