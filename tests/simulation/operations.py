"""What a cashier asks for: one function for each kind of request, drawn by weight.

A new kind of request is a function here and a line in `OPERATIONS`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from kassa_tui.izi.models.transaction import Line
from kassa_tui.journal.records import PayBy, PaymentKind, PaymentState
from kassa_tui.station.basket import BasketLine, LineKind, Paid, TaxClass
from kassa_tui.station.drafts import basket_of
from kassa_tui.station.objections import line_sum
from kassa_tui.station.requests import (
    Account,
    AdjustBalance,
    CashKind,
    CloseShift,
    ContinuePrint,
    CreditBonus,
    IssueReceipt,
    MoveCash,
    OpenShift,
    PrintCopy,
    ReadTape,
    Refresh,
    RefundSale,
    Request,
    RotateShift,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
    XReport,
)
from tests.simulation.club import Place
from tests.simulation.world import World

CLIENTS = ("cl_41", "cl_42", "cl_43", "cl_44", "cl_45", "cl_46", "cl_49", "cl_50", "cl_48")
"""Of the demo club; the last one is blocked."""
WHY = "по просьбе гостя"

HOUR = BasketLine(
    kind=LineKind.TARIFF,
    name="Игровое время: 1 час",
    price=120_00,
    tax_class=TaxClass.SERVICES,
    ref_id="tr_1h",
    zone_id="std",
)
COFFEE = BasketLine(
    kind=LineKind.PRODUCT,
    name="Кофе американо",
    price=120_00,
    tax_class=TaxClass.GOODS,
    ref_id="pr_8",
)
BAR = BasketLine(
    kind=LineKind.PRODUCT,
    name="Шоколадный батончик 50 г",
    price=70_00,
    tax_class=TaxClass.GOODS,
    ref_id="pr_5",
)
BONUS_PERCENT = {"tr_1h": 30, "pr_8": 50, "pr_5": 50}

Maker = Callable[[World, Random], Request | None]


@dataclass(frozen=True)
class Operation:
    weight: float
    make: Maker
    with_crm: bool = False
    """Only where there is one."""


def phone(client_id: str) -> str:
    """As the demo club has it."""
    return f"+7000000{1000 + 137 * int(client_id.removeprefix('cl_'))}"


def tendered(random: Random, cash: int) -> int | None:
    return cash + random.choice((0, 50, 5000)) if cash and random.random() < 0.5 else None


def caller(world: World, random: Random) -> str | None:
    return str(world.made_up_id()) if random.random() < 0.4 else None


# Money


def anonymous_top_up(world: World, random: Random) -> Request:
    total = random.choice((100, 50000, 50000, random.randint(1, 10_000_00)))
    cash = random.random() < 0.6
    return TakePayment(
        total=total,
        pay_by=PayBy.CASH if cash else PayBy.CARD,
        tendered=tendered(random, total) if cash else None,
        caller_id=caller(world, random),
    )


def top_up(world: World, random: Random) -> Request:
    """For a client, known or found by his telephone."""
    client_id = random.choice(CLIENTS)
    if world.loop.time() < world.crm_network.away_until and random.random() < 0.4:
        client_id = CLIENTS[-1]  # the CRM will refuse what is printed by then
    request = anonymous_top_up(world, random)
    assert isinstance(request, TakePayment)
    if random.random() < 0.5:
        number = phone(client_id)
        return replace(request, client=random.choice((number, number[-4:])))
    return replace(request, client_id=client_id)


def sale(world: World, random: Random) -> Request:
    """Time and goods, paid in one way or in several."""
    lines = tuple(random.sample((HOUR, COFFEE, BAR), random.randint(1, 3)))
    client_id = None
    if world.club.place is not Place.NONE and random.random() < 0.6:
        client_id = random.choice(CLIENTS)
    bonus = 0
    if client_id and random.random() < 0.3:
        first = lines[0]
        bonus = first.price * BONUS_PERCENT[str(first.ref_id)] // 100
        lines = (replace(first, bonus=bonus), *lines[1:])
    due = sum(map(line_sum, lines))
    balance = random.choice((0, due, due // 3)) if client_id else 0
    card = random.choice((0, due - balance, (due - balance) // 2))
    cash = due - balance - card
    return Sell(
        lines=lines,
        paid=Paid(
            cash=cash, card=card, balance=balance, bonus=bonus, tendered=tendered(random, cash)
        ),
        client_id=client_id,
        caller_id=caller(world, random),
    )


def refund(world: World, random: Random) -> Request | None:
    """The whole of an earlier sale, or one line of it."""
    sales = [
        state
        for state in (world.snapshot.payments if world.snapshot else ())
        if state.payment.kind is PaymentKind.CHARGE and not state.called_off
    ]
    if not sales:
        return sale(world, random)
    state = random.choice(sales)
    lines = basket_of([Line.model_validate(json.loads(one.detail)) for one in state.payment.lines])
    if len(lines) > 1 and random.random() < 0.5:
        lines = (random.choice(lines),)
        paid = _paid_back(state, lines[0])
    else:
        parts = {method: state.payment.paid_by(method) for method in PayBy}
        lines = ()
        paid = Paid(**{str(method): amount for method, amount in parts.items()})
    return RefundSale(
        original=state.payment.id,
        paid=paid,
        lines=lines,
        comment=WHY,
        caller_id=caller(world, random),
    )


def _paid_back(state: PaymentState, line: BasketLine) -> Paid:
    """By the ways in which the sale was paid, as far as they go."""
    due, shares = line_sum(line), {}
    for method in (PayBy.BALANCE, PayBy.CARD, PayBy.CASH):
        shares[str(method)] = min(due, state.payment.paid_by(method))
        due -= shares[str(method)]
    return Paid(**shares, bonus=line.bonus)


def withdrawal(world: World, random: Random) -> Request:
    return Withdraw(
        total=random.choice((100_00, 480_50, 5_000_00)),
        pay_by=random.choice((PayBy.CASH, PayBy.CARD)),
        client_id=random.choice(CLIENTS),
        comment=WHY,
        caller_id=caller(world, random),
    )


def bonus_credit(world: World, random: Random) -> Request:
    return CreditBonus(
        total=random.randint(1, 500_00),
        client_id=random.choice(CLIENTS),
        comment="турнир",
        caller_id=caller(world, random),
    )


def bonus_write_off(world: World, random: Random) -> Request:
    return WriteOffBonus(
        total=random.choice((1_00, 20_00, 400_00)),
        client_id=random.choice(CLIENTS),
        comment=WHY,
        caller_id=caller(world, random),
    )


def adjustment(world: World, random: Random) -> Request:
    return AdjustBalance(
        change=random.choice((1, 1, -1)) * random.randint(1, 200_00),
        account=random.choice((Account.GAME, Account.BONUS)),
        client_id=random.choice(CLIENTS),
        comment=WHY,
        caller_id=caller(world, random),
    )


def other_sum(request: Request) -> Request:
    """The same id for something else, by mistake."""
    match request:
        case TakePayment() | Withdraw() | CreditBonus() | WriteOffBonus():
            return replace(request, total=request.total + 1)
        case AdjustBalance():
            return replace(request, change=request.change * 2)
        case _:
            return request


# Shift and drawer


def counted(world: World, random: Random) -> int | None:
    """What the cashier counts: mostly right."""
    true = max(0, world.register.cash_in_drawer)
    return random.choice((true, true, true, None, true + 500_00, max(0, true - 10_00)))


def open_shift(world: World, random: Random) -> Request:
    return OpenShift(
        counted_cash=random.choice((None, counted(world, random))),
        comment=random.choice(("", WHY)),
    )


def close_shift(world: World, random: Random) -> Request:
    return CloseShift(counted_cash=counted(world, random), comment=random.choice(("", WHY)))


def rotate_shift(world: World, random: Random) -> Request:
    return RotateShift(counted_cash=counted(world, random), comment=random.choice(("", WHY)))


def cash_move(world: World, random: Random) -> Request:
    """Each of another sum, so that the drawer's account tells them apart."""
    kind, sign, article = random.choice(
        (
            (CashKind.CHANGE_FUND, 1, "art_change"),
            (CashKind.OTHER, 1, "art_owner"),
            (CashKind.EXPENSE, -1, "art_stock"),
            (CashKind.COLLECTION, -1, None),
        )
    )
    return MoveCash(
        amount=sign * world.unlike_any_other(random.choice((10_00, 1_000_00, 30_000_00))),
        kind=kind,
        article_id=article,
        comment=WHY,
        movement_id=world.made_up_id() if random.random() < 0.8 else None,
    )


