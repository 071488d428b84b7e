"""Which requisites a host may add to a document or an item, and how they must look."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.ffd.catalogue import TagType, tag_info
from drivers.ffd.enumerations import FfdVersion
from drivers.ffd.inn import is_person_inn, is_valid_inn, read_inn
from drivers.ffd.requisites import ITEM, requisites
from drivers.ffd.tlv import Tlv, TlvError, decode
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration

BUYER = 1256
CORRECTION_BASIS = 1174
LEGACY_DESCRIPTION = 1177
"""Sent by old programs, taken without complaint, and not recorded since 2020."""

_REGISTER_MAKES = frozenset(
    {
        1000, 1002, 1012, 1018, 1020, 1031, 1036, 1037, 1038, 1040, 1041, 1042, 1048, 1050, 1051,
        1052, 1053, 1054, 1055, 1059, 1060, 1077, 1081, 1097, 1098, 1102, 1103, 1104, 1105, 1106,
        1107, 1108, 1111, 1115, 1116, 1118, 1157, 1158, 1188, 1189, 1190, 1194, 1196, 1206, 1209,
        1213, 1215, 1216, 1217, 2104, 2107, 2112, 2113,
    }
)  # fmt: skip
_ITEM_COMMAND_MAKES = frozenset({1023, 1030, 1043, 1079, 1199, 1200, 1212, 1214})
_AGENT = frozenset({1005, 1016, 1026, 1044, 1057, 1073, 1074, 1075, 1171})
"""Agents of the whole receipt: the virtual register is registered without 1057."""
_MARKING = frozenset({1162, 1163, 1291, 2102, 2106, 2115})
_REPEATED = frozenset({1260, 1261, 1234})
_INN = frozenset({1016, 1203, 1226, 1228})
_UNKNOWN_SUPPLIER = "0" * 12
"""1226 of a supplier without a Russian INN."""
_WIDTH = {
    TagType.BYTE: 1,
    TagType.UINT16: 2,
    TagType.UINT32: 4,
    TagType.BITS8: 1,
    TagType.BITS32: 4,
    TagType.UNIXTIME: 4,
}


def _table(holder: int, version: FfdVersion) -> frozenset[int]:
    """The tags that a document form or the structure 1059 has in a version."""
    return frozenset(row.tag for row in requisites(holder, version))


def is_buyer_data(tag: int) -> bool:
    """True for what FFD 1.2 wraps in 1256."""
    info = tag_info(tag)
    return info is not None and BUYER in info.parents


def check_document_tag(
    tag: Tlv, form: int, registration: Registration, present: Iterable[Tlv]
) -> None:
    """Refuse a requisite that a host may not add to a document of `form`."""
    version = registration.ffd_version
    allowed = _table(form, version) - _REGISTER_MAKES - _AGENT
    wrapped = version is FfdVersion.V1_2 and BUYER in allowed and is_buyer_data(tag.tag)
    basis = CORRECTION_BASIS in allowed and tag.tag in (LEGACY_DESCRIPTION, 1178, 1179)
    if tag.tag not in allowed and not wrapped and not basis:
        raise DeviceRefused(Refusal.TAG_NOT_ALLOWED, f"{tag.tag} in form {form}")
    check_format(tag)
    _check_repetition(tag, present)


def check_item_tag(tag: Tlv, registration: Registration, present: Iterable[Tlv]) -> None:
    """Refuse a requisite that a host may not add to an item."""
    if tag.tag not in _table(ITEM, registration.ffd_version) - _ITEM_COMMAND_MAKES:
        raise DeviceRefused(Refusal.TAG_NOT_ALLOWED, f"{tag.tag} in an item")
    if tag.tag in _MARKING and not registration.marked_goods:
        raise DeviceRefused(Refusal.MARKED_GOODS, str(tag.tag))
    if tag.tag == 1229 and not registration.excise_goods:
        raise DeviceRefused(Refusal.EXCISE_GOODS, str(tag.tag))
    check_format(tag)
    _check_repetition(tag, present)


def check_format(tag: Tlv, parent: int | None = None) -> None:
    """Refuse a value that the catalogue does not permit, inner requisites included."""
    info = tag_info(tag.tag)
    if info is None or info.type is TagType.PRINT:
        raise DeviceRefused(Refusal.TAG_NOT_ALLOWED, f"{tag.tag} is unknown")
    if parent is not None and parent not in info.parents:
        raise DeviceRefused(Refusal.TAG_NOT_ALLOWED, f"{tag.tag} in {parent}")
    if info.max_length is not None and len(tag.raw) > info.max_length:
        raise DeviceRefused(
            Refusal.TAG_TOO_LONG, f"{tag.tag}: {len(tag.raw)} bytes, at most {info.max_length}"
        )
    wrong_length = len(tag.raw) != _WIDTH.get(info.type, len(tag.raw)) or (
        info.fixed and len(tag.raw) != info.max_length
    )
    if wrong_length or not tag.raw:
        raise DeviceRefused(Refusal.TAG_FORMAT, f"{tag.tag}: {len(tag.raw)} bytes")
    match info.type:
        case TagType.STLV:
            try:
                children = decode(tag.raw)
            except TlvError as error:
                raise DeviceRefused(Refusal.TAG_FORMAT, f"{tag.tag}: {error}") from error
            for child in children:
                check_format(child, tag.tag)
        case TagType.STRING if any(byte < 0x20 for byte in tag.raw):
            raise DeviceRefused(Refusal.TAG_FORMAT, f"{tag.tag}: a control character")
        case _:
            pass
    if tag.tag in _INN and not _is_inn(tag):
        raise DeviceRefused(Refusal.TAG_FORMAT, f"{tag.tag}: no INN")


def _is_inn(tag: Tlv) -> bool:
    text = read_inn(str(tag.value))
    if tag.tag == 1203:
        return is_person_inn(text)
    return is_valid_inn(text) or (tag.tag == 1226 and text == _UNKNOWN_SUPPLIER)


def _check_repetition(tag: Tlv, present: Iterable[Tlv]) -> None:
    if tag.tag not in _REPEATED and any(other.tag == tag.tag for other in present):
        raise DeviceRefused(Refusal.TAG_NOT_ALLOWED, f"{tag.tag} a second time")
