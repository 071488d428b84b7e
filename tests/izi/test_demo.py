"""The demo club is believable, lawful and the same each time."""

from kassa_tui.izi.embedded.demo import CLIENTS, PRODUCTS, demo_club
from kassa_tui.izi.models.catalogue import is_gtin
from kassa_tui.izi.models.client import ClientSearch
from tests.izi.bench import EmbeddedBench, found, opened, post, top_up


async def shown(bench):
    """All that a station sees of the club."""
    clients = [await bench.crm.client(card.id) for card, _, _ in CLIENTS]
    return [
        clients,
        await bench.crm.fiscal_settings(bench.club_id),
        await bench.crm.tariffs(bench.club_id),
        await bench.crm.products(bench.club_id),
        await bench.crm.cash_articles(bench.club_id),
    ]


async def test_two_demo_clubs_are_equal(tmp_path):
    sights = []
    for name in ("one.sqlite", "two.sqlite"):
        path = tmp_path / name
        async with EmbeddedBench.open(path, await found(path)) as bench:
            sights.append(await shown(bench))
    assert sights[0] == sights[1]


async def test_a_demo_club_that_is_there_is_kept(bench):
    shift = await opened(bench)
    await post(bench, shift.id, top_up(bench))
    before = await shown(bench)
    again = await demo_club(bench.owner)
    assert await shown(bench) == before
    assert again.token != bench.token
    assert (await bench.owner.session(again.token).me()).operator.display_name == "Иванова А."


async def test_one_client_has_a_name_that_looks_like_markup(bench):
    search = ClientSearch(by="login", value="top_vasya")
    vasya = (await bench.crm.search_clients(bench.club_id, search)).items[0]
    assert (vasya.display_name, vasya.balance, vasya.bonus_balance) == (
        "Клан [TOP] Вася",
        48_050,
        15_000,
    )


def test_every_barcode_is_a_valid_ean_13_and_unique():
    codes = [code for product in PRODUCTS for code in product.barcodes]
    assert all(is_gtin(code) and len(code) == 13 for code in codes)
    assert len(set(codes)) == len(codes) > 8


async def test_the_club_has_what_a_cashier_meets(bench):
    tariffs = (await bench.crm.tariffs(bench.club_id)).items
    products = (await bench.crm.products(bench.club_id)).items
    assert {price.zone_id for tariff in tariffs for price in tariff.prices} == {"std", "vip", "ps"}
    assert any(product.marking.required for product in products)
    assert any(product.min_age for product in products)
    assert any(product.stock == 0 for product in products)
    assert any(product.stock is None for product in products)
    assert {a.direction for a in (await bench.crm.cash_articles(bench.club_id)).items} == {
        "in",
        "out",
    }
