"""Links to receipts on the operators' sites."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.inn import is_valid_inn
from drivers.ffd.ofd import TAX_SERVICE_SITE, ReceiptLink, find_operator, operators, receipt_link
from tests.drivers.ffd.vectors import vectors

FIRST_OFD, PLATFORMA, OFD_RU, YANDEX = "7709364346", "9715260691", "7841465198", "7704358518"


def document(**fields: Any) -> FiscalDocument:
    return FiscalDocument(
        **{
            "form": DocumentForm.RECEIPT,
            "fiscal_drive_number": "7380440902582955",
            "fiscal_document_number": 9895,
            "fiscal_sign": 331,
            "date_time": datetime(2026, 10, 8, 12, 30, tzinfo=UTC),
            "calculation_sign": CalculationSign.SALE,
            "total": 80730,
            **fields,
        }
    )


def url(ofd_inn: str, **fields: Any) -> str | None:
    link = receipt_link(
        document(**fields),
        ofd_inn=ofd_inn,
        registration_number="0007993537061927    ",
        owner_inn="4703148343  ",
    )
    return link.url if link else None


@pytest.mark.parametrize(
    ("ofd_inn", "expected"),
    [
        (
            FIRST_OFD,
            (
                "https://consumer.1-ofd.ru/v1?t=20261008T1230&s=807.30&fn=7380440902582955"
                "&i=9895&fp=331&n=1"
            ),
        ),
        (
            PLATFORMA,
            "https://lk.platformaofd.ru/web/noauth/cheque?fn=7380440902582955&fp=331&i=9895",
        ),
        (OFD_RU, "https://ofd.ru/rec/4703148343/0007993537061927/7380440902582955/9895/331"),
        ("7704211201", "https://receipt.taxcom.ru/v01/show?fp=331&s=807.30"),
        (YANDEX, "https://ofd.yandex.ru/vaucher/0007993537061927/9895/331"),
        (
            "6658497833",
            "https://cash.kontur.ru/CashReceipt/View/FN/7380440902582955/FD/9895/FP/331",
        ),
        ("7605016030", "https://ofd.sbis.ru/rec/0007993537061927/081026/331"),
        (
            "7728699517",
            "https://ofd-ya.ru/getFiscalDoc?kktRegId=0007993537061927&fiscalSign=331",
        ),
    ],
)
def test_each_operator_has_its_own_link(ofd_inn: str, expected: str) -> None:
    assert url(ofd_inn) == expected


# What each published link looks like by the operator's template of today.
TODAY = {
    "https://ofd.yandex.ru/vaucher/0002811389062392/138038/266070574": None,
    "https://check.ofd.ru/rec/9282440300498101/0000000032/3232067547": (
        "https://check.ofd.ru/rec/9282440300498101/32/3232067547"
    ),
    "https://cash-ntt.kontur.ru/CashReceipt/View/FN/8711000101647261/FD/681/FP/2249046634": (
        "https://cash.kontur.ru/CashReceipt/View/FN/8711000101647261/FD/681/FP/2249046634"
    ),
    "https://ofd-ya.ru/getFiscalDoc?kktRegId=0000691164058512&fiscalSign=4023651155&json=true": (
        "https://ofd-ya.ru/getFiscalDoc?kktRegId=0000691164058512&fiscalSign=4023651155"
    ),
    "https://ofd.ru/api/rawdoc/RecipeInfo?Fn=8710000100617432&Kkt=0000489397013091"
    "&Inn=7814339162&Num=7481&Sign=2981623349": (
        "https://ofd.ru/rec/7814339162/0000489397013091/8710000100617432/7481/2981623349"
    ),
}


@pytest.mark.parametrize("vector", vectors("ofd_url"))
def test_published_links_come_out_of_their_numbers(vector: dict[str, Any]) -> None:
    fields = vector["fields"]
    link = receipt_link(
        document(
            fiscal_drive_number=fields.get("fn", "0"),
            fiscal_document_number=fields.get("i", 0),
            fiscal_sign=int(fields["fp"]),
        ),
        ofd_inn=vector["ofd_inn"],
        registration_number=fields.get("rnm", ""),
        owner_inn=fields.get("inn", ""),
    )
    if fields.get("fn", "").startswith("9999"):
        assert link is None
        return
    assert link == ReceiptLink(TODAY[vector["url"]] or vector["url"], shows_the_receipt=True)


@pytest.mark.parametrize("ofd_inn", [FIRST_OFD, PLATFORMA, "0000000000"])
def test_training_documents_have_no_link(ofd_inn: str) -> None:
    assert url(ofd_inn, fiscal_drive_number="9999078900001234") is None


def test_reports_have_no_link() -> None:
    assert url(FIRST_OFD, calculation_sign=None, total=None) is None


def test_an_operator_that_only_has_a_form_gets_its_form() -> None:
    link = receipt_link(document(), ofd_inn="7802870820")
    assert link == ReceiptLink("https://ofd.dreamkas.ru/check", shows_the_receipt=False)


@pytest.mark.parametrize("ofd_inn", ["", "7707083893", "7729633131"])
def test_without_a_template_the_tax_service_is_shown(ofd_inn: str) -> None:
    link = receipt_link(document(), ofd_inn=ofd_inn)
    assert link == ReceiptLink(TAX_SERVICE_SITE, shows_the_receipt=False)


def test_a_template_whose_numbers_are_not_known_is_not_used() -> None:
    link = receipt_link(document(), ofd_inn=YANDEX)
    assert link == ReceiptLink(TAX_SERVICE_SITE, shows_the_receipt=False)


def test_an_operator_is_found_by_either_inn_and_by_name_in_any_spelling() -> None:
    assert find_operator("6663003127") == find_operator("6658497833  ")
    for name in ('ООО "Яндекс.ОФД"', "яндекс офд", "ООО «Яндекс.ОФД»"):
        operator = find_operator("", name)
        assert operator is not None
        assert operator.inn == YANDEX
    assert find_operator("", "Рога и копыта") is None
    assert find_operator("", "") is None


def test_every_operator_has_a_valid_inn_and_https_links() -> None:
    for operator in operators():
        assert is_valid_inn(operator.inn)
        for link in (*operator.receipt_templates, operator.form):
            assert link.startswith("https://") or not link


@pytest.mark.parametrize("receipt", vectors("receipt_identity"))
def test_a_real_receipt_is_shown_by_its_operator(receipt: dict[str, Any]) -> None:
    roubles, kopecks = receipt["total"].split(".")
    link = receipt_link(
        document(
            fiscal_drive_number=receipt.get("fn", "8710000100000000"),
            fiscal_document_number=receipt["i"],
            fiscal_sign=receipt["fp"],
            date_time=datetime.fromisoformat(receipt["t"]).replace(tzinfo=UTC),
            total=int(roubles) * 100 + int(kopecks),
        ),
        ofd_inn=receipt["ofd_inn"],
        registration_number=receipt.get("rnm", ""),
        owner_inn=receipt["inn"],
    )
    assert link is not None
    assert link.shows_the_receipt
    assert str(receipt["fp"]) in link.url
