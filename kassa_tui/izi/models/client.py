"""Clients, masked. Only `ReceiptContact` carries personal data in the clear."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kassa_tui.izi.values import Flag, Id, Name, Number, OpenEnum, SignedKopecks, Tag, Wire


class SearchBy(OpenEnum):
    PHONE = "phone"
    """Full E.164, or the last four to six digits."""
    LOGIN = "login"
    """The beginning of it, at least three characters."""
    ID = "id"
    QR = "qr"
    CARD = "card"


class ClientSearch(Wire):
    by: SearchBy
    value: Annotated[str, Field(min_length=1, max_length=128, repr=False)]
    limit: Annotated[int, Field(strict=True, ge=1, le=20)] = 10
    cursor: Annotated[str, Field(max_length=512)] | None = None


class Client(Wire):
    id: Id
    display_name: Name
    """First name and initial. Outside text: never markup."""
    phone_masked: Name | None = None
    email_masked: Name | None = None
    login_masked: Name | None = None
    has_receipt_contact: Flag
    balance: SignedKopecks
    """The game account; may be negative."""
    bonus_balance: SignedKopecks
    blocked: Flag
    group_tags: tuple[Tag, ...] = ()
    version: Number


class ReceiptContact(Wire):
    """Where the e-receipt goes. For tag 1008 only; never kept, shown or logged."""

    buyer_phone_or_address: Annotated[str, Field(min_length=1, max_length=64, repr=False)]
    """1008."""
