"""The QR as it stands in the cells of the terminal."""

import pytest
import segno
from rich.color import Color
from rich.segment import Segment

from kassa_tui.app import KassaApp
from kassa_tui.screens.receipt import ReceiptScreen
from kassa_tui.widgets.qr_code import MARGIN, QrCode
from tests.screens.till import CALM, LAST, WITHOUT_RECEIPT, ScriptedLink, face, running, text

Modules = list[list[bool]]


BLACK, WHITES = (0, 0, 0), {(255, 255, 255), (192, 192, 192)}
"""White, and the seventh colour of a console as rich renders it."""


def _rgb(colour: Color | None) -> tuple[int, int, int] | None:
    if colour is None or colour.is_default:
        return None
    return tuple(colour.get_truecolor())


def _is_dark(colour: Color | None) -> bool:
    assert _rgb(colour) in {BLACK, *WHITES}, f"{colour} is neither dark nor light"
    return _rgb(colour) == BLACK


def _halves(segment: Segment) -> tuple[bool, bool]:
    """Upper and lower half of a cell: True is dark."""
    assert segment.style is not None
    below = _is_dark(segment.style.bgcolor)
    above = _is_dark(segment.style.color) if segment.text == "▀" else below
    return above, below


def _cells(app: KassaApp) -> list[list[Segment]]:
    widget = app.screen.query_one(QrCode)
    rows = []
    for y in range(widget.size.height):
        cells = [
            Segment(char, segment.style)
            for segment in widget.render_line(y)
            for char in segment.text
        ]
        painted = [
            cell for cell in cells if cell.style and _rgb(cell.style.bgcolor) in {BLACK, *WHITES}
        ]
        if painted:
            rows.append(painted)
    return rows


def _expected() -> Modules:
    assert LAST.document is not None
    code = segno.make_qr(LAST.document.qr, error="l")
    return [[bool(module) for module in row] for row in code.matrix_iter(border=MARGIN)]


@pytest.mark.parametrize("snapshot", [CALM, WITHOUT_RECEIPT], ids=["calm", "beside an alarm"])
async def test_the_cells_hold_the_modules_of_the_code(snapshot: object) -> None:
    app = face(ScriptedLink(snapshot))  # type: ignore[arg-type]
    async with running(app) as pilot:
        await app.push_screen(ReceiptScreen(app.till, LAST.payment.id))
        while not _cells(app):
            await pilot.pause()
        modules: Modules = []
        for row in _cells(app):
            halves = [_halves(cell) for cell in row]
            modules += [[above for above, _ in halves], [below for _, below in halves]]
    expected = _expected()
    assert len(expected) == 37
    assert modules[: len(expected)] == expected
    assert not any(any(row) for row in modules[len(expected) :]), "the last half-row is light"


async def test_a_console_draws_the_code_by_background_alone() -> None:
    app = face(ScriptedLink(CALM), console=True)
    async with running(app, (120, 42)) as pilot:
        await app.push_screen(ReceiptScreen(app.till, LAST.payment.id))
        while not (rows := _cells(app)):
            await pilot.pause()
        assert all(cell.text == " " for row in rows for cell in row)
        modules = [[_halves(cell)[1] for cell in row[::2]] for row in rows]
    assert modules == _expected()


async def test_a_small_console_says_that_the_code_is_on_the_paper() -> None:
    app = face(ScriptedLink(CALM), console=True)
    async with running(app) as pilot:
        await app.push_screen(ReceiptScreen(app.till, LAST.payment.id))
        while "Для QR" not in text(app):
            await pilot.pause()
