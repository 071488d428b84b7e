"""Whole screens at fixed sizes, with a frozen clock and fixed data."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot

from drivers.register import Reason
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.station.answers import Declined
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.sale.form import PaymentForm
from tests.screens.till import (
    CALM,
    LAST,
    OUTCOME_UNKNOWN,
    RECORDING,
    SHIFT_CLOSED,
    WITHOUT_RECEIPT,
    ScriptedLink,
    face,
)

Compare = Callable[..., bool]
NARROW, WIDE = (80, 24), (120, 40)
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"], indirect=True)
BOTH_SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])


async def type_payment(pilot: Pilot[Any]) -> None:
    form = pilot.app.screen.query_one(PaymentForm)
    form.client.value, form.total.value, form.tendered.value = "Василий П.", "12500,5", "15000"
    form.total.focus()
    await pilot.pause()
    form.tendered.focus()
    while form.client.waits:
        await pilot.pause(0.02)


def after(
    *steps: Callable[[Pilot[Any]], Awaitable[None]],
) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        for step in steps:
            await step(pilot)
        await pilot.pause()

    return run


def press(*keys: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    async def run(pilot: Pilot[Any]) -> None:
        await pilot.press(*keys)

    return run


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_sale(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(ScriptedLink(CALM))
    assert snap_compare(app, terminal_size=size, run_before=after(type_payment))


async def show_receipt(pilot: Pilot[Any]) -> None:
    await pilot.app.push_screen(ReceiptScreen(pilot.app.till, LAST.payment.id))  # type: ignore[attr-defined]


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_receipt(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(ScriptedLink(CALM))
    assert snap_compare(app, terminal_size=size, run_before=after(show_receipt))


def test_a_receipt_beside_an_alarm_keeps_its_qr_whole(snap_compare: Compare) -> None:
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(show_receipt))


def test_a_receipt_on_a_large_console(snap_compare: Compare) -> None:
    app = face(ScriptedLink(CALM), console=True)
    assert snap_compare(app, terminal_size=(120, 42), run_before=after(show_receipt))


@pytest.mark.parametrize(
    "told", [WITHOUT_RECEIPT, OUTCOME_UNKNOWN], ids=["without_receipt", "outcome_unknown"]
)
@BOTH_LANGUAGES
def test_an_alarm(snap_compare: Compare, told: Snapshot, language: str) -> None:
    app = face(ScriptedLink(told))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(type_payment))


def test_an_alarm_as_a_whole(snap_compare: Compare) -> None:
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f9")))


def test_a_payment_being_recorded(snap_compare: Compare) -> None:
    app = face(ScriptedLink(RECORDING, answer=None))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(type_payment, press("f12")))


def test_a_declined_payment(snap_compare: Compare) -> None:
    app = face(ScriptedLink(SHIFT_CLOSED, Declined(Reason.SHIFT_CLOSED)))
    assert snap_compare(app, terminal_size=NARROW, run_before=after(type_payment, press("f12")))


def test_the_console_skin(snap_compare: Compare) -> None:
    app = face(ScriptedLink(replace(WITHOUT_RECEIPT)), console=True)
    assert snap_compare(app, terminal_size=NARROW, run_before=after(type_payment))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_help(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(ScriptedLink(CALM))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f1")))


@BOTH_SIZES
@BOTH_LANGUAGES
def test_leaving(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    assert snap_compare(app, terminal_size=size, run_before=after(press("f10")))
