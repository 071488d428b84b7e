"""The taxpayer's number (ИНН): ten digits of an organisation, twelve of a person.

Check digits by the order of the tax service (MMV-7-6/435@); all zeros is not an INN.
"""

from __future__ import annotations

_ORGANISATION = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_PERSON_FIRST = (7, *_ORGANISATION)
_PERSON_SECOND = (3, *_PERSON_FIRST)


def is_valid_inn(text: str) -> bool:
    """True for ten or twelve digits with right check digits."""
    return is_organisation_inn(text) or is_person_inn(text)


def is_organisation_inn(text: str) -> bool:
    """True for a valid INN of ten digits."""
    return _is_number(text, 10) and _digit(text, _ORGANISATION) == text[9]


def is_person_inn(text: str) -> bool:
    """True for a valid INN of twelve digits, the only one that a cashier may have."""
    return (
        _is_number(text, 12)
        and _digit(text, _PERSON_FIRST) == text[10]
        and _digit(text, _PERSON_SECOND) == text[11]
    )


def read_inn(field: str) -> str:
    """The INN of a document's field, without what pads it to twelve characters.

    The formats pad with spaces at the right; some registers pad ten digits with two zeros
    at the left, which is believed only when the ten pass the check.
    """
    text = field.strip()
    if len(text) == 12 and text.startswith("00") and is_organisation_inn(text[2:]):
        return text[2:]
    return text


def _is_number(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit() and int(text) > 0


def _digit(text: str, weights: tuple[int, ...]) -> str:
    total = sum(weight * int(digit) for weight, digit in zip(weights, text, strict=False))
    return str(total % 11 % 10)
