"""Clients of IZI's, found by telephone and shown masked."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from kassa_tui.izi.errors import CrmFailed, Fault, NotFound, NotSupported, ValidationFailed
from kassa_tui.izi.graphql.money import whole_kopecks
from kassa_tui.izi.graphql.session import Session
from kassa_tui.izi.graphql.shapes import Operation, Wish, rows
from kassa_tui.izi.masking import display_name, mask_email, mask_phone
from kassa_tui.izi.models.client import Client, ClientSearch, SearchBy
from kassa_tui.izi.models.page import Page

_NAMES = "id name firstName lastName phone email balance bonusBalance isBlacklisted isBlocked"
_WISH: Wish = dict.fromkeys(_NAMES.split())
_MUST = frozenset({"id", "balance"})
_BLOCKED = ("isBlacklisted", "isBlocked")
_FULL = re.compile(r"\+[0-9]{8,15}")
_TAIL = re.compile(r"[0-9]{4,6}")
_KNOWN = 500
"""Clients whose telephone is remembered, in memory: IZI names no query by id."""

BY_ID = "clients.id"
BY_TAIL = "clients.phone_tail"
READ = "clients.read"


class Clients:
    """Methods raise `CrmError`."""

    def __init__(self, session: Session, club_id: str) -> None:
        self._session = session
        self._club_id = club_id
        self._phones: OrderedDict[str, str] = OrderedDict()

    async def search(self, asked: ClientSearch) -> Page[Client]:
        value = asked.value.strip()
        match asked.by:
            case SearchBy.PHONE if _FULL.fullmatch(value):
                found = await self._by_phone(value)
                return Page(items=() if found is None else (found,))
            case SearchBy.PHONE if _TAIL.fullmatch(value):
                return await self._by_tail(value, asked.limit)
            case SearchBy.PHONE:
                wanted = "a full number with +, or its last 4 to 6 digits"
                raise ValidationFailed([Fault("#/value", "phone", wanted)])
            case SearchBy.ID if value in self._phones:
                return Page(items=(await self.client(value),))
        raise NotSupported(feature=f"clients.{asked.by}")

    async def client(self, client_id: str) -> Client:
        """A client that was found before. Raises `NotFound`: his telephone is another's now."""
        phone = self._phones.get(client_id)
        if phone is None:
            raise NotSupported(feature=BY_ID)
        found = await self._by_phone(phone)
        if found is None or found.id != client_id:
            raise NotFound("no such client by the telephone that was his")
        return found

    async def _by_phone(self, phone: str) -> Client | None:
        schema = await self._session.schema()
        given = frozenset({"phone", "clubId"})
        needed = frozenset({"phone"})
        operation = schema.operation("query", "clientByPhone", given, needed, _WISH, _MUST)
        if operation is None:
            raise NotSupported(feature=READ)
        values = {"phone": phone, "clubId": self._club_id}
        try:
            told = await self._told(operation, values)
        except NotFound:
            return None
        return None if told is None else self._client(told, phone)

    async def _by_tail(self, digits: str, limit: int) -> Page[Client]:
        schema = await self._session.schema()
        wish = _WISH
        for search in ("search", "query"):
            given = frozenset({search, "clubId", "limit", "first"})
            must = _MUST | {"phone"}
            needed = frozenset({search})
            operation = schema.operation("query", "clients", given, needed, wish, must)
            if operation is not None:
                break
        else:
            raise NotSupported(feature=BY_TAIL)
        most = 100
        values = {search: digits, "clubId": self._club_id, "limit": most, "first": most}
        try:
            told = rows(await self._told(operation, values))
        except ValueError as error:
            raise CrmFailed("an answer out of shape: clients") from error
        # What IZI looks through for the digits is not documented: only the telephone counts.
        fits = [one for one in told if isinstance(one, dict) and _ends(one.get("phone"), digits)]
        found = tuple(self._client(one, str(one["phone"])) for one in fits[:limit])
        return Page(items=found)

    async def _told(self, operation: Operation, values: Mapping[str, Any]) -> Any:
        data = await self._session.read(
            operation.name, operation.document, operation.variables(values)
        )
        return data.get(operation.name)

    def _client(self, told: Any, phone: str) -> Client:
        """Nothing of a person's data goes into an error."""
        try:
            bonus = told.get("bonusBalance")
            email = told.get("email")
            client = Client(
                id=told["id"],
                display_name=_name(told) or mask_phone(phone),
                phone_masked=mask_phone(phone),
                email_masked=mask_email(email) if isinstance(email, str) and email else None,
                has_receipt_contact=False,  # no query is documented for tag 1008
                balance=whole_kopecks(told["balance"]),
                bonus_balance=0 if bonus is None else whole_kopecks(bonus),
                blocked=any(told.get(name) is True for name in _BLOCKED),
                version=1,
            )
        except (KeyError, AttributeError, ValueError, ValidationError):
            raise CrmFailed("an answer out of shape: client") from None
        self._phones[client.id] = phone
        self._phones.move_to_end(client.id)
        if len(self._phones) > _KNOWN:
            self._phones.popitem(last=False)
        return client


def _name(told: Mapping[str, Any]) -> str:
    first, last, name = (told.get(key) for key in ("firstName", "lastName", "name"))
    if isinstance(first, str) and first.strip():
        family = last.strip() if isinstance(last, str) else ""
        return display_name(first.strip(), family)[:256]
    words = name.split() if isinstance(name, str) else []
    return display_name(words[0], "".join(words[1:2]))[:256] if words else ""


def _ends(phone: object, digits: str) -> bool:
    return isinstance(phone, str) and "".join(filter(str.isdigit, phone)).endswith(digits)
