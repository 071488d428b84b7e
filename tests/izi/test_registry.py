"""What the owner of an embedded CRM changes, and what it does to the desk."""

import pytest

from kassa_tui.izi.embedded.demo import CLIENTS, CLUB, OPERATOR, PRODUCTS, SETTINGS, TARIFFS
from kassa_tui.izi.embedded.registry import ClientCard
from kassa_tui.izi.errors import Forbidden, OutOfStock, PriceChanged, ValidationFailed
from kassa_tui.izi.models.session import Permission
from kassa_tui.izi.models.settings import TaxRegime
from kassa_tui.izi.models.transaction import PaymentMethod
from tests.izi.bench import (
    IVAN,
    charge,
    chips,
    fresh,
    line,
    opened,
    post,
    refund,
    top_up,
    two_hours,
)

CHIPS = next(product for product in PRODUCTS if product.id == "pr_4")
TWO_HOURS = next(tariff for tariff in TARIFFS if tariff.id == "tr_2h")


@pytest.fixture
async def shift(bench):
    return await opened(bench)


async def change_product(bench, **members):
    async with bench.owner.registry() as registry:
        await registry.put_product(CLUB.id, CHIPS.model_copy(update=members))


async def change_settings(bench, **members):
    async with bench.owner.registry() as registry:
        await registry.put_club(CLUB, SETTINGS.model_copy(update=members))


async def test_a_sale_made_before_a_price_change_keeps_its_price(bench, shift):
    queued = charge(bench, [chips()])
    bench.clock.advance(minutes=5)
    await change_product(bench, price=15_000)
    assert (await post(bench, shift.id, queued)).amount == 13_000
    with pytest.raises(PriceChanged) as refused:
        await post(bench, shift.id, charge(bench, [chips()]))
    assert refused.value.price == 15_000


async def test_a_change_of_something_else_moves_no_price(bench, shift):
    bench.clock.advance(minutes=5)
    wrong = charge(bench, [chips() | {"price": 100, "sum": 100}])
    bench.clock.advance(minutes=5)
    await change_product(bench, name="Чипсы")
    with pytest.raises(PriceChanged):
        await post(bench, shift.id, wrong)


async def test_a_tariff_that_is_withdrawn_is_told_to_those_who_keep_a_copy(bench):
    bench.clock.advance(minutes=5)
    now = bench.clock.now
    async with bench.owner.registry() as registry:
        await registry.put_tariff(CLUB.id, TWO_HOURS.model_copy(update={"active": False}))
    told = (await bench.crm.tariffs(bench.club_id, updated_since=now)).items
    assert [(tariff.id, tariff.active, tariff.version) for tariff in told] == [("tr_2h", False, 2)]


async def test_a_count_becomes_the_stock(bench, shift):
    await post(bench, shift.id, charge(bench, [chips("3")]))
    await change_product(bench, stock=CHIPS.stock - 20)
    assert (await bench.crm.products(bench.club_id, q="чипсы")).items[0].stock == 5
    with pytest.raises(OutOfStock):
        await post(bench, shift.id, charge(bench, [chips("6")]))


async def test_a_sale_is_told_to_those_who_keep_a_copy(bench, shift):
    bench.clock.advance(minutes=5)
    await post(bench, shift.id, charge(bench, [chips()]))
    told = await bench.crm.products(bench.club_id, updated_since=bench.clock.now)
    assert [(product.id, product.stock) for product in told.items] == [("pr_4", 24)]


async def test_a_client_who_is_put_again_keeps_his_money(bench):
    before = await bench.crm.client(IVAN)
    card = CLIENTS[0][0].model_copy(update={"given_name": "Пётр", "blocked": True})
    async with bench.owner.registry() as registry:
        await registry.put_client(card, 1)
    after = await bench.crm.client(IVAN)
    assert (after.display_name, after.blocked, after.balance) == ("Пётр П.", True, 125_000)
    assert after.version > before.version


