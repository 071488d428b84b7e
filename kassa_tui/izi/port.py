"""`Crm`: the gateway contract as a station uses it, with one method to a call.

A `Crm` is one operator at one station (one token). Every method raises `errors.CrmError`
and nothing else; which calls need which permission is in the contract, D.4 and D.9.

Writes that make something take an idempotency key: a UUID made once, written down before
the first attempt and sent again with each further one. Writes that change something take
the `version` that the caller has read. Every call may be cancelled; a write that was
cancelled may have been carried out.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID

from kassa_tui.izi.models.cash import CashArticle, CashMovement, CashMovementDraft
from kassa_tui.izi.models.catalogue import Product, Tariff
from kassa_tui.izi.models.client import Client, ClientSearch, ReceiptContact
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.page import Order, Page, Paging, Written
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Capabilities, Me
from kassa_tui.izi.models.settings import FiscalSettings
from kassa_tui.izi.models.shift import (
    FiscalModeChange,
    Shift,
    ShiftClosing,
    ShiftOpening,
    ShiftStatus,
)
from kassa_tui.izi.models.transaction import (
    FiscalStatus,
    FiscalStatusChange,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)

FIRST_PAGE = Paging()
LATEST_FIRST = Paging(order=Order.DESC)


class LookUpBy(StrEnum):
    """By what transactions of a club are found."""

    EXTERNAL_ID = "external_id"
    RECEIPT_ID = "receipt_id"
    FISCAL_SHIFT = "fiscal_shift"
    """`<FN>:<shift number>` of the register: every transaction with a receipt in it."""
    ORDER_ID = "order_id"


class Crm(Protocol):
    """The 24 calls, in the order of the contract."""

    async def capabilities(self) -> Capabilities: ...

    async def me(self) -> Me: ...

    async def fiscal_settings(self, club_id: str) -> FiscalSettings: ...

    async def shifts(
        self,
        club_id: str,
        *,
        status: ShiftStatus | None = None,
        opened_from: datetime | None = None,
        opened_to: datetime | None = None,
        paging: Paging = LATEST_FIRST,
    ) -> Page[Shift]:
        """Shifts opened in `[opened_from, opened_to)`, without their totals."""
        ...

    async def current_shift(self, club_id: str) -> Shift:
        """The open shift. Raises `NoOpenShift`."""
        ...

    async def open_shift(
        self, club_id: str, opening: ShiftOpening, *, key: UUID
    ) -> Written[Shift]: ...

    async def shift(self, shift_id: str) -> Shift: ...

    async def close_shift(
        self, shift_id: str, closing: ShiftClosing, *, version: int, key: UUID
    ) -> Written[Shift]:
        """Close for good. Any transaction since `version` makes it `VersionConflict`."""
        ...

    async def set_fiscal_mode(
        self, shift_id: str, change: FiscalModeChange, *, version: int
    ) -> Shift: ...

    async def post_transaction(
        self, shift_id: str, draft: TransactionDraft, *, key: UUID
    ) -> Written[Transaction]: ...

    async def shift_transactions(
        self,
        shift_id: str,
        *,
        type: TransactionType | None = None,  # noqa: A002
        payment_method: PaymentMethod | None = None,
        fiscal_status: FiscalStatus | None = None,
        client_id: str | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Transaction]: ...

    async def find_transactions(
        self, club_id: str, by: LookUpBy, value: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[Transaction]: ...

    async def transaction(self, transaction_id: str) -> Transaction: ...

    async def attach_receipt(self, transaction_id: str, receipt: Receipt) -> Written[Transaction]:
        """Say which document belongs to a transaction. Charges nothing; safe to repeat."""
        ...

    async def set_fiscal_status(
        self, transaction_id: str, change: FiscalStatusChange, *, version: int
    ) -> Transaction: ...

    async def import_receipt(
        self, shift_id: str, imported: ImportedReceipt, *, key: UUID
    ) -> Written[Transaction]:
        """Make the transaction that a document of the register proves. Prints nothing."""
        ...

    async def post_cash_movement(
        self, shift_id: str, movement: CashMovementDraft, *, key: UUID
    ) -> Written[CashMovement]: ...

    async def cash_movements(
        self, shift_id: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[CashMovement]: ...

    async def cash_articles(
        self, club_id: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[CashArticle]: ...

    async def search_clients(self, club_id: str, search: ClientSearch) -> Page[Client]: ...

    async def client(self, client_id: str) -> Client: ...

    async def receipt_contact(self, client_id: str) -> ReceiptContact:
        """The clear contact for tag 1008; audited. Raises `NotFound` when there is none."""
        ...

    async def tariffs(
        self,
        club_id: str,
        *,
        zone_id: str | None = None,
        available_at: datetime | None = None,
        updated_since: datetime | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Tariff]:
        """Active tariffs; with `updated_since` the inactive ones too."""
        ...

    async def products(
        self,
        club_id: str,
        *,
        barcode: str | None = None,
        q: str | None = None,
        category_id: str | None = None,
        updated_since: datetime | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Product]:
        """Active products; with `updated_since` the inactive ones too."""
        ...


@runtime_checkable
class Doubting(Protocol):
    """A `Crm` whose writes may end in `OutcomeUnclear`."""

    async def was_not_done(self, external_id: UUID) -> None:
        """A person has looked: the CRM has no such transaction, and may be asked once more.

        Raises `CrmError`.
        """
        ...
