"""One of a list that is told later and may be long; one row whatever its length."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from kassa_tui.widgets.outside_text import outside
from kassa_tui.words import _

_COUNT_CELLS = 12


class Picker(Widget, can_focus=True):
    """Shows the chosen name; the arrows go through the others, digits go to the first ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
    ]

    chosen: reactive[int] = reactive(0)
    """Index of the name."""
    names: reactive[tuple[str, ...]] = reactive(())
    """Text from outside."""

    class Changed(Message):
        """Another name was chosen."""

    def render(self) -> Content:
        if not self.names:
            return Content.styled(_("none to choose from"), "$text-muted")
        name = outside(self.names[self.chosen], self.size.width - _COUNT_CELLS)
        return Content.assemble(
            ("[", "bold"),
            name.stylize("reverse" if self.has_focus else "bold"),
            ("]", "bold"),
            f" < {self.chosen + 1} / {len(self.names)} >",
        )

    def validate_chosen(self, chosen: int) -> int:
        return chosen % len(self.names) if self.names else 0

    def watch_names(self) -> None:
        self.chosen = 0

    def watch_chosen(self) -> None:
        self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789"[: len(self.names)]:
            self.chosen = int(event.character) - 1
            event.stop()

    def action_move(self, by: int) -> None:
        self.chosen += by
