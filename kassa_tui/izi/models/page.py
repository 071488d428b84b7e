"""Pages of a list, and the answer to a write."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

from pydantic import Field

from kassa_tui.izi.values import Wire

ItemT = TypeVar("ItemT")
T = TypeVar("T", covariant=True)


class Order(StrEnum):
    """By `seq`, the order in which rows were written."""

    ASC = "asc"
    DESC = "desc"


class Paging(Wire):
    """Which part of a list. The filters of the first page are repeated with its cursor."""

    limit: Annotated[int, Field(strict=True, ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=512)] | None = None
    order: Order = Order.ASC


class Page(Wire, Generic[ItemT]):
    """Rows of a list; each row of a walk comes once, rows added meanwhile come later."""

    items: tuple[ItemT, ...]
    next_cursor: str | None = None
    """None after the last row."""


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """The good ending of a write."""

    value: T
    created: bool
    """False when the resource stood already, or was changed rather than made."""
    replayed: bool = False
    """True when the key was known: this is the answer that it got before."""
