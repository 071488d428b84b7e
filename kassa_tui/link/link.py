"""`Link`: what a face holds instead of the station."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kassa_tui.station.answers import Answer
    from kassa_tui.station.requests import Request
    from kassa_tui.station.snapshot import Snapshot


class Link(Protocol):
    """A way to a station. Belongs to the event loop that attached it."""

    def attach(
        self, on_snapshot: Callable[[Snapshot], None], on_end: Callable[[str], None]
    ) -> None:
        """Begin to be told of the station, on the running event loop.

        `on_snapshot` gets the latest snapshot whenever there is a newer one; those that came
        while the face was busy are skipped. `on_end` is called at most once, when the
        station ends by itself, with the words of the failure (empty: it was stopped).
        """
        ...

    def detach(self) -> None:
        """No callback is called any more."""
        ...

    async def ask(self, request: Request) -> Answer:
        """Have a request served; `Declined(STOPPED)` when there is no station."""
        ...
