"""Which requisites a receipt becomes, by format version."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from drivers.ffd import composition
from drivers.ffd.enumerations import (
    AgentFlag,
    CorrectionType,
    FfdVersion,
    PaymentSubject,
    QuantityMeasure,
    VatRate,
)
from drivers.ffd.receipt import (
    AgentData,
    Buyer,
    Cashier,
    Correction,
    IndustryRequisite,
    Payments,
    Supplier,
    UserRequisite,
)
from drivers.ffd.tlv import Tlv, find
from tests.drivers.ffd.receipts import correction, correction_1_05, item, receipt

V1_05, V1_1, V1_2 = FfdVersion
WATER = "0104600439931256210JgXJ5.TuVwXyZ\x1d93abcd"
INDUSTRY = IndustryRequisite(
    authority="030", act_date=date(2023, 11, 21), act_number="1944", value="UUID=1&Time=2"
)


def tags_of(tlvs: tuple[Tlv, ...]) -> list[int]:
    return [tlv.tag for tlv in tlvs]


def value_of(tlvs: tuple[Tlv, ...], tag: int) -> object:
    found = find(tlvs, tag)
    assert found is not None, f"tag {tag} is missing"
    return found.value


@pytest.mark.parametrize("version", FfdVersion)
def test_all_five_sums_are_written_zeros_too(version: FfdVersion) -> None:
    tlvs = composition.receipt_tags(receipt(payments=Payments(cashless=15000)), version)
    sums = {tag: value_of(tlvs, tag) for tag in (1020, 1031, 1081, 1215, 1216, 1217)}
    assert sums == {1020: 15000, 1031: 0, 1081: 15000, 1215: 0, 1216: 0, 1217: 0}


def test_an_item_stands_in_a_structure_of_its_own() -> None:
    tlvs = composition.receipt_tags(receipt(item(price=10000, quantity=Decimal("1.5"))), V1_2)
    line = find(tlvs, 1059)
    assert line is not None
    assert {tlv.tag: tlv.value for tlv in line.children} == {
        1214: 4,
        1212: 4,
        1030: "Игровое время",
        2108: 0,
        1079: 10000,
        1023: Decimal("1.5"),
        1199: 6,
        1043: 15000,
    }


def test_vat_is_totalled_by_rate_in_flat_tags_and_in_1115() -> None:
    lines = (
        item(price=9990, vat_rate=VatRate.VAT_22),
        item(price=9990, vat_rate=VatRate.VAT_22),
        item(price=11000, vat_rate=VatRate.VAT_10),
        item(price=500, vat_rate=VatRate.NO_VAT),
        item(price=700, vat_rate=VatRate.VAT_0),
        item(price=10500, vat_rate=VatRate.VAT_5),
    )
    tlvs = composition.receipt_tags(receipt(*lines), V1_2)
    assert {tag: value_of(tlvs, tag) for tag in (1103, 1104, 1105)} == {
        1103: 1000,
        1104: 700,
        1105: 500,
    }
    structure = find(tlvs, 1115)
    assert structure is not None
    assert [[tlv.value for tlv in sum_.children] for sum_ in structure.children] == [
        [7, 500],
        [11, 3603],
    ]
    assert not {1102, 1106, 1107} & set(tags_of(tlvs))


@pytest.mark.parametrize("version", [V1_05, V1_1])
def test_before_1_2_the_buyer_is_written_beside_the_items(version: FfdVersion) -> None:
    buyer = Buyer(name="ООО Ромашка", inn="7707083893", address="Москва")
    tlvs = composition.receipt_tags(receipt(buyer=buyer), version)
    assert value_of(tlvs, 1227) == "ООО Ромашка"
    assert value_of(tlvs, 1228) == "7707083893"
    assert find(tlvs, 1256) is None


def test_in_1_2_the_buyer_is_wrapped_in_1256() -> None:
    buyer = Buyer(name="Петров П.П.", inn="500100732259", birth_date=date(1990, 2, 1))
    tlvs = composition.receipt_tags(receipt(buyer=buyer), V1_2)
    structure = find(tlvs, 1256)
    assert structure is not None
    assert {tlv.tag: tlv.value for tlv in structure.children} == {
        1227: "Петров П.П.",
        1228: "500100732259",
        1243: "01.02.1990",
    }
    assert find(tlvs, 1227) is None


def test_a_unit_is_text_before_1_2_and_a_code_in_1_2() -> None:
    minutes = item(measure=QuantityMeasure.MINUTE)
    assert value_of(composition.item_tags(minutes, V1_05), 1197) == "мин"
    assert value_of(composition.item_tags(item(unit="пакет"), V1_1), 1197) == "пакет"
    in_1_2 = composition.item_tags(minutes, V1_2)
    assert value_of(in_1_2, 2108) == 72
    assert find(in_1_2, 1197) is None


def test_a_marking_code_becomes_1162_or_1163() -> None:
    water = item(payment_subject=PaymentSubject.GOODS, marking_code=WATER)
    old = composition.item_tags(water, V1_1)
    assert value_of(old, 1162) == bytes.fromhex("444d042f1f968178") + b"0JgXJ5.TuVwXyZ"
    assert find(old, 1163) is None
    new = composition.item_tags(water, V1_2)
    assert value_of(new, 1163) == (Tlv.of(1305, "0104600439931256210JgXJ5.TuVwXyZ"),)
    assert value_of(new, 2102) == 0
    assert find(new, 1162) is None


def test_industry_requisites_are_written_in_1_2_only() -> None:
    marked = receipt(
        item(industry_requisites=(INDUSTRY,)), industry_requisites=(INDUSTRY, INDUSTRY)
    )
    in_1_2 = composition.receipt_tags(marked, V1_2)
    assert tags_of(in_1_2).count(1261) == 2
    assert 1260 in tags_of(find(in_1_2, 1059).children)
    structure = find(in_1_2, 1261)
    assert structure is not None
    assert [tlv.value for tlv in structure.children] == [
        "030",
        "21.11.2023",
        "1944",
        "UUID=1&Time=2",
    ]
    in_1_1 = composition.receipt_tags(marked, V1_1)
    assert 1261 not in tags_of(in_1_1)
    assert 1260 not in tags_of(find(in_1_1, 1059).children)


def test_an_agents_item_names_agent_and_supplier() -> None:
    line = item(
        agent=AgentFlag.OTHER_AGENT,
        agent_data=AgentData(agent_phones=("+79001234567", "+79007654321"), operation="оплата"),
        supplier=Supplier(inn="7707083893", name="ООО Поставщик", phones=("+74951234567",)),
    )
    tlvs = composition.item_tags(line, V1_05)
    assert value_of(tlvs, 1222) == 64
    assert value_of(tlvs, 1226) == "7707083893"
    assert [tlv.tag for tlv in find(tlvs, 1223).children] == [1044, 1073, 1073]
    assert [tlv.tag for tlv in find(tlvs, 1224).children] == [1171, 1225]


@pytest.mark.parametrize("version", FfdVersion)
def test_the_agent_flag_is_never_written_for_the_whole_receipt(version: FfdVersion) -> None:
    line = item(agent=AgentFlag.ATTORNEY, supplier=Supplier(inn="7707083893"))
    assert 1057 not in tags_of(composition.receipt_tags(receipt(line), version))


def test_a_correction_tells_its_type_and_basis() -> None:
    basis = Correction(
        type=CorrectionType.BY_ORDER, settlement_date=date(2026, 11, 13), order_number="15-07/1"
    )
    tlvs = composition.receipt_tags(correction(correction=basis), V1_2)
    assert value_of(tlvs, 1173) == 1
    assert value_of(tlvs, 1174) == (
        Tlv.of(1178, datetime(2026, 11, 13)),
        Tlv.of(1179, "15-07/1"),
    )


def test_a_correction_of_1_05_has_the_vat_it_was_given_and_no_items() -> None:
    tlvs = composition.receipt_tags(correction_1_05(), V1_05)
    assert value_of(tlvs, 1020) == 15000
    assert value_of(tlvs, 1105) == 15000
    assert find(tlvs, 1059) is None


def test_additional_requisites_and_the_internet_flag_are_written() -> None:
    given = receipt(
        user_requisite=UserRequisite(name="Платеж", value="0193-42"),
        additional_requisite="1234567890",
        buyer_contact="+79001234567",
        internet=True,
    )
    tlvs = composition.receipt_tags(given, V1_2)
    assert value_of(tlvs, 1084) == (Tlv.of(1085, "Платеж"), Tlv.of(1086, "0193-42"))
    assert value_of(tlvs, 1192) == "1234567890"
    assert value_of(tlvs, 1008) == "+79001234567"
    assert value_of(tlvs, 1125) == 1


def test_blank_texts_are_left_out() -> None:
    tlvs = composition.receipt_tags(receipt(buyer_contact=" ", buyer=Buyer(name="")), V1_2)
    assert not {1008, 1256} & set(tags_of(tlvs))


def test_a_driver_gets_what_its_item_command_does_not_carry() -> None:
    line = item(additional_requisite="место 12", unit="час")
    assert tags_of(composition.item_extra_tags(line, V1_05)) == [1197, 1191]


def test_a_driver_gets_what_its_closing_command_does_not_carry() -> None:
    given = correction(
        cashier=Cashier(name="Кассир", inn="500100732259"),
        user_requisite=UserRequisite(name="a", value="b"),
    )
    tlvs = composition.document_extra_tags(given, V1_2)
    assert tags_of(tlvs) == [1021, 1203, 1173, 1174, 1084]
    assert composition.cashier_tags(given.cashier) == tlvs[:2]
    assert composition.correction_tags(given.correction) == tlvs[2:4]
    assert composition.user_requisite_tag(given.user_requisite) == tlvs[4]
