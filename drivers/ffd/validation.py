"""What is wrong with a receipt, by field and tag, for a format version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from drivers.ffd.enumerations import FfdVersion
from drivers.ffd.receipt import Receipt


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


def problems(receipt: Receipt, version: FfdVersion, on: date) -> tuple[Problem, ...]:
    """Every broken rule of `receipt` in a document of `version` made on the day `on`."""
    raise NotImplementedError
