"""The club of a settings file, in the CRM that this program keeps alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.models.cash import CashArticle, CashDirection
from kassa_tui.izi.models.session import Club, Permission, Person
from kassa_tui.izi.models.settings import FiscalSettings

CLUB_ID = "club"
OPERATOR_ID = "till"
TOKEN_LIFE = timedelta(days=365)

ARTICLES = (
    CashArticle(id="change", name="Размен", direction=CashDirection.IN, active=True),
    CashArticle(id="income", name="Прочее поступление", direction=CashDirection.IN, active=True),
    CashArticle(id="supply", name="Закупка", direction=CashDirection.OUT, active=True),
    CashArticle(id="expense", name="Хоз. расходы", direction=CashDirection.OUT, active=True),
)
"""What a new club books movements of cash under, until it has articles of its own."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What is needed to work in a club."""

    club_id: str
    operator_id: str
    token: str


async def own_club(crm: EmbeddedCrm, operator: str, settings: FiscalSettings) -> SignIn:
    """Make the club, or set it as the settings file says now. A new token each time."""
    club = Club(id=CLUB_ID, name=settings.retail_place)
    async with crm.registry() as registry:
        await registry.put_club(club, settings)
        person = Person(id=OPERATOR_ID, display_name=operator)
        await registry.put_operator(person, frozenset({CLUB_ID}), frozenset(Permission))
        if await registry.desk.store.value("SELECT 1 FROM cash_article LIMIT 1") is None:
            for article in ARTICLES:
                await registry.put_cash_article(CLUB_ID, article)
        token = await registry.issue_token(OPERATOR_ID, registry.desk.now + TOKEN_LIFE)
    return SignIn(club_id=CLUB_ID, operator_id=OPERATOR_ID, token=token)
