"""Text that costs nothing while it stays the same."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Still(Static):
    """Text that is never read as markup, and painted again only when it differs."""

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
            self._shown = content
            self.update(content, layout=self.styles.auto_dimensions)


def _content(text: Content | str) -> Content:
    return Content(text) if isinstance(text, str) else text
