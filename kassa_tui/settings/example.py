"""The settings file that a club begins with: every key, explained, from the model."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from kassa_tui.settings.explanation import tables_of
from kassa_tui.settings.model import Settings
from kassa_tui.words import N_, _

_HEADER = N_(
    "Settings of a Kassa station. `kassa config check` names every mistake,"
    " `kassa config show` tells what is in force. A key with # before it is switched off:"
    " take the # away to set it."
)


def example(told: Mapping[str, object] = MappingProxyType({})) -> str:
    """The text of the file, in the language of the messages; it is valid as it stands.

    Args:
        told: Values by dotted key that take the place of the examples.
    """
    lines = list(_comment(_(_HEADER)))
    for name, field in Settings.model_fields.items():
        lines += ["", *_comment(_words(field))]
        lines += _table(field.alias or name, field, told)
    return "\n".join(lines) + "\n"


def _table(name: str, field: FieldInfo, told: Mapping[str, object]) -> Iterator[str]:
    header = f"[[{name}]]" if name == "cashiers" else f"[{name}]"
    is_told = any(key.startswith(f"{name}.") for key in told)
    left_out = "#" if field.default is None and not is_told else ""
    yield left_out + header
    (model,) = tables_of(field.annotation)
    for key, member in model.model_fields.items():
        yield from _comment(_words(member))
        if key == "mapping":
            yield f"[{name}.{key}]"
            yield '#USN_5 = { tax_system = "simplified_income", vat_rate = "5" }'
        else:
            yield left_out + _line(member.alias or key, member, told.get(f"{name}.{key}"))


def _line(key: str, field: FieldInfo, told: object) -> str:
    if told is not None:
        return f"{key} = {_toml(key, told)}"
    value = field.examples[0] if field.examples else field.default
    optional = field.default is None or isinstance(field.default, SecretStr)
    return f"{'#' if optional else ''}{key} = {_toml(key, value)}"


def _toml(key: str, value: object) -> str:
    if key.endswith("_roubles") and isinstance(value, int):
        value //= 100
    if isinstance(value, dict):
        return (
            "{ " + ", ".join(f"{name} = {_toml(name, one)}" for name, one in value.items()) + " }"
        )
    # JSON and TOML write texts, numbers, booleans and lists of them alike.
    return json.dumps(value, ensure_ascii=False)


def _words(field: FieldInfo) -> str:
    assert field.description, "every key is explained"
    return _(field.description)


def _comment(text: str) -> Iterator[str]:
    for line in textwrap.wrap(text, 94):
        yield f"# {line}"
