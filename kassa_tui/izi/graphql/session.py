"""Requests of a signed-in account: reads are repeated with a new token, writes when IZI says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from kassa_tui.izi.errors import CrmFailed, NotSupported, Refused, SignInNeeded
from kassa_tui.izi.graphql.refusals import refusal, refuses_token
from kassa_tui.izi.graphql.shapes import INTROSPECTION, Schema
from kassa_tui.izi.graphql.sign_in import SignIn
from kassa_tui.izi.graphql.wire import Answer, Wire


class Session:
    """One account of IZI's. Methods raise `CrmError`."""

    def __init__(self, wire: Wire, sign_in: SignIn) -> None:
        self._wire = wire
        self._sign_in = sign_in
        self._schema: Schema | None = None
        self._turn = asyncio.Lock()

    async def read(self, operation: str, document: str, variables: Mapping[str, Any]) -> Any:
        """What a query gives: the data as a whole, which may be asked for again and again."""
        token = await self._sign_in.token()
        answer = await self._wire.ask(document, variables, token)
        if refuses_token(answer) or (answer.status == 401 and not answer.is_izis):
            await self._sign_in.renew(token)
            answer = await self._wire.ask(document, variables, await self._sign_in.token())
        if answer.data is None or answer.errors:
            raise refusal(answer, operation)
        return answer.data

    async def ready(self) -> None:
        """Do before a write what may fail without it: there is a good token afterwards."""
        await self._sign_in.token()

    async def write(self, document: str, variables: Mapping[str, Any]) -> Answer:
        """What IZI answers to a mutation; what it means the caller judges.

        Sent a second time only where IZI itself says that it did nothing for want of a good
        token. A bare 401 may come from something in between, and is no such word.
        """
        token = await self._sign_in.token()
        answer = await self._wire.ask(document, variables, token)
        if refuses_token(answer) and not _has_made(answer):
            await self._sign_in.renew(token)
            answer = await self._wire.ask(document, variables, await self._sign_in.token())
        return answer

    async def schema(self) -> Schema:
        """IZI's schema, asked for once. Raises `NotSupported`: this account may not read it."""
        async with self._turn:
            if self._schema is None:
                try:
                    self._schema = Schema(await self.read("__schema", INTROSPECTION, {}))
                except ValueError as error:
                    raise CrmFailed("an answer out of shape: __schema") from error
                except SignInNeeded:
                    raise
                except Refused as error:
                    raise NotSupported(str(error), feature="schema.read") from error
            return self._schema


def _has_made(answer: Answer) -> bool:
    return answer.data is not None and any(one is not None for one in answer.data.values())
