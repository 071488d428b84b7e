"""One device behind the service: its facts, its tape, and which device a command is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo

from drivers.ffd.enumerations import DocumentForm
from drivers.kkmserver import commands
from drivers.kkmserver.address import KkmServerAddress
from drivers.kkmserver.answers import Answer, Fields
from drivers.kkmserver.client import UnknownCommand
from drivers.kkmserver.commands import Command
from drivers.kkmserver.error_texts import refusal, warns_of_torn_print
from drivers.kkmserver.execution import Execution
from drivers.kkmserver.facts import (
    RegisterFacts,
    needs_list,
    read_facts,
    receipts_in_shift,
    unit_of,
)
from drivers.kkmserver.tape import OnTape, number_of, read_document
from drivers.register import Reason, Refused, RegisterInfo, Unreachable


class Device:
    """Methods raise `Refused`, where they say nothing else."""

    def __init__(
        self,
        address: KkmServerAddress,
        execution: Execution,
        zone: tzinfo,
        clock: Callable[[], datetime],
        requisite_name: str,
    ) -> None:
        self.execution = execution
        self._address = address
        self._zone = zone
        self._clock = clock
        self._requisite_name = requisite_name
        self._unit: Fields | None = None
        """The device in `List`."""
        self._counts = True
        """False once the service has refused `GetCounters`."""

        self.is_torn = False
        """The last document waits to be printed on. No status tells: a warning does, or a refusal,
        and it is so until something is printed, also where the service is lost meanwhile."""

    def addressed(self, command: Mapping[str, object]) -> Command:
        """The command with the fields that name the device."""
        return {**command, **self._address.device}

    async def read(self, command: Mapping[str, object]) -> Answer:
        """The good answer to a command that records nothing."""
        answer = await self.execution.read(self.addressed(command))
        if not answer.is_good:
            raise refusal(answer)
        return answer

    async def record(self, command: Mapping[str, object]) -> Answer:
        """The final answer to a command that may record or print something.

        Raises what `Execution.record` does.
        """
        answer = await self.execution.record(self.addressed(command))
        if answer.is_good:
            self.is_torn = warns_of_torn_print(answer)
        elif (reason := refusal(answer).reason) is Reason.WAITS_FOR_CONTINUE:
            self.is_torn = True
        elif command == commands.continue_print() and reason is Reason.OTHER:
            self.is_torn = False  # there was nothing to print on
        return answer

    async def facts(self) -> RegisterFacts:
        answer = await self.read(commands.data_of_register())
        if self._unit is None or needs_list(answer):
            devices = await self.execution.read(commands.list_devices())
            self._unit = unit_of(devices, answer) if devices.is_good else None
        facts = read_facts(answer, self._unit, self._zone, self._clock())
        self._require_ours(facts.info)
        return facts

    async def last_number(self) -> int:
        """1040 of the last document. `GetDataKKT` has a number too, of uncertain meaning."""
        number = number_of(await self.read(commands.document(0)))
        if number is None:
            raise Refused(Reason.OTHER, "the number of the last document is not told")
        return number

    async def document(
        self, number: int, fiscal_drive_number: str, report: DocumentForm | None = None
    ) -> OnTape:
        """Raises `Refused(NOT_FOUND)` where there is no such document.

        `report` is what a report is that does not tell its kind.
        """
        answer = await self.read(commands.document(number))
        found = read_document(answer, fiscal_drive_number, self._zone, report, self._requisite_name)
        if found.document.fiscal_document_number != number:
            raise Refused(Reason.OTHER, f"another document was told instead of {number}")
        return found

    async def receipts_counted(self) -> int | None:
        """Receipts of the shift by the register's counters; None where it has none."""
        if not self._counts:
            return None
        try:
            return receipts_in_shift(await self.read(commands.counters()))
        except UnknownCommand:
            self._counts = False
        except Unreachable:
            raise
        except Refused as refused:
            self._counts = refused.reason is not Reason.UNSUPPORTED
        return None

    def forget(self) -> None:
        """What was learned may be another device's."""
        self._unit, self._counts = None, True

    def _require_ours(self, info: RegisterInfo) -> None:
        """A service that does not understand how the device was named takes any."""
        wanted, told = self._address.kkt_number, info.serial_number
        if self._address.inn:
            wanted, told = self._address.inn, info.owner_inn
        if wanted and told and wanted.lstrip("0") != told.lstrip("0"):
            raise Refused(Reason.DEVICE_MISSING, f"{told} answers instead of {wanted}")
