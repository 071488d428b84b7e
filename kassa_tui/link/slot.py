"""The latest snapshot, handed from the station's thread to a face's loop.

One place for one value: a face that has stopped never fills memory and never holds the
station up, and one that wakes sees the present at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class LatestSlot(Generic[T]):
    """Delivers the latest value to `deliver` on `loop`; `put` may be called anywhere."""

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[T], None]) -> None:
        self._loop = loop
        self._deliver = deliver
        self._lock = Lock()
        self._waiting: list[T] = []
        self._closed = False

    def put(self, value: T) -> None:
        """Replace what is waiting; never waits itself."""
        with self._lock:
            if self._closed:
                return
            scheduled = bool(self._waiting)
            self._waiting = [value]
            if scheduled:
                return
        try:
            self._loop.call_soon_threadsafe(self._hand_over)
        except RuntimeError:  # the face's loop is closed: nobody is there to be told
            self.close()

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._closed = True
            self._waiting = []

    def _hand_over(self) -> None:
        with self._lock:
            values, self._waiting = self._waiting, []
        for value in values:
            self._deliver(value)
