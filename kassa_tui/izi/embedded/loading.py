"""What an owner hands over in a file: clients, tariffs, goods and articles."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kassa_tui.izi.embedded.catalogue import ProductOffer, TariffOffer
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.registry import ClientCard
from kassa_tui.izi.models.cash import CashArticle
from kassa_tui.izi.values import SignedKopecks, Wire


class ClientEntry(ClientCard):
    """A client, with what is on a new one's accounts."""

    balance: SignedKopecks = 0
    """Kopecks."""
    bonus_balance: SignedKopecks = 0


class ClubData(Wire):
    """The file. What is in it is made, or replaced by its id; nothing is taken away."""

    clients: Annotated[tuple[ClientEntry, ...], Field(max_length=100_000)] = ()
    tariffs: Annotated[tuple[TariffOffer, ...], Field(max_length=1000)] = ()
    products: Annotated[tuple[ProductOffer, ...], Field(max_length=10_000)] = ()
    cash_articles: Annotated[tuple[CashArticle, ...], Field(max_length=200)] = ()


async def load(crm: EmbeddedCrm, club_id: str, data: ClubData) -> None:
    """Write all of it, or nothing. Raises `CrmError`."""
    async with crm.registry() as registry:
        for entry in data.clients:
            card = ClientCard.model_validate(entry.model_dump(exclude={"balance", "bonus_balance"}))
            await registry.put_client(card, entry.balance, entry.bonus_balance)
        for tariff in data.tariffs:
            await registry.put_tariff(club_id, tariff)
        for product in data.products:
            await registry.put_product(club_id, product)
        for article in data.cash_articles:
            await registry.put_cash_article(club_id, article)
