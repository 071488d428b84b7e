"""The people: a cashier who works, and what happens around the till meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from drivers.register import PrintState, Reason, ShiftState
from kassa_tui.journal.records import PayBy
from kassa_tui.journal.shifts import CashDirection, CashMove
from kassa_tui.station.alarms import alarms
from kassa_tui.station.answers import Done, NotRecorded
from kassa_tui.station.reconciliation.requests import (
    AddAs,
    AddToIzi,
    AttachReceipt,
    CompareShift,
    IssueForRow,
    Mending,
    ReadShiftTape,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Action, Evidence, Row
from kassa_tui.station.requests import (
    CallDecision,
    CashKind,
    CloseShift,
    ContinuePrint,
    Decision,
    IssueReceipt,
    MoveCash,
    OpenShift,
    Refresh,
    Request,
    SettleByHand,
    SettleCall,
    SettleCash,
    TakePayment,
)
from kassa_tui.station.snapshot import Snapshot
from kassa_tui.station.tape import Doubt
from tests.simulation.club import Place
from tests.simulation.operations import CLIENTS, WHY, drawn, open_shift, other_sum
from tests.simulation.world import MOST_FNS, World

SETTLE_S = 600
"""Virtual seconds in which everything must be in order once the faults have stopped."""
LAST_PUTTING_OFF_S = 3600
"""After so many seconds at most the station looks again at what it could not issue by itself."""
MOST_TURNS = 20
"""Of the tape that somebody waits for."""
BY_HAND = (Doubt.FN_REPLACED, Doubt.AMBIGUOUS)
FIRST_SALE = TakePayment(total=100, pay_by=PayBy.CARD)
"""Before it a station compares its journal with the tape."""
PATIENCE_S = 400
"""How long somebody waits for an answer before going on."""


class Cashier:
    """Works off a script drawn from the seed."""

    def __init__(self, world: World, random: Random) -> None:
        self._world = world
        self._random = random
        self._mending = Random(f"mending {world.seed}")
        self.done: Counter[str] = Counter()
        self.reconciles = 0.15
        """How often, by operation."""
        self._asked: list[Request] = []
        """Requests that bear an id of their sender."""

    async def work(self, operations: int) -> None:
        """So many operations, each among whatever happens."""
        await self.ask(OpenShift())
        for _ in range(operations):
            self._happenings()
            await self.ask(self._next())
            has_crm = self._world.club.place is not Place.NONE
            if has_crm and self._mending.random() < self.reconciles:
                await reconcile(self, self._mending)
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
        if snapshot is not None and random.random() < 0.6:
            mended = remedy(self._world, snapshot)
            if mended is not None:
                return mended
        if snapshot is not None and _is_closed(snapshot) and random.random() < 0.8:
            return open_shift(self._world, random)
        if self._asked and random.random() < 0.15:
            again = random.choice(self._asked[-4:])  # as a caller does who has not heard
            return other_sum(again) if random.random() < 0.1 else again
        request = drawn(self._world, random)
        if getattr(request, "caller_id", None) or getattr(request, "movement_id", None):
            self._asked.append(request)
        return request

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
        if len(world.registers) <= MOST_FNS and chance.strikes("fn-replaced"):
            world.loop.call_later(later, world.elsewhere, world.replace_fn)
        if chance.strikes("24-hours"):
            world.jump(timedelta(hours=25))
        world.connection.happen(later)
        if world.club.place is Place.FAR:
            if chance.strikes("crm-away"):
                network = world.crm_network
                network.away_until = world.loop.time() + self._random.choice((40, 300, 3600))
            if chance.strikes("crm-posted-elsewhere"):
                client_id, total = self._mending.choice(CLIENTS), self._mending.randint(1, 900_00)
                post = partial(world.club.post_elsewhere, client_id, total)
                world.loop.call_later(later, world.elsewhere, post)
            if chance.strikes("crm-shift-closed"):
                again = self._random.random() < 0.5
                world.loop.call_later(
                    later, world.elsewhere, partial(world.club.close_shift_elsewhere, again)
                )
        process = world.process
        for fault, power_cut in (("kill", False), ("power-loss", True)):
            if process is not None and process.die_at is None and chance.strikes(fault):
                world.power_cut = power_cut
                process.die_at = process.steps + 1 + int(10 ** (self._random.random() * 4))


async def reconcile(cashier: Cashier, random: Random) -> None:
    """Read the shift's tape, compare it, and mend some of what the rows allow."""
    for _ in range(MOST_TURNS):
        reach = await cashier.ask(ReadShiftTape())
        if not isinstance(reach, TapeReach) or reach.is_done:
            break
    found = await cashier.ask(CompareShift())
    if not isinstance(found, ShiftComparison):
        return
    for row in found.rows:
        request = mending(found.comparison_id, row)
        if request is not None and random.random() < 0.7:
            await cashier.ask(request)
            if random.random() < 0.2:
                await cashier.ask(request)  # as one does who has not seen the answer


def mending(comparison_id: UUID, row: Row) -> Mending | None:
    """What a person does about a row who confirms no pair that is not sure."""
    of_row: dict[str, Any] = {"comparison_id": comparison_id, "row": row.key}
    if Action.ISSUE_RECEIPT in row.actions or Action.ISSUE_CORRECTION in row.actions:
        as_correction = Action.ISSUE_CORRECTION in row.actions
        return IssueForRow(**of_row, as_correction=as_correction)
    if Action.ATTACH_RECEIPT in row.actions and not row.suggested:
        return AttachReceipt(**of_row)
    if Action.ADD_TO_IZI in row.actions and Evidence.MADE_BY_HAND in row.evidence:
        return AddToIzi(**of_row, add_as=AddAs.CHARGE, comment=WHY)
    return None


