"""How a client is shown at the desk: enough to know him by, too little to write to him (K15)."""

from __future__ import annotations

import re

_PERSONAL = re.compile(r"\S+@\S+|\+?[0-9](?:[\s()-]*[0-9]){6,}")


def display_name(given: str, family: str) -> str:
    """`Иван П.`; a phone or an e-mail that somebody typed as a name becomes stars."""
    name = _PERSONAL.sub("***", given)
    return f"{name} {family[0]}." if family else name


def mask_phone(phone: str) -> str:
    """`+7 *** ***-45-67` of an E.164 number."""
    country = "+7" if phone.startswith("+7") and len(phone) == 12 else "+"
    return f"{country} *** ***-{phone[-4:-2]}-{phone[-2:]}"


def mask_email(email: str) -> str:
    """`i***@mail.ru`."""
    name, _, host = email.partition("@")
    return f"{name[:1]}***@{host}"


def mask_login(login: str) -> str:
    """`v***`; nothing of a login of one character."""
    return f"{login[:1] if len(login) > 1 else ''}***"
