"""Making the documents: requisites put together, recorded in the FN, counted, printed.

Whether a document may be made now is decided before, by `admission`; here a document is
refused only for what it holds itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, CorrectionType, DocumentForm
from drivers.ffd.receipt import Cashier, Payments, VatSum
from drivers.ffd.tlv import Tlv
from drivers.register import FnPhase
from drivers.virtual import ledger, paper, reports
from drivers.virtual.counters import Counters
from drivers.virtual.device import Device
from drivers.virtual.facts import ClosedReceipt, CurrentDocument
from drivers.virtual.fiscal_storage import FiscalStorage, FnState
from drivers.virtual.paper import PLAIN, ReceiptPaper
from drivers.virtual.receipt_building import (
    AMOUNT_LIMIT,
    FORMS,
    Draft,
    cashier_tags,
    check_complete,
    correction_tags,
    extra_tags,
    payment_tags,
    settled,
    tax_system_of,
    vat_tags,
)
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration
from drivers.virtual.state import State, stored
from drivers.virtual.store import Store, StoredDocument

_ADMINISTRATOR = Cashier(name="Администратор")


def register_new(store: Store, registration: Registration, now: datetime) -> None:
    """Make a new register: its state and FD 1 in one transaction."""
    at = now.replace(microsecond=0)
    fn = FnState(phase=FnPhase.FISCAL, registered_on=at.date(), last_at=at, ofd_reachable_since=at)
    storage = FiscalStorage(store, registration)
    tags = reports.registration_tags(
        registration, cashier_tags(_ADMINISTRATOR), storage.days_left(fn, at)
    )
    fn, _, row = storage.record(fn, DocumentForm.REGISTRATION, tags, at)
    store.commit(stored(State(fn=fn), registration), [row])


class Recorder:
    """Makes the documents of one register. Any of them may raise `PowerLost` (a fault)."""

    def __init__(self, registration: Registration, device: Device) -> None:
        self._registration = registration
        self._device = device
        self._fn = device.storage

    def open_shift(
        self, draft: Draft, cashier: Cashier, now: datetime, *, printed: bool
    ) -> FiscalDocument:
        """Form 2."""
        state, extra = self._device.state, extra_tags(draft)
        tags = reports.shift_opening_tags(
            self._registration,
            cashier_tags(cashier, extra),
            extra,
            state.shift.number + 1,
            self._warnings(now),
        )
        fn, document, row = self._fn.record(state.fn, DocumentForm.SHIFT_OPENING, tags, now)
        opened = ledger.with_shift_opened(state, fn, document)
        return self._write_report("open_shift", opened, document, row, printed=printed)

    def close_shift(
        self, draft: Draft, cashier: Cashier, now: datetime, *, printed: bool, zero_cash: bool
    ) -> FiscalDocument:
        """Form 5, with the totals above it on paper."""
        state, extra = self._device.state, extra_tags(draft)
        documents = state.fn.last_number - state.shift.first_document + 2
        tags = reports.shift_closing_tags(
            self._registration,
            cashier_tags(cashier, extra),
            extra,
            shift=state.shift.number,
            receipts=state.shift.receipts,
            documents=documents,
            ofd=self._fn.ofd(state.fn),
            days_left=self._fn.days_left(state.fn, now),
            warnings=self._warnings(now),
            shift_counters=state.shift.counters,
            total_counters=state.counters,
        )
        fn, document, row = self._fn.record(state.fn, DocumentForm.SHIFT_CLOSING, tags, now)
        closed = ledger.with_shift_closed(state, fn, documents, zero_cash)
        totals = paper.render_totals(
            "СУТОЧНЫЙ ОТЧЕТ С ГАШЕНИЕМ",
            now,
            state.shift.number,
            state.shift.counters,
            state.drawer,
        )
        return self._write_report(
            "close_shift", closed, document, row, printed=printed, above=totals
        )

    def report_state(self, draft: Draft, now: datetime) -> FiscalDocument:
        """Form 21."""
        state = self._device.state
        is_open = state.shift.opened_at is not None
        tags = reports.state_tags(
            self._registration,
            extra_tags(draft),
            shift=state.shift.number if is_open else None,
            ofd=self._fn.ofd(state.fn),
            days_left=self._fn.days_left(state.fn, now),
            warnings=self._warnings(now),
            unsent_counters=self._unsent_counters(),
            total_counters=state.counters,
        )
        fn, document, row = self._fn.record(state.fn, DocumentForm.STATE_REPORT, tags, now)
        return self._write_report("state_report", ledger.with_report(state, fn), document, row)

    def close_archive(self, cashier: Cashier, now: datetime) -> FiscalDocument:
        """Form 6."""
        state = self._device.state
        tags = reports.archive_closing_tags(
            self._registration, cashier_tags(cashier), state.shift.number, state.counters
        )
        fn, document, row = self._fn.record(state.fn, DocumentForm.FN_CLOSING, tags, now)
        closed = ledger.with_report(state, replace(fn, phase=FnPhase.CLOSED))
        return self._write_report("close_archive", closed, document, row)

    def close_receipt(
        self,
        draft: Draft,
        payments: Payments,
        tax_system: int,
        cashier: Cashier,
        now: datetime,
        *,
        rounding: int = 0,
        printed: bool = True,
        command: str = "close_receipt",
    ) -> ClosedReceipt:
        """Form 3, or form 31 with items. `command` is the name that faults go by."""
        if not 0 <= rounding <= draft.subtotal % 100:
            raise DeviceRefused(Refusal.BAD_PARAMETER, f"rounding by {rounding}")
        if draft.sign is None:
            raise DeviceRefused(Refusal.ZERO_TOTAL)
        total = draft.subtotal - rounding
        recorded, change = settled(total, payments)
        check_complete(draft)
        body = (
            *(correction_tags(draft) if draft.kind is CurrentDocument.CORRECTION else ()),
            *(line.encoded for line in draft.lines),
            *payment_tags(total, recorded),
            *vat_tags(draft.vat.items()),
        )
        extra = ReceiptPaper(
            tendered=payments.cash,
            change=change,
            texts=draft.texts,
            hidden=frozenset(i for i, line in enumerate(draft.lines) if not line.item.printed),
        )
        tags = self._receipt_tags(draft, draft.sign, tax_system, cashier, body)
        document = self._write_receipt(command, draft, tags, now, printed, extra)
        return ClosedReceipt(document, change)

    def close_correction(
        self,
        draft: Draft,
        kind: CorrectionType,
        sign: CalculationSign,
        total: int,
        payments: Payments,
        vat: Sequence[VatSum],
        tax_system: int,
        cashier: Cashier,
        now: datetime,
        *,
        printed: bool,
    ) -> FiscalDocument:
        """Form 31 by sums alone."""
        if not 0 <= total < AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.TOTAL_OVERFLOW, str(total))
        recorded, change = settled(total, payments)
        if change:
            raise DeviceRefused(Refusal.WRONG_SUM, f"{payments.total} paid of {total}")
        self._check_vat(vat, total)
        body = (
            *correction_tags(draft, kind),
            *payment_tags(total, recorded),
            *vat_tags([(one.rate, one.amount) for one in vat]),
        )
        tags = self._receipt_tags(draft, sign, tax_system, cashier, body)
        return self._write_receipt("close_correction", draft, tags, now, printed)

    def _check_vat(self, vat: Sequence[VatSum], total: int) -> None:
        for one in vat:
            if one.rate not in self._registration.vat_rates:
                raise DeviceRefused(Refusal.UNSUPPORTED_RATE, one.rate.name_en)
        if len({one.rate for one in vat}) != len(vat) or sum(one.amount for one in vat) > total:
            raise DeviceRefused(Refusal.WRONG_SUM, "VAT beyond the total")

    def _receipt_tags(
        self,
        draft: Draft,
        sign: CalculationSign,
        tax_system: int,
        cashier: Cashier,
        body: Sequence[Tlv],
    ) -> tuple[Tlv, ...]:
        shift, extra = self._device.state.shift, extra_tags(draft)
        return reports.receipt_tags(
            self._registration,
            cashier_tags(cashier, extra),
            extra,
            shift=shift.number,
            receipt=shift.receipts + 1,
            sign=sign,
            tax_system=tax_system_of(tax_system, self._registration),
            body=body,
        )

    def _write_receipt(
        self,
        command: str,
        draft: Draft,
        tags: Sequence[Tlv],
        now: datetime,
        printed: bool,
        extra: ReceiptPaper = PLAIN,
    ) -> FiscalDocument:
        """Record, count, move the cash, keep the copy, and print."""
        state = self._device.state
        fn, document, row = self._fn.record(state.fn, FORMS[draft.kind], tags, now)
        lines = paper.render(document, self._registration, extra)
        state = ledger.with_receipt(state, fn, document, lines)
        self._device.commit(command, state, lines if printed and draft.printed else (), [row])
        return document

    def _write_report(
        self,
        command: str,
        state: State,
        document: FiscalDocument,
        row: StoredDocument,
        *,
        printed: bool = True,
        above: Sequence[str] = (),
    ) -> FiscalDocument:
        lines = (*above, *paper.render(document, self._registration)) if printed else ()
        self._device.commit(command, state, lines, [row])
        return document

    def _warnings(self, now: datetime) -> tuple[Tlv, ...]:
        fn = self._device.state.fn
        left, capacity = self._fn.memory_left(fn), self._registration.fn_capacity_documents
        return reports.warning_tags(self._fn.warnings(fn, now), left * 100 < capacity)

    def _unsent_counters(self) -> Counters:
        fn = self._device.state.fn
        counters = Counters()
        for number in range(fn.acknowledged + 1, fn.last_number + 1):
            counters = counters.with_document(self._fn.find(number))
        return counters
