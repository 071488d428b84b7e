"""Contract D.10, V10, and the rules of D.5 for a transaction in itself."""

import pytest

from kassa_tui.izi.errors import (
    BalanceChanged,
    BonusLimitExceeded,
    ClientBlocked,
    CrmError,
    InsufficientBalance,
    InsufficientCash,
    MarkingCodeRejected,
    OutOfStock,
    PriceChanged,
    RefundExceedsOriginal,
    TariffNotAvailable,
    ValidationFailed,
)
from kassa_tui.izi.models.shift import FiscalModeChange
from kassa_tui.izi.port import LookUpBy
from tests.izi.bench import (
    BLOCKED,
    IVAN,
    charge,
    chips,
    draft,
    fresh,
    line,
    movement,
    opened,
    post,
    refund,
    top_up,
    transactions_of,
    two_hours,
    water,
    withdrawal,
)


@pytest.fixture
async def shift(bench):
    return await opened(bench)


async def refused(bench, shift, sent, expected: type[CrmError]):
    """The refusal of `sent`, which has left nothing behind."""
    before = await seen(bench, shift)
    with pytest.raises(expected) as caught:
        await post(bench, shift.id, sent)
    assert await seen(bench, shift) == before
    return caught.value


async def seen(bench, shift):
    """All that a refused write could have touched."""
    return (
        await bench.crm.shift(shift.id),
        await transactions_of(bench, shift.id),
        await bench.crm.client(IVAN),
        (await bench.crm.products(bench.club_id)).items,
    )


async def balances(bench):
    client = await bench.crm.client(IVAN)
    return client.balance, client.bonus_balance


async def test_a_top_up_puts_money_on_the_game_account(bench, shift):
    row = await post(bench, shift.id, top_up(bench, 50_000, cash_tendered=100_000, change=50_000))
    assert (row.client_after.balance, row.client_after.bonus_balance) == (175_000, 9_000)
    assert await balances(bench) == (175_000, 9_000)
    assert (row.fiscal_status, row.origin, row.created_by.display_name) == (
        "pending",
        "station",
        "Иванова А.",
    )


async def test_a_charge_takes_from_both_accounts(bench, shift):
    sold = charge(bench, [two_hours(bonus=6_600)], balance=15_400, bonus=6_600)
    row = await post(bench, shift.id, sold)
    assert await balances(bench) == (109_600, 2_400)
    assert row.fiscal_status == "pending"


async def test_a_guest_pays_at_the_desk_without_an_account(bench, shift):
    row = await post(bench, shift.id, charge(bench, [chips("2")], client_id=None))
    assert row.client_after is None
    assert await balances(bench) == (125_000, 9_000)


async def test_bonuses_and_adjustments_owe_no_receipt(bench, shift):
    sent = [
        draft(bench, type="bonus_credit", client_id=IVAN, amount=1_000, comment="турнир"),
        draft(bench, type="bonus_write_off", client_id=IVAN, amount=2_000, comment="ошибка"),
        draft(
            bench,
            type="adjustment",
            client_id=IVAN,
            amount=300,
            direction="debit",
            comment="пересчёт",
        ),
        draft(
            bench,
            type="adjustment",
            client_id=IVAN,
            amount=50,
            direction="credit",
            account="bonus",
            comment="пересчёт",
        ),
    ]
    statuses = {(await post(bench, shift.id, each)).fiscal_status for each in sent}
    assert statuses == {"not_required"}
    assert await balances(bench) == (124_700, 8_050)
    totals = (await bench.crm.shift(shift.id)).totals
    assert (totals.bonus_credited, totals.grand_total, totals.receipts.required) == (1_000, 0, 0)


async def test_the_bonus_limit_is_of_what_a_discount_leaves(bench, shift):
    half = line("product", "pr_5", 7_000, bonus=3_500, discount=3_500)
    error = await refused(bench, shift, charge(bench, [half], bonus=3_500), BonusLimitExceeded)
    assert error.max_bonus == 1_750


@pytest.mark.parametrize(
    ("amount", "method"), [(125_001, "cash"), (125_001, "card"), (10**12, "card")]
)
async def test_no_more_is_withdrawn_than_the_balance(bench, shift, amount, method):
    error = await refused(bench, shift, withdrawal(bench, amount, method), InsufficientBalance)
    assert error.available == 125_000
    assert (await post(bench, shift.id, withdrawal(bench, 125_000))).client_after.balance == 0


