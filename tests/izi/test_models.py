"""Contract D.10, V13 and V14: what the models take, and what does not break them."""

import json
from decimal import Decimal

import pytest
from pydantic import BaseModel, ValidationError

from kassa_tui.izi.embedded.demo import SETTINGS
from kassa_tui.izi.errors import invalid
from kassa_tui.izi.fiscal import first_status
from kassa_tui.izi.models.catalogue import is_gtin
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Capabilities
from kassa_tui.izi.models.shift import FiscalMode
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.izi.values import OpenEnum
from tests.izi.bench import (
    charge,
    chips,
    close,
    opened,
    paid,
    post,
    receipt_for,
    top_up,
    two_hours,
)

TOP_UP = {
    "external_id": "8f2b9c1e-61c4-4a0c-9a57-90e6e7f1b202",
    "type": "top_up",
    "client_id": "cl_42",
    "amount": 50_000,
    "payments": [{"method": "cash", "amount": 50_000}],
    "cash_tendered": 100_000,
    "change": 50_000,
    "occurred_at": "2026-07-29T18:04:02+03:00",
}
RECEIPT = {
    "receipt_id": "9960440300123456:1042",
    "document_kind": "receipt",
    "fiscal_drive_number": "9960440300123456",
    "fiscal_document_number": 1042,
    "fiscal_sign": "2746192837",
    "kkt_reg_id": "0001234567012345",
    "shift_number": 118,
    "request_number": 14,
    "operation_type": 1,
    "date_time": "2026-07-29T18:05:00+03:00",
    "total_sum": 50_000,
    "cash_total_sum": 50_000,
    "ecash_total_sum": 0,
    "prepaid_sum": 0,
    "taxation_type": 2,
    "delivery": "both",
}


def test_the_examples_of_the_contract_are_read_and_told_again():
    for model, body in ((TransactionDraft, TOP_UP), (Receipt, RECEIPT)):
        told = json.loads(model.model_validate_json(json.dumps(body)).model_dump_json())
        assert {key: told[key] for key in body if key != "payments"} == {
            key: value for key, value in body.items() if key != "payments"
        }


@pytest.mark.parametrize(
    ("model", "body", "members", "pointer"),
    [
        (TransactionDraft, TOP_UP, {"amount": 500.0}, "#/amount"),
        (TransactionDraft, TOP_UP, {"amount": "50000"}, "#/amount"),
        (TransactionDraft, TOP_UP, {"amount": True}, "#/amount"),
        (TransactionDraft, TOP_UP, {"amount": -1}, "#/amount"),
        (TransactionDraft, TOP_UP, {"amount": 0}, "#/amount"),
        (TransactionDraft, TOP_UP, {"amount": 10**12 + 1}, "#/amount"),
        (TransactionDraft, TOP_UP, {"change": -1}, "#/change"),
        (
            TransactionDraft,
            TOP_UP,
            {"payments": [{"method": "cash", "amount": 1e3}]},
            "#/payments/0/amount",
        ),
        (TransactionDraft, TOP_UP, {"occurred_at": "2026-07-29T18:04:02"}, "#/occurred_at"),
        (TransactionDraft, TOP_UP, {"occurred_at": "2026-07-29 18:04:02Z"}, "#/occurred_at"),
        (TransactionDraft, TOP_UP, {"occurred_at": 1_785_337_442}, "#/occurred_at"),
        (TransactionDraft, TOP_UP, {"external_id": "1"}, "#/external_id"),
        (TransactionDraft, TOP_UP, {"client_id": "cl 42"}, "#/client_id"),
        (TransactionDraft, TOP_UP, {"client_id": "c" * 65}, "#/client_id"),
        (TransactionDraft, TOP_UP, {"comment": "ы" * 501}, "#/comment"),
        (TransactionDraft, TOP_UP, {"tags": ["t"] * 11}, "#/tags"),
        (TransactionDraft, TOP_UP, {"tags": ["t" * 51]}, "#/tags/0"),
        (TransactionDraft, TOP_UP, {"lines": [two_hours()] * 101}, "#/lines"),
        (
            TransactionDraft,
            TOP_UP,
            {
                "payments": [
                    {"method": "card", "amount": 1, "card": {"masked_pan": "4111111111111111"}}
                ]
            },
            "#/payments/0/card/masked_pan",
        ),
        (Receipt, RECEIPT, {"fiscal_drive_number": "99604403001234567"}, "#/fiscal_drive_number"),
        (Receipt, RECEIPT, {"receipt_id": "99604403001234567:1042"}, "#/receipt_id"),
        (Receipt, RECEIPT, {"receipt_id": "9960440300123456:01042"}, "#/receipt_id"),
        (Receipt, RECEIPT, {"receipt_id": "9960440300123456:1042\n"}, "#/receipt_id"),
        (Receipt, RECEIPT, {"fiscal_document_number": 0}, "#/fiscal_document_number"),
        (Receipt, RECEIPT, {"fiscal_sign": "27461928371"}, "#/fiscal_sign"),
        (Receipt, RECEIPT, {"total_sum": 500.5}, "#/total_sum"),
        (Receipt, RECEIPT, {"operation_type": 5}, "#/operation_type"),
    ],
)
def test_a_body_that_breaks_a_type_is_refused_at_its_field(model, body, members, pointer):
    with pytest.raises(ValidationError) as error:
        model.model_validate_json(json.dumps(body | members))
    refusal = invalid(error.value)
    assert (refusal.status, [fault.pointer for fault in refusal.faults]) == (422, [pointer])


def test_a_refusal_repeats_nothing_of_the_body():
    with pytest.raises(ValidationError) as error:
        TransactionDraft.model_validate(TOP_UP | {"amount": "+79161234567"})
    assert "9161234567" not in str(invalid(error.value))


