"""The speed of a serial line: bytes take their time, to well under a millisecond.

A byte is ten bits (8N1), and a chunk is handed over when its last byte would have arrived.
Times are absolute, by `perf_counter_ns`, and each follows from the one before it: an answer
starts when its request had arrived and was executed, not when this program came round to it.
So neither the rounding of a sleep nor the switching of tasks makes the line slower.
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

    async def carry(self, length: int, since: int) -> int:
        """Wait until `length` bytes sent at `since` have arrived; gives that time."""
        self._free_at = max(since, self._free_at)
        if self._baud is not None:
            self._free_at += length * BITS_PER_BYTE * _NS_PER_S // self._baud
            await _until(self._free_at)
        return self._free_at


async def _until(deadline: int) -> None:
    left = deadline - perf_counter_ns()
    if left > _COARSE_NS:
        await asyncio.sleep((left - _COARSE_NS) / _NS_PER_S)
    while perf_counter_ns() < deadline:  # noqa: ASYNC110 - only time is waited for
        await asyncio.sleep(0)
