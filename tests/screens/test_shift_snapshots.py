"""The screens of the shift at fixed sizes, with a frozen clock and fixed data."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from drivers.register import OfdStatus
from kassa_tui.station.answers import Declined, Done, Objection, Uncertain
from kassa_tui.station.closing_preview import PreviewClosing
from kassa_tui.station.requests import CloseShift, MoveCash
from kassa_tui.station.snapshot import Snapshot
from tests.screens.test_shift import PREVIEW, READING, REPORT, link_to
from tests.screens.test_snapshots import (
    BOTH_LANGUAGES,
    BOTH_SIZES,
    NARROW,
    Compare,
    after,
    press,
)
from tests.screens.till import (
    NOW,
    OUTCOME_UNKNOWN,
    REGISTER,
    SHIFT_CLOSED,
    SHIFT_EXPIRED,
    SHIFT_OPEN,
    WITHOUT_RECEIPT,
    face,
)

ALARMED: dict[str, Any] = {
    "payments": WITHOUT_RECEIPT.payments,
    "unissued": WITHOUT_RECEIPT.unissued,
}
OLD = NOW - timedelta(hours=23, minutes=20)
assert SHIFT_OPEN.crm is not None
AGED = replace(
    SHIFT_OPEN,
    register=replace(REGISTER, shift_opened_at=OLD),
    crm=replace(SHIFT_OPEN.crm, shift_opened_at=OLD - timedelta(hours=1), queued=3),
)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_an_open_shift(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(link_to(SHIFT_OPEN))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f3")))


@pytest.mark.parametrize(
    "told",
    [SHIFT_CLOSED, SHIFT_EXPIRED, AGED, OUTCOME_UNKNOWN],
    ids=["closed", "expired", "aged", "silent"],
)
def test_a_shift(snap_compare: Compare, told: Snapshot) -> None:
    app = face(link_to(told))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f3")))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_opening(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(link_to(SHIFT_CLOSED))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f3", "f12")))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_closing(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(link_to(SHIFT_OPEN))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f3", "з")))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_closing_while_the_tape_is_read(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    link = link_to(replace(SHIFT_OPEN, reading=READING))
    link.answers[PreviewClosing] = None
    assert snap_compare(face(link), terminal_size=size, run_before=after(press("f3", "з", "5")))


def test_closing_with_a_discrepancy_and_totals_that_differ(snap_compare: Compare) -> None:
    link = link_to(AGED)
    link.answers[PreviewClosing] = replace(PREVIEW, crm_total=1_000_00, waiting=3)
    link.answers[CloseShift] = Declined(Objection.COMMENT_NEEDED, "-2000")
    keys = press("f3", "з", *"480", "f12")
    assert snap_compare(face(link), terminal_size=NARROW, run_before=after(keys))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_closed_shift(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[CloseShift] = Done(REPORT)
    keys = press("f3", "з", *"480", "f12")
    assert snap_compare(face(link), terminal_size=size, run_before=after(keys))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_taking_cash_out(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    keys = press("f3", "р", *"150", "enter", "enter", "right")
    app = face(link_to(SHIFT_OPEN))
    assert snap_compare(app, terminal_size=size, run_before=after(keys))


def test_a_collection_of_unknown_outcome(snap_compare: Compare) -> None:
    link = link_to(SHIFT_OPEN)
    link.answers[MoveCash] = Uncertain()
    keys = press("f3", "и", *"5000", "f12")
    assert snap_compare(face(link), terminal_size=NARROW, run_before=after(keys))


@BOTH_LANGUAGES
def test_shift_and_fn_beside_a_sale(snap_compare: Compare, language: str) -> None:
    app = face(link_to(SHIFT_OPEN))
    assert snap_compare(app, terminal_size=(120, 40), run_before=after())


def test_shift_and_fn_beside_a_sale_with_an_alarm_and_a_queue(snap_compare: Compare) -> None:
    ofd = OfdStatus(unsent_count=12, first_unsent_at=NOW - timedelta(days=26))
    told = replace(SHIFT_OPEN, register=replace(REGISTER, ofd=ofd), **ALARMED)
    app = face(link_to(told))
    assert snap_compare(app, terminal_size=(120, 40), run_before=after())
