"""What every driver owes the station: one suite, run for each of them over a real wire."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from drivers.ffd import composition
from drivers.ffd.document import FiscalDocument
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
    Payments,
    Receipt,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.register import (
    FnPhase,
    InvalidReceipt,
    OutcomeUnknown,
    PrintState,
    Reason,
    Refused,
    RegisterError,
    ShiftState,
    Unreachable,
)
from tests.drivers.contract.benches import (
    CLOSING,
    CLOSING_SHIFT,
    KINDS,
    OPENING_SHIFT,
    Bench,
    Kind,
    bench,
)
from tests.drivers.examples import CASHIER, correction, item, receipt
from tests.drivers.shtrih.test_wire_receipts import content

pytestmark = pytest.mark.parametrize("kind", KINDS)

TOLD = ("form", "fiscal_drive_number", "fiscal_document_number", "fiscal_sign", "shift_number",
        "calculation_sign", "total", "payments", "user_requisite")  # fmt: skip


async def same_on_tape(made: FiscalDocument, bench: Bench) -> FiscalDocument:
    """The document read back; what both tell agrees."""
    read = await bench.driver.document(made.fiscal_document_number)
    for name in TOLD:
        told = getattr(read, name), getattr(made, name)
        assert None in told or told[0] == told[1], name
    assert read.date_time.replace(second=0) == made.date_time.replace(second=0)
    return read


async def recorded_as_sent(bench: Bench, sent: Receipt, version: FfdVersion) -> FiscalDocument:
    """Have it recorded, and compare it with what the FN has, requisite by requisite."""
    before = bench.last
    made = await bench.driver.fiscalize(sent)
    assert made.fiscal_document_number == bench.last == before + 1
    in_fn = bench.virtual.find(made.fiscal_document_number)
    expected = composition.receipt_tags(sent, version)
    ours = {tlv.tag for tlv in expected}
    assert content(tuple(tlv for tlv in in_fn.tags if tlv.tag in ours)) == content(expected)
    assert (made.total, made.payments, made.calculation_sign) == (
        sent.total,
        sent.payments,
        sent.calculation_sign,
    )
    assert made.fiscal_sign == in_fn.fiscal_sign
    assert made.user_requisite == sent.user_requisite
    await same_on_tape(made, bench)
    return made


async def refusal_of(action: object) -> Refused:
    with pytest.raises(Refused) as refused:
        await action  # type: ignore[misc]
    return refused.value


# What it is, and how it stands


async def test_a_register_tells_its_registration(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.connect()
        info, registered = await one.driver.info(), one.virtual.registration
        assert info.serial_number == registered.serial_number
        assert info.registration_number == registered.registration_number
        assert info.owner_inn == registered.owner_inn
        assert info.owner_name == registered.owner_name
        assert info.tax_systems == registered.tax_systems
        assert info.ffd_version is registered.ffd_version
        assert info.settlement_address == registered.settlement_address
        assert info.settlement_place == registered.settlement_place
        assert (info.ofd_inn, info.ofd_name) == (registered.ofd_inn, registered.ofd_name)
        assert info.model


async def test_the_state_of_a_register_follows_its_shift(kind: Kind) -> None:
    async with bench(kind) as one:
        closed = await one.driver.status()
        assert (closed.shift, closed.shift_opened_at) == (ShiftState.CLOSED, None)
        assert closed.fn.last_fiscal_document_number == one.last == 1
        assert closed.fn.fiscal_drive_number == one.virtual.registration.fiscal_drive_number
        assert closed.fn.phase is FnPhase.FISCAL
        assert closed.fn.valid_until == one.virtual.fn.valid_until
        assert closed.clock == one.clock.at
        assert closed.paper_present
        assert not closed.open_document
        await one.driver.open_shift(CASHIER)
        one.clock.move(timedelta(hours=1))
        await one.driver.fiscalize(receipt())
        opened = await one.driver.status()
        assert (opened.shift, opened.shift_number) == (ShiftState.OPEN, 1)
        assert opened.shift_opened_at == one.clock.at - timedelta(hours=1)
        assert opened.receipts_in_shift == 1
        assert opened.cash_in_drawer == 10_000
        assert opened.fn.last_fiscal_document_number == one.last == 3
        one.clock.move(timedelta(hours=23))
        assert (await one.driver.status()).shift is ShiftState.EXPIRED


async def test_a_driver_that_comes_later_finds_when_the_shift_was_opened(kind: Kind) -> None:
    async with bench(kind) as one:
        opening = await one.driver.open_shift(CASHIER)
        one.clock.move(timedelta(minutes=5))
        for _ in range(7):
            await one.driver.fiscalize(receipt())
        await one.driver.close()
        later = one.another()
        try:
            statuses = [await later.status() for _ in range(4)]
        finally:
            await later.close()
        assert statuses[-1].shift_opened_at == opening.date_time
        assert statuses[-1].receipts_in_shift == 7


async def test_what_waits_for_the_operator_is_told(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        told, there = (await one.driver.status()).ofd, one.virtual.ofd
        assert told.unsent_count == there.unsent_count > 0
        assert told.first_unsent_at == there.first_unsent_at


async def test_paper_that_is_out_is_told(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        one.inject("paper-out-before@close_receipt")
        with pytest.raises(RegisterError):
            await one.driver.fiscalize(receipt())
        assert not (await one.driver.status()).paper_present


# Documents


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_shift_with_all_four_signs_is_recorded_as_sent(
    kind: Kind, version: FfdVersion
) -> None:
    async with bench(kind, version=version) as one:
        opening = await one.driver.open_shift(CASHIER)
        assert (opening.form, opening.shift_number) == (DocumentForm.SHIFT_OPENING, 1)
        await same_on_tape(opening, one)
        await one.driver.cash_in(100_000, CASHIER)
        for sign in CalculationSign:
            sent = receipt(
                item(12345, vat_rate=VatRate.VAT_22, name="Пополнение баланса"),
                sign=sign,
                payments=Payments(cash=345, cashless=12000),
            )
            await recorded_as_sent(one, sent, version)
        closing = await one.driver.close_shift(CASHIER)
        assert (closing.form, closing.shift_number) == (DocumentForm.SHIFT_CLOSING, 1)
        await same_on_tape(closing, one)
        tape = [document async for document in one.driver.documents(2)]
        assert [document.form for document in tape] == [
            DocumentForm.SHIFT_OPENING,
            *[DocumentForm.RECEIPT] * 4,
            DocumentForm.SHIFT_CLOSING,
        ]
        assert [one.fiscal_document_number for one in tape] == list(range(2, 8))
        assert (await one.driver.status()).shift is ShiftState.CLOSED


@pytest.mark.parametrize("version", FfdVersion)
async def test_all_five_sums_stand_in_one_receipt(kind: Kind, version: FfdVersion) -> None:
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        payments = Payments(cash=1, cashless=20, prepaid=300, credit=4000, consideration=50000)
        await recorded_as_sent(one, receipt(item(payments.total), payments=payments), version)


@pytest.mark.parametrize("version", FfdVersion)
async def test_all_seven_payment_methods_are_recorded_as_sent(
    kind: Kind, version: FfdVersion
) -> None:
    of_money = (
        PaymentMethod.FULL_PREPAYMENT,
        PaymentMethod.PREPAYMENT,
        PaymentMethod.ADVANCE,
        PaymentMethod.CREDIT_PAYMENT,
    )
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        for method in PaymentMethod:
            subject = PaymentSubject.PAYMENT if method in of_money else PaymentSubject.SERVICE
            line = item(payment_method=method, payment_subject=subject)
            payments = {
                PaymentMethod.CREDIT: Payments(credit=line.cost),
                PaymentMethod.PARTIAL_PAYMENT_AND_CREDIT: Payments(cash=1, credit=line.cost - 1),
            }.get(method, Payments(cash=line.cost))
            await recorded_as_sent(one, receipt(line, payments=payments), version)


@pytest.mark.parametrize("version", FfdVersion)
async def test_every_rate_of_today_is_recorded(kind: Kind, version: FfdVersion) -> None:
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        today = one.clock.at.date()
        rates = [rate for rate in VatRate if rate.is_valid_on(today)]
        assert len(rates) == 10
        sent = receipt(*(item(1000 + rate, vat_rate=rate) for rate in rates))
        await recorded_as_sent(one, sent, version)


@pytest.mark.parametrize("rate", [VatRate.VAT_20, VatRate.VAT_20_120])
async def test_a_return_has_the_rate_of_its_sale(kind: Kind, rate: VatRate) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.cash_in(10_000, CASHIER)
        sent = receipt(
            item(vat_rate=rate), sign=CalculationSign.SALE_RETURN, original_date=date(2025, 6, 1)
        )
        await recorded_as_sent(one, sent, FfdVersion.V1_2)


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_receipt_with_many_requisites_is_recorded_as_sent(
    kind: Kind, version: FfdVersion
) -> None:
    is_1_2 = version is FfdVersion.V1_2
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
    )
    sent = receipt(
        rich,
        buyer_contact="+79161234567",
        buyer=Buyer(name='ООО "Клиент"', inn="7707083893"),
        user_requisite=UserRequisite(name="Платёж", value="01938b1c-6e1e-7b6c-8f0a-0242ac120002"),
        additional_requisite="1234567890",
        tax_system=TaxSystem.SIMPLIFIED_INCOME,
    )
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        await recorded_as_sent(one, sent, version)


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
    kind: Kind, version: FfdVersion, sign: CalculationSign
) -> None:
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.cash_in(100_000, CASHIER)
        made = await recorded_as_sent(one, correction(version, sign), version)
        assert made.form is DocumentForm.CORRECTION_RECEIPT


@pytest.mark.parametrize("version", FfdVersion)
async def test_a_correction_by_order_names_the_order(kind: Kind, version: FfdVersion) -> None:
    async with bench(kind, version=version) as one:
        await one.driver.open_shift(CASHIER)
        sent = correction(
            version, CalculationSign.SALE, type=CorrectionType.BY_ORDER, order_number="17-05/123"
        )
        await recorded_as_sent(one, sent, version)


async def test_a_correction_by_sums_has_no_field_for_the_newer_rates(kind: Kind) -> None:
    sent = correction(FfdVersion.V1_05, CalculationSign.SALE)
    assert sent.correction is not None
    basis = sent.correction.model_copy(update={"vat": (VatSum(rate=VatRate.VAT_5, amount=1),)})
    async with bench(kind, version=FfdVersion.V1_05) as one:
        await one.driver.open_shift(CASHIER)
        refused = await refusal_of(
            one.driver.fiscalize(sent.model_copy(update={"correction": basis}))
        )
        assert refused.reason is Reason.UNSUPPORTED_RATE
        assert one.last == 2


async def test_cash_beyond_the_sum_comes_back_as_change(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        document = await one.driver.fiscalize(receipt(cash_tendered=50_000))
        assert document.payments == Payments(cash=10_000)
        assert (await same_on_tape(document, one)).payments == Payments(cash=10_000)
        assert (await one.driver.status()).cash_in_drawer == 10_000


async def test_the_cashier_changes_with_the_receipt(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        for cashier in (CASHIER, Cashier(name="Кассир Петров Б."), CASHIER):
            await recorded_as_sent(one, receipt(cashier=cashier), FfdVersion.V1_2)
            tags = {tlv.tag for tlv in one.virtual.find(one.last).tags}
            assert tags & {1203} == ({1203} if cashier.inn else set())


async def test_a_receipt_may_leave_the_paper_out_and_the_next_one_prints(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        one.paper.clear()
        await one.driver.fiscalize(receipt(print_paper=False, buyer_contact="+79161234567"))
        assert one.paper == []
        await one.driver.fiscalize(receipt())
        assert one.paper != []


async def test_documents_that_another_made_are_on_the_tape(kind: Kind) -> None:
    async with bench(kind, faults="foreign-document@open_receipt") as one:
        await one.driver.open_shift(CASHIER)
        made = await one.driver.fiscalize(receipt())
        assert made.fiscal_document_number == one.last
        tape = [document async for document in one.driver.documents(2)]
        assert [document.fiscal_document_number for document in tape] == [2, 3, 4]
        assert tape[-1].fiscal_sign == made.fiscal_sign


async def test_a_receipt_on_the_tape_names_its_payment_to_a_driver_that_comes_later(
    kind: Kind,
) -> None:
    named = UserRequisite(name="ID платежа", value="01938b1c-6e1e-7b6c-8f0a-0242ac120002")
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(receipt(user_requisite=named))
        await one.driver.fiscalize(receipt())
        await one.driver.close()
        later = one.another()
        try:
            tape = [document async for document in later.documents(3)]
        finally:
            await later.close()
        assert [document.user_requisite for document in tape] == [named, None]


async def test_a_document_that_is_not_there_is_not_found(kind: Kind) -> None:
    async with bench(kind) as one:
        assert (await refusal_of(one.driver.document(99))).reason is Reason.NOT_FOUND


# Refusals, of which the tape has nothing


async def test_a_closed_shift_takes_no_receipt_and_is_not_opened_by_one(kind: Kind) -> None:
    async with bench(kind) as one:
        refused = await refusal_of(one.driver.fiscalize(receipt()))
        assert refused.reason is Reason.SHIFT_CLOSED
        assert one.last == 1


async def test_an_expired_shift_takes_no_receipt_and_can_be_closed(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        one.clock.move(timedelta(hours=25))
        refused = await refusal_of(one.driver.fiscalize(receipt()))
        assert refused.reason is Reason.SHIFT_EXPIRED
        assert one.last == 2
        assert (await one.driver.close_shift(CASHIER)).fiscal_document_number == 3


async def test_a_shift_is_opened_and_closed_once(kind: Kind) -> None:
    async with bench(kind) as one:
        refused = await refusal_of(one.driver.close_shift(CASHIER))
        assert refused.reason is Reason.SHIFT_CLOSED
        await one.driver.open_shift(CASHIER)
        refused = await refusal_of(one.driver.open_shift(CASHIER))
        assert refused.reason is Reason.SHIFT_OPEN
        assert one.last == 2


async def test_an_invalid_receipt_is_not_sent(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        with pytest.raises(InvalidReceipt) as invalid:
            await one.driver.fiscalize(receipt(payments=Payments(cash=1)))
        assert {problem.code for problem in invalid.value.problems} == {"payments_mismatch"}
        assert one.last == 2


async def test_a_cashier_without_a_name_opens_no_shift(kind: Kind) -> None:
    async with bench(kind) as one:
        with pytest.raises(InvalidReceipt):
            await one.driver.open_shift(Cashier(name=" "))
        assert one.last == 1


async def test_the_register_that_is_short_of_cash_pays_none_out(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        for action in (
            one.driver.cash_out(1, CASHIER),
            one.driver.fiscalize(receipt(sign=CalculationSign.EXPENSE)),
        ):
            assert (await refusal_of(action)).reason is Reason.NOT_ENOUGH_CASH
        assert one.last == 2


async def test_paper_that_ends_before_the_receipt_refuses_it(kind: Kind) -> None:
    async with bench(kind, faults="paper-out-before@close_receipt") as one:
        await one.driver.open_shift(CASHIER)
        assert (await refusal_of(one.driver.fiscalize(receipt()))).reason is Reason.PAPER_OUT
        assert one.last == 2


@pytest.mark.parametrize("amount", [0, -1])
async def test_no_cash_is_moved_by_a_sum_that_is_none(kind: Kind, amount: int) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        for move in (one.driver.cash_in, one.driver.cash_out):
            assert (await refusal_of(move(amount, CASHIER))).reason is Reason.WRONG_SUM


# Beside documents


async def test_cash_goes_in_and_out_of_the_drawer(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.cash_in(123_456, CASHIER)
        await one.driver.cash_out(23_400, CASHIER)
        assert one.virtual.cash_in_drawer == 100_056
        assert (await one.driver.status()).cash_in_drawer == 100_056
        assert one.last == 2


async def test_reports_and_copies_print_and_record_nothing(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        await one.driver.fiscalize(receipt())
        for action in (one.driver.x_report, one.driver.print_copy):
            one.paper.clear()
            await action()
            assert one.paper
        await one.driver.open_drawer()
        await one.driver.cancel_document()
        assert one.last == 3


async def test_a_torn_document_is_recorded_and_printed_again_as_a_whole(kind: Kind) -> None:
    async with bench(kind, faults="paper-out-middle@close_receipt") as one:
        await one.driver.open_shift(CASHIER)
        made = await one.driver.fiscalize(receipt())
        assert made.fiscal_document_number == one.last == 3
        status = await one.driver.status()
        assert (status.paper_present, status.print_state) == (False, PrintState.PAPER_OUT)
        assert (await refusal_of(one.driver.fiscalize(receipt()))).reason is Reason.PAPER_OUT
        one.virtual.set_paper(True)
        refused = await refusal_of(one.driver.fiscalize(receipt()))
        assert refused.reason is Reason.WAITS_FOR_CONTINUE
        one.paper.clear()
        await one.driver.continue_print()
        assert one.paper
        assert (await one.driver.fiscalize(receipt())).fiscal_document_number == one.last == 4


# Links


@pytest.mark.parametrize("fault", ["lost-answer-executed", "disconnect"])
async def test_a_receipt_whose_answer_is_lost_is_recorded_once_and_found(
    kind: Kind, fault: str
) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        one.inject(f"{fault}@{CLOSING[kind]}")
        made = await one.driver.fiscalize(receipt())
        assert made.fiscal_document_number == one.last == 3
        await same_on_tape(made, one)


async def test_shift_reports_whose_answers_are_lost_are_found(kind: Kind) -> None:
    async with bench(kind) as one:
        one.inject(f"lost-answer-executed@{OPENING_SHIFT[kind]}")
        opening = await one.driver.open_shift(CASHIER)
        one.inject(f"lost-answer-executed@{CLOSING_SHIFT[kind]}")
        closing = await one.driver.close_shift(CASHIER)
        assert (opening.fiscal_document_number, closing.fiscal_document_number) == (2, 3)
        assert one.last == 3


async def test_a_power_cut_before_the_record_records_nothing(kind: Kind) -> None:
    async with bench(kind, faults="power-cut-before-record@close_receipt") as one:
        await one.driver.open_shift(CASHIER)
        with pytest.raises(RegisterError):
            await one.driver.fiscalize(receipt())
        assert one.last == 2
        assert (await one.driver.fiscalize(receipt())).fiscal_document_number == 3


async def test_a_power_cut_after_the_record_is_no_refusal(kind: Kind) -> None:
    async with bench(kind, faults="power-cut-after-record@close_receipt") as one:
        await one.driver.open_shift(CASHIER)
        try:
            made = await one.driver.fiscalize(receipt())
        except OutcomeUnknown:
            tape = [document async for document in one.driver.documents(3)]
            (made,) = tape
        assert made.fiscal_document_number == one.last == 3


async def test_a_cancelled_receipt_leaves_a_driver_that_goes_on(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        one.inject(f"lost-answer-executed@{CLOSING[kind]}")
        running = asyncio.create_task(one.driver.fiscalize(receipt()))
        while one.last == 2:  # noqa: ASYNC110 - the register has no event
            await asyncio.sleep(0.01)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        last = (await one.driver.status()).fn.last_fiscal_document_number
        assert last == one.last == 3
        assert (await one.driver.fiscalize(receipt())).fiscal_document_number == 4


async def test_calls_at_once_are_queued(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.open_shift(CASHIER)
        made = await asyncio.gather(
            *(one.driver.fiscalize(receipt(item(100 * n))) for n in range(1, 5)),
            one.driver.status(),
            one.driver.x_report(),
        )
        numbers = [document.fiscal_document_number for document in made[:4]]
        assert sorted(numbers) == [3, 4, 5, 6]
        assert one.last == 6


async def test_a_register_that_has_gone_is_unreachable_and_closing_never_fails(kind: Kind) -> None:
    async with bench(kind) as one:
        gone = one.another()
    with pytest.raises(Unreachable):
        await gone.connect()
    with pytest.raises(Unreachable):
        await gone.open_shift(CASHIER)
    await gone.close()
    await gone.close()


async def test_a_closed_driver_connects_again(kind: Kind) -> None:
    async with bench(kind) as one:
        await one.driver.connect()
        await one.driver.close()
        await one.driver.connect()
        assert (await one.driver.status()).fn.last_fiscal_document_number == 1
