"""The archive holds real documents: whole, numbered without gaps, signed, and readable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    VatRate,
)
from drivers.ffd.receipt import Payments, VatSum
from drivers.ffd.requisites import ITEM, requisites
from drivers.ffd.tlv import Tlv, find
from drivers.register import FnPhase
from drivers.virtual.facts import CurrentDocument
from tests.drivers.virtual.shop import CASHIER, GENERAL, OPERATOR, SALE, Shop, registered


def tape_of_everything(version: FfdVersion) -> list[FiscalDocument]:
    """A register's whole life with every kind of document."""
    shop = Shop(registration=registered(version))
    shop.open_shift()
    shop.begin()
    shop.add(price=9990, quantity="2", rate=VatRate.VAT_22, subject=PaymentSubject.SERVICE)
    shop.add(price=5000, quantity="0.333")
    shop.tag(1008, "guest@example.org")
    shop.pay(cash=50000)
    shop.sell(sign=CalculationSign.SALE_RETURN)
    shop.register.begin_correction(OPERATOR)
    shop.tag(1178, datetime(2026, 11, 1))
    if version is FfdVersion.V1_05:
        shop.register.close_correction(
            CorrectionType.OWN_INITIATIVE,
            SALE,
            12200,
            Payments(cashless=12200),
            vat=[VatSum(rate=VatRate.VAT_22, amount=2200)],
            tax_system=GENERAL,
            operator=OPERATOR,
            cashier=CASHIER,
        )
    else:
        shop.add()
        shop.pay(cashless=10000)
    shop.register.state_report(OPERATOR)
    shop.close_shift()
    shop.register.close_archive(CASHIER)
    return shop.tape()


PRINTED_ONLY = (1000, 1196)
"""Title and QR: on paper, never encoded."""


@pytest.mark.parametrize("version", FfdVersion)
def test_every_obligatory_requisite_stands_in_every_document(version: FfdVersion) -> None:
    lacking = [
        (document.form.name, row.tag)
        for document in tape_of_everything(version)
        for row in requisites(document.form, version)
        if row.obligatory and row.tag not in PRINTED_ONLY and find(document.tags, row.tag) is None
    ]
    assert lacking == []


@pytest.mark.parametrize("version", FfdVersion)
def test_no_document_has_a_requisite_that_its_version_does_not_know(version: FfdVersion) -> None:
    strange = [
        (document.form.name, tlv.tag)
        for document in tape_of_everything(version)
        for tlv in document.tags
        if tlv.tag not in {row.tag for row in requisites(document.form, version)}
    ]
    assert strange == []


@pytest.mark.parametrize("version", FfdVersion)
def test_every_item_is_whole(version: FfdVersion) -> None:
    rows = requisites(ITEM, version)
    items = [
        tlv for document in tape_of_everything(version) for tlv in document.tags if tlv.tag == ITEM
    ]
    for item in items:
        tags = {child.tag for child in item.children}
        assert {row.tag for row in rows if row.obligatory} <= tags
        assert tags <= {row.tag for row in rows}


@pytest.mark.parametrize("version", FfdVersion)
def test_the_tape_has_every_form_and_no_gap(version: FfdVersion) -> None:
    tape = tape_of_everything(version)
    assert [document.fiscal_document_number for document in tape] == list(range(1, len(tape) + 1))
    assert [document.form for document in tape] == [
        DocumentForm.REGISTRATION,
        DocumentForm.SHIFT_OPENING,
        DocumentForm.RECEIPT,
        DocumentForm.RECEIPT,
        DocumentForm.CORRECTION_RECEIPT,
        DocumentForm.STATE_REPORT,
        DocumentForm.SHIFT_CLOSING,
        DocumentForm.FN_CLOSING,
    ]


@pytest.mark.parametrize("version", FfdVersion)
def test_documents_of_one_life_have_the_same_signs_again(version: FfdVersion) -> None:
    signs = [document.fiscal_sign for document in tape_of_everything(version)]
    assert [document.fiscal_sign for document in tape_of_everything(version)] == signs
    assert len(set(signs)) == len(signs)
    assert all(0 < sign < 2**32 for sign in signs)


def test_every_document_is_training() -> None:
    assert all(document.is_training for document in tape_of_everything(FfdVersion.V1_2))


def test_a_closing_answers_with_what_the_archive_keeps(shop: Shop) -> None:
    document = shop.sell()
    found = shop.register.find(document.fiscal_document_number)
    assert found == document


def test_what_the_host_sent_is_what_is_recorded(shop: Shop) -> None:
    shop.begin()
    shop.add(
        price=15050,
        quantity="1.500",
        rate=VatRate.VAT_22_122,
        method=PaymentMethod.ADVANCE,
        subject=PaymentSubject.PAYMENT,
    )
    shop.item_tag(1191, "за ПК 7")
    shop.tag(1084, (Tlv.of(1085, "payment"), Tlv.of(1086, "0190a1")))
    document = shop.pay(cash=20000, cashless=10000).document
    item = find(document.tags, ITEM)
    assert {child.tag: child.value for child in item.children} == {
        1214: 3,
        1212: 10,
        1030: "Час игры",
        2108: 0,
        1079: 15050,
        1023: Decimal("1.5"),
        1199: 12,
        1200: 4071,
        1043: 22575,
        1191: "за ПК 7",
    }
    assert document.payments == Payments(cash=12575, cashless=10000)
    assert document.total == 22575
    assert document.user_requisite.value == "0190a1"
    assert document.receipt_number == 1


