"""Phone numbers and addresses are kept in one place, and not for ever."""

import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from kassa_tui.journal.journal import Journal
from kassa_tui.journal.privacy import masked
from tests.journal.records import CONTACT, NOON, RECEIPT, attempt, document, identity, payment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Пётр К.", "Пётр К."),
        ("+79161234567", "***67"),
        ("8 (916) 123-45-67", "***67"),
        ("звонить 8-916-123-45-67 вечером", "звонить ***67 вечером"),
        ("buyer@example.org", "b***@example.org"),
        ("место 17, 500 рублей", "место 17, 500 рублей"),
        ("ФН 9999078900001234", "ФН 9999078900001234"),
        ("", ""),
    ],
)
def test_only_what_names_a_person_is_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def bytes_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


async def test_the_receipt_is_given_back_with_its_contact(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.add_payment(payment(1), RECEIPT)
    receipt = await journal.receipt(identity(1))
    await journal.close()
    assert json.loads(receipt) == json.loads(RECEIPT)


async def test_no_event_holds_a_contact(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = await Journal.open(path)
    await journal.add_payment(payment(1, client=CONTACT, comment=CONTACT), RECEIPT)
    await journal.close()
    db = sqlite3.connect(path)
    rows = [
        str(row)
        for table in ("event", "payment", "receipt_intent")
        for row in db.execute(f"SELECT * FROM {table}")
    ]
    db.close()
    assert [row for row in rows if CONTACT in row] == []


async def test_a_contact_stays_as_long_as_its_receipt_is_wanted(tmp_path: Path) -> None:
    journal = await Journal.open(tmp_path / "journal.db")
    await journal.add_payment(payment(1), RECEIPT)
    assert await journal.purge_contacts(NOON + timedelta(days=1000), NOON) == 0
    await journal.close()
    assert CONTACT.encode() in bytes_of(tmp_path / "journal.db")


async def test_a_contact_leaves_the_file_in_its_time(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    journal = await Journal.open(path)
    await journal.add_payment(payment(1), RECEIPT)
    number = await journal.add_attempt(attempt(identity(1)))
    await journal.add_document(document(), NOON, identity(1), number)
    assert await journal.purge_contacts(NOON, NOON) == 0, "kept for its days"
    assert await journal.purge_contacts(NOON + timedelta(seconds=1), NOON) == 1
    receipt = await journal.receipt(identity(1))
    in_file = bytes_of(path)
    await journal.close()
    assert json.loads(receipt)["buyer_contact"] is None
    assert CONTACT.encode() not in in_file
