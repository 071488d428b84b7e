"""What is wrong with a receipt, by field and tag, for a format version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import Any

from pydantic import ValidationError

from drivers.ffd import rules
from drivers.ffd.composition import cashier_entries, receipt_entries
from drivers.ffd.enumerations import FfdVersion
from drivers.ffd.fields import tag_of
from drivers.ffd.limits import document_problems, encoding_problems
from drivers.ffd.problem import Problem
from drivers.ffd.receipt import Cashier, Receipt

__all__ = ["MalformedReceipt", "Problem", "cashier_problems", "parse_receipt", "problems"]

_MAX_PROBLEMS = 100
"""Of data from outside, more than these are not told."""
_MAX_PATH = 200


@lru_cache(maxsize=8)
def problems(receipt: Receipt, version: FfdVersion, on: date) -> tuple[Problem, ...]:
    """Every broken rule of `receipt` in a document of `version` made on the day `on`.

    The last answers are kept: whoever takes the money asks before noting it, and the driver
    asks again before sending.

    Never raises; an empty answer means that `composition.receipt_tags` raises neither. What
    only the register knows (its tax systems, rates, registration) is not judged here.
    """
    entries = receipt_entries(receipt, version)
    return tuple(
        chain(
            chain.from_iterable(rule(receipt, version, on) for rule in rules.RULES),
            document_problems(entries, receipt.form, version),
        )
    )


def cashier_problems(cashier: Cashier) -> tuple[Problem, ...]:
    """Every broken rule of a cashier, for the documents that hold nothing else of ours."""
    entries = cashier_entries(cashier)
    return (
        *rules.cashier(cashier),
        *rules.not_blank("cashier.name", cashier.name),
        *encoding_problems(entries),
    )


class MalformedReceipt(ValueError):
    """Data that is no `Receipt` at all; `problems` say where."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def parse_receipt(data: str | bytes | Mapping[str, Any]) -> Receipt:
    """A receipt from JSON, or from a mapping of what JSON holds.

    Raises:
        MalformedReceipt: Whatever is wrong with the data; nothing else is raised. A receipt
            that parses may still break the rules of `problems`.
    """
    try:
        if isinstance(data, Mapping):
            return Receipt.model_validate(dict(data))
        return Receipt.model_validate_json(data)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        # A cost that could not be computed only repeats the error of its price or quantity.
        told = [detail for detail in details if detail["type"] != "default_factory_not_called"]
        raise MalformedReceipt(tuple(map(_from_detail, told[:_MAX_PROBLEMS]))) from None


def _from_detail(detail: Mapping[str, Any]) -> Problem:
    field = ".".join(map(str, detail["loc"]))[:_MAX_PATH]
    return Problem(field, tag_of(field), _code(detail["type"]), detail["msg"])


def _code(kind: str) -> str:
    """The stable code of one of pydantic's error types."""
    if kind in _CODES:
        return _CODES[kind]
    too_far = ("greater_than", "less_than", "decimal_", "string_too", "too_", "finite_")
    return "out_of_range" if kind.startswith(too_far) else "wrong_type"


_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "json_invalid": "not_json",
    "string_unicode": "not_json",
    "enum": "unknown_code",
    "decimal_parsing": "wrong_type",
    "decimal_type": "wrong_type",
}
