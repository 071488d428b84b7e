"""Contract D.10, V6: after any mix of operations the totals satisfy every formula of D.5."""

import asyncio
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kassa_tui.izi.errors import LimitExceeded, OfferChanged, ReceiptRefused, ValidationFailed
from kassa_tui.izi.models.shift import FiscalModeChange
from kassa_tui.izi.models.transaction import FiscalStatusChange
from tests.izi.bench import (
    BENCHES,
    charge,
    chips,
    close,
    draft,
    fresh,
    movement,
    opened,
    post,
    receipt_for,
    refund,
    top_up,
    transactions_of,
    two_hours,
    walk,
    withdrawal,
)

CLIENTS = ("cl_41", "cl_45", "cl_43")

KINDS = (
    "top_up",
    "app",
    "sale",
    "guest",
    "refund",
    "refund",
    "withdrawal",
    "adjustment",
    "bonus",
    "cash_in",
    "cash_out",
    "collection",
    "attach",
    "fail",
    "mode",
)

operations = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(CLIENTS),
        st.sampled_from(["cash", "card"]),
        st.integers(1, 300_000),
        st.integers(0, 5),
    ),
    min_size=12,
    max_size=24,
)


async def perform(bench, shift, kind, client_id, method, amount, pick):
    rows = await transactions_of(bench, shift.id)
    row = rows[-1 - pick % len(rows)] if rows else None
    charges = [each for each in rows if each.type == "charge"]
    match kind:
        case "top_up":
            await post(bench, shift.id, top_up(bench, amount, method, client_id=client_id))
        case "app":
            await bench.app_top_up(shift.id, client_id, amount)
        case "sale":
            bonus = 1_100 * pick
            rest = 22_000 - bonus
            desk = amount % rest
            parts = {method: desk, "balance": rest - desk, "bonus": bonus}
            sold = charge(bench, [two_hours(bonus=bonus)], client_id=client_id, **parts)
            await post(bench, shift.id, sold)
        case "guest":
            lines = [chips(str(1 + pick))]
            await post(bench, shift.id, charge(bench, lines, None, **{method: 13_000 * (1 + pick)}))
        case "refund" if charges:
            row = charges[pick % len(charges)]
            parts = {part.method.value: 1 + amount % part.amount for part in row.payments}
            await post(bench, shift.id, refund(bench, row, **parts))
        case "withdrawal":
            await post(bench, shift.id, withdrawal(bench, amount, method, client_id=client_id))
        case "adjustment":
            way = {"direction": "credit" if pick % 2 else "debit", "comment": "пересчёт"}
            account = "bonus" if pick > 2 else "game"
            sent = draft(
                bench,
                type="adjustment",
                client_id=client_id,
                amount=amount,
                account=account,
                **way,
            )
            await post(bench, shift.id, sent)
        case "bonus":
            name = "bonus_credit" if pick % 2 else "bonus_write_off"
            sent = draft(bench, type=name, client_id=client_id, amount=amount, comment="акция")
            await post(bench, shift.id, sent)
        case "cash_in" | "cash_out" | "collection":
            way = "in" if kind == "cash_in" else "out"
            more = {"kind": kind, "article_id": None} if kind == "collection" else {}
            sent = movement(bench, way, amount, **more)
            await bench.crm.post_cash_movement(shift.id, sent, key=fresh())
        case "attach" if row:
            bonus = sum(part.amount for part in row.payments if part.method == "bonus")
            sign = 1 if row.type in ("top_up", "charge") else 2
            receipt = receipt_for(bench, row.seq, row.amount - bonus, operation_type=sign)
            await bench.crm.attach_receipt(row.id, receipt)
        case "fail" if row:
            change = FiscalStatusChange(status="failed", error={"code": "paper_out"})
            await bench.crm.set_fiscal_status(row.id, change, version=row.version)
        case "mode":
            mode = "fiscal" if pick % 2 else "non_fiscal"
            now = await bench.crm.shift(shift.id)
            change = FiscalModeChange(mode=mode, reason="ремонт")
            await bench.crm.set_fiscal_mode(shift.id, change, version=now.version)


