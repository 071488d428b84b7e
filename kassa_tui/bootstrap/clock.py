"""Time and ids of the real world."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from uuid import UUID


def local_now() -> datetime:
    """Aware time in the zone of this computer."""
    return datetime.now(UTC).astimezone()


def new_id() -> UUID:
    """A new id of a payment."""
    from kassa_tui.station.identity import uuid7

    return uuid7(datetime.now(UTC), os.urandom(10))
