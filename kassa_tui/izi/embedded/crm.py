"""`EmbeddedCrm`, the file and its owner; `EmbeddedSession`, the `Crm` of one operator."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from uuid import UUID

from kassa_tui.izi.embedded import cash, catalogue, clients, receipts, shifts, transactions
from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.registry import Registry, token_digest
from kassa_tui.izi.embedded.store import Store, micros, moment
from kassa_tui.izi.errors import TokenExpired, Unauthenticated
from kassa_tui.izi.models.cash import (
    CashArticle,
    CashMovement,
    CashMovementDraft,
    CashMovementKind,
)
from kassa_tui.izi.models.catalogue import Product, Tariff
from kassa_tui.izi.models.client import Client, ClientSearch, ReceiptContact
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.page import Page, Paging, Written
from kassa_tui.izi.models.receipt import Receipt
from kassa_tui.izi.models.session import Capabilities, Club, Feature, Me, Permission, Person
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
from kassa_tui.izi.port import FIRST_PAGE, LATEST_FIRST, Crm, LookUpBy

CONTRACT = "1.0"
SERVER = "Kassa embedded CRM"

EVERYTHING = frozenset(Feature)

_PERMISSIONS = {
    TransactionType.TOP_UP: Permission.TRANSACTION_TOP_UP,
    TransactionType.CHARGE: Permission.TRANSACTION_CHARGE,
    TransactionType.REFUND: Permission.TRANSACTION_REFUND,
    TransactionType.WITHDRAWAL: Permission.TRANSACTION_WITHDRAWAL,
    TransactionType.ADJUSTMENT: Permission.TRANSACTION_ADJUSTMENT,
    TransactionType.BONUS_CREDIT: Permission.TRANSACTION_BONUS,
    TransactionType.BONUS_WRITE_OFF: Permission.TRANSACTION_BONUS,
}

_LOOK_UP = {
    LookUpBy.EXTERNAL_ID: "t.external_id = lower(?)",
    LookUpBy.ORDER_ID: "t.order_id = ?",
    LookUpBy.RECEIPT_ID: "t.id IN (SELECT transaction_id FROM receipt WHERE receipt_id = ?)",
    LookUpBy.FISCAL_SHIFT: "t.id IN (SELECT transaction_id FROM receipt WHERE fiscal_shift = ?)",
}

_PAID_BY = "EXISTS (SELECT 1 FROM payment WHERE transaction_id = t.id AND method = ?)"


class EmbeddedCrm:
    """The whole organisation, in one file."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], datetime],
        randomness: Callable[[int], bytes],
        features: frozenset[Feature],
    ) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._features = features

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Callable[[], datetime],
        randomness: Callable[[int], bytes],
        features: frozenset[Feature] = EVERYTHING,
    ) -> EmbeddedCrm:
        """Open the file, or make it.

        Args:
            clock: The aware time now.
            randomness: Gives so many random bytes; ids and tokens are made of them.
            features: What the CRM shall be able to do, for training without some of it.

        Raises:
            NotOurFile, sqlite3.Error, OSError: It cannot be opened.
        """
        return cls(await Store.open(path), clock, randomness, features)

    async def close(self) -> None:
        """Close the file after the call that is running; later ones are refused."""
        await self._store.close()

    def session(self, token: str) -> Crm:
        """The CRM as the holder of `token` sees it; the token is checked with every call."""
        return EmbeddedSession(self, token)

    @asynccontextmanager
    async def registry(self) -> AsyncIterator[Registry]:
        """The owner's hand: all that is written in the block, or nothing."""
        async with self._store.unit():
            now = self._clock()
            await shifts.close_expired(self._store, now)
            clubs = await self._store.rows("SELECT id FROM club")
            owner = Person(id="owner", display_name="owner")
            every_club = frozenset(row["id"] for row in clubs)
            yield Registry(self._desk(owner, every_club, frozenset(), now))

    @asynccontextmanager
    async def desk(self, token: str) -> AsyncIterator[Desk]:
        """One call of the holder of `token`, in one transaction."""
        async with self._store.unit():
            now = self._clock()
            await shifts.close_expired(self._store, now)
            found = await self._store.row(
                "SELECT o.id, o.name, t.expires_at FROM token t "
                "JOIN operator o ON o.id = t.operator_id WHERE t.digest = ?",
                token_digest(token),
            )
            if found is None:
                raise Unauthenticated("no such token")
            if found["expires_at"] <= micros(now):
                raise TokenExpired("sign in again")
            operator = Person(id=found["id"], display_name=found["name"])
            clubs = await self._store.rows(
                "SELECT club_id FROM operator_club WHERE operator_id = ?", operator.id
            )
            permissions = await self._store.rows(
                "SELECT permission FROM operator_permission WHERE operator_id = ?", operator.id
            )
            yield self._desk(
                operator,
                frozenset(row["club_id"] for row in clubs),
                frozenset(row["permission"] for row in permissions),
                now,
            )

    def _desk(
        self,
        operator: Person,
        clubs: frozenset[str],
        permissions: frozenset[str],
        now: datetime,
    ) -> Desk:
        return Desk(
            store=self._store,
            now=now,
            operator=operator,
            clubs=clubs,
            permissions=permissions,
            features=self._features,
            new_id=lambda prefix: f"{prefix}_{self._randomness(12).hex()}",
        )


