"""The way to a far CRM: where requests and answers get lost, come twice, late or not at all."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import Any, Protocol
from uuid import UUID

from kassa_tui.izi.errors import (
    CrmError,
    CrmFailed,
    CrmTimeout,
    CrmUnavailable,
    Internal,
    RateLimited,
    TokenExpired,
    Unauthenticated,
)
from kassa_tui.izi.models.transaction import PaymentMethod, TransactionDraft, TransactionType
from tests.simulation.chance import Chance
from tests.simulation.club import Club
from tests.simulation.machine import Process, VirtualLoop

WAY_S = 0.01
"""There, and as long back."""
WRITES = frozenset({"post_transaction", "attach_receipt", "open_shift", "close_shift",
                    "post_cash_movement", "set_fiscal_status", "import_receipt"})  # fmt: skip
_READS_SPARED = 0.7
"""Most calls only look; a fault at one of those shows little."""


class Weather(Protocol):
    """What of the world a gate needs."""

    loop: VirtualLoop
    chance: Chance
    club: Club

    def note(self, *words: object) -> None: ...

    def call_leaves(self, name: str, key: UUID | None) -> None: ...


class Network:
    """What is the matter with the way, for all lives of the station."""

    def __init__(self, world: Weather) -> None:
        self.world = world
        self.away_until = 0.0
        self.signed_out_until = 0.0
        self.written: list[tuple[str, str]] = []
        """Faults that are to strike once: name and call, in this order."""

    def strikes(self, fault: str, call: str) -> bool:
        if self.written[:1] == [(fault, call)]:
            self.written.pop(0)
            return True
        return self.world.chance.strikes(fault)

    def clear(self) -> None:
        """The weather is fine from now on."""
        self.away_until = self.signed_out_until = 0.0
        self.written.clear()


class Gate:
    """The CRM as one life of the station reaches it: each call is a step of the process."""

    def __init__(self, network: Network, process: Process) -> None:
        self._network = network
        self._world = network.world
        self._process = process

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*arguments: Any, **named: Any) -> Any:
            if not self._process.step("call"):
                await self._world.loop.create_future()
            self._world.note("crm", name)
            self._world.call_leaves(name, named.get("key"))
            return await self._call(name, arguments, named)

        return call

    async def _call(self, name: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        world, network = self._world, self._network
        chance, loop = world.chance, world.loop
        spared = name not in WRITES and chance.random.random() < _READS_SPARED

        def strikes(fault: str) -> bool:
            return not spared and network.strikes(fault, name)

        if loop.time() < network.away_until or strikes("crm-unreachable"):
            await asyncio.sleep(WAY_S)
            raise CrmUnavailable("no way to the CRM")
        if strikes("crm-sign-in"):
            network.signed_out_until = loop.time() + chance.random.choice((0.0, 20.0, 200.0))
            raise self._signed_out()
        if loop.time() < network.signed_out_until:
            raise self._signed_out()
        if strikes("crm-rate-limit"):
            await asyncio.sleep(WAY_S)
            raise RateLimited("slowly", retry_after_s=chance.random.choice((1, 7, 45)))
        if strikes("crm-fails-before"):
            await asyncio.sleep(WAY_S)
            raise chance.random.choice((Internal, CrmFailed))("it fell over")
        if strikes("crm-hangs-not-executed"):
            await loop.create_future()
        late = 0.0
        if strikes("crm-hangs-executed"):
            self._execute(name, arguments, named, WAY_S + chance.random.choice((0.0, 4.0, 14.0)))
            await loop.create_future()
        if strikes("crm-slow"):
            late = chance.random.choice((0.3, 3.0, 8.0))
        await self._meddle(name, arguments, strikes)
        answer = self._execute(name, arguments, named, WAY_S + late)
        if strikes("crm-duplicate"):
            after_s = WAY_S + late + chance.random.choice((0.0, 5.0))
            self._execute(name, arguments, named, after_s, first=answer)
        result = await answer
        if strikes("crm-answer-lost"):
            await asyncio.sleep(chance.random.choice((WAY_S, 3.0)))
            raise CrmTimeout("the answer is lost")
        if strikes("crm-fails-after"):
            raise chance.random.choice((Internal, CrmFailed))("it fell over, afterwards")
        return result

    def _signed_out(self) -> CrmError:
        return self._world.chance.random.choice((TokenExpired, Unauthenticated))("sign in")

    def _execute(
        self,
        name: str,
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        after_s: float,
        *,
        first: asyncio.Future[Any] | None = None,
    ) -> asyncio.Future[Any]:
        """Send the call; it is carried out and answered whoever still listens then.

        A copy bears the token of the `first`: what was refused to that is refused to it.
        """
        loop = self._world.loop
        outside: contextvars.Context = loop.outside
        answer: asyncio.Future[Any] = loop.create_future()

        def tell(result: Any, failure: CrmError | None) -> None:
            if answer.done():
                return
            if failure is None:
                answer.set_result(result)
            else:
                answer.set_exception(failure)

        async def carry_out() -> None:
            result, failure = None, None
            try:
                result = await getattr(self._world.club.gateway, name)(*arguments, **named)
            except CrmError as error:
                failure = error
            self._world.note("crm does", name, repr(failure) if failure else "")
            loop.call_later(WAY_S, tell, result, failure, context=outside)

        def arrive() -> None:
            if first is None or not first.done() or not _token_refused(first):
                loop.create_task(carry_out())

        loop.call_later(after_s, arrive, context=outside)
        return answer

    async def _meddle(
        self, name: str, arguments: tuple[Any, ...], strikes: Callable[[str], bool]
    ) -> None:
        """What somebody else does just before ours arrives."""
        world = self._world
        if name != "post_transaction":
            return
        draft: TransactionDraft = arguments[1]
        spends = draft.type is TransactionType.WITHDRAWAL or draft.paid_by(PaymentMethod.BALANCE)
        if spends and draft.client_id and strikes("crm-balance-spent"):
            client_id = draft.client_id
            await self._outside(lambda: world.club.spend_elsewhere(client_id))

    async def _outside(self, work: Callable[[], Awaitable[None]]) -> None:
        loop = self._world.loop
        done = loop.create_future()

        async def do() -> None:
            await work()
            if not done.done():
                done.set_result(None)

        loop.call_soon(lambda: loop.create_task(do()), context=loop.outside)
        await done


def _token_refused(answer: asyncio.Future[Any]) -> bool:
    return isinstance(answer.exception(), TokenExpired | Unauthenticated)
