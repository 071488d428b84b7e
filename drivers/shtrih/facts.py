"""What a register is, learned once for each link: numbers of tables, format, rates.

Nothing about tables is assumed where F7h tells it: the platforms number them differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from drivers.ffd.enumerations import FfdVersion, TaxSystem, VatRate
from drivers.register import Capabilities, Reason, Refused, RegisterInfo
from drivers.shtrih.commands import device, fn
from drivers.shtrih.commands.receipt import TAX_ROWS
from drivers.shtrih.session import Session

TABLE_SETTINGS = 1
TABLE_OPERATORS = 2
TABLE_TAXES = 6
OPERATOR_NAME = 2
_TAX_RATE = 1
_CASH_CORE_ELECTRONIC = 48
"""Table 1: electronic receipt, no paper."""
_STANDARD_DO_NOT_PRINT = 7
"""FFD table: 1 skips the print of one document and falls back to 0."""
_REPLACE_20_BY_22 = 71
"""FFD table of the standard platform: 1 turns 20 % into 22 % from 2026 on."""
_NEW_RATE_FROM = date(2026, 1, 1)

_FFD_VERSIONS = {2: FfdVersion.V1_05, 3: FfdVersion.V1_1, 4: FfdVersion.V1_2}

# Fields of the FN table; long texts go on in a second field.
_SERIAL, _INN, _REGISTRATION, _TAX_SYSTEMS, _OFD_INN = 1, 2, 3, 5, 12
_USER, _ADDRESS, _OFD_NAME, _PLACE = (7, 17), (9, 18), (10, 19), (14, 20)
CASHIER_INN = 23
_TAX_MODE_NAME = "НАЛОГ"
_TAX_MODE_FIELDS = (14, 6)
"""Where the guides of the two platforms put the setting that F7h may name wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSwitch:
    """The cell that leaves paper out."""

    table: int
    field: int
    falls_back: bool
    """True when the register sets it to 0 by itself after one document."""
    is_on: bool
    """As found: documents are not printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """What does not change while a link stands."""

    name: str
    firmware: str
    operator: int
    """Row of table 2 whose password we use."""
    ffd_version: FfdVersion
    fn_table: int
    host_computes_tax: bool
    tax_rows: dict[VatRate, int]
    """Row of table 6 by rate."""
    paper: PaperSwitch | None
    """None where paper cannot be left out, or never is used."""

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            vat_rates=frozenset(self.tax_rows),
            user_requisite=True,
            electronic_only=self.paper is not None,
            cash_drawer=True,
            reads_documents=True,
            marking=False,
        )


async def learn(session: Session) -> tuple[DeviceFacts, fn.FnState, datetime]:
    """Ask a register what it is, how its FN is and what its clock says (naive).

    Raises `Refused`, also for FFD 1.0.
    """
    kind = await session.run(device.device_type())
    model = await session.run(device.model_parameters())
    status = await session.run(device.full_status(session.admin))
    # 10h tells the operator of the selling password, which may be another one.
    operator = (await session.run(device.short_status(session.operator))).operator
    state = await session.run(fn.fn_state(session.admin))
    code = await session.run(device.read_number(session.admin, model.ffd_table, 1, model.ffd_field))
    if code not in _FFD_VERSIONS:
        raise Refused(Reason.UNSUPPORTED, f"fiscal document format {code} of table setting")
    facts = DeviceFacts(
        name=kind.name.strip(),
        firmware=status.firmware,
        operator=operator,
        ffd_version=_FFD_VERSIONS[code],
        fn_table=model.fn_table,
        host_computes_tax=await _host_computes_tax(session, model),
        tax_rows=await _tax_rows(session, model, status.clock.date()),
        paper=await _paper_switch(session, model),
    )
    return facts, state, status.clock


async def read_info(session: Session, facts: DeviceFacts) -> RegisterInfo:
    """The registration, out of the FN table."""

    async def text(*fields: int) -> str:
        parts = [
            await session.run(device.read_text(session.admin, facts.fn_table, 1, field))
            for field in fields
        ]
        return "".join(parts).strip()

    tax_systems = await session.run(
        device.read_number(session.admin, facts.fn_table, 1, _TAX_SYSTEMS)
    )
    return RegisterInfo(
        model=facts.name,
        serial_number=await text(_SERIAL),
        registration_number=await text(_REGISTRATION),
        owner_inn=await text(_INN),
        owner_name=await text(*_USER),
        ffd_version=facts.ffd_version,
        tax_systems=frozenset(system for system in TaxSystem if system & tax_systems),
        firmware=facts.firmware,
        ofd_inn=await text(_OFD_INN),
        ofd_name=await text(*_OFD_NAME),
        settlement_address=await text(*_ADDRESS),
        settlement_place=await text(*_PLACE),
    )


async def _host_computes_tax(session: Session, model: device.ModelParameters) -> bool:
    """The setting is looked for by its name: F7h names a wrong field on real devices."""
    for field in (model.tax_mode_field, *_TAX_MODE_FIELDS):
        structure = await session.run_optional(
            device.field_structure(session.admin, TABLE_SETTINGS, field)
        )
        if structure is None or _TAX_MODE_NAME not in structure.name.upper():
            continue
        value = await session.run(device.read_number(session.admin, TABLE_SETTINGS, 1, field))
        return value == 1
    return False


async def _tax_rows(
    session: Session, model: device.ModelParameters, today: date
) -> dict[VatRate, int]:
    """Rates by row: the vendor's order, checked against the percents that stand there."""
    structure = await session.run_optional(device.table_structure(session.admin, TABLE_TAXES))
    count = min(len(TAX_ROWS), structure.rows if structure else 6)
    rows: dict[VatRate, int] = {}
    for row, rate in enumerate(TAX_ROWS[:count], start=1):
        hundredths = await session.run(
            device.read_number(session.admin, TABLE_TAXES, row, _TAX_RATE)
        )
        if (found := _rate_of(rate, hundredths)) is not None:
            rows.setdefault(found, row)
    if VatRate.VAT_22 in rows and not model.is_cash_core and today >= _NEW_RATE_FROM:
        replaces = await session.run_optional(
            device.read_number(session.admin, model.ffd_table, 1, _REPLACE_20_BY_22)
        )
        if replaces == 1:  # what is sent as 20 % would be recorded as 22 %
            rows.pop(VatRate.VAT_20, None)
            rows.pop(VatRate.VAT_20_120, None)
    return rows


def _rate_of(usual: VatRate, hundredths: int) -> VatRate | None:
    """The rate of a row, None where it holds another than the usual one.

    22 % may stand in the rows of 20 %, where firmware has put it. How a calculated rate is
    written is not established: anything but zero is taken for it.
    """
    if hundredths == 2200 and usual.percent in (20, 22):
        return VatRate.VAT_22_122 if usual.calculated else VatRate.VAT_22
    if usual.calculated:
        return usual if hundredths else None
    return usual if hundredths == (usual.percent or 0) * 100 else None


async def _paper_switch(session: Session, model: device.ModelParameters) -> PaperSwitch | None:
    if model.is_cash_core:
        table, field = TABLE_SETTINGS, _CASH_CORE_ELECTRONIC
    else:
        table, field = model.ffd_table, _STANDARD_DO_NOT_PRINT
    value = await session.run_optional(device.read_number(session.admin, table, 1, field))
    if value not in (0, 1):  # never printed at all, or no such cell
        return None
    return PaperSwitch(
        table=table, field=field, falls_back=not model.is_cash_core, is_on=value == 1
    )
