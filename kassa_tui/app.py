"""`KassaApp`: the face of one till in a terminal."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from textual.app import App
from textual.driver import Driver
from textual.theme import Theme

from kassa_tui import deferred
from kassa_tui.link.link import Link
from kassa_tui.screens.frame import FramedScreen
from kassa_tui.screens.sale import SaleScreen
from kassa_tui.screens.till import Till

if TYPE_CHECKING:
    from kassa_tui.station.snapshot import Snapshot

STATION_FAILED = 1
"""Exit code when the station ended by itself."""

_ENDING_SIGNALS = ("SIGHUP", "SIGTERM")
_REDRAW_S = 1.0
_SPARING_S = 5.0
"""On a slow line: lengths of time are shown no more exactly than this."""
_THEMES = {
    "default": "kassa",
    "contrast": "kassa-contrast",
    "console": "kassa-console",
    "mono": "kassa-mono",
}
"""Names of the settings, and of the styles folder."""


class KassaApp(App[str], inherit_bindings=False):
    """Draws what the station says. Ends with the words of the station's failure, if any.

    It has no keys of its own: Textual's quit without a question.
    """

    TITLE = "Kassa"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (120, "-wide")]  # noqa: RUF012 - Textual's form

    def __init__(
        self,
        link: Link,
        now: Callable[[], datetime],
        new_id: Callable[[], UUID],
        *,
        console: bool,
        theme: str = "auto",
        low_bandwidth: bool = False,
    ) -> None:
        """
        Args:
            now: Aware time in the zone of the screen.
            console: A Linux console.
            theme: A name of the settings.
            low_bandwidth: Draw as seldom as can be borne.
        """
        # Textual takes the variable away.
        is_monochrome = bool(os.environ.get("NO_COLOR"))
        super().__init__(driver_class=_driver(), css_path=_styles() / "kassa.tcss")
        self.animation_level = "none"
        self._redraw_s = _SPARING_S if low_bandwidth else _REDRAW_S
        self.till = Till(link=link, now=now, new_id=new_id, console=console)
        for one in themes():
            self.register_theme(one)
        if theme == "auto":
            theme = "mono" if is_monochrome else "console" if console else "default"
        self.theme = _THEMES[theme]

    def get_default_screen(self) -> SaleScreen:
        screen = SaleScreen(self.till)
        # Known beforehand, the width costs no second look at every style.
        width = shutil.get_terminal_size().columns
        screen.add_class(
            [name for least, name in self.HORIZONTAL_BREAKPOINTS if width >= least][-1]
        )
        return screen

    def refresh_css(self, animate: bool = True) -> None:
        if self.screen_stack:
            super().refresh_css(animate)
        else:  # the theme was chosen before anything was read: no need to read it twice
            self.stylesheet.set_variables(self.get_css_variables())

    def on_mount(self) -> None:
        loop = asyncio.get_running_loop()
        for name in _ENDING_SIGNALS:
            # No such signal, or no signals at all, on some systems and in threads.
            with contextlib.suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                # Not in the middle of the first screen's coming.
                end = getattr(signal, name)
                loop.add_signal_handler(end, self.call_after_refresh, self.exit)
        self.set_interval(self._redraw_s, self._redraw)
        self.set_interval(_REDRAW_S, self._catch_up)
        # The station's parts are loaded by its thread, once the first frame stands.
        self.call_after_refresh(self._join)

    def on_unmount(self) -> None:
        self.till.link.detach()

    def _join(self) -> None:
        deferred.load()
        others = _styles() / "screens.tcss"
        # Not `read`, which leaves out what the rules were sorted into before.
        self.stylesheet.add_source(others.read_text("utf-8"), (str(others), ""))
        if len(self.screen_stack) > 1:  # a key was faster
            self.refresh_css(animate=False)
        if not gc.isenabled():
            # What the first screen is made of stays: no collection need look at it again.
            gc.freeze()
            gc.enable()
        self.till.link.attach(self._on_snapshot, self._on_end)

    def _on_snapshot(self, snapshot: Snapshot) -> None:
        self.till.snapshot = snapshot
        self._redraw()

    def _on_end(self, failure: str) -> None:
        self.exit(failure, return_code=STATION_FAILED if failure else 0)

    @property
    def terminal_is_stuck(self) -> bool:
        """At the end the terminal had not read everything, and may never do so."""
        return bool(getattr(self._driver, "is_stuck", False))

    def _catch_up(self) -> None:
        if (catch_up := getattr(self._driver, "catch_up", None)) is not None:
            catch_up()

    def _redraw(self) -> None:
        # At the end a last tick may find no screen any more.
        screen = self.screen_stack[-1] if self.screen_stack else None
        if isinstance(screen, FramedScreen):
            screen.redraw()


def _driver() -> type[Driver] | None:
    """The driver of this system's terminals; None: Textual's own."""
    if sys.platform == "win32":
        return None
    from kassa_tui.terminal import PatientDriver

    return PatientDriver


def themes() -> tuple[Theme, ...]:
    """The themes of the styles folder: `kassa` and `kassa-contrast` for terminals with 256 colours
    and more, `kassa-console` for the sixteen of a Linux console, `kassa-mono` with none at all.
    """
    described = json.loads((_styles() / "themes.json").read_text("utf-8"))
    return tuple(Theme(name=name, **values) for name, values in described.items())


def _styles() -> Path:
    """The styles folder: inside an installed package, beside the package in a checkout."""
    installed = Path(__file__).parent / "styles"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "styles"
