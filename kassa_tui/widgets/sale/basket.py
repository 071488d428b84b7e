"""What has been picked to be sold. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeAlias

from drivers.ffd.arithmetic import item_cost
from kassa_tui.station.basket import BasketLine
from kassa_tui.station.inquiries import SaleItem

_GTIN_LENGTHS = (8, 12, 13, 14)
_QUANTITY = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,3})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """So much of one item."""

    item: SaleItem
    quantity: Decimal = Decimal(1)

    @property
    def cost(self) -> int:
        """Kopecks, before bonuses."""
        return item_cost(self.item.price, self.quantity)

    @property
    def most_bonus(self) -> int:
        """Kopecks of it that bonuses may pay."""
        return self.cost * self.item.max_bonus_percent // 100


Basket: TypeAlias = tuple[Picked, ...]


def added(basket: Basket, item: SaleItem) -> Basket:
    """One more of `item`: on its line, or on a new one."""
    for number, line in enumerate(basket):
        if line.item == item:
            return with_quantity(basket, number, line.quantity + 1)
    return (*basket, Picked(item=item))


def with_quantity(basket: Basket, number: int, quantity: Decimal) -> Basket:
    """So much on line `number`; a line of nothing goes."""
    if not quantity:
        return (*basket[:number], *basket[number + 1 :])
    changed = replace(basket[number], quantity=quantity)
    return (*basket[:number], changed, *basket[number + 1 :])


def cost(basket: Basket) -> int:
    """Kopecks, before bonuses."""
    return sum(line.cost for line in basket)


def most_bonus(basket: Basket) -> int:
    """Kopecks that bonuses may pay."""
    return sum(line.most_bonus for line in basket)


def min_age(basket: Basket) -> int:
    """The age a buyer must have; 0: anybody may buy."""
    return max((line.item.min_age or 0 for line in basket), default=0)


def sold(basket: Basket, bonus: int) -> tuple[BasketLine, ...]:
    """The lines of a sale of which bonuses pay `bonus` kopecks, at most `most_bonus`."""
    lines = []
    for picked in basket:
        share = min(bonus, picked.most_bonus)
        bonus -= share
        lines.append(replace(picked.item.line(picked.quantity), bonus=share))
    return tuple(lines)


def parse_quantity(text: str) -> Decimal | None:
    """A typed quantity, comma or point; None where it is none."""
    return Decimal(text.replace(",", ".")) if _QUANTITY.fullmatch(text) else None


def format_quantity(quantity: Decimal) -> str:
    """`2`, `0,5`."""
    return f"{quantity.normalize():f}".replace(".", ",")


def is_barcode(text: str, lengths: Sequence[int] = _GTIN_LENGTHS) -> bool:
    """True for digits of one of `lengths` that end in their check digit (GS1)."""
    if len(text) not in lengths or not (text.isascii() and text.isdigit()):
        return False
    weighted = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(text[:-1])))
    return (weighted + int(text[-1])) % 10 == 0
