"""The QR of a receipt, and the identity of a document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.ffd.qr import MAX_LENGTH, QrError, parse_qr, qr_text
from drivers.ffd.receipt_id import ReceiptId
from tests.drivers.ffd.vectors import vectors

TEXT = "t=20180311T1501&s=53.00&fn=8710000100603283&i=51219&fp=408618133&n=1"


def document(**fields: Any) -> FiscalDocument:
    return FiscalDocument(
        **{
            "form": DocumentForm.RECEIPT,
            "fiscal_drive_number": "8710000100603283",
            "fiscal_document_number": 51219,
            "fiscal_sign": 408618133,
            "date_time": datetime(2018, 3, 11, 15, 1, tzinfo=UTC),
            "calculation_sign": CalculationSign.SALE,
            "total": 5300,
            **fields,
        }
    )


@pytest.mark.parametrize("vector", vectors("qr"))
def test_real_codes_are_read(vector: dict[str, Any]) -> None:
    expect = vector["expect"]
    if isinstance(expect, str):
        assert parse_qr(vector["qr"]) == parse_qr(vector["qr"].split("?")[1])
        return
    qr = parse_qr(vector["qr"])
    assert qr.date_time == datetime.fromisoformat(expect["t"])
    assert qr.has_seconds is expect["has_seconds"]
    assert (qr.total, qr.fiscal_drive_number) == (expect["s_kop"], expect["fn"])
    assert (qr.fiscal_document_number, qr.fiscal_sign) == (expect["i"], expect["fp"])
    assert qr.sign_code == expect["n"]
    assert qr.is_receipt is (expect["n"] in (1, 2, 3, 4))


@pytest.mark.parametrize("vector", vectors("qr_invalid"))
def test_real_rubbish_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(QrError):
        parse_qr(vector["qr"])


@pytest.mark.parametrize(
    "spelling",
    [
        TEXT.replace("T", "t"),
        "&".join(reversed(TEXT.split("&"))),
        TEXT.replace("i=51219", "i=00051219").replace("fp=", "fp=0"),
        f"https://consumer.1-ofd.ru/v1?{TEXT}",
        TEXT + TEXT,
        TEXT * 3,
        f"{TEXT}\n{TEXT}\n",
        f"  {TEXT}\r\n",
        f"{TEXT}#top",
        TEXT.replace("53.00", "53"),
    ],
)
def test_spellings_of_one_receipt_are_one(spelling: str) -> None:
    assert parse_qr(spelling) == parse_qr(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        TEXT.replace("&fn=8710000100603283", ""),
        TEXT.replace("&i=51219", ""),
        TEXT.replace("&fp=408618133", ""),
        TEXT.replace("i=51219", "i=-1"),
        TEXT.replace("i=51219", "i=٥"),
        TEXT.replace("s=53.00", "s=53.0"),
        TEXT.replace("20180311", "20181311"),
        TEXT.replace("n=1", "n=x"),
        TEXT.replace("fn=8710000100603283", "fn=871000010060328x"),
        f"{TEXT}&s=54.00",
        TEXT.replace("&", ";"),
        TEXT + " " * MAX_LENGTH,
    ],
)
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(QrError):
        parse_qr(text)


def test_a_reports_code_is_read_and_is_no_receipt() -> None:
    qr = parse_qr("t=20180311T1501&fn=8710000100603283&i=51219&fp=408618133")
    assert qr.total is None
    assert not qr.is_receipt


def test_a_document_is_written_in_the_usual_way() -> None:
    assert qr_text(document()) == TEXT
    assert qr_text(document(total=9)).split("&")[1] == "s=0.09"


def test_a_report_has_no_code() -> None:
    with pytest.raises(ValueError, match="no settlement"):
        qr_text(document(total=None, calculation_sign=None))


@given(
    st.datetimes(min_value=datetime(1970, 1, 1)),
    st.integers(0, 2**48 - 1),
    st.from_regex(r"[0-9]{16}", fullmatch=True),
    st.integers(0, 2**32 - 1),
    st.integers(0, 2**32 - 1),
    st.sampled_from(CalculationSign),
)
def test_what_is_written_is_read(
    at: datetime, total: int, drive: str, number: int, sign: int, direction: CalculationSign
) -> None:
    given_document = document(
        date_time=at.replace(tzinfo=UTC),
        total=total,
        fiscal_drive_number=drive,
        fiscal_document_number=number,
        fiscal_sign=sign,
        calculation_sign=direction,
    )
    qr = parse_qr(qr_text(given_document))
    assert qr.date_time == at.replace(second=0, microsecond=0)
    assert (qr.total, qr.fiscal_drive_number) == (total, drive)
    assert (qr.fiscal_document_number, qr.fiscal_sign) == (number, sign)
    assert qr.calculation_sign is direction


@given(st.text() | st.text(alphabet="tsfnip=&?T.0123456789\n"))
def test_any_scan_is_a_code_or_a_qr_error(text: str) -> None:
    try:
        qr = parse_qr(text)
    except QrError:
        return
    assert qr.fiscal_document_number >= 0


def test_a_receipt_id_is_drive_and_number() -> None:
    assert ReceiptId.parse(document().receipt_id) == ("8710000100603283", 51219)
    assert str(ReceiptId("8710000100603283", 51219)) == document().receipt_id


@pytest.mark.parametrize("text", ["", "8710000100603283", "871:1", "8710000100603283:0",
                                  "8710000100603283:01", "8710000100603283:4294967296",
                                  "8710000100603283:1\n", " 8710000100603283:1"])  # fmt: skip
def test_what_is_no_receipt_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no receipt id"):
        ReceiptId.parse(text)
