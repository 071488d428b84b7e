"""Tokens: the access token in memory, the refresh token on the disk, one process at a time.

IZI's refresh token dies with its use. So a new one is written down before anybody works with
the pair; where that is cut off, the old one is refused the next time, and the login is used.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiosqlite

from kassa_tui.izi.errors import CrmUnavailable, Refused, Unauthenticated, Unsure
from kassa_tui.izi.graphql.files import exclusively, open_database, usable
from kassa_tui.izi.graphql.refusals import is_broken, refusal
from kassa_tui.izi.graphql.wire import Wire

log = logging.getLogger(__name__)

APPLICATION_ID = 0x4B41_5A54
"""`KAZT`."""
FRESH_S = 13 * 60
"""An access token lives 15 minutes; two before its end it is renewed."""
REFUSED_S = 15 * 60
"""After a refused login none is tried for so long: IZI blocks an account after too many."""
MAX_TOKEN = 8192

_TABLES = (
    """CREATE TABLE IF NOT EXISTS sign_in (
        account TEXT PRIMARY KEY,
        refresh_token TEXT NOT NULL
    ) STRICT""",
)

LOGIN = """mutation Login($email: String!, $password: String!) {
  loginWithEmailPassword(email: $email, password: $password) { accessToken refreshToken }
}"""
REFRESH = """mutation Refresh($token: String!) {
  refreshToken(token: $token) { accessToken refreshToken }
}"""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of an account of IZI's that this till alone uses: limits are by token."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Pair:
    access: str = field(repr=False)
    refresh: str = field(repr=False)


class _Hidden(str):
    """aiosqlite writes what it binds into its log, when that is asked to tell everything."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'…'"


class TokenFile:
    """The refresh token of each account, shared by the processes of one computer."""

    def __init__(self, db: aiosqlite.Connection) -> None:
        self.db = db

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Raises `NotOurFile`, `sqlite3.Error`, `OSError`."""
        return cls(await open_database(path, APPLICATION_ID, _TABLES))

    async def close(self) -> None:
        await self.db.close()

    async def read(self, account: str) -> str | None:
        rows = list(
            await self.db.execute_fetchall(
                "SELECT refresh_token FROM sign_in WHERE account = ?", (account,)
            )
        )
        return str(rows[0][0]) if rows else None

    async def write(self, account: str, token: str) -> None:
        await self.db.execute_fetchall(
            "INSERT INTO sign_in VALUES (?, ?)"
            " ON CONFLICT (account) DO UPDATE SET refresh_token = excluded.refresh_token",
            (account, _Hidden(token)),
        )


class SignIn:
    """The account at work. Methods raise `Unauthenticated`, `RateLimited`, `CrmUnavailable`."""

    def __init__(self, wire: Wire, credentials: Credentials, file: TokenFile, url: str) -> None:
        self._wire = wire
        self._credentials = credentials
        self._file = file
        told = f"{url}\n{credentials.email}".encode()
        self._account = hashlib.sha256(told).hexdigest()
        self._access = ""
        self._fresh_until = 0.0
        self._refused_until = 0.0
        self._renewal: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Let a renewal end: what IZI has given is not lost."""
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def token(self) -> str:
        """An access token that is good for two minutes at least, by our clock."""
        if not self._access or asyncio.get_running_loop().time() >= self._fresh_until:
            await self.renew(self._access)
        return self._access

    async def renew(self, refused: str) -> None:
        """Get another access token than the one that is not taken any more."""
        if self._access != refused:
            return  # somebody has got it meanwhile
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._renew())
            # Nobody may be left to hear how it ended.
            self._renewal.add_done_callback(lambda task: task.cancelled() or task.exception())
        # A caller who gives up must not tear a new refresh token from our hands.
        await asyncio.shield(self._renewal)

    async def _renew(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with usable(), exclusively(self._file.db):
                kept = await self._file.read(self._account)
                pair = None if kept is None else await self._refreshed(kept)
                if pair is None:
                    pair = await self._logged_in()
                await self._file.write(self._account, pair.refresh)
        except Unsure as error:
            # Of what the caller wanted nothing has been sent yet.
            raise CrmUnavailable(f"sign-in: {error}") from error
        self._access, self._fresh_until = pair.access, loop.time() + FRESH_S

    async def _refreshed(self, token: str) -> _Pair | None:
        """None: the login is needed."""
        try:
            return await self._pair("refreshToken", REFRESH, {"token": token})
        except Refused as error:
            log.info("the refresh token is not taken: %s", type(error).__name__)
            return None

    async def _logged_in(self) -> _Pair:
        loop = asyncio.get_running_loop()
        if loop.time() < self._refused_until:
            raise Unauthenticated("IZI has refused the login; it is tried again later")
        told = {"email": self._credentials.email, "password": self._credentials.password}
        try:
            return await self._pair("loginWithEmailPassword", LOGIN, told)
        except Refused as error:
            self._refused_until = loop.time() + REFUSED_S
            raise Unauthenticated(f"IZI refuses the login: {type(error).__name__}") from None

    async def _pair(self, operation: str, document: str, variables: Mapping[str, Any]) -> _Pair:
        answer = await self._wire.ask(document, variables, None)
        told = answer.data.get(operation) if answer.data is not None else None
        if not isinstance(told, dict):
            if answer.errors and not is_broken(answer):
                # Which code a wrong password has is not documented; trying on blocks the account.
                raise Unauthenticated(answer.errors[0].code)
            raise refusal(answer, operation)
        return _Pair(_token(told.get("accessToken")), _token(told.get("refreshToken")))


def _token(told: object) -> str:
    """Raises `CrmUnavailable`: nothing that can go into a header."""
    text = told if isinstance(told, str) else ""
    if not (0 < len(text) <= MAX_TOKEN and text.isascii() and text.isprintable()):
        raise CrmUnavailable("sign-in: an answer without tokens")
    return text
