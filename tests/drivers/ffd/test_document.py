"""A fiscal document read from the archive's requisites."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.composition import receipt_tags
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm, FfdVersion
from drivers.ffd.receipt import Payments, UserRequisite
from drivers.ffd.tlv import Tlv, TlvError, decode, encode
from tests.drivers.ffd.receipts import receipt

OMSK = timezone(timedelta(hours=6))
BY_REGISTER = (
    Tlv.of(1041, "9999078900001234"),
    Tlv.of(1040, 42),
    Tlv.of(1038, 7),
    Tlv.of(1042, 3),
    Tlv.of(1012, datetime(2026, 11, 20, 19, 30)),
    Tlv(1077, bytes.fromhex("31046629765f")),
)


def test_a_receipt_of_the_archive_tells_all_it_recorded() -> None:
    requisite = UserRequisite(name="Платеж", value="0193")
    payments = Payments(cash=5000, cashless=10000)
    tags = BY_REGISTER + receipt_tags(
        receipt(payments=payments, user_requisite=requisite), FfdVersion.V1_2
    )
    document = FiscalDocument.from_tlv(DocumentForm.RECEIPT, tags, OMSK, ofd_confirmed=False)
    assert document == FiscalDocument(
        form=DocumentForm.RECEIPT,
        fiscal_drive_number="9999078900001234",
        fiscal_document_number=42,
        fiscal_sign=1713993311,
        date_time=datetime(2026, 11, 20, 19, 30, tzinfo=OMSK),
        shift_number=7,
        receipt_number=3,
        calculation_sign=CalculationSign.SALE,
        total=15000,
        payments=payments,
        user_requisite=requisite,
        ofd_confirmed=False,
        tags=tags,
    )


def test_a_report_has_no_money() -> None:
    document = FiscalDocument.from_tlv(DocumentForm.SHIFT_OPENING, BY_REGISTER, OMSK)
    assert document.calculation_sign is None
    assert document.total is None
    assert document.payments is None
    assert document.ofd_confirmed is None


def test_unknown_codes_are_kept_and_stop_nothing() -> None:
    tags = (*BY_REGISTER, Tlv(1054, b"\x09"), Tlv(1031, b"\xff" * 8), Tlv(9999, b"?"))
    document = FiscalDocument.from_tlv(DocumentForm.RECEIPT, tags, OMSK)
    assert document.calculation_sign is None
    assert document.payments is None
    assert document.tags[-1] == Tlv(9999, b"?")


@pytest.mark.parametrize("tag", [1012, 1040, 1041, 1077])
def test_a_document_without_identity_is_refused(tag: int) -> None:
    tags = tuple(tlv for tlv in BY_REGISTER if tlv.tag != tag)
    with pytest.raises(TlvError, match=str(tag)):
        FiscalDocument.from_tlv(DocumentForm.RECEIPT, tags, OMSK)


@given(st.lists(st.builds(Tlv, st.sampled_from([1012, 1020, 1031, 1038, 1040, 1041, 1054, 1077,
                                                1084, 1085]), st.binary(max_size=20))))  # fmt: skip
def test_any_requisites_give_a_document_or_a_tlv_error(noise: list[Tlv]) -> None:
    tags = (*noise, *BY_REGISTER)
    try:
        document = FiscalDocument.from_tlv(DocumentForm.RECEIPT, tags, OMSK)
    except TlvError:
        return
    assert document.tags == tags


def test_an_outer_document_decodes_by_its_form() -> None:
    outer = Tlv.of(DocumentForm.RECEIPT, BY_REGISTER)
    assert decode(outer.encode())[0].children == BY_REGISTER
    assert outer.raw == encode(BY_REGISTER)


@pytest.mark.parametrize("form", DocumentForm)
def test_every_form_is_a_structure(form: DocumentForm) -> None:
    assert Tlv.of(form, BY_REGISTER[:1]).children == BY_REGISTER[:1]
