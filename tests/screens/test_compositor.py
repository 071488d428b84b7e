"""What is drawn anew is what Textual would draw, and less work."""

from random import Random

import pytest
from textual._compositor import Compositor
from textual.geometry import Region
from textual.widget import Widget

from tests.screens.till import CALM, ScriptedLink, face, running


async def test_any_part_of_the_screen_is_drawn_as_textual_draws_it() -> None:
    random = Random(7)
    async with running(face(ScriptedLink(CALM))) as pilot:
        await pilot.press(*"42", "enter", *"500")
        await pilot.pause()
        sparing = pilot.app.screen._compositor
        plain = Compositor()
        plain.__dict__.update(sparing.__dict__)
        for number in range(50):
            x, y = random.randrange(79), random.randrange(23)
            part = Region(x, y, random.randint(1, 80 - x), random.randint(1, 24 - y))
            crop = part if number else pilot.app.screen.region
            ours = sparing._render_chops(crop, lambda _: True)
            theirs = plain._render_chops(crop, lambda _: True)
            for row in range(crop.y, crop.bottom):
                for cut, strip in theirs[row].items():
                    if crop.x <= cut < crop.right:
                        assert ours[row][cut] == strip


async def test_a_typed_character_has_few_widgets_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(face(ScriptedLink(CALM))) as pilot:
        await pilot.press("4")
        await pilot.pause()
        drawn: list[Widget] = []
        right = Widget.render_lines

        def render_lines(self: Widget, crop: Region) -> object:
            drawn.append(self)
            return right(self, crop)

        monkeypatch.setattr(Widget, "render_lines", render_lines)
        await pilot.press("2")
        await pilot.pause()
        assert pilot.app.focused in drawn
        assert len(drawn) < len(pilot.app.screen._compositor.visible_widgets) / 2
