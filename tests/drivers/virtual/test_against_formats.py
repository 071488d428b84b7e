"""Whatever the formats call a lawful receipt, the register takes, and records as they say."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from drivers.ffd.composition import (
    correction_tags,
    document_extra_tags,
    item_extra_tags,
    receipt_tags,
)
from drivers.ffd.enumerations import (
    AgentFlag,
    CalculationSign,
    CorrectionType,
    FfdVersion,
    PaymentMethod,
    PaymentSubject,
    QuantityMeasure,
    TaxSystem,
    VatRate,
)
from drivers.ffd.receipt import (
    AgentData,
    Buyer,
    Correction,
    IndustryRequisite,
    Item,
    Payments,
    Receipt,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.ffd.tlv import Tlv
from drivers.ffd.validation import problems
from drivers.virtual.facts import ItemLine
from drivers.virtual.registration import Registration
from tests.drivers.virtual.shop import CASHIER, GENERAL, OPENING, OPERATOR, Shop

INDUSTRY = IndustryRequisite(
    authority="030", act_date=date(2023, 11, 21), act_number="1944", value="UUID=1&Time=2"
)
SESSION = Item(
    name="Аренда ПК «VIP»",
    price=15050,
    quantity=Decimal("2.5"),
    vat_rate=VatRate.VAT_22,
    payment_subject=PaymentSubject.SERVICE,
    measure=QuantityMeasure.HOUR,
    additional_requisite="место 7",
)
DRINK = Item(
    name="Энергетик",
    price=12000,
    vat_rate=VatRate.NO_VAT,
    country="643",
    customs_declaration="10702030/010126/0000001",
)
BEER = Item(
    name="Пиво",
    price=25000,
    vat_rate=VatRate.VAT_22,
    payment_subject=PaymentSubject.EXCISE_GOODS,
    excise=1200,
)
AGENT = Item(
    name="Пополнение игры",
    price=50000,
    vat_rate=VatRate.NO_VAT,
    payment_subject=PaymentSubject.SERVICE,
    agent=AgentFlag.OTHER_AGENT,
    agent_data=AgentData(operation="пополнение", agent_phones=("+79161234567",)),
    supplier=Supplier(inn="7709364346", name="Издатель", phones=("+74951234567",)),
)
TOP_UP = Item(
    name="Пополнение счета",
    price=100000,
    vat_rate=VatRate.VAT_22_122,
    payment_method=PaymentMethod.ADVANCE,
    payment_subject=PaymentSubject.PAYMENT,
)


def sale(*items: Item, **more: object) -> Receipt:
    values: dict[str, object] = {
        "calculation_sign": CalculationSign.SALE,
        "tax_system": TaxSystem.GENERAL,
        "items": items,
        "payments": Payments(cash=sum(item.cost for item in items)),
        "cashier": CASHIER,
    }
    return Receipt.model_validate(values | more)


RECEIPTS = {
    "of a session and a drink": sale(SESSION, DRINK),
    "of excise goods": sale(BEER),
    "of an agent": sale(AGENT),
    "of a top-up by card": sale(TOP_UP, payments=Payments(cashless=100000)),
    "with everything a buyer has": sale(
        SESSION,
        buyer_contact="guest@example.org",
        buyer=Buyer(name="ООО Гость", inn="7701234560"),
        user_requisite=UserRequisite(name="payment", value="0190a1b2"),
        additional_requisite="1234567890",
    ),
    "in the internet": sale(TOP_UP, buyer_contact="+79161234567", internet=True),
    "paid from the balance": sale(SESSION, payments=Payments(prepaid=30000, credit=7625)),
}
RECEIPTS_1_2 = {
    "with industry requisites": sale(
        DRINK.model_copy(update={"industry_requisites": (INDUSTRY,)}),
        industry_requisites=(INDUSTRY,),
    ),
    "with a buyer's papers": sale(
        SESSION,
        buyer=Buyer(
            name="Иванов И.И.",
            birth_date=date(2000, 1, 2),
            citizenship="643",
            document_kind="21",
            document_data="4500 000000",
            address="Москва",
        ),
    ),
    "of a marked drink": sale(
        DRINK.model_copy(
            update={
                "payment_subject": PaymentSubject.GOODS_MARKED,
                "marking_code": "010460043993125621JgXJ5.TrRdQsS\x1d93qWeR",
            }
        )
    ),
}
CORRECTION = Correction(
    type=CorrectionType.BY_ORDER, settlement_date=date(2026, 11, 1), order_number="17-08/123"
)


def register_of(version: FfdVersion) -> Shop:
    shop = Shop(registration=Registration(ffd_version=version, marked_goods=True))
    shop.open_shift()
    return shop


def send_items(shop: Shop, receipt: Receipt, version: FfdVersion) -> None:
    for item in receipt.items:
        line = ItemLine(
            name=item.name,
            price=item.price,
            quantity=item.quantity,
            cost=item.cost,
            vat_rate=item.vat_rate,
            method=item.payment_method,
            subject=item.payment_subject,
        )
        shop.register.add_item(line, sign=receipt.calculation_sign, operator=OPERATOR)
        for tag in item_extra_tags(item, version):
            shop.register.add_item_tag(tag, operator=OPERATOR)


def comparable(tags: tuple[Tlv, ...]) -> set[object]:
    """Order is free within a structure, and 1200 is the register's own."""
    return {
        (tag.tag, frozenset(comparable(tag.children)) if tag.children else tag.raw)
        for tag in tags
        if tag.tag != 1200
    }


