"""What stands before a command: time passes, faults strike, then the shift and the FN decide."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from drivers.ffd.enumerations import CalculationSign, DocumentForm, VatRate
from drivers.ffd.receipt import Cashier, Payments
from drivers.register import ShiftState
from drivers.virtual.device import Device
from drivers.virtual.drafting import Drafting
from drivers.virtual.facts import CurrentDocument, ItemLine
from drivers.virtual.receipt_building import Draft
from drivers.virtual.recording import Recorder
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.registration import Registration

SHIFT_LENGTH = timedelta(hours=24)

_FOREIGN = Cashier(name="ДРУГАЯ ПРОГРАММА")
_FOREIGN_OPERATOR = 0


class Admission:
    """Whether a document may be made now; each `require_` and `check_` refuses otherwise."""

    def __init__(
        self, registration: Registration, device: Device, drafting: Drafting, recorder: Recorder
    ) -> None:
        self._registration = registration
        self._device = device
        self._drafting = drafting
        self._recorder = recorder
        self._command = ""

    def start(self, command: str, *, prints: bool = False) -> datetime:
        """What every command begins with. Gives the time."""
        self._command = command
        faults = self._device.faults
        self._device.tick()
        shift_is_open = self._device.state.shift.opened_at is not None
        if shift_is_open and faults.fires("shift-expires", command):
            self._expire_shift()
        if faults.fires("busy", command):
            raise DeviceRefused(Refusal.BUSY)
        can_record = shift_is_open and self._drafting.draft is None
        if can_record and faults.fires("foreign-document", command):
            self.record_foreign_document()
        if prints:
            if faults.fires("paper-out-before", command):
                self._device.set_paper(False)
            self._device.require_printer()
        return self._device.tick()

    def shift_state(self, now: datetime) -> ShiftState:
        opened_at = self._device.state.shift.opened_at
        if opened_at is None:
            return ShiftState.CLOSED
        return ShiftState.EXPIRED if now - opened_at >= SHIFT_LENGTH else ShiftState.OPEN

    def require_open_shift(self) -> None:
        """Refusal: SHIFT_CLOSED."""
        if self._device.state.shift.opened_at is None:
            raise DeviceRefused(Refusal.SHIFT_CLOSED)

    def require_closed_shift(self) -> None:
        """Refusal: SHIFT_OPEN."""
        if self._device.state.shift.opened_at is not None:
            raise DeviceRefused(Refusal.SHIFT_OPEN)

    def require_receipt_shift(self, now: datetime) -> None:
        """Refusals: SHIFT_CLOSED, SHIFT_EXPIRED."""
        self.require_open_shift()
        if self.shift_state(now) is ShiftState.EXPIRED:
            raise DeviceRefused(Refusal.SHIFT_EXPIRED)

    def check_fn(self, form: DocumentForm, now: datetime) -> None:
        """The FN takes such a document. Its own refusals."""
        self._device.storage.check(self._device.state.fn, form, now)

    def check_shift_opening(self, now: datetime) -> None:
        self.require_closed_shift()
        self._check_memory(DocumentForm.SHIFT_OPENING, now)

    def check_receipt(self, form: DocumentForm, now: datetime) -> None:
        self.require_receipt_shift(now)
        self._check_memory(form, now)

    def record_foreign_document(self) -> None:
        """Another program sells something for a rouble (an injected fault)."""
        now = self._device.tick()
        draft = Draft(
            kind=CurrentDocument.RECEIPT,
            operator=_FOREIGN_OPERATOR,
            registration=self._registration,
            printed=False,
        )
        rates = self._registration.vat_rates
        rate = VatRate.NO_VAT if VatRate.NO_VAT in rates else min(rates)
        item = ItemLine(name=_FOREIGN.name, price=100, vat_rate=rate)
        tax_system = min(self._registration.tax_systems)
        # where the FN takes no receipt the other program gets none either
        with suppress(DeviceRefused):
            self.check_receipt(DocumentForm.RECEIPT, now)
            draft.add_item(item, CalculationSign.SALE)
            payments = Payments(cash=draft.subtotal)
            self._recorder.close_receipt(
                draft, payments, int(tax_system), _FOREIGN, now, command="foreign_document"
            )

    def _check_memory(self, form: DocumentForm, now: datetime) -> None:
        self.check_fn(form, now)
        if self._device.faults.fires("fn-full", self._command):
            raise DeviceRefused(Refusal.FN_FULL)

    def _expire_shift(self) -> None:
        """The clock passes the 24 hours (an injected fault)."""
        opened_at = self._device.state.shift.opened_at
        assert opened_at is not None
        if self._device.now() < opened_at + SHIFT_LENGTH:
            self._device.set_clock(opened_at + SHIFT_LENGTH)
