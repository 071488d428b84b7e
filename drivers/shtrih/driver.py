"""`ShtrihRegister`: a register that speaks the Shtrih-M protocol, as the contract has it.

Nothing is polled before a document, since the register itself says what stands in its way
(50h: it prints, 58h: it waits for the print to be continued).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from drivers.ffd import validation
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.receipt import Cashier, Receipt
from drivers.register import (
    Capabilities,
    InvalidReceipt,
    OutcomeUnknown,
    Reason,
    Refused,
    RegisterInfo,
    RegisterStatus,
    Unreachable,
)
from drivers.shtrih.cashier import CashierCells
from drivers.shtrih.commands import device, fn
from drivers.shtrih.commands.request import BadValue, Request
from drivers.shtrih.connection import Connection, Protocol
from drivers.shtrih.facts import DeviceFacts, learn, read_info
from drivers.shtrih.link import DEFAULT_TIMING, LinkTiming
from drivers.shtrih.receipts import plan
from drivers.shtrih.recording import cancel, record, time_of
from drivers.shtrih.session import Session
from drivers.shtrih.status import StatusReader, is_document_open
from drivers.shtrih.tape import read_document

SYSTEM_ADMINISTRATOR = 30
"""Factory password of the only operator whom every FN command is open to."""


@dataclass(slots=True)
class _Device:
    """The register at the other end of the link as it stands now."""

    generation: int
    facts: DeviceFacts
    cashier: CashierCells
    fiscal_drive_number: str
    last_fiscal_document_number: int
    paper_off: bool
    """The paper switch, as last known."""
    clock: datetime
    """Naive, of the register, when it was last told."""
    told_at: float
    """Of the loop's clock, seconds."""
    shift_number: int | None = None

    def tells(self, clock: datetime) -> None:
        """The register has just told its time: its day may be another than was reckoned, for
        a computer that slept, or a clock that was set, goes by none of ours."""
        self.clock, self.told_at = clock, asyncio.get_running_loop().time()

    def today(self) -> date:
        """The register's date now, without asking again."""
        elapsed = asyncio.get_running_loop().time() - self.told_at
        return (self.clock + timedelta(seconds=elapsed)).date()


_STATUS_TRIES = 3


