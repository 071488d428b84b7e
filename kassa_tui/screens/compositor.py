"""A compositor that renders what a change touches and what is seen of it, and nothing else.

Textual 8.2 has every widget of each touched container rendered again: at a typed character that
is most of the screen, and most of the time until the character is seen. And it renders each
container whole, under the widgets that cover it. The method is private; Textual's version is
pinned, and a test holds what is drawn to what Textual draws.
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
        screen = self.size.region
        covered = [bytearray(screen.width) for _ in range(screen.height)]
        for widget, (region, clip) in self.visible_widgets.items():  # the foremost first
            shown = region.intersection(clip).intersection(screen)
            if crop is not None:
                if not crop.overlaps(shown):
                    continue
                # The strips of a row are cut where its widgets end: its width stays.
                shown = shown.intersection(Region(shown.x, crop.y, shown.width, crop.height))
            left, right = shown.x, shown.right
            open_rows = [y for y in shown.line_range if covered[y].count(0, left, right)]
            if not open_rows:
                continue
            first, last = open_rows[0], open_rows[-1]
            seen = Region(left, first, right - left, last - first + 1)
            lines = Region(left - region.x, first - region.y, *seen.size)
            yield region, seen, widget.render_lines(lines)
            ones = b"\1" * seen.width
            for y in seen.line_range:
                covered[y][left:right] = ones
