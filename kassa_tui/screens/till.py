"""`Till`: what every screen needs of the program around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from kassa_tui.link.link import Link
from kassa_tui.station import alarms

if TYPE_CHECKING:
    from kassa_tui.station.alarms import Alarm
    from kassa_tui.station.answers import ShiftReport
    from kassa_tui.station.snapshot import Snapshot


@dataclass(slots=True)
class Till:
    """One for each running face."""

    link: Link
    now: Callable[[], datetime]
    """The clock that dates snapshots; aware, in the zone of the screen."""
    new_id: Callable[[], UUID]
    """Ids of what must be done once, however often it is asked for."""
    console: bool
    """A Linux console: sixteen colours, a font without half-blocks."""
    snapshot: Snapshot | None = None
    """The last one; None until the station has told of itself."""
    end_report: ShiftReport | None = None
    """Of the last shift that was closed from this face."""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        return alarms.alarms(self.snapshot) if self.snapshot is not None else ()
