"""What keeps a register from taking a receipt, read from its state. Pure."""

from __future__ import annotations

from drivers.register import FnPhase, PrintState, Reason, RegisterStatus, ShiftState


def obstacle(status: RegisterStatus) -> Reason | None:
    """Why a receipt would be refused now; None: nothing is known to stand in the way.

    An unfinished document is no obstacle: the station removes it.
    """
    if status.fn.phase is not FnPhase.FISCAL:
        return Reason.FN_CLOSED
    if status.shift is ShiftState.CLOSED:
        return Reason.SHIFT_CLOSED
    if status.shift is ShiftState.EXPIRED:
        return Reason.SHIFT_EXPIRED
    if status.cover_open:
        return Reason.COVER_OPEN
    if status.print_state is PrintState.WAITS_FOR_CONTINUE:
        return Reason.WAITS_FOR_CONTINUE
    if not status.paper_present or status.print_state is PrintState.PAPER_OUT:
        return Reason.PAPER_OUT
    return None
