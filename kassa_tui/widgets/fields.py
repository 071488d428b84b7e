"""Fields of a form. `+` in a sum is left to the screen."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.widget import Widget
from textual.widgets import Input

from kassa_tui.money import format_sum, parse_sum

SUM_CELLS = 16


class Pasted(Message):
    """Text was pasted into a field; it is typed there by the form, line by line."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class _Field(Input):
    """One line that is typed; its size never follows what is in it."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False)

    def __init__(self, **told: Any) -> None:
        # What `compact` does, without a look at every style for it.
        super().__init__(**told)
        self.set_reactive(Input.compact, True)
        self.add_class("-textual-compact", update=False)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.post_message(Pasted(event.text))


class TextField(_Field):
    """One line of free text."""

    def __init__(self, *, id: str, max_length: int) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, max_length=max_length, select_on_focus=False)

    def type_in(self, text: str) -> None:
        """What of `text` can stand here, at the cursor."""
        self.insert_text_at_cursor("".join(char for char in text if char.isprintable()))


class SumField(_Field):
    """A sum; shown right-aligned with two digits once it is left."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, restrict=r"[0-9 .,\u00a0]*", max_length=SUM_CELLS - 1)

    @property
    def kopecks(self) -> int | None:
        """What is typed, exactly; None where it is no sum."""
        return parse_sum(self.value)

    @property
    def is_blank(self) -> bool:
        return not self.value.strip()

    def type_in(self, text: str) -> None:
        """What of `text` can stand in a sum, in the place of what was there."""
        self.value = "".join(char for char in text if char in "0123456789,. \u00a0")

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

    chosen: reactive[int] = reactive(0, init=False)
    """Index of the value."""

    class Changed(Message):
        """Another value was chosen."""

    def __init__(self, labels: tuple[str, ...], *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._labels = labels
        self.typed = ""
        """The digits typed since the cursor came here: a scanner types more than one."""
        self._chosen_before = 0

    def offer(self, labels: tuple[str, ...]) -> None:
        """Other values; the one chosen keeps its number where there is such a number."""
        if labels != self._labels:
            self._labels = labels
            if self.chosen >= len(labels):
                self.chosen = 0
            self.refresh(layout=True)

    def forget_typed(self) -> None:
        """Choose again what was chosen before the digits came."""
        self.chosen = self._chosen_before
        self.typed = ""

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows(width))

    def render(self) -> Content:
        rows = self._rows(self.size.width)
        lines = [Content(" ").join(map(self._label, row)) for row in rows]
        if max(line.cell_length for line in lines) > self.size.width:
            lines = [Content("").join(map(self._label, row)) for row in rows]
        return Content("\n").join(lines)

    def watch_chosen(self) -> None:
        self.post_message(self.Changed())

    def on_focus(self) -> None:
        self.typed = ""

    def on_key(self, event: events.Key) -> None:
        if not event.character or not event.character.isdigit():
            return
        if not self.typed:
            self._chosen_before = self.chosen
        self.typed += event.character
        if event.character in "123456789"[: len(self._labels)]:
            self.chosen = int(event.character) - 1
        event.stop()

    def action_move(self, by: int) -> None:
        self.typed = ""
        self.chosen = (self.chosen + by) % len(self._labels)

    def _label(self, index: int) -> Content:
        text = f"{index + 1} {self._labels[index]}"
        if index != self.chosen:
            return Content(f" {text} ")
        return Content.styled(f"[{text}]", "reverse" if self.has_focus else "bold")

    def _rows(self, width: int) -> list[list[int]]:
        """The numbers of the values that stand in each row."""
        rows: list[list[int]] = [[]]
        used = 0
        for index, label in enumerate(self._labels):
            cells = cell_len(label) + len(f"[{index + 1} ]")
            if rows[-1] and used + cells > width:
                rows.append([])
                used = 0
            rows[-1].append(index)
            used += cells
        return rows
