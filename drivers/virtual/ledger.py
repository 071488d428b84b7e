"""What each event does to shift, counters, numbers and drawer: from one `State` to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm
from drivers.virtual.counters import Counters
from drivers.virtual.fiscal_storage import FnState
from drivers.virtual.receipt_building import AMOUNT_LIMIT
from drivers.virtual.refusals import DeviceRefused, Refusal
from drivers.virtual.state import Shift, State


def with_report(state: State, fn: FnState) -> State:
    """A report that counts nothing but itself."""
    numbers = replace(state.numbers, document=state.numbers.document + 1)
    return replace(state, fn=fn, numbers=numbers)


def with_shift_opened(state: State, fn: FnState, document: FiscalDocument) -> State:
    shift = Shift(
        number=state.shift.number + 1,
        opened_at=document.date_time,
        first_document=document.fiscal_document_number,
    )
    return replace(with_report(state, fn), shift=shift)


def with_shift_closed(state: State, fn: FnState, documents: int, zero_cash: bool) -> State:
    closed = with_report(state, fn)
    return replace(
        closed,
        shift=replace(state.shift, opened_at=None, documents=documents),
        numbers=replace(closed.numbers, z_reports=state.numbers.z_reports + 1),
        drawer=0 if zero_cash else state.drawer,
    )


def with_x_report(state: State) -> State:
    printed = with_report(state, state.fn)
    numbers = replace(printed.numbers, x_reports=state.numbers.x_reports + 1)
    return replace(printed, numbers=numbers)


def with_receipt(state: State, fn: FnState, document: FiscalDocument, copy: Sequence[str]) -> State:
    """A receipt moves the cash of the drawer; a correction only counts.

    Refusals: NOT_ENOUGH_CASH, CASH_OVERFLOW.
    """
    sign, payments = document.calculation_sign, document.payments
    assert sign is not None
    assert payments is not None
    recorded = with_report(state, fn)
    numbers, drawer = recorded.numbers, state.drawer
    if document.form is DocumentForm.CORRECTION_RECEIPT:
        numbers = replace(numbers, corrections=numbers.corrections + 1)
    else:
        drawer = _moved(drawer, payments.cash, sign.takes_money_in)
        receipts = {**numbers.receipts, sign: numbers.receipts[sign] + 1}
        numbers = replace(numbers, receipts=receipts)
    shift = replace(
        state.shift,
        receipts=state.shift.receipts + 1,
        counters=state.shift.counters.with_document(document),
    )
    return replace(
        recorded,
        shift=shift,
        counters=state.counters.with_document(document),
        numbers=numbers,
        drawer=drawer,
        paper=replace(state.paper, copy=tuple(copy)),
    )


def with_cancelled(state: State, sign: CalculationSign, subtotal: int) -> State:
    """A receipt that was dropped."""

    def counted(counters: Counters) -> Counters:
        one = {sign: counters.cancelled[sign].plus(subtotal)}
        return replace(counters, cancelled={**counters.cancelled, **one})

    return replace(
        _counted(state, counted(state.shift.counters), counted(state.counters)),
        numbers=replace(state.numbers, cancelled=state.numbers.cancelled + 1),
    )


def with_cash_in(state: State, amount: int) -> State:
    """Refusal: CASH_OVERFLOW."""

    def counted(counters: Counters) -> Counters:
        return replace(counters, cash_in=counters.cash_in.plus(amount))

    moved = with_report(state, state.fn)
    return replace(
        _counted(moved, counted(state.shift.counters), counted(state.counters)),
        drawer=_moved(state.drawer, amount, comes_in=True),
        numbers=replace(moved.numbers, cash_in=state.numbers.cash_in + 1),
    )


def with_cash_out(state: State, amount: int) -> State:
    """Refusal: NOT_ENOUGH_CASH."""

    def counted(counters: Counters) -> Counters:
        return replace(counters, cash_out=counters.cash_out.plus(amount))

    moved = with_report(state, state.fn)
    return replace(
        _counted(moved, counted(state.shift.counters), counted(state.counters)),
        drawer=_moved(state.drawer, amount, comes_in=False),
        numbers=replace(moved.numbers, cash_out=state.numbers.cash_out + 1),
    )


def _counted(state: State, shift: Counters, total: Counters) -> State:
    return replace(state, counters=total, shift=replace(state.shift, counters=shift))


def _moved(drawer: int, amount: int, comes_in: bool) -> int:
    """The drawer after cash came in or went out."""
    if comes_in:
        if drawer + amount >= AMOUNT_LIMIT:
            raise DeviceRefused(Refusal.CASH_OVERFLOW, str(drawer + amount))
        return drawer + amount
    if amount > drawer:
        raise DeviceRefused(Refusal.NOT_ENOUGH_CASH, f"{drawer} in the drawer, {amount} wanted")
    return drawer - amount
