"""The tag catalogue: type, length and names of every requisite (`tags.tsv`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files


class TagType(StrEnum):
    """How the bytes of a value are read."""

    BYTE = "byte"
    UINT16 = "uint16"
    UINT32 = "uint32"
    BITS8 = "bits8"
    BITS32 = "bits32"
    VLN = "vln"
    """Unsigned integer, little-endian, as few bytes as needed; money in kopecks."""
    FVLN = "fvln"
    """Decimal: count of digits after the point, then a VLN."""
    UNIXTIME = "unixtime"
    """Seconds since 1970 of the local time, read as if it were UTC."""
    STRING = "string"
    BYTES = "bytes"
    STLV = "stlv"
    PRINT = "print"
    """Printed only, never encoded."""


@dataclass(frozen=True, slots=True)
class TagInfo:
    """One row of the catalogue."""

    tag: int
    type: TagType
    max_length: int | None
    """Longest value in bytes; None where the orders do not say."""
    fixed: bool
    """A text or bytes of always `max_length` bytes (texts are padded with spaces)."""
    parents: tuple[int, ...]
    """Tags of the structures that may hold this one."""
    name_ru: str
    name_en: str
    heading: str
    """What paper prints before the value; empty where it prints no heading."""


@cache
def catalogue() -> dict[int, TagInfo]:
    """All known tags by number."""
    text = files(__package__).joinpath("tags.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if not line.startswith("#"))
    return {
        int(tag): TagInfo(
            int(tag),
            TagType(kind),
            int(length) if length else None,
            fixed == "fixed",
            tuple(int(parent) for parent in parents.split(",") if parent),
            name_ru,
            name_en,
            heading,
        )
        for tag, kind, length, fixed, parents, name_ru, name_en, heading in rows
    }


def tag_info(tag: int) -> TagInfo | None:
    """The row of a tag, None for an unknown one."""
    return catalogue().get(tag)
