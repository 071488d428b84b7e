"""One seed from beginning to end."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.simulation.books import conclude
from tests.simulation.cashier import SETTLE_S, Cashier, put_in_order
from tests.simulation.club import Place
from tests.simulation.disk import attached
from tests.simulation.machine import Stuck
from tests.simulation.registers import SHTRIH, Kind
from tests.simulation.tills import meet_often, one_document_each, parted
from tests.simulation.world import World

APART = 1_000_003
"""Between the seeds of the tills of one run."""


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


def run_seed(seed: int, *, kind: Kind = SHTRIH, tell: bool = False, tills: int = 1) -> Outcome:
    """Run one seed; nothing of it depends on anything else.

    Several `tills` have one CRM, and each its own journal, register and faults.
    """
    first = World(seed, kind=kind, tell=tell, club=Place.FAR if tills > 1 else None)
    beside = (World(seed + APART * number, kind=kind, beside=first) for number in range(1, tills))
    worlds = (first, *beside)
    scripts = [Random(f"script {world.seed}") for world in worlds]
    cashiers = [Cashier(world, script) for world, script in zip(worlds, scripts, strict=True)]
    if tills > 1:
        meet_often(worlds, cashiers)
    logging.disable()  # the dead say what they like
    with attached(first.disk):
        asyncio.set_event_loop(first.loop)
        try:
            operations = [script.randint(4, 18) for script in scripts]
            first.loop.run_until_complete(_live(worlds, cashiers, operations))
        except Stuck as stuck:
            first.witness.accuse(f"stuck: {stuck}")
        finally:
            first.close()
            logging.disable(logging.NOTSET)
            asyncio.set_event_loop(None)
    return Outcome(
        seed=seed,
        digest=first.digest,
        violations=[what for world in worlds for what in world.witness.violations],
        operations=sum((cashier.done for cashier in cashiers), Counter()),
        fired=sum((world.chance.fired for world in worlds), Counter()),
        lives=sum(world.lives for world in worlds),
        documents=sum(len(world.witness.tape.documents) for world in worlds),
        virtual_s=first.loop.time(),
        trace=first.trace or [],
    )


async def _live(
    worlds: Sequence[World], cashiers: Sequence[Cashier], operations: Sequence[int]
) -> None:
    for world in worlds:
        await world.plug_in()
    living = [asyncio.ensure_future(world.live()) for world in worlds]
    await asyncio.gather(*map(Cashier.work, cashiers, operations))
    left = [""]
    # What is put in order at one till may disturb another.
    for _ in worlds:
        left = await asyncio.gather(*map(put_in_order, worlds))
    for world, what in zip(worlds, left, strict=True):
        if what:
            world.witness.accuse(f"not in order after {SETTLE_S} s: {what}")
    books = [await world.books() for world in worlds]
    if len(worlds) > 1:
        books = parted(worlds, books)
        one_document_each(worlds)
    for world, own in zip(worlds, books, strict=True):
        conclude(world.witness, own, settled=not any(left))
    for world, task in zip(worlds, living, strict=True):
        if task.done():
            world.witness.accuse(f"the world ended: {task.exception()!r}")
        task.cancel()
