"""The operator's container, on a real registration report."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.container import Container, ContainerError, container_crc, read_container
from drivers.ffd.tlv import HEADER_LENGTH, decode, encode, find
from tests.drivers.ffd.vectors import vectors


def container(vector: dict[str, Any]) -> bytes:
    header = bytearray.fromhex(vector["container_header_hex_crc_zeroed"])
    body = bytes.fromhex(vector["hex"])
    header[2:4] = container_crc(header, body).to_bytes(2, "little")
    return bytes(header) + body


@pytest.mark.parametrize("vector", vectors("document"))
def test_a_real_container_is_read(vector: dict[str, Any]) -> None:
    data = container(vector)
    assert int.from_bytes(data[2:4], "little") == vector["expect"]["container_crc"]
    assert read_container(data) == Container(
        form=vector["expect"]["form"],
        fiscal_drive_number="999907891234567f",
        fiscal_document_number=1,
        body=bytes.fromhex(vector["hex"]),
    )


@pytest.mark.parametrize("vector", vectors("document"))
def test_its_document_decodes_and_encodes_to_the_same_bytes(vector: dict[str, Any]) -> None:
    expect = vector["expect"]
    body = bytes.fromhex(vector["hex"])
    outer_length = HEADER_LENGTH + expect["form_len"]
    (outer,) = decode(body[:outer_length])
    assert outer.tag == expect["form"]
    tags = outer.children
    assert len(tags) == expect["n_tags"]
    assert encode(tags) == outer.raw
    values = {tlv.tag: tlv.value for tlv in tags}
    assert values[1041] == expect["1041"].strip()
    for tag in (1037, 1018, 1040, 1048, 1021, 1060):
        value = expect[str(tag)]
        assert values[tag] == (value.strip() if isinstance(value, str) else value)
    assert values[1012] == datetime.fromisoformat(expect["1012"])
    sign = find(tags, 1077)
    assert sign is not None
    assert f"{int.from_bytes(sign.raw[2:], 'big'):010d}" == expect["1077"]
    for unknown in expect["unknown_tags_to_keep"]:
        assert isinstance(values[unknown], bytes)


@pytest.mark.parametrize("vector", vectors("document"))
@pytest.mark.parametrize("position", [0, 2, 4, 5, 20, 31, 100])
def test_a_damaged_container_is_refused(vector: dict[str, Any], position: int) -> None:
    data = bytearray(container(vector))
    data[position] ^= 1
    with pytest.raises(ContainerError):
        read_container(bytes(data))


@given(st.binary(max_size=80))
def test_any_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ContainerError):
        read_container(data)
