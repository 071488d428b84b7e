"""What the conformance suite needs of a CRM: a session, a clock, and the demo club in it.

The suite (`test_conformance_*`) sees rows through the protocol only. A bench for another
`Crm` is one more parameter of the fixture in `conftest.py`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from drivers.ffd.arithmetic import item_cost
from kassa_tui.izi.embedded.crm import EVERYTHING, EmbeddedCrm
from kassa_tui.izi.embedded.demo import CLUB, demo_club
from kassa_tui.izi.gateway.client import GatewayCrm
from kassa_tui.izi.models.cash import CashMovementDraft
from kassa_tui.izi.models.page import Page, Paging
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Feature, Permission, Person
from kassa_tui.izi.models.shift import Shift, ShiftClosing, ShiftFiscal, ShiftOpening
from kassa_tui.izi.models.transaction import Transaction, TransactionDraft
from kassa_tui.izi.port import Crm
from kassa_tui.izi.virtual.app import Fires, GatewayApp, no_faults
from kassa_tui.izi.virtual.serving import serving

MOSCOW = timezone(timedelta(hours=3))
WEDNESDAY_NOON = datetime(2026, 7, 29, 12, tzinfo=MOSCOW)

FN = "9999078900000001"
IVAN = "cl_41"
"""1250.00 on the game account, 90.00 of bonuses."""
BLOCKED = "cl_48"

_numbers = itertools.count(1)


def fresh() -> UUID:
    """A UUID that was not used before in this run."""
    return UUID(int=(4 << 76) | (2 << 62) | next(_numbers))


class Clock:
    def __init__(self) -> None:
        self.now = WEDNESDAY_NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> None:
        self.now += timedelta(**delta)


class Bench(Protocol):
    """A CRM under test."""

    crm: Crm
    """The demo club's operator, with every right."""
    clock: Clock
    club_id: str

    async def limited(
        self,
        permissions: Iterable[Permission] = Permission,
        features: frozenset[Feature] = EVERYTHING,
        club_ids: frozenset[str] = frozenset({CLUB.id}),
    ) -> Crm:
        """Another operator, with these rights only, of a CRM with these features only."""
        ...

    async def app_top_up(self, shift_id: str, client_id: str, amount: int) -> Transaction:
        """A client pays in the mobile application."""
        ...


class EmbeddedBench:
    def __init__(self, path: Path, token: str, stack: AsyncExitStack) -> None:
        self.path = path
        self.token = token
        self.clock = Clock()
        self.club_id = CLUB.id
        self._stack = stack
        self._random = random.Random(7)

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path, token: str) -> AsyncIterator[EmbeddedBench]:
        """The CRM of a file that `found` has made."""
        async with AsyncExitStack() as stack:
            bench = cls(path, token, stack)
            bench.owner = await bench.embedded()
            bench.crm = await bench.session(bench.owner, token)
            yield bench

    async def session(self, crm: EmbeddedCrm, token: str) -> Crm:
        """The CRM as the holder of a token reaches it."""
        return crm.session(token)

    async def embedded(self, features: frozenset[Feature] = EVERYTHING) -> EmbeddedCrm:
        """One more opening of the same file."""
        crm = await EmbeddedCrm.open(
            self.path,
            clock=self.clock,
            randomness=self._random.randbytes,
            features=features,
        )
        self._stack.push_async_callback(crm.close)
        return crm

    async def limited(
        self,
        permissions: Iterable[Permission] = Permission,
        features: frozenset[Feature] = EVERYTHING,
        club_ids: frozenset[str] = frozenset({CLUB.id}),
    ) -> Crm:
        crm = await self.embedded(features)
        person = Person(id=f"op_{next(_numbers)}", display_name="Петров П.")
        async with crm.registry() as registry:
            await registry.put_operator(person, club_ids, frozenset(permissions))
            token = await registry.issue_token(person.id, self.clock.now + timedelta(days=9))
        return await self.session(crm, token)

    async def app_top_up(self, shift_id: str, client_id: str, amount: int) -> Transaction:
        async with self.owner.registry() as registry:
            now = self.clock.now
            return await registry.app_top_up(shift_id, client_id, amount, now, fresh())


class GatewayBench(EmbeddedBench):
    """The same CRM behind a real server on a real socket, and the client of the contract."""

    url: str
    """Of the server that was started last."""

    async def session(self, crm: EmbeddedCrm, token: str, fires: Fires = no_faults) -> Crm:
        app = GatewayApp(crm.session, fresh, fires)
        self.url = await self._stack.enter_async_context(serving(app, "127.0.0.1", 0))
        return await self._stack.enter_async_context(GatewayCrm(self.url, token, fresh))


BENCHES = {"embedded": EmbeddedBench, "gateway": GatewayBench}
"""Every kind of CRM that must meet the contract."""


async def found(path: Path) -> str:
    """Make a file with the demo club in it; the operator's token."""
    crm = await EmbeddedCrm.open(path, clock=Clock(), randomness=random.Random(1).randbytes)
    try:
        return (await demo_club(crm)).token
    finally:
        await crm.close()


async def opened(bench: Bench, cash: int = 500_000, **more: Any) -> Shift:
    """An open shift with 5000.00 in the drawer."""
    opening = ShiftOpening(
        external_id=fresh(),
        opened_at=bench.clock.now,
        opening_cash=cash,
        **{
            "fiscal": ShiftFiscal(fiscal_drive_number=FN, shift_number=118),
            "comment": "пересчитано",
        }
        | more,
    )
    return (await bench.crm.open_shift(bench.club_id, opening, key=fresh())).value


