"""What the server tells of its register: `List` and `Info` of `GetDataKKT`."""

from __future__ import annotations

from datetime import date, timedelta

from drivers.ffd.enumerations import FfdVersion
from drivers.register import FnPhase, ShiftState
from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face.answers import Answer, roubles
from drivers.virtual.kkmserver_face.checks import VARIANT_OF_SYSTEM
from drivers.virtual.kkmserver_face.habits import Habits, Profile

NO_LINK_AFTER = timedelta(minutes=1)
"""So long a document waits for the operator before the exchange counts as failed."""
UNKNOWN = "<Не определено>"
_STATES = {ShiftState.CLOSED: 1, ShiftState.OPEN: 2, ShiftState.EXPIRED: 3}
# fmt: off
_MODES = (
    "EncryptionMode", "OfflineMode", "AutomaticMode", "InternetMode", "BSOMode", "ServiceMode",
    "PrinterAutomatic", "SignOfGambling", "SignOfLottery", "SignPawnshop", "SignAssurance",
)
_LISTED = (
    "KktNumber", "RegNumber", "FnNumber", "InnOfd", "NameOrganization", "TaxVariant", "OFD_Error",
    "OFD_NumErrorDoc", "OFD_DateErrorDoc", "FN_DateEnd", "FN_MemOverflowl", "FN_IsFiscal",
    "PaperOver",
)
_LISTED_TODAY = ("FFDVersion", "FFDVersionFN", "FFDVersionKKT", "AddressSettle", "Firmware_Version")
# fmt: on


def listed(register: VirtualRegister, habits: Habits, *, on: bool, active: bool) -> Answer:
    """One row of `ListUnit`."""
    about = info(register, habits, on=on, active=active)
    today = _LISTED_TODAY if habits.profile is Profile.MODERN else ()
    return {
        "NumDevice": habits.number,
        "IdDevice": habits.id_device,
        "OnOff": on,
        "Active": active,
        "TypeDevice": "Фискальный регистратор",
        "IdTypeDevice": "KkmStrihM",
        "IP": UNKNOWN,
        "NameDevice": habits.name,
        "UnitName": habits.name,
        "INN": register.registration.owner_inn,
        "AddDate": register.find(1).date_time,
        **{key: about[key] for key in (*_LISTED, *today)},
    }


def info(register: VirtualRegister, habits: Habits, *, on: bool, active: bool) -> Answer:
    """`Info`; an old server tells its first half."""
    registration, fn, ofd = register.registration, register.fn, register.ofd
    now, waits_since = register.now(), ofd.first_unsent_at
    has_link = waits_since is None or now - waits_since < NO_LINK_AFTER
    systems = (VARIANT_OF_SYSTEM[system] for system in registration.tax_systems)
    core: Answer = {
        "SessionState": _STATES[register.shift.state],
        "KktNumber": registration.serial_number,
        "FnNumber": registration.fiscal_drive_number,
        "RegNumber": registration.registration_number,
        "InnOrganization": registration.owner_inn,
        "NameOrganization": registration.owner_name,
        "AddressSettle": registration.settlement_address,
        "PlaceSettle": registration.settlement_place,
        "SenderEmail": registration.sender_email,
        "TaxVariant": ",".join(sorted(systems)),
        "UrlServerOfd": "ofd.example.org",
        "PortServerOfd": "19086",
        "NameOFD": registration.ofd_name,
        "UrlOfd": "check.example.org",
        "InnOfd": registration.ofd_inn,
        "OFD_Error": "" if has_link else "Нет связи",
        "OFD_NumErrorDoc": ofd.unsent_count,
        "OFD_DateErrorDoc": waits_since or date.min,
        "FN_IsFiscal": fn.phase is FnPhase.FISCAL,
        "FN_MemOverflowl": fn.warnings.memory_nearly_full,
        "FN_DateEnd": fn.valid_until,
        "OnOff": on,
        "Active": active,
        "PaperOver": not register.printer.paper_present,
    }
    if habits.profile is Profile.LEGACY:
        return core
    version = registration.ffd_version.label
    return {
        **core,
        **dict.fromkeys(_MODES, False),
        "SaleExcisableGoods": registration.excise_goods,
        "SaleMarking": registration.marked_goods,
        "FN_DateStart": register.find(1).date_time,
        "FFDVersion": version,
        "FFDVersionFN": version,
        "FFDVersionKKT": FfdVersion.V1_2.label,
        "BalanceCash": roubles(register.cash_in_drawer),
        "DateTimeKKT": now,
        "AutomaticNumber": "",
        "SignOfAgent": "",
        "Firmware_Version": UNKNOWN,
        "Firmware_Status": 0,
        "Command": "",
    }
