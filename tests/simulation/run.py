"""One seed from beginning to end."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.simulation.books import conclude
from tests.simulation.cashier import Cashier, put_in_order
from tests.simulation.disk import attached
from tests.simulation.machine import Stuck
from tests.simulation.registers import SHTRIH, Kind
from tests.simulation.world import World


@dataclass
class Outcome:
    """What a seed has shown."""

    seed: int
    digest: str
    violations: list[str]
    operations: Counter[str]
    fired: Counter[str]
    lives: int
    documents: int
    virtual_s: float
    trace: list[str] = field(default_factory=list)


def run_seed(seed: int, *, kind: Kind = SHTRIH, tell: bool = False) -> Outcome:
    """Run one seed; nothing of it depends on anything else."""
    world = World(seed, kind=kind, tell=tell)
    script = Random(f"script {seed}")
    cashier = Cashier(world, script)
    logging.disable()  # the dead say what they like
    with attached(world.disk):
        asyncio.set_event_loop(world.loop)
        try:
            world.loop.run_until_complete(_live(world, cashier, script.randint(4, 18)))
        except Stuck as stuck:
            world.witness.accuse(f"stuck: {stuck}")
        finally:
            world.close()
            logging.disable(logging.NOTSET)
            asyncio.set_event_loop(None)
    return Outcome(
        seed=seed,
        digest=world.digest,
        violations=world.witness.violations,
        operations=cashier.done,
        fired=world.chance.fired,
        lives=world.lives,
        documents=len(world.witness.tape.documents),
        virtual_s=world.loop.time(),
        trace=world.trace or [],
    )


async def _live(world: World, cashier: Cashier, operations: int) -> None:
    await world.plug_in()
    living = asyncio.ensure_future(world.live())
    await cashier.work(operations)
    left = await put_in_order(world)
    if left:
        world.witness.accuse(f"not in order after {600} s: {left}")
    conclude(world.witness, await world.books(), settled=not left)
    if living.done():
        world.witness.accuse(f"the world ended: {living.exception()!r}")
    living.cancel()
