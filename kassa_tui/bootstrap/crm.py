"""The CRM that a station is given."""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.errors import CannotStart
from kassa_tui.bootstrap.settings import club_settings, settings_of
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.izi.embedded.club import SignIn
    from kassa_tui.izi.embedded.crm import EmbeddedCrm
    from kassa_tui.izi.embedded.loading import ClubData
    from kassa_tui.izi.port import Crm
    from kassa_tui.settings import model

FIRST_LOOK_S = 3.0
"""How long a till waits for its gateway before it starts without it."""


@dataclass(frozen=True, slots=True)
class ClubCrm:
    """A CRM, and which club of it the station works in."""

    crm: Crm
    club_id: str


@asynccontextmanager
async def own_crm(
    state: Path, sign_in: Callable[[EmbeddedCrm], Awaitable[SignIn]]
) -> AsyncIterator[ClubCrm]:
    """The CRM that this program keeps in the directory `state`. Raises `CannotStart`."""
    async with embedded_crm(state) as crm:
        club = await sign_in(crm)
        yield ClubCrm(crm.session(club.token), club.club_id)


@asynccontextmanager
async def gateway_crm(told: model.Crm) -> AsyncIterator[ClubCrm]:
    """The CRM behind its gateway. It may be away, once it is known which club is meant.

    Raises `CannotStart`: no such file of certificates, no one club, or a CRM that prints
    receipts by itself (`izi.md`, part E: two programs would print each).
    """
    from kassa_tui.izi.errors import CrmError
    from kassa_tui.izi.gateway.client import GatewayCrm
    from kassa_tui.izi.line import trust
    from kassa_tui.izi.models.settings import Adapter

    assert told.url is not None, "the settings have seen to it"
    assert told.token is not None, "the settings have seen to it"
    try:
        trusted = await asyncio.to_thread(trust, told.ca_file)
    except (OSError, ssl.SSLError) as error:
        why = _("The certificates of crm.ca_file cannot be used: {why}").format(why=error)
        raise CannotStart(why) from error
    async with GatewayCrm(told.url, told.token.get_secret_value(), new_id, trust=trusted) as crm:
        club_id = told.club_id or await _only_club(crm)
        with suppress(CrmError, TimeoutError):  # it can be asked no more than this
            async with asyncio.timeout(FIRST_LOOK_S):
                settings = await crm.fiscal_settings(club_id)
                if settings.fiscal_enabled and settings.adapter is Adapter.KKM:
                    raise CannotStart(
                        _("The CRM prints receipts by itself; each would be printed twice.")
                    )
        yield ClubCrm(crm, club_id)


async def _only_club(crm: Crm) -> str:
    """The one club that the token is good for. Raises `CannotStart`."""
    from kassa_tui.izi.errors import CrmError

    try:
        clubs = (await crm.me()).clubs
    except CrmError as error:
        why = _("The CRM does not say which club this is; set crm.club_id. {why}")
        raise CannotStart(why.format(why=error)) from error
    if len(clubs) != 1:
        why = _("The token is good for several clubs; set crm.club_id: {clubs}")
        raise CannotStart(why.format(clubs=", ".join(club.id for club in clubs)))
    return clubs[0].id


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