@pytest.mark.parametrize(
    "quantity", ["1", "0.5", "123456789.123456", Decimal("2"), Decimal("1E+1")]
)
def test_a_quantity_is_a_decimal_string(quantity):
    line = TransactionDraft.model_validate(
        TOP_UP | {"lines": [chips() | {"quantity": quantity}]}
    ).lines[0]
    assert json.loads(line.model_dump_json())["quantity"] == format(Decimal(quantity), "f")


@pytest.mark.parametrize(
    "quantity", [1, 1.5, "0", "0.000000", "-1", "1e3", "1.", ".5", "1.1234567", "NaN", "١", True]
)
def test_what_is_no_quantity_is_refused(quantity):
    with pytest.raises(ValidationError):
        TransactionDraft.model_validate(TOP_UP | {"lines": [chips() | {"quantity": quantity}]})


def from_the_future(value):
    """What a newer CRM might send: every enumeration has a new value, every object a member."""
    if isinstance(value, BaseModel):
        members = {name: from_the_future(getattr(value, name)) for name in type(value).model_fields}
        return members | {"member_of_tomorrow": {"x": [1]}}
    if isinstance(value, tuple):
        return [from_the_future(each) for each in value]
    if isinstance(value, OpenEnum):
        return "value_of_tomorrow"
    return json.loads(json.dumps(value, default=plain))


def plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def enumerations(value):
    if isinstance(value, OpenEnum):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from enumerations(getattr(value, name))
    elif isinstance(value, tuple):
        for each in value:
            yield from enumerations(each)


async def test_unknown_values_and_members_of_any_answer_do_not_break_the_client(bench):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    await bench.crm.attach_receipt(row.id, receipt_for(bench, 1, 50_000))
    await post(bench, shift.id, charge(bench, [two_hours()], balance=22_000))
    answers = [
        await bench.crm.capabilities(),
        await bench.crm.me(),
        await bench.crm.fiscal_settings(bench.club_id),
        await close(bench, shift),
        await bench.crm.client("cl_41"),
        *(await bench.crm.shift_transactions(shift.id)).items,
        *(await bench.crm.cash_articles(bench.club_id)).items,
        *(await bench.crm.tariffs(bench.club_id)).items,
        *(await bench.crm.products(bench.club_id)).items,
    ]
    for answer in answers:
        strange = type(answer).model_validate_json(json.dumps(from_the_future(answer)))
        strangers = list(enumerations(strange))
        assert len(strangers) == len(list(enumerations(answer)))
        assert {str(each) for each in strangers} <= {"value_of_tomorrow"}
        assert not any(each.is_known for each in strangers)
        assert type(answer).model_validate_json(strange.model_dump_json()) == strange


def test_an_unknown_value_equals_itself_and_no_other():
    strange = TransactionType("raffle")
    assert strange == TransactionType("raffle") == "raffle"
    assert strange not in set(TransactionType)
    assert TransactionType("top_up") is TransactionType.TOP_UP
    assert TransactionType.TOP_UP.is_known
    with pytest.raises(ValueError, match="65"):
        TransactionType("r" * 65 + "65")


def test_a_new_feature_is_shown_as_it_is():
    told = '{"contract": "1.1", "server": "s", "features": ["fiscal_mode", "holograms"]}'
    assert [str(each) for each in Capabilities.model_validate_json(told).features] == [
        "fiscal_mode",
        "holograms",
    ]


@pytest.mark.parametrize(
    ("code", "valid"),
    [
        ("4006381333931", True),
        ("4006381333932", False),
        ("73513537", True),
        ("036000291452", True),
        ("00012345600012", True),
        ("400638133393", False),
        ("", False),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", False),
    ],
)
def test_a_gtin_ends_in_its_check_digit(code, valid):
    assert is_gtin(code) is valid


ALL_BONUS = {"payments": paid(bonus=100), "amount": 100}
ALL_BALANCE = {"payments": paid(balance=100), "amount": 100}
PART_BALANCE = {"payments": paid(balance=60, card=40), "amount": 100}


@pytest.mark.parametrize(
    ("members", "settings", "mode", "original", "status"),
    [
        ({}, {}, "fiscal", None, "pending"),
        ({}, {}, "non_fiscal", None, "deferred"),
        ({}, {"fiscal_enabled": False}, "non_fiscal", None, "not_required"),
        ({"type": "adjustment"}, {}, "fiscal", None, "not_required"),
        ({"type": "bonus_credit"}, {}, "non_fiscal", None, "not_required"),
        ({"type": "charge", **ALL_BONUS}, {}, "fiscal", None, "not_required"),
        ({"type": "charge", **ALL_BALANCE}, {}, "fiscal", None, "pending"),
        (
            {"type": "charge", **ALL_BALANCE},
            {"fiscalise_balance_charges": False},
            "fiscal",
            None,
            "not_required",
        ),
        (
            {"type": "charge", **PART_BALANCE},
            {"fiscalise_balance_charges": False},
            "fiscal",
            None,
            "pending",
        ),
        ({"type": "refund"}, {}, "fiscal", "issued", "pending"),
        ({"type": "refund"}, {}, "fiscal", "not_required", "not_required"),
        ({"type": "refund", **ALL_BONUS}, {}, "fiscal", "issued", "not_required"),
        ({"type": "withdrawal"}, {}, "fiscal", None, "pending"),
    ],
)
def test_station_and_crm_agree_which_transaction_owes_a_document(
    members, settings, mode, original, status
):
    draft = TransactionDraft.model_validate(TOP_UP | members)
    told = SETTINGS.model_copy(update=settings)
    first = first_status(draft, told, FiscalMode(mode), original and FiscalStatus(original))
    assert first == status
