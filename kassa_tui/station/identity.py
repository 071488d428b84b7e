"""Ids that sort by the time of their making."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime, random_bytes: bytes) -> UUID:
    """The UUIDv7 (RFC 9562, 5.7) of a moment and ten random bytes."""
    if len(random_bytes) != 10:
        raise ValueError(f"ten random bytes are needed, not {len(random_bytes)}")
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)
    value = milliseconds << 80 | int.from_bytes(random_bytes, "big")
    value = value & ~(0xF << 76) | 7 << 76
    return UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
