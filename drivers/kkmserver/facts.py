"""What a register is and how it stands, out of `GetDataKKT`; `List` fills in what is absent.

Every field but the state of the shift may be missing: old servers tell few of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from drivers.ffd.enumerations import FfdVersion, TaxSystem, VatRate
from drivers.kkmserver.answers import Answer, Fields
from drivers.register import (
    Capabilities,
    FnPhase,
    FnStatus,
    FnWarnings,
    OfdStatus,
    PrintState,
    Reason,
    Refused,
    RegisterInfo,
    RegisterStatus,
    ShiftState,
)

CAPABILITIES = Capabilities(
    vat_rates=frozenset(VatRate),
    user_requisite=True,
    electronic_only=True,
    cash_drawer=True,
    reads_documents=False,
    marking=True,
)

_SHIFT_STATES = {1: ShiftState.CLOSED, 2: ShiftState.OPEN, 3: ShiftState.EXPIRED}
_VERSIONS = {"1.05": FfdVersion.V1_05, "1.1": FfdVersion.V1_1, "1.2": FfdVersion.V1_2}
_DRIVE = re.compile(r"[0-9]{1,16}")
_UNDEFINED = "<Не определено>"
_REPLACE_URGENTLY = timedelta(days=3)
_REPLACE_SOON = timedelta(days=30)
_OFD_OVERDUE = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFacts:
    """One reading of the register."""

    info: RegisterInfo
    fiscal_drive_number: str
    """1041."""
    shift: ShiftState
    shift_number: int
    clock: datetime
    """Aware; the computer's where the register's is not told."""
    cash_in_drawer: int | None
    """Kopecks."""
    paper_present: bool
    is_fiscal: bool
    valid_until: datetime | None
    memory_nearly_full: bool
    unsent_count: int
    first_unsent_at: datetime | None

    def status(
        self,
        last_fiscal_document_number: int,
        opened_at: datetime | None,
        receipts: int,
        *,
        torn: bool,
    ) -> RegisterStatus:
        """With what other commands have told: 1040, the begin of the shift, its receipts, and
        whether the last document waits to be printed on."""
        printing = PrintState.WAITS_FOR_CONTINUE if torn else PrintState.IDLE
        left = self.valid_until - self.clock if self.valid_until is not None else None
        waits = self.clock - self.first_unsent_at if self.first_unsent_at is not None else None
        return RegisterStatus(
            shift=self.shift,
            shift_number=self.shift_number,
            shift_opened_at=opened_at,
            receipts_in_shift=receipts,
            clock=self.clock,
            paper_present=self.paper_present,
            cover_open=False,
            # Without paper the last document is not taken for whole.
            print_state=printing if self.paper_present else PrintState.PAPER_OUT,
            fn=FnStatus(
                fiscal_drive_number=self.fiscal_drive_number,
                phase=FnPhase.FISCAL if self.is_fiscal else FnPhase.SETUP,
                valid_until=self.valid_until.date() if self.valid_until is not None else None,
                warnings=FnWarnings(
                    replace_urgently=left is not None and left < _REPLACE_URGENTLY,
                    replace_soon=left is not None and left < _REPLACE_SOON,
                    memory_nearly_full=self.memory_nearly_full,
                    ofd_overdue=waits is not None and waits > _OFD_OVERDUE,
                ),
                last_fiscal_document_number=last_fiscal_document_number,
            ),
            ofd=OfdStatus(unsent_count=self.unsent_count, first_unsent_at=self.first_unsent_at),
            cash_in_drawer=self.cash_in_drawer,
            open_document=False,
        )


def read_facts(answer: Answer, unit: Fields | None, zone: tzinfo, now: datetime) -> RegisterFacts:
    """What `GetDataKKT` says.

    Args:
        unit: The device in `List`, for what is absent.
        zone: Of the register's clock.
        now: The computer's time.

    Raises `Refused`: state of the shift or number of the FN are not told, or the format is
    not served.
    """
    told = answer.fields.inner("Info")
    if told is None:
        raise Refused(Reason.OTHER, "GetDataKKT tells nothing of the register")
    both = Fields({**(unit.values if unit is not None else {}), **_given(told)})
    shift = _SHIFT_STATES.get(told.whole("SessionState") or 0)
    drive = _text(both, "FnNumber")
    if shift is None or not _DRIVE.fullmatch(drive):
        raise Refused(Reason.OTHER, "GetDataKKT tells no state of the shift, or no FN")
    unsent = both.whole("OFD_NumErrorDoc")
    if unsent is None:
        unsent = 1  # not told: 0 would say that everything is delivered
    return RegisterFacts(
        info=RegisterInfo(
            model=_text(both, "NameDevice") or _text(both, "IdTypeDevice"),
            serial_number=_text(both, "KktNumber"),
            registration_number=_text(both, "RegNumber"),
            owner_inn=_text(both, "InnOrganization") or _text(both, "INN"),
            owner_name=_text(both, "NameOrganization"),
            ffd_version=_version(both),
            tax_systems=_tax_systems(both),
            firmware=_text(both, "Firmware_Version"),
            ofd_inn=_text(both, "InnOfd"),
            ofd_name=_text(both, "NameOFD"),
            settlement_address=_text(both, "AddressSettle"),
            settlement_place=_text(both, "PlaceSettle"),
        ),
        fiscal_drive_number=drive,
        shift=shift,
        shift_number=answer.fields.whole("SessionNumber") or 0,
        clock=told.moment("DateTimeKKT", zone) or now.astimezone(zone),
        cash_in_drawer=told.kopecks("BalanceCash"),
        paper_present=not both.flag("PaperOver"),
        is_fiscal=both.flag("FN_IsFiscal") is not False,
        valid_until=both.moment("FN_DateEnd", zone),
        memory_nearly_full=both.flag("FN_MemOverflowl") is True,
        unsent_count=unsent,
        first_unsent_at=both.moment("OFD_DateErrorDoc", zone) if unsent else None,
    )


def needs_list(answer: Answer) -> bool:
    """True where `GetDataKKT` does not tell how many documents the OFD waits for."""
    told = answer.fields.inner("Info")
    return told is None or told.whole("OFD_NumErrorDoc") is None


def unit_of(devices: Answer, answer: Answer) -> Fields | None:
    """The device of `answer` in what `List` says."""
    number = answer.fields.whole("NumDevice")
    units = devices.fields.list("ListUnit")
    return next((one for one in units if number and one.whole("NumDevice") == number), None)


def receipts_in_shift(answer: Answer) -> int | None:
    """How many receipts `GetCounters` has of the shift; None where it does not tell."""
    counts = [
        row.whole("Count")
        for row in answer.fields.list("Counters")
        if "Shift" in (row.text("CountersType"), row.text("CounterType"))
    ]
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def _given(told: Fields) -> dict[str, object]:
    return {name: value for name, value in told.values.items() if value not in (None, "")}


def _text(fields: Fields, name: str) -> str:
    text = fields.text(name)
    return "" if text == _UNDEFINED else text


def _version(fields: Fields) -> FfdVersion:
    """Servers of 2017 tell none: theirs is 1.05. Raises `Refused` for any other."""
    told = _text(fields, "FFDVersion") or _text(fields, "FFDVersionKKT") or "1.05"
    if told not in _VERSIONS:
        raise Refused(Reason.UNSUPPORTED, f"fiscal document format {told}")
    return _VERSIONS[told]


def _tax_systems(fields: Fields) -> frozenset[TaxSystem]:
    """`"0,3,5"`, or one number."""
    number = fields.whole("TaxVariant")
    told = fields.text("TaxVariant").split(",") if number is None else [str(number)]
    bits = {name.strip() for name in told}
    return frozenset(system for place, system in enumerate(TaxSystem) if str(place) in bits)
