"""Receipts over a real wire, read back requisite by requisite."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from drivers.ffd import composition
from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import (
    Buyer,
    Cashier,
    IndustryRequisite,
    Payments,
    Receipt,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.ffd.tlv import Tlv
from drivers.register import InvalidReceipt, Reason, Refused, ShiftState
from drivers.shtrih.connection import Protocol
from tests.drivers.examples import CASHIER, correction, item, receipt
from tests.drivers.shtrih.wire import WIRES, Carrier, Wire, read_back, wired

ITEM_VAT = 1200
"""The register's own sum in an item."""


def leaves(tlv: Tlv, path: tuple[int, ...] = ()) -> Counter[tuple[tuple[int, ...], bytes]]:
    """Every value of a requisite by its path: structures are compared without their order."""
    path = (*path, tlv.tag)
    if not tlv.children:
        return Counter({(path, tlv.raw): 1})
    return sum((leaves(child, path) for child in tlv.children), Counter())


def content(tags: tuple[Tlv, ...]) -> Counter[tuple[tuple[int, ...], bytes]]:
    found: Counter[tuple[tuple[int, ...], bytes]] = sum(map(leaves, tags), Counter())
    return Counter({leaf: n for leaf, n in found.items() if leaf[0][-1] != ITEM_VAT})


