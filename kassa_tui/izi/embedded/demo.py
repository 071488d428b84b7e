"""A believable club for the demo, training and tests. Nobody in it exists.

Everything is the same each time, but for the token. Barcodes are of the range that shops
give out themselves (GS1 prefix 20), phones of a range that Russia keeps unused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drivers.ffd.enumerations import QuantityMeasure, TaxSystem, VatRate
from kassa_tui.izi.embedded.catalogue import ProductOffer, SaleHours, TariffOffer
from kassa_tui.izi.embedded.club import TOKEN_LIFE, SignIn
from kassa_tui.izi.embedded.crm import EmbeddedCrm
from kassa_tui.izi.embedded.registry import ClientCard, Registry
from kassa_tui.izi.models.cash import CashArticle, CashDirection
from kassa_tui.izi.models.catalogue import (
    Category,
    ProductMarking,
    SalesChannel,
    TariffKind,
    UnusedPolicy,
    ZonePrice,
)
from kassa_tui.izi.models.session import Club, Permission, Person
from kassa_tui.izi.models.settings import (
    Adapter,
    FiscalSettings,
    Ofd,
    TaxRegime,
    TaxRegimes,
    Terminal,
)
from kassa_tui.izi.models.transaction import PaymentMethod

CLUB = Club(id="club_7", name="Киберарена «Полюс»")
OPERATOR = Person(id="op_ivanova", display_name="Иванова А.")


async def demo_club(crm: EmbeddedCrm) -> SignIn:
    """Fill an empty CRM; one that has the club already keeps it. A new token each time."""
    async with crm.registry() as registry:
        store = registry.desk.store
        if await store.value("SELECT 1 FROM club WHERE id = ?", CLUB.id) is None:
            await _fill(registry)
        token = await registry.issue_token(OPERATOR.id, registry.desk.now + TOKEN_LIFE)
    return SignIn(club_id=CLUB.id, operator_id=OPERATOR.id, token=token)


async def _fill(registry: Registry) -> None:
    await registry.put_club(CLUB, SETTINGS)
    await registry.put_operator(OPERATOR, frozenset({CLUB.id}), frozenset(Permission))
    for card, balance, bonus_balance in CLIENTS:
        await registry.put_client(card, balance, bonus_balance)
    for tariff in TARIFFS:
        await registry.put_tariff(CLUB.id, tariff)
    for product in PRODUCTS:
        await registry.put_product(CLUB.id, product)
    for article in ARTICLES:
        await registry.put_cash_article(CLUB.id, article)


def _regime() -> TaxRegime:
    return TaxRegime(
        code="USN_INCOME", taxation_type=TaxSystem.SIMPLIFIED_INCOME, nds=VatRate.NO_VAT
    )


SETTINGS = FiscalSettings(
    fiscal_enabled=True,
    adapter=Adapter.NONE,
    utc_offset="+03:00",
    user="ООО «Полюс»",
    user_inn="7700000009",
    retail_place="Компьютерный клуб «Полюс»",
    retail_place_address="101000, г. Москва, ул. Примерная, д. 1",
    operator="Администратор Иванова А.",
    ofd=Ofd(name="Учебный ОФД", inn="7700000016", fns_url="www.nalog.gov.ru"),
    terminal=Terminal(enabled=True, terminal_id="00000001"),
    tax=TaxRegimes(top_up=_regime(), services=_regime(), goods=_regime()),
    payment_methods=tuple(PaymentMethod),
)


def _client(
    number: int, given: str, family: str = "", login: str | None = None, **more: Any
) -> ClientCard:
    return ClientCard(
        id=f"cl_{number}",
        given_name=given,
        family_name=family,
        phone=f"+7000000{1000 + 137 * number}",
        login=login,
        qr=f"QR-{7000 + number}",
        card=f"20{number:06d}",
        **more,
    )


CLIENTS = (
    (_client(41, "Иван", "Петров", "vanya_p", email="ivan.petrov@example.ru"), 125_000, 9_000),
    (_client(42, "Клан [TOP] Вася", "", "top_vasya", group_tags=("Клан [TOP]",)), 48_050, 15_000),
    (_client(43, "Мария", "Соколова", "masha", email="m.sokolova@example.ru"), 0, 30_000),
    (_client(44, "Александр", "Константинопольский", "sanya2009"), 310_000, 0),
    (_client(45, "Дмитрий", "Ким", "dk", group_tags=("VIP",)), 1_250_000, 250_000),
    (_client(46, "Ёлка", "", "elka"), 7_700, 500),
    (_client(47, "Артём", "Щукин", "shchuka"), -15_000, 0),
    (_client(48, "Никита", "Должников", "nikita_d", blocked=True), 20_000, 1_000),
    (_client(49, "Анна-Мария", "Ольшанская", "annmari", email="am@example.ru"), 60_000, 6_000),
    (_client(50, "Тимур", "Гареев", "tima"), 90_000, 12_500),
)

STANDARD, VIP, CONSOLE = ("std", "Standard"), ("vip", "VIP"), ("ps", "PlayStation")

_MORNING = SaleHours(days=(0, 1, 2, 3, 4), begins=8 * 60, ends=14 * 60)
_NIGHT = SaleHours(begins=22 * 60, ends=8 * 60)

_DESK_TARIFF: dict[str, Any] = {
    "channels": (SalesChannel.CRM, SalesChannel.KIOSK),
    "max_bonus_percent": 30,
}
_BAR_PRODUCT: dict[str, Any] = {"max_bonus_percent": 50}


def _tariff(
    tariff_id: str,
    name: str,
    kind: TariffKind,
    minutes: int | None,
    *prices: tuple[tuple[str, str], int],
    **more: Any,
) -> TariffOffer:
    return TariffOffer(
        id=tariff_id,
        name=name,
        receipt_name=f"Игровое время: {name}",
        kind=kind,
        duration_min=minutes,
        prices=tuple(
            ZonePrice(zone_id=zone[0], zone_name=zone[1], price=roubles * 100)
            for zone, roubles in prices
        ),
        **_DESK_TARIFF | more,
    )


TARIFFS = (
    _tariff("tr_1h", "1 час", TariffKind.HOURLY, 60, (STANDARD, 120), (VIP, 180), (CONSOLE, 250)),
    _tariff("tr_2h", "2 часа", TariffKind.HOURLY, 120, (STANDARD, 220), (VIP, 330)),
    _tariff("tr_3h", "3 часа", TariffKind.HOURLY, 180, (STANDARD, 300), (VIP, 450)),
    _tariff(
        "tr_morning",
        "Утро, 5 часов",
        TariffKind.UNLIMITED,
        300,
        (STANDARD, 350),
        (VIP, 500),
        group="Пакеты",
        hours=_MORNING,
    ),
    _tariff(
        "tr_night",
        "Ночь 22-08",
        TariffKind.UNLIMITED,
        600,
        (STANDARD, 550),
        (VIP, 800),
        group="Пакеты",
        hours=_NIGHT,
    ),
    _tariff(
        "tr_pass10",
        "Абонемент 10 часов",
        TariffKind.MULTIPASS,
        600,
        (STANDARD, 1_000),
        (VIP, 1_500),
        group="Абонементы",
        unused_policy=UnusedPolicy.RETAIN,
        max_bonus_percent=0,
    ),
    _tariff(
        "tr_month",
        "Месяц, дневной",
        TariffKind.SUBSCRIPTION,
        None,
        (STANDARD, 4_900),
        group="Абонементы",
        unused_policy=UnusedPolicy.RETAIN,
        max_bonus_percent=0,
    ),
    _tariff(
        "tr_team",
        "Буткемп, 5 мест × 3 часа",
        TariffKind.GROUP,
        180,
        (VIP, 2_000),
        group="Командам",
    ),
    _tariff(
        "tr_app",
        "Счастливый час",
        TariffKind.OTHER,
        60,
        (STANDARD, 90),
        channels=(SalesChannel.APP,),
    ),
    _tariff("tr_old", "Лето-2025", TariffKind.HOURLY, 60, (STANDARD, 80), active=False),
)

DRINKS = Category(id="drinks", name="Напитки")
SNACKS = Category(id="snacks", name="Снеки")
HOT = Category(id="hot", name="Горячее")
MERCH = Category(id="merch", name="Мерч и прочее")


def _product(
    number: int, name: str, category: Category, roubles: int, stock: int | None, **more: Any
) -> ProductOffer:
    body = f"20000000{number:04d}"
    return ProductOffer(
        id=f"pr_{number}",
        name=name,
        receipt_name=name,
        category=category,
        price=roubles * 100,
        barcodes=() if stock is None else (body + _check_digit(body),),
        stock=None if stock is None else Decimal(stock),
        unit=QuantityMeasure.PIECE,
        **_BAR_PRODUCT | more,
    )


def _check_digit(body: str) -> str:
    weighted = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return str(-weighted % 10)


PRODUCTS = (
    _product(
        1,
        "Вода «Полюс» негаз. 0,5 л",
        DRINKS,
        60,
        48,
        marking=ProductMarking(required=True, product_group="water"),
    ),
    _product(
        2,
        "Кола 0,33 л",
        DRINKS,
        110,
        72,
        marking=ProductMarking(required=True, product_group="softdrinks"),
    ),
    _product(
        3,
        "Энергетик «Драйв» 0,45 л",
        DRINKS,
        150,
        36,
        min_age=18,
        max_bonus_percent=0,
        marking=ProductMarking(required=True, product_group="softdrinks"),
    ),
    _product(4, "Чипсы сметана-лук 70 г", SNACKS, 130, 25),
    _product(5, "Шоколадный батончик 50 г", SNACKS, 70, 60),
    _product(6, "Сухарики 40 г", SNACKS, 55, 3),
    _product(7, "Жевательная резинка", SNACKS, 45, 0),
    _product(8, "Кофе американо", HOT, 120, None),
    _product(9, "Чай чёрный", HOT, 70, None),
    _product(10, "Сэндвич с курицей", HOT, 190, 8),
    _product(11, "Лапша в стакане", HOT, 95, 40),
    _product(12, "Коврик для мыши [XL]", MERCH, 990, 5, max_bonus_percent=20),
    _product(13, "Футболка «Полюс»", MERCH, 1_490, 12, max_bonus_percent=20, active=False),
)

ARTICLES = (
    CashArticle(id="art_change", name="Размен", direction=CashDirection.IN, active=True),
    CashArticle(id="art_owner", name="Взнос владельца", direction=CashDirection.IN, active=True),
    CashArticle(id="art_stock", name="Закупка бара", direction=CashDirection.OUT, active=True),
    CashArticle(id="art_house", name="Хозяйственные", direction=CashDirection.OUT, active=True),
    CashArticle(id="art_wages", name="Зарплата", direction=CashDirection.OUT, active=True),
    CashArticle(id="art_old", name="Прочее (архив)", direction=CashDirection.OUT, active=False),
)
