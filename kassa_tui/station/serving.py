"""One request, carried out by the part of the station whose work it is."""

from __future__ import annotations

from drivers.register import OutcomeUnknown, Refused, ShiftState
from kassa_tui.journal.errors import JournalError
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Tape, Uncertain
from kassa_tui.station.cash import Cash
from kassa_tui.station.closing_preview import PreviewClosing
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import remembered
from kassa_tui.station.office import Office
from kassa_tui.station.outbox import Outbox
from kassa_tui.station.payments import Payments
from kassa_tui.station.reconciliation.mending import Mender
from kassa_tui.station.reconciliation.requests import (
    IssueForRow,
    Mending,
    ReadShiftTape,
    SetRight,
)
from kassa_tui.station.reconciliation.shift_tape import ShiftTapes
from kassa_tui.station.recorder import Recorder
from kassa_tui.station.requests import (
    MAX_TAPE,
    CloseShift,
    ContinuePrint,
    IssueReceipt,
    MoveCash,
    OpenShift,
    PaymentRequest,
    PrintCopy,
    ReadTape,
    Refresh,
    Request,
    RotateShift,
    SettleByHand,
    SettleCall,
    SettleCash,
    XReport,
)
from kassa_tui.station.rights import missing_right
from kassa_tui.station.settlement import Settlement
from kassa_tui.station.shift import Shift
from kassa_tui.station.telling import Telling

_TOUCHES_DRAWER = (
    PaymentRequest | IssueReceipt | IssueForRow | SetRight | MoveCash | CloseShift | RotateShift
)


class Serving:
    """Who may ask for what, who does it, and what an error of theirs is as an answer."""

    def __init__(
        self,
        desk: Desk,
        settlement: Settlement,
        recorder: Recorder,
        payments: Payments,
        shift: Shift,
        cash: Cash,
        tapes: ShiftTapes,
        mender: Mender | None,
        office: Office | None,
        outbox: Outbox | None,
        telling: Telling,
    ) -> None:
        self._desk = desk
        self._settlement = settlement
        self._recorder = recorder
        self._payments = payments
        self._shift = shift
        self._cash = cash
        self._tapes = tapes
        self._mender = mender
        self._office = office
        self._outbox = outbox
        self._telling = telling

    async def serve(self, request: Request) -> Answer:
        """Do what is asked; what the register or the journal says against it is the answer."""
        if self._office is not None:
            told = self._telling.status
            is_expired = told is not None and told.shift is ShiftState.EXPIRED
            lacking = missing_right(request, self._office.permissions)
            if lacking is not None and not is_expired:
                return Declined(Objection.NOT_ALLOWED, lacking)
        try:
            if self._cash.is_cut and isinstance(request, _TOUCHES_DRAWER):
                await self._cash.settle(await self._desk.status())
            match request:
                case _ if isinstance(request, PaymentRequest):
                    return await self._payments.take(request)
                case IssueReceipt(payment_id):
                    return await self._payments.issue(payment_id)
                case SettleByHand():
                    return await self._settlement.settle_by_hand(request)
                case SettleCash():
                    return await self._cash.settle_by_hand(request)
                case SettleCall():
                    if self._outbox is None:
                        return Declined(Objection.NOTHING_TO_SETTLE)
                    return await self._outbox.settle_by_hand(request)
                case OpenShift() | CloseShift() | RotateShift() if self._settlement.open:
                    return Declined(Objection.UNSETTLED)
                case OpenShift():
                    return await self._shift.open(request)
                case CloseShift():
                    return await self._shift.close(request)
                case RotateShift():
                    return await self._rotate(request)
                case PreviewClosing():
                    return await self._shift.preview(
                        len(self._telling.unissued()), len(self._settlement.open)
                    )
                case MoveCash():
                    status = await self._recorder.ready(abs(request.amount))
                    if isinstance(status, Declined):
                        return status
                    return await self._cash.move(request, status)
                case ReadTape(first, last):
                    documents = await self._desk.tape(first, min(last, first + MAX_TAPE - 1))
                    return Tape(tuple(map(remembered, documents)))
                case _ if isinstance(request, Mending):
                    if self._mender is None:
                        return Declined(Objection.CRM_NEEDED)
                    return await self._mender.mend(request)
                case ReadShiftTape():
                    return await self._tapes.read_some(request, await self._desk.status())
                case XReport():
                    await self._desk.read(self._desk.register.x_report())
                case PrintCopy():
                    await self._desk.read(self._desk.register.print_copy())
                case ContinuePrint():
                    await self._desk.read(self._desk.register.continue_print())
                case Refresh():
                    if self._office is not None and self._outbox is not None:
                        self._office.expect_news()
                        await self._office.look()
                        self._outbox.wake()
            return Done()
        except Refused as refused:
            return Declined(refused.reason, refused.detail)
        except OutcomeUnknown:
            return Uncertain()
        except JournalError as error:
            return Declined(Objection.JOURNAL_FAILED, str(error))

    async def _rotate(self, request: RotateShift) -> Answer:
        """The cash that was counted stays in the drawer for the next shift."""
        closed = await self._shift.close(request)
        if not isinstance(closed, Done):
            return closed
        counted = closed.report.counted_cash if closed.report is not None else None
        opened = await self._shift.open(OpenShift(counted_cash=counted))
        return closed if isinstance(opened, Done) else opened
