"""Where real parts meet: settings, journal, register, station, face.

Heavy parts are imported by the thread that uses them, so that the first frame waits for the
face alone.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING
from uuid import UUID

from kassa_tui import words
from kassa_tui.words import _

if TYPE_CHECKING:
    from drivers.register import FiscalRegister
    from kassa_tui.izi.embedded.club import SignIn
    from kassa_tui.izi.embedded.crm import EmbeddedCrm
    from kassa_tui.izi.embedded.loading import ClubData
    from kassa_tui.izi.models.settings import FiscalSettings
    from kassa_tui.journal.journal import Journal
    from kassa_tui.link.host import Listener, StationHost, Worker
    from kassa_tui.link.joining import Hosted
    from kassa_tui.settings.model import Settings
    from kassa_tui.station.settings import StationSettings

log = logging.getLogger(__name__)

STATION_FAILED = 1
"""Exit code when the station ended by itself, or could not start."""
SPARING_FPS = "5"
"""Frames a second on a slow line: a held key costs a fifth."""

STOP_S = 10.0
"""How long the virtual register may take to stop."""

_CLEAR_CONSOLE = "\x1b[2J\x1b[H"


class CannotStart(Exception):
    """The station could not be put together; the text is for people."""


@dataclass(frozen=True, slots=True)
class Looks:
    """How the screen is drawn."""

    theme: str = "auto"
    """A name of the settings."""
    low_bandwidth: bool = False


def demo(
    state: Path | None, language: str | None, *, view: bool = False, looks: Looks = Looks()
) -> int:
    """Run the till on a virtual register. The result is an exit code.

    Args:
        state: Where journal and register are kept; None: in a directory gone afterwards.
        language: `ru` or `en`; None: as the locale says.
        view: Look on only, at a station that runs already.
    """
    words.use(words.catalogue(words.language(language)))
    with ExitStack() as stack:
        if state is None:
            state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kassa-")))
        return face(state, demo_hosted(state), view=view, looks=looks)


def face(state: Path, hosted: Hosted, *, view: bool, looks: Looks) -> int:
    """The screen, over the running station of `state` or over one made here; the exit code."""
    from kassa_tui.link.joining import CannotJoin, joined

    console = os.environ.get("TERM") == "linux"
    # Both are read by Textual when it is imported.
    if console:
        # A console prints stray letters of the query.
        os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    if looks.low_bandwidth:
        os.environ.setdefault("TEXTUAL_FPS", SPARING_FPS)
    gc.disable()  # until the first screen stands: nothing of it can be collected
    from kassa_tui.app import KassaApp

    try:
        with joined(state, hosted, view=view) as link:
            app = KassaApp(
                link,
                local_now,
                new_id,
                console=console,
                theme=looks.theme,
                low_bandwidth=looks.low_bandwidth,
            )
            failure = app.run(mouse=False)
            if console and not app.terminal_is_stuck:
                # A console has no second screen: what was drawn would stay.
                with suppress(OSError):  # it is gone
                    sys.stdout.write(_CLEAR_CONSOLE)
                    sys.stdout.flush()
    except CannotJoin as error:
        return _fail(str(error))
    code = STATION_FAILED if failure else app.return_code or 0
    if app.terminal_is_stuck:
        # A thread is held by the terminal, and would hold the interpreter's end.
        os._exit(code)
    return _fail(failure) if failure else code


def demo_hosted(state: Path) -> Hosted:
    """The demo's station and its virtual register, in the directory `state`."""

    @contextmanager
    def hosted() -> Iterator[StationHost]:
        from kassa_tui.link.host import StationHost

        with virtual_register(state) as address:
            yield StationHost(lambda *parts: demo_station(state, address, *parts))

    return hosted


def settings_of(config: Path | None) -> Settings:
    """The settings of a real till; None: the usual file. Raises `SettingsError`."""
    from kassa_tui.settings.file import config_path, load

    return load(config_path(config, os.environ), os.environ).settings


def club(settings: Settings, state: Path | None) -> tuple[Path, Hosted]:
    """State directory and station of a real till.

    Args:
        state: Where the journal is; None: where the settings say.
    """
    from kassa_tui.settings.file import state_directory

    directory = state if state is not None else state_directory(settings)

    @contextmanager
    def hosted() -> Iterator[StationHost]:
        from kassa_tui.link.host import StationHost

        with ExitStack() as stack:
            address = None
            if settings.station.training:
                address = stack.enter_context(virtual_register(directory))
            yield StationHost(lambda *parts: club_station(settings, directory, address, *parts))

    return directory, hosted


