"""Requisites in the words of paper."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.catalogue import catalogue
from drivers.ffd.printing import agent_words, printed_lines
from drivers.ffd.tlv import Tlv, Value
from tests.drivers.ffd.vectors import vectors


@pytest.mark.parametrize("vector", vectors("print"))
def test_lines_are_those_of_real_registers(vector: dict[str, Any]) -> None:
    assert printed_lines(Tlv.of(vector["tag"], vector["value"])) == (vector["line"],)


@pytest.mark.parametrize("vector", vectors("agent_bits"))
def test_agents_are_printed_bit_by_bit(vector: dict[str, Any]) -> None:
    assert agent_words(vector["1057"]) == tuple(vector["print"])
    assert agent_words(sum(1 << bit for bit in vector["bits"])) == tuple(vector["print"])


@pytest.mark.parametrize(
    ("tag", "value", "lines"),
    [
        (1008, "+79001234567", ["ТЕЛ. ПОКУПАТЕЛЯ: +79001234567"]),
        (1020, 150005, ["ИТОГ: 1500.05"]),
        (1031, 0, []),
        (1012, datetime(2026, 11, 20, 9, 5), ["20.11.26 09:05"]),
        (1054, 2, ["ВОЗВРАТ ПРИХОДА"]),
        (1055, 2, ["СНО: УСН доход"]),
        (1062, 34, ["СНО: УСН доход, Патент"]),
        (1077, bytes.fromhex("310400000001"), ["ФП: 0000000001"]),
        (1108, 1, ["ККТ ДЛЯ ИНТЕРНЕТ"]),
        (1108, 0, []),
        (1173, 1, ["ТИП КОРРЕКЦИИ: ПО ПРЕДПИСАНИЮ"]),
        (1199, 6, []),
        (1199, 99, ["99"]),
        (1214, 3, ["АВАНС"]),
        (1222, 64, ["АГЕНТ"]),
        (1042, 7, []),
        (1084, (Tlv.of(1085, "Платеж"), Tlv.of(1086, "0193")), ["Платеж: 0193"]),
        (
            1115,
            (Tlv.of(1119, (Tlv.of(1199, 11), Tlv.of(1120, 14558))),),
            ["СУММА НДС 22%: 145.58"],
        ),
        (1256, (Tlv.of(1227, "ООО"), Tlv.of(1228, "7707083893")),
         ["ПОКУПАТЕЛЬ: ООО", "ИНН ПОКУПАТЕЛЯ: 7707083893"]),
    ],
)  # fmt: skip
def test_a_requisite_is_printed_with_its_heading(tag: int, value: Value, lines: list[str]) -> None:
    assert printed_lines(Tlv.of(tag, value)) == tuple(lines)


@given(st.sampled_from(sorted(catalogue())) | st.integers(0, 65535), st.binary(max_size=40))
def test_any_bytes_of_any_tag_can_be_printed(tag: int, raw: bytes) -> None:
    assert all(isinstance(line, str) for line in printed_lines(Tlv(tag, raw)))


def test_bottomless_structures_print_nothing() -> None:
    tlv = Tlv(1108, b"\1")
    for _ in range(5000):
        tlv = Tlv(1115, tlv.encode())
    assert printed_lines(tlv) == ()
