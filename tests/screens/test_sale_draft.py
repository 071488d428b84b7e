"""What is typed on the sale screen as a plain value: the request it makes, or what is wrong."""

from dataclasses import replace
from decimal import Decimal

import pytest

from kassa_tui.journal.records import PayBy
from kassa_tui.station.basket import Paid
from kassa_tui.station.objections import objection
from kassa_tui.station.requests import (
    AdjustBalance,
    CreditBonus,
    RefundSale,
    Sell,
    TakePayment,
    Withdraw,
    WriteOffBonus,
)
from kassa_tui.widgets.sale import basket
from kassa_tui.widgets.sale.draft import Change, Draft, Operation
from kassa_tui.widgets.sale.fault import Fault, Field
from kassa_tui.widgets.sale.paying import Method
from kassa_tui.widgets.sale.returning import sold_lines
from tests.screens.club import BAR, CHIPS, CLIENTS, HOOKAH, TARIFFS, sold_line
from tests.screens.till import SALE

IVAN, VASYA, _BLOCKED = CLIENTS
TOP_UP = Draft(total="500")
GOODS = Draft(operation=Operation.GOODS, picked=basket.added(basket.added((), CHIPS), BAR))
REFUND = Draft(
    operation=Operation.REFUND,
    original=SALE,
    returned=(Decimal(0), Decimal(0)),
    comment="передумал",
)
WITHDRAWAL = Draft(
    operation=Operation.WITHDRAWAL, client=IVAN, total="1 250", comment="закрыл счёт"
)
BONUS = Draft(operation=Operation.BONUS, client=IVAN, total="50", comment="турнир")


def fault_of(draft: Draft) -> Field:
    request = draft.request()
    assert isinstance(request, Fault), request
    assert request.text
    return request.field


def sale_of(draft: Draft) -> Sell:
    request = draft.request()
    assert isinstance(request, Sell), request
    return request


# Top-up


def test_a_top_up_of_a_chosen_client_names_him() -> None:
    draft = replace(TOP_UP, client_text="6617", client=IVAN, tendered="1000")
    assert draft.request() == TakePayment(
        total=500_00, pay_by=PayBy.CASH, tendered=1_000_00, client="Иван П.", client_id="cl_41"
    )
    assert draft.change_due == 500_00


def test_a_top_up_of_somebody_keeps_what_was_typed() -> None:
    assert replace(TOP_UP, client_text=" Вася ").request() == TakePayment(
        total=500_00, pay_by=PayBy.CASH, client="Вася"
    )


def test_no_money_is_taken_for_one_of_several_clients() -> None:
    assert fault_of(replace(TOP_UP, client_text="vip", client_open=True)) is Field.CLIENT


@pytest.mark.parametrize("method", [Method.CARD, Method.SBP])
def test_cashless_payments_are_paid_by_card_and_tender_nothing(method: Method) -> None:
    request = replace(TOP_UP, method=method, tendered="1000").request()
    assert request == TakePayment(total=500_00, pay_by=PayBy.CARD)


@pytest.mark.parametrize("method", [Method.BALANCE, Method.SPLIT])
def test_a_way_of_paying_that_the_operation_has_not_counts_as_cash(method: Method) -> None:
    request = replace(TOP_UP, method=method).request()
    assert request == TakePayment(total=500_00, pay_by=PayBy.CASH)


@pytest.mark.parametrize("typed", ["", "0", "5x", "-5", "1,234", "10000000,01"])
def test_what_is_no_sum_is_found_at_the_sum(typed: str) -> None:
    assert fault_of(replace(TOP_UP, total=typed)) is Field.TOTAL


@pytest.mark.parametrize("typed", ["499,99", "zero"])
def test_what_is_too_little_is_found_where_it_was_given(typed: str) -> None:
    assert fault_of(replace(TOP_UP, tendered=typed)) is Field.TENDERED


# Where the receipt goes


@pytest.mark.parametrize(
    ("typed", "contact"),
    [
        ("+79001234567", "+79001234567"),
        ("8 (900) 123-45-67", "+79001234567"),
        ("79001234567", "+79001234567"),
        ("a.b@example.ru", "a.b@example.ru"),
        ("", None),
    ],
)
def test_a_contact_is_a_telephone_or_an_address(typed: str, contact: str | None) -> None:
    request = replace(TOP_UP, contact=typed).request()
    assert isinstance(request, TakePayment)
    assert request.contact == contact


