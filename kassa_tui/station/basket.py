"""What is sold and how it is paid for, as a face says it. Money is kopecks.

Values of the enumerations are those of the CRM's contract (D.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

MAX_LINES = 100


class LineKind(StrEnum):
    TARIFF = "tariff"
    PRODUCT = "product"
    SERVICE = "service"


class TaxClass(StrEnum):
    """Which tax setting a line goes by."""

    SERVICES = "services"
    GOODS = "goods"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One thing sold, or given back."""

    kind: LineKind
    name: str
    """1030."""
    price: int
    """1079, for one unit."""
    quantity: Decimal = Decimal(1)
    """1023."""
    discount: int = 0
    """Taken off the whole line."""
    bonus: int = 0
    """The part of the line that bonuses pay; it stands on no receipt."""
    tax_class: TaxClass
    ref_id: str | None = None
    """Tariff or product of the CRM's catalogue."""
    zone_id: str | None = None
    unit: int = 0
    """2108."""
    excise: bool = False
    marked: bool = False
    """Sold with a marking code only."""
    min_age: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """How a sum is covered, kopecks."""

    cash: int = 0
    """Net of change."""
    card: int = 0
    balance: int = 0
    bonus: int = 0
    tendered: int | None = None
    """Cash handed over; None: exactly the cash part."""

    @property
    def receipted(self) -> int:
        """What stands on the receipt: all but bonuses."""
        return self.cash + self.card + self.balance

    @property
    def total(self) -> int:
        return self.receipted + self.bonus
