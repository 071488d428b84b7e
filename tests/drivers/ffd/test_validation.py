"""The rules of a receipt, one by one: what breaks each, and what does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.ffd.composition import receipt_tags
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
    Cashier,
    Correction,
    IndustryRequisite,
    Item,
    Payments,
    Receipt,
    Supplier,
    UserRequisite,
    VatSum,
)
from drivers.ffd.validation import cashier_problems, problems
from tests.drivers.ffd.receipts import (
    TODAY,
    advance,
    correction,
    correction_1_05,
    item,
    receipt,
)

V1_05, V1_1, V1_2 = FfdVersion
WATER = "0104600439931256210JgXJ5.TuVwXyZ\x1d93abcd"
PACK = "00000046198488X?io+qCABm8wAYa"
SUPPLIER = Supplier(inn="7707083893")
LAST_WEEK = date(2026, 11, 13)
IN_2025 = date(2025, 12, 20)


def industry(**fields: Any) -> IndustryRequisite:
    return IndustryRequisite(
        **{
            "authority": "030",
            "act_date": date(2023, 11, 21),
            "act_number": "1944",
            "value": "x",
            **fields,
        }
    )


def basis(**fields: Any) -> Correction:
    return Correction(
        **{"type": CorrectionType.OWN_INITIATIVE, "settlement_date": LAST_WEEK, **fields}
    )


def basis_1_05(**fields: Any) -> Correction:
    return basis(**{"vat": (VatSum(rate=VatRate.NO_VAT, amount=15000),), **fields})


def sale_of(*fields_of_items: dict[str, Any]) -> Receipt:
    return receipt(*(item(**fields) for fields in fields_of_items))


def with_agent(**fields: Any) -> Receipt:
    return sale_of({"agent": AgentFlag.OTHER_AGENT, "supplier": SUPPLIER, **fields})


LAWFUL = {
    "a sale in cash": (receipt(), FfdVersion),
    "a sale with change": (receipt(cash_tendered=20000), FfdVersion),
    "a sale for the exact cash": (receipt(cash_tendered=15000), FfdVersion),
    "a return of the same day": (
        receipt(
            calculation_sign=CalculationSign.SALE_RETURN, original_date=TODAY, cash_tendered=15000
        ),
        FfdVersion,
    ),
    "a correction of the same day": (
        correction(correction=basis(settlement_date=TODAY)),
        [V1_1, V1_2],
    ),
    "a top-up by card": (
        receipt(advance(), payments=Payments(cashless=15000)),
        FfdVersion,
    ),
    "play paid from the balance": (receipt(payments=Payments(prepaid=15000)), FfdVersion),
    "all ways of paying at once": (
        receipt(
            payments=Payments(
                cash=11000, cashless=1000, prepaid=1000, credit=1000, consideration=1000
            )
        ),
        FfdVersion,
    ),
    "a plain rate for a prepayment": (receipt(advance(vat_rate=VatRate.VAT_22)), FfdVersion),
    "a calculated rate for a prepayment": (
        receipt(advance(vat_rate=VatRate.VAT_22_122)),
        FfdVersion,
    ),
    "a return in 2026 of a sale of 2025": (
        receipt(
            item(vat_rate=VatRate.VAT_20),
            calculation_sign=CalculationSign.SALE_RETURN,
            original_date=IN_2025,
        ),
        FfdVersion,
    ),
    "a credit payment": (
        receipt(advance(payment_method=PaymentMethod.CREDIT_PAYMENT)),
        FfdVersion,
    ),
    "six digits of a quantity": (sale_of({"quantity": Decimal("0.333333")}), FfdVersion),
    "a cost that is a kopeck off": (sale_of({"price": 100, "cost": 101}), FfdVersion),
    "typography that CP866 has a word for": (sale_of({"name": "Зал «А» — 5 ₽"}), FfdVersion),
    "a name of 128 characters": (sale_of({"name": "я" * 128}), FfdVersion),
    "a telephone of the buyer": (receipt(buyer_contact="+79001234567"), FfdVersion),
    "an e-mail of the buyer": (receipt(buyer_contact="nyx@mail.ru"), FfdVersion),
    "an electronic receipt": (
        receipt(print_paper=False, buyer_contact="nyx@mail.ru"),
        FfdVersion,
    ),
    "a cashier with an INN": (
        receipt(cashier=Cashier(name="Кассир", inn="500100732259")),
        FfdVersion,
    ),
    "a company that buys": (receipt(buyer=Buyer(name="ООО", inn="7707083893")), FfdVersion),
    "an agent's sale": (
        with_agent(agent_data=AgentData(agent_phones=("+79001234567",))),
        FfdVersion,
    ),
    "a supplier without an INN": (with_agent(supplier=Supplier(inn="0" * 12)), FfdVersion),
    "minutes": (sale_of({"measure": QuantityMeasure.MINUTE}), FfdVersion),
    "a unit in words": (sale_of({"unit": "пакет"}), [V1_05, V1_1]),
    "marked water, old": (
        sale_of({"payment_subject": PaymentSubject.GOODS, "marking_code": WATER}),
        [V1_05, V1_1],
    ),
    "marked water": (
        sale_of({"payment_subject": PaymentSubject.GOODS_MARKED, "marking_code": WATER}),
        [V1_2],
    ),
    "marked goods without a code": (
        sale_of({"payment_subject": PaymentSubject.GOODS_UNMARKED}),
        [V1_2],
    ),
    "goods with a plain product code": (
        sale_of({"payment_subject": PaymentSubject.GOODS, "marking_code": "4600439931256"}),
        FfdVersion,
    ),
    "an industry requisite": (
        receipt(item(industry_requisites=(industry(),)), industry_requisites=(industry(),)),
        [V1_2],
    ),
    "a correction with items": (correction(), [V1_1, V1_2]),
    "a correction of a return": (
        correction(calculation_sign=CalculationSign.SALE_RETURN),
        [V1_1, V1_2],
    ),
    "a correction by order": (
        correction(correction=basis(type=CorrectionType.BY_ORDER, order_number="15-07")),
        [V1_1, V1_2],
    ),
    "a correction of 2025 at 20 %": (
        correction(item(vat_rate=VatRate.VAT_20), correction=basis(settlement_date=IN_2025)),
        [V1_1, V1_2],
    ),
    "a correction of sums": (correction_1_05(), [V1_05]),
}


@pytest.mark.parametrize(
    ("lawful", "version"),
    [
        pytest.param(lawful, version, id=f"{name} {version.label}")
        for name, (lawful, versions) in LAWFUL.items()
        for version in versions
    ],
)
def test_lawful_receipts_have_no_problem_and_can_be_written(
    lawful: Receipt, version: FfdVersion
) -> None:
    assert problems(lawful, version, TODAY) == ()
    assert receipt_tags(lawful, version)


# Each broken rule: the receipt, the versions it is broken in, then code, field and tag.
BROKEN: dict[str, tuple[Receipt, Any, tuple[str, str, int | None]]] = {
    "payments short of the total": (
        receipt(payments=Payments(cash=14999)),
        FfdVersion,
        ("payments_mismatch", "payments", 1020),
    ),
    "cash over the total": (
        receipt(payments=Payments(cash=15001)),
        FfdVersion,
        ("payments_mismatch", "payments", 1020),
    ),
    "cashless money over the total": (
        receipt(payments=Payments(cashless=15001)),
        FfdVersion,
        ("cashless_exceeds_total", "payments", 1020),
    ),
    "less cash handed over than paid": (
        receipt(cash_tendered=14999),
        FfdVersion,
        ("cash_tendered_too_small", "cash_tendered", 1031),
    ),
    "change without cash": (
        receipt(payments=Payments(cashless=15000), cash_tendered=100),
        FfdVersion,
        ("change_without_cash", "cash_tendered", 1031),
    ),
    "change in a return": (
        receipt(calculation_sign=CalculationSign.SALE_RETURN, cash_tendered=20000),
        FfdVersion,
        ("change_when_paying_out", "cash_tendered", 1031),
    ),
    "a cost two kopecks off": (
        sale_of({"price": 100, "cost": 102}),
        FfdVersion,
        ("cost_mismatch", "items.0.cost", 1043),
    ),
    "a sale of 2026 at 20 %": (
        sale_of({"vat_rate": VatRate.VAT_20}),
        FfdVersion,
        ("rate_not_valid_on_date", "items.0.vat_rate", 1199),
    ),
    "an advance of 2026 at 20/120": (
        receipt(advance(vat_rate=VatRate.VAT_20_120)),
        FfdVersion,
        ("rate_not_valid_on_date", "items.0.vat_rate", 1199),
    ),
    "22 % for a settlement of 2025": (
        receipt(item(vat_rate=VatRate.VAT_22), original_date=IN_2025),
        FfdVersion,
        ("rate_not_valid_on_date", "items.0.vat_rate", 1199),
    ),
    "5 % before 2025": (
        receipt(item(vat_rate=VatRate.VAT_5), original_date=date(2024, 12, 31)),
        FfdVersion,
        ("rate_not_valid_on_date", "items.0.vat_rate", 1199),
    ),
    "a correction's sum at a rate of another year": (
        correction_1_05(correction=basis(vat=(VatSum(rate=VatRate.VAT_20, amount=2500),))),
        [V1_05],
        ("rate_not_valid_on_date", "correction.vat.0.rate", 1199),
    ),
    "an original settlement to come": (
        receipt(original_date=date(2026, 11, 21)),
        FfdVersion,
        ("date_in_future", "original_date", None),
    ),
    "a tax system of the past": (
        receipt(tax_system=TaxSystem.IMPUTED_INCOME),
        FfdVersion,
        ("tax_system_abolished", "tax_system", 1055),
    ),
    **{
        f"{method.name_en} for a service": (
            sale_of({"payment_method": method}),
            FfdVersion,
            ("subject_for_method", "items.0.payment_subject", 1212),
        )
        for method in (
            PaymentMethod.FULL_PREPAYMENT,
            PaymentMethod.PREPAYMENT,
            PaymentMethod.ADVANCE,
            PaymentMethod.CREDIT_PAYMENT,
        )
    },
    "a credit payment beside another item": (
        receipt(advance(payment_method=PaymentMethod.CREDIT_PAYMENT), item()),
        FfdVersion,
        ("credit_payment_not_alone", "items.1.payment_method", 1214),
    ),
    "no items": (
        receipt(items=(), payments=Payments()),
        FfdVersion,
        ("missing", "items", 1059),
    ),
    "no name": (sale_of({"name": " "}), FfdVersion, ("missing", "items.0.name", 1030)),
    "no cashier": (
        receipt(cashier=Cashier(name="")),
        FfdVersion,
        ("missing", "cashier.name", 1021),
    ),
    "an electronic receipt without an address": (
        receipt(print_paper=False),
        FfdVersion,
        ("missing", "buyer_contact", 1008),
    ),
    "a nameless user requisite": (
        receipt(user_requisite=UserRequisite(name="", value="x")),
        FfdVersion,
        ("missing", "user_requisite.name", 1085),
    ),
    "an empty user requisite": (
        receipt(user_requisite=UserRequisite(name="x", value="")),
        FfdVersion,
        ("missing", "user_requisite.value", 1086),
    ),
    "an industry requisite without an act": (
        receipt(industry_requisites=(industry(act_number=""),)),
        [V1_2],
        ("missing", "industry_requisites.0.act_number", 1264),
    ),
    "an industry requisite without a value": (
        sale_of({"industry_requisites": (industry(value=""),)}),
        [V1_2],
        ("missing", "items.0.industry_requisites.0.value", 1265),
    ),
    "an industry requisite before 1.2": (
        receipt(industry_requisites=(industry(),)),
        [V1_05, V1_1],
        ("not_in_version", "industry_requisites.0", 1261),
    ),
    "an item's industry requisite before 1.2": (
        sale_of({"industry_requisites": (industry(),)}),
        [V1_05, V1_1],
        ("not_in_version", "items.0.industry_requisites.0", 1260),
    ),
    "a buyer's address before 1.2": (
        receipt(buyer=Buyer(name="ООО", address="Москва")),
        [V1_05, V1_1],
        ("not_in_version", "buyer.address", 1254),
    ),
    "a unit in words in 1.2": (
        sale_of({"unit": "пакет"}),
        [V1_2],
        ("not_in_version", "items.0.unit", 1197),
    ),
    "marked goods before 1.2": (
        sale_of({"payment_subject": PaymentSubject.GOODS_UNMARKED}),
        [V1_05, V1_1],
        ("not_in_version", "items.0.payment_subject", 1212),
    ),
    "a long name": (
        sale_of({"name": "я" * 129}),
        FfdVersion,
        ("text_too_long", "items.0.name", 1030),
    ),
    "a name that is too long as printed": (
        sale_of({"name": "я" * 126 + "…"}),
        FfdVersion,
        ("text_too_long", "items.0.name", 1030),
    ),
    "a long cashier": (
        receipt(cashier=Cashier(name="я" * 65)),
        FfdVersion,
        ("text_too_long", "cashier.name", 1021),
    ),
    "a long additional requisite": (
        receipt(additional_requisite="1" * 17),
        FfdVersion,
        ("text_too_long", "additional_requisite", 1192),
    ),
    "a long additional requisite of an item": (
        sale_of({"additional_requisite": "x" * 65}),
        FfdVersion,
        ("text_too_long", "items.0.additional_requisite", 1191),
    ),
    "a long unit": (
        sale_of({"unit": "x" * 17}),
        [V1_05, V1_1],
        ("text_too_long", "items.0.unit", 1197),
    ),
    "a long value of the user requisite": (
        receipt(user_requisite=UserRequisite(name="x", value="x" * 257)),
        FfdVersion,
        ("text_too_long", "user_requisite.value", 1086),
    ),
    "a character that CP866 lacks": (
        sale_of({"name": "Кофе ☕"}),
        FfdVersion,
        ("unencodable_text", "items.0.name", 1030),
    ),
    "a line break in a name": (
        sale_of({"name": "Кофе\nчерный"}),
        FfdVersion,
        ("unencodable_text", "items.0.name", 1030),
    ),
    "a total beyond six bytes": (
        receipt(item(price=2**48 - 1), item(), payments=Payments()),
        FfdVersion,
        ("out_of_range", "items", 1020),
    ),
    "a computed cost beyond six bytes": (
        receipt(item(price=2**47, quantity=Decimal(1000)), payments=Payments()),
        FfdVersion,
        ("out_of_range", "items.0.cost", 1043),
    ),
    "a settlement before 1970": (
        correction(correction=basis(settlement_date=date(1969, 12, 31))),
        [V1_2],
        ("out_of_range", "correction.settlement_date", 1178),
    ),
    "an item beyond 1024 bytes": (
        sale_of({"industry_requisites": (industry(value="x" * 256),) * 4}),
        [V1_2],
        ("structure_too_long", "items.0", 1059),
    ),
    "more items than a document holds": (
        sale_of(*[{"name": "x" * 128}] * 200),
        FfdVersion,
        ("document_too_long", "items", None),
    ),
    "a cashier with the INN of a company": (
        receipt(cashier=Cashier(name="Кассир", inn="7707083893")),
        FfdVersion,
        ("inn_invalid", "cashier.inn", 1203),
    ),
    "a buyer with a mistyped INN": (
        receipt(buyer=Buyer(inn="7707083894")),
        FfdVersion,
        ("inn_invalid", "buyer.inn", 1228),
    ),
    "a supplier with a mistyped INN": (
        with_agent(supplier=Supplier(inn="7707083894")),
        FfdVersion,
        ("inn_invalid", "items.0.supplier.inn", 1226),
    ),
    "an operator with a mistyped INN": (
        with_agent(agent_data=AgentData(transfer_operator_inn="770708389")),
        FfdVersion,
        ("inn_invalid", "items.0.agent_data.transfer_operator_inn", 1016),
    ),
    "a contact that is neither": (
        receipt(buyer_contact="8 900 123-45-67"),
        FfdVersion,
        ("contact_invalid", "buyer_contact", 1008),
    ),
    "an agent's telephone with spaces": (
        with_agent(agent_data=AgentData(agent_phones=("+79001234567", "+7 900"))),
        FfdVersion,
        ("phone_invalid", "items.0.agent_data.agent_phones.1", 1073),
    ),
    "a supplier's telephone without +": (
        with_agent(supplier=Supplier(inn="7707083893", phones=("89001234567",))),
        FfdVersion,
        ("phone_invalid", "items.0.supplier.phones.0", 1171),
    ),
    "a country in letters": (
        sale_of({"country": "RU"}),
        FfdVersion,
        ("digits_expected", "items.0.country", 1230),
    ),
    "a citizenship in letters": (
        receipt(buyer=Buyer(citizenship="RUS")),
        [V1_2],
        ("digits_expected", "buyer.citizenship", 1244),
    ),
    "an authority of two digits": (
        receipt(industry_requisites=(industry(authority="30"),)),
        [V1_2],
        ("digits_expected", "industry_requisites.0.authority", 1262),
    ),
    "an agent without a supplier": (
        sale_of({"agent": AgentFlag.OTHER_AGENT}),
        FfdVersion,
        ("missing", "items.0.supplier.inn", 1226),
    ),
    "a supplier without an agent": (
        sale_of({"supplier": SUPPLIER}),
        FfdVersion,
        ("agent_flag_missing", "items.0.supplier", 1224),
    ),
    "an agent of no kind": (
        with_agent(agent=AgentFlag(0)),
        FfdVersion,
        ("agent_flag_empty", "items.0.agent", 1222),
    ),
    "a scanned code as a name": (
        sale_of({"name": WATER.split("\x1d")[0]}),
        FfdVersion,
        ("marking_code_as_name", "items.0.name", 1030),
    ),
    "a scanned pack as a name": (
        sale_of({"name": PACK}),
        FfdVersion,
        ("marking_code_as_name", "items.0.name", 1030),
    ),
    "marked water as plain goods": (
        sale_of({"payment_subject": PaymentSubject.GOODS, "marking_code": WATER}),
        [V1_2],
        ("marked_as_ordinary", "items.0.payment_subject", 1212),
    ),
    "marked water as a service": (
        sale_of({"payment_subject": PaymentSubject.SERVICE, "marking_code": WATER}),
        FfdVersion,
        ("marked_as_ordinary", "items.0.payment_subject", 1212),
    ),
    "marked goods without their code": (
        sale_of({"payment_subject": PaymentSubject.GOODS_MARKED}),
        [V1_2],
        ("missing", "items.0.marking_code", 1163),
    ),
    "a correction without items": (
        correction_1_05(correction=basis()),
        [V1_1, V1_2],
        ("missing", "items", 1059),
    ),
    "a correction with VAT of its own": (
        correction(correction=basis_1_05()),
        [V1_1, V1_2],
        ("vat_sums_unexpected", "correction.vat", 1115),
    ),
    "a correction of 1.05 with items": (
        correction(correction=basis_1_05()),
        [V1_05],
        ("items_in_correction", "items", 1059),
    ),
    "a correction of 1.05 that returns": (
        correction_1_05(calculation_sign=CalculationSign.SALE_RETURN),
        [V1_05],
        ("sign_in_correction", "calculation_sign", 1054),
    ),
    "a correction of 1.05 without VAT": (
        correction_1_05(correction=basis()),
        [V1_05],
        ("missing", "correction.vat", 1115),
    ),
    "a correction of 1.05 with two sums of a rate": (
        correction_1_05(correction=basis(vat=(VatSum(rate=VatRate.NO_VAT, amount=1),) * 2)),
        [V1_05],
        ("vat_rate_repeated", "correction.vat.1.rate", 1199),
    ),
    "a correction of 1.05 without VAT whose turnover is another sum": (
        correction_1_05(correction=basis(vat=(VatSum(rate=VatRate.NO_VAT, amount=1),))),
        [V1_05],
        ("turnover_mismatch", "correction.vat", 1115),
    ),
    "a correction of 1.05 with more turnover than its sum": (
        correction_1_05(
            correction=basis(
                vat=(
                    VatSum(rate=VatRate.NO_VAT, amount=15000),
                    VatSum(rate=VatRate.VAT_0, amount=15000),
                    VatSum(rate=VatRate.VAT_10, amount=1),
                )
            )
        ),
        [V1_05],
        ("vat_exceeds_total", "correction.vat", 1115),
    ),
    "a correction of 1.05 with more VAT than its sum has": (
        correction_1_05(correction=basis(vat=(VatSum(rate=VatRate.VAT_22, amount=2706),))),
        [V1_05],
        ("vat_exceeds_total", "correction.vat.0.amount", 1120),
    ),
    "a correction of tomorrow": (
        correction(correction=basis(settlement_date=date(2026, 11, 21))),
        [V1_1, V1_2],
        ("date_in_future", "correction.settlement_date", 1178),
    ),
    "a correction by an order without a number": (
        correction(correction=basis(type=CorrectionType.BY_ORDER)),
        [V1_1, V1_2],
        ("missing", "correction.order_number", 1179),
    ),
    "a correction of one's own with an order": (
        correction(correction=basis(order_number="15-07")),
        [V1_1, V1_2],
        ("order_number_unexpected", "correction.order_number", 1179),
    ),
    "a correction sent to a buyer": (
        correction(buyer_contact="nyx@mail.ru"),
        [V1_1, V1_2],
        ("not_in_correction", "buyer_contact", 1008),
    ),
}


@pytest.mark.parametrize(
    ("broken", "version", "expected"),
    [
        pytest.param(broken, version, expected, id=f"{name} {version.label}")
        for name, (broken, versions, expected) in BROKEN.items()
        for version in versions
    ],
)
def test_a_broken_rule_is_named_by_code_field_and_tag(
    broken: Receipt, version: FfdVersion, expected: tuple[str, str, int | None]
) -> None:
    found = [(each.code, each.field, each.tag) for each in problems(broken, version, TODAY)]
    assert expected in found


def test_an_internet_flag_in_a_correction_is_refused() -> None:
    given = correction(internet=True, buyer_contact="nyx@mail.ru")
    assert [each.field for each in problems(given, V1_2, TODAY)] == ["buyer_contact", "internet"]


def test_every_broken_rule_is_told_at_once() -> None:
    given = receipt(item(name="", vat_rate=VatRate.VAT_20), payments=Payments())
    assert {each.code for each in problems(given, V1_2, TODAY)} == {
        "missing",
        "rate_not_valid_on_date",
        "payments_mismatch",
    }


def test_a_rate_is_lawful_on_its_last_day() -> None:
    given = sale_of({"vat_rate": VatRate.VAT_20})
    assert problems(given, V1_2, date(2025, 12, 31)) == ()
    assert problems(given, V1_2, date(2026, 1, 1)) != ()


def test_a_cashier_is_checked_alone_for_shift_documents() -> None:
    assert cashier_problems(Cashier(name="Кассир", inn="500100732259")) == ()
    found = cashier_problems(Cashier(name="☕" * 65, inn="1"))
    assert [(each.code, each.tag) for each in found] == [
        ("inn_invalid", 1203),
        ("unencodable_text", 1021),
        ("text_too_long", 1021),
    ]
    assert [each.code for each in cashier_problems(Cashier(name=""))] == ["missing"]


texts = st.text(max_size=300)
maybe_text = st.none() | texts
sums = st.integers(0, 2**48 - 1)
days = st.dates()
industry_requisites = st.lists(
    st.builds(IndustryRequisite, authority=texts, act_date=days, act_number=texts, value=texts),
    max_size=2,
).map(tuple)
items = st.builds(
    Item,
    name=texts,
    price=sums,
    quantity=st.decimals("0.000001", "999999999", places=6),
    cost=sums,
    vat_rate=st.sampled_from(VatRate),
    payment_method=st.sampled_from(PaymentMethod),
    payment_subject=st.sampled_from(PaymentSubject),
    measure=st.sampled_from(QuantityMeasure),
    unit=maybe_text,
    agent=st.none() | st.integers(0, 127).map(AgentFlag),
    supplier=st.none() | st.builds(Supplier, inn=texts, name=maybe_text),
    marking_code=maybe_text,
    excise=st.none() | sums,
    country=maybe_text,
    industry_requisites=industry_requisites,
)
receipts = st.builds(
    Receipt,
    calculation_sign=st.sampled_from(CalculationSign),
    tax_system=st.sampled_from(TaxSystem),
    items=st.lists(items, max_size=3).map(tuple),
    payments=st.builds(Payments, cash=sums, cashless=sums, prepaid=sums),
    cash_tendered=st.none() | sums,
    cashier=st.builds(Cashier, name=texts, inn=maybe_text),
    buyer_contact=maybe_text,
    buyer=st.none() | st.builds(Buyer, name=maybe_text, inn=maybe_text, birth_date=days),
    user_requisite=st.none() | st.builds(UserRequisite, name=texts, value=texts),
    industry_requisites=industry_requisites,
    internet=st.booleans(),
    print_paper=st.booleans(),
    original_date=st.none() | days,
    correction=st.none()
    | st.builds(
        Correction,
        type=st.sampled_from(CorrectionType),
        settlement_date=days,
        order_number=maybe_text,
        vat=st.lists(st.builds(VatSum, rate=st.sampled_from(VatRate), amount=sums)).map(tuple),
    ),
)


@settings(max_examples=60)
@given(receipts, st.sampled_from(FfdVersion), days)
def test_any_receipt_is_judged_and_never_breaks_the_judge(
    any_receipt: Receipt, version: FfdVersion, on: date
) -> None:
    found = problems(any_receipt, version, on)
    encodable = not {each.code for each in found} & {
        "unencodable_text",
        "text_too_long",
        "structure_too_long",
        "out_of_range",
    }
    try:
        receipt_tags(any_receipt, version)
    except ValueError:
        assert not encodable
