"""TLV: tag and length (two bytes each, little-endian), then the value.

A `Tlv` keeps the bytes as they came; the meaning is derived from them by the catalogue.
So unknown tags survive, nothing is changed by reading, and two documents are equal when
their bytes are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeAlias

from drivers.ffd import cp866
from drivers.ffd.catalogue import TagInfo, TagType, tag_info

Value: TypeAlias = "int | Decimal | str | bytes | datetime | tuple[Tlv, ...]"
"""What a value means: `datetime` is naive (local time of the register)."""

HEADER_LENGTH = 4
MAX_LENGTH = 0xFFFF
_MAX_EXPONENT = 20
"""More zeros than an FVLN has room for; without a limit 1E+999999999 would fill the memory."""
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time, see TagType.UNIXTIME
_FIXED_WIDTH = {
    TagType.BYTE: 1,
    TagType.UINT16: 2,
    TagType.UINT32: 4,
    TagType.BITS8: 1,
    TagType.BITS32: 4,
}


class TlvError(ValueError):
    """Bytes that are no TLV, or a value that its tag cannot hold."""


@dataclass(frozen=True, slots=True)
class Tlv:
    """One requisite as it stands in a document."""

    tag: int
    raw: bytes

    @classmethod
    def of(cls, tag: int, value: Value) -> Tlv:
        """Encode `value` as the catalogue says for `tag`.

        Raises:
            TlvError: Unknown tag, wrong kind of value, or a value of a wrong length for the tag.
        """
        info = tag_info(tag)
        if info is None:
            if not isinstance(value, bytes):
                raise TlvError(f"tag {tag} is unknown: only bytes can be its value")
            return cls(tag, value)
        raw = _encode_value(info, value)
        if info.max_length is not None and len(raw) > info.max_length:
            raise TlvError(f"tag {tag}: {len(raw)} bytes, at most {info.max_length}")
        if info.fixed and len(raw) != info.max_length:
            raise TlvError(f"tag {tag}: {len(raw)} bytes, always {info.max_length}")
        if len(raw) > MAX_LENGTH:
            raise TlvError(f"tag {tag}: {len(raw)} bytes do not fit a TLV")
        return cls(tag, raw)

    @property
    def value(self) -> Value:
        """The meaning of the bytes; the bytes themselves where they make no sense."""
        info = tag_info(self.tag)
        if info is None:
            return self.raw
        try:
            return _decode_value(info, self.raw)
        except (ValueError, OverflowError):
            return self.raw

    @property
    def children(self) -> tuple[Tlv, ...]:
        """The inner requisites of a structure, () for anything else."""
        value = self.value
        return value if isinstance(value, tuple) else ()

    def encode(self) -> bytes:
        """Header and value."""
        return self.tag.to_bytes(2, "little") + len(self.raw).to_bytes(2, "little") + self.raw

    def child(self, tag: int) -> Tlv | None:
        """The first inner requisite with this tag."""
        return find(self.children, tag)


def encode(tlvs: Iterable[Tlv]) -> bytes:
    """The bytes of several requisites, one after another."""
    return b"".join(tlv.encode() for tlv in tlvs)


def decode(data: bytes) -> tuple[Tlv, ...]:
    """The requisites in `data`. Raises `TlvError` when the bytes end in the middle of one."""
    tlvs, rest = decode_prefix(data)
    if rest:
        raise TlvError(f"{len(rest)} bytes at offset {len(data) - len(rest)} are no TLV")
    return tlvs


def decode_prefix(data: bytes) -> tuple[tuple[Tlv, ...], bytes]:
    """The whole requisites at the start of `data`, and the bytes behind them."""
    tlvs: list[Tlv] = []
    offset = 0
    while len(data) - offset >= HEADER_LENGTH:
        tag = int.from_bytes(data[offset : offset + 2], "little")
        end = offset + HEADER_LENGTH + int.from_bytes(data[offset + 2 : offset + 4], "little")
        if end > len(data):
            break
        tlvs.append(Tlv(tag, data[offset + HEADER_LENGTH : end]))
        offset = end
    return tuple(tlvs), data[offset:]


def find(tlvs: Iterable[Tlv], tag: int) -> Tlv | None:
    """The first requisite with this tag."""
    return next((tlv for tlv in tlvs if tlv.tag == tag), None)


def encode_vln(value: int) -> bytes:
    """Little-endian, as few bytes as needed; zero is one byte."""
    if value < 0:
        raise TlvError(f"a VLN cannot be negative: {value}")
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "little")


def encode_fvln(value: Decimal) -> bytes:
    """Count of digits after the point, then the digits as a VLN."""
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or sign or not -0xFF <= exponent <= _MAX_EXPONENT:
        raise TlvError(f"not a quantity: {value}")
    number = int("".join(map(str, digits))) * 10 ** max(0, exponent)
    return bytes([max(0, -exponent)]) + encode_vln(number)


def _encode_value(info: TagInfo, value: Value) -> bytes:
    match info.type, value:
        case (TagType.STRING, str()):
            raw = cp866.encode(value)
            return raw.ljust(info.max_length or 0) if info.fixed else raw
        case (TagType.VLN, int()):
            return encode_vln(value)
        case (TagType.FVLN, Decimal() | int()):
            return encode_fvln(Decimal(value))
        case (TagType.UNIXTIME, datetime()):
            seconds = (value.replace(tzinfo=None) - _EPOCH) // timedelta(seconds=1)
            if not 0 <= seconds < 2**32:
                raise TlvError(f"tag {info.tag}: {value} is out of range")
            return seconds.to_bytes(4, "little")
        case (TagType.STLV, tuple()):
            return encode(value)
        case (TagType.BYTES | TagType.STLV, bytes() as raw):
            return raw
        case (kind, int()) if width := _FIXED_WIDTH.get(kind):
            if not 0 <= value < 256**width:
                raise TlvError(f"tag {info.tag}: {value} does not fit {width} bytes")
            return value.to_bytes(width, "little")
        case _:
            raise TlvError(f"tag {info.tag} ({info.type}) cannot hold {type(value).__name__}")


def _decode_value(info: TagInfo, raw: bytes) -> Value:
    match info.type:
        case TagType.STRING | TagType.PRINT:
            return cp866.decode(raw).rstrip(" ")
        case TagType.VLN:
            if len(raw) > 8:
                raise TlvError(f"tag {info.tag}: a VLN of {len(raw)} bytes")
            return int.from_bytes(raw, "little")
        case TagType.FVLN:
            if not 1 <= len(raw) <= 9:
                raise TlvError(f"tag {info.tag}: an FVLN of {len(raw)} bytes")
            return Decimal(int.from_bytes(raw[1:], "little")).scaleb(-raw[0])
        case TagType.UNIXTIME:
            if len(raw) != 4:
                raise TlvError(f"tag {info.tag}: a time of {len(raw)} bytes")
            return _EPOCH + timedelta(seconds=int.from_bytes(raw, "little"))
        case TagType.STLV:
            return decode(raw)
        case TagType.BYTES:
            return raw
        case kind:
            if len(raw) != _FIXED_WIDTH[kind]:
                raise TlvError(f"tag {info.tag}: {len(raw)} bytes for {kind}")
            return int.from_bytes(raw, "little")