class EmbeddedSession:
    """The `Crm` of one operator."""

    def __init__(self, crm: EmbeddedCrm, token: str) -> None:
        self._crm = crm
        self._token = token

    @asynccontextmanager
    async def _desk(
        self, permission: Permission | None = None, feature: Feature | None = None
    ) -> AsyncIterator[Desk]:
        async with self._crm.desk(self._token) as desk:
            if feature is not None:
                desk.offer(feature)
            if permission is not None:
                desk.need(permission)
            yield desk

    async def capabilities(self) -> Capabilities:
        async with self._desk() as desk:
            return Capabilities(
                contract=CONTRACT, server=SERVER, features=tuple(sorted(desk.features))
            )

    async def me(self) -> Me:
        async with self._desk() as desk:
            clubs = await desk.store.rows("SELECT id, name FROM club ORDER BY id")
            expires_at = await desk.store.value(
                "SELECT expires_at FROM token WHERE digest = ?", token_digest(self._token)
            )
            return Me(
                operator=desk.operator,
                clubs=tuple(
                    Club(id=row["id"], name=row["name"]) for row in clubs if row["id"] in desk.clubs
                ),
                permissions=tuple(map(Permission, sorted(desk.permissions))),
                token_expires_at=moment(expires_at),
            )

    async def fiscal_settings(self, club_id: str) -> FiscalSettings:
        async with self._desk(Permission.SETTINGS_READ) as desk:
            return await desk.settings(club_id)

    async def shifts(
        self,
        club_id: str,
        *,
        status: ShiftStatus | None = None,
        opened_from: datetime | None = None,
        opened_to: datetime | None = None,
        paging: Paging = LATEST_FIRST,
    ) -> Page[Shift]:
        async with self._desk(Permission.SHIFT_READ) as desk:
            return await shifts.listing(desk, club_id, status, opened_from, opened_to, paging)

    async def current_shift(self, club_id: str) -> Shift:
        async with self._desk(Permission.SHIFT_READ) as desk:
            return await shifts.current(desk, club_id)

    async def open_shift(self, club_id: str, opening: ShiftOpening, *, key: UUID) -> Written[Shift]:
        async with self._desk(Permission.SHIFT_OPEN, Feature.SHIFTS_WRITE) as desk:
            return await desk.create(
                f"POST /v1/clubs/{club_id}/shifts",
                key,
                opening,
                lambda: shifts.open_shift(desk, club_id, opening),
                lambda shift_id: shifts.shift(desk, shift_id),
                Shift,
            )

    async def shift(self, shift_id: str) -> Shift:
        async with self._desk(Permission.SHIFT_READ) as desk:
            return await shifts.shift(desk, shift_id)

    async def close_shift(
        self, shift_id: str, closing: ShiftClosing, *, version: int, key: UUID
    ) -> Written[Shift]:
        async with self._desk(Permission.SHIFT_CLOSE, Feature.SHIFTS_WRITE) as desk:
            return await desk.once(
                f"POST /v1/shifts/{shift_id}/close",
                key,
                closing,
                lambda: shifts.close_shift(desk, shift_id, closing, version),
                Shift,
            )

    async def set_fiscal_mode(
        self, shift_id: str, change: FiscalModeChange, *, version: int
    ) -> Shift:
        async with self._desk(Permission.SHIFT_FISCAL_MODE, Feature.FISCAL_MODE) as desk:
            return await shifts.set_fiscal_mode(desk, shift_id, change, version)

    async def post_transaction(
        self, shift_id: str, draft: TransactionDraft, *, key: UUID
    ) -> Written[Transaction]:
        permission = _PERMISSIONS.get(draft.type)
        async with self._desk(permission, Feature.TRANSACTIONS_WRITE) as desk:
            if permission is Permission.TRANSACTION_BONUS:
                desk.offer(Feature.TRANSACTIONS_BONUS)
            return await desk.create(
                f"POST /v1/shifts/{shift_id}/transactions",
                key,
                draft,
                lambda: transactions.post(desk, shift_id, draft),
                lambda transaction_id: transactions.transaction(desk, transaction_id),
                Transaction,
            )

    async def shift_transactions(
        self,
        shift_id: str,
        *,
        type: TransactionType | None = None,  # noqa: A002
        payment_method: PaymentMethod | None = None,
        fiscal_status: FiscalStatus | None = None,
        client_id: str | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Transaction]:
        async with self._desk(Permission.TRANSACTION_READ) as desk:
            row = await shifts.shift_row(desk, shift_id)
            return await transactions.listing(
                desk,
                row["club_id"],
                [
                    ("t.shift_id = ?", shift_id),
                    ("t.type = ?", type),
                    (_PAID_BY, payment_method),
                    ("f.status = ?", fiscal_status),
                    ("t.client_id = ?", client_id),
                ],
                paging,
            )

    async def find_transactions(
        self, club_id: str, by: LookUpBy, value: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[Transaction]:
        async with self._desk(Permission.TRANSACTION_READ) as desk:
            return await transactions.listing(desk, club_id, [(_LOOK_UP[by], value)], paging)

    async def transaction(self, transaction_id: str) -> Transaction:
        async with self._desk(Permission.TRANSACTION_READ) as desk:
            return await transactions.transaction(desk, transaction_id)

    async def attach_receipt(self, transaction_id: str, receipt: Receipt) -> Written[Transaction]:
        async with self._desk(Permission.RECEIPT_ATTACH, Feature.RECEIPTS_ATTACH) as desk:
            return await receipts.attach(desk, transaction_id, receipt)

    async def set_fiscal_status(
        self, transaction_id: str, change: FiscalStatusChange, *, version: int
    ) -> Transaction:
        async with self._desk(Permission.RECEIPT_ATTACH, Feature.RECEIPTS_ATTACH) as desk:
            return await transactions.set_fiscal_status(desk, transaction_id, change, version)

    async def import_receipt(
        self, shift_id: str, imported: ImportedReceipt, *, key: UUID
    ) -> Written[Transaction]:
        async with self._desk(Permission.RECEIPT_IMPORT, Feature.RECEIPTS_IMPORT) as desk:
            return await desk.create(
                f"POST /v1/shifts/{shift_id}/imported-receipts",
                key,
                imported,
                lambda: receipts.import_receipt(desk, shift_id, imported),
                lambda transaction_id: transactions.transaction(desk, transaction_id),
                Transaction,
            )

    async def post_cash_movement(
        self, shift_id: str, movement: CashMovementDraft, *, key: UUID
    ) -> Written[CashMovement]:
        collects = movement.kind is CashMovementKind.COLLECTION
        permission = Permission.CASH_COLLECT if collects else Permission.CASH_MOVE
        async with self._desk(permission, Feature.CASH_WRITE) as desk:
            return await desk.create(
                f"POST /v1/shifts/{shift_id}/cash-movements",
                key,
                movement,
                lambda: cash.post(desk, shift_id, movement),
                lambda movement_id: cash.movement(desk, movement_id),
                CashMovement,
            )

    async def cash_movements(
        self, shift_id: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[CashMovement]:
        async with self._desk(Permission.SHIFT_READ) as desk:
            return await cash.listing(desk, shift_id, paging)

    async def cash_articles(
        self, club_id: str, *, paging: Paging = FIRST_PAGE
    ) -> Page[CashArticle]:
        async with self._desk(Permission.SHIFT_READ) as desk:
            return await cash.articles(desk, club_id, paging)

    async def search_clients(self, club_id: str, search: ClientSearch) -> Page[Client]:
        async with self._desk(Permission.CLIENT_READ) as desk:
            return await clients.search(desk, club_id, search)

    async def client(self, client_id: str) -> Client:
        async with self._desk(Permission.CLIENT_READ) as desk:
            return await clients.client(desk, client_id)

    async def receipt_contact(self, client_id: str) -> ReceiptContact:
        async with self._desk(Permission.CLIENT_CONTACT) as desk:
            return await clients.receipt_contact(desk, client_id)

    async def tariffs(
        self,
        club_id: str,
        *,
        zone_id: str | None = None,
        available_at: datetime | None = None,
        updated_since: datetime | None = None,
        paging: Paging = FIRST_PAGE,
    ) -> Page[Tariff]:
        async with self._desk(Permission.CATALOG_READ) as desk:
            return await catalogue.tariffs(
                desk, club_id, zone_id, available_at, updated_since, paging
            )

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
        async with self._desk(Permission.CATALOG_READ) as desk:
            return await catalogue.products(
                desk, club_id, barcode, q, category_id, updated_since, paging
            )
