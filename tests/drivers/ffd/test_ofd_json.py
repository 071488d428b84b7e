"""Receipts exported by the tax service and the operators."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.ofd_json import OfdJsonError, read_ofd_json
from drivers.ffd.receipt import Payments
from drivers.ffd.tlv import Tlv, TlvError, find
from tests.drivers.ffd.vectors import vectors

WHOLE = {
    "dateTime": "2026-10-08T12:30:00",
    "fiscalDocumentNumber": 9895,
    "fiscalDriveNumber": "7380440902582955",
    "fiscalSign": 3304159072,
    "operationType": 1,
    "totalSum": 80730,
    "cashTotalSum": 0,
    "ecashTotalSum": 80730,
    "shiftNumber": 12,
}


@pytest.mark.parametrize("vector", vectors("fns_json"))
def test_a_real_export_becomes_requisites(vector: dict[str, Any]) -> None:
    receipt = read_ofd_json(vector["json"])
    assert receipt.form is DocumentForm.RECEIPT
    assert receipt.unknown == {"numberKkt": "00106925180632"}
    flat = {tlv.tag: tlv.value for tlv in receipt.tags if not tlv.children}
    assert flat == {
        1041: "7380440902582955",
        1037: "0007993537061927",
        1018: "4703148343",
        1040: 9895,
        1077: bytes.fromhex("0000c4f17760"),
        1020: 80730,
        1081: 80730,
        1031: 0,
        1104: 0,
        1209: 4,
    }
    assert find(receipt.tags, 1059) == Tlv.of(
        1059,
        (
            Tlv.of(1079, 26910),
            Tlv.of(1023, Decimal(3)),
            Tlv.of(1043, 80730),
            Tlv.of(1199, 11),
            Tlv.of(2108, 0),
        ),
    )
    assert find(receipt.tags, 1115) == Tlv.of(
        1115, (Tlv.of(1119, (Tlv.of(1199, 11), Tlv.of(1120, 14558))),)
    )


def test_a_whole_export_is_a_document_of_the_tape() -> None:
    document = read_ofd_json(json.dumps(WHOLE)).document(UTC)
    assert document.receipt_id == "7380440902582955:9895"
    assert document.fiscal_sign == 3304159072
    assert document.date_time == datetime(2026, 10, 8, 12, 30, tzinfo=UTC)
    assert document.calculation_sign is CalculationSign.SALE
    assert document.payments == Payments(cashless=80730)
    assert document.ofd_confirmed is True


def test_an_export_without_a_time_is_no_document() -> None:
    with pytest.raises(TlvError, match="1012"):
        read_ofd_json({**WHOLE, "dateTime": None}).document(UTC)


def test_wrappers_are_taken_off_and_tell_the_form() -> None:
    receipt = read_ofd_json({"id": "x", "ticket": {"document": {"bso": WHOLE}}})
    assert receipt.form is DocumentForm.BSO
    assert receipt.unknown == {"id": "x"}
    assert receipt.tags == read_ofd_json(WHOLE).tags


def test_a_correction_is_told_by_its_type() -> None:
    base = {"correctionDocumentDate": 1763683200, "correctionDocumentNumber": "15-07"}
    receipt = read_ofd_json({**WHOLE, "correctionType": 1, "correctionBase": base})
    assert receipt.form is DocumentForm.CORRECTION_RECEIPT
    assert find(receipt.tags, 1174) == Tlv.of(
        1174, (Tlv.of(1178, datetime(2025, 11, 21)), Tlv.of(1179, "15-07"))
    )


def test_a_quantity_of_json_is_exact() -> None:
    receipt = read_ofd_json('{"items": [{"quantity": 1.035, "extra": 5}, 7]}')
    assert receipt.tags[0].child(1023) == Tlv.of(1023, Decimal("1.035"))
    assert receipt.unknown == {"items.0.extra": 5, "items.1": 7}


def test_keys_and_values_that_fit_nothing_are_kept() -> None:
    receipt = read_ofd_json({"TOTALSUM": 5, "user": "☕", "cashTotalSum": -1, "productCode": [1]})
    assert receipt.tags == (Tlv.of(1020, 5),)
    assert receipt.unknown == {"user": "☕", "cashTotalSum": -1, "productCode": [1]}


@pytest.mark.parametrize("data", ["", "{", "[]", "5", b"\xff\xfe", "[" * 100_000])
def test_what_is_no_object_is_refused(data: str | bytes) -> None:
    with pytest.raises(OfdJsonError):
        read_ofd_json(data)


keys = st.sampled_from(["items", "totalSum", "dateTime", "fiscalSign", "receipt", "nds",
                        "quantity", "amountsReceiptNds", "user", "?"])  # fmt: skip
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(keys, anything))
def test_any_object_is_read(data: dict[str, Any]) -> None:
    for receipt in (read_ofd_json(data), read_ofd_json(json.dumps(data))):
        assert all(isinstance(tlv, Tlv) for tlv in receipt.tags)
