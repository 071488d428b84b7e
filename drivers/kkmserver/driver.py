"""`KkmServerRegister`: a register that KkmServer serves, as the contract has it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from drivers.ffd import validation
from drivers.ffd.document import FiscalDocument
from drivers.ffd.enumerations import DocumentForm
from drivers.ffd.receipt import Cashier, Receipt
from drivers.kkmserver import commands
from drivers.kkmserver.address import parse_address
from drivers.kkmserver.client import Client, Login, UnknownCommand
from drivers.kkmserver.commands import Command
from drivers.kkmserver.device import Device
from drivers.kkmserver.documents import register_check
from drivers.kkmserver.error_texts import precedes_execution, refusal
from drivers.kkmserver.execution import Execution, KkmTiming, Unsettled
from drivers.kkmserver.facts import CAPABILITIES, RegisterFacts
from drivers.kkmserver.recording import Wanted, record, told_apart
from drivers.kkmserver.shift_begin import ShiftBegin
from drivers.kkmserver.trust import trust
from drivers.register import (
    AddressError,
    Capabilities,
    InvalidReceipt,
    OutcomeUnknown,
    Reason,
    Refused,
    RegisterError,
    RegisterInfo,
    RegisterStatus,
    ShiftState,
    Unreachable,
)

DEFAULT_TIMING = KkmTiming()


@dataclass(slots=True)
class _Known:
    """The register as it stood when it was last asked."""

    facts: RegisterFacts
    last_fiscal_document_number: int
    told_at: float
    """Of the loop's clock, seconds."""

    def today(self) -> date:
        """The register's date now, without asking again."""
        elapsed = asyncio.get_running_loop().time() - self.told_at
        return (self.facts.clock + timedelta(seconds=elapsed)).date()


