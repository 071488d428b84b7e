"""The frame of every screen: who and where, the world, the strip, the work, the keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.events import ScreenResume
from textual.getters import query_one
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from kassa_tui.screens.compositor import SparingCompositor
from kassa_tui.screens.till import Till
from kassa_tui.widgets import alarm_words
from kassa_tui.widgets.commands import Command
from kassa_tui.widgets.frame_lines import KeyLine, Strip, WhereLine, WorldLine
from kassa_tui.widgets.heading import Heading
from kassa_tui.words import _


class FramedScreen(Screen[None]):
    """A screen with the frame. Subclasses give `KEYS`, `compose_work` and `draw`."""

    KEYS: ClassVar[tuple[Command, ...]] = ()
    """The commands, in the order of the key line."""
    WORK: ClassVar[type[Widget]] = Container
    """What the screen's own widgets stand in."""
    AUTO_FOCUS = ""

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """Textual's draws the whole screen again; what has the focus draws itself."""

    where = query_one(WhereLine)
    world = query_one(WorldLine)
    strip = query_one(Strip)
    key_line = query_one(KeyLine)

    def __init__(self, till: Till) -> None:
        super().__init__()
        self._compositor = SparingCompositor()
        self.till = till
        self._was_shown = False

    def compose(self) -> ComposeResult:
        yield WhereLine()
        yield WorldLine()
        yield Heading()
        yield from self.compose_strip()
        with self.WORK(id="work"):
            yield from self.compose_work()
        yield Heading()
        yield KeyLine()

    def compose_strip(self) -> ComposeResult:
        yield Strip()

    def compose_work(self) -> ComposeResult:
        """The screen's own widgets."""
        raise NotImplementedError

    def draw(self) -> None:
        """Show the last snapshot in the screen's own widgets; called again every second."""

    def on_mount(self) -> None:
        # Sizes are known after the first layout; until then there is nothing to fit into.
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self, event: ScreenResume) -> None:
        if not self._was_shown:
            # It has its styles since it was mounted a moment ago.
            event.refresh_styles = False
            self._was_shown = True
        self.call_after_refresh(self.redraw)

    def redraw(self) -> None:
        """Draw everything from the last snapshot, in one frame."""
        if not self.is_mounted or not self.is_attached or not self.query(WhereLine):
            return  # not drawn yet, or being taken down
        with self.app.batch_update():
            now = self.till.now()
            self.where.show(self.till.snapshot, now)
            self.world.show(self.till.snapshot, now)
            self.draw_strip()
            self.draw()
            self.key_line.show(self.KEYS, self.can)

    def draw_strip(self) -> None:
        """The most urgent alarm, and how many more there are."""
        alarms, snapshot = self.till.alarms, self.till.snapshot
        if not alarms or snapshot is None:
            self.strip.hide()
            return
        said = alarm_words.words(alarms[0], snapshot, self.till.now())
        self.strip.show(said.level, said.text, self.more_alarms(1))

    def more_alarms(self, shown: int) -> str:
        """How many alarms there are beside those `shown`; empty: none."""
        count = len(self.till.alarms) - shown
        return _("F9: {count} more").format(count=count) if count > 0 else ""

    def can(self, action: str) -> bool:
        return bool(self.check_action(action, ()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a command can be done now."""
        return action != "alarms" or bool(self.till.alarms)

    def open_kept(self, name: str, make: Callable[[], Screen[None]]) -> None:
        """Show the one screen of this name: what is typed there stays when it is left."""
        if not self.app.is_screen_installed(name):
            self.app.install_screen(make(), name)
        self.app.push_screen(name)

    def action_help(self) -> None:
        from kassa_tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(self.till, self.KEYS))

    def action_back(self) -> None:
        self.app.pop_screen()

    def action_alarms(self) -> None:
        from kassa_tui.screens.alarm import AlarmScreen

        self.app.push_screen(AlarmScreen(self.till))
