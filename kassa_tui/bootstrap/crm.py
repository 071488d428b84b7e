"""The CRM that a station is given."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kassa_tui.bootstrap.clock import local_now
from kassa_tui.bootstrap.errors import CannotStart
from kassa_tui.bootstrap.settings import club_settings, settings_of
from kassa_tui.words import _

if TYPE_CHECKING:
    from kassa_tui.izi.embedded.crm import EmbeddedCrm
    from kassa_tui.izi.embedded.loading import ClubData


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
