"""Answers as they really are: absent keys, texts for numbers, dates that are none."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from drivers.kkmserver.answers import BadAnswer, Fields, Status, read_answer
from drivers.kkmserver.json_text import NotJson, decode, encode
from tests.drivers.examples import ZONE


@pytest.mark.parametrize(
    ("value", "kopecks"),
    [
        (Decimal("690.00"), 69000),
        (Decimal("0.1"), 10),
        ("7350.5", 735050),
        (12, 1200),
        ("12,5", None),
        (Decimal("0.001"), None),
        (-1, None),
        (True, None),
        (None, None),
        (Decimal("1e999999999"), None),
        ("9" * 19, None),
        ([1], None),
    ],
)
def test_a_sum_is_kopecks_or_nothing(value: Any, kopecks: int | None) -> None:
    assert Fields({"Sum": value}).kopecks("Sum") == kopecks


@pytest.mark.parametrize(
    ("value", "whole"),
    [(2043, 2043), ("2043", 2043), ("2043.0", 2043), (2**32, None), ("x", None), (1.5, None)],
)
def test_a_number_may_be_text(value: Any, whole: int | None) -> None:
    assert Fields({"N": value}).whole("N") == whole
    assert Fields({}).whole("N") is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31T18:05:00", datetime(2026, 1, 31, 18, 5, tzinfo=ZONE)),
        ("2026-01-31T18:05:00.1234567", datetime(2026, 1, 31, 18, 5, 0, 123456, tzinfo=ZONE)),
        ("2026-01-31T15:05:00Z", datetime(2026, 1, 31, 18, 5, tzinfo=ZONE)),
        ("2026-01-31T20:05:00.0000000+05:00", datetime(2026, 1, 31, 18, 5, tzinfo=ZONE)),
        ("0001-01-01T00:00:00", None),
        ("9999-12-31T23:59:59", None),
        ("31.01.2026 18:05", None),
        ("", None),
    ],
)
def test_a_date_is_local_and_year_one_is_none(text: str, moment: datetime | None) -> None:
    assert Fields({"At": text}).moment("At", ZONE) == moment


def test_a_qr_that_fits_no_register_is_none() -> None:
    for qr in ("", "t=1", "t=20261103T1142&fn=1&i=1&fp=99999999999"):
        assert Fields({"QRCode": qr}).qr() is None


@pytest.mark.parametrize("status", [0, "0", Decimal("0.0")])
def test_an_answer_without_an_error_is_good(status: Any) -> None:
    for error in ({"Error": ""}, {"Error": None}, {"Error": "  "}, {}):
        answer = read_answer({"Status": status, **error}, "XReport", "id")
        assert answer.is_good


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"Status": 8},
        {"Status": -1},
        {"Status": True},
        {"Status": 0, "Error": 5},
        {"Status": 0, "Command": "ZReport"},
        {"Status": 0, "IdCommand": "another"},
    ],
)
def test_what_is_no_answer_to_the_command_is_none(body: Any) -> None:
    with pytest.raises(BadAnswer):
        read_answer(body, "XReport", "id")


def test_an_error_that_carries_a_documents_number_is_an_error() -> None:
    answer = read_answer({"Status": 2, "Error": "x", "CheckNumber": 7}, "RegisterCheck", "")
    assert not answer.is_good
    assert answer.status is Status.FAILED


# JSON


def test_sums_go_out_as_they_are_and_never_as_floats() -> None:
    sent = {"Amount": Decimal("0.10"), "Name": 'Сок "Я"\x1d', "Rows": [{"N": 1}], "No": None}
    assert encode(sent) == (
        '{"Amount": 0.10, "Name": "\\u0421\\u043e\\u043a \\"\\u042f\\"\\u001d",'
        ' "Rows": [{"N": 1}], "No": null}'
    )
    with pytest.raises(TypeError):
        encode(0.1)


def test_sums_come_in_exactly() -> None:
    assert decode(b'{"Sum": 0.1}') == {"Sum": Decimal("0.1")}


def test_control_characters_and_a_cyrillic_letter_in_a_name_are_read() -> None:
    body = '\ufeff{"\x01": 1, "\u0421ounters": [{"\u0421ountersType": "Shift"}]}'.encode()
    assert decode(body) == {"\x01": 1, "Counters": [{"CountersType": "Shift"}]}


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"NaN", b"\xff", b"9" * 10_000])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(NotJson):
        decode(body)
