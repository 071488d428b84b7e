"""What the owner of a club writes: clubs, staff, clients, catalogue, articles.

No part of the gateway contract. Each `put_` makes a row or replaces it by its id.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import Field

from kassa_tui.izi.embedded import transactions
from kassa_tui.izi.embedded.catalogue import MILLIONTHS, ProductOffer, TariffOffer
from kassa_tui.izi.embedded.desk import Desk
from kassa_tui.izi.embedded.store import micros
from kassa_tui.izi.models.cash import CashArticle
from kassa_tui.izi.models.session import Club, Permission, Person
from kassa_tui.izi.models.settings import FiscalSettings
from kassa_tui.izi.models.transaction import (
    Origin,
    Payment,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.izi.values import Flag, Id, Name, SignedKopecks, Tag, Wire


class ClientCard(Wire):
    """A client in the clear, as the owner enters him."""

    id: Id
    given_name: Name
    family_name: str = ""
    phone: str | None = Field(default=None, pattern=r"^\+[0-9]{8,15}$", repr=False)
    email: str | None = Field(default=None, pattern=r"^[^@\s]{1,40}@[^@\s]{1,23}$", repr=False)
    login: Name | None = Field(default=None, repr=False)
    qr: Name | None = Field(default=None, repr=False)
    card: Name | None = Field(default=None, repr=False)
    blocked: Flag = False
    group_tags: tuple[Tag, ...] = ()


def token_digest(token: str) -> str:
    """How a token stands in the file: nobody signs in with what is read there."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Registry:
    """The owner's hand, inside one transaction (`EmbeddedCrm.registry`)."""

    desk: Desk

    async def put_club(self, club: Club, settings: FiscalSettings) -> None:
        await self.desk.store.run(
            "INSERT INTO club (id, name, settings, version) VALUES (?, ?, ?, 1) "
            "ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "settings = excluded.settings, version = version + 1",
            club.id,
            club.name,
            settings.model_dump_json(),
        )

    async def put_operator(
        self, person: Person, club_ids: frozenset[str], permissions: frozenset[Permission]
    ) -> None:
        """Rights act at once, on tokens that are out already too."""
        store = self.desk.store
        await store.run(
            "INSERT INTO operator (id, name) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
            person.id,
            person.display_name,
        )
        await store.run("DELETE FROM operator_club WHERE operator_id = ?", person.id)
        for club_id in sorted(club_ids):
            await store.insert("operator_club", operator_id=person.id, club_id=club_id)
        await store.run("DELETE FROM operator_permission WHERE operator_id = ?", person.id)
        for permission in sorted(permissions):
            await store.insert("operator_permission", operator_id=person.id, permission=permission)

    async def issue_token(self, operator_id: str, expires_at: datetime) -> str:
        """A new token of an operator. It is told here and nowhere else."""
        token = self.desk.new_id("tk") + self.desk.new_id("")
        await self.desk.store.insert(
            "token",
            digest=token_digest(token),
            operator_id=operator_id,
            expires_at=micros(expires_at),
        )
        return token

    async def put_client(
        self, card: ClientCard, balance: SignedKopecks = 0, bonus_balance: SignedKopecks = 0
    ) -> None:
        """A client; the balances, kopecks, are what a new one begins with."""
        store = self.desk.store
        is_new = await store.value("SELECT 1 FROM client WHERE id = ?", card.id) is None
        columns = {
            "given_name": card.given_name,
            "family_name": card.family_name,
            "phone": card.phone,
            "email": card.email,
            "login": card.login,
            "login_folded": card.login and card.login.casefold(),
            "qr": card.qr,
            "card": card.card,
            "blocked": card.blocked,
            "group_tags": json.dumps(card.group_tags),
        }
        if is_new:
            await store.insert("client", id=card.id, version=1, **columns)
            for account, amount in (("game", balance), ("bonus", bonus_balance)):
                if amount:
                    await store.insert(
                        "account_entry", client_id=card.id, account=account, amount=amount
                    )
        else:
            changes = ", ".join(f"{name} = ?" for name in columns)
            await store.run(
                f"UPDATE client SET {changes}, version = version + 1 WHERE id = ?",  # noqa: S608
                *columns.values(),
                card.id,
            )

    async def put_tariff(self, club_id: str, offer: TariffOffer) -> None:
        store, now = self.desk.store, micros(self.desk.now)
        old = await store.row("SELECT offer, priced_at FROM tariff WHERE id = ?", offer.id)
        same_price = old and TariffOffer.model_validate_json(old["offer"]).prices == offer.prices
        await store.run(
            "INSERT INTO tariff (id, club_id, offer, active, updated_at, priced_at, version) "
            "VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT (id) DO UPDATE SET offer = excluded.offer, "
            "active = excluded.active, updated_at = excluded.updated_at, "
            "priced_at = excluded.priced_at, version = version + 1",
            offer.id,
            club_id,
            offer.model_dump_json(),
            offer.active,
            now,
            old["priced_at"] if old and same_price else now,
        )

    async def put_product(self, club_id: str, offer: ProductOffer) -> None:
        """A product; its stock becomes what the offer says was counted."""
        store, now = self.desk.store, micros(self.desk.now)
        old = await store.row("SELECT offer, priced_at FROM product WHERE id = ?", offer.id)
        same_price = old and ProductOffer.model_validate_json(old["offer"]).price == offer.price
        await store.run(
            "INSERT INTO product (id, club_id, offer, name_folded, category_id, active, "
            "updated_at, priced_at, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) "
            "ON CONFLICT (id) DO UPDATE SET offer = excluded.offer, "
            "name_folded = excluded.name_folded, category_id = excluded.category_id, "
            "active = excluded.active, updated_at = excluded.updated_at, "
            "priced_at = excluded.priced_at, version = version + 1",
            offer.id,
            club_id,
            offer.model_dump_json(),
            offer.name.casefold(),
            offer.category.id,
            offer.active,
            now,
            old["priced_at"] if old and same_price else now,
        )
        await store.run("DELETE FROM product_barcode WHERE product_id = ?", offer.id)
        for gtin in sorted({barcode.zfill(14) for barcode in offer.barcodes}):
            await store.insert("product_barcode", product_id=offer.id, gtin14=gtin)
        if offer.stock is not None:
            counted = int(offer.stock * MILLIONTHS)
            booked = await store.value(
                "SELECT coalesce(sum(millionths), 0) FROM stock_entry WHERE product_id = ?",
                offer.id,
            )
            if counted != booked:
                await store.insert("stock_entry", product_id=offer.id, millionths=counted - booked)

    async def put_cash_article(self, club_id: str, article: CashArticle) -> None:
        await self.desk.store.run(
            "INSERT INTO cash_article (id, club_id, name, direction, active) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
            "direction = excluded.direction, active = excluded.active",
            article.id,
            club_id,
            article.name,
            article.direction,
            article.active,
        )

    async def post_in_crm(
        self, shift_id: str, draft: TransactionDraft, origin: Origin = Origin.CRM
    ) -> Transaction:
        """What somebody takes in the CRM's own screens, or with its app: no station posts it.

        Raises as `Crm.post_transaction`.
        """
        written = await self.desk.create(
            "payment in the CRM",
            draft.external_id,
            draft,
            lambda: transactions.post(self.desk, shift_id, draft, origin=origin),
            lambda transaction_id: transactions.transaction(self.desk, transaction_id),
            Transaction,
        )
        return written.value

    async def app_top_up(
        self, shift_id: str, client_id: str, amount: int, occurred_at: datetime, external_id: UUID
    ) -> Transaction:
        """What the mobile application reports: `amount` kopecks on a game account, once.

        Raises `ShiftClosed`, `ValidationFailed`, `ExternalIdConflict`.
        """
        draft = TransactionDraft(
            external_id=external_id,
            type=TransactionType.TOP_UP,
            client_id=client_id,
            amount=amount,
            payments=(Payment(method=PaymentMethod.APP, amount=amount),),
            occurred_at=occurred_at,
        )
        written = await self.desk.create(
            "app top-up",
            external_id,
            draft,
            lambda: transactions.post_app_top_up(self.desk, shift_id, draft),
            lambda transaction_id: transactions.transaction(self.desk, transaction_id),
            Transaction,
        )
        return written.value
