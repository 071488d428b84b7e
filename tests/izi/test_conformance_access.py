"""Contract D.10, V11 and V15: who may do what, what the CRM can do, and whom it shows.

On the wire (`test_gateway_server`): V12 (problem bodies, `WWW-Authenticate`), personal data
in URLs and server logs, `Cache-Control`.
"""

import pytest

from kassa_tui.izi.embedded.crm import EVERYTHING
from kassa_tui.izi.embedded.demo import CLIENTS
from kassa_tui.izi.errors import Forbidden, NotFound, NotSupported, Refused, ValidationFailed
from kassa_tui.izi.models.catalogue import is_gtin
from kassa_tui.izi.models.client import ClientSearch
from kassa_tui.izi.models.imported import ImportedReceipt
from kassa_tui.izi.models.session import Feature, Permission
from kassa_tui.izi.models.shift import FiscalModeChange, ShiftClosing, ShiftOpening
from kassa_tui.izi.models.transaction import FiscalStatusChange
from kassa_tui.izi.port import LookUpBy
from tests.izi.bench import (
    IVAN,
    charge,
    chips,
    draft,
    fresh,
    movement,
    opened,
    paid,
    post,
    receipt_for,
    top_up,
    transactions_of,
    two_hours,
    water,
    withdrawal,
)


def adjusted(bench):
    return draft(
        bench, type="adjustment", client_id=IVAN, amount=1, direction="credit", comment="да"
    )


def imported(bench):
    receipt = receipt_for(bench, 7, 100)
    told = {"type": "top_up", "client_id": IVAN, "payments": paid(cash=100), "comment": "да"}
    return ImportedReceipt.model_validate(
        {"external_id": fresh(), "receipt": receipt, "transaction": told}
    )


def opening(bench, **more):
    return ShiftOpening.model_validate(
        {"external_id": fresh(), "opened_at": bench.clock.now, "opening_cash": 0} | more
    )


CALLS = {
    "fiscal_settings": lambda b, c, s, r: c.fiscal_settings(b.club_id),
    "shifts": lambda b, c, s, r: c.shifts(b.club_id),
    "current_shift": lambda b, c, s, r: c.current_shift(b.club_id),
    "open_shift": lambda b, c, s, r: c.open_shift(b.club_id, opening(b), key=fresh()),
    "shift": lambda b, c, s, r: c.shift(s.id),
    "close_shift": lambda b, c, s, r: c.close_shift(
        s.id, ShiftClosing(closed_at=b.clock.now, counted_cash=0), version=1, key=fresh()
    ),
    "set_fiscal_mode": lambda b, c, s, r: c.set_fiscal_mode(
        s.id, FiscalModeChange(mode="fiscal"), version=1
    ),
    "top_up": lambda b, c, s, r: c.post_transaction(s.id, top_up(b), key=fresh()),
    "charge": lambda b, c, s, r: c.post_transaction(s.id, charge(b, [chips()]), key=fresh()),
    "discount": lambda b, c, s, r: c.post_transaction(
        s.id, charge(b, [chips(discount=100)]), key=fresh()
    ),
    "refund": lambda b, c, s, r: c.post_transaction(
        s.id,
        draft(
            b,
            type="refund",
            amount=1,
            payments=paid(cash=1),
            original_transaction_id=r.id,
            comment="да",
        ),
        key=fresh(),
    ),
    "withdrawal": lambda b, c, s, r: c.post_transaction(s.id, withdrawal(b, 1), key=fresh()),
    "adjustment": lambda b, c, s, r: c.post_transaction(s.id, adjusted(b), key=fresh()),
    "bonus_credit": lambda b, c, s, r: c.post_transaction(
        s.id,
        draft(b, type="bonus_credit", client_id=IVAN, amount=1, comment="да"),
        key=fresh(),
    ),
    "bonus_part": lambda b, c, s, r: c.post_transaction(
        s.id, charge(b, [two_hours(bonus=100)], cash=21_900, bonus=100), key=fresh()
    ),
    "marked": lambda b, c, s, r: c.post_transaction(s.id, charge(b, [water("01")]), key=fresh()),
    "shift_transactions": lambda b, c, s, r: c.shift_transactions(s.id),
    "find_transactions": lambda b, c, s, r: c.find_transactions(
        b.club_id, LookUpBy.ORDER_ID, "none"
    ),
    "transaction": lambda b, c, s, r: c.transaction(r.id),
    "attach_receipt": lambda b, c, s, r: c.attach_receipt(r.id, receipt_for(b, 1, 50_000)),
    "set_fiscal_status": lambda b, c, s, r: c.set_fiscal_status(
        r.id, FiscalStatusChange(status="deferred"), version=1
    ),
    "import_receipt": lambda b, c, s, r: c.import_receipt(s.id, imported(b), key=fresh()),
    "cash_in": lambda b, c, s, r: c.post_cash_movement(s.id, movement(b, "in", 1), key=fresh()),
    "collection": lambda b, c, s, r: c.post_cash_movement(
        s.id, movement(b, "out", 1, kind="collection", article_id=None), key=fresh()
    ),
    "cash_movements": lambda b, c, s, r: c.cash_movements(s.id),
    "cash_articles": lambda b, c, s, r: c.cash_articles(b.club_id),
    "search_clients": lambda b, c, s, r: c.search_clients(
        b.club_id, ClientSearch(by="id", value=IVAN)
    ),
    "search_by_login": lambda b, c, s, r: c.search_clients(
        b.club_id, ClientSearch(by="login", value="vanya")
    ),
    "search_by_qr": lambda b, c, s, r: c.search_clients(
        b.club_id, ClientSearch(by="qr", value="QR-7041")
    ),
    "client": lambda b, c, s, r: c.client(IVAN),
    "receipt_contact": lambda b, c, s, r: c.receipt_contact(IVAN),
    "tariffs": lambda b, c, s, r: c.tariffs(b.club_id),
    "products": lambda b, c, s, r: c.products(b.club_id),
    "products_by_barcode": lambda b, c, s, r: c.products(b.club_id, barcode="2000000000015"),
}

