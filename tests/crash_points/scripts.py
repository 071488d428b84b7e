"""The scripts: what was before, what the register does, what is asked in the life that is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from kassa_tui.journal.records import PayBy
from kassa_tui.station.requests import (
    CloseShift,
    ContinuePrint,
    IssueReceipt,
    OpenShift,
    PrintCopy,
    Refresh,
    Request,
    TakePayment,
)
from tests.simulation.world import World

Step = Request | Callable[[World], Request | None]
"""A request, or what makes one at its time (None: it only did something to the world)."""

CASH = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1000_00)
CARD = TakePayment(total=123_45, pay_by=PayBy.CARD)


@dataclass(frozen=True)
class Script:
    """`before` runs in a life of its own, `cut` in the one that is cut."""

    cut: tuple[Step, ...]
    before: tuple[Step, ...] = (OpenShift(),)
    faults: str = ""
    """Of the virtual register, in both lives."""


def _first_unissued(world: World) -> Request | None:
    if world.snapshot is None or not world.snapshot.unissued:
        return None
    return IssueReceipt(world.snapshot.unissued[0].payment.id)


def _new_paper(world: World) -> None:
    world.register.set_paper(True)


def _next_day(world: World) -> None:
    world.jump(timedelta(hours=25))


SCRIPTS = {
    "start": Script(before=(), cut=(Refresh(),)),
    "open-shift": Script(before=(), cut=(OpenShift(),)),
    "close-shift": Script(before=(OpenShift(), CASH), cut=(CloseShift(),)),
    "cash": Script(cut=(CASH,)),
    "card": Script(cut=(CARD,)),
    "two-payments": Script(cut=(CASH, CARD)),
    "lost-answer-executed": Script(cut=(CASH,), faults="lost-answer-executed@FF45:2"),
    "lost-answer-not-executed": Script(cut=(CASH,), faults="lost-answer-not-executed@FF45"),
    "link-breaks": Script(cut=(CARD,), faults="disconnect@FF45"),
    "power-cut-before-record": Script(cut=(CASH,), faults="power-cut-before-record@close_receipt"),
    "power-cut-after-record": Script(cut=(CASH,), faults="power-cut-after-record@close_receipt"),
    "issue-receipt": Script(
        before=(OpenShift(), CASH), cut=(Refresh(), _first_unissued), faults="fn-full@open_receipt"
    ),
    "torn-print": Script(
        cut=(CASH, _new_paper, ContinuePrint(), CARD), faults="paper-out-middle@close_receipt"
    ),
    "copy": Script(before=(OpenShift(), CARD), cut=(PrintCopy(), CASH)),
    "expired-shift": Script(before=(OpenShift(), _next_day), cut=(CloseShift(), OpenShift(), CASH)),
    "foreign-document": Script(cut=(CASH,), faults="foreign-document@open_receipt:2"),
}
