"""The people: a cashier who works, and what happens around the till meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from random import Random

from drivers.register import PrintState, ShiftState
from kassa_tui.journal.records import PayBy
from kassa_tui.station.alarms import alarms
from kassa_tui.station.requests import (
    CloseShift,
    ContinuePrint,
    Done,
    IssueReceipt,
    OpenShift,
    PrintCopy,
    Refresh,
    Request,
    TakePayment,
)
from kassa_tui.station.snapshot import Snapshot
from tests.simulation.world import World

SETTLE_S = 600
"""Virtual seconds in which everything must be in order once the faults have stopped."""
PATIENCE_S = 400
"""How long somebody waits for an answer before going on."""


class Cashier:
    """Works off a script drawn from the seed."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self.done: Counter[str] = Counter()

    async def work(self, operations: int) -> None:
        """So many operations, each among whatever happens."""
        await self.ask(OpenShift())
        for _ in range(operations):
            self._happenings()
            await self.ask(self._next())
            await asyncio.sleep(self._random.choice((0.0, 0.01, 1.0, 5.0, 20.0)))

    async def ask(self, request: Request) -> object:
        """Ask, and wait as long as a person would."""
        self.done[type(request).__name__] += 1
        asking = asyncio.ensure_future(self._world.ask(request))
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.shield(asking)
        except TimeoutError:
            asking.cancel()
            return None

    def _next(self) -> Request:
        random, snapshot = self._random, self._world.snapshot
        if snapshot is not None and random.random() < 0.6 and (mended := remedy(snapshot)):
            return mended
        kind = random.random()
        if kind < 0.75:
            return self._payment()
        if kind < 0.80:
            return CloseShift()
        if kind < 0.85:
            return OpenShift()
        if kind < 0.90:
            return PrintCopy()
        if kind < 0.95:
            return Refresh()
        return ContinuePrint()

    def _payment(self) -> TakePayment:
        random = self._random
        total = random.choice((100, 50000, 50000, random.randint(1, 10_000_00)))
        cash = random.random() < 0.6
        tendered = total + random.choice((0, 50, 5000)) if cash and random.random() < 0.5 else None
        return TakePayment(
            total=total, pay_by=PayBy.CASH if cash else PayBy.CARD, tendered=tendered
        )

    def _happenings(self) -> None:
        world, chance = self._world, self._world.chance
        later = self._random.random() * 3
        if chance.strikes("register-power-cut"):
            world.loop.call_later(later, world.switch_register, False)
            world.loop.call_later(later + 0.5, world.switch_register, True)
        if chance.strikes("register-off"):
            world.loop.call_later(later, world.switch_register, False)
            world.loop.call_later(
                later + self._random.choice((20, 90)), world.switch_register, True
            )
        if chance.strikes("paper-taken"):
            world.loop.call_later(later, world.register.set_paper, False)
            world.loop.call_later(later + 30, world.register.set_paper, True)
        if chance.strikes("cover-opened"):
            world.loop.call_later(later, world.register.set_cover, True)
            world.loop.call_later(later + 20, world.register.set_cover, False)
        if chance.strikes("24-hours"):
            world.jump(timedelta(hours=25))
        process = world.process
        for fault, power_cut in (("kill", False), ("power-loss", True)):
            if process is not None and process.die_at is None and chance.strikes(fault):
                world.power_cut = power_cut
                process.die_at = process.steps + 1 + int(10 ** (self._random.random() * 4))


def remedy(snapshot: Snapshot) -> Request | None:
    """What a cashier who reads the screen does next; None: nothing is wrong."""
    register = snapshot.register
    if snapshot.unsettled is not None or snapshot.silence is not None or register is None:
        return Refresh()
    if register.print_state is PrintState.WAITS_FOR_CONTINUE:
        return ContinuePrint()
    if register.shift is ShiftState.EXPIRED:
        return CloseShift()
    if register.shift is ShiftState.CLOSED and snapshot.unissued:
        return OpenShift()
    if snapshot.unissued:
        return IssueReceipt(snapshot.unissued[0].payment.id)
    if snapshot.journal_failure or snapshot.in_progress:
        return Refresh()
    return None


async def put_in_order(world: World) -> str:
    """After the faults: mend what a person can, until nothing is left; else what is left."""
    world.note("faults stop")
    world.chance.stopped = True
    if world.process is not None:
        world.process.die_at = None
    world.switch_register(True)
    world.register.set_cover(False)
    world.register.set_paper(True)
    cashier = Cashier(world, world.random)
    until = world.loop.time() + SETTLE_S
    left = "no station"
    while world.loop.time() < until:
        answer = await cashier.ask(Refresh())
        if isinstance(answer, Done) and world.snapshot is not None:
            request = remedy(world.snapshot)
            if request is None:
                return ""
            left = ", ".join(alarm.kind for alarm in alarms(world.snapshot)) or repr(request)
            if not isinstance(request, Refresh):
                answer = await cashier.ask(request)
                left += f" {answer}"
        await asyncio.sleep(5)
    return left
