"""Registers of other kinds than the virtual one, and answers that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.ffd.enumerations import DocumentForm, FfdVersion, PaymentSubject, VatRate
from drivers.ffd.receipt import Cashier, UserRequisite
from drivers.register import OutcomeUnknown, Reason, Refused, RegisterError
from drivers.shtrih.commands.receipt import TAX_ROWS
from tests.drivers.examples import CASHIER, item, receipt
from tests.drivers.shtrih.doctored import doctored, refuse

CONTACT = "buyer@example.org"
PYSHTRIH_BYTES = 361
"""What pyshtrih 2.0.6 exchanges for the receipt of the next test and its FN, FD, FP and
time: 10h, 8Dh, 80h and 85h with texts of 48, FF0C, FF01, FF0A, each after an ENQ; measured."""


async def test_an_ordinary_receipt_takes_fewer_bytes_than_pyshtrih_needs() -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        await setup.driver.fiscalize(receipt())
        setup.bytes_on_the_wire = 0
        setup.requests.clear()
        await setup.driver.fiscalize(
            receipt(item(50_000, name="Пополнение баланса"), buyer_contact=CONTACT)
        )
        assert setup.requests == ["8D", "FF46", "FF4D", "FF0C", "FF45"]
        assert setup.bytes_on_the_wire < PYSHTRIH_BYTES


async def test_without_extended_answers_the_time_is_asked_for() -> None:
    async with doctored() as setup:
        setup.virtual.set_setting("shtrih.table.17.1.36", "0")
        await setup.driver.open_shift(CASHIER)
        setup.requests.clear()
        setup.bytes_on_the_wire = 0
        document = await setup.driver.fiscalize(receipt(buyer_contact=CONTACT))
        assert setup.requests[-2:] == ["FF45", "FF0A"]
        assert document.date_time == setup.virtual.now()
        assert setup.bytes_on_the_wire < PYSHTRIH_BYTES


async def test_firmware_without_requisites_tells_documents_in_short() -> None:
    for code in (0x73, 0x37):
        async with doctored({"FF3A": refuse(code)}) as setup:
            await setup.driver.open_shift(CASHIER)
            made = await setup.driver.fiscalize(receipt())
            read = await setup.driver.document(made.fiscal_document_number)
            assert read.tags == ()
            assert (read.total, read.fiscal_sign) == (made.total, made.fiscal_sign)
            assert read.calculation_sign is made.calculation_sign


async def test_the_long_report_of_a_shift_is_told_in_short() -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        made = await setup.driver.close_shift(CASHIER)
        read = await setup.driver.document(made.fiscal_document_number)
        assert (read.form, read.shift_number) == (DocumentForm.SHIFT_CLOSING, 1)


async def test_a_document_that_is_not_there_is_not_found() -> None:
    async with doctored() as setup:
        for number in (7, 2**32):
            with pytest.raises(Refused) as refused:
                await setup.driver.document(number)
            assert refused.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("code", ["1F", "1E"])
async def test_a_register_without_the_cashier_s_cells_gets_him_by_tags(code: str) -> None:
    def no_cell(request: bytes, answer: bytes) -> bytes:
        table = request[5]
        return bytes((request[0], 0x5D)) if table == 2 or request[8] == 23 else answer

    async with doctored({code: no_cell}) as setup:
        await setup.driver.open_shift(CASHIER)
        assert "FF41" in setup.requests
        made = await setup.driver.fiscalize(receipt())
        read = await setup.driver.document(made.fiscal_document_number)
        told = {tlv.tag: tlv.value for tlv in read.tags}
        assert (told[1021], told[1203]) == (CASHIER.name, CASHIER.inn)


async def test_an_old_format_is_not_served() -> None:
    def format_1_0(request: bytes, answer: bytes) -> bytes:
        return answer[:2] + b"\x01" if request[5:] == b"\x11\x01\x00\x11" else answer

    async with doctored({"1F": format_1_0}) as setup:
        with pytest.raises(Refused) as refused:
            await setup.driver.connect()
        assert refused.value.reason is Reason.UNSUPPORTED


async def test_a_register_with_22_percent_in_the_rows_of_20_is_understood() -> None:
    def rates(request: bytes, answer: bytes) -> bytes:
        twenty = request[5] == 6 and request[6] in (1, 5)
        return answer[:2] + (2200).to_bytes(2, "little") if twenty else answer

    def ten_rows(request: bytes, answer: bytes) -> bytes:
        return answer[:42] + b"\x0a\x00" + answer[44:] if request[5] == 6 else answer

    async with doctored({"1F": rates, "2D": ten_rows}) as setup:
        known = (await setup.driver.capabilities()).vat_rates
        assert {VatRate.VAT_22, VatRate.VAT_22_122} <= known
        assert not {VatRate.VAT_20, VatRate.VAT_20_120} & known
        assert len(known) == len(TAX_ROWS) - 2


@pytest.mark.parametrize(
    ("row", "hundredths", "rate"),
    [(1, 1800, VatRate.VAT_20), (2, 2000, VatRate.VAT_10), (7, 0, VatRate.VAT_5)],
)
async def test_a_row_with_another_rate_is_not_taken_for_the_usual_one(
    row: int, hundredths: int, rate: VatRate
) -> None:
    def rates(request: bytes, answer: bytes) -> bytes:
        other = request[5] == 6 and request[6] == row and request[8] == 1
        return answer[:2] + hundredths.to_bytes(2, "little") if other else answer

    async with doctored({"1F": rates}) as setup:
        assert rate not in (await setup.driver.capabilities()).vat_rates


async def test_an_error_on_closing_after_the_fn_has_recorded_is_unknown() -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.alter["FF45"] = refuse(0x2F)
        with pytest.raises(OutcomeUnknown):
            await setup.driver.fiscalize(receipt())
        assert setup.virtual.fn.last_fiscal_document_number == 3
        setup.alter.clear()
        assert (await setup.driver.status()).fn.last_fiscal_document_number == 3


async def test_a_closing_whose_number_does_not_grow_is_unknown() -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.alter["FF45"] = lambda request, answer: answer[:8] + b"\2\0\0\0" + answer[12:]
        with pytest.raises(OutcomeUnknown):
            await setup.driver.fiscalize(receipt())


async def test_a_closing_with_another_change_is_unknown() -> None:
    """As when the device has restarted unseen, and an item is lost."""
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.alter["FF45"] = lambda request, answer: answer[:3] + b"\1\0\0\0\0" + answer[8:]
        with pytest.raises(OutcomeUnknown):
            await setup.driver.fiscalize(receipt())


@pytest.mark.parametrize("answer", [b"\xff\x45\x00", b"\xff\x4e", b"\xff\x45\x00" + bytes(9)])
async def test_a_closing_whose_answer_makes_no_sense_is_unknown(answer: bytes) -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.alter["FF45"] = lambda *_: answer
        with pytest.raises(OutcomeUnknown):
            await setup.driver.fiscalize(receipt())


@pytest.mark.parametrize("command", ["8D", "FF46", "FF4D", "FF0C"])
async def test_an_error_before_the_closing_cancels_the_receipt(command: str) -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.alter[command] = refuse(0x33)
        with pytest.raises(Refused) as refused:
            await setup.driver.fiscalize(receipt(buyer_contact=CONTACT))
        assert (refused.value.reason, refused.value.code) == (Reason.BAD_REQUEST, 0x33)
        assert ("88" in setup.requests) is (command != "8D")


async def test_a_wrong_password_is_told() -> None:
    async with doctored({"11": refuse(0x4F)}) as setup:
        with pytest.raises(Refused) as refused:
            await setup.driver.connect()
        assert refused.value.reason is Reason.WRONG_PASSWORD


async def test_another_fn_is_visible_in_the_status() -> None:
    async with doctored() as setup:
        before = (await setup.driver.status()).fn.fiscal_drive_number
        setup.alter["FF01"] = lambda request, answer: answer[:13] + b"9999" * 4 + answer[29:]
        after = (await setup.driver.status()).fn.fiscal_drive_number
        assert (before, after) == ("9999078900001234", "9999" * 4)


async def test_marked_goods_and_overlong_requisites_are_refused_before_anything_is_sent() -> None:
    async with doctored() as setup:
        await setup.driver.open_shift(CASHIER)
        setup.requests.clear()
        marked = item(
            payment_subject=PaymentSubject.GOODS_MARKED,
            marking_code="0104600439931256215JgXJ5.T\x1d93dGVz",
        )
        long = UserRequisite(name="n" * 64, value="v" * 240)
        for sent, reason in (
            (receipt(marked), Reason.UNSUPPORTED),
            (receipt(user_requisite=long), Reason.BAD_REQUEST),
            (receipt(item(name="┌ рамка ┐")), Reason.BAD_REQUEST),
        ):
            with pytest.raises(Refused) as refused:
                await setup.driver.fiscalize(sent)
            assert refused.value.reason is reason
        assert setup.requests == []


async def test_a_cashier_whose_name_the_table_cannot_hold_is_refused() -> None:
    async with doctored() as setup:
        with pytest.raises(Refused) as refused:
            await setup.driver.open_shift(Cashier(name="┌"))
        assert refused.value.reason is Reason.BAD_REQUEST


READING = ["FC", "F7", "11", "10", "FF01", "1F", "2D", "2E", "FF40", "FF39", "1A", "FF03", "FF63"]


@given(code=st.sampled_from(READING), data=st.binary(max_size=60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_answer_to_a_reading_ends_in_a_value_or_a_register_error(
    code: str, data: bytes
) -> None:
    async with doctored({code: lambda *_: bytes.fromhex(code) + b"\0" + data}) as setup:
        try:
            await setup.driver.status()
            await setup.driver.info()
        except RegisterError:
            return


@given(data=st.binary(max_size=40))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
async def test_any_answer_of_the_archive_ends_in_a_document_or_a_register_error(
    data: bytes,
) -> None:
    async with doctored() as setup:
        setup.alter["FF3B"] = lambda *_: b"\xff\x3b\x00" + data
        setup.alter["FF0A"] = lambda *_: b"\xff\x0a\x00" + data
        try:
            await setup.driver.document(1)
        except RegisterError:
            return


@pytest.mark.parametrize("version", FfdVersion)
async def test_the_register_tells_what_it_is(version: FfdVersion) -> None:
    async with doctored(version=version) as setup:
        info = await setup.driver.info()
        registration = setup.virtual.registration
        assert info.ffd_version is version
        assert info.tax_systems == registration.tax_systems
        for name in (
            "serial_number", "registration_number", "owner_inn", "owner_name",
            "ofd_inn", "ofd_name", "settlement_address", "settlement_place",
        ):  # fmt: skip
            assert getattr(info, name) == getattr(registration, name), name
