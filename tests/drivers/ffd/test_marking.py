"""Marking codes: recognised in a scan, and turned into requisites."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from drivers.ffd.marking import CodeKind, control_code, is_marking_code, read_code
from drivers.ffd.tlv import Tlv
from tests.drivers.ffd.vectors import vectors

WATER = "0104600439931256210JgXJ5.TuVwXyZ\x1d93abcd"
BEER = "010460043993125621JgXJ5.T\x1d93abcd"
SHOES = "010460043993125621JgXJ5.TuVwXyZ\x1d91abcd\x1d92" + "Q" * 44
CARTON = "010460043993125621JgXJ5.T\x1d8005112000\x1d93abcd"
PACK = "00000046198488X?io+qCABm8wAYa"
SPIRITS = "22N00002NU5DBKYDOT17ID980726019019608CW1A4XR5EJ7JKFX50FHHGV92ZR2GZRZ"
FUR = "RU-430302-ABC1234567"


@pytest.mark.parametrize("vector", vectors("nomenclature_1162"))
def test_nomenclature_codes_are_those_of_real_registers(vector: dict[str, Any]) -> None:
    assert read_code(vector["code"]).nomenclature.hex() == vector["hex"]


@pytest.mark.parametrize("vector", vectors("control_code_2115"))
def test_a_control_code_is_the_tail_of_the_crc(vector: dict[str, Any]) -> None:
    assert control_code(vector["code_2000"]) == vector["expect"]


@pytest.mark.parametrize(
    ("scan", "kind", "value"),
    [
        (WATER, CodeKind.GS1_MARKED, "0104600439931256210JgXJ5.TuVwXyZ"),
        (BEER, CodeKind.GS1_MARKED, "010460043993125621JgXJ5.T"),
        (SHOES, CodeKind.GS1_MARKED, "010460043993125621JgXJ5.TuVwXyZ"),
        (CARTON, CodeKind.GS1_MARKED, "010460043993125621JgXJ5.T"),
        ("010460043993125621ABC", CodeKind.GS1, "010460043993125621ABC"),
        (PACK, CodeKind.TOBACCO_PACK, "00000046198488X?io+qC"),
        ("46198488", CodeKind.EAN_8, "46198488"),
        ("4600439931256", CodeKind.EAN_13, "4600439931256"),
        ("14601234567890", CodeKind.ITF_14, "14601234567890"),
        (FUR, CodeKind.FUR, FUR),
        (SPIRITS, CodeKind.EGAIS_2, "NU5DBKYDOT17ID980726019"),
        ("A1" * 75, CodeKind.EGAIS_3, "A1" * 7),
        ("X" * 40, CodeKind.UNKNOWN, "X" * 32),
        ("", CodeKind.UNKNOWN, ""),
    ],
)
def test_a_code_takes_the_sub_tag_of_its_kind(scan: str, kind: CodeKind, value: str) -> None:
    code = read_code(scan)
    assert (code.kind, code.value) == (kind, value)


@pytest.mark.parametrize("prefix", ["]d2", "]C1", "]d2\x1d", "\x1d", " "])
def test_what_a_scanner_puts_before_a_code_is_taken_off(prefix: str) -> None:
    assert read_code(prefix + WATER + "\r\n") == read_code(WATER)
    assert is_marking_code(prefix + WATER)


@pytest.mark.parametrize("scan", [WATER, BEER, SHOES, CARTON, PACK, SPIRITS, FUR])
def test_marking_codes_are_recognised(scan: str) -> None:
    assert is_marking_code(scan)


def test_a_code_whose_separators_the_scanner_swallowed_is_still_a_marking_code() -> None:
    swallowed = SHOES.replace("\x1d", "")
    assert read_code(swallowed).kind is CodeKind.UNKNOWN
    assert is_marking_code(swallowed)


@pytest.mark.parametrize(
    "text", ["", "Игровое время", "4600439931256", "46198488", "01",
             "Кока-кола 0,5 л, бутылка, штука", "Пополнение 01042026210"]
)  # fmt: skip
def test_names_and_plain_codes_are_no_marking_codes(text: str) -> None:
    assert not is_marking_code(text)


@example("\ud800")
@example("\x7f")
@given(st.text(max_size=200) | st.text("0123456789\x1dA!", max_size=80))
def test_any_scan_gives_a_code_that_its_tags_can_hold(scan: str) -> None:
    code = read_code(scan)
    assert len(code.nomenclature) <= 32
    if code.value.isascii():
        assert len(Tlv.of(code.kind.tag, code.value).raw) <= 38
    assert is_marking_code(scan) or not code.kind.is_marking
    assert len(control_code(scan)) == 4
