"""The small types that the contract's resources are made of (contract D.1).

Every resource is frozen and ignores members it does not know: the other side may grow.
Money and numbers are strict: a float, a string or a boolean is no amount.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    WithJsonSchema,
)

MAX_KOPECKS = 10**12
"""No amount of the contract is larger, in kopecks."""


class Wire(BaseModel):
    """A value that travels between the station and the CRM."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="constants")


class OpenEnum(StrEnum):
    """An enumeration to which the other side may add.

    A value that is not listed becomes a member of the type that equals none of the others:
    it can be shown and stored, and `is_known` is False. What the CRM answers is read this
    way; what a station sends is refused by the CRM when it is not known.
    """

    @classmethod
    def _missing_(cls, value: object) -> OpenEnum | None:
        if not isinstance(value, str) or not 0 < len(value) <= 64:
            return None
        stranger = str.__new__(cls, value)
        stranger._name_ = value
        stranger._value_ = value
        return stranger

    @property
    def is_known(self) -> bool:
        """False for a value that this version of the program has no meaning for."""
        return self.value in type(self)._value2member_map_


_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")
_QUANTITY = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


def _rfc3339(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        return value
    raise ValueError("a time is RFC 3339 text with an offset")


def _quantity(value: Any) -> Decimal:
    text = format(value, "f") if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not _QUANTITY.fullmatch(text):
        raise ValueError("a quantity is a decimal string of at most 9 and 6 digits")
    return Decimal(text)


def _more_than_zero(value: Decimal) -> Decimal:
    if not value:
        raise ValueError("a quantity sold is more than zero")
    return value


Kopecks = Annotated[int, Field(strict=True, ge=0, le=MAX_KOPECKS)]
"""Money, integer kopecks."""

PositiveKopecks = Annotated[int, Field(strict=True, gt=0, le=MAX_KOPECKS)]

SignedKopecks = Annotated[int, Field(strict=True, ge=-MAX_KOPECKS, le=MAX_KOPECKS)]
"""Money that may be negative: a balance, a discrepancy."""

Sum = Annotated[int, Field(strict=True)]
"""A total of many amounts, kopecks; may pass `MAX_KOPECKS` and may be negative."""

Number = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
"""A count, a version, a document number."""

Flag = StrictBool

Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    PlainSerializer(lambda value: format(value, "f"), str),
    WithJsonSchema({"type": "string", "pattern": f"^{_QUANTITY.pattern}$"}),
]
"""1023; a decimal string on the wire."""

PositiveQuantity = Annotated[Quantity, AfterValidator(_more_than_zero)]

Time = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    PlainSerializer(lambda value: value.isoformat(), str, when_used="json"),
]
"""An aware moment; RFC 3339 with a numeric offset on the wire."""

Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:-]{1,64}$")]
"""Opaque."""

Text = Annotated[str, Field(max_length=500)]
"""Comments and reasons. Never markup, whoever wrote it."""

Name = Annotated[str, Field(min_length=1, max_length=256)]

Tag = Annotated[str, Field(min_length=1, max_length=50)]

FiscalDriveNumber = Annotated[str, Field(pattern=r"^[0-9]{16}$")]
"""1041."""

FiscalDocumentNumber = Annotated[int, Field(strict=True, ge=1, le=9_999_999_999)]
"""1040."""

ReceiptId = Annotated[str, Field(pattern=r"^[0-9]{16}:[1-9][0-9]{0,9}$")]
"""`<FN>:<FD>`."""

RegistrationNumber = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
"""1037."""

Percent = Annotated[int, Field(strict=True, ge=0, le=100)]

Inn = Annotated[str, Field(pattern=r"^([0-9]{10}|[0-9]{12})$")]
