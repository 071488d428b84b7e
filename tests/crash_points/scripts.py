"""The scripts: what was before, what the register does, what is asked in the life that is cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from kassa_tui.journal.records import PayBy, PaymentKind
from kassa_tui.station.basket import BasketLine, Paid
from kassa_tui.station.reconciliation.requests import CompareShift, ReadShiftTape
from kassa_tui.station.requests import (
    AdjustBalance,
    CallDecision,
    CashKind,
    CloseShift,
    ContinuePrint,
    CreditBonus,
    IssueReceipt,
    MoveCash,
    OpenShift,
    PrintCopy,
    Refresh,
    RefundSale,
    Request,
    RotateShift,
    Sell,
    SettleCall,
    TakePayment,
    Withdraw,
    WriteOffBonus,
    XReport,
)
from tests.simulation.cashier import mending, settled
from tests.simulation.club import Place
from tests.simulation.operations import COFFEE, HOUR, WHY
from tests.simulation.world import World

Step = Request | Callable[[World], Request | None] | float
"""A request, or what makes one at its time (None: it only did something to the world), or
seconds in which nobody does anything."""

CASH = TakePayment(total=500_00, pay_by=PayBy.CASH, tendered=1000_00)
ROUBLE = TakePayment(total=1_00, pay_by=PayBy.CASH)
"""As much as the virtual register's other program sells for."""
CARD = TakePayment(total=123_45, pay_by=PayBy.CARD)


@dataclass(frozen=True)
class Script:
    """`before` runs in a life of its own, `cut` in the one that is cut."""

    cut: tuple[Step, ...]
    before: tuple[Step, ...] = (OpenShift(),)
    faults: str = ""
    """Of the virtual register, in both lives."""
    place: Place = Place.NONE
    crm_faults: tuple[tuple[str, str], ...] = ()
    """Of the way to the CRM, in the life that is cut: fault and call."""
    two_systems: bool = False
    """Whether time and goods have tax systems of their own."""
    by_itself: bool = False
    """Whether the station issues by itself what was paid with the CRM's own screens."""


def _first_unissued(world: World) -> Request | None:
    if world.snapshot is None or not world.snapshot.unissued:
        return None
    return IssueReceipt(world.snapshot.unissued[0].payment.id)


def _issue_latest(world: World) -> Request | None:
    payments = world.snapshot.payments if world.snapshot is not None else ()
    return IssueReceipt(payments[0].payment.id) if payments else None


def _new_paper(world: World) -> None:
    world.register.set_paper(True)


def _next_day(world: World) -> None:
    world.jump(timedelta(hours=25))


def _sale_back(lines: tuple[BasketLine, ...], paid: Paid) -> Step:
    """The refund of the latest sale that the screen shows."""

    def step(world: World) -> Request | None:
        payments = world.snapshot.payments if world.snapshot is not None else ()
        for state in payments:
            if state.payment.kind is PaymentKind.CHARGE:
                return RefundSale(
                    original=state.payment.id, paid=paid, lines=lines, comment=WHY, caller_id="back"
                )
        return None

    return step


def _crm_away(world: World) -> None:
    world.crm_network.away_until = world.loop.time() + 60


def _crm_back(world: World) -> None:
    world.crm_network.clear()


def _another_fn(world: World) -> None:
    world.elsewhere(world.replace_fn)


def _fn_goes_with_the_receipt(world: World) -> None:
    world.fn_goes_in_flight = True


def _settled(world: World) -> Request | None:
    """What a person says who has read the tape of the FN that was taken out."""
    unsettled = world.snapshot.unsettled if world.snapshot is not None else None
    return None if unsettled is None else settled(world, unsettled.payment.payment.id)


def _poisoned(decision: CallDecision) -> Step:
    def step(world: World) -> Request | None:
        crm = world.snapshot.crm if world.snapshot is not None else None
        if crm is None or not crm.poisoned_calls:
            return None
        return SettleCall(call_id=crm.poisoned_calls[0].call_id, decision=decision, comment=WHY)

    return step


def _other_till(world: World) -> None:
    world.elsewhere(partial(world.club.close_shift_elsewhere, True))


def _posted_elsewhere(world: World) -> None:
    """Money taken with the CRM's own screens: it has no receipt."""
    world.elsewhere(partial(world.club.post_elsewhere, IVAN, 300_00))