# The rest


def issue_receipt(world: World, random: Random) -> Request | None:
    """Of any payment: mostly it has one already."""
    payments = world.snapshot.payments if world.snapshot else ()
    return IssueReceipt(random.choice(payments).payment.id) if payments else None


def read_tape(world: World, random: Random) -> Request:
    last = world.register._state.fn.last_number
    first = random.randint(1, last + 1)
    return ReadTape(first, first + random.randint(-1, 4))


OPERATIONS = {
    "anonymous top-up": Operation(10, anonymous_top_up),
    "top-up": Operation(18, top_up, with_crm=True),
    "sale": Operation(24, sale),
    "refund": Operation(14, refund, with_crm=True),
    "withdrawal": Operation(8, withdrawal, with_crm=True),
    "bonus credit": Operation(4, bonus_credit, with_crm=True),
    "bonus write-off": Operation(3, bonus_write_off, with_crm=True),
    "adjustment": Operation(3, adjustment, with_crm=True),
    "close shift": Operation(4, close_shift),
    "open shift": Operation(4, open_shift),
    "rotate shift": Operation(3, rotate_shift),
    "cash": Operation(8, cash_move),
    "x-report": Operation(2, lambda world, random: XReport()),
    "copy": Operation(3, lambda world, random: PrintCopy()),
    "continue print": Operation(2, lambda world, random: ContinuePrint()),
    "issue receipt": Operation(2, issue_receipt),
    "tape": Operation(2, read_tape),
    "refresh": Operation(4, lambda world, random: Refresh()),
}


def drawn(world: World, random: Random) -> Request:
    """The next thing that a cashier does."""
    crm = world.club.place is not Place.NONE
    offered = [one for one in OPERATIONS.values() if crm or not one.with_crm]
    (operation,) = random.choices(offered, [one.weight for one in offered])
    return operation.make(world, random) or Refresh()
