"""Marking codes (Честный ЗНАК): recognising a scan and the requisites made from it.

Structures and examples: ffd order 662@ (1162, 1163 with 1300-1309, 2115) and the marking
rules of the goods' decrees. A scan is text as the scanner sent it, GS (1Dh) included; a
symbology prefix (`]d2`, `]C1`) and a leading GS are taken off.

The pack of tobacco carries GTIN, serial, price and check without identifiers. Its product
code in FFD 1.2 (1306) is GTIN and serial; the older 1162 has the price too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from zlib import crc32

GS = "\x1d"
_SYMBOLOGY = re.compile(r"^\](?:d2|C1|Q3)")
_GS1 = re.compile(r"01(\d{14})21([!-~]{1,20})(?:\x1d([\x1d -~]*))?", re.ASCII)
_TOBACCO_PACK = re.compile(r"(\d{14})([!-~]{7})([!-~]{4})[!-~]{4}", re.ASCII)
_FUR = re.compile(r"[A-Z]{2}-[A-Z0-9]{6}-[A-Z0-9]{10}", re.ASCII)
_EGAIS_2 = re.compile(r"[0-9A-Z]{68}", re.ASCII)
_EGAIS_3 = re.compile(r"[0-9A-Z]{150}", re.ASCII)
_PLAIN = re.compile(r"\d{8}|\d{13}|\d{14}", re.ASCII)


class CodeKind(Enum):
    """What a scanned code is: the sub-tag of 1163 and the type word of 1162."""

    UNKNOWN = (1300, "0000", False)
    EAN_8 = (1301, "4508", False)
    EAN_13 = (1302, "450d", False)
    ITF_14 = (1303, "490e", False)
    GS1 = (1304, "444d", True)
    """GTIN and serial without a check part: damaged, or of goods that need no marking."""
    GS1_MARKED = (1305, "444d", True)
    TOBACCO_PACK = (1306, "444d", True)
    FUR = (1307, "5246", True)
    EGAIS_2 = (1308, "c514", True)
    EGAIS_3 = (1309, "c51e", True)

    tag: int
    nomenclature_type: bytes
    is_marking: bool

    def __init__(self, tag: int, nomenclature_type: str, is_marking: bool) -> None:
        self.tag = tag
        self.nomenclature_type = bytes.fromhex(nomenclature_type)
        self.is_marking = is_marking


@dataclass(frozen=True, slots=True)
class ProductCode:
    """A scanned code, taken apart."""

    kind: CodeKind
    value: str
    """The value of the sub-tag of 1163."""
    nomenclature: bytes
    """The value of 1162, at most 32 bytes."""


def read_code(scan: str) -> ProductCode:
    """What `scan` is. Never fails: what nothing fits is `UNKNOWN`."""
    code = _stripped(scan)
    if match := _GS1.fullmatch(code):
        gtin, serial, tail = match.groups()
        kind = CodeKind.GS1_MARKED if _has_check_part(tail) else CodeKind.GS1
        # A tobacco carton has its maximum price in 8005, and 1162 carries it.
        price = re.search(r"(?:^|\x1d)8005(\d{6})", tail or "")
        data = serial + (price[1] if price else "")
        return _coded(kind, f"01{gtin}21{serial}", _gtin(gtin) + data.encode()[:24])
    if match := _TOBACCO_PACK.fullmatch(code):
        gtin, serial, maximum_price = match.groups()
        data = f"{serial}{maximum_price}  "
        return _coded(CodeKind.TOBACCO_PACK, gtin + serial, _gtin(gtin) + data.encode())
    if _PLAIN.fullmatch(code):
        kind = {8: CodeKind.EAN_8, 13: CodeKind.EAN_13, 14: CodeKind.ITF_14}[len(code)]
        return _coded(kind, code, _gtin(code))
    for kind, pattern, part in (
        (CodeKind.FUR, _FUR, slice(0, 20)),
        (CodeKind.EGAIS_2, _EGAIS_2, slice(8, 31)),
        (CodeKind.EGAIS_3, _EGAIS_3, slice(0, 14)),
    ):
        if pattern.fullmatch(code):
            return _coded(kind, code[part], code[part].encode())
    # A requisite cannot hold control characters, so a GS inside the first 32 is left out.
    printable = "".join(char for char in code if char >= " " and char != "\x7f")
    return _coded(CodeKind.UNKNOWN, printable[:32], printable[:30].encode("cp866", "replace"))


def is_marking_code(scan: str) -> bool:
    """True for a scan that identifies one marked piece, which may not be sold as plain goods.

    A GS1 code with a broken tail counts too: the piece is marked, whatever the scanner lost.
    """
    return read_code(scan).kind.is_marking or bool(re.match(r"01\d{14}21\S", _stripped(scan)))


def control_code(scan: str) -> str:
    """2115, printed beside the item: the last four decimal digits of the code's CRC-32."""
    return f"{crc32(_stripped(scan).encode(errors='replace')) % 10_000:04d}"


def _stripped(scan: str) -> str:
    return _SYMBOLOGY.sub("", scan.strip(" \r\n\t")).lstrip(GS)


def _has_check_part(tail: str | None) -> bool:
    return any(part[:2] in ("91", "92", "93") for part in (tail or "").split(GS))


def _gtin(digits: str) -> bytes:
    return int(digits).to_bytes(6, "big")


def _coded(kind: CodeKind, value: str, data: bytes) -> ProductCode:
    return ProductCode(kind, value, kind.nomenclature_type + data)
