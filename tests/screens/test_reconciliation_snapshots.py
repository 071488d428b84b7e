"""The reconciliation at fixed sizes and in the themes, with a frozen clock and fixed data."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from kassa_tui.app import KassaApp
from kassa_tui.journal.shifts import ShiftOpening, ShiftRecord, ShiftStep
from kassa_tui.station.answers import Recorded
from kassa_tui.station.reconciliation.requests import ListShifts, Shifts
from tests.screens.shift_rows import ReconcilingLink, a_shift
from tests.screens.test_snapshots import (
    BOTH_LANGUAGES,
    BOTH_SIZES,
    NARROW,
    WIDE,
    Compare,
    after,
)
from tests.screens.till import CALM, FN, LAST, NOW, face


def link() -> ReconcilingLink:
    made = ReconcilingLink(CALM, a_shift(), Recorded(LAST.payment.id))
    opening = ShiftOpening(id=LAST.payment.id, opened_at=NOW, cashier="Иванова А.", opening_cash=0)
    shift = ShiftRecord(
        opening=opening,
        step=ShiftStep.OPEN,
        fiscal_drive_number=FN,
        number=27,
        crm_shift_id="sh_1",
        closing=None,
        closing_document=None,
    )
    made.answers[ListShifts] = Shifts((shift,))
    return made


def pressed(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        for key in ("f4", *keys):
            await pilot.press(key)
            for _ in range(6):
                await pilot.pause()

    return after(run)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_grid(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(link())
    assert snap_compare(app, terminal_size=size, run_before=pressed("down", "down"))


@BOTH_SIZES
@pytest.mark.parametrize("theme", ["contrast", "console", "mono"])
def test_a_grid_in_a_theme(snap_compare: Compare, size: tuple[int, int], theme: str) -> None:
    plain = face(link())
    app: Any = KassaApp(
        plain.till.link,
        lambda: NOW,
        plain.till.new_id,
        console=theme == "console",
        theme=theme,
    )
    assert snap_compare(app, terminal_size=size, run_before=pressed("down", "down"))


@BOTH_LANGUAGES
def test_rows_of_one_status_with_a_text(snap_compare: Compare, language: str) -> None:
    keys = pressed("3", "f7", "в", "enter")
    assert snap_compare(face(link()), terminal_size=NARROW, run_before=keys)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_both_sides_of_a_row(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    assert snap_compare(face(link()), terminal_size=size, run_before=pressed("5", "enter"))


@BOTH_LANGUAGES
def test_what_is_beyond_doubt(snap_compare: Compare, language: str) -> None:
    assert snap_compare(face(link()), terminal_size=NARROW, run_before=pressed("comma", "f12"))


@BOTH_LANGUAGES
def test_adding_to_izi(snap_compare: Compare, language: str) -> None:
    keys = pressed("4", "enter", "f12")
    assert snap_compare(face(link()), terminal_size=NARROW, run_before=keys)


def test_other_shifts(snap_compare: Compare) -> None:
    assert snap_compare(face(link()), terminal_size=WIDE, run_before=pressed("c"))
