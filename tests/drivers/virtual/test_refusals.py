"""What real firmware refuses, the virtual one refuses, and stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Cashier, Payments, VatSum
from drivers.ffd.tlv import Tlv
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import Cut, ItemLine
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from tests.drivers.virtual.shop import CASHIER, GENERAL, OPERATOR, SALE, Shop, registered


def refusal_of(command: Callable[[], object]) -> Refusal:
    with pytest.raises(DeviceRefused) as caught:
        command()
    return caught.value.refusal


@dataclass(frozen=True)
class Picture:
    """Everything of a register that a refused command may not change."""

    facts: tuple[object, ...]

    @classmethod
    def of(cls, register: VirtualRegister) -> Picture:
        return cls(
            (
                register.shift,
                register.fn,
                register.ofd,
                register.open_document,
                register.printer,
                register.cash_in_drawer,
                register.shift_counters,
                register.total_counters,
                register.numbers,
            )
        )


ADDING_AN_ITEM: dict[str, tuple[dict[str, object], Refusal]] = {
    "a cost two kopecks off": ({"price": 3333, "quantity": "0.5", "cost": 1669}, Refusal.WRONG_SUM),
    "a negative cost": ({"price": 0, "cost": -1}, Refusal.WRONG_SUM),
    "VAT above the cost": ({"price": 100, "vat": 101}, Refusal.WRONG_SUM),
    "a negative price": ({"price": -1}, Refusal.PRICE_RANGE),
    "a price of six bytes": ({"price": 2**40}, Refusal.PRICE_RANGE),
    "no quantity": ({"quantity": "0"}, Refusal.QUANTITY_RANGE),
    "a quantity below a millionth": ({"quantity": "0.0000001"}, Refusal.QUANTITY_RANGE),
    "a quantity that is no number": ({"quantity": "NaN"}, Refusal.QUANTITY_RANGE),
    "too much of everything": ({"price": 2**39, "quantity": "3"}, Refusal.TOTAL_OVERFLOW),
    "another sign": ({"sign": CalculationSign.SALE_RETURN}, Refusal.WRONG_RECEIPT_TYPE),
    "goods with a marking code": (
        {"subject": PaymentSubject.GOODS_MARKED},
        Refusal.MARKED_GOODS,
    ),
}


@pytest.mark.parametrize("case", ADDING_AN_ITEM)
def test_an_item_is_refused_with(shop: Shop, case: str) -> None:
    arguments, expected = ADDING_AN_ITEM[case]
    shop.begin()
    before = Picture.of(shop.register)
    assert refusal_of(lambda: shop.add(**arguments)) is expected
    assert Picture.of(shop.register) == before


def test_a_cost_one_kopeck_off_is_taken(shop: Shop) -> None:
    shop.begin()
    shop.add(price=3333, quantity="0.5", cost=1666)
    assert shop.register.open_document.subtotal == 1666


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Ы" * 129, Refusal.TAG_TOO_LONG), ("☃", Refusal.TAG_FORMAT), ("\n", Refusal.TAG_FORMAT)],
)
def test_a_name_that_a_document_cannot_hold_is_refused(
    shop: Shop, name: str, expected: Refusal
) -> None:
    item = ItemLine(name=name, price=1, vat_rate=VatRate.NO_VAT)
    shop.begin()
    assert (
        refusal_of(lambda: shop.register.add_item(item, sign=SALE, operator=OPERATOR)) is expected
    )


def test_a_rate_that_the_firmware_does_not_know_is_refused() -> None:
    old = Registration(vat_rates=frozenset(VatRate) - {VatRate.VAT_22})
    shop = Shop(registration=old)
    shop.open_shift()
    shop.begin()
    assert refusal_of(lambda: shop.add(rate=VatRate.VAT_22)) is Refusal.UNSUPPORTED_RATE


def test_excise_goods_need_their_flag_in_the_registration() -> None:
    shop = Shop(registration=Registration(excise_goods=False))
    shop.open_shift()
    shop.begin()
    subject = PaymentSubject.EXCISE_GOODS
    assert refusal_of(lambda: shop.add(subject=subject)) is Refusal.EXCISE_GOODS


def test_the_subjects_of_ffd_1_2_are_unknown_before_it() -> None:
    shop = Shop(registration=registered(FfdVersion.V1_05))
    shop.open_shift()
    shop.begin()
    subject = PaymentSubject.GOODS_UNMARKED
    assert refusal_of(lambda: shop.add(subject=subject)) is Refusal.BAD_PARAMETER


def test_more_items_than_a_document_holds_are_refused(shop: Shop) -> None:
    shop.begin()

    def fill() -> None:
        for _ in range(1000):
            shop.add(price=1)

    assert refusal_of(fill) is Refusal.TOO_MANY_ITEMS
    total = shop.register.open_document.subtotal
    assert shop.pay(cash=total).document.total == total


CLOSING: dict[str, tuple[dict[str, int], Refusal]] = {
    "less than the total": ({"cash": 9999}, Refusal.PAYMENTS_BELOW_TOTAL),
    "cashless above the total": ({"cashless": 10001}, Refusal.CASHLESS_ABOVE_TOTAL),
    "an offset above the total": ({"prepaid": 5000, "credit": 5001}, Refusal.CASHLESS_ABOVE_TOTAL),
    "no tax system": ({"cash": 10000, "tax_system": 0}, Refusal.TAX_SYSTEM),
    "two tax systems": ({"cash": 10000, "tax_system": 3}, Refusal.TAX_SYSTEM),
    "an unknown tax system": ({"cash": 10000, "tax_system": 64}, Refusal.TAX_SYSTEM),
    "rounding beyond the kopecks": ({"cash": 10000, "rounding": 1}, Refusal.BAD_PARAMETER),
}


@pytest.mark.parametrize("case", CLOSING)
def test_a_receipt_does_not_close_with(shop: Shop, case: str) -> None:
    arguments, expected = CLOSING[case]
    shop.begin()
    shop.add()
    before = Picture.of(shop.register)
    assert refusal_of(lambda: shop.pay(**arguments)) is expected
    assert Picture.of(shop.register) == before


def test_a_tax_system_outside_the_registration_is_refused() -> None:
    shop = Shop(registration=Registration(tax_systems=frozenset({TaxSystem.PATENT})))
    shop.open_shift()
    shop.begin()
    shop.add()
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.TAX_SYSTEM


def test_a_receipt_of_nothing_does_not_close(shop: Shop) -> None:
    shop.begin()
    assert refusal_of(shop.pay) is Refusal.ZERO_TOTAL
    shop.add(price=0)
    assert refusal_of(shop.pay) is Refusal.ZERO_TOTAL


def test_a_nameless_cashier_is_refused(shop: Shop) -> None:
    nameless = Cashier(name=" ")
    shop.begin()
    shop.add()

    def close() -> object:
        return shop.register.close_receipt(
            Payments(cash=10000), tax_system=GENERAL, operator=OPERATOR, cashier=nameless
        )

    assert refusal_of(close) is Refusal.TAG_MISSING


@pytest.mark.parametrize("sign", [CalculationSign.SALE_RETURN, CalculationSign.EXPENSE])
def test_cash_that_is_not_in_the_drawer_is_not_paid_out(shop: Shop, sign: CalculationSign) -> None:
    shop.register.cash_in(9999, CASHIER)
    shop.begin(sign)
    shop.add(sign=sign)
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.NOT_ENOUGH_CASH
    assert shop.pay(cashless=10000).document.total == 10000


def test_cash_out_needs_the_cash(shop: Shop) -> None:
    shop.register.cash_in(500, CASHIER)
    before = Picture.of(shop.register)
    assert refusal_of(lambda: shop.register.cash_out(501, CASHIER)) is Refusal.NOT_ENOUGH_CASH
    assert Picture.of(shop.register) == before


def test_a_drawer_holds_no_more_than_five_bytes_of_kopecks(shop: Shop) -> None:
    shop.register.cash_in(2**40 - 1, CASHIER)
    assert refusal_of(lambda: shop.register.cash_in(1, CASHIER)) is Refusal.CASH_OVERFLOW


ADDING_A_TAG: dict[str, tuple[Tlv, Refusal]] = {
    "unknown": (Tlv(65000, b"1"), Refusal.TAG_NOT_ALLOWED),
    "of the register": (Tlv.of(1040, 1), Refusal.TAG_NOT_ALLOWED),
    "of the register's sums": (Tlv.of(1020, 1), Refusal.TAG_NOT_ALLOWED),
    "of a correction": (Tlv.of(1178, datetime(2026, 11, 1)), Refusal.TAG_NOT_ALLOWED),
    "of an item": (Tlv.of(1191, "x"), Refusal.TAG_NOT_ALLOWED),
    "of an agent": (Tlv.of(1057, 1), Refusal.TAG_NOT_ALLOWED),
    "too long": (Tlv(1192, b"1" * 17), Refusal.TAG_TOO_LONG),
    "empty": (Tlv(1192, b""), Refusal.TAG_FORMAT),
    "with a control character": (Tlv(1192, b"a\x1bb"), Refusal.TAG_FORMAT),
    "of the wrong width": (Tlv(1125, b"\0\0"), Refusal.TAG_TOO_LONG),
    "of an INN that is none": (Tlv.of(1228, "7701234561"), Refusal.TAG_FORMAT),
    "of a cashier's INN that is an organisation's": (
        Tlv.of(1203, "7701234560"),
        Refusal.TAG_FORMAT,
    ),
    "cut in its inside": (Tlv(1084, b"\x3d\x04\x05\x00ab"), Refusal.TAG_FORMAT),
    "with a foreign inside": (Tlv(1084, Tlv.of(1192, "1").encode()), Refusal.TAG_NOT_ALLOWED),
}


@pytest.mark.parametrize("case", ADDING_A_TAG)
def test_a_requisite_of_a_receipt_is_refused_when(shop: Shop, case: str) -> None:
    tag, expected = ADDING_A_TAG[case]
    shop.begin()
    before = Picture.of(shop.register)
    assert refusal_of(lambda: shop.register.add_tag(tag, operator=OPERATOR)) is expected
    assert Picture.of(shop.register) == before


def test_a_requisite_comes_once(shop: Shop) -> None:
    shop.begin()
    shop.tag(1192, "1")
    assert refusal_of(lambda: shop.tag(1192, "2")) is Refusal.TAG_NOT_ALLOWED


def test_buyer_data_of_ffd_1_2_is_unknown_before_it() -> None:
    shop = Shop(registration=registered(FfdVersion.V1_1))
    shop.open_shift()
    shop.begin()
    assert refusal_of(lambda: shop.tag(1254, "Москва")) is Refusal.TAG_NOT_ALLOWED


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (Tlv.of(1030, "x"), Refusal.TAG_NOT_ALLOWED),
        (Tlv.of(1197, "шт"), Refusal.TAG_NOT_ALLOWED),
        (Tlv.of(1008, "+79161234567"), Refusal.TAG_NOT_ALLOWED),
        (Tlv(1191, b"1" * 65), Refusal.TAG_TOO_LONG),
        (Tlv(1163, Tlv.of(1302, "4600000000000").encode()), Refusal.MARKED_GOODS),
    ],
)
def test_a_requisite_of_an_item_is_refused(shop: Shop, tag: Tlv, expected: Refusal) -> None:
    shop.begin()
    shop.add()
    before = Picture.of(shop.register)
    assert refusal_of(lambda: shop.register.add_item_tag(tag, operator=OPERATOR)) is expected
    assert Picture.of(shop.register) == before


def test_an_item_requisite_needs_an_item(shop: Shop) -> None:
    shop.begin()
    assert refusal_of(lambda: shop.item_tag(1191, "x")) is Refusal.NO_DATA


def test_an_item_is_no_longer_than_a_kilobyte(shop: Shop) -> None:
    shop.begin()
    shop.add()
    long = tuple(
        Tlv.of(tag, "x" * size) for tag, size in ((1262, 3), (1263, 10), (1264, 32), (1265, 200))
    )
    for _ in range(3):
        shop.item_tag(1260, long)
    assert refusal_of(lambda: shop.item_tag(1260, long)) is Refusal.TAG_TOO_LONG


INCOMPLETE: dict[str, Callable[[Shop], None]] = {
    "an agent without a supplier": lambda shop: shop.item_tag(1222, 64),
    "an internet settlement without an address": lambda shop: shop.tag(1125, 1),
    "half a user requisite": lambda shop: shop.tag(1084, (Tlv.of(1085, "x"),)),
}


@pytest.mark.parametrize("case", INCOMPLETE)
def test_a_receipt_lacks_what_its_requisites_demand(shop: Shop, case: str) -> None:
    shop.begin()
    shop.add()
    INCOMPLETE[case](shop)
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.TAG_MISSING


def test_a_correction_names_its_day_and_its_order(shop: Shop) -> None:
    shop.register.begin_correction(OPERATOR)
    shop.add()
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.TAG_MISSING
    shop.tag(1178, datetime(2026, 11, 1))
    shop.tag(1173, 1)
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.TAG_MISSING
    shop.tag(1179, "17-08/123")
    assert shop.pay(cash=10000).document.total == 10000


def test_ffd_1_05_corrects_by_sums_alone() -> None:
    shop = Shop(registration=registered(FfdVersion.V1_05))
    shop.open_shift()
    shop.register.begin_correction(OPERATOR)
    assert refusal_of(shop.add) is Refusal.CORRECTION_FORM
    assert refusal_of(lambda: shop.pay(cash=1)) is Refusal.CORRECTION_FORM


def correct_by_sums(
    shop: Shop,
    *,
    sign: CalculationSign = SALE,
    cash: int = 12200,
    vat: tuple[VatSum, ...] = (VatSum(rate=VatRate.VAT_22, amount=2200),),
    operator: int = OPERATOR,
) -> object:
    return shop.register.close_correction(
        CorrectionType.OWN_INITIATIVE,
        sign,
        12200,
        Payments(cash=cash),
        vat=vat,
        tax_system=GENERAL,
        operator=operator,
        cashier=CASHIER,
    )


def test_ffd_1_2_corrects_by_items(shop: Shop) -> None:
    shop.register.begin_correction(OPERATOR)
    assert refusal_of(lambda: correct_by_sums(shop)) is Refusal.CORRECTION_FORM


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"sign": CalculationSign.SALE_RETURN}, Refusal.WRONG_RECEIPT_TYPE),
        ({"cash": 12201}, Refusal.WRONG_SUM),
        ({"cash": 12199}, Refusal.PAYMENTS_BELOW_TOTAL),
        ({"vat": (VatSum(rate=VatRate.NO_VAT, amount=12201),)}, Refusal.WRONG_SUM),
        ({"vat": (VatSum(rate=VatRate.NO_VAT, amount=1),) * 2}, Refusal.WRONG_SUM),
        ({"operator": 2}, Refusal.OTHER_OPERATOR),
    ],
)
def test_a_correction_by_sums_is_refused(arguments: dict[str, object], expected: Refusal) -> None:
    shop = Shop(registration=registered(FfdVersion.V1_05))
    shop.open_shift()
    shop.register.begin_correction(OPERATOR)
    shop.tag(1178, datetime(2026, 11, 1))
    before = Picture.of(shop.register)
    assert refusal_of(lambda: correct_by_sums(shop, **arguments)) is expected
    assert Picture.of(shop.register) == before


STATES: dict[str, tuple[Callable[[Shop], object], Callable[[Shop], object], Refusal]] = {
    "receipt in a closed shift": (Shop.close_shift, Shop.begin, Refusal.SHIFT_CLOSED),
    "correction in a closed shift": (
        Shop.close_shift,
        lambda shop: shop.register.begin_correction(OPERATOR),
        Refusal.SHIFT_CLOSED,
    ),
    "closing of a closed shift": (Shop.close_shift, Shop.close_shift, Refusal.SHIFT_CLOSED),
    "X report of a closed shift": (
        Shop.close_shift,
        lambda shop: shop.register.x_report(),
        Refusal.SHIFT_CLOSED,
    ),
    "second opening": (lambda shop: None, Shop.open_shift, Refusal.SHIFT_OPEN),
    "second receipt": (Shop.begin, Shop.begin, Refusal.DOCUMENT_OPEN),
    "shift closing in a receipt": (Shop.begin, Shop.close_shift, Refusal.DOCUMENT_OPEN),
    "X report in a receipt": (
        Shop.begin,
        lambda shop: shop.register.x_report(),
        Refusal.DOCUMENT_OPEN,
    ),
    "cash in within a receipt": (
        Shop.begin,
        lambda shop: shop.register.cash_in(1, CASHIER),
        Refusal.DOCUMENT_OPEN,
    ),
    "state report in a receipt": (
        Shop.begin,
        lambda shop: shop.register.state_report(OPERATOR),
        Refusal.DOCUMENT_OPEN,
    ),
    "item without a receipt": (lambda shop: None, Shop.add, Refusal.NO_DOCUMENT_OPEN),
    "item in a shift report": (
        lambda shop: shop.register.begin_shift_closing(OPERATOR),
        Shop.add,
        Refusal.WRONG_RECEIPT_TYPE,
    ),
    "payment of a shift report": (
        lambda shop: shop.register.begin_shift_closing(OPERATOR),
        lambda shop: shop.pay(cash=1),
        Refusal.WRONG_RECEIPT_TYPE,
    ),
    "closing without a receipt": (
        lambda shop: None,
        lambda shop: shop.pay(cash=1),
        Refusal.NO_DOCUMENT_OPEN,
    ),
    "cancelling nothing": (
        lambda shop: None,
        lambda shop: shop.register.cancel_document(),
        Refusal.NO_DOCUMENT_OPEN,
    ),
    "another operator's receipt": (
        Shop.begin,
        lambda shop: shop.register.add_item(
            ItemLine(name="x", price=1, vat_rate=VatRate.NO_VAT), sign=SALE, operator=2
        ),
        Refusal.OTHER_OPERATOR,
    ),
    "closing an archive in a shift": (
        lambda shop: None,
        lambda shop: shop.register.close_archive(CASHIER),
        Refusal.SHIFT_OPEN,
    ),
    "setting the clock in a shift": (
        lambda shop: None,
        lambda shop: shop.register.set_clock(datetime(2026, 11, 20, 11)),
        Refusal.SHIFT_OPEN,
    ),
    "a copy of nothing": (
        lambda shop: None,
        lambda shop: shop.register.print_copy(),
        Refusal.NOTHING_TO_REPEAT,
    ),
    "continuing nothing": (
        lambda shop: None,
        lambda shop: shop.register.continue_print(),
        Refusal.NOTHING_TO_CONTINUE,
    ),
    "a document that is not there": (
        lambda shop: None,
        lambda shop: shop.register.find(99),
        Refusal.NO_SUCH_DOCUMENT,
    ),
    "a ticket that is not there": (
        lambda shop: None,
        lambda shop: shop.register.ticket(99),
        Refusal.NO_SUCH_DOCUMENT,
    ),
    "a feed of a mile": (
        lambda shop: None,
        lambda shop: shop.register.feed(256),
        Refusal.BAD_PARAMETER,
    ),
    "a cut in a receipt": (
        Shop.begin,
        lambda shop: shop.register.cut(Cut.FULL),
        Refusal.DOCUMENT_OPEN,
    ),
}


@pytest.mark.parametrize("case", STATES)
def test_refused_in_this_state(shop: Shop, case: str) -> None:
    prepare, command, expected = STATES[case]
    prepare(shop)
    before = Picture.of(shop.register)
    assert refusal_of(lambda: command(shop)) is expected
    assert Picture.of(shop.register) == before


def test_a_document_is_not_dated_before_the_last_one(shop: Shop) -> None:
    shop.clock -= timedelta(minutes=1)
    assert refusal_of(shop.begin) is Refusal.CLOCK_BACKWARD


def test_a_receipt_begun_in_time_is_refused_when_it_ends_too_late(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.wait(hours=24)
    assert refusal_of(lambda: shop.pay(cash=10000)) is Refusal.SHIFT_EXPIRED
    shop.register.cancel_document()
    assert shop.close_shift().shift_number == 1


def test_a_quantity_with_six_digits_is_taken(shop: Shop) -> None:
    shop.begin()
    shop.add(price=1_000_000, quantity="0.123456")
    assert shop.register.open_document.items[0].quantity == Decimal("0.123456")
