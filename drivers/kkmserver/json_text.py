"""JSON in which no sum of money becomes a float: a `Decimal` goes out and comes in as written.

What comes in is read leniently where real servers are sloppy (control characters in texts, a
mark before the text, a Cyrillic letter in a name) and refused where it is no JSON.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

_CYRILLIC_IN_NAMES = str.maketrans("\u0421\u0441", "Cc")
"""`Сounters`, `СountersType` come with a Cyrillic letter, or without."""


class NotJson(ValueError):
    """A body that cannot be read."""


def encode(value: object) -> str:
    """The JSON of dicts, lists, texts, integers, booleans, None and `Decimal`."""
    match value:
        case dict():
            return "{" + ", ".join(f"{encode(k)}: {encode(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(encode, value)) + "]"
        case Decimal():
            return f"{value:f}"
        case None | str() | int():
            return json.dumps(value)
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")


def decode(body: bytes) -> Any:
    """What a body says; numbers with a point are `Decimal`. Raises `NotJson`."""
    try:
        return json.loads(
            body.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_number,
            object_pairs_hook=_with_latin_names,
            strict=False,
        )
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise NotJson(f"{type(error).__name__} in the body") from error


def _no_number(name: str) -> object:
    raise NotJson(name)


def _with_latin_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    return {name.translate(_CYRILLIC_IN_NAMES): value for name, value in pairs}