def _is_closed(snapshot: Snapshot) -> bool:
    """Whether the screen says that nothing can be sold for want of a shift."""
    register, crm = snapshot.register, snapshot.crm
    if crm is not None and crm.shift_is_open is False:
        return True
    return register is not None and register.shift is ShiftState.CLOSED


def remedy(world: World, snapshot: Snapshot) -> Request | None:
    """What a cashier who reads the screen does next; None: nothing is wrong."""
    register, crm, random = snapshot.register, snapshot.crm, world.random
    if (unsettled := snapshot.unsettled) is not None and unsettled.doubt in BY_HAND:
        return settled(world, unsettled.payment.payment.id)
    if snapshot.unsettled is not None or snapshot.silence is not None or register is None:
        return Refresh()
    if register.print_state is PrintState.WAITS_FOR_CONTINUE:
        return ContinuePrint()
    if register.shift is ShiftState.EXPIRED:
        return CloseShift(counted_cash=max(0, world.register.cash_in_drawer), comment=WHY)
    crm_is_closed = crm is not None and crm.shift_is_open is False
    if register.shift is ShiftState.CLOSED and snapshot.unissued:
        return OpenShift(comment=WHY)
    if crm_is_closed and (register.shift is ShiftState.OPEN or (crm is not None and crm.queued)):
        return OpenShift(comment=WHY)
    if snapshot.unissued:
        return IssueReceipt(snapshot.unissued[0].payment.id)
    if snapshot.unknown_cash_moves and random.random() < 0.7:
        return _settled_cash(world, snapshot.unknown_cash_moves[0])
    if crm is not None and crm.poisoned_calls:
        again = random.random() < 0.3
        return SettleCall(
            call_id=crm.poisoned_calls[0].call_id,
            decision=CallDecision.TELL_AGAIN if again else CallDecision.DROP,
            comment=WHY,
        )
    if snapshot.journal_failure or snapshot.in_progress or snapshot.unknown_cash_moves:
        return Refresh()
    if snapshot.unconfirmed and random.random() < 0.5:
        return IssueReceipt(snapshot.unconfirmed[0].payment.id)
    if snapshot.unconfirmed or (crm is not None and crm.queued):
        return Refresh()
    return None


def _works_by_itself(world: World, seconds: float) -> bool:
    """Whether the station may be about to issue what was paid elsewhere, so many seconds after
    the faults."""
    assert world.snapshot is not None, "the cashier has seen the screen"
    crm, register = world.snapshot.crm, world.snapshot.register
    if crm is None or crm.elsewhere is None or not crm.shift_is_open:
        return False
    if register is None or register.shift is not ShiftState.OPEN:
        return False
    has_looked = seconds > 3 * world.settings.elsewhere_s
    return not has_looked or crm.elsewhere.waiting > crm.elsewhere.left


def settled(world: World, payment_id: UUID) -> SettleByHand:
    """What somebody says who has read the tape of the FN that the receipt was sent to."""
    world.witness.tape.read()
    for document in world.witness.tape.of_receipt.get(payment_id, ()):
        return SettleByHand(
            payment_id=payment_id,
            decision=Decision.RECORDED,
            comment=WHY,
            fiscal_drive_number=document.fiscal_drive_number,
            fiscal_document_number=document.fiscal_document_number,
            fiscal_sign=document.fiscal_sign,
        )
    return SettleByHand(payment_id=payment_id, decision=Decision.ABSENT, comment=WHY)


def _settled_cash(world: World, move: CashMove) -> SettleCash:
    """What somebody says who has counted the drawer."""
    amount = move.amount if move.direction is CashDirection.IN else -move.amount
    return SettleCash(movement_id=move.id, moved=amount in world.moved, comment=WHY)


CHANGE = MoveCash(amount=100_000_00, kind=CashKind.CHANGE_FUND, article_id="art_change")


async def put_in_order(world: World) -> str:
    """After the faults: mend what a person can, until nothing is left; else what is left."""
    world.note("faults stop")
    world.chance.stopped = True
    world.crm_network.clear()
    if world.process is not None:
        world.process.die_at = None
    world.switch_register(True)
    world.connection.clear()
    world.register.set_cover(False)
    world.register.set_paper(True)
    cashier = Cashier(world, world.random)
    begun = world.loop.time()
    until = begun + SETTLE_S
    if world.settings.fiscalise_elsewhere:
        until += LAST_PUTTING_OFF_S
    left, compared = "no station", False
    while world.loop.time() < until:
        answer = await cashier.ask(Refresh())
        if isinstance(answer, Done) and world.snapshot is not None:
            request = remedy(world, world.snapshot)
            if request is None and world.witness.restored and not compared:
                # The journal is an old one: only a sale makes it ask the tape.
                shift = world.snapshot.register and world.snapshot.register.shift
                request = FIRST_SALE if shift is ShiftState.OPEN else OpenShift(comment=WHY)
                compared = request is FIRST_SALE
            if request is None and not _works_by_itself(world, world.loop.time() - begun):
                return ""
            if request is None:
                request = Refresh()
            left = ", ".join(alarm.kind for alarm in alarms(world.snapshot)) or repr(request)
            if not isinstance(request, Refresh):
                answer = await cashier.ask(request)
                left += f" {answer}"
                if isinstance(answer, NotRecorded) and answer.reason is Reason.NOT_ENOUGH_CASH:
                    await cashier.ask(CHANGE)  # what is given back must be in the drawer
        await asyncio.sleep(5)
    return left