def _mended(world: World) -> Request | None:
    """What a person does about the first row of the latest comparison that can be mended."""
    comparer = world.station._comparer if world.station is not None else None
    if comparer is None or not comparer._known:
        return None
    comparison_id, known = next(reversed(comparer._known.items()))
    found = (mending(comparison_id, row) for row in known.comparison.rows)
    return next((request for request in found if request is not None), None)


def _with_crm(
    *cut: Step,
    before: tuple[Step, ...] = (),
    place: Place = Place.FAR,
    crm_faults: tuple[tuple[str, str], ...] = (),
    **more: Any,
) -> Script:
    return Script(before=(OPENED, *before), cut=cut, place=place, crm_faults=crm_faults, **more)


IVAN = "cl_41"
BLOCKED = "cl_48"
OPENED = OpenShift(counted_cash=0)
TOP_UP = TakePayment(
    total=500_00, pay_by=PayBy.CASH, tendered=1000_00, client_id=IVAN, caller_id="top-up"
)
BY_PHONE = TakePayment(total=321_00, pay_by=PayBy.CARD, client="6617")
MIXED = Sell(
    lines=(replace(HOUR, bonus=20_00), COFFEE),
    paid=Paid(cash=50_00, card=70_00, balance=100_00, bonus=20_00, tendered=100_00),
    client_id=IVAN,
    caller_id="mixed",
)
SOLD = Sell(lines=(HOUR, COFFEE), paid=Paid(cash=120_00, card=120_00), client_id=IVAN)
WITHDRAWAL = Withdraw(
    total=100_00, pay_by=PayBy.CARD, client_id=IVAN, comment=WHY, caller_id="withdrawal"
)
BONUS = CreditBonus(total=50_00, client_id=IVAN, comment=WHY, caller_id="bonus")
CHANGE_FUND = MoveCash(
    amount=1000_00,
    kind=CashKind.CHANGE_FUND,
    article_id="art_change",
    movement_id=UUID("7b1c5c36-1be8-4a53-8ac7-1d6a2ab3a001"),
)
COLLECTION = MoveCash(
    amount=-400_00,
    kind=CashKind.COLLECTION,
    movement_id=UUID("7b1c5c36-1be8-4a53-8ac7-1d6a2ab3a002"),
)

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
    "twin-document": Script(
        cut=(ROUBLE,), faults="foreign-document@open_receipt,lost-answer-not-executed@FF45"
    ),
    "foreign-document": Script(cut=(CASH,), faults="foreign-document@open_receipt:2"),
    "top-up": _with_crm(TOP_UP, BY_PHONE),
    "top-up-crm-inside": _with_crm(TOP_UP, place=Place.NEAR),
    "same-caller": _with_crm(TOP_UP, TOP_UP),
    "sale-mixed": _with_crm(MIXED),
    "sale-mixed-crm-inside": _with_crm(MIXED, place=Place.NEAR),
    "sale-split": _with_crm(MIXED, two_systems=True),
    "refund": _with_crm(_sale_back((), SOLD.paid), before=(SOLD,)),
    "refund-part": _with_crm(_sale_back((COFFEE,), Paid(card=120_00)), before=(SOLD,)),
    "withdrawal": _with_crm(WITHDRAWAL),
    "bonus": _with_crm(BONUS),
    "rotate": _with_crm(RotateShift(counted_cash=500_00), TOP_UP, before=(TOP_UP,)),
    "wrong-count": _with_crm(CloseShift(counted_cash=490_00, comment=WHY), before=(TOP_UP,)),
    "close-with-crm": _with_crm(CloseShift(counted_cash=500_00), before=(TOP_UP,)),
    "close-crm-inside": _with_crm(
        CloseShift(counted_cash=500_00), before=(TOP_UP,), place=Place.NEAR
    ),
    "cash-in": _with_crm(CHANGE_FUND),
    "collection": _with_crm(COLLECTION, COLLECTION, before=(CHANGE_FUND,)),
    "x-report": _with_crm(XReport(), TOP_UP),
    "crm-answer-lost": _with_crm(TOP_UP, crm_faults=(("crm-answer-lost", "post_transaction"),)),
    "withdrawal-answer-lost": _with_crm(
        WITHDRAWAL,
        _issue_latest,
        crm_faults=(
            ("crm-answer-lost", "post_transaction"),
            ("crm-unreachable", "post_transaction"),
        ),
    ),
    "withdrawal-hangs": _with_crm(
        WITHDRAWAL, Refresh(), crm_faults=(("crm-hangs-executed", "post_transaction"),)
    ),
    "crm-falls-over-afterwards": _with_crm(
        MIXED, crm_faults=(("crm-fails-after", "post_transaction"),)
    ),
    "attached-twice": _with_crm(
        TOP_UP,
        crm_faults=(("crm-duplicate", "post_transaction"), ("crm-duplicate", "attach_receipt")),
    ),
    "crm-away": _with_crm(_crm_away, TOP_UP, CARD, _crm_back, Refresh()),
    "crm-refuses": _with_crm(replace(TOP_UP, client_id=BLOCKED), BY_PHONE),
    "crm-refuses-later": _with_crm(
        _crm_away, replace(TOP_UP, client_id=BLOCKED), _crm_back, Refresh()
    ),
    "balance-spent": _with_crm(MIXED, crm_faults=(("crm-balance-spent", "post_transaction"),)),
    "shift-closed-elsewhere": _with_crm(_other_till, TOP_UP, CHANGE_FUND),
    "adjustment": _with_crm(
        AdjustBalance(change=-40_00, client_id=IVAN, comment=WHY, caller_id="adjusted")
    ),
    "bonus-write-off": _with_crm(
        WriteOffBonus(total=40_00, client_id=IVAN, comment=WHY, caller_id="written off")
    ),
    "another-fn": _with_crm(_another_fn, Refresh(), OPENED, TOP_UP, before=(CARD,)),
    "settled-by-hand": _with_crm(
        Refresh(),
        5.0,
        _settled,
        5.0,
        before=(_fn_goes_with_the_receipt, TOP_UP, 3.0),
    ),
    "poisoned-told-again": _with_crm(
        Refresh(),
        5.0,
        _poisoned(CallDecision.TELL_AGAIN),
        5.0,
        before=(_crm_away, replace(TOP_UP, client_id=BLOCKED), _crm_back, Refresh()),
    ),
    "poisoned-dropped": _with_crm(
        Refresh(),
        5.0,
        _poisoned(CallDecision.DROP),
        before=(_crm_away, replace(TOP_UP, client_id=BLOCKED), _crm_back, Refresh()),
    ),
    "issue-for-row": _with_crm(
        ReadShiftTape(), CompareShift(), _mended, before=(_posted_elsewhere, 1.0)
    ),
    "issue-for-row-answers-lost": _with_crm(
        ReadShiftTape(),
        CompareShift(),
        _mended,
        CompareShift(),
        _mended,
        before=(_posted_elsewhere, 1.0),
        crm_faults=(
            ("crm-answer-lost", "set_fiscal_status"),
            ("crm-answer-lost", "attach_receipt"),
        ),
    ),
    "by-itself": _with_crm(20.0, before=(_posted_elsewhere, 1.0), by_itself=True),
    "by-itself-answers-lost": _with_crm(
        200.0,
        before=(_posted_elsewhere, 1.0),
        by_itself=True,
        faults="lost-answer-executed@FF45",
        crm_faults=(
            ("crm-answer-lost", "set_fiscal_status"),
            ("crm-answer-lost", "attach_receipt"),
        ),
    ),
    "issue-correction": _with_crm(
        ReadShiftTape(shift_number=1),
        CompareShift(shift_number=1),
        _mended,
        before=(_posted_elsewhere, 1.0, CloseShift(), OPENED),
    ),
    "add-to-izi": _with_crm(
        ReadShiftTape(),
        CompareShift(),
        _mended,
        CompareShift(),
        _mended,
        before=(TOP_UP,),
        faults="foreign-document@open_receipt:1",
        crm_faults=(("crm-answer-lost", "import_receipt"),),
    ),
    "open-shift-answer-lost": Script(
        before=(),
        cut=(OPENED, TOP_UP),
        place=Place.FAR,
        crm_faults=(("crm-answer-lost", "open_shift"),),
    ),
    "close-shift-answer-lost": _with_crm(
        CloseShift(counted_cash=500_00),
        before=(TOP_UP,),
        crm_faults=(("crm-answer-lost", "close_shift"),),
    ),
}