PERMISSION_OF = {
    "fiscal_settings": "settings.read",
    "shifts": "shift.read",
    "current_shift": "shift.read",
    "open_shift": "shift.open",
    "shift": "shift.read",
    "close_shift": "shift.close",
    "set_fiscal_mode": "shift.fiscal_mode",
    "top_up": "transaction.top_up",
    "charge": "transaction.charge",
    "discount": "discount.apply",
    "refund": "transaction.refund",
    "withdrawal": "transaction.withdrawal",
    "adjustment": "transaction.adjustment",
    "bonus_credit": "transaction.bonus",
    "shift_transactions": "transaction.read",
    "find_transactions": "transaction.read",
    "transaction": "transaction.read",
    "attach_receipt": "receipt.attach",
    "set_fiscal_status": "receipt.attach",
    "import_receipt": "receipt.import",
    "cash_in": "cash.move",
    "collection": "cash.collect",
    "cash_movements": "shift.read",
    "cash_articles": "shift.read",
    "search_clients": "client.read",
    "client": "client.read",
    "receipt_contact": "client.contact",
    "tariffs": "catalog.read",
    "products": "catalog.read",
}

FEATURE_OF = {
    "open_shift": "shifts.write",
    "close_shift": "shifts.write",
    "set_fiscal_mode": "fiscal_mode",
    "top_up": "transactions.write",
    "bonus_credit": "transactions.bonus",
    "bonus_part": "transactions.bonus",
    "marked": "catalog.marking",
    "attach_receipt": "receipts.attach",
    "set_fiscal_status": "receipts.attach",
    "import_receipt": "receipts.import",
    "cash_in": "cash.write",
    "collection": "cash.write",
    "search_by_login": "clients.login",
    "search_by_qr": "clients.qr",
    "products_by_barcode": "catalog.barcode",
}


@pytest.mark.parametrize(("name", "permission"), PERMISSION_OF.items())
async def test_a_missing_permission_is_named(bench, name, permission):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    crm = await bench.limited(set(Permission) - {Permission(permission)})
    with pytest.raises(Forbidden) as refused:
        await CALLS[name](bench, crm, shift, row)
    assert refused.value.permission == permission
    assert await transactions_of(bench, shift.id) == [row]


@pytest.mark.parametrize(("name", "permission"), PERMISSION_OF.items())
async def test_its_permission_is_all_that_a_call_needs(bench, name, permission):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    needed = {Permission(permission)}
    if name == "discount":
        needed.add(Permission.TRANSACTION_CHARGE)
    crm = await bench.limited(needed)
    try:
        await CALLS[name](bench, crm, shift, row)
    except Forbidden as error:  # another ending is another rule's business
        pytest.fail(str(error))
    except Refused:
        assert name in ("open_shift", "close_shift", "set_fiscal_mode", "refund")


@pytest.mark.parametrize(("name", "feature"), FEATURE_OF.items())
async def test_a_missing_feature_is_named(bench, name, feature):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    crm = await bench.limited(features=EVERYTHING - {Feature(feature)})
    with pytest.raises(NotSupported) as refused:
        await CALLS[name](bench, crm, shift, row)
    assert refused.value.feature == feature
    assert feature not in (await crm.capabilities()).features


async def test_a_non_fiscal_opening_needs_the_right_to_the_mode(bench):
    crm = await bench.limited({Permission.SHIFT_OPEN})
    with pytest.raises(Forbidden) as refused:
        await crm.open_shift(
            bench.club_id, opening(bench, fiscal={"mode": "non_fiscal"}), key=fresh()
        )
    assert refused.value.permission == "shift.fiscal_mode"


async def test_the_operator_learns_who_he_is_and_what_he_may(bench):
    crm = await bench.limited({Permission.CASH_MOVE})
    me = await crm.me()
    assert (me.permissions, [club.id for club in me.clubs]) == (
        (Permission.CASH_MOVE,),
        [bench.club_id],
    )
    assert me.token_expires_at > bench.clock.now
    capabilities = await crm.capabilities()
    assert capabilities.contract == "1.0"
    assert set(capabilities.features) == EVERYTHING