async def test_contacts_typed_as_a_name_are_not_shown(bench):
    async with bench.owner.registry() as registry:
        for number, name in enumerate(("Петя +7 (916) 123-45-67", "petya@mail.ru", "89161234567")):
            await registry.put_client(ClientCard(id=f"cl_x{number}", given_name=name))
    names = [(await bench.crm.client(f"cl_x{number}")).display_name for number in range(3)]
    assert names == ["Петя ***", "***", "***"]


async def test_rights_act_at_once(bench, shift):
    async with bench.owner.registry() as registry:
        rights = frozenset(Permission) - {Permission.TRANSACTION_TOP_UP}
        await registry.put_operator(OPERATOR, frozenset({CLUB.id}), rights)
    with pytest.raises(Forbidden):
        await post(bench, shift.id, top_up(bench))


async def test_a_payment_method_that_is_switched_off_is_refused(bench, shift):
    await change_settings(bench, payment_methods=(PaymentMethod.CARD,))
    assert (await bench.crm.fiscal_settings(bench.club_id)).version == 2
    with pytest.raises(ValidationFailed) as refused:
        await post(bench, shift.id, top_up(bench))
    assert [fault.pointer for fault in refused.value.faults] == ["#/payments/0/method"]


async def test_a_basket_of_two_regimes_is_refused_and_its_parts_are_not(bench, shift):
    patent = TaxRegime(code="PSN", taxation_type=32, nds=6)
    await change_settings(bench, tax=SETTINGS.tax.model_copy(update={"goods": patent}))
    with pytest.raises(ValidationFailed) as refused:
        await post(bench, shift.id, charge(bench, [two_hours(), chips()]))
    assert [fault.code for fault in refused.value.faults] == ["taxation_type"]
    for part in ([two_hours()], [chips()]):
        await post(bench, shift.id, charge(bench, part, order_id="basket"))


async def test_without_fiscal_mode_nothing_owes_a_receipt(bench, shift):
    await change_settings(bench, fiscal_enabled=False)
    sold = await post(bench, shift.id, charge(bench, [two_hours()]))
    await change_settings(bench, fiscal_enabled=True)
    back = await post(bench, shift.id, refund(bench, sold, cash=22_000))
    assert (sold.fiscal_status, back.fiscal_status) == ("not_required", "not_required")


async def test_an_app_top_up_has_no_author_and_stays_outside_the_register(bench, shift):
    row = await bench.app_top_up(shift.id, IVAN, 30_000)
    assert (row.origin, row.created_by, row.fiscal_status) == ("app", None, "not_required")
    totals = (await bench.crm.shift(shift.id)).totals
    assert (totals.register_total, totals.grand_total, totals.top_ups) == (0, 30_000, 30_000)
    async with bench.owner.registry() as registry:
        again = (shift.id, IVAN, 30_000, row.occurred_at, row.external_id)
        assert (await registry.app_top_up(*again)).id == row.id
    assert (await bench.crm.client(IVAN)).balance == 155_000


async def test_a_product_with_a_wrong_barcode_is_not_taken():
    with pytest.raises(ValueError, match="check digit"):
        type(CHIPS).model_validate(CHIPS.model_dump() | {"barcodes": ["4006381333932"]})


async def test_what_the_owner_writes_is_written_whole_or_not_at_all(bench):
    async def half_done():
        async with bench.owner.registry() as registry:
            await registry.put_client(ClientCard(id="cl_new", given_name="Новый"))
            raise KeyError("interrupted")

    with pytest.raises(KeyError):
        await half_done()
    async with bench.owner.registry() as registry:
        await registry.put_client(ClientCard(id="cl_new", given_name="Новый"), 5)
    assert (await bench.crm.client("cl_new")).balance == 5


async def test_a_service_has_no_card_and_its_own_price(bench, shift):
    sold = charge(bench, [line("service", None, 5_000)], external_id=fresh())
    assert (await post(bench, shift.id, sold)).lines[0].ref_id is None
