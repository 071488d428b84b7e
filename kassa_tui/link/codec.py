"""Frozen values as JSON and back, by their types alone: a new request needs no word here.

A dataclass is an object that names its class under `is`, an enumeration's member is
`"Class.MEMBER"`, so that a union is told apart by what it holds. Everything else is what
JSON has, or text. What does not fit its type to the letter is refused.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

T = TypeVar("T")

_CLASS = "is"
_MOST_INT = 1 << 63
"""What SQLite takes."""
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,9})?")
"""No exponent: a few bytes must not become a number of a million digits."""
_MOST_NAME = 40


class Misfit(Exception):
    """The text is no JSON, or not of the type. Quotes nothing that may be private."""


Decoder = Callable[[Any], Any]


def dump(value: object) -> bytes:
    """A value as one line of ASCII, without its end. Raises `TypeError` for a strange type."""
    return json.dumps(_plain(value), separators=(",", ":")).encode("ascii")


def load(expected: Any, line: bytes) -> Any:
    """The value of a line; `expected` is a class or a union. Raises `Misfit`."""
    try:
        told = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Misfit("this is no JSON") from None
    return _decoder(expected)(told)


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case None | bool() | int() | str():
            return value
        case UUID() | Decimal():
            return str(value)
        case date():  # a datetime is one, too
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case tuple() | frozenset():
            return [_plain(one) for one in value]
        case Mapping():
            return [[_plain(key), _plain(one)] for key, one in value.items()]
        case _ if is_dataclass(value):
            plain = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
            kind: Any = type(value)
            for name in _bare(kind):
                # An enumeration that is an int or a str may stand where only those are promised.
                if isinstance(member := getattr(value, name), Enum):
                    plain[name] = member.value
            return {_CLASS: kind.__name__, **plain}
        case _:
            raise TypeError(f"{type(value).__name__} does not travel")


@cache
def _bare(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass that are declared as numbers or text, or none."""
    bare = {int, str, NoneType}
    hints = get_type_hints(kind)
    return tuple(
        name
        for name, hint in hints.items()
        if {hint, *get_args(hint)} - {hint} <= bare
        and (hint in bare or get_origin(hint) in (Union, UnionType))
    )


def _refuse(_: str) -> None:
    raise ValueError


@cache
def _decoder(expected: Any) -> Decoder:
    origin, arguments = get_origin(expected), get_args(expected)
    if origin in (Union, UnionType):
        return _union(arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin is frozenset:
        member = _decoder(arguments[0])
        return lambda told: frozenset(member(one) for one in _as(list, told))
    if origin is not None and issubclass(origin, Mapping):
        pair = _tuple(arguments)
        return lambda told: dict(pair(one) for one in _as(list, told))
    if is_dataclass(expected):
        return _dataclass(expected)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return _enumeration(expected)
    return _SCALARS[expected]


def _as(kind: type, told: Any) -> Any:
    if type(told) is not kind:
        raise Misfit(f"{kind.__name__} expected")
    return told


def _dataclass(kind: Any) -> Decoder:
    # Built at the first use: a class may have members of its own kind.
    @cache
    def members() -> tuple[dict[str, Decoder], frozenset[str]]:
        hints = get_type_hints(kind)
        known = {one.name: _decoder(hints[one.name]) for one in fields(kind)}
        needed = frozenset(
            one.name
            for one in fields(kind)
            if one.default is MISSING and one.default_factory is MISSING
        )
        return known, needed

    def decode(told: Any) -> Any:
        known, needed = members()
        values = {}
        for name, value in _as(dict, told).items():
            if name == _CLASS:
                continue
            if name not in known:
                raise Misfit(f"{kind.__name__} has no {name[:_MOST_NAME]!a}")
            try:
                values[name] = known[name](value)
            except Misfit as misfit:
                raise Misfit(f"{name}: {misfit}") from None
        if lacking := needed - values.keys():
            raise Misfit(f"{kind.__name__} needs {', '.join(sorted(lacking))}")
        if told.get(_CLASS) != kind.__name__:
            raise Misfit(f"this is no {kind.__name__}")
        return kind(**values)

    return decode


def _enumeration(kind: type[Enum]) -> Decoder:
    members = {f"{kind.__name__}.{name}": one for name, one in kind.__members__.items()}

    def decode(told: Any) -> Enum:
        member = members.get(_as(str, told))
        if member is None:
            raise Misfit(f"not one of {kind.__name__}")
        return member

    return decode


def _union(kinds: tuple[Any, ...]) -> Decoder:
    """Members are told apart by class name; at most one of them may be plain."""
    named = {one.__name__: one for one in kinds if is_dataclass(one) or _is_enumeration(one)}
    plain = [one for one in kinds if one is not NoneType and one not in named.values()]
    if len(plain) > 1:
        raise TypeError(f"{plain} cannot be told apart")

    def decode(told: Any) -> Any:
        if told is None and NoneType in kinds:
            return None
        name = told.get(_CLASS) if type(told) is dict else None
        if type(told) is str:
            name = told.partition(".")[0]
        if type(name) is str and name in named:
            return _decoder(named[name])(told)
        if plain:
            return _decoder(plain[0])(told)
        raise Misfit("none of the kinds that belong here")

    return decode


def _is_enumeration(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _tuple(kinds: tuple[Any, ...]) -> Decoder:
    members = [_decoder(one) for one in kinds if one is not Ellipsis]
    if Ellipsis in kinds:
        (member,) = members
        return lambda told: tuple(member(one) for one in _as(list, told))

    def decode(told: Any) -> tuple[Any, ...]:
        if len(_as(list, told)) != len(members):
            raise Misfit(f"{len(members)} values expected")
        return tuple(member(one) for member, one in zip(members, told, strict=True))

    return decode


def _integer(told: Any) -> int:
    number: int = _as(int, told)
    if not -_MOST_INT <= number < _MOST_INT:
        raise Misfit("the number is too large")
    return number


def _text(told: Any) -> str:
    text: str = _as(str, told)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Misfit("half a character") from None
    return text


def _parsed(parse: Callable[[str], T], what: str) -> Callable[[Any], T]:
    def decode(told: Any) -> T:
        try:
            return parse(_as(str, told))
        except (ValueError, ArithmeticError):
            raise Misfit(f"{what} expected") from None

    return decode


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    return Decimal(text)


def _nothing(told: Any) -> None:
    if told is not None:
        raise Misfit("null expected")


_SCALARS: dict[Any, Decoder] = {
    NoneType: _nothing,
    bool: lambda told: _as(bool, told),
    int: _integer,
    str: _text,
    UUID: _parsed(UUID, "UUID"),
    datetime: _parsed(_moment, "time with an offset"),
    date: _parsed(date.fromisoformat, "date"),
    Decimal: _parsed(_decimal, "decimal number"),
    bytes: _parsed(lambda text: base64.b64decode(text, validate=True), "base64"),
}
