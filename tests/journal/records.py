"""A journal with something in every table."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from kassa_tui.journal.calls import Call, CallState
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.records import (
    Attempt,
    AttemptState,
    Document,
    DocumentFact,
    Line,
    Part,
    PayBy,
    Payment,
    PaymentKind,
    ReceiptIntent,
)
from kassa_tui.journal.shifts import (
    CashDirection,
    CashMove,
    CashMoveState,
    ShiftClosing,
    ShiftOpening,
)

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FN = "9999078900001234"
CONTACT = "+79161234567"
RECEIPT = f'{{"buyer_contact":"{CONTACT}","items":[]}}'


def identity(number: int) -> UUID:
    return UUID(int=0x7000 << 64 | 2 << 62 | number)


def payment(number: int = 1, total: int = 500_00, **more: object) -> Payment:
    facts: dict[str, object] = {
        "id": identity(number),
        "kind": PaymentKind.TOP_UP,
        "total": total,
        "pay_by": PayBy.CASH,
        "tendered": None,
        "client": "Пётр К.",
        "created_at": NOON + timedelta(minutes=number),
    }
    return Payment(**(facts | more))  # type: ignore[arg-type]


def attempt(payment_id: UUID, after: int = 7, receipt_id: UUID | None = None) -> Attempt:
    return Attempt(
        payment_id=payment_id,
        receipt_id=receipt_id,
        fiscal_drive_number=FN,
        last_document_number=after,
        digest=b"\x01" * 32,
        sent_at=NOON,
    )


def document(number: int = 8, total: int = 500_00) -> Document:
    return Document(
        fiscal_drive_number=FN,
        fiscal_document_number=number,
        form=3,
        fiscal_sign=3921456780,
        date_time=NOON,
        shift_number=1,
        receipt_number=1,
        calculation_sign=1,
        total=total,
        qr="t=20261120T1200",
    )


def call(number: int, subject: UUID, name: str = "post_transaction") -> Call:
    return Call(
        id=identity(1000 + number), subject=subject, name=name, body="{}", key=identity(number)
    )


OPENING = ShiftOpening(id=identity(500), opened_at=NOON, cashier="Иванова А.", opening_cash=5000_00)
MOVE = CashMove(
    id=identity(600),
    shift_id=OPENING.id,
    direction=CashDirection.OUT,
    kind="expense",
    article_id="water",
    amount=100_00,
    comment="вода",
    cashier="Иванова А.",
    occurred_at=NOON,
)
SPLIT = payment(
    2,
    300_00,
    kind=PaymentKind.CHARGE,
    caller_id="web-17",
    shift_id=OPENING.id,
    parts=(
        Part(method=PayBy.CASH, amount=100_00),
        Part(method=PayBy.CARD, amount=200_00, card='{"rrn":"1"}'),
    ),
    lines=(
        Line(name="2 часа", quantity=Decimal(1), price=200_00, total=200_00),
        Line(name="Кола", quantity=Decimal("2.5"), price=40_00, total=100_00),
    ),
)
HALVES = (
    ReceiptIntent(id=identity(21), receipt=RECEIPT),
    ReceiptIntent(id=identity(22), receipt="{}"),
)


async def fill(journal: Journal) -> None:
    """Something in every table and every kind of event."""
    await journal.begin_shift(OPENING, [call(1, OPENING.id, "open_shift")])
    await journal.shift_is_open(OPENING.id, NOON, FN, 1)
    await journal.link_shift(OPENING.id, NOON, "sh_1")
    await journal.add_cash_move(MOVE)
    await journal.note_cash_move(MOVE.id, NOON, CashMoveState.DONE)
    await journal.add_payment(payment(1), RECEIPT, [call(2, identity(1)), call(3, identity(1))])
    await journal.retry_call(call(2, identity(1)).id, NOON, "away", NOON)
    await journal.readdress_call(call(2, identity(1)).id, NOON, '{"a":1}', identity(99))
    await journal.end_call(call(2, identity(1)).id, NOON, CallState.DONE, result="{}")
    number = await journal.add_attempt(attempt(identity(1)))
    await journal.note_outcome(number, AttemptState.REFUSED, NOON, "paper_out")
    number = await journal.add_attempt(attempt(identity(1)))
    await journal.add_document(document(8), NOON, identity(1), number)
    await journal.add_payment(SPLIT, HALVES)
    await journal.add_document(document(9), NOON)
    await journal.bind_document(document(9), HALVES[0].id, NOON)
    await journal.add_payment(payment(3), "{}", [call(4, identity(3))])
    await journal.call_off(identity(3), NOON, "insufficient-balance", call(4, identity(3)).id)
    await journal.note_fact(DocumentFact.PRINTED, FN, [8], NOON)
    await journal.note_fact(DocumentFact.DELIVERED, FN, [8, 9], NOON)
    await journal.keep_tape(FN, {8: "{}", 9: "{}"}, NOON)
    await journal.note_incident(NOON, "damaged", "a test")
    await journal.settle_row("tx_1", "", "a duplicate", NOON, "settled_by_hand")
    closing = ShiftClosing(closed_at=NOON, counted_cash=5000_00, expected_cash=4900_00)
    await journal.begin_closing(OPENING.id, closing)
    await journal.shift_is_closed(OPENING.id, NOON, 10)
