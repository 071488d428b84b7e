"""Requests and answers against recorded exchanges, and answers that make no sense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    PaymentMethod,
    PaymentSubject,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import Item, Payments
from drivers.shtrih.commands import device, fn
from drivers.shtrih.commands import receipt as commands
from drivers.shtrih.commands.request import BadAnswer, BadValue, Request, text
from drivers.shtrih.frames import decode_v1, decode_v2
from tests.drivers.shtrih.vectors import Vector, vector

PASSWORD = 30


def request_of(recorded: Vector) -> bytes:
    return _body(recorded.layer, recorded.request)


def answer_of(recorded: Vector) -> bytes:
    return _body(recorded.layer, recorded.response)


def _body(layer: str, frame: bytes) -> bytes:
    if layer == "v1":
        return decode_v1(frame)
    return decode_v2(frame).data if layer == "v2" else frame


LUNCH = Item(
    name="Комплексный обед",
    price=10000,
    vat_rate=VatRate.NO_VAT,
    payment_method=PaymentMethod.FULL_PAYMENT,
    payment_subject=PaymentSubject.GOODS,
)


def closing(cash: int, tax_system: TaxSystem = TaxSystem.GENERAL) -> Request[fn.Recorded]:
    return commands.close_receipt(
        PASSWORD,
        Payments(cash=cash),
        cash_tendered=cash,
        tax_system=tax_system,
        tax_sums={},
    )


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("v1_88_cancel_ok", commands.cancel_receipt(PASSWORD)),
        ("v1_10_short_status_shift_open", device.short_status(PASSWORD)),
        ("v1_11_full_status_mini01f", device.full_status(PASSWORD)),
        ("v1_FC_device_type_smartpos", device.device_type()),
        ("v1_2D_table10_structure", device.table_structure(PASSWORD, 10)),
        ("v1_1F_table10_ffd", device.read_number(PASSWORD, 10, 1, 29)),
        ("v1_FF45_close_cash", closing(5000)),
        ("v1_FF45_close_cash_request", closing(10000)),
        ("v1_FF3A_wrong_mode", fn.begin_document_tlv(PASSWORD, 29)),
        ("v1_FF35_start_correction", commands.begin_correction(PASSWORD)),
        ("v1_FF01_fn_status_receipt_open", fn.fn_state(PASSWORD)),
        ("v2_FF3B_tag1038", fn.next_document_tlv(PASSWORD)),
        ("v2_8D_open_return_of_sale",
         commands.open_receipt(PASSWORD, CalculationSign.SALE_RETURN)),
        ("v2_1F_table19_port", device.read_number(PASSWORD, 19, 1, 2)),
        ("v2_F7_answer_num5", device.model_parameters()),
        ("pl_FF0A_receipt", fn.find_document(PASSWORD, 163)),
        ("pl_FF03_expiry", fn.fn_valid_until(PASSWORD)),
        ("pl_2E_request", device.field_structure(0x12345678, 0x34, 0x12)),
    ],
)  # fmt: skip
def test_a_request_is_the_recorded_one(name: str, request_: Request[Any]) -> None:
    assert request_.body == request_of(vector(name))


def test_an_item_is_the_recorded_one_but_for_the_two_codes_that_we_always_send() -> None:
    recorded = bytearray(request_of(vector("v1_FF46_operation_unpadded_name")))
    recorded[30:32] = bytes((LUNCH.payment_method, LUNCH.payment_subject))
    made = commands.operation(PASSWORD, CalculationSign.SALE, LUNCH, tax_row=4, tax_sum=None)
    assert made.body == bytes(recorded)


def test_the_long_form_of_the_closing_command_begins_as_the_recorded_one() -> None:
    recorded = request_of(vector("v1_FF45_payload_padded_text"))
    made = commands.close_receipt(
        PASSWORD,
        Payments(cash=1),
        cash_tendered=1,
        tax_system=TaxSystem.PATENT,
        tax_sums={VatRate.VAT_5: 7},
    )
    assert made.body == recorded + bytes((7, 0, 0, 0, 0)) + bytes(15)


def test_a_date_of_a_correction_goes_as_recorded() -> None:
    recorded = request_of(vector("v2_FF0C_tag1178_date"))
    assert fn.document_tag(PASSWORD, bytes.fromhex("9a04040050ad495e")).body == recorded


def read(request: Request[Any], recorded: Vector) -> Any:
    answer = answer_of(recorded)
    assert request.error_of(answer) == 0
    return request.parse(answer)


def test_a_short_status_of_16_bytes_is_read() -> None:
    status = read(device.short_status(PASSWORD), vector("v1_10_short_status_shift_open"))
    assert (status.operator, status.flags, status.mode, status.submode) == (30, 0x0292, 2, 0)


def test_a_short_status_of_17_bytes_is_read() -> None:
    status = read(device.short_status(1), vector("v2_10_status17_printing"))
    assert (status.operator, status.mode, status.submode) == (1, 8, 5)


def test_the_operator_of_a_short_status_is_the_one_of_the_password() -> None:
    assert read(device.short_status(28), vector("v1_10_operator28_password_1C")).operator == 28


def test_a_full_status_of_48_bytes_is_read() -> None:
    status = read(device.full_status(PASSWORD), vector("v1_11_full_status_mini01f"))
    assert status == device.FullStatus(
        operator=30,
        firmware="C.1 34378",
        flags=device.Flags(0x02B2),
        mode=2,
        submode=0,
        clock=datetime(2017, 3, 1, 13, 47, 21),
        serial_number=4239,
        last_closed_shift=9,
    )


def test_a_full_status_of_50_bytes_is_read() -> None:
    status = read(device.full_status(PASSWORD), vector("v2_11_full_status_nano"))
    assert (status.serial_number, status.last_closed_shift) == (256669, 48)
    assert status.clock == datetime(2020, 5, 25, 16, 24, 25)


def test_the_name_of_a_device_is_read() -> None:
    kind = read(device.device_type(), vector("v1_FC_device_type_smartpos"))
    assert kind == device.DeviceType("2.0", 45, "ШТРИХ-СМАРТПОС-Ф")


def test_parameters_of_the_cash_core_name_its_tables() -> None:
    model = read(device.model_parameters(), vector("v2_F7_answer_num5"))
    assert model.is_cash_core
    assert (model.fn_table, model.ffd_table, model.ffd_field) == (13, 10, 29)
    assert (model.tax_mode_field, model.max_command) == (6, 1455)


def test_parameters_without_a_tail_fall_back_to_the_platform() -> None:
    model = read(device.model_parameters(), vector("pl_F7_no_fn_tables"))
    assert not model.is_cash_core
    assert (model.fn_table, model.ffd_table, model.ffd_field) == (14, 17, 17)


def test_a_table_is_described() -> None:
    table = read(device.table_structure(PASSWORD, 10), vector("v1_2D_table10_structure"))
    assert table == device.TableStructure("СЛУЖЕБНАЯ", 1, 50)


def test_a_text_field_is_described_without_limits() -> None:
    field = read(device.field_structure(PASSWORD, 18, 7), vector("v2_2E_char_field_without_minmax"))
    assert field == device.FieldStructure("РЕКВИЗИТЫ КАССИРОВ", is_text=True, size=64)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v1_1F_table10_ffd", 4),
        ("v2_1F_answer_one", 1),
        ("v2_stuffed_crc", 24),
        ("v1_1F_table19_port", 7778),
    ],
)
def test_a_number_is_read_from_a_table(name: str, value: int) -> None:
    assert read(device.read_number(PASSWORD, 1, 1, 1), vector(name)) == value


def test_the_state_of_the_fn_is_read() -> None:
    state = read(fn.fn_state(PASSWORD), vector("v1_FF01_fn_status_receipt_open"))
    assert state == fn.FnState(
        phase=3,
        current_document=fn.CurrentDocument.RECEIPT,
        shift_open=True,
        warnings=8,
        fiscal_drive_number="9999078902000273",
        last_fiscal_document_number=16,
    )


@pytest.mark.parametrize(
    ("name", "document", "sign"),
    [("v1_FF45_close_cash", 29, 4281688307), ("v2_FF45_answer", 82, 1040957426)],
)
def test_the_answer_of_a_closing_is_read(name: str, document: int, sign: int) -> None:
    recorded = read(closing(5000), vector(name))
    assert recorded == fn.Recorded(document, sign, None, change=0)


def test_an_extended_answer_tells_the_time() -> None:
    answer = answer_of(vector("v1_FF45_close_cash")) + bytes((26, 11, 20, 19, 5))
    assert closing(5000).parse(answer).date_time == datetime(2026, 11, 20, 19, 5)


def test_a_receipt_of_the_archive_is_read() -> None:
    document = read(fn.find_document(PASSWORD, 163), vector("pl_FF0A_receipt"))
    assert document == fn.ArchivedDocument(
        form=3,
        has_ticket=False,
        date_time=datetime(2017, 3, 24, 20, 53),
        fiscal_document_number=163,
        fiscal_sign=776727275,
        calculation_sign=1,
        total=20000,
    )


def test_a_shift_report_of_the_archive_is_read() -> None:
    document = read(fn.find_document(PASSWORD, 6), vector("pl_FF0A_shift_close"))
    assert (document.form, document.fiscal_document_number, document.shift_number) == (5, 6, 1)
    assert document.fiscal_sign == 3647013117


def test_a_reregistration_of_the_archive_is_read() -> None:
    document = read(fn.find_document(PASSWORD, 2), vector("pl_FF0A_reregistration"))
    assert (document.form, document.fiscal_sign, document.total) == (11, 412805154, None)


def test_the_term_of_the_fn_is_read_in_both_lengths() -> None:
    answer = answer_of(vector("pl_FF03_expiry"))
    for length in (len(answer), len(answer) - 2):
        assert fn.fn_valid_until(PASSWORD).parse(answer[:length]) == date(2019, 9, 2)


def test_a_requisite_of_the_archive_is_handed_over_as_it_came() -> None:
    raw = read(fn.next_document_tlv(PASSWORD), vector("v2_FF3B_tag1038"))
    assert raw == bytes.fromhex("0e04040031000000")


def test_an_error_of_an_fn_command_has_three_bytes() -> None:
    answer = answer_of(vector("v1_FF3A_wrong_mode"))
    assert fn.begin_document_tlv(PASSWORD, 29).error_of(answer) == 0x73


@pytest.mark.parametrize("answer", [b"", b"\xff", b"\xff\x45", b"\xff\x4e", b"\x88\x00"])
def test_what_is_no_answer_to_the_command_is_never_success(answer: bytes) -> None:
    with pytest.raises(BadAnswer):
        closing(5000).error_of(answer)


READING: list[Callable[[], Request[Any]]] = [
    lambda: device.short_status(PASSWORD),
    lambda: device.full_status(PASSWORD),
    device.device_type,
    device.model_parameters,
    lambda: device.money_register(PASSWORD, device.CASH_IN_DRAWER),
    lambda: device.table_structure(PASSWORD, 1),
    lambda: device.field_structure(PASSWORD, 1, 1),
    lambda: fn.fn_state(PASSWORD),
    lambda: fn.fn_valid_until(PASSWORD),
    lambda: fn.fn_free_documents(PASSWORD),
    lambda: fn.ofd_exchange(PASSWORD),
    lambda: fn.shift_parameters(PASSWORD),
    lambda: fn.find_document(PASSWORD, 1),
    lambda: fn.begin_document_tlv(PASSWORD, 1),
    lambda: fn.open_shift(PASSWORD),
    lambda: closing(1),
]


@given(st.sampled_from(READING), st.binary(max_size=80))
def test_any_answer_is_understood_or_called_bad(
    make: Callable[[], Request[Any]], data: bytes
) -> None:
    request = make()
    try:
        request.parse(request.command.code + b"\x00" + data)
    except BadAnswer:
        return


def test_every_sum_of_a_closing_has_its_own_place() -> None:
    payments = Payments(cash=1, cashless=2, prepaid=3, credit=4, consideration=5)
    body = commands.close_receipt(
        0, payments, cash_tendered=9, tax_system=TaxSystem.PATENT, tax_sums={}
    ).body
    sums = [int.from_bytes(body[6 + 5 * n : 11 + 5 * n], "little") for n in range(16)]
    assert sums == [9, 2, *[0] * 11, 3, 4, 5]
    assert len(body) == 118


def test_a_correction_by_sums_is_laid_out_as_the_paper_says() -> None:
    body = commands.close_correction(
        PASSWORD,
        CorrectionType.BY_ORDER,
        CalculationSign.EXPENSE,
        Payments(cash=1, cashless=2, prepaid=3, credit=4, consideration=5),
        tax_sums={VatRate.VAT_10: 6, VatRate.VAT_10_110: 7},
        tax_system=TaxSystem.SIMPLIFIED_INCOME,
    ).body
    sums = [int.from_bytes(body[8 + 5 * n : 13 + 5 * n], "little") for n in range(12)]
    assert (body[6], body[7], body[-1], len(body)) == (1, 3, 2, 69)
    assert sums == [15, 1, 2, 3, 4, 5, 0, 6, 0, 0, 0, 7]


def test_a_vat_sum_without_a_place_is_refused() -> None:
    with pytest.raises(BadValue):
        commands.close_receipt(
            PASSWORD,
            Payments(cash=1),
            cash_tendered=1,
            tax_system=TaxSystem.GENERAL,
            tax_sums={VatRate.VAT_22: 1},
        )


@pytest.mark.parametrize(
    "item",
    [
        LUNCH.model_copy(update={"price": 256**5}),
        LUNCH.model_copy(update={"quantity": Decimal("0.0000001")}),
        LUNCH.model_copy(update={"name": "я" * 129}),
        LUNCH.model_copy(update={"name": "┌┐"}),
    ],
    ids=["price", "quantity", "long name", "name outside CP1251"],
)
def test_an_item_that_the_command_cannot_carry_is_refused(item: Item) -> None:
    with pytest.raises(BadValue):
        commands.operation(PASSWORD, CalculationSign.SALE, item, tax_row=4, tax_sum=None)


def test_a_requisite_longer_than_a_frame_is_refused() -> None:
    with pytest.raises(BadValue):
        fn.document_tag(PASSWORD, bytes(250))


def test_typography_is_mapped_as_for_the_fn() -> None:
    assert text("«Клуб» — 5 ₽", 64).decode("cp1251") == '"Клуб" - 5 руб'


@pytest.mark.parametrize("row", [0, 13])
def test_a_row_of_the_tax_table_without_a_known_byte_is_refused(row: int) -> None:
    with pytest.raises(BadValue):
        commands.tax_byte(row)


def test_shifts_may_take_two_minutes_and_readings_may_not() -> None:
    assert fn.open_shift(PASSWORD).timeout >= 120
    assert fn.close_shift(PASSWORD).timeout >= 120
    assert device.short_status(PASSWORD).timeout <= 5
