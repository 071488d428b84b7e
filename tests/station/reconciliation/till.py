"""A till with its CRM, for tests of reconciliation, and what a face does with it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import cast
from uuid import UUID

from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import CalculationSign, DocumentForm, TaxSystem, VatRate
from drivers.ffd.receipt import Cashier, Payments
from drivers.ffd.tlv import Tlv
from drivers.register import Reason
from drivers.virtual.core import VirtualRegister
from drivers.virtual.facts import ItemLine
from drivers.virtual.registration import Registration
from kassa_tui.izi.models.transaction import (
    Payment,
    PaymentMethod,
    Transaction,
    TransactionDraft,
    TransactionType,
)
from kassa_tui.journal.records import PayBy
from kassa_tui.station.answers import Declined, Done
from kassa_tui.station.reconciliation.requests import (
    CompareShift,
    ReadShiftTape,
    ShiftComparison,
    TapeReach,
)
from kassa_tui.station.reconciliation.rows import Row, RowStatus
from kassa_tui.station.requests import OpenShift, TakePayment
from kassa_tui.station.tape import PAYMENT_ID_REQUISITE
from tests.station.bench import SETTINGS, Bench, Gate, Running, now

OPERATOR = 30
NEW_FN = "9999078900005678"
IVAN = "cl_41"
TOP_UP = TakePayment(total=500_00, pay_by=PayBy.CASH, client_id=IVAN)


@asynccontextmanager
async def open_till(bench: Bench, **changes: object) -> AsyncIterator[Running]:
    """A station with a CRM, its shift open on both sides."""
    await bench.open_crm()
    async with bench.station(settings=replace(SETTINGS, **changes)) as running:  # type: ignore[arg-type]
        assert await running.station.ask(OpenShift(counted_cash=0)) == Done()
        yield running


def gate(bench: Bench) -> Gate:
    assert bench.gate is not None
    return bench.gate


async def read_tape(running: Running, **which: object) -> TapeReach:
    """Ask until the shift's tape is read."""
    while True:
        reach = await running.station.ask(ReadShiftTape(**which))  # type: ignore[arg-type]
        if isinstance(reach, Declined) and reach.reason is Reason.UNREACHABLE:
            continue  # a busy machine answers late
        assert isinstance(reach, TapeReach), reach
        if reach.is_done:
            return reach


async def reconciled(running: Running, **which: object) -> ShiftComparison:
    """What a face shows of a shift."""
    await drained(running)
    await read_tape(running, **which)
    found = await running.station.ask(CompareShift(**which))  # type: ignore[arg-type]
    assert isinstance(found, ShiftComparison), found
    return found


async def drained(running: Running) -> None:
    """Until the CRM knows everything that it takes."""
    outbox = running.station._outbox
    assert outbox is not None
    await outbox.drain()
    while (await running.journal.call_counts()).pending:
        await asyncio.sleep(0.01)
        outbox.wake()


def only(found: ShiftComparison, status: RowStatus) -> Row:
    (row,) = (one for one in found.rows if one.status is status)
    return row


async def post_in_crm(
    bench: Bench, total: int = 300_00, method: PaymentMethod = PaymentMethod.CASH, number: int = 1
) -> Transaction:
    """A top-up that was made in the CRM's own screens: no station knows of it."""
    shift = await gate(bench).session.current_shift(gate(bench).club_id)
    draft = TransactionDraft(
        external_id=bench.new_id(),
        type=TransactionType.TOP_UP,
        client_id=IVAN,
        amount=total,
        payments=(Payment(method=method, amount=total),),
        occurred_at=now(),
    )
    async with gate(bench).embedded.registry() as owner:
        return await owner.post_in_crm(shift.id, draft)


async def record_by_hand(
    bench: Bench, total: int = 700_00, sign: CalculationSign = CalculationSign.SALE
) -> None:
    """A receipt that somebody makes at the register itself: it names no payment."""

    def record() -> None:
        register = bench.register
        register.open_receipt(sign, OPERATOR)
        item = ItemLine(name="Чай", price=total, vat_rate=VatRate.NO_VAT)
        register.add_item(item, sign=sign, operator=OPERATOR)
        register.close_receipt(
            Payments(cash=total),
            tax_system=int(TaxSystem.SIMPLIFIED_INCOME),
            operator=OPERATOR,
            cashier=Cashier(name="Иванова А."),
        )

    await bench.by_hand(record)


async def record_for(
    bench: Bench,
    named: UUID | None,
    total: int,
    sign: CalculationSign = CalculationSign.SALE,
    corrects: int | None = None,
) -> None:
    """A receipt that another program makes in the name of a payment (1084), or to set another
    one right by its fiscal sign (1192)."""
    requisites = []
    if named is not None:
        inside = (Tlv.of(1085, PAYMENT_ID_REQUISITE), Tlv.of(1086, str(named)))
        requisites.append(Tlv.of(1084, inside))
    if corrects is not None:
        requisites.append(Tlv.of(1192, f"{corrects:010}"))

    def record() -> None:
        register = bench.register
        register.open_receipt(sign, OPERATOR)
        line = ItemLine(name="Пополнение счёта", price=total, vat_rate=VatRate.NO_VAT)
        register.add_item(line, sign=sign, operator=OPERATOR)
        for requisite in requisites:
            register.add_tag(requisite, operator=OPERATOR)
        register.close_receipt(
            Payments(cash=total),
            tax_system=int(TaxSystem.SIMPLIFIED_INCOME),
            operator=OPERATOR,
            cashier=Cashier(name="Иванова А."),
        )

    await bench.by_hand(record)


async def documents(bench: Bench) -> list[FiscalDocument]:
    """Receipts and corrections of the register's tape."""

    def read() -> list[FiscalDocument]:
        last = bench.register.fn.last_fiscal_document_number
        tape = map(bench.register.find, range(1, last + 1))
        fiscal = (DocumentForm.RECEIPT, DocumentForm.CORRECTION_RECEIPT)
        return [one for one in tape if one.form in fiscal]

    return cast("list[FiscalDocument]", await bench.by_hand(read))


async def another_fn(bench: Bench, running: Running) -> None:
    """The FN breaks down in mid-shift; one with other numbers is put in, and a shift opened."""
    await bench.pull_out()
    bench.register.close()
    bench.register = VirtualRegister.open(
        None, Registration(fiscal_drive_number=NEW_FN), bench.clock, bench.paper.append
    )
    await bench.plug_in()
    await running.until(
        lambda s: s.register is not None and s.register.fn.fiscal_drive_number == NEW_FN
    )
    assert await running.station.ask(OpenShift()) == Done()
