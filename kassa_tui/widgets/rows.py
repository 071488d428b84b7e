"""A list of any length: only the rows that can be seen are made and drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive, reactive
from textual.strip import Strip
from textual.visual import Visual
from textual.widget import Widget

Draw = Callable[[int], Content]
"""The content of a row, by its index; of at most the list's width."""

_CURSOR = ">"
_KEPT = 1
"""Rows of the old view that are still seen when the cursor has left it."""


class Rows(Widget, can_focus=True):
    """A cursor moves over rows. Nothing moves but the two rows it leaves and enters; where it
    leaves the view, the view goes on by a page, so that a terminal at the end of a slow line
    keeps up with a held key.

    The cursor is drawn on the first cells of its row; a row begins with a blank for it.
    """

    DEFAULT_CSS = """
    Rows {
        text-wrap: nowrap;
        text-overflow: clip;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", show=False),
        Binding("down", "step(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    """Its size never follows what is in it, and a layout draws what it has changed."""

    cursor: reactive[int] = reactive(0, repaint=False)
    """Index of the row with the cursor; 0 where there is none."""

    class Moved(Message):
        """The cursor stands on another row."""

    def __init__(self, draw: Draw, *, id: str | None = None, mark_cells: int = 1) -> None:  # noqa: A002 - Textual's name
        """`mark_cells`: how much of its row the cursor covers."""
        super().__init__(id=id)
        self.auto_links = False  # looked for in every row that is drawn
        self._draw = draw
        self._mark_cells = mark_cells
        self._count = 0
        self._top = 0

    @property
    def count(self) -> int:
        return self._count

    def show(self, count: int, cursor: int | None = None) -> None:
        """There are `count` rows now, and any of them may look otherwise."""
        self._count = count
        self.set_reactive(
            Rows.cursor, self.validate_cursor(self.cursor if cursor is None else cursor)
        )
        self._follow()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        index = self._top + y
        width, style = self.size.width, self.visual_style
        if index >= self._count:
            return Strip.blank(width, style.rich_style)
        content = self._draw(index)
        if index == self.cursor:
            content = (Content(_CURSOR) + content[1:]).stylize("reverse", 0, self._mark_cells)
        strips = Visual.to_strips(self, content, width, 1, style, pad=True)
        return strips[0].crop_extend(0, width, style.rich_style)

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self, before: int, now: int) -> None:
        if self._follow():
            self.refresh()
        else:
            for index in (before, now):
                self.refresh(Region(0, index - self._top, self._mark_cells, 1))
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        if self._follow():
            self.refresh()

    def action_step(self, by: int) -> None:
        self.cursor += by

    def action_page(self, by: int) -> None:
        self.cursor += by * max(1, self._height - _KEPT)

    def action_first(self) -> None:
        self.cursor = 0

    def action_last(self) -> None:
        self.cursor = self._count - 1

    @property
    def _height(self) -> int:
        return max(1, self.size.height)

    def _follow(self) -> bool:
        """Bring the cursor into the view; whether the view has moved."""
        height, top = self._height, self._top
        if self.cursor < top:
            top = self.cursor - height + 1 + _KEPT
        elif self.cursor >= top + height:
            top = self.cursor - _KEPT
        top = max(0, min(top, self._count - height))
        moved, self._top = top != self._top, top
        return moved