def record(receipt: Receipt, version: FfdVersion) -> tuple[Tlv, ...]:
    assert problems(receipt, version, OPENING.date()) == ()
    shop = register_of(version)
    register = shop.register
    if receipt.correction is None:
        register.open_receipt(receipt.calculation_sign, OPERATOR)
    else:
        register.begin_correction(OPERATOR)
    for tag in document_extra_tags(receipt, version):
        register.add_tag(tag, operator=OPERATOR)
    send_items(shop, receipt, version)
    return register.close_receipt(
        receipt.payments, tax_system=GENERAL, operator=OPERATOR, cashier=CASHIER
    ).document.tags


@pytest.mark.parametrize("version", FfdVersion)
@pytest.mark.parametrize("case", RECEIPTS)
def test_a_lawful_receipt_is_recorded_as_composed(case: str, version: FfdVersion) -> None:
    receipt = RECEIPTS[case]
    assert comparable(receipt_tags(receipt, version)) <= comparable(record(receipt, version))


@pytest.mark.parametrize("case", RECEIPTS_1_2)
def test_a_lawful_receipt_of_ffd_1_2_is_recorded_as_composed(case: str) -> None:
    receipt = RECEIPTS_1_2[case]
    composed = receipt_tags(receipt, FfdVersion.V1_2)
    assert comparable(composed) <= comparable(record(receipt, FfdVersion.V1_2))


@pytest.mark.parametrize("version", [FfdVersion.V1_1, FfdVersion.V1_2])
@pytest.mark.parametrize("sign", CalculationSign)
def test_a_lawful_correction_is_recorded_as_composed(
    sign: CalculationSign, version: FfdVersion
) -> None:
    receipt = sale(SESSION, DRINK, correction=CORRECTION, calculation_sign=sign)
    assert comparable(receipt_tags(receipt, version)) <= comparable(record(receipt, version))


def test_a_lawful_correction_of_ffd_1_05_is_recorded_as_composed() -> None:
    version = FfdVersion.V1_05
    correction = CORRECTION.model_copy(update={"vat": (VatSum(rate=VatRate.VAT_22, amount=2200),)})
    receipt = sale(payments=Payments(cash=12200), correction=correction)
    assert problems(receipt, version, OPENING.date()) == ()
    register = register_of(version).register
    register.begin_correction(OPERATOR)
    for tag in correction_tags(correction):
        register.add_tag(tag, operator=OPERATOR)
    document = register.close_correction(
        correction.type,
        receipt.calculation_sign,
        receipt.total,
        receipt.payments,
        vat=correction.vat,
        tax_system=GENERAL,
        operator=OPERATOR,
        cashier=CASHIER,
    )
    assert comparable(receipt_tags(receipt, version)) <= comparable(document.tags)
