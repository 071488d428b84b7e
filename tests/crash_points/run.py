"""Counting the cuts of a script, and making one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace

from tests.crash_points.scripts import SCRIPTS, Script, Step
from tests.simulation.books import conclude
from tests.simulation.cashier import SETTLE_S, Cashier, put_in_order
from tests.simulation.chance import Chance
from tests.simulation.disk import attached
from tests.simulation.machine import Process, Stuck
from tests.simulation.world import World, two_systems


@dataclass(frozen=True)
class Cuts:
    """The cuts of one script."""

    steps: int
    """Steps of the life that is cut."""
    different: tuple[int, ...]
    """Of each group of steps that the world cannot tell apart the first."""
    violations: tuple[str, ...]
    """Of the script when nothing is cut."""


@dataclass(frozen=True)
class Cut:
    """What came of one cut."""

    script: str
    step: int
    power_cut: bool
    unsynced: bool
    """Whether a power cut at this step takes away more than a kill."""
    violations: tuple[str, ...]


def count(name: str, *, every_byte: bool = True) -> Cuts:
    """Run a script whole and find its cuts; else only before and after each piece of bytes."""
    world = _world(SCRIPTS[name])
    seen: list[tuple[str, int]] = []
    outside = 0

    def note(kind: str, many: int) -> None:
        nonlocal outside
        for number in range(many):
            if kind in ("statement", "commit") or (kind == "byte" and (every_byte or not number)):
                outside += 1
            seen.append((world.digest, outside))

    def plan(process: Process) -> None:
        process.on_step = note

    _run(world, SCRIPTS[name], plan)
    different = [at for at, state in enumerate(seen, 1) if at == 1 or state != seen[at - 2]]
    return Cuts(len(seen), tuple(different), tuple(world.witness.violations))


def cut(name: str, step: int, power_cut: bool) -> Cut:
    """Run a script, cut it at `step`, recover and check."""
    world = _world(SCRIPTS[name])

    def plan(process: Process) -> None:
        process.die_at = step
        world.power_cut = power_cut
        world.plan = lambda process: None  # one life is cut

    _run(world, SCRIPTS[name], plan)
    return Cut(name, step, power_cut, world.unsynced, tuple(world.witness.violations))


def both(name: str, step: int) -> list[Cut]:
    """The kill at a step, and the power cut where it takes more away."""
    killed = cut(name, step, power_cut=False)
    return [killed, cut(name, step, power_cut=True)] if killed.unsynced else [killed]


def _world(script: Script) -> World:
    world = World(0, Chance.none(), script.faults, club=script.place)
    world.settings = replace(
        world.settings,
        blind_count=False,
        backups_kept=0,
        taxes=two_systems if script.two_systems else None,
        fiscalise_elsewhere=script.by_itself,
    )
    return world


def _run(world: World, script: Script, plan: object) -> None:
    logging.disable()  # the dead say what they like
    with attached(world.disk):
        asyncio.set_event_loop(world.loop)
        try:
            world.loop.run_until_complete(_live(world, script, plan))
        except Stuck as stuck:
            world.witness.accuse(f"stuck: {stuck}")
        finally:
            world.close()
            logging.disable(logging.NOTSET)
            asyncio.set_event_loop(None)


async def _live(world: World, script: Script, plan: object) -> None:
    await world.plug_in()
    cashier = Cashier(world, world.random)
    living = asyncio.ensure_future(world.live())
    lives = 1
    if script.before:
        await _do(world, cashier, script.before)
        assert world.process is not None
        world.plan = plan  # type: ignore[assignment]
        world.process.die()
        lives += 1
    else:
        world.plan = plan  # type: ignore[assignment]
    await asyncio.sleep(0)
    world.crm_network.written.extend(script.crm_faults)
    await _do(world, cashier, script.cut, lives)
    world.plan = lambda process: None
    if script.by_itself and not await _receipted_elsewhere(world):
        world.witness.accuse("what was paid elsewhere has no receipt in the end")
    left = await put_in_order(world)
    if left:
        world.witness.accuse(f"not in order at the end: {left}")
    conclude(world.witness, await world.books(), settled=not left)
    living.cancel()


async def _receipted_elsewhere(world: World) -> bool:
    """Wait until each transaction that no till has posted has its receipt."""
    until = world.loop.time() + SETTLE_S
    while world.loop.time() < until:
        crm = world.club.ledger()
        ours = [crm.transactions[one]["id"] for one in crm.elsewhere if one in crm.transactions]
        if ours and all(crm.receipts.get(one) for one in ours):
            return True
        await asyncio.sleep(10)
    return False


async def _do(
    world: World, cashier: Cashier, steps: tuple[Step, ...], life: int | None = None
) -> None:
    """Ask what the script says, as long as the life that it is for lasts."""
    for step in steps:
        if isinstance(step, float):
            await asyncio.sleep(step)
            continue
        if callable(step):
            await world.up()  # what it does depends on what is shown
        request = step(world) if callable(step) else step
        if request is not None:
            await cashier.ask(request)
        if life is not None and world.lives > life:
            return
