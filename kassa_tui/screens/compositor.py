"""A compositor that renders what a change touches, and nothing else.

Textual 8.2 has every widget of each touched container rendered again: at a typed character that
is most of the screen, and most of the time until the character is seen. The method is private;
Textual's version is pinned, and a test holds what is drawn to what Textual draws.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual._compositor import Compositor
from textual.geometry import Region
from textual.strip import Strip


class SparingCompositor(Compositor):
    """See the module."""

    def _get_renders(
        self, crop: Region | None = None
    ) -> Iterable[tuple[Region, Region, list[Strip]]]:
        for widget, (region, clip) in self.visible_widgets.items():
            shown = region.intersection(clip)
            if shown and (crop is None or crop.overlaps(shown)):
                lines = Region(shown.x - region.x, shown.y - region.y, *shown.size)
                yield region, clip, widget.render_lines(lines)
