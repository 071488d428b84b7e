"""The speed of a serial line: bytes take their time, to well under a millisecond.

A byte is ten bits (8N1), and a chunk is handed over when its last byte would have arrived.
Times are absolute, by `perf_counter_ns`, and each follows from the one before it: an answer
starts when its request had arrived, or was executed if that came later. The work is begun
when the bytes are here, which is before the line would have brought them all: so the line's
speed is what a host meets, not the speed of this program.
"""

from __future__ import annotations

import asyncio
from time import perf_counter_ns

BITS_PER_BYTE = 10
_NS_PER_S = 1_000_000_000
_COARSE_NS = 2_000_000
"""The loop rounds a sleep up to a millisecond: the last two are waited turn by turn."""


class Timeline:
    """One direction of a line at `baud` bits a second; at None it takes no time."""

    def __init__(self, baud: int | None) -> None:
        if baud is not None and baud < 1:
            raise ValueError(f"a line of {baud} baud carries nothing")
        self._baud = baud
        self._free_at = 0

    def arrival(self, length: int, since: int) -> int:
        """When the last of `length` bytes sent at `since` arrives."""
        self._free_at = max(since, self._free_at)
        if self._baud is not None:
            self._free_at += length * BITS_PER_BYTE * _NS_PER_S // self._baud
        return self._free_at

    async def carry(self, length: int, since: int) -> None:
        """Wait until `length` bytes sent at `since` have arrived."""
        if self._baud is not None:
            await _until(self.arrival(length, since))


async def _until(deadline: int) -> None:
    left = deadline - perf_counter_ns()
    if left > _COARSE_NS:
        await asyncio.sleep((left - _COARSE_NS) / _NS_PER_S)
    while perf_counter_ns() < deadline:  # noqa: ASYNC110 - only time is waited for
        await asyncio.sleep(0)
