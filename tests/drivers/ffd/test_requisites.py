"""The tables of obligations, and what a receipt lacks by them."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.ffd.catalogue import tag_info
from drivers.ffd.composition import receipt_tags
from drivers.ffd.enumerations import AgentFlag, DocumentForm, FfdVersion, PaymentSubject
from drivers.ffd.receipt import Cashier, Receipt, Supplier
from drivers.ffd.requisites import (
    ITEM,
    Obligation,
    Requisite,
    SuppliedBy,
    register_reserve,
    requisites,
)
from tests.drivers.ffd.receipts import correction, correction_1_05, item, receipt

V1_05, V1_1, V1_2 = FfdVersion
NO_CASHIER = Cashier(name=" ")


def row(tag: int, document: int, version: FfdVersion) -> Requisite:
    return next(row for row in requisites(document, version) if row.tag == tag)


def test_a_cell_tells_print_and_electronic_form_apart() -> None:
    assert row(1048, DocumentForm.RECEIPT, V1_05) == Requisite(
        1048, Obligation.OBLIGATORY, Obligation.OPTIONAL, SuppliedBy.REGISTER
    )
    assert row(1042, DocumentForm.RECEIPT, V1_2) == Requisite(
        1042, Obligation.NOT_USED, Obligation.OBLIGATORY, SuppliedBy.REGISTER
    )
    assert row(1031, DocumentForm.RECEIPT, V1_2) == Requisite(
        1031, Obligation.CONDITIONAL, Obligation.OBLIGATORY, SuppliedBy.RECEIPT
    )


def test_a_table_lists_only_what_its_version_uses() -> None:
    in_1_1 = {row.tag for row in requisites(ITEM, V1_1)}
    in_1_2 = {row.tag for row in requisites(ITEM, V1_2)}
    assert in_1_1 - in_1_2 == {1162, 1197}
    assert in_1_2 - in_1_1 == {1163, 1260, 1291, 2102, 2106, 2108, 2115}


def test_an_unknown_document_has_no_table() -> None:
    assert requisites(99, V1_2) == ()


@pytest.mark.parametrize("version", FfdVersion)
@pytest.mark.parametrize("form", DocumentForm)
def test_every_tag_of_a_table_is_in_the_catalogue(form: DocumentForm, version: FfdVersion) -> None:
    assert [row.tag for row in requisites(form, version) if tag_info(row.tag) is None] == []


@pytest.mark.parametrize("version", FfdVersion)
@pytest.mark.parametrize("tag", [1012, 1018, 1037, 1038, 1040, 1041, 1042, 1077, 1209])
def test_the_registers_own_requisites_are_marked_so(tag: int, version: FfdVersion) -> None:
    assert row(tag, DocumentForm.RECEIPT, version).supplied_by is SuppliedBy.REGISTER
    assert row(tag, DocumentForm.CORRECTION_RECEIPT, version).supplied_by is SuppliedBy.REGISTER


@pytest.mark.parametrize("version", FfdVersion)
def test_a_receipt_writes_only_what_its_table_has(version: FfdVersion) -> None:
    for given in (receipt(buyer_contact="a@b.ru", internet=True), correction(), correction_1_05()):
        table = {
            row.tag
            for row in requisites(given.form, version)
            if row.supplied_by is SuppliedBy.RECEIPT
        }
        assert {tlv.tag for tlv in receipt_tags(given, version)} <= table


@pytest.mark.parametrize("version", FfdVersion)
def test_a_lawful_receipt_lacks_nothing(version: FfdVersion) -> None:
    assert receipt().missing_requisites(version) == ()


def test_a_lawful_correction_lacks_nothing() -> None:
    assert correction().missing_requisites(V1_2) == ()
    assert correction_1_05().missing_requisites(V1_05) == ()


MARKED = item(payment_subject=PaymentSubject.GOODS_MARKED)
AGENT = item(agent=AgentFlag.OTHER_AGENT)


@pytest.mark.parametrize(
    ("given", "version", "expected"),
    [
        (receipt(items=()), V1_05, (1059, "items")),
        (correction(items=()), V1_1, (1059, "items")),
        (correction(items=()), V1_2, (1059, "items")),
        (receipt(cashier=NO_CASHIER), V1_2, (1021, "cashier.name")),
        (receipt(print_paper=False), V1_2, (1008, "buyer_contact")),
        (receipt(internet=True), V1_1, (1008, "buyer_contact")),
        (receipt(item(), item(name="")), V1_2, (1030, "items.1.name")),
        (receipt(AGENT), V1_05, (1226, "items.0.supplier.inn")),
        (receipt(MARKED), V1_2, (1163, "items.0.marking_code")),
    ],
)
def test_what_the_receipt_should_bring_is_named_by_tag_and_field(
    given: Receipt, version: FfdVersion, expected: tuple[int, str]
) -> None:
    assert [(each.tag, each.field) for each in given.missing_requisites(version)] == [expected]


@pytest.mark.parametrize(
    ("fields", "version"),
    [
        ({"internet": True, "cashier": NO_CASHIER, "buyer_contact": "a@b.ru"}, V1_2),
        ({"print_paper": False, "buyer_contact": "a@b.ru"}, V1_2),
        ({"items": (item(agent=AgentFlag.ATTORNEY, supplier=Supplier(inn="7707083893")),)}, V1_2),
    ],
)
def test_a_condition_that_does_not_hold_asks_for_nothing(
    fields: dict[str, Any], version: FfdVersion
) -> None:
    assert receipt(**fields).missing_requisites(version) == ()


def test_the_registers_own_requisites_have_their_room() -> None:
    # The three long texts (1048, 1009, 1187) and some short fields; no item of ours.
    assert 3 * 256 < register_reserve(DocumentForm.RECEIPT, V1_2) < 1500
