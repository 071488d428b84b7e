"""The totals of a shift, always computed from its rows (contract D.5)."""

from __future__ import annotations

from collections import defaultdict

from kassa_tui.izi.embedded.store import Store
from kassa_tui.izi.models.shift import Channel, Channels, ReceiptCounts, Totals

_PAID = """
    SELECT t.type, p.method, sum(p.amount) AS amount
    FROM money_transaction t JOIN payment p ON p.transaction_id = t.id
    WHERE t.shift_id = ? GROUP BY t.type, p.method
"""

_STATES = """
    SELECT f.status, count(*) AS number, sum(
        (SELECT coalesce(sum(amount), 0) FROM payment
         WHERE transaction_id = t.id AND method IN ('cash', 'card'))) AS desk_money
    FROM money_transaction t JOIN fiscal_state f ON f.transaction_id = t.id
    WHERE t.shift_id = ? GROUP BY f.status
"""

_MOVED = """
    SELECT direction, kind = 'collection' AS collected, sum(amount) AS amount
    FROM cash_movement WHERE shift_id = ? GROUP BY 1, 2
"""

_BONUS_CREDITED = """
    SELECT coalesce(sum(amount), 0) FROM money_transaction
    WHERE shift_id = ? AND type = 'bonus_credit'
"""


async def totals_of(store: Store, shift_id: str, opening_cash: int) -> Totals:
    """Every sum of the shift, in kopecks."""
    paid: dict[tuple[str, str], int] = defaultdict(int)
    for row in await store.rows(_PAID, shift_id):
        paid[row["type"], row["method"]] = row["amount"]
    states = {row["status"]: row for row in await store.rows(_STATES, shift_id)}
    moved: dict[tuple[str, bool], int] = defaultdict(int)
    for row in await store.rows(_MOVED, shift_id):
        moved[row["direction"], bool(row["collected"])] = row["amount"]

    def channel(method: str) -> Channel:
        revenue = paid["top_up", method] + paid["charge", method]
        returns = paid["withdrawal", method] + paid["refund", method]
        return Channel(revenue=revenue, returns=returns, turnover=revenue - returns)

    def of_type(kind: str, *methods: str) -> int:
        return sum(paid[kind, method] for method in methods)

    def count(status: str) -> int:
        return states[status]["number"] if status in states else 0

    cash, card, app = channel("cash"), channel("card"), channel("app")
    top_ups = of_type("top_up", "cash", "card", "app")
    direct_sales = of_type("charge", "cash", "card")
    charges = of_type("charge", "cash", "card", "app", "balance")
    refunds = of_type("refund", "cash", "card", "app", "balance")
    register_total = cash.turnover + card.turnover
    cash_in, cash_out, collected = moved["in", False], moved["out", False], moved["out", True]
    waiting = {status: count(status) for status in ("issued", "failed", "pending", "deferred")}
    return Totals(
        top_ups=top_ups,
        direct_sales=direct_sales,
        cash_basis_revenue=top_ups + direct_sales,
        withdrawals=of_type("withdrawal", "cash", "card"),
        charges=charges,
        refunds=refunds,
        accrual_revenue=charges - refunds,
        channels=Channels(cash=cash, card=card, app=app),
        register_total=register_total,
        grand_total=register_total + app.turnover,
        cash_in=cash_in,
        cash_out=cash_out,
        collected=collected,
        expected_cash=opening_cash + cash.turnover + cash_in - cash_out - collected,
        bonus_credited=await store.value(_BONUS_CREDITED, shift_id),
        bonus_spent=paid["charge", "bonus"],
        non_fiscal_total=states["deferred"]["desk_money"] if "deferred" in states else 0,
        receipts=ReceiptCounts(required=sum(waiting.values()), **waiting),
    )
