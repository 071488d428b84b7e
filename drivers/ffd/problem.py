"""`Problem`: one broken rule, by field and requisite."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule."""

    field: str
    """Path in the receipt, e.g. `items.0.name`."""
    tag: int | None
    """The requisite it concerns."""
    code: str
    """Stable name of the rule, e.g. `text_too_long`."""
    message: str
    """What is wrong and why, in English, for a log; a screen words it by `code`."""

    def __str__(self) -> str:
        return f"{self.field} ({self.tag}): {self.message}" if self.tag else self.message
