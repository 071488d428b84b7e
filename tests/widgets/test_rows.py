"""A long list: what is drawn, where the cursor goes, and what a step costs."""

import pytest
from textual.app import App, ComposeResult
from textual.content import Content
from textual.pilot import Pilot

from kassa_tui.widgets.rows import Rows

HEIGHT = 10


class Shown(App[None]):
    """Nothing but a list."""

    CSS = f"Rows {{ height: {HEIGHT}; }}"

    def __init__(self, count: int) -> None:
        super().__init__()
        self.drawn: list[int] = []
        self._count = count

    def compose(self) -> ComposeResult:
        yield Rows(self.line)

    def on_mount(self) -> None:
        self.rows.focus()
        self.call_after_refresh(self.rows.show, self._count)

    @property
    def rows(self) -> Rows:
        return self.query_one(Rows)

    def line(self, index: int) -> Content:
        self.drawn.append(index)
        return Content(f" row {index}")

    def seen(self) -> list[str]:
        return [
            text
            for y in range(HEIGHT)
            if (text := "".join(segment.text for segment in self.rows.render_line(y)).rstrip())
        ]


async def settled(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


async def test_only_the_rows_in_sight_are_made() -> None:
    app = Shown(100_000)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, "end")
        first, last = range(HEIGHT), range(100_000 - HEIGHT, 100_000)
        assert set(app.drawn) == {*first, *last}
        assert app.seen()[-1] == ">row 99999"


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        ([], 0),
        (["up"], 0),
        (["down"] * 3, 3),
        (["down"] * 30, 30),
        (["pagedown"], HEIGHT - 1),
        (["pagedown", "pagedown", "pageup"], HEIGHT - 1),
        (["end"], 99),
        (["end", "down"], 99),
        (["end", "home"], 0),
        (["end", "up"], 98),
    ],
)
async def test_the_cursor_goes_where_the_keys_lead_and_is_seen_there(
    keys: list[str], cursor: int
) -> None:
    app = Shown(100)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, *keys)
        assert app.rows.cursor == cursor
        assert [line for line in app.seen() if line.startswith(">")] == [f">row {cursor}"]


async def test_a_step_draws_nothing_but_the_two_rows_it_concerns() -> None:
    app = Shown(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, "down")
        app.drawn.clear()
        await settled(pilot, "down")
        assert sorted(set(app.drawn)) == [1, 2]


async def test_the_view_goes_on_by_a_page_when_the_cursor_leaves_it() -> None:
    app = Shown(1000)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, *["down"] * HEIGHT)
        assert app.seen()[0] == f" row {HEIGHT - 1}"
        await settled(pilot, "up", "up")
        assert app.seen()[-1] == f" row {HEIGHT - 1}"


async def test_a_list_that_becomes_shorter_keeps_its_cursor_inside() -> None:
    app = Shown(100)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, "end")
        app.rows.show(5)
        await pilot.pause()
        assert app.rows.cursor == 4
        assert len(app.seen()) == 5
        app.rows.show(0)
        await pilot.pause()
        assert app.seen() == []
        await settled(pilot, "down", "end", "pageup")
        assert app.rows.cursor == 0


async def test_a_list_that_is_taller_than_its_rows_shows_them_from_the_first() -> None:
    app = Shown(30)
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await settled(pilot, "end")
        app.rows.styles.height = 20
        await pilot.pause()
        assert "".join(s.text for s in app.rows.render_line(0)).startswith(" row 10")
