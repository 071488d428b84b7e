"""Tariffs and products as the owner writes them, and as a station reads them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_validator

from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.pages import page
from kassa_tui.izi.embedded.store import micros, moment
from kassa_tui.izi.errors import Fault, ValidationFailed
from kassa_tui.izi.models.catalogue import (
    Category,
    Product,
    ProductMarking,
    SalesChannel,
    Tariff,
    TariffKind,
    UnusedPolicy,
    ZonePrice,
    is_gtin,
)
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.transaction import TaxClass
from kassa_tui.izi.values import Flag, Id, Kopecks, Name, Number, Percent, Quantity, Wire

MILLIONTHS = 1_000_000
"""Stock is kept in millionths of a unit: the six decimals of 1023."""

_PRODUCTS = """
    SELECT p.*, (SELECT sum(millionths) FROM stock_entry WHERE product_id = p.id) AS stock
    FROM product p
"""

_Minute = Annotated[int, Field(strict=True, ge=0, le=1440)]


class SaleHours(Wire):
    """When a tariff is sold: from a minute of a day until another, past midnight or not."""

    days: tuple[Annotated[int, Field(strict=True, ge=0, le=6)], ...] = (0, 1, 2, 3, 4, 5, 6)
    """Days on which it begins, Monday is 0."""
    begins: _Minute
    ends: _Minute
    """At or before `begins`: on the next day."""

    def until(self, at: datetime) -> datetime | None:
        """End of the sale that runs at `at` (club time), or None when none does."""
        minutes = self.ends - self.begins
        length = timedelta(minutes=minutes if minutes > 0 else minutes + 1440)
        for day in (at.date(), at.date() - timedelta(days=1)):
            begin = datetime.combine(day, time(), at.tzinfo) + timedelta(minutes=self.begins)
            if day.weekday() in self.days and begin <= at < begin + length:
                return begin + length
        return None


class TariffOffer(Wire):
    """A tariff as the owner writes it."""

    id: Id
    name: Name
    receipt_name: Name
    kind: TariffKind
    group: Name | None = None
    prices: tuple[ZonePrice, ...]
    duration_min: Number | None = None
    max_bonus_percent: Percent = 0
    channels: tuple[SalesChannel, ...] = (SalesChannel.CRM,)
    hours: SaleHours | None = None
    """None: always."""
    unused_policy: UnusedPolicy = UnusedPolicy.FORFEIT
    tax_class: TaxClass = TaxClass.SERVICES
    nds: Number | None = None
    active: Flag = True

    def price_in(self, zone_id: str | None) -> int | None:
        """Kopecks; None when it is not sold in the zone."""
        return next((each.price for each in self.prices if each.zone_id == zone_id), None)

    def is_sold_at(self, at: datetime) -> bool:
        """True when the desk may sell it at `at` (club time)."""
        on = self.hours is None or self.hours.until(at) is not None
        return self.active and SalesChannel.CRM in self.channels and on


class ProductOffer(Wire):
    """A product as the owner writes it."""

    id: Id
    name: Name
    receipt_name: Name
    category: Category
    price: Kopecks
    barcodes: tuple[Name, ...] = ()
    sku: Name | None = None
    unit: Number = 0
    stock: Quantity | None = None
    """What is there now; None: not counted."""
    max_bonus_percent: Percent = 0
    marking: ProductMarking = ProductMarking()
    excise: Flag = False
    min_age: Number | None = None
    tax_class: TaxClass = TaxClass.GOODS
    nds: Number | None = None
    active: Flag = True

    @field_validator("barcodes")
    @classmethod
    def _are_gtins(cls, barcodes: Iterable[str]) -> Iterable[str]:
        if not all(map(is_gtin, barcodes)):
            raise ValueError("a barcode is a GTIN with its check digit")
        return barcodes


async def tariffs(
    desk: Desk,
    club_id: str,
    zone_id: str | None,
    available_at: datetime | None,
    updated_since: datetime | None,
    paging: Paging,
) -> Page[Tariff]:
    zone = await desk.zone(club_id)

    async def read(row: sqlite3.Row) -> Tariff | None:
        offer = TariffOffer.model_validate_json(row["offer"])
        if zone_id is not None and offer.price_in(zone_id) is None:
            return None
        if available_at is not None and not offer.is_sold_at(available_at.astimezone(zone)):
            return None
        return _tariff(desk, offer, row, zone)

    # The filters are part of what a cursor is made for, those applied in `read` as well.
    return await page(
        desk,
        "SELECT * FROM tariff",
        [
            ("club_id = ?", club_id),
            ("active >= ?", updated_since is None),
            ("updated_at >= ?", None if updated_since is None else micros(updated_since)),
            ("? NOT NULL", zone_id),
            ("? NOT NULL", None if available_at is None else micros(available_at)),
        ],
        paging,
        read,
    )


async def products(
    desk: Desk,
    club_id: str,
    barcode: str | None,
    q: str | None,
    category_id: str | None,
    updated_since: datetime | None,
    paging: Paging,
) -> Page[Product]:
    """`q` is a part of the name, letter case aside."""
    zone = await desk.zone(club_id)
    if barcode is not None:
        desk.offer(Feature.CATALOG_BARCODE)
        if not is_gtin(barcode):
            raise ValidationFailed([Fault("#/barcode", "gtin", "no GTIN, or a wrong check digit")])

    async def read(row: sqlite3.Row) -> Product:
        return _product(row, zone)

    with_barcode = "p.id IN (SELECT product_id FROM product_barcode WHERE gtin14 = ?)"
    return await page(
        desk,
        _PRODUCTS,
        [
            ("p.club_id = ?", club_id),
            ("p.active >= ?", updated_since is None),
            ("p.updated_at >= ?", None if updated_since is None else micros(updated_since)),
            (with_barcode, barcode and barcode.zfill(14)),
            ("instr(p.name_folded, ?)", q and q.casefold()),
            ("p.category_id = ?", category_id),
        ],
        paging,
        read,
        seq="p.seq",
    )


async def product_row(desk: Desk, club_id: str, product_id: str | None) -> sqlite3.Row | None:
    """The row with `stock` in millionths."""
    return await desk.store.row(
        f"{_PRODUCTS} WHERE p.id = ? AND p.club_id = ?", product_id, club_id
    )


def _tariff(desk: Desk, offer: TariffOffer, row: sqlite3.Row, zone: timezone) -> Tariff:
    now = desk.now.astimezone(zone)
    return Tariff(
        **dict(offer),
        available_now=offer.is_sold_at(now),
        available_until=offer.hours.until(now) if offer.hours else None,
        updated_at=moment(row["updated_at"], zone),
        version=row["version"],
    )


def _product(row: sqlite3.Row, zone: timezone) -> Product:
    offer = ProductOffer.model_validate_json(row["offer"])
    left = None if offer.stock is None else Decimal(max(0, row["stock"] or 0)) / MILLIONTHS
    return Product(
        **dict(offer) | {"stock": left},
        updated_at=moment(row["updated_at"], zone),
        version=row["version"],
    )
