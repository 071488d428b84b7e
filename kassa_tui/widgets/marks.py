"""A state as a symbol and a word; colour only repeats the symbol."""

from __future__ import annotations

from enum import Enum

from textual.content import Content


class Level(Enum):
    """How bad it is: symbol and style."""

    WELL = ("•", "$success")
    LOOK = ("!", "bold $warning")
    STOPPED = ("X", "bold $error")
    UNKNOWN = ("?", "bold $accent")

    @property
    def symbol(self) -> str:
        return self.value[0]

    @property
    def style(self) -> str:
        return self.value[1]


def mark(level: Level, text: str) -> Content:
    """Symbol and word; the word is coloured too where something is wrong."""
    word_style = "" if level is Level.WELL else level.style
    return Content.assemble((level.symbol, level.style), (text, word_style))