async def test_no_more_is_charged_than_the_balance(bench, shift):
    await post(bench, shift.id, withdrawal(bench, 105_000))
    sold = charge(bench, [two_hours()], balance=22_000)
    assert (await refused(bench, shift, sold, InsufficientBalance)).available == 20_000


async def test_no_more_bonuses_are_spent_or_written_off_than_there_are(bench, shift):
    lines = [line("product", "pr_12", 99_000, bonus=19_800)]
    sold = charge(bench, lines, cash=79_200, bonus=19_800)
    assert (await refused(bench, shift, sold, InsufficientBalance)).available == 9_000
    gone = draft(bench, type="bonus_write_off", client_id=IVAN, amount=9_001, comment="сгорели")
    assert (await refused(bench, shift, gone, InsufficientBalance)).available == 9_000


async def test_an_adjustment_does_not_go_below_zero(bench, shift):
    sent = draft(
        bench,
        type="adjustment",
        client_id=IVAN,
        amount=125_001,
        direction="debit",
        comment="пересчёт",
    )
    assert (await refused(bench, shift, sent, InsufficientBalance)).available == 125_000


async def test_a_negative_balance_has_nothing_available(bench, shift):
    sent = withdrawal(bench, 1, client_id="cl_47")
    assert (await refused(bench, shift, sent, InsufficientBalance)).available == 0


async def test_bonuses_pay_no_more_than_the_tariff_allows(bench, shift):
    over = charge(bench, [two_hours(bonus=6_601)], cash=15_399, bonus=6_601)
    assert (await refused(bench, shift, over, BonusLimitExceeded)).max_bonus == 6_600


async def test_an_expected_balance_guards_against_a_change_meanwhile(bench, shift):
    await post(bench, shift.id, top_up(bench, expected_balance=125_000))
    await refused(bench, shift, top_up(bench, expected_balance=125_000), BalanceChanged)


async def test_a_blocked_client_can_only_be_paid_out(bench, shift):
    await refused(bench, shift, top_up(bench, client_id=BLOCKED), ClientBlocked)
    row = await post(bench, shift.id, withdrawal(bench, 20_000, client_id=BLOCKED))
    assert row.client_after.balance == 0


async def test_another_price_is_refused_with_the_price_now(bench, shift):
    cheap = two_hours() | {"price": 20_000, "sum": 20_000}
    assert (await refused(bench, shift, charge(bench, [cheap]), PriceChanged)).price == 22_000


@pytest.mark.parametrize(
    "sold",
    [
        line("tariff", "tr_old", 8_000, zone_id="std"),
        line("tariff", "tr_app", 9_000, zone_id="std"),
        line("tariff", "tr_night", 55_000, zone_id="std"),
        line("tariff", "tr_2h", 22_000, zone_id="ps"),
    ],
    ids=["inactive", "other channel", "other hours", "other zone"],
)
async def test_a_tariff_that_is_not_sold_here_and_now_is_refused(bench, shift, sold):
    await refused(bench, shift, charge(bench, [sold]), TariffNotAvailable)


async def test_a_night_tariff_is_sold_past_midnight(bench, shift):
    bench.clock.advance(hours=14)
    night = next(t for t in (await bench.crm.tariffs(bench.club_id)).items if t.id == "tr_night")
    assert night.available_now
    assert (night.available_until.day, night.available_until.hour) == (30, 8)
    sold = line("tariff", "tr_night", 55_000, zone_id="std")
    assert (await post(bench, shift.id, charge(bench, [sold]))).amount == 55_000


async def test_stock_is_sold_once(bench, shift):
    await post(bench, shift.id, charge(bench, [chips("24")]))
    left = (await bench.crm.products(bench.club_id, q="ЧИПСЫ")).items[0]
    assert left.stock == 1
    await refused(bench, shift, charge(bench, [chips(), chips()]), OutOfStock)
    await refused(bench, shift, charge(bench, [line("product", "pr_7", 4_500)]), OutOfStock)
    await refused(bench, shift, charge(bench, [line("product", "pr_13", 149_000)]), OutOfStock)


async def test_a_product_that_is_not_counted_never_runs_out(bench, shift):
    await post(bench, shift.id, charge(bench, [line("product", "pr_8", 12_000, "40")]))


@pytest.mark.parametrize("check_result", [0, 1, 5, 7, 13, 16])
async def test_a_marked_item_needs_a_code_that_was_checked_and_found_right(
    bench, shift, check_result
):
    await refused(bench, shift, charge(bench, [water(None)]), MarkingCodeRejected)
    await refused(bench, shift, charge(bench, [water("01", check_result)]), MarkingCodeRejected)


