"""The CRM that a station is given."""

from __future__ import annotations

import asyncio
import logging
import secrets
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
    suppress,
)
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.clock import local_now, new_id
from kassa_tui.bootstrap.errors import CannotStart, CrmPrintsItself
from kassa_tui.bootstrap.settings import club_settings, settings_of
from kassa_tui.words import _, spoken

if TYPE_CHECKING:
    from kassa_tui.izi.embedded.club import SignIn
    from kassa_tui.izi.embedded.crm import EmbeddedCrm
    from kassa_tui.izi.embedded.loading import ClubData
    from kassa_tui.izi.port import Crm
    from kassa_tui.settings import model

log = logging.getLogger(__name__)

FIRST_LOOK_S = 3.0
"""How long a till waits for its gateway before it starts without it."""


IZI = "https://api.izi.is/graphql"

Wake = Callable[[], None]


def nobody(wake: Wake) -> AbstractAsyncContextManager[object]:
    """No news come from this CRM by themselves."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class ClubCrm:
    """A CRM, and which club of it the station works in."""

    crm: Crm
    club_id: str
    listening: Callable[[Wake], AbstractAsyncContextManager[object]] = nobody
    """Hears while a block runs that something is new there."""


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
    from kassa_tui.izi.models.settings import Adapter

    assert told.url is not None, "the settings have seen to it"
    assert told.token is not None, "the settings have seen to it"
    trusted = await _trusted(told.ca_file)
    async with GatewayCrm(
        told.url, told.token.get_secret_value(), new_id, trust=trusted, language=spoken()
    ) as crm:
        club_id = told.club_id or await _only_club(crm)
        with suppress(CrmError, TimeoutError):  # it can be asked no more than this
            async with asyncio.timeout(FIRST_LOOK_S):
                settings = await crm.fiscal_settings(club_id)
                if settings.fiscal_enabled and settings.adapter is Adapter.KKM:
                    raise CrmPrintsItself(
                        _("The CRM prints receipts by itself; each would be printed twice.")
                    )
        yield ClubCrm(crm, club_id)


@asynccontextmanager
async def izi_crm(told: model.Crm, state: Path, *, training: bool) -> AsyncIterator[ClubCrm]:
    """IZI by its public API, with the adapter's files in the directory `state`. It may be away.

    Raises `CannotStart`: a file that cannot be used, or an IZI that prints receipts by itself.
    That its API does not tell, so the settings do (`izi.md`, part E).
    """
    import sqlite3

    from kassa_tui.izi.embedded.club import ARTICLES
    from kassa_tui.izi.graphql.crm import graphql_crm
    from kassa_tui.izi.graphql.files import NotOurFile
    from kassa_tui.izi.graphql.sign_in import Credentials

    assert told.login is not None, "the settings have seen to it"
    assert told.password is not None, "the settings have seen to it"
    assert told.club_id is not None, "the settings have seen to it"
    if told.adapter == "kkm" and not training:
        raise CrmPrintsItself(
            _(
                "IZI prints receipts by itself; each would be printed twice. Switch it off in IZI"
                " (Settings, Integrations, Cash Register, Adapter), then set crm.adapter to none."
            )
        )
    trusted = await _trusted(told.ca_file)
    credentials = Credentials(told.login, told.password.get_secret_value())
    async with AsyncExitStack() as stack:
        try:
            crm = await stack.enter_async_context(
                graphql_crm(
                    told.url or IZI,
                    credentials,
                    told.club_id,
                    state,
                    local_now,
                    trust=trusted,
                    articles=ARTICLES,
                )
            )
        except (NotOurFile, sqlite3.Error, OSError) as error:
            raise CannotStart(_("The CRM cannot be opened: {why}").format(why=error)) from error
        yield ClubCrm(crm, told.club_id, partial(_webhooks, told))


@asynccontextmanager
async def _webhooks(told: model.Crm, wake: Wake) -> AsyncIterator[None]:
    """A till whose listener finds its address taken works on: it looks at IZI by itself too."""
    from kassa_tui.izi.graphql.webhooks import listening

    if told.webhook_listen is None or told.webhook_secret is None or told.club_id is None:
        yield
        return
    secret = told.webhook_secret.get_secret_value()
    host, _colon, port = told.webhook_listen.rpartition(":")
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(
                listening(secret, told.club_id, wake, host.strip("[]"), int(port))
            )
        except OSError as error:
            log.warning("nobody hears webhooks at %s: %s", told.webhook_listen, error)
        yield


async def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """Raises `CannotStart`."""
    from kassa_tui.izi.line import trust

    try:
        return await asyncio.to_thread(trust, ca_file)
    except (OSError, ssl.SSLError) as error:
        why = _("The certificates of crm.ca_file cannot be used: {why}").format(why=error)
        raise CannotStart(why) from error


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