def personal() -> list[str]:
    """What nobody but tag 1008 may see."""
    cards = [card for card, _, _ in CLIENTS]
    contacts = [value for card in cards for value in (card.phone, card.email, card.login)]
    digits = [card.phone.lstrip("+") for card in cards]
    return [value for value in contacts + digits if value]


async def test_no_answer_but_the_receipt_contact_shows_personal_data(bench):
    shift = await opened(bench)
    row = await post(bench, shift.id, top_up(bench))
    said = []
    for name, call in CALLS.items():
        if name in ("receipt_contact", "open_shift", "close_shift", "refund"):
            continue
        try:
            answer = await call(bench, bench.crm, shift, row)
        except Refused as error:
            said.append(str(error))
        else:
            said.append(getattr(answer, "value", answer).model_dump_json())
    for card, _, _ in CLIENTS:
        said.append((await bench.crm.client(card.id)).model_dump_json())
        asked = ClientSearch(by="phone", value=card.phone)
        said.append((await bench.crm.search_clients(bench.club_id, asked)).model_dump_json())
    text = "\n".join(said)
    assert [value for value in personal() if value in text] == []


async def test_a_client_is_shown_masked(bench):
    ivan = await bench.crm.client(IVAN)
    assert (ivan.display_name, ivan.phone_masked, ivan.email_masked, ivan.login_masked) == (
        "Иван П.",
        "+7 *** ***-66-17",
        "i***@example.ru",
        "v***",
    )
    assert ivan.has_receipt_contact
    assert (await bench.crm.client("cl_42")).display_name == "Клан [TOP] Вася"


async def test_the_receipt_contact_is_clear_and_its_repr_is_not(bench):
    contact = await bench.crm.receipt_contact(IVAN)
    assert contact.buyer_phone_or_address == "ivan.petrov@example.ru"
    assert "petrov" not in repr(contact)
    assert (await bench.crm.receipt_contact("cl_42")).buyer_phone_or_address == "+70000006754"


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("phone", "+70000006617"),
        ("phone", "6617"),
        ("phone", "006617"),
        ("login", "VANYA"),
        ("id", "cl_41"),
        ("qr", "QR-7041"),
        ("card", "20000041"),
    ],
)
async def test_a_client_is_found_by_what_he_says(bench, by, value):
    found = await bench.crm.search_clients(bench.club_id, ClientSearch(by=by, value=value))
    assert [client.id for client in found.items] == [IVAN]


@pytest.mark.parametrize(
    ("by", "value"),
    [
        ("phone", "617"),
        ("phone", "0006617"),
        ("phone", "+7"),
        ("phone", "66 17"),
        ("login", "va"),
        ("qr", "QR"),
        ("card", "200"),
    ],
)
async def test_a_search_for_too_little_is_refused(bench, by, value):
    with pytest.raises(ValidationFailed) as refused:
        await bench.crm.search_clients(bench.club_id, ClientSearch(by=by, value=value))
    assert [fault.pointer for fault in refused.value.faults] == ["#/value"]


async def test_a_search_by_something_unknown_is_refused(bench):
    with pytest.raises(ValidationFailed):
        await bench.crm.search_clients(bench.club_id, ClientSearch(by="aura", value="violet"))


async def test_products_are_found_by_barcode_name_and_category(bench):
    async def ids(**filters):
        return [row.id for row in (await bench.crm.products(bench.club_id, **filters)).items]

    code = (await bench.crm.products(bench.club_id, q="кола")).items[0].barcodes[0]
    assert await ids(barcode=code) == ["pr_2"]
    assert await ids(barcode=f"0{code}") == ["pr_2"]
    unknown = next(f"200000000999{digit}" for digit in range(10) if is_gtin(f"200000000999{digit}"))
    assert await ids(barcode=unknown) == []
    assert await ids(category_id="hot", q="ЧАЙ") == ["pr_9"]
    assert await ids(q="%") == []
    with pytest.raises(ValidationFailed):
        await ids(barcode=code[:-1] + "x")


async def test_inactive_rows_are_listed_to_those_who_keep_a_copy(bench):
    async def both(**filters):
        tariffs = await bench.crm.tariffs(bench.club_id, **filters)
        products = await bench.crm.products(bench.club_id, **filters)
        return {row.id for row in (*tariffs.items, *products.items)}

    since_ever = await both(updated_since=bench.clock.now.replace(year=2000))
    assert since_ever - await both() == {"tr_old", "pr_13"}
    bench.clock.advance(hours=1)
    assert await both(updated_since=bench.clock.now) == set()


async def test_tariffs_are_listed_for_a_time(bench):
    night = bench.clock.now.replace(hour=23)
    ids = {t.id for t in (await bench.crm.tariffs(bench.club_id, available_at=night)).items}
    assert "tr_night" in ids
    assert not ids & {"tr_morning", "tr_app"}


async def test_an_inactive_client_id_is_no_client(bench):
    with pytest.raises(NotFound):
        await bench.crm.client("cl_1")
