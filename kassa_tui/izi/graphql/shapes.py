"""What IZI's schema says of the operations that are documented by their name alone.

An operation is written from the schema: arguments that it takes and we can give, fields that
it has and we can use. It is not offered where it wants an argument that we have no value for,
or lacks what we cannot do without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

INTROSPECTION = """query Shapes {
  __schema {
    queryType { name }
    mutationType { name }
    types {
      kind
      name
      fields { name type { ...T } args { name defaultValue type { ...T } } }
      inputFields { name defaultValue type { ...T } }
    }
  }
}
fragment T on __Type {
  kind name ofType { kind name ofType { kind name ofType { kind name } } }
}"""

Wish: TypeAlias = "Mapping[str, Wish | None]"
"""Fields that are wanted where there are any; None: a leaf."""

_ROWS = ("items", "nodes", "data", "edges", "node")
"""By these names lists are wrapped."""
_MOST_WRAPPERS = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """A type as it is written: `[ID!]!`."""

    text: str
    base: str

    @property
    def is_required(self) -> bool:
        return self.text.endswith("!")


@dataclass(frozen=True, slots=True)
class _Input:
    kind: _Kind
    has_default: bool

    @property
    def is_needed(self) -> bool:
        return self.kind.is_required and not self.has_default


@dataclass(frozen=True, slots=True)
class _Field:
    kind: _Kind
    arguments: Mapping[str, _Input]


@dataclass(frozen=True, slots=True)
class _Type:
    is_leaf: bool
    fields: Mapping[str, _Field] = field(default_factory=dict)
    inputs: Mapping[str, _Input] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """A request that IZI's schema takes."""

    name: str
    document: str
    takes: frozenset[str]
    """Arguments that it has."""
    gives: frozenset[str]
    """Fields of the result that were wished for and are there."""
    variables: Callable[[Mapping[str, Any]], dict[str, Any]]


class Schema:
    """IZI's schema, as far as it was told."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        """Raises `ValueError`: what was told is no schema."""
        try:
            schema = told["__schema"]
            self._roots = {
                "query": schema["queryType"]["name"],
                "mutation": (schema["mutationType"] or {"name": ""})["name"],
            }
            self._types = {one["name"]: _type(one) for one in schema["types"]}
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("no schema") from error

    def operation(
        self,
        root: str,
        name: str,
        given: frozenset[str],
        needed: frozenset[str],
        wish: Wish,
        must: frozenset[str],
    ) -> Operation | None:
        """
        Args:
            root: `query` or `mutation`.
            given: Names of arguments that we have values for; also inside of one `input`.
            needed: Those without which the operation does something else than is meant.
            must: Fields of the result that there is no doing without.
        """
        one = self._types.get(self._roots[root], _NOTHING).fields.get(name)
        if one is None:
            return None
        taken = _taken(one.arguments, given | {"input"})
        if taken is None:
            return None
        inside: frozenset[str] = frozenset()
        if "input" in taken:
            found = _taken(self._types.get(taken["input"].base, _NOTHING).inputs, given)
            if found is None:
                return None
            inside = frozenset(found)
        direct = frozenset(taken) - {"input"}
        if not needed <= direct | inside:
            return None
        selected, gives = self._selection(one.kind.base, wish)
        if not must <= gives:
            return None
        declared = ", ".join(f"${n}: {kind.text}" for n, kind in taken.items())
        passed = ", ".join(f"{n}: ${n}" for n in taken)
        document = (
            f"{root} Kassa{f'({declared})' if taken else ''} {{"
            f" {name}{f'({passed})' if taken else ''}{selected} }}"
        )

        def variables(values: Mapping[str, Any]) -> dict[str, Any]:
            told = {n: values[n] for n in sorted(direct) if n in values}
            if "input" in taken:
                told["input"] = {n: values[n] for n in sorted(inside) if n in values}
            return told

        return Operation(name, document, direct | inside, gives, variables)

    def _selection(
        self, base: str, wish: Wish, wrappers: int = _MOST_WRAPPERS
    ) -> tuple[str, frozenset[str]]:
        """The fields of a type, and which of the wish there are; through the wrapping of lists."""
        told = self._types.get(base, _NOTHING)
        if told.is_leaf:
            return "", frozenset()
        for wrapper in _ROWS if wrappers else ():
            inner = told.fields.get(wrapper)
            if inner is not None and wrapper not in wish and not self._is_leaf(inner):
                text, gives = self._selection(inner.kind.base, wish, wrappers - 1)
                return f" {{ {wrapper}{text} }}", gives
        parts = dict(self._parts(told, wish))
        if not parts:
            return " { __typename }", frozenset()
        return f" {{ {' '.join(parts.values())} }}", frozenset(parts)

    def _parts(self, told: _Type, wish: Wish) -> Iterator[tuple[str, str]]:
        for name, below in wish.items():
            there = told.fields.get(name)
            if there is None or any(one.is_needed for one in there.arguments.values()):
                continue
            if below is None and self._is_leaf(there):
                yield name, name
            elif below is not None and not self._is_leaf(there):
                text, gives = self._selection(there.kind.base, below)
                if gives:
                    yield name, f"{name}{text}"

    def _is_leaf(self, one: _Field) -> bool:
        return self._types.get(one.kind.base, _NOTHING).is_leaf


def rows(told: object) -> list[Any]:
    """The rows of a list, however it is wrapped. Raises `ValueError`."""
    if isinstance(told, list):
        return [_unwrapped(one) for one in told]
    if isinstance(told, dict):
        for wrapper in _ROWS:
            if wrapper in told:
                return rows(told[wrapper])
    raise ValueError("no list")


def _unwrapped(row: object) -> object:
    return row["node"] if isinstance(row, dict) and set(row) == {"node"} else row


_NOTHING = _Type(is_leaf=False)


def _taken(wanted: Mapping[str, _Input], given: frozenset[str]) -> dict[str, _Kind] | None:
    """Those that we give; None: one is needed that we have nothing for."""
    if any(one.is_needed and name not in given for name, one in wanted.items()):
        return None
    return {name: one.kind for name, one in wanted.items() if name in given}


def _type(told: Mapping[str, Any]) -> _Type:
    return _Type(
        is_leaf=told["kind"] in ("SCALAR", "ENUM"),
        fields={
            one["name"]: _Field(_kind(one["type"]), _inputs(one["args"]))
            for one in told["fields"] or ()
        },
        inputs=_inputs(told["inputFields"] or ()),
    )


def _inputs(told: Any) -> dict[str, _Input]:
    return {
        one["name"]: _Input(_kind(one["type"]), one["defaultValue"] is not None) for one in told
    }


def _kind(told: Mapping[str, Any]) -> _Kind:
    match told["kind"]:
        case "NON_NULL":
            inner = _kind(told["ofType"])
            return _Kind(f"{inner.text}!", inner.base)
        case "LIST":
            inner = _kind(told["ofType"])
            return _Kind(f"[{inner.text}]", inner.base)
    name = str(told["name"])
    if not name.isidentifier():
        raise ValueError("no schema")
    return _Kind(name, name)
