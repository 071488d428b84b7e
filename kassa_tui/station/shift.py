"""The shift: opened and closed on the register and in the CRM in step.

Each step is in the journal before it is taken and may be repeated: a shift that was cut off
half-way is brought to its end by asking for the same once more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.register import OutcomeUnknown, Reason, RegisterError, RegisterStatus, ShiftState
from kassa_tui.izi.errors import CrmError
from kassa_tui.izi.models import shift as crm
from kassa_tui.izi.models.page import Order, Paging
from kassa_tui.izi.values import MAX_KOPECKS
from kassa_tui.journal.calls import CallState
from kassa_tui.journal.journal import Journal
from kassa_tui.journal.shifts import ShiftClosing, ShiftOpening, ShiftRecord, ShiftStep
from kassa_tui.station import calls
from kassa_tui.station.answers import Answer, Declined, Done, Objection, Uncertain
from kassa_tui.station.attachments import told_number
from kassa_tui.station.closing_preview import MOST_OPEN_ROWS, ClosingPreview
from kassa_tui.station.continuity import TapeCheck
from kassa_tui.station.desk import Desk
from kassa_tui.station.documents import Documents
from kassa_tui.station.objections import count_objection
from kassa_tui.station.office import CrmShift, Office
from kassa_tui.station.outbox import Outbox
from kassa_tui.station.receipts import cashier
from kassa_tui.station.reconciliation.comparing import Comparer
from kassa_tui.station.reconciliation.rows import Row
from kassa_tui.station.reconciliation.shift_tape import ShiftTapes
from kassa_tui.station.requests import CloseShift, OpenShift, RotateShift
from kassa_tui.station.settings import StationSettings
from kassa_tui.station.shift_report import journal_total, shift_report, z_report
from kassa_tui.station.shift_view import ShiftView, shift_view
from kassa_tui.station.tape_sums import TapeAdder, sums_of


class Shift:
    """Turns the shift over. Methods raise `Refused` and `JournalError`."""

    def __init__(
        self,
        desk: Desk,
        journal: Journal,
        documents: Documents,
        tape_check: TapeCheck,
        office: Office | None,
        outbox: Outbox | None,
        settings: StationSettings,
        clock: Callable[[], datetime],
        new_id: Callable[[], UUID],
        progress: Callable[[int, int], None],
        tapes: ShiftTapes,
        comparer: Comparer | None,
    ) -> None:
        """
        Args:
            progress: Is told of the tape that is being added up, see `TapeAdder`.
            comparer: Goes with the CRM.
        """
        self._desk = desk
        self._journal = journal
        self._documents = documents
        self._tape_check = tape_check
        self._office = office
        self._outbox = outbox
        self._settings = settings
        self._clock = clock
        self._new_id = new_id
        self._tape = TapeAdder(desk, tapes, settings.fiscal_s, progress)
        self._comparer = comparer
        self.record: ShiftRecord | None = None
        """The shift that is not closed, as of the last `recall`."""
        self.view: ShiftView | None = None
        """The same with its sums, as of the last `add_up`."""

    @property
    def current_id(self) -> UUID | None:
        """The journal's shift that payments belong to."""
        if self.record is None or self.record.step is not ShiftStep.OPEN:
            return None
        return self.record.opening.id

    async def recall(self) -> None:
        self.record = await self._journal.current_shift()

    async def add_up(self) -> None:
        """Sums of the shift for the faces: the longer it is, the longer they take."""
        view = None
        if self.record is not None:
            blind = self._office is not None and self._settings.blind_count
            view = await shift_view(self._journal, self.record, blind_count=blind)
        self.view = view

    async def preview(self, without_receipt: int, unsettled: int) -> ClosingPreview | Declined:
        """What the end of the shift would tell now, but for the drawer."""
        status = await self._desk.status()
        office, waiting, poisoned = self._office, 0, 0
        if office is not None and self._outbox is not None:
            await office.look()
            await self._outbox.recall()
            waiting, poisoned = self._outbox.counts.pending, self._outbox.counts.poisoned
        standing = office.shift if office is not None and office.failing_since is None else None
        if status.shift is ShiftState.CLOSED and standing is None:
            return Declined(Reason.SHIFT_CLOSED)
        tape = on_tape = compared = None
        if status.shift is not ShiftState.CLOSED:
            tape = await self._tape.read(status, may_stop=True)
            on_tape = None if tape is None else sums_of(tape)
        in_journal = 0
        if self.record is not None:
            in_journal = await journal_total(self._journal, self.record.opening.id)
        totals = standing.totals if standing is not None else None
        open_rows: tuple[Row, ...] = ()
        if tape is not None and self._comparer is not None:
            with contextlib.suppress(CrmError):  # `crm_total` says that it does not tell
                compared = await self._comparer.compare_tape(tape)
                open_rows = self._comparer.open_rows(compared.comparison_id)[:MOST_OPEN_ROWS]
        return ClosingPreview(
            register_total=on_tape.total if on_tape is not None else None,
            journal_total=in_journal,
            crm_total=totals.register_total if totals is not None else None,
            waiting=waiting,
            poisoned=poisoned,
            without_receipt=without_receipt,
            unsettled=unsettled,
            reconciliation=None if compared is None else compared.totals,
            open_rows=open_rows,
        )

    def stop_adding_up(self) -> None:
        """Tell a preview without the tape's total."""
        self._tape.stop()

    async def adopt(self, status: RegisterStatus) -> None:
        """Note what was done at the register by hand: a shift opened there, or closed."""
        record, fn = self.record, status.fn.fiscal_drive_number
        if status.shift is ShiftState.CLOSED:
            ended = (
                (ShiftStep.OPEN, ShiftStep.CLOSING) if self._office is None else (ShiftStep.OPEN,)
            )
            if record is not None and record.step in ended:
                await self._journal.shift_is_closed(record.opening.id, self._clock(), None)
                await self.recall()
            return
        key = (fn, status.shift_number)
        if record is not None and record.step is ShiftStep.OPENING:
            await self._journal.shift_is_open(record.opening.id, self._clock(), *key)
        elif record is not None and (record.fiscal_drive_number, record.number) != key:
            await self._journal.shift_is_closed(record.opening.id, self._clock(), None)
            await self._begin(status, status.cash_in_drawer or 0, "", key)
        elif record is None:
            last = await self._journal.last_shifts(1)
            if last and (last[0].fiscal_drive_number, last[0].number) == key:
                return  # the journal saw it closed; the register knows better, for a moment
            await self._begin(status, status.cash_in_drawer or 0, "", key)
        else:
            return
        await self.recall()

    async def open(self, request: OpenShift) -> Answer:
        """Open what is not open yet: the register's shift, the CRM's, or both."""
        if wrong := count_objection(request):
            return Declined(wrong)
        status = await self._desk.status()
        if status.shift is ShiftState.EXPIRED:
            return Declined(Reason.SHIFT_EXPIRED)
        if self._office is not None:
            await self._office.look()
        await self._end_closing(status)
        known_open = (CrmShift.OPEN, CrmShift.NOT_TOLD)
        in_crm = self._office is None or self._office.shift_state in known_open
        if status.shift is ShiftState.OPEN and in_crm:
            return Declined(Reason.SHIFT_OPEN)
        carried = await self._carried_over(status)
        counted = carried if request.counted_cash is None else request.counted_cash
        if counted != carried and not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED, f"{counted - carried:+d}")
        report = None
        if status.shift is ShiftState.CLOSED:
            await self.adopt(status)
            if self.record is None:
                await self._begin(status, counted, request.comment, None)
                await self.recall()
            report = await self._report(DocumentForm.SHIFT_OPENING, status)
            if report is None:
                return Uncertain()
            status = await self._desk.status()
        await self.adopt(status)
        if not in_crm:
            await self._open_in_crm(status, counted, request.comment, report)
        return Done()

    async def close(self, request: CloseShift | RotateShift) -> Answer:
        """Close it, also when it is open for too long. The count is blind (K12)."""
        if wrong := count_objection(request):
            return Declined(wrong)
        status = await self._desk.status()
        if self._outbox is not None and self._office is not None:
            await self._office.look()
            await self._outbox.drain()
            await self._office.look()
        standing = self._office.shift if self._office is not None else None
        if status.shift is ShiftState.CLOSED and standing is None:
            return Declined(Reason.SHIFT_CLOSED)
        expected = standing.expected_cash if standing else status.cash_in_drawer or 0
        counted = request.counted_cash
        if counted is None:
            if self._office is not None and self._settings.blind_count:
                return Declined(Objection.COUNT_NEEDED)
            counted = max(0, expected)
        if counted != expected and not request.comment.strip():
            return Declined(Objection.COMMENT_NEEDED, f"{counted - expected:+d}")
        await self.adopt(status)
        closing = ShiftClosing(
            closed_at=self._clock(),
            counted_cash=counted,
            expected_cash=expected,
            comment=request.comment.strip(),
        )
        record = self.record
        if record is not None:
            await self._journal.begin_closing(record.opening.id, closing)
        document = None
        if status.shift is not ShiftState.CLOSED:
            document = await self._report(DocumentForm.SHIFT_CLOSING, status)
            if document is None:
                return Uncertain()
        return await self._finish(record, standing, closing, document, status)

    async def _end_closing(self, status: RegisterStatus) -> None:
        """Bring a closing to its end that was cut off behind the register's report."""
        record = self.record
        if status.shift is not ShiftState.CLOSED or record is None or record.closing is None:
            return
        if record.step is ShiftStep.CLOSING:
            standing = self._office.shift if self._office is not None else None
            await self._finish(record, standing, record.closing, None, status)

    async def _finish(
        self,
        record: ShiftRecord | None,
        standing: crm.Shift | None,
        closing: ShiftClosing,
        document: FiscalDocument | None,
        before: RegisterStatus,
    ) -> Answer:
        """The register is closed: the tape is added up, the CRM closed and told of both.

        `before` is the register's state before the closing report.
        """
        told = None
        if document is not None:
            tape = await self._tape.read(before)
            told = z_report(document, None if tape is None else sums_of(tape))
        call = None
        subject = record.opening.id if record is not None else self._new_id()
        if standing is not None:
            crm_closing = crm.ShiftClosing(
                closed_at=closing.closed_at,
                counted_cash=closing.counted_cash,
                comment=closing.comment or None,
                z_report=told,
            )
            call = calls.close_shift(subject, crm_closing, standing.id, self._new_id)
        queued = () if call is None else (call,)
        if record is not None:
            number = None if document is None else document.fiscal_document_number
            await self._journal.shift_is_closed(subject, self._clock(), number, queued)
        else:
            await self._journal.queue_calls(queued, self._clock())
        closed = None
        if call is not None and self._outbox is not None:
            closed = calls.shift_from((await self._outbox.deliver_new(call)).result)
        if self._outbox is not None:
            await self._outbox.recall()
        await self.recall()
        total = 0 if record is None else await journal_total(self._journal, record.opening.id)
        waiting = self._outbox.counts.pending if self._outbox is not None else 0
        return Done(shift_report(closing, told, closed, total, waiting))

    async def _begin(
        self,
        status: RegisterStatus,
        cash: int,
        comment: str,
        key: tuple[str, int] | None,
    ) -> None:
        opening = ShiftOpening(
            id=self._new_id(),
            opened_at=self._clock(),
            cashier=self._settings.cashier,
            opening_cash=min(max(cash, 0), MAX_KOPECKS),
            comment=comment.strip(),
        )
        await self._journal.begin_shift(opening)
        if key is not None:
            await self._journal.shift_is_open(opening.id, self._clock(), *key)

    async def _carried_over(self, status: RegisterStatus) -> int:
        """What the last shift left in the drawer, kopecks: by the CRM, else by the journal."""
        if self._office is not None:
            try:
                page = await self._office.ask(
                    self._office.crm.shifts(
                        self._office.club_id, paging=Paging(limit=1, order=Order.DESC)
                    )
                )
            except CrmError:
                page = None  # the journal knows nearly as well
            if page is not None and page.items:
                last = page.items[0]
                left = last.expected_cash if last.counted_cash is None else last.counted_cash
                return max(0, left)
        shifts = await self._journal.last_shifts(1)
        if shifts and shifts[0].closing is not None:
            return shifts[0].closing.counted_cash
        return status.cash_in_drawer or 0

    async def _open_in_crm(
        self, status: RegisterStatus, cash: int, comment: str, report: FiscalDocument | None
    ) -> None:
        """Queued behind the register's opening; the CRM may be away."""
        assert self._outbox is not None, "the outbox goes with the CRM"
        assert self.record is not None, "an open shift has been adopted"
        assert self._desk.info is not None, "the register has told its state"
        opening = crm.ShiftOpening(
            external_id=self._new_id(),
            opened_at=self._clock(),
            opening_cash=cash,
            comment=comment.strip() or None,
            fiscal=crm.ShiftFiscal(
                kkt_reg_id=told_number(self._desk.info.registration_number),
                fiscal_drive_number=status.fn.fiscal_drive_number,
                shift_number=status.shift_number,
                open_document=None if report is None else report.fiscal_document_number,
            ),
        )
        call = calls.open_shift(self.record.opening.id, opening, self._new_id)
        await self._journal.queue_calls((call,), self._clock())
        opened = await self._outbox.deliver_new(call)
        if opened.state is not CallState.DONE and self._office is not None:
            # It will be opened when the CRM is back: sales that need no balance go on (K6).
            self._office.shift_state = CrmShift.UNKNOWN

    async def _report(self, form: DocumentForm, status: RegisterStatus) -> FiscalDocument | None:
        """Record the report; after a lost answer the tape tells. None: nobody knows yet."""
        register, who = self._desk.register, cashier(self._settings)
        if status.open_document:
            await self._desk.read(register.cancel_document())
        # Once a report is kept, nothing before it looks new any more.
        await self._tape_check.check(status)
        opening = form is DocumentForm.SHIFT_OPENING
        try:
            document = await self._desk.record(
                register.open_shift(who) if opening else register.close_shift(who)
            )
        except OutcomeUnknown:
            try:
                last = (await self._desk.status()).fn.last_fiscal_document_number
                tape = await self._desk.tape(status.fn.last_fiscal_document_number + 1, last)
            except RegisterError:
                return None
            reports = [document for document in tape if document.form is form]
            if not reports:
                return None
            document = reports[0]
        await self._documents.keep(document)
        return document
