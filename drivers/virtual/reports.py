"""The requisites of the documents that the register makes by itself, and of receipts.

Time, numbers and sign (1012, 1040, 1041, 1077) are added by the FN.
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.ffd.enumerations import CalculationSign, FfdVersion, TaxSystem
from drivers.ffd.tlv import Tlv, find
from drivers.register import FnWarnings, OfdStatus
from drivers.virtual.counters import Counters, counters_tag, has_counters
from drivers.virtual.registration import Registration

MODEL_VERSION = "001"
"""1188."""
FNS_SITE = "www.nalog.gov.ru"
"""1060."""
_NEWEST_FFD = FfdVersion.V1_2
_SERVICES, _EXCISE, _MARKED = 1 << 9, 1 << 6, 1 << 8
"""Bits of 1290."""


def registration_tags(
    registration: Registration, cashier: Sequence[Tlv], days_left: int
) -> tuple[Tlv, ...]:
    """Form 1."""
    version = registration.ffd_version
    flags: tuple[Tlv, ...]
    if version is FfdVersion.V1_2:
        conditions = _SERVICES
        conditions |= _EXCISE if registration.excise_goods else 0
        conditions |= _MARKED if registration.marked_goods else 0
        flags = (Tlv.of(1290, conditions),)
    else:
        flags = tuple(Tlv.of(tag, 0) for tag in (1221, 1110, 1108, 1109, 1193, 1126))
        flags += (Tlv.of(1207, int(registration.excise_goods)),)
    return (
        *_owner(registration),
        *_place(registration),
        Tlv.of(1062, sum(registration.tax_systems)),
        *(Tlv.of(tag, 0) for tag in (1001, 1002, 1056)),
        *flags,
        Tlv.of(1013, registration.serial_number),
        *cashier,
        Tlv.of(1060, FNS_SITE),
        Tlv.of(1117, registration.sender_email),
        Tlv.of(1017, registration.ofd_inn),
        Tlv.of(1046, registration.ofd_name),
        *_versions(),
        Tlv.of(1190, _NEWEST_FFD.code),
        Tlv.of(1213, days_left),
    )


def shift_opening_tags(
    registration: Registration,
    cashier: Sequence[Tlv],
    extra: Sequence[Tlv],
    shift: int,
    warnings: Sequence[Tlv],
) -> tuple[Tlv, ...]:
    """Form 2."""
    return (
        *_owner(registration),
        *_place(registration, extra),
        *cashier,
        Tlv.of(1038, shift),
        *_versions(),
        *warnings,
        *extra,
    )


def shift_closing_tags(
    registration: Registration,
    cashier: Sequence[Tlv],
    extra: Sequence[Tlv],
    *,
    shift: int,
    receipts: int,
    documents: int,
    ofd: OfdStatus,
    days_left: int,
    warnings: Sequence[Tlv],
    shift_counters: Counters,
    total_counters: Counters,
) -> tuple[Tlv, ...]:
    """Form 5. `documents` counts the opening report and this one too."""
    counters = (
        (counters_tag(1157, total_counters), counters_tag(1194, shift_counters))
        if has_counters(registration.ffd_version)
        else ()
    )
    return (
        *_owner(registration),
        *_place(registration, extra),
        *cashier,
        Tlv.of(1038, shift),
        Tlv.of(1118, receipts),
        Tlv.of(1111, documents),
        *_unsent(ofd),
        *warnings,
        Tlv.of(1213, days_left),
        *counters,
        *extra,
    )


def state_tags(
    registration: Registration,
    extra: Sequence[Tlv],
    *,
    shift: int | None,
    ofd: OfdStatus,
    days_left: int,
    warnings: Sequence[Tlv],
    unsent_counters: Counters,
    total_counters: Counters,
) -> tuple[Tlv, ...]:
    """Form 21. `shift` is the open one."""
    counters: tuple[Tlv, ...] = ()
    if has_counters(registration.ffd_version):
        counters = (counters_tag(1157, total_counters),)
        if ofd.unsent_count:
            counters += (counters_tag(1158, unsent_counters),)
    first = ofd.first_unsent_document
    return (
        *_owner(registration),
        *(() if shift is None else (Tlv.of(1038, shift),)),
        *_unsent(ofd),
        *(() if first is None else (Tlv.of(1116, first),)),
        *warnings,
        *((Tlv.of(1213, days_left),) if registration.ffd_version is FfdVersion.V1_2 else ()),
        *counters,
        *extra,
    )


def archive_closing_tags(
    registration: Registration,
    cashier: Sequence[Tlv],
    shift: int,
    total_counters: Counters,
) -> tuple[Tlv, ...]:
    """Form 6."""
    return (
        *_owner(registration),
        *_place(registration),
        *cashier,
        Tlv.of(1038, shift),
        *((counters_tag(1157, total_counters),) if has_counters(registration.ffd_version) else ()),
    )


def receipt_tags(
    registration: Registration,
    cashier: Sequence[Tlv],
    extra: Sequence[Tlv],
    *,
    shift: int,
    receipt: int,
    sign: CalculationSign,
    tax_system: TaxSystem,
    body: Sequence[Tlv],
) -> tuple[Tlv, ...]:
    """Forms 3 and 31: `body` holds correction basis, items, sums and VAT.

    1117 and 1060 stand in receipts that go to a buyer's address.
    """
    electronic: tuple[Tlv, ...] = ()
    if find(extra, 1008) is not None:
        electronic = (Tlv.of(1060, FNS_SITE),)
        if find(extra, 1117) is None:
            electronic = (Tlv.of(1117, registration.sender_email), *electronic)
    return (
        *_owner(registration),
        *_place(registration, extra),
        Tlv.of(1038, shift),
        Tlv.of(1042, receipt),
        Tlv.of(1054, int(sign)),
        Tlv.of(1055, int(tax_system)),
        *cashier,
        *body,
        *electronic,
        *extra,
    )


def warning_tags(warnings: FnWarnings, memory_full: bool) -> tuple[Tlv, ...]:
    """1050-1053: each only while its condition holds. `memory_full`: more than 99 %."""
    flags = (
        (1050, warnings.replace_soon),
        (1051, warnings.replace_urgently),
        (1052, memory_full),
        (1053, warnings.ofd_overdue),
    )
    return tuple(Tlv.of(tag, 1) for tag, is_set in flags if is_set)


def _owner(registration: Registration) -> tuple[Tlv, ...]:
    return (
        Tlv.of(1209, registration.ffd_version.code),
        Tlv.of(1048, registration.owner_name),
        Tlv.of(1018, registration.owner_inn),
        Tlv.of(1037, registration.registration_number),
    )


def _place(registration: Registration, extra: Sequence[Tlv] = ()) -> tuple[Tlv, ...]:
    """1009 and 1187, unless the host gave its own."""
    own = (
        Tlv.of(1009, registration.settlement_address),
        Tlv.of(1187, registration.settlement_place),
    )
    return tuple(tag for tag in own if find(extra, tag.tag) is None)


def _versions() -> tuple[Tlv, ...]:
    return (Tlv.of(1188, MODEL_VERSION), Tlv.of(1189, _NEWEST_FFD.code))


def _unsent(ofd: OfdStatus) -> tuple[Tlv, ...]:
    if ofd.first_unsent_at is None:
        return (Tlv.of(1097, 0),)
    return (Tlv.of(1097, ofd.unsent_count), Tlv.of(1098, ofd.first_unsent_at))