def test_change_comes_from_cash_only(shop: Shop) -> None:
    shop.begin()
    shop.add(price=10000)
    closed = shop.pay(cash=8000, cashless=4000)
    assert closed.change == 2000
    assert closed.document.payments == Payments(cash=6000, cashless=4000)


def test_rounding_takes_the_kopecks_off(shop: Shop) -> None:
    shop.begin()
    shop.add(price=10099)
    closed = shop.pay(cash=10000, rounding=99)
    assert (closed.document.total, closed.change) == (10000, 0)


def test_vat_is_that_of_each_rates_sum(shop: Shop) -> None:
    shop.begin()
    shop.add(price=9990, rate=VatRate.VAT_22)
    shop.add(price=9990, rate=VatRate.VAT_22)
    shop.add(price=11000, rate=VatRate.VAT_10)
    shop.add(price=500, rate=VatRate.NO_VAT)
    document = shop.pay(cash=100000).document
    inside = find(document.tags, 1115).children
    assert [[child.value for child in one.children] for one in inside] == [[11, 3603]]
    assert find(document.tags, 1103).value == 1000
    assert find(document.tags, 1105).value == 500
    assert find(document.tags, 1102) is None


def test_vat_that_the_host_computed_is_recorded(shop: Shop) -> None:
    shop.begin()
    shop.add(price=9990, rate=VatRate.VAT_10, vat=907)
    shop.add(price=9990, rate=VatRate.VAT_10)
    document = shop.pay(cash=19980).document
    assert find(document.tags, 1103).value == 907 + 908


def test_buyer_data_is_wrapped_in_ffd_1_2(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.tag(1227, "ООО Гость")
    shop.tag(1228, "7701234560")
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1227) is None
    assert [child.value for child in find(document.tags, 1256).children] == [
        "ООО Гость",
        "7701234560",
    ]


def test_buyer_data_stands_bare_before_ffd_1_2() -> None:
    shop = Shop(registration=registered(FfdVersion.V1_1))
    shop.open_shift()
    shop.begin()
    shop.add()
    shop.tag(1227, "ООО Гость")
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1227).value == "ООО Гость"


def test_bare_parts_of_a_corrections_basis_are_wrapped(shop: Shop) -> None:
    shop.register.begin_correction(OPERATOR)
    shop.tag(1173, 1)
    shop.tag(1177, "не нужно с 2020 года")
    shop.tag(1178, datetime(2026, 11, 1))
    shop.tag(1179, "17-08/123")
    shop.add(sign=CalculationSign.SALE_RETURN)
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1173).value == 1
    assert [child.tag for child in find(document.tags, 1174).children] == [1178, 1179]
    assert document.calculation_sign is CalculationSign.SALE_RETURN


def test_a_wrapped_basis_is_taken_as_it_is(shop: Shop) -> None:
    shop.register.begin_correction(OPERATOR)
    shop.tag(1174, (Tlv.of(1178, datetime(2026, 11, 1)),))
    shop.add()
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1174).child(1178).value == datetime(2026, 11, 1)


def test_an_electronic_receipt_names_its_sender(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.tag(1008, "+79161234567")
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1117).value == "kassa@example.org"


def test_a_cashier_given_by_the_host_comes_first(shop: Shop) -> None:
    shop.begin()
    shop.add()
    shop.tag(1021, "Кассир Петров")
    document = shop.pay(cash=10000).document
    assert find(document.tags, 1021).value == "Кассир Петров"
    assert find(document.tags, 1203) is None


def test_a_cashiers_inn_is_left_out_when_it_is_none() -> None:
    shop = Shop()
    document = shop.register.open_shift(
        OPERATOR, CASHIER.model_copy(update={"inn": "111111111111"})
    )
    assert find(document.tags, 1203) is None
    assert find(shop.close_shift().tags, 1203).value == CASHIER.inn


def test_a_begun_shift_report_takes_requisites() -> None:
    shop = Shop()
    shop.register.begin_shift_opening(OPERATOR)
    assert shop.register.fn.current_document is CurrentDocument.SHIFT_OPENING
    shop.tag(1276, "ночная смена")
    assert find(shop.open_shift().tags, 1276).value == "ночная смена"
    assert shop.register.fn.current_document is CurrentDocument.NONE


def test_a_state_report_tells_what_waits_for_the_operator() -> None:
    shop = Shop()
    shop.register.set_ofd_reachable(False)
    shop.open_shift()
    shop.sell(price=700)
    report = shop.register.state_report(OPERATOR)
    assert find(report.tags, 1097).value == 3
    assert find(report.tags, 1116).value == 1
    assert find(report.tags, 1158).child(1134).value == 1
    assert find(find(report.tags, 1158).children, 1129).child(1201).value == 700


def test_the_shift_closing_report_counts_its_documents(shop: Shop) -> None:
    shop.sell()
    shop.sell()
    shop.correct()
    report = shop.close_shift()
    assert find(report.tags, 1118).value == 3
    assert find(report.tags, 1111).value == 5
    assert shop.register.shift.documents == 5


def test_after_the_last_ticket_a_closed_archive_is_read_only() -> None:
    shop = Shop()
    shop.register.close_archive(CASHIER)
    assert shop.register.fn.phase is FnPhase.CLOSED
    shop.wait(seconds=10)
    assert shop.register.fn.phase is FnPhase.ARCHIVE


def test_documents_carry_the_registers_time_zone(shop: Shop) -> None:
    shop.wait(microseconds=999)
    document = shop.sell()
    assert document.date_time == shop.clock.replace(microsecond=0)
    assert document.date_time.utcoffset() == timedelta(hours=3)


def test_the_term_of_the_fn_is_counted_in_months() -> None:
    assert Shop().register.fn.valid_until == date(2028, 2, 20)
