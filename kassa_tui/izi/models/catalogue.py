"""What a club sells: gaming time and goods. Money is kopecks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kassa_tui.izi.models.transaction import TaxClass
from kassa_tui.izi.values import (
    Flag,
    Id,
    Kopecks,
    Name,
    Number,
    OpenEnum,
    Percent,
    Quantity,
    Time,
    Wire,
)


class TariffKind(OpenEnum):
    HOURLY = "hourly"
    UNLIMITED = "unlimited"
    MULTIPASS = "multipass"
    SUBSCRIPTION = "subscription"
    GROUP = "group"
    OTHER = "other"


class SalesChannel(OpenEnum):
    CRM = "crm"
    """The desk."""
    KIOSK = "kiosk"
    APP = "app"


class UnusedPolicy(OpenEnum):
    """What becomes of time that was paid and not played."""

    RETAIN = "retain"
    BONUS = "bonus"
    FORFEIT = "forfeit"


class ZonePrice(Wire):
    zone_id: Id
    zone_name: Name
    price: Kopecks


class Tariff(Wire):
    id: Id
    name: Name
    receipt_name: Name
    kind: TariffKind
    group: Name | None = None
    prices: Annotated[tuple[ZonePrice, ...], Field(max_length=50)]
    duration_min: Number | None = None
    max_bonus_percent: Percent = 0
    channels: tuple[SalesChannel, ...] = (SalesChannel.CRM,)
    available_now: Flag
    available_until: Time | None = None
    unused_policy: UnusedPolicy = UnusedPolicy.FORFEIT
    tax_class: TaxClass = TaxClass.SERVICES
    nds: Number | None = None
    """1199; None: as the settings say."""
    active: Flag = True
    updated_at: Time
    version: Number


class Category(Wire):
    id: Id
    name: Name


class ProductMarking(Wire):
    required: Flag = False
    product_group: Name | None = None


class Product(Wire):
    id: Id
    name: Name
    receipt_name: Name
    category: Category
    price: Kopecks
    barcodes: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    """GTIN-8, 12, 13 or 14."""
    sku: Name | None = None
    unit: Number = 0
    """2108."""
    stock: Quantity | None = None
    """Advisory; None where it is not counted."""
    max_bonus_percent: Percent = 0
    marking: ProductMarking = ProductMarking()
    excise: Flag = False
    min_age: Annotated[int, Field(strict=True, ge=0, le=100)] | None = None
    tax_class: TaxClass = TaxClass.GOODS
    nds: Number | None = None
    """1199; None: as the settings say."""
    active: Flag = True
    updated_at: Time
    version: Number


def is_gtin(code: str) -> bool:
    """True for 8, 12, 13 or 14 digits that end in their check digit (GS1, section 7.9)."""
    if len(code) not in (8, 12, 13, 14) or not (code.isascii() and code.isdigit()):
        return False
    weighted = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(code[:-1])))
    return (weighted + int(code[-1])) % 10 == 0
