"""`RegisterStatus` out of the answers of the device and its FN."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo

from drivers.ffd.enumerations import DocumentForm
from drivers.register import (
    FnPhase,
    FnStatus,
    FnWarnings,
    OfdStatus,
    PrintState,
    RegisterStatus,
    ShiftState,
)
from drivers.shtrih.commands import device, fn
from drivers.shtrih.commands.device import MODE_MASK, Flags, Mode, Submode
from drivers.shtrih.session import Session

_PHASES = {
    0: FnPhase.SETUP,
    1: FnPhase.SETUP,
    3: FnPhase.FISCAL,
    7: FnPhase.CLOSED,
    15: FnPhase.ARCHIVE,
}
_PRINT_STATES: dict[int, PrintState] = {
    Submode.PAPER_RAN_OUT: PrintState.PAPER_OUT,
    Submode.WAITS_FOR_CONTINUE: PrintState.WAITS_FOR_CONTINUE,
    Submode.PRINTING_REPORT: PrintState.PRINTING,
    Submode.PRINTING: PrintState.PRINTING,
}
_OPENING_SEARCH = 4
"""Documents looked at for the opening report; reports of settlements may lie between."""


@dataclass(slots=True)
class StatusReader:
    """Asks for the status; remembers what stays the same within a shift or an FN."""

    session: Session
    timezone: tzinfo
    _valid_until: dict[str, date | None] = field(default_factory=dict)
    _opened_at: dict[tuple[str, int], datetime | None] = field(default_factory=dict)

    async def read(self) -> RegisterStatus:
        run, admin = self.session.run, self.session.admin
        full = await run(device.full_status(admin))
        state = await run(fn.fn_state(admin))
        shift = await run(fn.shift_parameters(admin))
        exchange = await run(fn.ofd_exchange(admin))
        mode = full.mode & MODE_MASK
        drive = state.fiscal_drive_number
        if drive not in self._valid_until:
            valid_until = await self.session.run_optional(fn.fn_valid_until(admin))
            self._valid_until = {drive: valid_until}
        free = await self.session.run_optional(fn.fn_free_documents(admin))
        cash = await self.session.run_optional(device.money_register(admin, device.CASH_IN_DRAWER))
        return RegisterStatus(
            shift=_shift_state(mode, state),
            shift_number=shift.number,
            shift_opened_at=await self._shift_opening(state, shift),
            receipts_in_shift=shift.receipt,
            clock=full.clock.replace(tzinfo=self.timezone),
            paper_present=Flags.PAPER in full.flags
            and full.submode not in (Submode.NO_PAPER, Submode.PAPER_RAN_OUT),
            cover_open=Flags.COVER_OPEN in full.flags,
            print_state=_PRINT_STATES.get(full.submode, PrintState.IDLE),
            fn=FnStatus(
                fiscal_drive_number=drive,
                phase=_PHASES.get(state.phase, FnPhase.SETUP),
                valid_until=self._valid_until[drive],
                warnings=_warnings(state.warnings),
                last_fiscal_document_number=state.last_fiscal_document_number,
                memory_left_documents=free,
            ),
            ofd=OfdStatus(
                unsent_count=exchange.unsent,
                first_unsent_document=exchange.first_document if exchange.unsent else None,
                first_unsent_at=self._aware(exchange.first_at) if exchange.unsent else None,
            ),
            cash_in_drawer=cash,
            open_document=is_document_open(mode, state),
        )

    def forget(self) -> None:
        """What was learned may be another device's."""
        self._opened_at = {}
        self._valid_until = {}

    async def _shift_opening(self, state: fn.FnState, shift: fn.ShiftParameters) -> datetime | None:
        """When the shift was opened: no command tells, but its opening report does.

        It lies as many documents back as there are receipts, or a little farther.
        """
        if not shift.is_open:
            return None
        key = (state.fiscal_drive_number, shift.number)
        if key not in self._opened_at:
            opened_at = None
            newest = state.last_fiscal_document_number - shift.receipt
            for number in range(newest, max(0, newest - _OPENING_SEARCH), -1):
                found = await self.session.run_optional(
                    fn.find_document(self.session.admin, number)
                )
                if (
                    found is not None
                    and found.form == DocumentForm.SHIFT_OPENING
                    and found.shift_number == shift.number
                ):
                    opened_at = self._aware(found.date_time)
                    break
            self._opened_at = {key: opened_at}
        return self._opened_at[key]

    def _aware(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.replace(tzinfo=self.timezone)


def is_document_open(mode: int, state: fn.FnState) -> bool:
    """True when the device or its FN has an unfinished document."""
    return mode & MODE_MASK == Mode.DOCUMENT_OPEN or state.current_document != 0


def _shift_state(mode: int, state: fn.FnState) -> ShiftState:
    if mode == Mode.SHIFT_EXPIRED:
        return ShiftState.EXPIRED
    return ShiftState.OPEN if state.shift_open else ShiftState.CLOSED


def _warnings(bits: int) -> FnWarnings:
    return FnWarnings(
        replace_urgently=bool(bits & 1),
        replace_soon=bool(bits & 2),
        memory_nearly_full=bool(bits & 4),
        ofd_overdue=bool(bits & 8),
    )
