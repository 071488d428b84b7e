"""Clients: found by what they say at the desk, shown masked, with accounts made of entries."""

from __future__ import annotations

import json
import re
import sqlite3

from kassa_tui.izi.embedded.desk import Desk, check_known
from kassa_tui.izi.embedded.pages import Condition, page
from kassa_tui.izi.embedded.store import micros
from kassa_tui.izi.errors import Fault, NotFound, ValidationFailed
from kassa_tui.izi.masking import display_name, mask_email, mask_login, mask_phone
from kassa_tui.izi.models.client import Client, ClientSearch, ReceiptContact, SearchBy
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.session import Feature
from kassa_tui.izi.models.transaction import Balances

_SELECT = """
    SELECT c.*,
        (SELECT coalesce(sum(amount), 0) FROM account_entry
         WHERE client_id = c.id AND account = 'game') AS balance,
        (SELECT coalesce(sum(amount), 0) FROM account_entry
         WHERE client_id = c.id AND account = 'bonus') AS bonus_balance,
        (SELECT count(*) FROM account_entry WHERE client_id = c.id) AS entries
    FROM client c
"""

_FULL_PHONE = re.compile(r"\+[0-9]{8,15}")
_PHONE_TAIL = re.compile(r"[0-9]{4,6}")

SHORTEST = {SearchBy.LOGIN: 3, SearchBy.ID: 1, SearchBy.QR: 4, SearchBy.CARD: 4}
"""How many characters a search takes at least."""


async def client_row(desk: Desk, client_id: str) -> sqlite3.Row | None:
    """The client with `balance` and `bonus_balance`, kopecks."""
    return await desk.store.row(f"{_SELECT} WHERE c.id = ?", client_id)


def balances(row: sqlite3.Row) -> Balances:
    return Balances(balance=row["balance"], bonus_balance=row["bonus_balance"])


async def client(desk: Desk, client_id: str) -> Client:
    """Raises `NotFound`."""
    row = await client_row(desk, client_id)
    if row is None:
        raise NotFound("no such client")
    return _masked(row)


async def receipt_contact(desk: Desk, client_id: str) -> ReceiptContact:
    """The e-mail, else the phone: a letter costs nothing. Leaves a line in the audit."""
    row = await client_row(desk, client_id)
    contact = row and (row["email"] or row["phone"])
    if not contact:
        raise NotFound("no such client, or no contact")
    await desk.store.insert(
        "audit",
        happened_at=micros(desk.now),
        operator_id=desk.operator.id,
        action="receipt_contact",
        subject=client_id,
    )
    return ReceiptContact(buyer_phone_or_address=contact)


async def search(desk: Desk, club_id: str, asked: ClientSearch) -> Page[Client]:
    """Clients of the organisation, at most 20 to a page."""
    await desk.settings(club_id)
    check_known(asked)

    async def read(row: sqlite3.Row) -> Client:
        return _masked(row)

    paging = Paging(limit=asked.limit, cursor=asked.cursor)
    return await page(desk, _SELECT, [_condition(desk, asked)], paging, read, seq="c.seq")


def _condition(desk: Desk, asked: ClientSearch) -> Condition:
    value = asked.value.strip()
    match asked.by:
        case SearchBy.PHONE if _FULL_PHONE.fullmatch(value):
            return "c.phone = ?", value
        case SearchBy.PHONE if _PHONE_TAIL.fullmatch(value):
            return f"substr(c.phone, -{len(value)}) = ?", value
        case SearchBy.PHONE:
            wanted = "a full number with +, or its last 4 to 6 digits"
            raise ValidationFailed([Fault("#/value", "phone", wanted)])
        case SearchBy.LOGIN:
            desk.offer(Feature.CLIENTS_LOGIN)
        case SearchBy.QR:
            desk.offer(Feature.CLIENTS_QR)
    if len(value) < SHORTEST[asked.by]:
        raise ValidationFailed([Fault("#/value", "min", "too short to search for")])
    match asked.by:
        case SearchBy.LOGIN:
            folded = value.casefold()
            return f"substr(c.login_folded, 1, {len(folded)}) = ?", folded
        case SearchBy.QR:
            return "c.qr = ?", value
        case SearchBy.CARD:
            return "c.card = ?", value
    return "c.id = ?", value


def _masked(row: sqlite3.Row) -> Client:
    return Client(
        id=row["id"],
        display_name=display_name(row["given_name"], row["family_name"]),
        phone_masked=row["phone"] and mask_phone(row["phone"]),
        email_masked=row["email"] and mask_email(row["email"]),
        login_masked=row["login"] and mask_login(row["login"]),
        has_receipt_contact=bool(row["email"] or row["phone"]),
        **dict(balances(row)),
        blocked=bool(row["blocked"]),
        group_tags=tuple(json.loads(row["group_tags"])),
        version=row["version"] + row["entries"],
    )