@pytest.mark.parametrize("typed", ["1234", "a@b", "@", "+7900123456789"])
def test_anything_else_is_no_contact(typed: str) -> None:
    assert fault_of(replace(TOP_UP, contact=typed)) is Field.CONTACT


def test_paper_is_left_out_only_where_the_receipt_can_be_sent() -> None:
    assert fault_of(replace(TOP_UP, paper=False)) is Field.CONTACT
    assert fault_of(replace(TOP_UP, paper=False, client=VASYA)) is Field.CONTACT
    for draft in (replace(TOP_UP, client=IVAN), replace(TOP_UP, contact="a@b.ru")):
        assert not isinstance(replace(draft, paper=False).request(), Fault)


# Goods and tariffs


def test_a_basket_is_paid_in_cash() -> None:
    request = sale_of(replace(GOODS, tendered="500"))
    assert request.paid == Paid(cash=200_00, tendered=500_00)
    assert [line.name for line in request.lines] == [CHIPS.name, BAR.name]
    assert objection(request) is None


def test_the_same_thing_twice_is_one_line_of_two() -> None:
    picked = basket.added(basket.added((), CHIPS), CHIPS)
    assert [(one.item, one.quantity) for one in picked] == [(CHIPS, 2)]
    assert basket.with_quantity(picked, 0, Decimal(0)) == ()


def test_a_tariff_is_sold_in_its_zone_beside_goods() -> None:
    request = sale_of(replace(GOODS, picked=basket.added(GOODS.picked, TARIFFS[1])))
    assert request.lines[-1].zone_id == "vip"
    assert request.paid.total == 380_00
    assert objection(request) is None


def test_an_empty_basket_is_no_sale() -> None:
    assert fault_of(replace(GOODS, picked=())) is Field.ITEM


def test_bonuses_pay_up_to_the_share_of_each_line() -> None:
    # Half of 130,00 and of 70,00; of the 90,00 that the client has.
    draft = replace(GOODS, client=IVAN, bonus="90")
    assert draft.bonus_limit == 90_00
    request = sale_of(draft)
    assert request.paid == Paid(cash=110_00, bonus=90_00)
    assert [line.bonus for line in request.lines] == [65_00, 25_00]
    assert objection(request) is None
    assert fault_of(replace(draft, bonus="90,01")) is Field.BONUS
    assert fault_of(replace(draft, client=None)) is Field.BONUS


def test_a_split_leaves_the_rest_to_cash() -> None:
    draft = replace(
        GOODS, client=IVAN, method=Method.SPLIT, card="50", balance="100", tendered="100"
    )
    request = sale_of(draft)
    assert request.paid == Paid(cash=50_00, card=50_00, balance=100_00, tendered=100_00)
    assert draft.change_due == 50_00
    assert objection(request) is None
    assert fault_of(replace(draft, card="150")) is Field.CARD


def test_the_balance_pays_what_it_has() -> None:
    draft = replace(GOODS, client=VASYA, method=Method.BALANCE)
    assert sale_of(draft).paid == Paid(balance=200_00)
    assert fault_of(replace(draft, client=None)) is Field.CLIENT
    assert fault_of(replace(draft, client=replace(VASYA, balance=199_99))) is Field.METHOD
    split = replace(draft, method=Method.SPLIT, balance="200", client=replace(VASYA, balance=0))
    assert fault_of(split) is Field.BALANCE


def test_the_buyers_age_is_asked_and_confirmed() -> None:
    draft = replace(GOODS, picked=basket.added(GOODS.picked, HOOKAH))
    assert Field.AGE not in GOODS.fields
    assert Field.AGE in draft.fields
    assert fault_of(draft) is Field.AGE
    request = sale_of(replace(draft, age_confirmed=True))
    assert request.age_confirmed
    assert objection(request) is None


def test_the_walk_has_the_fields_that_are_needed() -> None:
    assert TOP_UP.fields == (
        Field.OPERATION,
        Field.CLIENT,
        Field.TOTAL,
        Field.METHOD,
        Field.TENDERED,
        Field.CONTACT,
        Field.PAPER,
    )
    assert Field.TENDERED not in replace(TOP_UP, method=Method.CARD).fields
    assert Field.BONUS in replace(GOODS, client=IVAN).fields
    assert Field.LINES not in replace(GOODS, picked=()).fields
    assert {Field.CARD, Field.BALANCE} < set(replace(GOODS, method=Method.SPLIT).fields)


