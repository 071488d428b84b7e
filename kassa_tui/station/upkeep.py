"""What the journal needs after each shift: to forget contacts, and a copy of itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from kassa_tui.journal.errors import JournalError
from kassa_tui.journal.journal import Journal
from kassa_tui.station.settings import StationSettings

FOLDER = "backups"
"""Beside the journal."""

AGAIN_S = 60.0
"""What has failed is tried again after so many seconds: the next shift's end may be far."""


class Upkeep:
    """Works beside the requests: a long journal takes seconds to copy."""

    def __init__(
        self, journal: Journal, settings: StationSettings, clock: Callable[[], datetime]
    ) -> None:
        self._journal = journal
        self._settings = settings
        self._clock = clock
        self._working: asyncio.Task[None] | None = None
        self._ending = asyncio.Event()
        self.failure = ""
        """Words of the last failure; empty after the next success."""

    def begin(self) -> None:
        """Start, unless the work of the last shift is still going on."""
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())

    async def end(self) -> None:
        """Wait for what was begun; a copy that is given up leaves nothing under its name."""
        self._ending.set()
        if self._working is not None:
            await asyncio.gather(self._working, return_exceptions=True)

    async def _work(self) -> None:
        while not self._ending.is_set():
            try:
                await self._once()
            except JournalError as error:
                self.failure = str(error)
            else:
                self.failure = ""
                return
            try:
                async with asyncio.timeout(AGAIN_S):
                    await self._ending.wait()
            except TimeoutError:
                pass  # it is time

    async def _once(self) -> None:
        now, settings = self._clock(), self._settings
        await self._journal.purge_contacts(now - timedelta(days=settings.personal_data_days), now)
        if settings.backups_kept:
            folder = self._journal.path.with_name(FOLDER)
            await self._journal.back_up(folder, now, settings.backups_kept)
