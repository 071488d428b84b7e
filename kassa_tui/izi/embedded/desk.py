"""`Desk`: who asks and with what a call is carried out, and the two fences of a write.

The first fence is the idempotency key, which repeats an answer; the second, which never
falls, is the `external_id`, which finds the resource (contract D.2).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from kassa_tui.izi.embedded.store import Store, micros
from kassa_tui.izi.errors import (
    ClubAccessDenied,
    ExternalIdConflict,
    Fault,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    NotSupported,
    ValidationFailed,
    VersionConflict,
)
from kassa_tui.izi.models.page import Written
from kassa_tui.izi.models.session import Feature, Permission, Person
from kassa_tui.izi.models.settings import FiscalSettings
from kassa_tui.izi.values import OpenEnum, Wire

KEEP_KEYS = timedelta(days=35)
"""The contract asks for 30 days at least."""

ResourceT = TypeVar("ResourceT", bound=Wire)


@dataclass(frozen=True, slots=True)
class Desk:
    """One call of one operator, inside one transaction."""

    store: Store
    now: datetime
    operator: Person
    clubs: frozenset[str]
    permissions: frozenset[str]
    features: frozenset[Feature]
    new_id: Callable[[str], str]
    """Makes an id with the given prefix."""

    def need(self, permission: Permission) -> None:
        """Raises `Forbidden`."""
        if permission not in self.permissions:
            raise Forbidden(permission=permission)

    def offer(self, feature: Feature) -> None:
        """Raises `NotSupported`."""
        if feature not in self.features:
            raise NotSupported(feature=feature)

    def enter(self, club_id: str) -> None:
        """Raises `ClubAccessDenied`."""
        if club_id not in self.clubs:
            raise ClubAccessDenied(f"the operator does not work in club {club_id}")

    async def settings(self, club_id: str) -> FiscalSettings:
        """Raises `NotFound`, `ClubAccessDenied`."""
        found = await self.store.row("SELECT settings, version FROM club WHERE id = ?", club_id)
        if found is None:
            raise NotFound("no such club")
        self.enter(club_id)
        settings = FiscalSettings.model_validate_json(found["settings"])
        return settings.model_copy(update={"version": found["version"]})

    async def zone(self, club_id: str) -> timezone:
        """The club's offset, in which its times are told."""
        return zone_of(await self.settings(club_id))

    async def person(self, operator_id: str | None) -> Person | None:
        if operator_id is None:
            return None
        name = await self.store.value("SELECT name FROM operator WHERE id = ?", operator_id)
        return Person(id=operator_id, display_name=name)

    async def once(
        self,
        scope: str,
        key: UUID,
        body: Wire,
        make: Callable[[], Awaitable[ResourceT]],
        resource: type[ResourceT],
    ) -> Written[ResourceT]:
        """Carry out a write that no `external_id` guards, once to a key."""
        digest = digest_of(body)
        answered = await self._answered(scope, key, digest, resource)
        if answered is not None:
            return answered
        return await self._answer(scope, key, digest, Written(await make(), created=False))

    async def create(
        self,
        scope: str,
        key: UUID,
        body: Wire,
        make: Callable[[], Awaitable[ResourceT]],
        again: Callable[[str], Awaitable[ResourceT]],
        resource: type[ResourceT],
    ) -> Written[ResourceT]:
        """Make a resource, once to its key and once for ever to its `external_id`.

        Args:
            scope: Method and path of the call.
            make: Makes it.
            again: Reads the one that stands already, by its id.
        """
        digest = digest_of(body)
        answered = await self._answered(scope, key, digest, resource)
        if answered is not None:
            return answered
        external_id = str(body.external_id)  # type: ignore[attr-defined]
        kind = resource.__name__
        standing = await self.store.row(
            "SELECT kind, resource_id, digest FROM external_id WHERE id = ?", external_id
        )
        if standing is None:
            check_known(body)
            made = await make()
            await self.store.insert(
                "external_id",
                id=external_id,
                kind=kind,
                resource_id=made.id,  # type: ignore[attr-defined]
                digest=digest,
            )
            return await self._answer(scope, key, digest, Written(made, created=True))
        if (standing["kind"], standing["digest"]) != (kind, digest):
            raise ExternalIdConflict("the external_id stands for something else")
        found = await again(standing["resource_id"])
        return await self._answer(scope, key, digest, Written(found, created=False))

    async def _answered(
        self, scope: str, key: UUID, digest: str, resource: type[ResourceT]
    ) -> Written[ResourceT] | None:
        known = await self.store.row(
            "SELECT digest, answer, created FROM idempotency WHERE scope = ? AND key = ?",
            scope,
            str(key),
        )
        if known is None:
            return None
        if known["digest"] != digest:
            raise IdempotencyKeyReused("the key came with another body before")
        answer = resource.model_validate_json(known["answer"])
        return Written(answer, created=bool(known["created"]), replayed=True)

    async def _answer(
        self, scope: str, key: UUID, digest: str, written: Written[ResourceT]
    ) -> Written[ResourceT]:
        await self.store.run(
            "DELETE FROM idempotency WHERE stored_at < ?", micros(self.now - KEEP_KEYS)
        )
        await self.store.insert(
            "idempotency",
            scope=scope,
            key=str(key),
            digest=digest,
            answer=written.value.model_dump_json(),
            created=written.created,
            stored_at=micros(self.now),
        )
        return written


def zone_of(settings: FiscalSettings) -> timezone:
    sign, hours, minutes = (
        settings.utc_offset[0],
        int(settings.utc_offset[1:3]),
        int(settings.utc_offset[4:]),
    )
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if sign == "-" else offset)


def check_version(current: int, expected: int) -> None:
    """Raises `VersionConflict`."""
    if current != expected:
        raise VersionConflict(etag=f'"{current}"')


def digest_of(body: Wire) -> str:
    """Equal for bodies that say the same: offsets and trailing zeros aside."""
    said = json.dumps(body.model_dump(), default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _plain(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal():
            return str(value.normalize())
    return str(value)


def check_known(body: Wire) -> None:
    """Refuse values that the contract does not list. Raises `ValidationFailed`."""
    faults = list(_strangers(body, "#"))
    if faults:
        raise ValidationFailed(faults)


def _strangers(value: Any, pointer: str) -> list[Fault]:
    if isinstance(value, OpenEnum):
        return [] if value.is_known else [Fault(pointer, "enum", "unknown value")]
    if isinstance(value, BaseModel):
        steps = [(name, getattr(value, name)) for name in type(value).model_fields]
    elif isinstance(value, tuple):
        steps = [(str(number), item) for number, item in enumerate(value)]
    else:
        return []
    return [fault for name, item in steps for fault in _strangers(item, f"{pointer}/{name}")]
