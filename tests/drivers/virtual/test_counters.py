"""What is counted equals what is on the tape."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm, VatRate
from drivers.ffd.tlv import Tlv, find
from drivers.virtual.counters import Counters, Totals
from tests.drivers.virtual.shop import CASHIER, Shop

SIGNS = list(CalculationSign)
RATES = [VatRate.VAT_22, VatRate.VAT_10, VatRate.VAT_0, VatRate.NO_VAT, VatRate.VAT_5_105]


def trade(shop: Shop, seed: int, receipts: int = 12) -> None:
    """A mixed shift: every sign, rate and payment, corrections, drawer, cancelled receipts."""
    random = Random(seed)
    shop.register.cash_in(10_000_000, CASHIER)
    for _ in range(receipts):
        sign = random.choice(SIGNS)
        if random.random() < 0.2:
            shop.correct(sign, random.randrange(1, 90_000))
            continue
        shop.begin(sign)
        for _ in range(random.randrange(1, 4)):
            shop.add(random.randrange(1, 90_000), "1.5", random.choice(RATES), sign)
        total = shop.register.open_document.subtotal
        if random.random() < 0.2:
            shop.register.cancel_document()
            continue
        cashless, prepaid, credit = (random.randrange(0, total // 4 + 1) for _ in range(3))
        shop.pay(cash=total, cashless=cashless, prepaid=prepaid, credit=credit)
    shop.register.cash_out(random.randrange(1, 1000), CASHIER)


def value(tags: Iterable[Tlv], tag: int) -> int:
    found = find(tags, tag)
    return found.value if found is not None else 0


def vat_of(documents: list[FiscalDocument]) -> dict[VatRate, int]:
    sums: dict[VatRate, int] = {}
    for document in documents:
        for rate in VatRate:
            if rate.total_tag is not None and find(document.tags, rate.total_tag) is not None:
                sums[rate] = sums.get(rate, 0) + value(document.tags, rate.total_tag)
        inside = find(document.tags, 1115)
        for one in inside.children if inside else ():
            rate = VatRate.from_code(value(one.children, 1199))
            sums[rate] = sums.get(rate, 0) + value(one.children, 1120)
    return sums


def summed(documents: list[FiscalDocument]) -> Totals:
    return Totals(
        count=len(documents),
        total=sum(value(document.tags, 1020) for document in documents),
        cash=sum(value(document.tags, 1031) for document in documents),
        cashless=sum(value(document.tags, 1081) for document in documents),
        prepaid=sum(value(document.tags, 1215) for document in documents),
        credit=sum(value(document.tags, 1216) for document in documents),
        consideration=sum(value(document.tags, 1217) for document in documents),
        vat=vat_of(documents),
    )


def assert_counters_are_the_tape(counters: Counters, tape: list[FiscalDocument]) -> None:
    for form, counted in (
        (DocumentForm.RECEIPT, counters.receipts),
        (DocumentForm.CORRECTION_RECEIPT, counters.corrections),
    ):
        assert counted == {
            sign: summed([d for d in tape if (d.form, d.calculation_sign) == (form, sign)])
            for sign in SIGNS
        }


@pytest.mark.parametrize("seed", range(3))
def test_the_counters_of_a_mixed_shift_are_the_sums_of_its_documents(seed: int) -> None:
    shop = Shop()
    shop.open_shift()
    trade(shop, seed)
    assert_counters_are_the_tape(shop.register.shift_counters, shop.tape())


def test_a_new_shift_counts_from_zero_and_the_totals_go_on() -> None:
    shop = Shop()
    shop.open_shift()
    trade(shop, 4)
    shop.close_shift()
    shop.open_shift()
    assert shop.register.shift_counters == Counters()
    trade(shop, 5)
    assert_counters_are_the_tape(shop.register.total_counters, shop.tape())


def test_the_drawer_holds_what_moved() -> None:
    shop = Shop()
    shop.open_shift()
    trade(shop, 6)
    counters = shop.register.shift_counters
    moved = sum(counters.receipts[sign].cash * (1 if sign.takes_money_in else -1) for sign in SIGNS)
    assert counters.cash_in.count == counters.cash_out.count == 1
    assert (
        shop.register.cash_in_drawer == moved + counters.cash_in.amount - counters.cash_out.amount
    )


def test_a_correction_moves_no_cash(shop: Shop) -> None:
    shop.correct(CalculationSign.SALE)
    assert shop.register.cash_in_drawer == 0


def test_the_closing_report_carries_the_counters() -> None:
    shop = Shop()
    shop.open_shift()
    trade(shop, 7)
    counters = shop.register.shift_counters
    report = shop.close_shift()
    shift = find(report.tags, 1194)
    sales = find(shift.children, 1129).children
    sold = counters.receipts[CalculationSign.SALE]
    assert value(sales, 1135) == sold.count
    assert value(sales, 1136) == sold.cash
    assert value(sales, 1201) == sold.total
    assert value(sales, 1140) == sold.vat.get(VatRate.VAT_10, 0)
    assert value(sales, 1183) == sold.vat.get(VatRate.NO_VAT, 0)
    returned = find(find(shift.children, 1133).children, 1232).children
    assert value(returned, 1201) == counters.corrections[CalculationSign.SALE_RETURN].total
    assert find(report.tags, 1157).raw == shift.raw, "one shift is the whole life so far"


def test_a_cancelled_receipt_is_counted_and_not_recorded(shop: Shop) -> None:
    last = shop.register.fn.last_fiscal_document_number
    shop.begin()
    shop.add(price=700)
    shop.register.cancel_document()
    cancelled = shop.register.shift_counters.cancelled[CalculationSign.SALE]
    assert (cancelled.count, cancelled.amount) == (1, 700)
    assert shop.register.numbers.cancelled == 1
    assert shop.register.fn.last_fiscal_document_number == last
    assert shop.register.open_document is None


def test_running_numbers_outlive_the_shift(shop: Shop) -> None:
    shop.sell()
    shop.register.x_report()
    shop.register.cash_in(1, CASHIER)
    shop.close_shift()
    shop.open_shift()
    numbers = shop.register.numbers
    assert numbers.receipts[CalculationSign.SALE] == 1
    assert (numbers.x_reports, numbers.z_reports, numbers.cash_in) == (1, 1, 1)
    assert numbers.document == 6


def test_the_drawer_may_be_emptied_with_the_shift(shop: Shop) -> None:
    shop.sell(price=700)
    shop.register.close_shift(1, CASHIER, zero_cash=True)
    assert shop.register.cash_in_drawer == 0


def test_the_drawer_is_kept_over_the_shift_otherwise(shop: Shop) -> None:
    shop.sell(price=700)
    shop.close_shift()
    assert shop.register.cash_in_drawer == 700
