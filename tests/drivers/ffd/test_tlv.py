"""TLV: what is written is read, and nothing that is read breaks the reader."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.ffd.catalogue import TagType, catalogue, tag_info
from drivers.ffd.cp866 import UnencodableText
from drivers.ffd.tlv import (
    Tlv,
    TlvError,
    Value,
    decode,
    decode_prefix,
    encode,
    encode_fvln,
    encode_vln,
    find,
)
from tests.drivers.ffd.vectors import vectors

EPOCH = datetime(1970, 1, 1)
SAMPLE_TAGS = {"vln": 1020, "fvln": 1023, "string": 1030, "unixtime": 1012, "fiscal_sign": 1077}


def tags_of_type(kind: TagType) -> st.SearchStrategy[int]:
    return st.sampled_from([info.tag for info in catalogue().values() if info.type is kind])


def room(tag: int, default: int = 8) -> int:
    info = tag_info(tag)
    assert info is not None
    return info.max_length or default


def texts(tag: int) -> st.SearchStrategy[str]:
    letters = st.sampled_from("АБВабвёЁ№°ABCxyz 0123456789.,-+@")
    return st.text(letters, max_size=room(tag, 64)).map(lambda text: text.rstrip(" "))


def values_of(kind: TagType) -> st.SearchStrategy[tuple[int, Value]]:
    """A tag of the type, and any value that it can hold."""
    of_tag: dict[TagType, Any] = {
        TagType.BYTE: lambda tag: st.integers(0, 0xFF),
        TagType.BITS8: lambda tag: st.integers(0, 0xFF),
        TagType.UINT16: lambda tag: st.integers(0, 0xFFFF),
        TagType.UINT32: lambda tag: st.integers(0, 0xFFFF_FFFF),
        TagType.BITS32: lambda tag: st.integers(0, 0xFFFF_FFFF),
        TagType.VLN: lambda tag: st.integers(0, 256 ** room(tag) - 1),
        TagType.FVLN: lambda tag: st.decimals(0, 10**9, places=6),
        TagType.UNIXTIME: lambda tag: st.integers(0, 2**32 - 1).map(
            lambda seconds: EPOCH + timedelta(seconds=seconds)
        ),
        TagType.STRING: texts,
        TagType.BYTES: lambda tag: st.binary(
            min_size=room(tag) if tag == 1077 else 0, max_size=room(tag)
        ),
    }
    return tags_of_type(kind).flatmap(lambda tag: of_tag[kind](tag).map(lambda value: (tag, value)))


PLAIN_TYPES = [kind for kind in TagType if kind not in (TagType.STLV, TagType.PRINT)]
plain = st.sampled_from(PLAIN_TYPES).flatmap(values_of).map(lambda pair: Tlv.of(*pair))
nested = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3).map(lambda tlvs: Tlv.of(1115, tuple(tlvs))),
    max_leaves=12,
)


@pytest.mark.parametrize("kind", PLAIN_TYPES)
@given(data=st.data())
def test_every_type_survives_a_round_trip(kind: TagType, data: st.DataObject) -> None:
    tag, value = data.draw(values_of(kind))
    tlv = Tlv.of(tag, value)
    assert decode(tlv.encode()) == (tlv,)
    assert tlv.value == value
    assert Tlv.of(tag, tlv.value) == tlv


@given(st.lists(nested, max_size=5))
def test_nested_structures_survive_a_round_trip(tlvs: list[Tlv]) -> None:
    assert decode(encode(tlvs)) == tuple(tlvs)
    for tlv in tlvs:
        if tlv.tag == 1115:
            assert Tlv.of(1115, tlv.children) == tlv


@given(st.lists(st.builds(Tlv, st.integers(0, 0xFFFF), st.binary(max_size=50)), max_size=8))
def test_any_tag_with_any_bytes_is_kept_as_it_came(tlvs: list[Tlv]) -> None:
    read = decode(encode(tlvs))
    assert read == tuple(tlvs)
    for tlv in read:
        assert tlv.value is not None


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(data: bytes) -> None:
    try:
        tlvs = decode(data)
    except TlvError:
        tlvs, rest = decode_prefix(data)
        assert encode(tlvs) + rest == data
        assert rest
    else:
        assert encode(tlvs) == data
    for tlv in tlvs:
        assert isinstance(tlv.children, tuple)


@given(st.sampled_from(sorted(catalogue())), st.binary(max_size=40))
def test_senseless_bytes_of_a_known_tag_are_given_as_bytes(tag: int, raw: bytes) -> None:
    value = Tlv(tag, raw).value
    assert isinstance(value, int | Decimal | str | bytes | datetime | tuple)


@pytest.mark.parametrize("vector", vectors("scalar"))
def test_real_scalars_are_read(vector: dict[str, Any]) -> None:
    tlv = Tlv(SAMPLE_TAGS[vector["type"]], bytes.fromhex(vector["hex"]))
    expected: Any = vector["value"]
    if vector["type"] == "fvln":
        assert tlv.value == Decimal(expected)
    elif vector["type"] == "unixtime":
        assert tlv.value == datetime.fromisoformat(expected)
    elif vector["type"] == "fiscal_sign":
        assert int.from_bytes(tlv.raw[2:], "big") == int(expected)
    else:
        assert tlv.value == expected


def plainly(tlv: Tlv) -> dict[str, Any]:
    """A requisite as the vectors write it."""
    value: Any = tlv.value
    if isinstance(value, tuple):
        value = [plainly(child) for child in value]
    elif isinstance(value, Decimal):
        value = str(value)
    elif isinstance(value, bytes):
        value = value.hex()
    return {"tag": tlv.tag, "value": value}


@pytest.mark.parametrize("vector", vectors("tlv"))
def test_real_requisites_are_read_and_written(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["hex"])
    tlvs = decode(data)
    assert [plainly(tlv) for tlv in tlvs] == vector["decoded"]
    assert encode(Tlv.of(tlv.tag, tlv.value) for tlv in tlvs) == data


def test_zero_takes_one_byte() -> None:
    assert encode_vln(0) == b"\0"
    assert encode_fvln(Decimal(1)) == b"\0\1"


def test_fixed_texts_are_padded_on_paper_and_not_in_meaning() -> None:
    tlv = Tlv.of(1018, "7707083893")
    assert tlv.raw == b"7707083893  "
    assert tlv.value == "7707083893"


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (1054, 256),
        (1054, -1),
        (1020, -1),
        (1020, 2**48),
        (1023, Decimal("-1")),
        (1023, Decimal("NaN")),
        (1023, Decimal("1E+999999999")),
        (1023, Decimal("1E-999")),
        (1023, Decimal(10**18)),
        (1030, "x" * 129),
        (1030, 5),
        (1020, "5"),
        (1012, datetime(1969, 12, 31)),
        (1012, datetime(2200, 1, 1)),
        (1077, b"\1\2\3\4"),
        (1059, (Tlv(1030, b"x" * 1021),)),
        (1000, "print only"),
        (9999, "unknown"),
    ],
)
def test_what_a_tag_cannot_hold_is_a_tlv_error(tag: int, value: Value) -> None:
    with pytest.raises(TlvError):
        Tlv.of(tag, value)


def test_a_text_that_cp866_lacks_is_told_by_its_characters() -> None:
    with pytest.raises(UnencodableText) as caught:
        Tlv.of(1030, "☕ и ☃")
    assert caught.value.characters == "☕☃"


@pytest.mark.parametrize("data", ["37", "370402", "37040200c4", "37040200c40901"])
def test_a_cut_requisite_is_a_tlv_error(data: str) -> None:
    with pytest.raises(TlvError):
        decode(bytes.fromhex(data))


def test_the_first_of_repeated_tags_is_found() -> None:
    tlvs = (Tlv(1, b"a"), Tlv(1, b"b"))
    assert find(tlvs, 1) == tlvs[0]
    assert find(tlvs, 2) is None