# Refund


def test_a_whole_refund_goes_back_the_way_it_was_paid() -> None:
    request = REFUND.request()
    assert request == RefundSale(
        original=SALE.payment.id,
        paid=Paid(card=200_00, cash=130_00),
        comment="передумал",
    )
    assert REFUND.due == 330_00


def test_a_part_goes_back_by_card_as_far_as_the_card_paid() -> None:
    draft = replace(REFUND, by_lines=True, returned=(Decimal(1), Decimal(1)))
    request = draft.request()
    assert isinstance(request, RefundSale)
    assert request.paid == Paid(card=200_00)
    assert [line.quantity for line in request.lines] == [1, 1]
    assert objection(request) is None
    more = replace(draft, returned=(Decimal(2), Decimal(0))).request()
    assert isinstance(more, RefundSale)
    assert more.paid == Paid(card=200_00, cash=60_00)


def test_bonuses_of_a_line_go_back_with_it() -> None:
    sold = replace(
        SALE,
        payment=replace(
            SALE.payment,
            parts=(),
            pay_by=PayBy.CASH,
            total=330_00,
            lines=(sold_line(CHIPS, 2, bonus=60_00), sold_line(BAR)),
        ),
    )
    draft = replace(REFUND, original=sold, by_lines=True, returned=(Decimal(2), Decimal(0)))
    request = draft.request()
    assert isinstance(request, RefundSale)
    assert request.paid == Paid(cash=200_00, bonus=60_00)
    assert objection(request) is None


def test_the_lines_of_a_sale_come_back_as_they_were_sold() -> None:
    chips, bar = sold_lines(SALE)
    assert chips == CHIPS.line(Decimal(2))
    assert bar == BAR.line()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"original": None}, Field.ORIGINAL),
        ({"by_lines": True}, Field.LINES),
        ({"comment": "  "}, Field.COMMENT),
    ],
)
def test_a_refund_needs_its_sale_its_lines_and_a_reason(
    change: dict[str, object], field: Field
) -> None:
    assert fault_of(replace(REFUND, **change)) is field  # type: ignore[arg-type]


# Withdrawal and accounts by hand


def test_a_withdrawal_takes_at_most_the_balance() -> None:
    assert WITHDRAWAL.request() == Withdraw(
        total=1_250_00,
        pay_by=PayBy.CASH,
        client_id="cl_41",
        client="Иван П.",
        comment="закрыл счёт",
    )
    assert fault_of(replace(WITHDRAWAL, total="1250,01")) is Field.TOTAL
    assert fault_of(replace(WITHDRAWAL, comment="")) is Field.COMMENT
    assert fault_of(replace(WITHDRAWAL, client=None)) is Field.CLIENT
    assert Field.TENDERED not in WITHDRAWAL.fields


def test_accounts_are_changed_by_hand() -> None:
    told = {"client_id": "cl_41", "client": "Иван П.", "comment": "турнир"}
    requests = [replace(BONUS, change=change).request() for change in Change]
    assert requests == [
        CreditBonus(total=50_00, **told),
        WriteOffBonus(total=50_00, **told),
        AdjustBalance(change=50_00, **told),
        AdjustBalance(change=-50_00, **told),
    ]
    assert fault_of(replace(BONUS, client=None)) is Field.CLIENT
    assert fault_of(replace(BONUS, comment="")) is Field.COMMENT
    assert fault_of(replace(BONUS, total="")) is Field.TOTAL


# Typed quantities and barcodes


@pytest.mark.parametrize(
    ("typed", "quantity"),
    [("2", Decimal(2)), ("0,5", Decimal("0.5")), ("1.250", Decimal("1.250")), ("007", Decimal(7))],
)
def test_a_quantity_is_typed_with_a_comma_or_a_point(typed: str, quantity: Decimal) -> None:
    assert basket.parse_quantity(typed) == quantity


@pytest.mark.parametrize("typed", ["", ",", "1e5", "-1", "1,2345", "1234567", "٣"])
def test_anything_else_is_no_quantity(typed: str) -> None:
    assert basket.parse_quantity(typed) is None


def test_a_barcode_ends_in_its_check_digit() -> None:
    assert basket.is_barcode("2000000000046")
    assert not basket.is_barcode("2000000000047")
    assert not basket.is_barcode("20000041", (12, 13, 14))
    assert not basket.is_barcode("")
