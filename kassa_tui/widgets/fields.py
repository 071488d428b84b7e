"""Fields of a form. `+` in a sum is left to the screen."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input

from kassa_tui.money import format_sum, parse_sum

SUM_CELLS = 16


class TextField(Input):
    """One line of free text."""

    def __init__(self, *, id: str, max_length: int) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, compact=True, max_length=max_length, select_on_focus=False)
        self.cursor_blink = False


class SumField(Input):
    """A sum; shown right-aligned with two digits once it is left."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, compact=True, restrict=r"[0-9 .,\u00a0]*", max_length=SUM_CELLS - 1)
        self.cursor_blink = False

    @property
    def kopecks(self) -> int | None:
        """What is typed, exactly; None where it is no sum."""
        return parse_sum(self.value)

    @property
    def is_blank(self) -> bool:
        return not self.value.strip()

    def on_key(self, event: events.Key) -> None:
        if event.key == "plus":
            event.prevent_default()

    def on_focus(self) -> None:
        self.value = self.value.strip()
        self.action_select_all()

    def on_blur(self) -> None:
        if (kopecks := self.kopecks) is not None:
            self.value = format_sum(kopecks).rjust(SUM_CELLS - 1)


class Choice(Widget, can_focus=True):
    """One of a few values, by its number or by the arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
    ]

    chosen: reactive[int] = reactive(0)
    """Index of the value."""

    class Changed(Message):
        """Another value was chosen."""

    def __init__(self, labels: tuple[str, ...], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._labels = labels

    def render(self) -> Content:
        parts = []
        for index, label in enumerate(self._labels):
            text = f"{index + 1} {label}"
            if index == self.chosen:
                parts.append(Content.styled(f"[{text}]", "reverse" if self.has_focus else "bold"))
            else:
                parts.append(Content(f" {text} "))
        return Content(" ").join(parts)

    def watch_chosen(self) -> None:
        self.post_message(self.Changed())

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character in "123456789"[: len(self._labels)]:
            self.chosen = int(event.character) - 1
            event.stop()

    def action_move(self, by: int) -> None:
        self.chosen = (self.chosen + by) % len(self._labels)