@pytest.mark.parametrize("check_result", [3, 15, 19, 31])
async def test_a_marked_item_is_sold_once_until_it_comes_back(bench, shift, check_result):
    sold = await post(bench, shift.id, charge(bench, [water("0104", check_result)]))
    await refused(bench, shift, charge(bench, [water("0104")]), MarkingCodeRejected)
    await refused(bench, shift, charge(bench, [water("0105"), water("0105")]), MarkingCodeRejected)
    await post(bench, shift.id, refund(bench, sold, cash=6_000))
    await post(bench, shift.id, charge(bench, [water("0104")]))


async def test_a_refund_gives_each_part_back_the_way_it_came(bench, shift):
    sold = await post(
        bench,
        shift.id,
        charge(bench, [two_hours(bonus=6_600)], card=400, balance=15_000, bonus=6_600),
    )
    back = refund(bench, sold, card=400, balance=15_000, bonus=6_600)
    assert (await post(bench, shift.id, back)).fiscal_status == "pending"
    assert await balances(bench) == (125_000, 9_000)


@pytest.mark.parametrize(
    ("parts", "available"),
    [({"cash": 10_001}, 10_000), ({"balance": 12_001}, 12_000), ({"card": 1}, 0)],
)
async def test_a_refund_takes_no_more_than_the_charge_took_by_that_method(
    bench, shift, parts, available
):
    sold = await post(bench, shift.id, charge(bench, [two_hours()], cash=10_000, balance=12_000))
    error = await refused(bench, shift, refund(bench, sold, **parts), RefundExceedsOriginal)
    assert error.available == available


async def test_earlier_refunds_count(bench, shift):
    sold = await post(bench, shift.id, charge(bench, [two_hours()], cash=10_000, balance=12_000))
    await post(bench, shift.id, refund(bench, sold, cash=9_000))
    error = await refused(bench, shift, refund(bench, sold, cash=1_001), RefundExceedsOriginal)
    assert error.available == 1_000


async def test_no_item_is_returned_twice(bench, shift):
    sold = await post(bench, shift.id, charge(bench, [chips("2")]))
    await post(bench, shift.id, refund(bench, sold, cash=13_000, lines=[chips()]))
    again = refund(bench, sold, cash=13_000, lines=[chips()])
    await post(bench, shift.id, again)
    third = await post(bench, shift.id, charge(bench, [chips(), two_hours()]))
    twice = refund(bench, third, cash=26_000, lines=[chips("2")])
    error = await refused(bench, shift, twice, ValidationFailed)
    assert [fault.pointer for fault in error.faults] == ["#/lines/0/quantity"]


async def test_a_cash_refund_must_be_in_the_drawer(bench, shift):
    sold = await post(bench, shift.id, charge(bench, [two_hours()]))
    await post(bench, shift.id, withdrawal(bench, 125_000))
    collection = movement(bench, "out", 380_000, kind="collection", article_id=None)
    await bench.crm.post_cash_movement(shift.id, collection, key=fresh())
    error = await refused(bench, shift, refund(bench, sold, cash=22_000), InsufficientCash)
    assert error.available == 17_000