class KkmServerRegister:
    """See `drivers.register.FiscalRegister`."""

    def __init__(
        self,
        url: str,
        *,
        timezone: tzinfo,
        user: str = "User",
        password: str = "",
        ca_file: Path | None = None,
        requisite_name: str = "",
        timing: KkmTiming = DEFAULT_TIMING,
        transport: httpx.AsyncBaseTransport | None = None,
        new_id: Callable[[], UUID] = uuid4,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Sends nothing yet.

        Args:
            url: `http://HOST:PORT?num_device=N`, see `address`.
            timezone: Zone of the register's clock, which knows none.
            user: Name and password of the service (HTTP Basic).
            ca_file: Certificates that are trusted instead of the system's.
            requisite_name: 1085 of the requisite (1084) that names the payment of a receipt by
                a UUID: the tape tells it in the slip alone.
            transport: Takes the place of the network.
            new_id: Makes the ids of commands.
            clock: The computer's, where the register does not tell its own.

        Raises:
            AddressError: `url` names no register, or `ca_file` holds no certificates.
        """
        address = parse_address(url)
        login = Login(user, password) if user else None
        try:
            client = Client(address, login, trust(address, ca_file), transport, timing.connect)
        except httpx.InvalidURL as error:
            raise AddressError(url, str(error)) from error
        execution = Execution(client, timing, new_id)
        self._device = Device(address, execution, timezone, clock, requisite_name)
        self._timezone = timezone
        self._known: _Known | None = None
        self._begin = ShiftBegin()
        self._counted: tuple[str, int, int | None] = ("", 0, None)
        """FN, its last document, and the receipts that were counted then."""
        self._lock = asyncio.Lock()

    async def connect(self) -> None:
        async with self._lock:
            await self._learn()

    async def close(self) -> None:
        async with self._lock:  # a connection lives as long as its command
            self._known = None
            self._device.forget()

    async def info(self) -> RegisterInfo:
        async with self._lock:
            return (await self._ready()).facts.info

    async def capabilities(self) -> Capabilities:
        return CAPABILITIES

    async def status(self) -> RegisterStatus:
        async with self._lock:
            known = await self._learn()
            facts, last = known.facts, known.last_fiscal_document_number
            torn = self._device.is_torn
            if facts.shift is ShiftState.CLOSED:
                return facts.status(last, None, 0, torn=torn)
            shift = facts.fiscal_drive_number, facts.shift_number
            opened_at = await self._begin.find(shift, last, self._read)
            return facts.status(last, opened_at, await self._receipts(known), torn=torn)

    async def open_shift(self, cashier: Cashier) -> FiscalDocument:
        async with self._lock:
            opening = await self._report(
                cashier, commands.open_shift(cashier), DocumentForm.SHIFT_OPENING
            )
            self._begin.note(opening)
            return opening

    async def close_shift(self, cashier: Cashier) -> FiscalDocument:
        async with self._lock:
            return await self._report(
                cashier, commands.close_shift(cashier), DocumentForm.SHIFT_CLOSING
            )

    async def x_report(self) -> None:
        await self._print(commands.x_report())

    async def fiscalize(self, receipt: Receipt) -> FiscalDocument:
        async with self._lock:
            known = await self._selling()
            version = known.facts.info.ffd_version
            if problems := validation.problems(receipt, version, known.today()):
                raise InvalidReceipt(problems)
            return await self._record(
                known, register_check(receipt, version), receipt.form, receipt
            )

    async def cash_in(self, amount: int, cashier: Cashier) -> None:
        await self._move_cash(amount, amount, cashier, commands.cash_in(amount, cashier))

    async def cash_out(self, amount: int, cashier: Cashier) -> None:
        await self._move_cash(amount, -amount, cashier, commands.cash_out(amount, cashier))

    async def open_drawer(self) -> None:
        await self._print(commands.open_drawer())

    async def print_copy(self) -> None:
        await self._print(commands.document(0, copies=1))

    async def cancel_document(self) -> None:
        """Does nothing: a command of the service is a whole document."""

    async def continue_print(self) -> None:
        await self._print(commands.continue_print())

    async def document(self, fiscal_document_number: int) -> FiscalDocument:
        async with self._lock:
            await self._ready()
            return await self._read(fiscal_document_number)

    async def documents(self, first: int, last: int | None = None) -> AsyncIterator[FiscalDocument]:
        if last is None:
            async with self._lock:
                last = await self._device.last_number()
        for number in range(first, last + 1):
            yield await self.document(number)

    async def _learn(self) -> _Known:
        """Ask how the register stands."""
        self._known = None
        facts = await self._device.facts()
        last = await self._device.last_number()
        self._known = _Known(facts, last, asyncio.get_running_loop().time())
        return self._known

    async def _ready(self) -> _Known:
        return self._known if self._known is not None else await self._learn()

    async def _selling(self) -> _Known:
        """With the shift open: the service would open a closed one by itself, and nobody
        would know of it. Raises `Refused`."""
        known = await self._ready()
        if known.facts.shift is not ShiftState.OPEN:
            known = await self._learn()
        if known.facts.shift is ShiftState.OPEN:
            return known
        is_closed = known.facts.shift is ShiftState.CLOSED
        raise Refused(Reason.SHIFT_CLOSED if is_closed else Reason.SHIFT_EXPIRED)

    async def _read(self, number: int) -> FiscalDocument:
        known = await self._ready()
        return (await self._device.document(number, known.facts.fiscal_drive_number)).document

    async def _receipts(self, known: _Known) -> int:
        """Receipts of the open shift: documents since its opening, else by the counters."""
        last = known.last_fiscal_document_number
        if (since := self._begin.receipts(last)) is not None:
            return since
        drive, counted_at, counted = self._counted
        if (drive, counted_at) != (known.facts.fiscal_drive_number, last):
            counted = await self._device.receipts_counted()
            self._counted = known.facts.fiscal_drive_number, last, counted
        return counted or 0

    async def _report(
        self, cashier: Cashier, command: Command, form: DocumentForm
    ) -> FiscalDocument:
        known = await self._ready()
        if problems := validation.cashier_problems(cashier):
            raise InvalidReceipt(problems)
        return await self._record(known, command, form, None)

    async def _record(
        self, known: _Known, command: Command, form: DocumentForm, receipt: Receipt | None
    ) -> FiscalDocument:
        wanted = Wanted(
            form=form,
            receipt=receipt,
            fiscal_drive_number=known.facts.fiscal_drive_number,
            last_known=known.last_fiscal_document_number,
        )
        self._known = None  # the tape may grow, also where this is cancelled
        try:
            document = await record(self._device, command, wanted, self._timezone)
        except Refused:
            self._known = known
            raise
        known.last_fiscal_document_number = document.fiscal_document_number
        self._known = known
        return document

    async def _print(self, command: Command) -> None:
        """A command that takes its time and records nothing."""
        async with self._lock:
            await self._ready()
            try:
                answer = await self._device.record(command)
            except UnknownCommand as unknown:
                raise Refused(Reason.UNSUPPORTED, str(unknown)) from unknown
            except Unsettled as unsettled:
                raise Unreachable(str(unsettled), Reason.SERVER_UNAVAILABLE) from unsettled
            if not answer.is_good:
                raise await told_apart(self._device, refusal(answer))

    async def _move_cash(
        self, amount: int, change: int, cashier: Cashier, command: Command
    ) -> None:
        """Cash leaves no document: what the drawer holds tells where the answer does not."""
        async with self._lock:
            if amount <= 0:
                raise Refused(Reason.WRONG_SUM, f"{amount} kopecks")
            if problems := validation.cashier_problems(cashier):
                raise InvalidReceipt(problems)
            before = (await self._learn()).facts.cash_in_drawer
            try:
                answer = await self._device.record(command)
            except Unsettled as unsettled:
                after = await self._drawer(str(unsettled))
                if before is None or after is None or after - before != change:
                    raise OutcomeUnknown(f"{unsettled}; the drawer does not tell") from unsettled
                return
            if answer.is_good:
                return
            refused = refusal(answer)
            if not precedes_execution(answer):
                is_told = before is not None and await self._drawer(str(refused)) == before
                if not is_told and (before is not None or refused.reason is Reason.OTHER):
                    raise OutcomeUnknown(f"{refused}; the drawer does not tell")
            raise await told_apart(self._device, refused)

    async def _drawer(self, why: str) -> int | None:
        """Kopecks in the drawer now. Raises `OutcomeUnknown` where nobody tells."""
        try:
            return (await self._device.facts()).cash_in_drawer
        except RegisterError as error:
            raise OutcomeUnknown(f"{why}; then: {error}") from error
