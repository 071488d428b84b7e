"""Receipts as the tax service and the operators export them: JSON.

The known keys become requisites, so that an export and a register's tape compare tag by tag;
everything else is kept by its path. Spellings differ between exports: case is ignored, and
several keys may mean one tag. Sums are integer kopecks, a quantity is a number. The time is
seconds of the local time (as in TLV) or its ISO text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from drivers.ffd.catalogue import TagType, tag_info
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.tlv import Tlv, Value, find

_WRAPPERS = {
    "ticket": None,
    "document": None,
    "receipt": DocumentForm.RECEIPT,
    "bso": DocumentForm.BSO,
    "receiptcorrection": DocumentForm.CORRECTION_RECEIPT,
    "bsocorrection": DocumentForm.CORRECTION_BSO,
}
_ITEM = {
    "name": 1030,
    "price": 1079,
    "quantity": 1023,
    "sum": 1043,
    "nds": 1199,
    "ndssum": 1200,
    "producttype": 1212,
    "paymenttype": 1214,
    "itemsquantitymeasure": 2108,
    "checkingprodinformationresult": 2106,
}
_DOCUMENT = {
    "totalsum": 1020,
    "cashtotalsum": 1031,
    "ecashtotalsum": 1081,
    "prepaidsum": 1215,
    "creditsum": 1216,
    "provisionsum": 1217,
    "nds18": 1102,
    "nds20": 1102,
    "nds10": 1103,
    "nds0": 1104,
    "ndsno": 1105,
    "nds18118": 1106,
    "nds20120": 1106,
    "nds10110": 1107,
    "amountsreceiptnds": 1115,
    "correctiontype": 1173,
    "correctionbase": 1174,
    "items": 1059,
    "datetime": 1012,
    "fiscaldocumentnumber": 1040,
    "fiscaldrivenumber": 1041,
    "fiscalsign": 1077,
    "kktregid": 1037,
    "shiftnumber": 1038,
    "requestnumber": 1042,
    "operator": 1021,
    "operatorinn": 1203,
    "user": 1048,
    "userinn": 1018,
    "retailplaceaddress": 1009,
    "retailplace": 1187,
    "buyerphoneoraddress": 1008,
    "selleraddress": 1117,
    "operationtype": 1054,
    "appliedtaxationtype": 1055,
    "fiscaldocumentformatver": 1209,
    "propertiesdata": 1192,
}
_VAT_SUMS = {"amountsnds": 1119}
_VAT_SUM = {"nds": 1199, "ndssum": 1120}
_CORRECTION = {"correctiondocumentdate": 1178, "correctiondocumentnumber": 1179}
_INSIDE = {1059: _ITEM, 1115: _VAT_SUMS, 1119: _VAT_SUM, 1174: _CORRECTION}
_MAX_DEPTH = 4
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local time, see TagType.UNIXTIME


class OfdJsonError(ValueError):
    """No JSON object at all."""


@dataclass(frozen=True, slots=True)
class OfdReceipt:
    """An exported receipt."""

    form: DocumentForm
    tags: tuple[Tlv, ...]
    unknown: Mapping[str, Any]
    """What is no requisite we know, or no value of it: path in the JSON, and value."""

    def document(self, tz: tzinfo) -> FiscalDocument:
        """The same as a document of the tape; raises like `FiscalDocument.from_tlv`."""
        return FiscalDocument.from_tlv(self.form, self.tags, tz, ofd_confirmed=True)


def read_ofd_json(data: str | bytes | Mapping[str, Any]) -> OfdReceipt:
    """The receipt of an export.

    Raises:
        OfdJsonError: No JSON, or not one object.
    """
    root = data if isinstance(data, Mapping) else _loaded(data)
    unknown: dict[str, Any] = {}
    form: DocumentForm | None = None
    at = ""
    for _ in range(_MAX_DEPTH):
        key = next((key for key in root if _is_wrapper(key, root[key])), None)
        if key is None:
            break
        unknown |= {f"{at}{other}": root[other] for other in root if other != key}
        form = _WRAPPERS[key.casefold()]
        root, at = root[key], f"{at}{key}."
    tags = tuple(_requisites(root, _DOCUMENT, at, unknown))
    if form is None:
        is_correction = find(tags, 1173) is not None
        form = DocumentForm.CORRECTION_RECEIPT if is_correction else DocumentForm.RECEIPT
    return OfdReceipt(form, tags, unknown)


def _loaded(data: str | bytes) -> Mapping[str, Any]:
    try:
        loaded = json.loads(data, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise OfdJsonError(f"no JSON: {error}") from None
    if not isinstance(loaded, dict):
        raise OfdJsonError("no JSON object")
    return loaded


def _is_wrapper(key: Any, value: Any) -> bool:
    return isinstance(key, str) and key.casefold() in _WRAPPERS and isinstance(value, Mapping)


def _requisites(
    data: Mapping[str, Any], keys: Mapping[str, int], at: str, unknown: dict[str, Any]
) -> Iterator[Tlv]:
    for key, value in data.items():
        tag = keys.get(str(key).casefold())
        values = value if isinstance(value, list) and tag in _INSIDE else [value]
        for index, one in enumerate(values):
            path = f"{at}{key}.{index}" if values is value else f"{at}{key}"
            tlv = None
            if tag is not None:
                inner: dict[str, Any] = {}
                tlv = _requisite(tag, one, f"{path}.", inner)
                unknown |= inner
            if tlv is not None:
                yield tlv
            elif value is not None:
                unknown[path] = one


def _requisite(tag: int, value: Any, at: str, unknown: dict[str, Any]) -> Tlv | None:
    """The requisite, None for a value that it cannot hold."""
    if tag in _INSIDE:
        if not isinstance(value, Mapping):
            return None
        value = tuple(_requisites(value, _INSIDE[tag], at, unknown))
    try:
        return Tlv.of(tag, _value(tag, value))
    except (ValueError, ArithmeticError):
        return None


def _value(tag: int, value: Any) -> Value:
    """A JSON value as the tag wants it. Raises `ValueError` for nonsense."""
    info = tag_info(tag)
    assert info is not None
    match info.type, value:
        case (_, bool()):
            raise ValueError("a truth is no requisite")
        case (TagType.BYTES, int() | str()):
            return b"\0\0" + int(value).to_bytes(4, "big")  # 1077, the only one among the keys
        case (TagType.STLV, tuple()):
            return value
        case (TagType.STRING, str() | int()):
            return str(value)
        case (TagType.FVLN, int() | float() | Decimal()):
            return Decimal(str(value))
        case (TagType.UNIXTIME, int()):
            return _EPOCH + timedelta(seconds=value)
        case (TagType.UNIXTIME, str()):
            return datetime.fromisoformat(value).replace(tzinfo=None)
        case (_, int()):
            return value
    raise ValueError(f"tag {tag} cannot be {type(value).__name__}")
