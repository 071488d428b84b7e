"""Text that changes: what is drawn, and when all has to be laid out anew."""

import pytest
from textual.app import App, ComposeResult

from kassa_tui.widgets.still import Still


class Shown(App[None]):
    """A text above another."""

    CSS = "Still { height: auto; min-height: 2; }"

    def compose(self) -> ComposeResult:
        yield Still("one")
        yield Still("below", id="below")


@pytest.mark.parametrize(
    ("text", "layouts"),
    [("two", 0), ("two\nlines", 0), ("three\nlines\nnow", 1), ("wide " * 20, 1)],
)
async def test_all_is_laid_out_anew_only_where_a_text_takes_other_room(
    text: str, layouts: int
) -> None:
    app, seen = Shown(), []
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.screen.screen_layout_refresh_signal.subscribe(app.screen, seen.append, immediate=True)
        app.query_one(Still).put(text)
        await pilot.pause()
        assert len(seen) == layouts
        first = app.query_one(Still)
        drawn = [first.render_line(y).text.rstrip() for y in range(first.size.height)]
        assert " ".join(drawn).split() == text.split()
        assert app.query_one("#below").region.y == (3 if layouts else 2)
