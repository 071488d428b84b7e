"""Alarms, what to do and what a person decides, as whole screens."""

from collections.abc import Callable

import pytest

from kassa_tui.screens.guide import GuideScreen
from kassa_tui.station.snapshot import Snapshot
from tests.screens.test_alarms import (
    AMBIGUOUS,
    CASH_UNKNOWN,
    CRM_AWAY,
    EXPIRED,
    POISONED,
    PORT_IS_GONE,
    REPLACED,
    SILENT,
    TORN,
    TapeLink,
)
from tests.screens.test_snapshots import BOTH_LANGUAGES, BOTH_SIZES, NARROW, after, press
from tests.screens.till import OUTCOME_UNKNOWN, ScriptedLink, face

Compare = Callable[..., bool]


def silent_link() -> ScriptedLink:
    link = ScriptedLink(SILENT)
    link.seen = PORT_IS_GONE
    return link


@BOTH_SIZES
@BOTH_LANGUAGES
def test_what_to_do_about_a_register_that_is_not_found(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    app = face(silent_link())
    assert snap_compare(app, terminal_size=size, run_before=after(press("f9")))


@BOTH_SIZES
def test_everything_that_is_checked(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = face(silent_link())

    async def show(pilot: object) -> None:
        await app.push_screen(GuideScreen(app.till))

    assert snap_compare(app, terminal_size=size, run_before=after(show))


@pytest.mark.parametrize(
    "told",
    [EXPIRED, TORN, CRM_AWAY, OUTCOME_UNKNOWN],
    ids=["shift_expired", "print_torn", "crm_away", "outcome_unknown"],
)
def test_an_alarm_whole(snap_compare: Compare, told: Snapshot) -> None:
    app = face(ScriptedLink(told))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f9")))


@pytest.mark.parametrize(
    "told",
    [AMBIGUOUS, REPLACED, POISONED, CASH_UNKNOWN],
    ids=["ambiguous", "fn_replaced", "crm_poisoned", "cash_unknown"],
)
def test_a_decision(snap_compare: Compare, told: Snapshot) -> None:
    app = face(TapeLink(told))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f9", "f12")))
