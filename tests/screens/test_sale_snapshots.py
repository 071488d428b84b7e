"""The operations of the sale and the ways of a receipt, drawn whole."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from textual.pilot import Pilot

from kassa_tui.journal.calls import CallState
from kassa_tui.screens.ofd_link import OfdLinkScreen
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.station.answers import Answer, TurnedDown
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.widgets.sale import basket
from kassa_tui.widgets.sale.draft import Draft, Operation
from kassa_tui.widgets.sale.fault import Field
from kassa_tui.widgets.sale.form import PaymentForm
from kassa_tui.widgets.sale.paying import Method
from kassa_tui.widgets.sale.search import SearchField
from tests.screens.club import BAR, CHIPS, CLIENTS, HOOKAH, TARIFFS
from tests.screens.test_receipt import FISCAL, REAL
from tests.screens.till import CALM, LAST, RECORDING, SALE, WITHOUT_RECEIPT, ScriptedLink, face

Compare = Callable[..., bool]
Step = Callable[[Pilot[Any]], Awaitable[None]]
NARROW, WIDE = (80, 24), (120, 40)
BOTH_LANGUAGES = pytest.mark.parametrize("language", ["ru", "en"], indirect=True)
BOTH_SIZES = pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "120x40"])

PICKED = basket.added(basket.added(basket.added((), CHIPS), CHIPS), BAR)
EVERYTHING = Draft(
    operation=Operation.GOODS,
    client_text="6617",
    client=CLIENTS[0],
    picked=basket.added(basket.added(PICKED, HOOKAH), TARIFFS[1]),
    age_confirmed=True,
    bonus="50",
    method=Method.SPLIT,
    card="300",
    balance="200",
    tendered="5000",
    contact="ivan@example.ru",
)
REFUND = Draft(
    operation=Operation.REFUND,
    original=SALE,
    by_lines=True,
    returned=(Decimal(1), Decimal(0)),
    comment="не вскрыто",
)
WITHDRAWAL = Draft(
    operation=Operation.WITHDRAWAL,
    client_text="6617",
    client=CLIENTS[0],
    total="250",
    comment="закрыл счёт",
)
BONUS = Draft(
    operation=Operation.BONUS,
    client_text="7576",
    client=CLIENTS[2],
    total="50",
    comment="турнир",
)


def filled(draft: Draft, at: Field, search: str | None = None) -> Step:
    """The form with `draft`, the cursor in `at`, and there `search` typed and answered."""

    async def run(pilot: Pilot[Any]) -> None:
        await pilot.pause()
        form = pilot.app.screen.query_one(PaymentForm)
        form.put(draft)
        await pilot.pause()
        field = form.query_one(f"#{at}")
        field.focus()
        await pilot.pause()
        if search is not None:
            assert isinstance(field, SearchField)
            field.value = search
            while field.waits or field.found is None:
                await pilot.pause(0.02)
        await pilot.pause()

    return run


@BOTH_SIZES
@BOTH_LANGUAGES
def test_clients_found(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    step = filled(Draft(), Field.CLIENT, "vip")
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_goods(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    draft = Draft(operation=Operation.GOODS, picked=PICKED, tendered="500")
    step = filled(draft, Field.ITEM, "")
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_sale_with_everything(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    step = filled(EVERYTHING, Field.LINES)
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


def test_a_sale_with_everything_under_an_alarm(snap_compare: Compare) -> None:
    step = filled(EVERYTHING, Field.LINES)
    app = face(ScriptedLink(WITHOUT_RECEIPT))
    assert snap_compare(app, terminal_size=NARROW, run_before=step)


def test_tariffs_on_a_console(snap_compare: Compare) -> None:
    step = filled(Draft(operation=Operation.TARIFF), Field.ITEM, "час")
    app = face(ScriptedLink(CALM), console=True)
    assert snap_compare(app, terminal_size=NARROW, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_sales_to_give_back(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    step = filled(replace(REFUND, original=None, by_lines=False), Field.ORIGINAL, "")
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_refund(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    step = filled(REFUND, Field.LINES)
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_a_withdrawal(snap_compare: Compare, size: tuple[int, int], language: str) -> None:
    step = filled(WITHDRAWAL, Field.COMMENT)
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_bonuses_of_a_blocked_client(
    snap_compare: Compare, size: tuple[int, int], language: str
) -> None:
    step = filled(BONUS, Field.CHANGE)
    assert snap_compare(face(ScriptedLink(CALM)), terminal_size=size, run_before=step)


def confirmed(step: Step) -> Step:
    async def run(pilot: Pilot[Any]) -> None:
        await step(pilot)
        await pilot.press("f12")
        await pilot.pause()

    return run


@pytest.mark.parametrize(
    ("told", "answer"),
    [
        (RECORDING, None),
        (CALM, TurnedDown(LAST.payment.id, "bonus-limit-exceeded", limit=40_00)),
    ],
    ids=["waits", "turned down"],
)
def test_a_confirmed_sale(snap_compare: Compare, told: Snapshot, answer: Answer | None) -> None:
    step = confirmed(filled(EVERYTHING, Field.LINES))
    assert snap_compare(face(ScriptedLink(told, answer)), terminal_size=NARROW, run_before=step)


@BOTH_LANGUAGES
def test_the_second_of_two_receipts(snap_compare: Compare, language: str) -> None:
    known = replace(LAST, calls=(CallState.DONE,))
    told = replace(CALM, payments=(known, SALE))
    app = face(ScriptedLink(told))

    async def run(pilot: Pilot[Any]) -> None:
        ids = (SALE.payment.id, known.payment.id)
        await app.push_screen(ReceiptScreen(app.till, *ids, sent_to="+7 *** ***-66-17"))
        await pilot.press("enter")
        await pilot.pause()

    assert snap_compare(app, terminal_size=NARROW, run_before=run)


@BOTH_SIZES
@BOTH_LANGUAGES
def test_the_way_to_the_ofd(
    snap_compare: Compare, size: tuple[int, int], language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "1.2.3.4 5 6 7")
    app = face(ScriptedLink(FISCAL))

    async def run(pilot: Pilot[Any]) -> None:
        while app.till.snapshot is None:
            await pilot.pause()
        await app.push_screen(OfdLinkScreen(app.till, REAL))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)
