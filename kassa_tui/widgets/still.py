"""Text that costs nothing while it stays the same."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Static


class Still(Static):
    """Text that is never read as markup, and painted again only when it differs."""

    virtual_size: Reactive[Size] = Reactive(Size(0, 0), layout=False, repaint=False)
    """It comes from a layout, which draws what it has changed, and leads to none."""

    def __init__(
        self,
        text: Content | str = "",
        *,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        self._shown = _content(text)
        super().__init__(self._shown, id=id, classes=classes)

    def put(self, text: Content | str) -> None:
        """Show `text`."""
        content = _content(text)
        # Contents are equal to Textual when their letters are.
        if content.plain != self._shown.plain or content.spans != self._shown.spans:
            resizes = self._resizes(content)
            self._shown = content
            self.update(content, layout=resizes)

    def _resizes(self, content: Content) -> bool:
        """Whether `content` takes other room than what is shown."""
        styles, width = self.styles, self.content_size.width
        if styles.is_auto_width or not width:
            return styles.auto_dimensions
        return styles.is_auto_height and self._height_of(content) != self._height_of(self._shown)

    def _height_of(self, content: Content) -> int:
        least = self.styles.min_height
        # Styles serve as rules, as in Textual itself.
        rows = content.get_height(self.styles, self.content_size.width)  # type: ignore[arg-type]
        return max(rows, least.cells or 0) if least is not None else rows


def _content(text: Content | str) -> Content:
    return Content(text) if isinstance(text, str) else text
