"""Pydantic's errors in words of a person, with the key that they concern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kassa_tui.settings.fields import did_you_mean
from kassa_tui.settings.model import Settings
from kassa_tui.settings.problems import Problem, shown
from kassa_tui.words import _

_MOST_PROBLEMS = 200
"""A file wrong in more places than this is not a settings file."""


def explain(error: ValidationError) -> tuple[Problem, ...]:
    """Every error of the file, in the order of the model."""
    details = error.errors(include_url=False, include_input=False)
    problems = [_problem(detail) for detail in details[:_MOST_PROBLEMS]]
    if more := len(details) - len(problems):
        problems.append(Problem(_("and more errors: {count}").format(count=more)))
    return tuple(problems)


def _problem(detail: ErrorDetails) -> Problem:
    # Members of a union are tags in brackets, which no person has written.
    path = tuple(part for part in detail["loc"] if part not in ("(code)", "(pair)", "[key]"))
    return Problem(_message(detail["type"], detail.get("ctx", {}), path), _dotted(path))


def _message(kind: str, context: dict[str, Any], path: tuple[str | int, ...]) -> str:
    match kind:
        case "kassa":
            return str(context["message"])
        case "missing":
            return _("is missing")
        case "extra_forbidden":
            return _("unknown key") + _suggestion(path)
        case "string_type" | "enum" | "is_instance_of" | "zoneinfo_str":
            return _('must be text, in quotes: "..."')
        case "bool_type":
            return _("must be true or false, without quotes")
        case "int_type":
            return _("must be a whole number, without quotes")
        case "model_type" | "dict_type" | "mapping_type":
            return _("must be a table, with keys of its own")
        case "tuple_type":
            return _("must be a list")
        case "literal_error":
            choices = context["expected"].replace(" or ", ", ").replace("'", "")
            return _("must be one of: {choices}").format(choices=choices)
        case "greater_than_equal":
            return _("must be at least {least}").format(least=context["ge"])
        case "less_than_equal":
            return _("must be at most {most}").format(most=context["le"])
        case "string_too_short":
            return _("must not be empty")
        case "string_too_long":
            return _("must have at most {limit} characters").format(limit=context["max_length"])
        case "too_long":
            return _("at most {count} may stand here").format(count=context["max_length"])
        case "string_pattern_mismatch":
            return _("may have Latin letters, digits and . _ : - only")
        case _:
            return _("is not a value that can stand here")


def _dotted(path: tuple[str | int, ...]) -> str:
    key = ""
    for part in path:
        if isinstance(part, int):
            key += f"[{part + 1}]"
        else:
            bare = part.replace("-", "").replace("_", "").isalnum() and part.isascii()
            name = shown(part) if bare else f'"{shown(part)}"'
            key += f".{name}" if key else name
    return key


def _suggestion(path: tuple[str | int, ...]) -> str:
    """The nearest key of the same table, else the same key in another table."""
    name = str(path[-1])
    if near := did_you_mean(name, _keys(path[:-1])):
        return near
    for table, field in Settings.model_fields.items():
        if any(name in _names(model) for model in tables_of(field.annotation)):
            return "; " + _("its place is the table [{table}]").format(table=table)
    return ""


def _keys(path: tuple[str | int, ...]) -> list[str]:
    """The known keys of the table at `path`; none where there is no such table."""
    model: type[BaseModel] | None = Settings
    parts = iter(path)
    for part in parts:
        if isinstance(part, int) or model is None:
            continue
        field = next((f for n, f in model.model_fields.items() if (f.alias or n) == part), None)
        if field is None:
            return []
        if "Mapping" in str(get_origin(field.annotation)):
            next(parts, None)  # a key that the club has chosen
        model = next(tables_of(field.annotation), None)
    return _names(model) if model else []


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def tables_of(annotation: Any) -> Iterator[type[BaseModel]]:
    """The tables that a value of this type may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from tables_of(argument)