async def club_station(
    settings: Settings,
    state: Path,
    training: Callable[[], Future[str]] | None,
    listener: Listener,
    ready: Callable[[Worker], None],
) -> None:
    """Put the station of a club together and run it until it is stopped."""
    from drivers.shtrih.address import AddressError
    from drivers.shtrih.driver import ShtrihRegister
    from kassa_tui.izi.embedded.club import own_club
    from kassa_tui.settings.tax import TaxRegimeError

    if settings.crm.kind == "gateway":
        raise CannotStart(_("A CRM behind a gateway is not served yet: set kind = embedded."))
    told = settings.fiscal_register
    try:
        station = station_settings(settings)
        club = club_settings(settings)
        url = told.url if training is None else await asyncio.wrap_future(training())
        register = ShtrihRegister(
            url,
            timezone=told.timezone,
            operator_password=int(told.operator_password.get_secret_value()),
            admin_password=int(told.admin_password.get_secret_value()),
            protocol=told.protocol,
        )
    except (TaxRegimeError, AddressError) as error:
        raise CannotStart(str(error)) from error
    await _work(
        state,
        url,
        register,
        station,
        lambda crm: own_club(crm, station.cashier, club),
        listener,
        ready,
    )


async def demo_station(
    state: Path,
    address: Callable[[], Future[str]],
    listener: Listener,
    ready: Callable[[Worker], None],
) -> None:
    """Put the demo's station together and run it until it is stopped."""
    from drivers.ffd.enumerations import TaxSystem, VatRate
    from drivers.shtrih.driver import ShtrihRegister
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
    url = await asyncio.wrap_future(address())
    zone = local_now().tzinfo
    assert zone is not None, "local time is aware"
    register = ShtrihRegister(url, timezone=zone)
    await _work(state, url, register, settings, demo_club, listener, ready)


async def _work(
    state: Path,
    url: str,
    register: FiscalRegister,
    settings: StationSettings,
    sign_in: Callable[[EmbeddedCrm], Awaitable[SignIn]],
    listener: Listener,
    ready: Callable[[Worker], None],
) -> None:
    """Run a station over the journal and the embedded CRM of a directory."""
    from drivers.shtrih.probe import see_link
    from kassa_tui.station.station import Station

    journal = await open_journal(state)
    try:
        async with embedded_crm(state) as crm:
            club = await sign_in(crm)
            station = Station(
                register,
                journal,
                settings,
                local_now,
                new_id,
                listener,
                crm=crm.session(club.token),
                club_id=club.club_id,
                jitter=secrets.SystemRandom().random,
                see_link=lambda: see_link(url),
            )
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


@asynccontextmanager
async def embedded_crm(state: Path) -> AsyncIterator[EmbeddedCrm]:
    """The CRM of a club that has no other, in the directory `state`. Raises `CannotStart`."""
    import sqlite3

    from kassa_tui.izi.embedded.crm import EmbeddedCrm
    from kassa_tui.izi.embedded.schema import NotOurFile

    try:
        crm = await EmbeddedCrm.open(
            state / "crm.db", clock=local_now, randomness=secrets.token_bytes
        )
    except (NotOurFile, sqlite3.Error, OSError) as error:
        raise CannotStart(_("The CRM cannot be opened: {why}").format(why=error)) from error
    try:
        yield crm
    finally:
        await crm.close()


async def load_crm(config: Path | None, state: Path | None, data: ClubData) -> None:
    """Write an owner's data into the embedded CRM of a club, all or nothing.

    Raises `SettingsError`, `CannotStart`, `CrmError`.
    """
    from kassa_tui.izi.embedded.club import CLUB_ID, own_club
    from kassa_tui.izi.embedded.loading import load as load_data
    from kassa_tui.settings.file import state_directory
    from kassa_tui.settings.tax import TaxRegimeError

    settings = settings_of(config)
    if settings.crm.kind != "embedded":
        raise CannotStart(_("The clients of this club are kept by another CRM."))
    directory = state if state is not None else state_directory(settings)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        club = club_settings(settings)
    except TaxRegimeError as error:
        raise CannotStart(str(error)) from error
    async with embedded_crm(directory) as crm:
        await own_club(crm, settings.cashiers[0].name, club)
        await load_data(crm, CLUB_ID, data)


