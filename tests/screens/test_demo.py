"""The whole till as `kassa demo` puts it together: real parts on their own threads."""

from pathlib import Path
from typing import get_args

import pytest

from kassa_tui.app import KassaApp
from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.screen import demo
from kassa_tui.bootstrap.station import demo_station
from kassa_tui.bootstrap.virtual_register import Face, virtual_register
from kassa_tui.cli import main
from kassa_tui.link.host import StationHost
from kassa_tui.link.in_process import InProcessLink
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.screens.sale import SaleScreen
from tests.test_imports import loaded_by, packages


@pytest.mark.parametrize("face", get_args(Face))
async def test_a_shift_is_opened_and_a_payment_becomes_a_receipt(
    tmp_path: Path, face: Face
) -> None:
    with virtual_register(tmp_path, face=face) as address:
        host = StationHost(lambda *parts: demo_station(tmp_path, address, *parts))
        app = KassaApp(InProcessLink(host), local_now, new_id, console=False)
        async with app.run_test(size=(80, 24)) as pilot:
            while app.till.snapshot is None or app.till.snapshot.register is None:
                await pilot.pause(0.02)
            assert app.till.snapshot.is_training
            await pilot.press("f3", "f12", "f12")
            while app.till.snapshot.register.shift != "open":  # type: ignore[union-attr]
                await pilot.pause(0.02)
            await pilot.press("f10", "enter", *"500", "f12")
            while not isinstance(app.screen, ReceiptScreen):
                await pilot.pause(0.02)
            (paid,) = app.till.snapshot.payments
            assert paid.document is not None
            assert paid.document.total == 500_00
            await pilot.press("enter")
            assert isinstance(app.screen, SaleScreen)
        assert host.stop(10)
    assert "ПОПОЛНЕНИЕ" in (tmp_path / "paper.txt").read_text("utf-8").upper()


def test_a_state_that_cannot_be_kept_is_told_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert demo(blocked / "state", "en") == 1
    assert capsys.readouterr().err.startswith("kassa: ")


def test_faults_that_nobody_knows_start_no_demo(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--faults", "no-such-fault"]) == 2
    assert "no-such-fault" in capsys.readouterr().err


def test_the_first_frame_waits_for_the_face_alone() -> None:
    modules = ("bootstrap.screen", "app", "link.in_process")
    loaded = loaded_by(f"import kassa_tui.{', kassa_tui.'.join(modules)}")
    heavy = {"pydantic", "segno", "aiosqlite", "sqlite3", "httpx", "serial"}
    assert packages(loaded).isdisjoint(heavy)