async def post(bench: Bench, shift_id: str, draft: TransactionDraft) -> Transaction:
    return (await bench.crm.post_transaction(shift_id, draft, key=fresh())).value


async def close(bench: Bench, shift: Shift, **more: Any) -> Shift:
    """Close with the counted cash that is expected, unless said otherwise."""
    now = await bench.crm.shift(shift.id)
    closing = ShiftClosing(
        **{"closed_at": bench.clock.now, "counted_cash": now.expected_cash} | more
    )
    return (await bench.crm.close_shift(shift.id, closing, version=now.version, key=fresh())).value


def draft(bench: Bench, **members: Any) -> TransactionDraft:
    return TransactionDraft.model_validate(
        {"external_id": fresh(), "occurred_at": bench.clock.now} | members
    )


def paid(**methods: int) -> list[dict[str, Any]]:
    return [{"method": method, "amount": amount} for method, amount in methods.items() if amount]


def top_up(bench: Bench, amount: int = 50_000, method: str = "cash", **more: Any):
    return draft(
        bench,
        **{
            "type": "top_up",
            "client_id": IVAN,
            "amount": amount,
            "payments": paid(**{method: amount}),
        }
        | more,
    )


def withdrawal(bench: Bench, amount: int, method: str = "cash", **more: Any):
    return top_up(
        bench, amount, method, **{"type": "withdrawal", "comment": "просит вернуть"} | more
    )


def line(kind: str, ref_id: str | None, price: int, quantity: str = "1", **more: Any):
    cost = item_cost(price, Decimal(quantity))
    left = cost - more.get("bonus", 0) - more.get("discount", 0)
    return {
        "kind": kind,
        "ref_id": ref_id,
        "name": "позиция",
        "quantity": quantity,
        "price": price,
        "sum": left,
        "tax_class": "goods" if kind == "product" else "services",
        "nds": 6,
        "payment_type": 4,
        "product_type": 1 if kind == "product" else 4,
    } | more


def two_hours(**more: Any) -> dict[str, Any]:
    """2 hours Standard, 220.00, at most 30 % by bonuses."""
    return line("tariff", "tr_2h", 22_000, zone_id="std", **more)


def chips(quantity: str = "1", **more: Any) -> dict[str, Any]:
    """130.00, 25 in stock."""
    return line("product", "pr_4", 13_000, quantity, **more)


def water(code: str | None, check_result: int = 15) -> dict[str, Any]:
    """60.00, marked."""
    marking = None if code is None else {"code": code, "check_result": check_result}
    return line("product", "pr_1", 6_000, marking=marking)


def charge(bench: Bench, lines: list[dict[str, Any]], client_id: str | None = IVAN, **parts: Any):
    """A sale; `parts` are payments by method, and members of the draft."""
    methods = {m: parts.pop(m) for m in ("cash", "card", "balance", "bonus") if m in parts}
    amount = sum(each["sum"] + each.get("bonus", 0) for each in lines)
    return draft(
        bench,
        **{
            "type": "charge",
            "client_id": client_id,
            "amount": amount,
            "payments": paid(**methods or {"cash": amount}),
            "lines": lines,
        }
        | parts,
    )


def refund(bench: Bench, original: Transaction, **parts: Any) -> TransactionDraft:
    methods = {m: parts.pop(m) for m in ("cash", "card", "balance", "bonus") if m in parts}
    return draft(
        bench,
        **{
            "type": "refund",
            "client_id": original.client_id,
            "amount": sum(methods.values()),
            "payments": paid(**methods),
            "original_transaction_id": original.id,
            "comment": "не понравилось",
        }
        | parts,
    )


def movement(bench: Bench, direction: str, amount: int, **more: Any) -> CashMovementDraft:
    return CashMovementDraft.model_validate(
        {
            "external_id": fresh(),
            "direction": direction,
            "kind": "change_fund" if direction == "in" else "expense",
            "article_id": "art_change" if direction == "in" else "art_stock",
            "amount": amount,
            "comment": "по делу",
            "occurred_at": bench.clock.now,
        }
        | more
    )


def receipt_for(bench: Bench, number: int, total: int, **more: Any) -> Receipt:
    """A document of the register: a sale for cash, unless said otherwise."""
    members: dict[str, Any] = {
        "receipt_id": f"{FN}:{number}",
        "document_kind": "receipt",
        "fiscal_drive_number": FN,
        "fiscal_document_number": number,
        "fiscal_sign": "2746192837",
        "kkt_reg_id": "0001234567012345",
        "shift_number": 118,
        "request_number": 14,
        "operation_type": 1,
        "date_time": bench.clock.now,
        "total_sum": total,
        "cash_total_sum": total,
        "ecash_total_sum": 0,
        "prepaid_sum": 0,
        "taxation_type": 2,
        "ofd_url": f"https://ofd.example/check?fn={FN}&i={number}&fp=2746192837",
        "qr": f"t=20260729T1200&s={total // 100}.{total % 100:02d}"
        f"&fn={FN}&i={number}&fp=2746192837&n=1",
        "delivery": "paper",
    }
    return Receipt.model_validate(members | more)


async def walk(call: Any, limit: int = 50, **paging: Any) -> list[Any]:
    """Every row of a list."""
    rows: list[Any] = []
    cursor = None
    while True:
        page: Page[Any] = await call(Paging(limit=limit, cursor=cursor, **paging))
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows


async def transactions_of(bench: Bench, shift_id: str) -> list[Transaction]:
    return await walk(lambda paging: bench.crm.shift_transactions(shift_id, paging=paging))
