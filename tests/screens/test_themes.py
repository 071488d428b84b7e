"""Colours repeat what words and symbols say: without them nothing is lost."""

from typing import Any

import pytest

from kassa_tui.app import KassaApp, themes
from tests.screens.test_snapshots import NARROW, Compare, after, press, type_payment
from tests.screens.till import NOW, WITHOUT_RECEIPT, ScriptedLink, face, running, text


def themed(theme: str) -> KassaApp:
    plain = face(ScriptedLink(WITHOUT_RECEIPT))
    return KassaApp(plain.till.link, lambda: NOW, plain.till.new_id, console=False, theme=theme)


@pytest.mark.parametrize("theme", ["default", "contrast", "console", "mono"])
async def test_every_theme_says_the_same_words(theme: str) -> None:
    async with running(face(ScriptedLink(WITHOUT_RECEIPT))) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        expected = text(pilot.app)  # type: ignore[arg-type]
    async with running(themed(theme)) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        assert text(pilot.app) == expected  # type: ignore[arg-type]


def test_the_monochrome_theme_has_no_colour_of_its_own() -> None:
    (mono,) = (theme for theme in themes() if theme.name == "kassa-mono")
    told = (mono.primary, mono.accent, mono.success, mono.warning, mono.error, mono.foreground)
    assert set(told) == {"ansi_default"}


def test_no_color_chooses_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert themed("auto").theme == "kassa-mono"


@pytest.mark.parametrize("theme", ["contrast", "mono"])
def test_a_theme(snap_compare: Compare, theme: str) -> None:
    app: Any = themed(theme)
    assert snap_compare(app, terminal_size=NARROW, run_before=after(type_payment))


def test_an_alarm_without_colour(snap_compare: Compare) -> None:
    app: Any = themed("mono")
    assert snap_compare(app, terminal_size=NARROW, run_before=after(press("f9")))