async def assert_recorded_as_sent(wire: Wire, sent: Receipt, version: FfdVersion) -> None:
    document = await wire.driver.fiscalize(sent)
    read = await read_back(wire.driver, document)
    expected = composition.receipt_tags(sent, version)
    ours = {tlv.tag for tlv in expected}
    recorded = tuple(tlv for tlv in read.tags if tlv.tag in ours)
    assert content(recorded) == content(expected)


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
async def test_a_shift_with_all_four_signs_is_recorded_as_sent(
    carrier: Carrier, protocol: Protocol
) -> None:
    async with wired(carrier, protocol) as wire:
        opening = await wire.driver.open_shift(CASHIER)
        await read_back(wire.driver, opening)
        await wire.driver.cash_in(100_000, CASHIER)
        for sign in CalculationSign:
            sent = receipt(
                item(12345, vat_rate=VatRate.VAT_22, name="Пополнение баланса"),
                sign=sign,
                payments=Payments(cash=345, cashless=12000),
            )
            await assert_recorded_as_sent(wire, sent, FfdVersion.V1_2)
        closing = await wire.driver.close_shift(CASHIER)
        await read_back(wire.driver, closing)
        tape = [document async for document in wire.driver.documents(2)]
        assert [document.form for document in tape] == [
            DocumentForm.SHIFT_OPENING,
            *[DocumentForm.RECEIPT] * 4,
            DocumentForm.SHIFT_CLOSING,
        ]
        assert (await wire.driver.status()).shift is ShiftState.CLOSED


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
@pytest.mark.parametrize("version", FfdVersion)
async def test_all_five_sums_stand_in_one_receipt(
    carrier: Carrier, protocol: Protocol, version: FfdVersion
) -> None:
    async with wired(carrier, protocol, version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        payments = Payments(cash=1, cashless=20, prepaid=300, credit=4000, consideration=50000)
        sent = receipt(item(payments.total), payments=payments)
        await assert_recorded_as_sent(wire, sent, version)


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
@pytest.mark.parametrize("version", FfdVersion)
async def test_all_seven_payment_methods_are_recorded_as_sent(
    carrier: Carrier, protocol: Protocol, version: FfdVersion
) -> None:
    of_money = (
        PaymentMethod.FULL_PREPAYMENT,
        PaymentMethod.PREPAYMENT,
        PaymentMethod.ADVANCE,
        PaymentMethod.CREDIT_PAYMENT,
    )
    async with wired(carrier, protocol, version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        for method in PaymentMethod:
            subject = PaymentSubject.PAYMENT if method in of_money else PaymentSubject.SERVICE
            line = item(payment_method=method, payment_subject=subject)
            payments = {
                PaymentMethod.CREDIT: Payments(credit=line.cost),
                PaymentMethod.PARTIAL_PAYMENT_AND_CREDIT: Payments(cash=1, credit=line.cost - 1),
            }.get(method, Payments(cash=line.cost))
            await assert_recorded_as_sent(wire, receipt(line, payments=payments), version)


@pytest.mark.parametrize("version", FfdVersion)
async def test_every_rate_of_today_is_recorded(version: FfdVersion) -> None:
    async with wired(version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        today = wire.clock.at.date()
        rates = [rate for rate in VatRate if rate.is_valid_on(today)]
        assert len(rates) == 10
        sent = receipt(*(item(1000 + rate, vat_rate=rate) for rate in rates))
        await assert_recorded_as_sent(wire, sent, version)


async def test_the_day_is_the_registers_whatever_clock_stood_still_meanwhile() -> None:
    async with wired() as wire:
        await wire.driver.status()
        wire.clock.move(timedelta(days=1))
        await wire.driver.status()
        await wire.driver.open_shift(CASHIER)
        await wire.driver.cash_in(500, CASHIER)
        sold_on = wire.clock.at.date()
        back = receipt(item(500), sign=CalculationSign.SALE_RETURN, original_date=sold_on)
        assert (await wire.driver.fiscalize(back)).total == 500


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_receipt_with_every_requisite_is_recorded_as_sent(version: FfdVersion) -> None:
    is_1_2 = version is FfdVersion.V1_2
    industry = IndustryRequisite(
        authority="030", act_date=date(2023, 11, 21), act_number="1944", value="UUID=1&Time=2"
    )
    rich = item(
        name="Энергетик «Старт» — 0,5 л",
        price=12345,
        quantity=Decimal("1.5"),
        cost=18518,
        country="643",
        customs_declaration="10702030/260118/0000148",
        additional_requisite="к столу 7",
        agent=AgentFlag.COMMISSION_AGENT,
        supplier=Supplier(inn="7707083893", name='ООО "Поставщик"', phones=("+74951234567",)),
        **({"measure": QuantityMeasure.LITRE} if is_1_2 else {"unit": "л"}),
        **({"industry_requisites": (industry,)} if is_1_2 else {}),
    )
    sent = receipt(
        rich,
        buyer_contact="+79161234567",
        buyer=Buyer(name='ООО "Клиент"', inn="7707083893"),
        user_requisite=UserRequisite(name="Платёж", value="01938b1c-6e1e-7b6c-8f0a-0242ac120002"),
        additional_requisite="1234567890",
        tax_system=TaxSystem.SIMPLIFIED_INCOME,
        industry_requisites=(industry,) if is_1_2 else (),
    )
    async with wired(version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        await assert_recorded_as_sent(wire, sent, version)


@pytest.mark.parametrize(("carrier", "protocol"), WIRES)
@pytest.mark.parametrize(
    ("version", "sign"),
    [
        (version, sign)
        for version in FfdVersion
        for sign in CalculationSign
        if version is not FfdVersion.V1_05
        or sign in (CalculationSign.SALE, CalculationSign.EXPENSE)
    ],
)
async def test_a_correction_is_recorded_as_sent(
    carrier: Carrier, protocol: Protocol, version: FfdVersion, sign: CalculationSign
) -> None:
    async with wired(carrier, protocol, version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        await wire.driver.cash_in(100_000, CASHIER)
        await assert_recorded_as_sent(wire, correction(version, sign), version)


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_correction_by_order_names_the_order(version: FfdVersion) -> None:
    async with wired(version=version) as wire:
        await wire.driver.open_shift(CASHIER)
        sent = correction(
            version, CalculationSign.SALE, type=CorrectionType.BY_ORDER, order_number="17-05/123"
        )
        await assert_recorded_as_sent(wire, sent, version)


async def test_cash_beyond_the_sum_comes_back_as_change() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        document = await wire.driver.fiscalize(receipt(cash_tendered=50_000))
        assert document.payments == Payments(cash=10_000)
        assert (await read_back(wire.driver, document)).payments == Payments(cash=10_000)
        assert (await wire.driver.status()).cash_in_drawer == 10_000


async def test_the_cashier_changes_with_the_receipt() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        for cashier in (CASHIER, Cashier(name="Кассир Петров Б."), CASHIER):
            await assert_recorded_as_sent(wire, receipt(cashier=cashier), FfdVersion.V1_2)
            read = await wire.driver.document(wire.virtual.fn.last_fiscal_document_number)
            assert {tlv.tag for tlv in read.tags} & {1203} == ({1203} if cashier.inn else set())


async def test_a_receipt_may_leave_the_paper_out_and_the_next_one_prints() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        wire.paper.clear()
        await wire.driver.fiscalize(receipt(print_paper=False, buyer_contact="+79161234567"))
        assert wire.paper == []
        await wire.driver.fiscalize(receipt())
        assert wire.paper != []


async def test_a_refused_receipt_does_not_leave_the_paper_out_of_the_next_one() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        quiet = receipt(
            sign=CalculationSign.EXPENSE, print_paper=False, buyer_contact="+79161234567"
        )
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(quiet)
        assert refused.value.reason is Reason.NOT_ENOUGH_CASH
        wire.paper.clear()
        await wire.driver.fiscalize(receipt())
        assert wire.paper != []


async def test_a_refused_receipt_does_not_leave_the_paper_out_of_the_reports() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        for report in (wire.driver.x_report, lambda: wire.driver.close_shift(CASHIER)):
            quiet = receipt(
                sign=CalculationSign.EXPENSE, print_paper=False, buyer_contact="+79161234567"
            )
            with pytest.raises(Refused):
                await wire.driver.fiscalize(quiet)
            wire.paper.clear()
            await report()
            assert wire.paper != []


async def test_an_invalid_receipt_is_not_sent() -> None:
    async with wired() as wire:
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(InvalidReceipt) as invalid:
            await wire.driver.fiscalize(receipt(payments=Payments(cash=1)))
        assert {problem.code for problem in invalid.value.problems} == {"payments_mismatch"}
        assert wire.virtual.open_document is None


async def test_a_rate_that_the_register_turns_into_another_is_refused() -> None:
    async with wired() as wire:
        wire.virtual.set_setting("shtrih.table.17.1.71", "1")
        await wire.driver.open_shift(CASHIER)
        assert VatRate.VAT_20 not in (await wire.driver.capabilities()).vat_rates
        sent = receipt(
            item(vat_rate=VatRate.VAT_20),
            sign=CalculationSign.SALE_RETURN,
            original_date=date(2025, 6, 1),
        )
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(sent)
        assert refused.value.reason is Reason.UNSUPPORTED_RATE
        assert wire.virtual.open_document is None


async def test_where_the_host_computes_vat_its_sums_are_recorded() -> None:
    async with wired() as wire:
        wire.virtual.set_setting("shtrih.table.1.1.14", "1")
        await wire.driver.open_shift(CASHIER)
        document = await wire.driver.fiscalize(receipt(item(11_000, vat_rate=VatRate.VAT_10)))
        line = (await wire.driver.document(document.fiscal_document_number)).tags
        items = next(tlv for tlv in line if tlv.tag == 1059)
        vat = items.child(ITEM_VAT)
        assert vat is not None
        assert vat.value == 1000


async def test_a_correction_by_sums_has_no_field_for_the_newer_rates() -> None:
    sent = correction(FfdVersion.V1_05, CalculationSign.SALE)
    assert sent.correction is not None
    basis = sent.correction.model_copy(update={"vat": (VatSum(rate=VatRate.VAT_5, amount=1),)})
    async with wired(version=FfdVersion.V1_05) as wire:
        await wire.driver.open_shift(CASHIER)
        with pytest.raises(Refused) as refused:
            await wire.driver.fiscalize(sent.model_copy(update={"correction": basis}))
        assert refused.value.reason is Reason.UNSUPPORTED_RATE
