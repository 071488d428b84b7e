"""Tariffs of IZI's: what is offered now, and at what price."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from kassa_tui.izi.errors import CrmFailed, NotSupported
from kassa_tui.izi.graphql.money import kopecks
from kassa_tui.izi.graphql.session import Session
from kassa_tui.izi.graphql.shapes import Operation, Schema, Wish, rows
from kassa_tui.izi.models.catalogue import Tariff, TariffKind, ZonePrice

FEATURE = "catalog.tariffs"
EVERYWHERE = "all"
"""Zone of a price that holds in each."""

_WISH: Wish = {
    "id": None,
    "name": None,
    "price": None,
    "isActive": None,
    "type": None,
    "prices": {"price": None, "zoneId": None, "zone": {"id": None, "name": None}},
}
_MUST = frozenset({"id", "name"})
_MOST = 500


class Tariffs:
    """Methods raise `CrmError`."""

    def __init__(self, session: Session, club_id: str, clock: Callable[[], datetime]) -> None:
        self._session = session
        self._club_id = club_id
        self._clock = clock

    async def listing(self) -> tuple[Tariff, ...]:
        """Those that IZI lists, active or not; no tariff without a price that can be read."""
        operation = _operation(await self._session.schema())
        if operation is None:
            raise NotSupported(feature=FEATURE)
        values = {"clubId": self._club_id, "limit": _MOST, "first": _MOST}
        data = await self._session.read(
            operation.name, operation.document, operation.variables(values)
        )
        try:
            told = rows(data.get(operation.name))[:_MOST]
            return tuple(self._tariff(one) for one in told if any(_prices(one)))
        except (ValueError, KeyError, TypeError, AttributeError, ValidationError):
            raise CrmFailed("an answer out of shape: tariffs") from None

    def _tariff(self, told: Mapping[str, Any]) -> Tariff:
        active = told.get("isActive") is not False
        return Tariff(
            id=told["id"],
            name=told["name"],
            receipt_name=told["name"],
            kind=_kind(told.get("type")),
            prices=tuple(_prices(told)),
            available_now=active,
            active=active,
            updated_at=self._clock(),
            version=1,
        )


def _operation(schema: Schema) -> Operation | None:
    given, needed = frozenset({"clubId", "limit", "first"}), frozenset[str]()
    for price in ("price", "prices"):
        found = schema.operation("query", "tariffs", given, needed, _WISH, _MUST | {price})
        if found is not None:
            return found
    return None


def _prices(told: Mapping[str, Any]) -> Iterator[ZonePrice]:
    """A price for each zone where there are such, else the one that holds in all."""
    by_zone = told.get("prices")
    if not by_zone:
        if told.get("price") is not None:
            yield ZonePrice(zone_id=EVERYWHERE, zone_name="*", price=kopecks(told["price"]))
        return
    for one in rows(by_zone):
        zone = one.get("zone") or {}
        zone_id = zone.get("id") or one.get("zoneId") or EVERYWHERE
        name = zone.get("name") or zone_id
        yield ZonePrice(zone_id=zone_id, zone_name=name, price=kopecks(one["price"]))


def _kind(told: object) -> TariffKind:
    name = told.lower() if isinstance(told, str) else ""
    return TariffKind(name) if name in set(TariffKind) else TariffKind.OTHER
