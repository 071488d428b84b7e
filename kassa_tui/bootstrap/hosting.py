"""Which station a process runs, should none run yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.virtual_register import Face, virtual_register

if TYPE_CHECKING:
    from drivers.virtual.faults import Faults
    from kassa_tui.link.host import StationHost
    from kassa_tui.link.joining import Hosted
    from kassa_tui.settings.model import Settings


def demo_hosted(
    state: Path,
    faults: Faults | None = None,
    *,
    face: Face = "shtrih",
    yesterday: bool = False,
) -> Hosted:
    """The demo's station and its virtual register, in the directory `state`.

    Args:
        yesterday: A new till begins with the closed shift of yesterday.
    """

    @contextmanager
    def hosted() -> Iterator[StationHost]:
        from kassa_tui.bootstrap.station import demo_station
        from kassa_tui.link.host import StationHost

        with virtual_register(state, faults, face=face) as address:
            yield StationHost(
                lambda *parts: demo_station(state, address, *parts, yesterday=yesterday)
            )

    return hosted


def club(settings: Settings, state: Path | None) -> tuple[Path, Hosted]:
    """State directory and station of a real till.

    Args:
        state: Where the journal is; None: where the settings say.
    """
    from kassa_tui.settings.file import state_directory

    directory = state if state is not None else state_directory(settings)

    @contextmanager
    def hosted() -> Iterator[StationHost]:
        from kassa_tui.bootstrap.station import club_station
        from kassa_tui.link.host import StationHost

        with ExitStack() as stack:
            address = None
            if settings.station.training:
                address = stack.enter_context(virtual_register(directory))
            yield StationHost(lambda *parts: club_station(settings, directory, address, *parts))

    return directory, hosted
