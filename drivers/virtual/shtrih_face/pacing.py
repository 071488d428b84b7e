"""The speed of a serial line: bytes take their time, to well under a millisecond.

A byte is ten bits (8N1). Each direction has its own absolute timeline, so that no error of a
single wait adds up. A chunk is handed over when its last byte would have arrived.
"""

from __future__ import annotations

import asyncio
from time import perf_counter_ns

BITS_PER_BYTE = 10
_NS_PER_S = 1_000_000_000
_COARSE_NS = 2_000_000
"""The loop rounds a sleep up to a millisecond: the last two are waited turn by turn."""


class Timeline:
    """One direction of a line at `baud` bits a second."""

    def __init__(self, baud: int) -> None:
        if baud < 1:
            raise ValueError(f"a line of {baud} baud carries nothing")
        self._baud = baud
        self.free_at = 0
        """When the last byte has arrived, by `perf_counter_ns`."""

    async def carry(self, length: int) -> None:
        """Wait until `length` more bytes have gone over the line."""
        duration = length * BITS_PER_BYTE * _NS_PER_S // self._baud
        self.free_at = max(perf_counter_ns(), self.free_at) + duration
        await _until(self.free_at)


async def _until(deadline: int) -> None:
    left = deadline - perf_counter_ns()
    if left > _COARSE_NS:
        await asyncio.sleep((left - _COARSE_NS) / _NS_PER_S)
    while perf_counter_ns() < deadline:  # noqa: ASYNC110 - only time is waited for
        await asyncio.sleep(0)
