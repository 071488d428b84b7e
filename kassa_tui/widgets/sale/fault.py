"""What is wrong with what is typed, and the field that has it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from kassa_tui.money import format_sum
from kassa_tui.words import _


class Field(StrEnum):
    """The fields of the payment form. The values are ids of widgets."""

    OPERATION = "operation"
    CLIENT = "client"
    ORIGINAL = "original"
    """The sale that is given back."""
    EXTENT = "extent"
    """Whether all of it comes back."""
    ITEM = "item"
    """Where goods and tariffs are looked for."""
    LINES = "lines"
    AGE = "age"
    CHANGE = "account-change"
    """What is done to an account by hand."""
    TOTAL = "total"
    BONUS = "bonus"
    METHOD = "method"
    CARD = "card"
    BALANCE = "balance"
    TENDERED = "tendered"
    COMMENT = "comment"
    CONTACT = "contact"
    PAPER = "paper"


class Fault(NamedTuple):
    """What keeps a draft from being sent."""

    field: Field
    words: str
    """Msgid, where `{sum}` and `{age}` stand for the next two."""
    sum: int = 0
    """Kopecks."""
    age: int = 0

    @property
    def text(self) -> str:
        return _(self.words).format(sum=format_sum(self.sum), age=self.age)