async def test_a_refund_of_a_charge_without_receipt_owes_none(bench, shift):
    await bench.crm.set_fiscal_mode(
        shift.id, FiscalModeChange(mode="non_fiscal", reason="ремонт"), version=shift.version
    )
    sold = await post(bench, shift.id, charge(bench, [two_hours()]))
    assert sold.fiscal_status == "deferred"
    back = await post(bench, shift.id, refund(bench, sold, cash=22_000))
    assert back.fiscal_status == "deferred"


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"client_id": None}, "#/client_id"),
        ({"client_id": "cl_none"}, "#/client_id"),
        ({"payments": [{"method": "cash", "amount": 40_000}]}, "#/payments"),
        ({"payments": []}, "#/payments"),
        ({"payments": [{"method": "balance", "amount": 50_000}]}, "#/payments/0/method"),
        ({"payments": [{"method": "app", "amount": 50_000}]}, "#/payments/0/method"),
        ({"payments": [{"method": "crypto", "amount": 50_000}]}, "#/payments/0/method"),
        (
            {"payments": [{"method": "cash", "amount": 50_000, "card": {"rrn": "1"}}]},
            "#/payments/0/card",
        ),
        ({"cash_tendered": 40_000, "change": 0}, "#/cash_tendered"),
        ({"change": 0}, "#/cash_tendered"),
        ({"cash_tendered": 60_000, "change": 9_000}, "#/change"),
        ({"cash_tendered": 60_000}, "#/change"),
        ({"direction": "credit"}, "#/direction"),
        ({"account": "bonus"}, "#/account"),
        ({"type": "gift"}, "#/type"),
        ({"lines": [two_hours()]}, "#/lines"),
        ({"original_transaction_id": "tx_1"}, "#/original_transaction_id"),
        ({"type": "withdrawal"}, "#/comment"),
        ({"type": "withdrawal", "comment": " "}, "#/comment"),
        (
            {"type": "withdrawal", "comment": "да", "original_transaction_id": "tx_1"},
            "#/original_transaction_id",
        ),
        ({"type": "charge"}, "#/lines"),
        ({"type": "refund", "comment": "да"}, "#/original_transaction_id"),
        ({"type": "bonus_credit", "comment": "да"}, "#/payments/0/method"),
        ({"type": "adjustment", "comment": "да", "payments": []}, "#/direction"),
    ],
)
async def test_a_transaction_that_breaks_a_rule_is_refused_at_its_field(
    bench, shift, members, pointer
):
    error = await refused(bench, shift, top_up(bench, **members), ValidationFailed)
    assert [fault.pointer for fault in error.faults] == [pointer]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"sum": 21_999}, "#/lines/0/sum"),
        ({"discount": 1}, "#/lines/0/sum"),
        ({"nds": 13}, "#/lines/0/nds"),
        ({"payment_type": 8}, "#/lines/0/payment_type"),
        ({"product_type": 0}, "#/lines/0/product_type"),
        ({"unit": 1}, "#/lines/0/unit"),
        ({"kind": "gift"}, "#/lines/0/kind"),
        ({"tax_class": "goods"}, "#/lines/0/tax_class"),
        ({"ref_id": "tr_none"}, "#/lines/0/ref_id"),
        ({"kind": "product"}, "#/lines/0/ref_id"),
    ],
)
async def test_a_line_that_breaks_a_rule_is_refused_at_its_field(bench, shift, members, pointer):
    sent = charge(
        bench,
        [two_hours() | members],
        amount=22_000,
        payments=[{"method": "cash", "amount": 22_000}],
    )
    error = await refused(bench, shift, sent, ValidationFailed)
    assert pointer in [fault.pointer for fault in error.faults]


async def test_the_sums_of_lines_payments_and_amount_agree(bench, shift):
    sent = charge(bench, [two_hours()], amount=22_001, cash=22_001)
    error = await refused(bench, shift, sent, ValidationFailed)
    assert [fault.pointer for fault in error.faults] == ["#/lines"]
    sent = charge(bench, [two_hours(bonus=1_000)], cash=20_000, bonus=2_000)
    error = await refused(bench, shift, sent, ValidationFailed)
    assert [fault.code for fault in error.faults] == ["bonus"]


async def test_a_quantity_is_rounded_half_up(bench, shift):
    third = line("service", None, 333, "0.5")
    assert third["sum"] == 167
    assert (await post(bench, shift.id, charge(bench, [third]))).amount == 167


async def test_a_basket_is_found_by_its_order(bench, shift):
    for lines in ([two_hours()], [chips()]):
        await post(bench, shift.id, charge(bench, lines, order_id="basket-1"))
    await post(bench, shift.id, charge(bench, [chips()], order_id="basket-2"))
    found = await bench.crm.find_transactions(bench.club_id, LookUpBy.ORDER_ID, "basket-1")
    assert [row.amount for row in found.items] == [22_000, 13_000]


async def test_transactions_are_filtered(bench, shift):
    topped = await post(bench, shift.id, top_up(bench))
    sold = await post(bench, shift.id, charge(bench, [two_hours()], cash=2_000, balance=20_000))
    guest = await post(bench, shift.id, charge(bench, [chips()], client_id=None, card=13_000))

    async def ids(**filters):
        return [row.id for row in (await bench.crm.shift_transactions(shift.id, **filters)).items]

    assert await ids(type="charge") == [sold.id, guest.id]
    assert await ids(payment_method="cash") == [topped.id, sold.id]
    assert await ids(payment_method="balance") == [sold.id]
    assert await ids(client_id=IVAN, type="top_up") == [topped.id]
    assert await ids(fiscal_status="issued") == []
