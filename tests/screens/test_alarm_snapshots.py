"""Alarms, what to do and what a person decides, as whole screens."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from drivers.register import FnWarnings
from kassa_tui.screens.guide import GuideScreen
from kassa_tui.station.alarms import AlarmKind, alarms
from kassa_tui.station.snapshot import Snapshot
from tests.screens.test_alarms import (
    AMBIGUOUS,
    CASH_UNKNOWN,
    CRM_AWAY,
    EXPIRED,
    PAPER_OUT,
    POISONED,
    PORT_IS_GONE,
    REPLACED,
    SILENT,
    TORN,
    TapeLink,
)
from tests.screens.test_shift_snapshots import OLD
from tests.screens.test_snapshots import BOTH_LANGUAGES, BOTH_SIZES, NARROW, WIDE, after, press
from tests.screens.till import (
    CALM,
    OUTCOME_UNKNOWN,
    REGISTER,
    UNISSUED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
)

Compare = Callable[..., bool]


FN_WARNS = replace(REGISTER.fn, warnings=FnWarnings(replace_urgently=True))
OFD_WARNS = replace(REGISTER.fn, warnings=FnWarnings(ofd_overdue=True))
TOLD = {
    AlarmKind.JOURNAL_FAILED: replace(CALM, journal_failure="disk I/O error"),
    AlarmKind.OUTCOME_UNKNOWN: OUTCOME_UNKNOWN,
    AlarmKind.SHIFT_EXPIRED: EXPIRED,
    AlarmKind.PAYMENT_UNCONFIRMED: replace(CRM_AWAY, unconfirmed=(UNISSUED,)),
    AlarmKind.RECEIPT_MISSING: WITHOUT_RECEIPT,
    AlarmKind.PAPER_OUT: PAPER_OUT,
    AlarmKind.PRINT_TORN: TORN,
    AlarmKind.COVER_OPEN: replace(CALM, register=replace(REGISTER, cover_open=True)),
    AlarmKind.FN_REPLACE_URGENTLY: replace(CALM, register=replace(REGISTER, fn=FN_WARNS)),
    AlarmKind.OFD_OVERDUE: replace(CALM, register=replace(REGISTER, fn=OFD_WARNS)),
    AlarmKind.CASH_UNKNOWN: CASH_UNKNOWN,
    AlarmKind.CRM_AWAY: CRM_AWAY,
    AlarmKind.CRM_POISONED: POISONED,
    AlarmKind.SHIFT_OLD: replace(CALM, register=replace(REGISTER, shift_opened_at=OLD)),
}
"""By the most urgent alarm. A silent register is drawn with its steps below."""


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
@BOTH_LANGUAGES
def test_everything_that_is_checked(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    app = face(silent_link())

    async def show(pilot: object) -> None:
        await app.push_screen(GuideScreen(app.till))

    assert snap_compare(app, terminal_size=size, run_before=after(show))


def test_each_alarm_is_pictured() -> None:
    assert set(TOLD) | {AlarmKind.REGISTER_SILENT} == set(AlarmKind)
    assert all(alarms(told)[0].kind is kind for kind, told in TOLD.items())


@BOTH_SIZES
@pytest.mark.parametrize("kind", TOLD)
def test_an_alarm_whole(snap_compare: Compare, kind: AlarmKind, size: tuple[int, int]) -> None:
    app = face(ScriptedLink(TOLD[kind]))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f9")))


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        (AlarmKind.OUTCOME_UNKNOWN, NARROW),
        (AlarmKind.RECEIPT_MISSING, NARROW),
        (AlarmKind.RECEIPT_MISSING, WIDE),
        (AlarmKind.PAPER_OUT, NARROW),
        (AlarmKind.FN_REPLACE_URGENTLY, NARROW),
        (AlarmKind.CASH_UNKNOWN, NARROW),
        (AlarmKind.CRM_AWAY, NARROW),
        (AlarmKind.SHIFT_OLD, WIDE),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value[0]}x{value[1]}",
)
@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_an_alarm_that_english_lays_out_otherwise(
    snap_compare: Compare, kind: AlarmKind, size: tuple[int, int], language: str
) -> None:
    """Other lines are empty than in Russian."""
    app = face(ScriptedLink(TOLD[kind]))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f9")))


@BOTH_SIZES
@BOTH_LANGUAGES
@pytest.mark.parametrize(
    "told",
    [AMBIGUOUS, REPLACED, POISONED, CASH_UNKNOWN],
    ids=["ambiguous", "fn_replaced", "crm_poisoned", "cash_unknown"],
)
def test_a_decision(
    snap_compare: Compare, told: Snapshot, size: tuple[int, int], language: str
) -> None:
    app = face(TapeLink(told))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f9", "f12")))
