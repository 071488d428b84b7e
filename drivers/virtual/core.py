"""The register itself: shift, receipts, counters, drawer and printer around one FN.

A plain synchronous state machine for one thread. It knows no protocol: faces translate
commands into calls of `VirtualRegister`, and `DeviceRefused` into their own error codes.
Everything that a power cut leaves in a real register is in the store when a call returns;
the open document is not, and is lost with the process.

Money is integer kopecks everywhere. An `operator` is the row of the cashier table (1..30)
whose password came with the command; who stands in that row is a setting of the face, which
hands over a `Cashier` where a document names one.

Every command raises `DeviceRefused` and then has changed nothing, or `PowerLost` (an
injected fault), after which the face drops its link and calls `restart`. Only time passes in
a refused command as in any other: prints go on, the operator answers, injected faults happen.

Where the descriptions of real firmware are silent: a correction moves no cash in the drawer
(the money came or went earlier); VAT is computed of each rate's sum; the shift may be closed
after the end of the FN's term and without room in its memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drivers.ffd import cp866
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import (
    CalculationSign,
    CorrectionType,
    DocumentForm,
    FfdVersion,
)
from drivers.ffd.receipt import Cashier, Payments, VatSum
from drivers.ffd.tlv import Tlv
from drivers.register import OfdStatus
from drivers.virtual import ledger, paper
from drivers.virtual.admission import Admission
from drivers.virtual.counters import Counters, RunningNumbers
from drivers.virtual.device import Clock, Device
from drivers.virtual.drafting import Drafting
from drivers.virtual.facts import (
    ClosedReceipt,
    CurrentDocument,
    Cut,
    FnFacts,
    ItemLine,
    OfdTicket,
    OpenDocument,
    PrinterFacts,
    ShiftFacts,
    Timing,
)
from drivers.virtual.faults import Faults
from drivers.virtual.printer import PaperSink
from drivers.virtual.receipt_building import (
    AMOUNT_LIMIT,
    FORMS,
    Draft,
)
from drivers.virtual.recording import Recorder, register_new
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from drivers.virtual.state import State, read_registration, read_state
from drivers.virtual.store import Store

_MAX_FEED = 255
_MAX_TEXT_LINES = 200
_RECEIPTS = (CurrentDocument.RECEIPT, CurrentDocument.CORRECTION)
_SIGNS_OF_SUM_CORRECTIONS = (CalculationSign.SALE, CalculationSign.EXPENSE)


class VirtualRegister:
    """One register.

    Attributes:
        registration: What it is registered with.
        faults: The injected faults, shared with the face.
    """

    def __init__(self, store: Store, registration: Registration, device: Device) -> None:
        """Use `open`."""
        self.registration = registration
        self.faults = device.faults
        self._store = store
        self._device = device
        self._fn = device.storage
        self._recorder = Recorder(registration, device)
        self._drafting = Drafting(registration)
        self._admission = Admission(registration, device, self._drafting, self._recorder)

    @classmethod
    def open(
        cls,
        state: Path | None,
        registration: Registration,
        clock: Clock,
        paper: PaperSink = lambda line: None,
        *,
        faults: Faults | None = None,
        timing: Timing | None = None,
    ) -> VirtualRegister:
        """The register kept in the file `state` (None: in memory), made when missing.

        A new register is registered at once: FD 1 is its registration report. An existing
        file keeps its own registration, and `registration` is not looked at.

        Raises:
            StateInUse: Another process has the file open.
            StateCorrupt: The file is no state of a register.
            StateTooNew: It was written by a newer version of the program.
            StateError: It cannot be opened at all.
        """
        store = Store(state)
        try:
            faults = faults or Faults()
            if store.is_new:
                register_new(store, registration, clock())
            registration = read_registration(store)
            device = Device(
                store, read_state(store), registration, clock, paper, faults, timing or Timing()
            )
            register = cls(store, registration, device)
            device.restart()
        except BaseException:
            store.close()
            raise
        return register

    def close(self) -> None:
        """Give the file back. The open document is lost, as with a power cut."""
        self._drafting.drop()
        self._store.close()

    def restart(self) -> None:
        """Power off and on: the open document is cancelled, a torn print starts again."""
        self._drafting.drop()
        self._device.restart()

    # Facts. Reading one lets time pass first: prints go on, the operator answers.

    def now(self) -> datetime:
        """The register's clock, aware."""
        return self._device.now()

    @property
    def shift(self) -> ShiftFacts:
        now = self._device.tick()
        shift = self._state.shift
        documents = shift.documents
        if shift.opened_at is not None:
            documents = self._state.fn.last_number - shift.first_document + 1
        return ShiftFacts(
            state=self._admission.shift_state(now),
            number=shift.number,
            opened_at=shift.opened_at,
            receipts=shift.receipts,
            documents=documents,
        )

    @property
    def fn(self) -> FnFacts:
        now = self._device.tick()
        fn, draft = self._state.fn, self._drafting.draft
        return FnFacts(
            phase=fn.phase,
            current_document=draft.kind if draft else CurrentDocument.NONE,
            warnings=self._fn.warnings(fn, now),
            last_document_at=fn.last_at,
            last_fiscal_document_number=fn.last_number,
            valid_until=self._fn.valid_until(fn),
            memory_left_documents=self._fn.memory_left(fn),
            ofd_memory_left_documents=self._fn.ofd_memory_left(fn),
        )

    @property
    def ofd(self) -> OfdStatus:
        self._device.tick()
        return self._fn.ofd(self._state.fn)

    @property
    def open_document(self) -> OpenDocument | None:
        draft = self._drafting.draft
        return draft.facts() if draft else None

    @property
    def printer(self) -> PrinterFacts:
        self._device.tick()
        return self._device.printer

    @property
    def cash_in_drawer(self) -> int:
        """Kopecks."""
        return self._state.drawer

    @property
    def shift_counters(self) -> Counters:
        """Of the open shift, or of the last closed one."""
        return self._state.shift.counters

    @property
    def total_counters(self) -> Counters:
        """Since registration; nothing resets them."""
        return self._state.counters

    @property
    def numbers(self) -> RunningNumbers:
        return self._state.numbers

    def find(self, fiscal_document_number: int) -> FiscalDocument:
        """A document of the archive with all its tags. Refusal: NO_SUCH_DOCUMENT."""
        self._device.tick()
        return self._fn.find(fiscal_document_number)

    def ticket(self, fiscal_document_number: int) -> OfdTicket | None:
        """The operator's ticket, None while it is awaited. Refusal: NO_SUCH_DOCUMENT."""
        self._device.tick()
        return self._fn.ticket(fiscal_document_number)

    # Settings of faces (table values), durable.

    def setting(self, key: str) -> str | None:
        """A value kept for a face, None when it was never set."""
        return self._store.setting(key)

    def set_setting(self, key: str, value: str) -> None:
        """Keep a value for a face; survives a power cut."""
        self._store.set_setting(key, value)

    # Shift.

    def begin_shift_opening(self, operator: int) -> None:
        """Start the opening report so that `add_tag` can add to it. Optional."""
        now = self._admission.start("begin_shift_opening")
        self._drafting.require_none()
        self._admission.check_shift_opening(now)
        self._drafting.begin(CurrentDocument.SHIFT_OPENING, operator)

    def open_shift(
        self, operator: int, cashier: Cashier, *, printed: bool = True
    ) -> FiscalDocument:
        """Record the shift opening report (form 2); a begun one is finished."""
        now = self._admission.start("open_shift", prints=printed)
        draft = self._drafting.report(CurrentDocument.SHIFT_OPENING, operator)
        self._admission.check_shift_opening(now)
        with self._drafting.ending():
            return self._recorder.open_shift(draft, cashier, now, printed=printed)

    def begin_shift_closing(self, operator: int) -> None:
        """Start the closing report so that `add_tag` can add to it. Optional."""
        self._admission.start("begin_shift_closing")
        self._drafting.require_none()
        self._admission.require_open_shift()
        self._drafting.begin(CurrentDocument.SHIFT_CLOSING, operator)

    def close_shift(
        self, operator: int, cashier: Cashier, *, printed: bool = True, zero_cash: bool = False
    ) -> FiscalDocument:
        """Record the shift closing report (form 5) and print the totals (Z).

        Works in an expired shift, and while documents for the OFD block everything else.
        `zero_cash` empties the drawer's account, as a table setting of real registers does.
        """
        now = self._admission.start("close_shift", prints=printed)
        draft = self._drafting.report(CurrentDocument.SHIFT_CLOSING, operator)
        self._admission.require_open_shift()
        self._admission.check_fn(DocumentForm.SHIFT_CLOSING, now)
        with self._drafting.ending():
            return self._recorder.close_shift(
                draft, cashier, now, printed=printed, zero_cash=zero_cash
            )

    def x_report(self) -> None:
        """Print the totals of the shift; records nothing. Refusal: SHIFT_CLOSED."""
        now = self._admission.start("x_report", prints=True)
        self._drafting.require_none()
        self._admission.require_open_shift()
        state = self._state
        lines = paper.render_totals(
            "СУТОЧНЫЙ ОТЧЕТ БЕЗ ГАШЕНИЯ",
            now,
            state.shift.number,
            state.shift.counters,
            state.drawer,
        )
        self._device.commit("x_report", ledger.with_x_report(state), lines)

    # Receipt.

    def open_receipt(self, sign: CalculationSign, operator: int, *, printed: bool = True) -> None:
        """Begin a receipt. Needs an open, unexpired shift and no open document.

        With `printed` the printer must be ready, here and for every item.
        """
        now = self._admission.start("open_receipt", prints=printed)
        self._drafting.require_none()
        self._admission.check_receipt(DocumentForm.RECEIPT, now)
        self._drafting.begin(CurrentDocument.RECEIPT, operator, sign, printed=printed)

    def begin_correction(
        self, operator: int, sign: CalculationSign | None = None, *, printed: bool = True
    ) -> None:
        """Begin a correction receipt; without `sign` the first item decides it."""
        now = self._admission.start("begin_correction", prints=printed)
        self._drafting.require_none()
        self._admission.check_receipt(DocumentForm.CORRECTION_RECEIPT, now)
        self._drafting.begin(CurrentDocument.CORRECTION, operator, sign, printed=printed)

    def add_item(self, item: ItemLine, *, sign: CalculationSign, operator: int) -> None:
        """Add an operation to the open receipt. It opens none by itself.

        Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, WRONG_RECEIPT_TYPE (another `sign`),
        CORRECTION_FORM (FFD 1.05), WRONG_SUM, UNSUPPORTED_RATE, PRICE_RANGE, QUANTITY_RANGE,
        EXCISE_GOODS, MARKED_GOODS, TAG_FORMAT, TAG_TOO_LONG, TAG_MISSING (no name before FFD
        1.2), BAD_PARAMETER, TOO_MANY_ITEMS, TOTAL_OVERFLOW, the printer's and the shift's.
        """
        draft = self._drafting.of(operator)
        now = self._admission.start("add_item", prints=draft.printed)
        self._admission.require_receipt_shift(now)
        draft.add_item(item, sign)
        if self.faults.fires("power-cut-in-items", "add_item"):
            self._drafting.drop()
            self._device.lose_power()

    def add_tag(self, tag: Tlv, *, operator: int) -> None:
        """Add a requisite to the open document (receipt, correction, shift report).

        1178 and 1179 may come bare or inside 1174; 1227 and 1228 are wrapped in 1256 in FFD
        1.2. Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, TAG_NOT_ALLOWED (in this document, or
        one that the register makes itself, or a second one of what occurs once), TAG_FORMAT,
        TAG_TOO_LONG.
        """
        self._admission.start("add_tag")
        self._drafting.of(operator).add_tag(tag)

    def add_item_tag(self, tag: Tlv, *, operator: int) -> None:
        """Add a requisite to the last item. Refusals as `add_tag`; NO_DATA without an item."""
        self._admission.start("add_item_tag")
        self._drafting.of(operator).add_item_tag(tag)

    def close_receipt(
        self,
        payments: Payments,
        *,
        tax_system: int,
        operator: int,
        cashier: Cashier,
        rounding: int = 0,
        printed: bool = True,
    ) -> ClosedReceipt:
        """Record the open receipt, or the open correction with items.

        Args:
            payments: What was handed over; `cash` beyond the total comes back as change.
            tax_system: 1055 as the host sent it; exactly one bit of the registration's.
            rounding: 0..99 kopecks taken off the total, no more than its kopecks.

        Refusals: NO_DOCUMENT_OPEN, OTHER_OPERATOR, PAYMENTS_BELOW_TOTAL, CASHLESS_ABOVE_TOTAL,
        ZERO_TOTAL, NOT_ENOUGH_CASH, TAX_SYSTEM, TAG_MISSING, BAD_PARAMETER, the FN's, the
        printer's and the shift's. The receipt stays open, as it does in a real register.
        """
        draft = self._drafting.of(operator)
        now = self._admission.start("close_receipt", prints=printed and draft.printed)
        if draft.kind not in _RECEIPTS:
            raise DeviceRefused(Refusal.WRONG_RECEIPT_TYPE, draft.kind.name)
        if not draft.lines and self._corrects_by_sums(draft):
            raise DeviceRefused(Refusal.CORRECTION_FORM, "FFD 1.05 corrects by sums")
        self._admission.check_receipt(FORMS[draft.kind], now)
        with self._drafting.ending():
            return self._recorder.close_receipt(
                draft, payments, tax_system, cashier, now, rounding=rounding, printed=printed
            )

    def close_correction(
        self,
        kind: CorrectionType,
        sign: CalculationSign,
        total: int,
        payments: Payments,
        *,
        vat: Sequence[VatSum],
        tax_system: int,
        operator: int,
        cashier: Cashier,
        printed: bool = True,
    ) -> FiscalDocument:
        """Record the open correction by sums alone: the form of FFD 1.05, without items.

        Refusals as `close_receipt`; WRONG_SUM when the payments exceed `total` or the VAT
        does, WRONG_RECEIPT_TYPE for a return, CORRECTION_FORM in FFD 1.1 and 1.2, where a
        correction has items.
        """
        draft = self._drafting.of(operator)
        now = self._admission.start("close_correction", prints=printed and draft.printed)
        if draft.kind is not CurrentDocument.CORRECTION:
            raise DeviceRefused(Refusal.WRONG_RECEIPT_TYPE, draft.kind.name)
        if not self._corrects_by_sums(draft):
            raise DeviceRefused(Refusal.CORRECTION_FORM, "a correction has items since FFD 1.1")
        if sign not in _SIGNS_OF_SUM_CORRECTIONS or draft.sign not in (None, sign):
            raise DeviceRefused(Refusal.WRONG_RECEIPT_TYPE, sign.name_en)
        self._admission.check_receipt(DocumentForm.CORRECTION_RECEIPT, now)
        with self._drafting.ending():
            return self._recorder.close_correction(
                draft, kind, sign, total, payments, vat, tax_system, cashier, now, printed=printed
            )

    def cancel_document(self) -> None:
        """Drop the open document; nothing is recorded. Refusal: NO_DOCUMENT_OPEN."""
        now = self._admission.start("cancel_document")
        draft = self._drafting.draft
        if draft is None:
            raise DeviceRefused(Refusal.NO_DOCUMENT_OPEN)
        self._drafting.drop()
        if draft.kind not in _RECEIPTS or draft.sign is None:
            return
        state = ledger.with_cancelled(self._state, draft.sign, draft.subtotal)
        printed = draft.printed and draft.lines and self._device.can_print()
        lines = paper.render_cancelled(now, draft.subtotal) if printed else ()
        self._device.commit("cancel_document", state, lines)

    # Reports, drawer, archive, clock.

    def begin_state_report(self, operator: int) -> None:
        """Start a state of settlements report, so that `add_tag` can add to it. Optional."""
        now = self._admission.start("begin_state_report")
        self._drafting.require_none()
        self._admission.check_fn(DocumentForm.STATE_REPORT, now)
        self._drafting.begin(CurrentDocument.STATE_REPORT, operator)

    def state_report(self, operator: int) -> FiscalDocument:
        """Record a state of settlements report (form 21). Refusal: DOCUMENT_OPEN."""
        now = self._admission.start("state_report", prints=True)
        draft = self._drafting.report(CurrentDocument.STATE_REPORT, operator)
        self._admission.check_fn(DocumentForm.STATE_REPORT, now)
        with self._drafting.ending():
            return self._recorder.report_state(draft, now)

    def close_archive(self, cashier: Cashier) -> FiscalDocument:
        """End the fiscal mode of the FN (form 6). Refusal: SHIFT_OPEN."""
        now = self._admission.start("close_archive", prints=True)
        self._drafting.require_none()
        self._admission.require_closed_shift()
        self._admission.check_fn(DocumentForm.FN_CLOSING, now)
        return self._recorder.close_archive(cashier, now)

    def cash_in(self, amount: int, cashier: Cashier) -> int:
        """Put kopecks into the drawer's account; gives the running document number."""
        now = self._start_cash("cash_in", amount)
        state = ledger.with_cash_in(self._state, amount)
        return self._print_slip("cash_in", "ВНЕСЕНИЕ", state, amount, cashier, now)

    def cash_out(self, amount: int, cashier: Cashier) -> int:
        """Take kopecks out; gives the document number. Refusal: NOT_ENOUGH_CASH."""
        now = self._start_cash("cash_out", amount)
        state = ledger.with_cash_out(self._state, amount)
        return self._print_slip("cash_out", "ВЫПЛАТА", state, amount, cashier, now)

    def open_drawer(self) -> None:
        """Open the cash drawer; nothing is counted or recorded."""
        self._admission.start("open_drawer")

    def set_clock(self, local: datetime) -> None:
        """Set the clock to a naive local time. Refusals: SHIFT_OPEN, DOCUMENT_OPEN."""
        now = self._admission.start("set_clock")
        self._drafting.require_none()
        self._admission.require_closed_shift()
        self._device.set_clock(local.replace(tzinfo=now.tzinfo))

    # Printer.

    def print_lines(self, lines: Sequence[str]) -> None:
        """Print text. In an open receipt it stands between the items."""
        self._admission.start("print_lines", prints=True)
        if len(lines) > _MAX_TEXT_LINES:
            raise DeviceRefused(Refusal.BAD_PARAMETER, f"{len(lines)} lines")
        fitted = tuple(cp866.fit(line, paper.WIDTH) for line in lines)
        if self._drafting.draft is not None:
            self._drafting.draft.add_texts(fitted)
        else:
            self._device.commit("print_lines", self._state, fitted)

    def feed(self, lines: int) -> None:
        if not 0 <= lines <= _MAX_FEED:
            raise DeviceRefused(Refusal.BAD_PARAMETER, f"{lines} lines")
        self.print_lines([""] * lines)

    def cut(self, how: Cut) -> None:
        self._admission.start("cut", prints=True)
        self._drafting.require_none()
        line = paper.CUT if how is Cut.FULL else paper.CUT[: paper.WIDTH // 2]
        self._device.commit("cut", self._state, (line,))

    def print_copy(self) -> None:
        """Print the last receipt again, marked as a copy; a second time: NOTHING_TO_REPEAT."""
        self._admission.start("print_copy", prints=True)
        self._drafting.require_none()
        lines = self._state.paper.copy
        if not lines:
            raise DeviceRefused(Refusal.NOTHING_TO_REPEAT)
        state = replace(self._state, paper=replace(self._state.paper, copy=()))
        self._device.commit("print_copy", state, paper.copy_of(lines))

    def continue_print(self) -> None:
        """After new paper: print the torn document again as a whole.

        Refusal: NOTHING_TO_CONTINUE.
        """
        self._admission.start("continue_print")
        self._device.continue_print()

    # What a person does to the device, and what happens to its operator. Durable.

    def set_paper(self, present: bool) -> None:
        """Take the paper out, or put a roll in."""
        self._device.set_paper(present)

    def set_cover(self, is_open: bool) -> None:
        self._device.set_cover(is_open)

    def set_ofd_reachable(self, reachable: bool) -> None:
        """Cut or restore the link to the operator; unsent documents queue up meanwhile."""
        self._device.set_ofd_reachable(reachable)

    # Rules that several commands share.

    @property
    def _state(self) -> State:
        return self._device.state

    def _corrects_by_sums(self, draft: Draft) -> bool:
        return (
            draft.kind is CurrentDocument.CORRECTION
            and self.registration.ffd_version is FfdVersion.V1_05
        )

    def _start_cash(self, command: str, amount: int) -> datetime:
        now = self._admission.start(command, prints=True)
        self._drafting.require_none()
        if not 0 <= amount < AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.BAD_PARAMETER, str(amount))
        return now

    def _print_slip(
        self, command: str, title: str, state: State, amount: int, cashier: Cashier, now: datetime
    ) -> int:
        number = state.numbers.document
        lines = paper.render_slip(title, now, number, cashier.name, amount)
        self._device.commit(command, state, lines)
        return number
