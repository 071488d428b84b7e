"""Money that changes hands or accounts. Numbers in the docstrings are FFD tags.

A transaction is written once; only its fiscal status and its receipts change later.
"""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Person
from kassa_tui.izi.values import (
    Flag,
    Id,
    Kopecks,
    Name,
    Number,
    OpenEnum,
    PositiveKopecks,
    PositiveQuantity,
    SignedKopecks,
    Tag,
    Text,
    Time,
    Wire,
)


class TransactionType(OpenEnum):
    TOP_UP = "top_up"
    """Desk to game account."""
    CHARGE = "charge"
    """Game and bonus account, or the desk, to revenue."""
    REFUND = "refund"
    """A charge or a part of it goes back the way it came."""
    WITHDRAWAL = "withdrawal"
    """Game account to desk."""
    ADJUSTMENT = "adjustment"
    """Plus or minus by hand; no money."""
    BONUS_CREDIT = "bonus_credit"
    BONUS_WRITE_OFF = "bonus_write_off"


class PaymentMethod(OpenEnum):
    CASH = "cash"
    CARD = "card"
    APP = "app"
    """Paid in the mobile application; never part of the desk."""
    BALANCE = "balance"
    BONUS = "bonus"


class Account(OpenEnum):
    GAME = "game"
    BONUS = "bonus"


class Direction(OpenEnum):
    """Sign of an adjustment."""

    CREDIT = "credit"
    DEBIT = "debit"


class LineKind(OpenEnum):
    TARIFF = "tariff"
    PRODUCT = "product"
    SERVICE = "service"


class TaxClass(OpenEnum):
    SERVICES = "services"
    GOODS = "goods"


class FiscalStatus(OpenEnum):
    """Does the transaction have its fiscal document? (contract D.8)"""

    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    ISSUED = "issued"
    FAILED = "failed"
    DEFERRED = "deferred"


class Origin(OpenEnum):
    """Who told the CRM of it."""

    STATION = "station"
    FR_DOCUMENT = "fr_document"
    CRM = "crm"
    APP = "app"


class Card(Wire):
    """What a terminal's slip tells. Never a full card number."""

    rrn: Annotated[str, Field(max_length=32)] | None = None
    auth_code: Annotated[str, Field(max_length=32)] | None = None
    terminal_id: Annotated[str, Field(max_length=32)] | None = None
    masked_pan: Annotated[str, Field(pattern=r"^[0-9]{0,6}[*Xx•]{3,}[0-9]{0,4}$")] | None = None


class Payment(Wire):
    method: PaymentMethod
    amount: PositiveKopecks
    card: Card | None = None


class Marking(Wire):
    code: Annotated[str, Field(min_length=1, max_length=512)]
    """As scanned, GS included."""
    check_result: Annotated[int, Field(strict=True, ge=0, le=31)]
    """2106, bits of the check: 1 checked by the FN, 2 found right, 4 checked by the marking
    system, 8 found right there, 16 the register works on its own."""


class Line(Wire):
    kind: LineKind
    ref_id: Id | None = None
    """Tariff or product; none for a service without a card."""
    name: Name
    """1030."""
    quantity: PositiveQuantity
    """1023."""
    price: Kopecks
    """1079."""
    discount: Kopecks = 0
    bonus: Kopecks = 0
    """The part of the line that bonuses pay; it stands on no receipt."""
    sum: Kopecks
    """1043: price x quantity, rounded half up, less discount and bonus."""
    tax_class: TaxClass
    nds: Number
    """1199."""
    payment_type: Number
    """1214."""
    product_type: Number
    """1212."""
    unit: Number = 0
    """2108."""
    zone_id: Id | None = None
    combo_id: Id | None = None
    marking: Marking | None = None


class TransactionDraft(Wire):
    """What a station asks to be written. Its rules are checked by the CRM."""

    external_id: UUID
    """Made by the station; the same for every attempt, for ever."""
    order_id: Id | None = None
    """Groups the parts of one basket."""
    type: TransactionType
    client_id: Id | None = None
    account: Account = Account.GAME
    direction: Direction | None = None
    amount: PositiveKopecks
    payments: Annotated[tuple[Payment, ...], Field(max_length=10)] = ()
    cash_tendered: Kopecks | None = None
    change: Kopecks | None = None
    lines: Annotated[tuple[Line, ...], Field(max_length=100)] = ()
    original_transaction_id: Id | None = None
    expected_balance: SignedKopecks | None = None
    """When given, the game balance must be this before the transaction."""
    comment: Text | None = None
    tags: Annotated[tuple[Tag, ...], Field(max_length=10)] = ()
    occurred_at: Time
    """When money changed hands."""

    def paid_by(self, *methods: PaymentMethod) -> int:
        """Kopecks paid by the given methods."""
        return sum(part.amount for part in self.payments if part.method in methods)


class Balances(Wire):
    """A client's two accounts, kopecks."""

    balance: SignedKopecks
    bonus_balance: SignedKopecks


class FiscalError(Wire):
    """Why no receipt came out."""

    code: Annotated[str, Field(min_length=1, max_length=64)]
    message: Text = ""


class FiscalStatusChange(Wire):
    status: FiscalStatus
    error: FiscalError | None = None


class Transaction(TransactionDraft):
    """A transaction as the CRM keeps it."""

    id: Id
    seq: Number
    version: Number
    club_id: Id | None = None
    shift_id: Id
    created_at: Time
    created_by: Person | None = None
    origin: Origin = Origin.STATION
    late_posted: Flag = False
    """Posted in another shift than it occurred in."""
    fiscal_status: FiscalStatus
    fiscal_error: FiscalError | None = None
    receipts: tuple[Receipt, ...] = ()
    client_after: Balances | None = None
