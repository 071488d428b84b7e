"""The journal on a real file."""

import sqlite3
import stat
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from kassa_tui.journal.errors import JournalError, JournalInUse, JournalTooNew
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Document,
    DocumentFact,
    PayBy,
    Payment,
    PaymentKind,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FN = "9999078900001234"
PAYMENT = Payment(
    id=UUID(int=1),
    kind=PaymentKind.TOP_UP,
    total=500_00,
    pay_by=PayBy.CASH,
    tendered=1_000_00,
    client="",
    created_at=NOON,
)
ATTEMPT = Attempt(
    payment_id=PAYMENT.id,
    fiscal_drive_number=FN,
    last_document_number=7,
    digest=b"\x00" * 32,
    sent_at=NOON,
)
DOCUMENT = Document(
    fiscal_drive_number=FN,
    fiscal_document_number=8,
    form=3,
    fiscal_sign=3921456780,
    date_time=NOON,
    shift_number=1,
    receipt_number=1,
    calculation_sign=1,
    total=500_00,
    qr="t=20261120T1200",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
async def journal(path: Path) -> AsyncIterator[Journal]:
    journal = await Journal.open(path)
    yield journal
    await journal.close()


async def test_a_journal_belongs_to_its_owner_only(journal: Journal, path: Path) -> None:
    await journal.add_payment(PAYMENT, "{}")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert path.with_name("journal.db.key").exists()
    assert modes == {0o600}


async def test_what_was_kept_is_there_after_the_file_is_opened_again(
    journal: Journal, path: Path
) -> None:
    await journal.add_payment(PAYMENT, '{"a": 1}')
    number = await journal.add_attempt(ATTEMPT)
    await journal.add_document(DOCUMENT, NOON, PAYMENT.id, number)
    await journal.note_fact(DocumentFact.PRINTED, FN, [8], NOON)
    await journal.close()

    again = await Journal.open(path)
    (state,) = await again.last_payments(10)
    assert await again.receipt(PAYMENT.id) == '{"a": 1}'
    await again.close()

    assert state.payment == PAYMENT
    assert state.document == DOCUMENT
    assert state.facts == {DocumentFact.PRINTED}
    assert state.last_attempt is not None
    assert state.last_attempt.state is AttemptState.RECORDED
    assert state.last_attempt.attempt == ATTEMPT


async def test_one_journal_has_one_station(journal: Journal, path: Path) -> None:
    with pytest.raises(JournalInUse):
        await Journal.open(path)


async def test_a_journal_of_a_later_version_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(JournalTooNew):
        await Journal.open(path)
    assert path.read_bytes() == before


async def test_a_file_that_is_no_journal_is_an_error(path: Path) -> None:
    path.write_bytes(b"not a database, but long enough to be looked at as if it were one" * 20)
    with pytest.raises(JournalError):
        await Journal.open(path)


async def test_an_attempt_is_unsettled_until_its_outcome_is_sure(journal: Journal) -> None:
    await journal.add_payment(PAYMENT, "{}")
    number = await journal.add_attempt(ATTEMPT)
    assert [a.state for a in await journal.unsettled_attempts()] == [AttemptState.SENT]
    await journal.note_outcome(number, AttemptState.UNKNOWN, NOON)
    assert [a.state for a in await journal.unsettled_attempts()] == [AttemptState.UNKNOWN]
    await journal.note_outcome(number, AttemptState.ABSENT, NOON)
    assert await journal.unsettled_attempts() == ()


async def test_an_attempt_ends_once(journal: Journal) -> None:
    await journal.add_payment(PAYMENT, "{}")
    number = await journal.add_attempt(ATTEMPT)
    await journal.note_outcome(number, AttemptState.REFUSED, NOON, "paper_out")
    with pytest.raises(JournalError):
        await journal.add_document(DOCUMENT, NOON, PAYMENT.id, number)
    state = await journal.payment(PAYMENT.id)
    assert state is not None
    assert state.document is None, "the failed transaction kept a part of itself"


async def test_a_document_is_kept_once(journal: Journal) -> None:
    await journal.add_document(DOCUMENT, NOON)
    with pytest.raises(JournalError):
        await journal.add_document(DOCUMENT, NOON)


async def test_a_payment_has_one_document(journal: Journal) -> None:
    await journal.add_payment(PAYMENT, "{}")
    await journal.add_document(DOCUMENT, NOON, PAYMENT.id)
    with pytest.raises(JournalError):
        await journal.add_document(replace(DOCUMENT, fiscal_document_number=9), NOON, PAYMENT.id)


async def test_a_payment_without_its_receipt_is_not_kept(journal: Journal) -> None:
    with pytest.raises(JournalError):
        await journal.add_payment(PAYMENT, "not JSON")
    assert await journal.payment(PAYMENT.id) is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE event SET body = '{}'",
        "DELETE FROM payment",
        "UPDATE payment_part SET amount = 1",
        "DELETE FROM receipt_intent",
        "UPDATE receipt_intent SET state = 'wanted'",
        "DELETE FROM attempt",
        "UPDATE attempt SET state = 'sent'",
        "DELETE FROM fiscal_document",
    ],
)
async def test_what_has_happened_cannot_be_undone(
    journal: Journal, path: Path, statement: str
) -> None:
    await journal.add_payment(PAYMENT, "{}")
    number = await journal.add_attempt(ATTEMPT)
    await journal.add_document(DOCUMENT, NOON, PAYMENT.id, number)
    await journal.close()
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=r"keeps facts|has ended"):
        connection.execute(statement)
    connection.close()


async def test_payments_come_newest_first(journal: Journal) -> None:
    later = replace(PAYMENT, id=UUID(int=2), created_at=NOON + timedelta(minutes=1))
    await journal.add_payment(PAYMENT, "{}")
    await journal.add_payment(later, "{}")
    assert [state.payment for state in await journal.last_payments(1)] == [later]
    assert [s.payment for s in await journal.payments_without_document()] == [PAYMENT, later]


async def test_documents_wait_for_the_ofd_until_it_has_them(journal: Journal) -> None:
    await journal.add_document(DOCUMENT, NOON)
    assert await journal.undelivered(FN) == (8,)
    await journal.note_fact(DocumentFact.DELIVERED, FN, [8], NOON)
    assert await journal.undelivered(FN) == ()
