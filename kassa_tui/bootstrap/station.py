"""A station of real parts, from its settings to its end."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.crm import ClubCrm, gateway_crm, izi_crm, own_crm
from kassa_tui.bootstrap.errors import CannotStart
from kassa_tui.bootstrap.register import look_at, register_of, virtual_register_at
from kassa_tui.bootstrap.settings import club_settings, station_settings
from kassa_tui.words import _

if TYPE_CHECKING:
    from drivers.register import FiscalRegister, LinkFinding
    from kassa_tui.journal.journal import Journal
    from kassa_tui.link.host import Listener, Worker
    from kassa_tui.settings.model import Settings
    from kassa_tui.station.settings import StationSettings

log = logging.getLogger(__name__)


async def club_station(
    settings: Settings,
    state: Path,
    training: Callable[[], Future[str]] | None,
    listener: Listener,
    ready: Callable[[Worker], None],
) -> None:
    """Put the station of a club together and run it until it is stopped."""
    from drivers.register import AddressError
    from kassa_tui.izi.embedded.club import own_club
    from kassa_tui.settings.tax import TaxRegimeError

    told = settings.fiscal_register
    try:
        station = station_settings(settings)
        club = club_settings(settings)
        url = told.url if training is None else await asyncio.wrap_future(training())
        register = register_of(told, url)
    except (TaxRegimeError, AddressError) as error:
        raise CannotStart(str(error)) from error
    crm: AbstractAsyncContextManager[ClubCrm]
    match settings.crm.kind:
        case "gateway":
            crm = gateway_crm(settings.crm)
        case "graphql":
            crm = izi_crm(settings.crm, state, training=settings.station.training)
        case "embedded":
            crm = own_crm(state, lambda crm: own_club(crm, station.cashier, club))
    await _work(state, register, look_at(url), station, crm, listener, ready)


async def demo_station(
    state: Path,
    address: Callable[[], Future[str]],
    listener: Listener,
    ready: Callable[[Worker], None],
    *,
    yesterday: bool = False,
) -> None:
    """Put the demo's station together and run it until it is stopped.

    Args:
        yesterday: A new till begins with the closed shift of yesterday.
    """
    from drivers.ffd.enumerations import TaxSystem, VatRate
    from kassa_tui.izi.embedded.demo import demo_club
    from kassa_tui.station.settings import StationSettings

    settings = StationSettings(
        club=_("Orbita Club"),
        till=_("Till 1"),
        cashier="Иванова А.",
        tax_system=TaxSystem.SIMPLIFIED_INCOME,
        vat_rate=VatRate.NO_VAT,
        blind_count=False,
        backups_kept=30,
    )
    if yesterday:
        from kassa_tui.bootstrap.yesterday import make_yesterday

        await make_yesterday(state, settings)
    url = await asyncio.wrap_future(address())
    zone = local_now().tzinfo
    assert zone is not None, "local time is aware"
    register = virtual_register_at(url, zone)
    crm = own_crm(state, demo_club)
    await _work(state, register, look_at(url), settings, crm, listener, ready)


async def _work(
    state: Path,
    register: FiscalRegister,
    look: Callable[[], Awaitable[LinkFinding]],
    settings: StationSettings,
    crm: AbstractAsyncContextManager[ClubCrm],
    listener: Listener,
    ready: Callable[[Worker], None],
) -> None:
    """Run a station over the journal of a directory and a CRM."""
    from kassa_tui.station.station import Station

    journal = await open_journal(state)
    try:
        async with crm as club:
            station = Station(
                register,
                journal,
                settings,
                local_now,
                new_id,
                listener,
                crm=club.crm,
                club_id=club.club_id,
                jitter=secrets.SystemRandom().random,
                see_link=look,
            )
            async with club.listening(station.look_at_crm):
                ready(station)
                await station.run()
    finally:
        await journal.close()


async def open_journal(state: Path) -> Journal:
    """The journal in the directory `state`; a damaged one is put aside for a new one.

    What the new one lacks the station reads back from the tape. Raises `CannotStart`.
    """
    from kassa_tui.journal.errors import JournalError, JournalInUse
    from kassa_tui.journal.recovery import open_or_replace

    try:
        journal, incident = await open_or_replace(state / "journal.db", local_now())
    except JournalInUse as error:
        raise CannotStart(_("Another till works with {path}.").format(path=state)) from error
    except JournalError as error:
        raise CannotStart(_("The journal cannot be opened: {why}").format(why=error)) from error
    if incident is not None:
        log.warning("a new journal was begun: %s (%s)", incident.kind, incident.detail)
    return journal
