"""What `kassa pay` takes for a transaction, and what it does not."""

import json
from typing import Any

import pytest

from kassa_tui.cli.transaction import WrongTransaction, request_of
from kassa_tui.journal.records import PayBy
from kassa_tui.station.requests import TakePayment

ID = "8f2b9c1e-61c4-4a0c-9a57-90e6e7f1b202"
TOP_UP: dict[str, Any] = {
    "external_id": ID,
    "type": "top_up",
    "client_id": "cl_42",
    "amount": 50000,
    "payments": [{"method": "cash", "amount": 50000}],
    "cash_tendered": 100000,
    "change": 50000,
    "occurred_at": "2026-07-29T18:04:02+03:00",
}


def test_the_example_of_the_contract_is_a_top_up() -> None:
    assert request_of(json.dumps(TOP_UP).encode()) == TakePayment(
        total=50000, pay_by=PayBy.CASH, tendered=100000, client_id="cl_42", caller_id=ID
    )


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"external_id": None}, "external_id"),
        ({"external_id": "7"}, "external_id"),
        ({"amount": 500.0}, "amount"),
        ({"amount": "50000"}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": 40000}, "payments"),
        ({"payments": []}, "payments"),
        ({"payments": [{"method": "cash", "amount": 25000}] * 2}, "payments"),
        ({"payments": [{"method": "barter", "amount": 50000}], "change": None}, "payments"),
        ({"change": 1}, "change"),
        ({"type": "gift"}, "type"),
        ({"type": "adjustment"}, "direction"),
        ({"direction": "credit"}, "direction"),
        ({"type": "refund"}, "original_transaction_id"),
        ({"type": "withdrawal", "client_id": None}, "client_id"),
        ({"amuont": 1}, "amuont"),
    ],
)
def test_a_wrong_member_is_named(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(WrongTransaction, match=complaint):
        request_of(json.dumps(TOP_UP | change).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff", b'{"amount":' + b"9" * 300_000 + b"}"])
def test_what_is_no_transaction_is_refused(text: bytes) -> None:
    with pytest.raises(WrongTransaction):
        request_of(text)