class ShtrihRegister:
    """See `drivers.register.FiscalRegister`."""

    def __init__(
        self,
        url: str,
        *,
        timezone: tzinfo,
        operator_password: int = SYSTEM_ADMINISTRATOR,
        admin_password: int = SYSTEM_ADMINISTRATOR,
        protocol: Protocol = "auto",
        timing: LinkTiming = DEFAULT_TIMING,
    ) -> None:
        """Makes no link yet.

        Args:
            url: `serial://PORT?baudrate=N` or `socket://HOST:PORT`.
            timezone: Zone of the register's clock, which knows none.
            operator_password: Who sells; his row of table 2 gets the cashier's name.
            admin_password: Who reads tables and the FN.

        Raises:
            AddressError: `url` names no register.
        """
        self._connection = Connection(url, protocol, timing)
        self._session = Session(self._connection, operator=operator_password, admin=admin_password)
        self._timezone = timezone
        self._status = StatusReader(self._session, timezone)
        self._device: _Device | None = None
        self._lock = asyncio.Lock()

    async def connect(self) -> None:
        async with self._lock:
            await self._ready()

    async def close(self) -> None:
        async with self._lock:
            self._device = None
            await self._connection.close()

    async def info(self) -> RegisterInfo:
        async with self._lock:
            return await read_info(self._session, (await self._ready()).facts)

    async def capabilities(self) -> Capabilities:
        async with self._lock:
            return (await self._ready()).facts.capabilities

    async def status(self) -> RegisterStatus:
        async with self._lock:
            for _ in range(_STATUS_TRIES):
                register = await self._ready()
                try:
                    status = await self._status.read()
                finally:
                    # Over two links it may have been told by two devices, or by two FNs.
                    is_whole = self._connection.generation == register.generation
                    if not is_whole:
                        self._status.forget()
                if is_whole:
                    break
            else:
                raise Unreachable("the link breaks whenever the state is read")
            register.fiscal_drive_number = status.fn.fiscal_drive_number
            register.last_fiscal_document_number = status.fn.last_fiscal_document_number
            register.shift_number = status.shift_number
            register.tells(status.clock.replace(tzinfo=None))
            return status

    async def open_shift(self, cashier: Cashier) -> FiscalDocument:
        async with self._lock:
            return await self._shift_report(
                cashier, DocumentForm.SHIFT_OPENING, fn.begin_shift_opening, fn.open_shift
            )

    async def close_shift(self, cashier: Cashier) -> FiscalDocument:
        async with self._lock:
            return await self._shift_report(
                cashier, DocumentForm.SHIFT_CLOSING, fn.begin_shift_closing, fn.close_shift
            )

    async def x_report(self) -> None:
        async with self._lock:
            await self._choose_paper(await self._ready(), True)
            await self._session.run_outside_documents(device.x_report(self._session.admin))

    async def fiscalize(self, receipt: Receipt) -> FiscalDocument:
        async with self._lock:
            register = await self._ready()
            facts = register.facts
            if problems := validation.problems(receipt, facts.ffd_version, register.today()):
                raise InvalidReceipt(problems)
            steps = plan(receipt, facts, self._session.operator)
            cashier_tags = await register.cashier.put(receipt.cashier)
            await self._choose_paper(register, receipt.print_paper)
            recorded, at = await self._record(
                register, (steps.opening, *cashier_tags, *steps.commands), steps.closing
            )
            if recorded.change not in (None, receipt.change):
                # Another sum than ours: what stood in the register was not our receipt.
                raise OutcomeUnknown(
                    f"document {recorded.fiscal_document_number} gave change of"
                    f" {recorded.change} kopecks instead of {receipt.change}"
                )
            return FiscalDocument(
                form=receipt.form,
                fiscal_drive_number=register.fiscal_drive_number,
                fiscal_document_number=recorded.fiscal_document_number,
                fiscal_sign=recorded.fiscal_sign,
                date_time=at,
                shift_number=register.shift_number,
                receipt_number=recorded.number,
                calculation_sign=receipt.calculation_sign,
                total=receipt.total,
                payments=receipt.payments,
                user_requisite=receipt.user_requisite,
            )

    async def cash_in(self, amount: int, cashier: Cashier) -> None:
        await self._move_cash(amount, cashier, device.cash_in)

    async def cash_out(self, amount: int, cashier: Cashier) -> None:
        await self._move_cash(amount, cashier, device.cash_out)

    async def open_drawer(self) -> None:
        await self._run_alone(device.open_drawer(self._session.operator))

    async def print_copy(self) -> None:
        await self._run_alone(device.print_copy(self._session.operator))

    async def cancel_document(self) -> None:
        async with self._lock:
            await self._ready()
            status = await self._session.run(device.short_status(self._session.operator))
            state = await self._session.run(fn.fn_state(self._session.admin))
            if is_document_open(status.mode, state):
                await cancel(self._session)

    async def continue_print(self) -> None:
        await self._run_alone(device.continue_print(self._session.admin))

    async def document(self, fiscal_document_number: int) -> FiscalDocument:
        async with self._lock:
            register = await self._ready()
            try:
                return await read_document(
                    self._session,
                    fiscal_document_number,
                    register.fiscal_drive_number,
                    self._timezone,
                )
            except BadValue as error:
                raise Refused(Reason.NOT_FOUND, str(error)) from error

    async def documents(self, first: int, last: int | None = None) -> AsyncIterator[FiscalDocument]:
        if last is None:
            async with self._lock:
                await self._ready()
                state = await self._session.run(fn.fn_state(self._session.admin))
            last = state.last_fiscal_document_number
        for number in range(first, last + 1):
            yield await self.document(number)

    async def _ready(self) -> _Device:
        """The device, learned anew where the link is new. Raises `Unreachable`, `Refused`."""
        await self._session.make_ready()
        known = self._device
        if known is not None and known.generation == self._connection.generation:
            return known
        self._device = None
        generation = self._connection.generation
        facts, state, clock = await learn(self._session)
        self._device = _Device(
            generation=generation,
            facts=facts,
            cashier=CashierCells(self._session, facts),
            fiscal_drive_number=state.fiscal_drive_number,
            last_fiscal_document_number=state.last_fiscal_document_number,
            paper_off=facts.paper is not None and facts.paper.is_on,
            clock=clock,
            told_at=asyncio.get_running_loop().time(),
        )
        shift = await self._session.run(fn.shift_parameters(self._session.admin))
        self._device.shift_number = shift.number
        return self._device

    async def _run_alone(self, request: Request[None]) -> None:
        async with self._lock:
            await self._ready()
            await self._session.run_outside_documents(request)

    async def _move_cash(
        self, amount: int, cashier: Cashier, command: Callable[[int, int], Request[None]]
    ) -> None:
        async with self._lock:
            if amount <= 0:
                raise Refused(Reason.WRONG_SUM, f"{amount} kopecks")
            register = await self._ready()
            try:
                request = command(self._session.operator, amount)
            except BadValue as error:
                raise Refused(Reason.WRONG_SUM, str(error)) from error
            await register.cashier.put(cashier)
            await self._session.run_outside_documents(request)

    async def _shift_report(
        self,
        cashier: Cashier,
        form: DocumentForm,
        begin: Callable[[int], Request[None]],
        closing: Callable[[int], Request[fn.Recorded]],
    ) -> FiscalDocument:
        """A shift report; begun by a command of its own only where tags must be added."""
        register = await self._ready()
        if problems := validation.cashier_problems(cashier):
            raise InvalidReceipt(problems)
        tags = await register.cashier.put(cashier)
        await self._choose_paper(register, True)
        steps = (begin(self._session.operator), *tags) if tags else ()
        recorded, at = await self._record(register, steps, closing(self._session.operator))
        register.shift_number = recorded.number
        return FiscalDocument(
            form=form,
            fiscal_drive_number=register.fiscal_drive_number,
            fiscal_document_number=recorded.fiscal_document_number,
            fiscal_sign=recorded.fiscal_sign,
            date_time=at,
            shift_number=recorded.number,
        )

    async def _record(
        self,
        register: _Device,
        steps: Sequence[Request[None]],
        closing: Request[fn.Recorded],
    ) -> tuple[fn.Recorded, datetime]:
        """The FN's answer and the document's time, aware."""
        recorded = await record(
            self._session, steps, closing, last_known=register.last_fiscal_document_number
        )
        register.last_fiscal_document_number = recorded.fiscal_document_number
        paper = register.facts.paper
        if paper is not None and paper.falls_back:
            register.paper_off = False
        at = await time_of(self._session, recorded)
        return recorded, at.replace(tzinfo=self._timezone)

    async def _choose_paper(self, register: _Device, wanted: bool) -> None:
        """Set the switch that leaves paper out, where it stands otherwise."""
        paper = register.facts.paper
        if paper is None or register.paper_off is not wanted:
            return
        value = b"\x00" if wanted else b"\x01"
        await self._session.run_outside_documents(
            device.write_cell(self._session.admin, paper.table, 1, paper.field, value)
        )
        register.paper_off = not wanted