def station_settings(settings: Settings, cashier: int = 0) -> StationSettings:
    """What a station must be told, from a club's settings; `cashier` counts from 0."""
    from kassa_tui.settings.tax import Purpose
    from kassa_tui.station.settings import StationSettings

    at_till = settings.cashiers[cashier]
    tax_system, vat_rate = settings.tax.resolve(Purpose.TOP_UP, local_now().date())
    return StationSettings(
        club=settings.legal_entity.place,
        till=settings.station.name,
        cashier=at_till.name,
        cashier_inn=at_till.inn,
        tax_system=tax_system,
        vat_rate=vat_rate,
        taxes=settings.tax.resolve,
        fiscalise_balance_charges=settings.sales.fiscalise_balance_charges,
        anonymous_top_ups=False,
        paper_on_request=settings.printing.paper == "on_request",
        max_payment=settings.limits.max_receipt,
        max_top_up=settings.limits.max_top_up,
        backups_kept=settings.limits.backup_count,
        personal_data_days=settings.limits.personal_data_days,
    )


def club_settings(settings: Settings) -> FiscalSettings:
    """What the embedded CRM must know of the club. Raises `TaxRegimeError`."""
    from kassa_tui.izi.models.settings import Adapter, FiscalSettings, TaxRegime, TaxRegimes
    from kassa_tui.izi.models.transaction import PaymentMethod
    from kassa_tui.settings.tax import Purpose

    seller, now = settings.legal_entity, local_now()

    def regime(purpose: Purpose) -> TaxRegime:
        system, rate = settings.tax.resolve(purpose, now.date())
        return TaxRegime(code=f"{system:d}:{rate:d}", taxation_type=system, nds=rate)

    return FiscalSettings(
        fiscal_enabled=True,
        adapter=Adapter.NONE,
        utc_offset=f"{now:%z}"[:3] + ":" + f"{now:%z}"[3:5],
        user=seller.name,
        user_inn=seller.inn,
        retail_place=seller.place,
        retail_place_address=seller.address,
        tax=TaxRegimes(
            top_up=regime(Purpose.TOP_UP),
            services=regime(Purpose.SERVICES),
            goods=regime(Purpose.GOODS),
        ),
        payment_methods=(
            *map(PaymentMethod, settings.sales.payment_methods),
            PaymentMethod.BALANCE,
            PaymentMethod.BONUS,
        ),
        fiscalise_balance_charges=settings.sales.fiscalise_balance_charges,
    )


@contextmanager
def virtual_register(state: Path) -> Iterator[Callable[[], Future[str]]]:
    """A virtual register on a thread and a loop of its own, started when it is first asked for.

    Gives a function that starts it and returns the address to come.
    """
    address: Future[str] = Future()
    stop: Future[None] = Future()
    thread = Thread(
        target=lambda: asyncio.run(_serve_register(state, address, stop)),
        name="virtual-register",
        daemon=True,
    )

    def started() -> Future[str]:
        if not thread.is_alive() and not address.done():
            thread.start()
        return address

    try:
        yield started
    finally:
        stop.set_result(None)
        if thread.is_alive():
            thread.join(STOP_S)


async def _serve_register(state: Path, address: Future[str], stop: Future[None]) -> None:
    from drivers.virtual.core import VirtualRegister
    from drivers.virtual.registration import Registration
    from drivers.virtual.shtrih_face import ShtrihFace
    from drivers.virtual.store import StateError

    with ExitStack() as stack:
        try:
            # Line by line, so that what is printed can be read at once.
            paper = stack.enter_context(
                (state / "paper.txt").open("a", buffering=1, encoding="utf-8")
            )
            register = VirtualRegister.open(
                state / "register.db",
                Registration(),
                local_now,
                lambda line: paper.writelines((line, "\n")),
            )
        except (StateError, OSError) as error:
            why = _("The virtual register cannot start: {why}").format(why=error)
            address.set_exception(CannotStart(why))
            return
        stack.callback(register.close)
        face = ShtrihFace(register)
        try:
            host, port = await face.serve_tcp("127.0.0.1", 0)
            address.set_result(f"socket://{host}:{port}")
            await asyncio.wrap_future(stop)
        finally:
            await face.close()


def local_now() -> datetime:
    """Aware time in the zone of this computer."""
    return datetime.now(UTC).astimezone()


def new_id() -> UUID:
    """A new id of a payment."""
    from kassa_tui.station.identity import uuid7

    return uuid7(datetime.now(UTC), secrets.token_bytes(10))


def _fail(why: str) -> int:
    sys.stderr.write(f"kassa: {why}\n")
    return STATION_FAILED