async def formulas(bench, shift):
    """D.5, written down a second time, from the rows that the protocol shows."""
    rows = await transactions_of(bench, shift.id)
    moves = await walk(lambda paging: bench.crm.cash_movements(shift.id, paging=paging))
    paid = Counter()
    for row in rows:
        for part in row.payments:
            paid[row.type, part.method] += part.amount
    statuses = Counter(row.fiscal_status for row in rows)

    def of(kind, *methods):
        return sum(paid[kind, method] for method in methods)

    def moved(direction, collections):
        return sum(
            move.amount
            for move in moves
            if move.direction == direction and (move.kind == "collection") is collections
        )

    money = ("cash", "card", "app", "balance")
    channels = {}
    for method in ("cash", "card", "app"):
        revenue = of("top_up", method) + of("charge", method)
        returns = of("withdrawal", method) + of("refund", method)
        channels[method] = {
            "revenue": revenue,
            "returns": returns,
            "turnover": revenue - returns,
        }
    top_ups = sum(row.amount for row in rows if row.type == "top_up")
    direct_sales = of("charge", "cash", "card")
    register = channels["cash"]["turnover"] + channels["card"]["turnover"]
    cash_in, cash_out, collected = moved("in", False), moved("out", False), moved("out", True)
    owed = ("issued", "failed", "pending", "deferred")
    return {
        "top_ups": top_ups,
        "direct_sales": direct_sales,
        "cash_basis_revenue": top_ups + direct_sales,
        "withdrawals": sum(row.amount for row in rows if row.type == "withdrawal"),
        "charges": of("charge", *money),
        "refunds": of("refund", *money),
        "accrual_revenue": of("charge", *money) - of("refund", *money),
        "channels": channels,
        "register_total": register,
        "grand_total": register + channels["app"]["turnover"],
        "cash_in": cash_in,
        "cash_out": cash_out,
        "collected": collected,
        "expected_cash": shift.opening_cash
        + channels["cash"]["turnover"]
        + cash_in
        - cash_out
        - collected,
        "bonus_credited": sum(row.amount for row in rows if row.type == "bonus_credit"),
        "bonus_spent": of("charge", "bonus"),
        "non_fiscal_total": sum(
            part.amount
            for row in rows
            if row.fiscal_status == "deferred"
            for part in row.payments
            if part.method in ("cash", "card")
        ),
        "receipts": {status: statuses[status] for status in owed}
        | {"required": sum(statuses[status] for status in owed)},
    }


async def balances_agree(bench, shift):
    """Each client's accounts are where his last transaction left them, and never below zero."""
    for client_id in CLIENTS:
        client = await bench.crm.client(client_id)
        rows = [row for row in await transactions_of(bench, shift.id) if row.client_id == client_id]
        if rows:
            after = rows[-1].client_after
            assert (after.balance, after.bonus_balance) == (client.balance, client.bonus_balance)
        assert min(client.balance, client.bonus_balance) >= 0


async def day(kind, path, token, plan):
    async with BENCHES[kind].open(path, token) as bench:
        shift = await opened(bench)
        for operation in plan:
            before = await bench.crm.shift(shift.id)
            try:
                await perform(bench, shift, *operation)
            except (LimitExceeded, OfferChanged, ReceiptRefused, ValidationFailed):
                assert await bench.crm.shift(shift.id) == before
        live = await bench.crm.shift(shift.id)
        assert live.totals.model_dump() == await formulas(bench, shift)
        assert live.expected_cash >= 0
        await balances_agree(bench, shift)
        closed = await close(bench, shift)
        assert closed.totals == live.totals
        assert (closed.expected_cash, closed.discrepancy) == (live.expected_cash, 0)


@pytest.mark.parametrize("kind", BENCHES)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
@given(plan=operations)
def test_totals_satisfy_every_formula_after_a_random_mix_of_operations(demo_file, kind, plan):
    template, token = demo_file
    with tempfile.TemporaryDirectory() as folder:
        path = Path(shutil.copy(template, folder))
        asyncio.run(day(kind, path, token, plan))
