"""Personal data: masked wherever it is kept for long."""

from __future__ import annotations

import json
import re

_EMAIL = re.compile(r"([^\s@<>()\"',;:]{1,64})@([^\s@<>()\"',;:]{1,255})")
_PHONE = re.compile(r"(?<!\w)\+?\d(?:[ ().\-]{0,2}\d){9,14}(?!\w)")
_CONTACT = "buyer_contact"


def masked(text: str) -> str:
    """`text` with phone numbers and e-mail addresses made unreadable.

    A phone number is ten to fifteen digits: its last two stay. An address keeps the first
    letter and the domain.
    """
    text = _EMAIL.sub(lambda found: f"{found[1][0]}***@{found[2]}", text)
    return _PHONE.sub(lambda found: "***" + found[0][-2:], text)


def without_contact(receipt: str) -> tuple[str, str | None]:
    """A receipt's JSON with the buyer's contact masked, and the contact.

    Raises:
        ValueError: It is no JSON.
    """
    value = json.loads(receipt)
    contact = value.get(_CONTACT) if isinstance(value, dict) else None
    if not isinstance(contact, str):
        return receipt, None
    return json.dumps(value | {_CONTACT: masked(contact)}, ensure_ascii=False), contact


def with_contact(receipt: str, contact: str | None) -> str:
    """The receipt as it was, or without a contact where it is kept no longer."""
    value = json.loads(receipt)
    if not isinstance(value, dict) or not isinstance(value.get(_CONTACT), str):
        return receipt
    return json.dumps(value | {_CONTACT: contact}, ensure_ascii=False, separators=(",", ":"))
