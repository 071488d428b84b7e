"""The server between HTTP and its devices: whose command it is, its turn, its answer.

Commands for the register are done one after another; a command goes on when its client has
stopped waiting. What is remembered of commands lives in this process only, so that a restart
forgets it.
"""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from drivers.virtual.core import VirtualRegister
from drivers.virtual.kkmserver_face import failures
from drivers.virtual.kkmserver_face.answers import Answer
from drivers.virtual.kkmserver_face.failures import Failure, Status, unreadable
from drivers.virtual.kkmserver_face.habits import Habits, Profile, Quirk, Repeat
from drivers.virtual.kkmserver_face.kkt import COMMANDS, NO_SUCH_DEVICE, Kkt
from drivers.virtual.kkmserver_face.reading import Fields

logger = logging.getLogger(__name__)

DEFAULT_TIMEOUT_S = 60
MAX_TIMEOUT_S = 24 * 60 * 60
AT_ONCE_S = 1
"""This `Timeout` means: do not wait at all."""
MAX_ID = 40
MAX_JOBS = 10_000
"""Commands that are remembered; the oldest is forgotten first."""
MAX_WAITING = 1000
PRINT_LOOK_S = 0.05
"""How often a running print is looked at."""
SLOW_S = 2
"""So much longer than its `Timeout` a command takes with the fault `slow-device`."""

_Value = TypeVar("_Value")


class UnknownCommand(Exception):
    """The server has no such command."""


class Restarted(Exception):
    """The service has gone while the command waited."""


@dataclass(eq=False, slots=True)
class Job:
    """A command for the register, as the journal of the server keeps it."""

    command: str
    fields: Fields
    id: str
    timeout_s: int
    status: Status = Status.QUEUED
    answer: Answer = field(default_factory=dict)
    """Complete, once the status is final."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False

    @property
    def is_final(self) -> bool:
        return self.status not in (Status.QUEUED, Status.RUNNING)


class Service:
    """One server with one register.

    Args:
        executor: A single thread that alone uses the register; None: it is used on the loop.
        new_id: Makes the id of a command that came without one.
    """

    def __init__(
        self,
        register: VirtualRegister,
        habits: Habits,
        executor: Executor | None,
        new_id: Callable[[], UUID],
    ) -> None:
        self.kkt = Kkt(register, habits)
        self._habits = habits
        self._faults = register.faults
        self._executor = executor
        self._new_id = new_id
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: deque[Job] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._at_register: set[asyncio.Future[Any]] = set()
        # a command is nobody's but the server's, even where its client runs in the same loop
        self._context = contextvars.copy_context()

    async def answer(self, command: Mapping[str, Any], *, at_once: bool = False) -> Answer:
        """What is answered to a command; `at_once` as with `Timeout: 1`.

        Raises `UnknownCommand`, and `Restarted` when `restart` came in between.
        """
        name, told_id = command.get("Command"), ""
        if not isinstance(name, str):
            name = ""
        try:
            fields = Fields(command, strict=self._habits.strict)
            told_id = fields.text("IdCommand")
            if len(told_id) > MAX_ID:
                raise unreadable(f"IdCommand длиннее {MAX_ID} символов")
            if own := _OWN.get(name):
                return await own(self, fields)
            if name not in COMMANDS and name not in NO_SUCH_DEVICE:
                raise self._unknown(name)
            timeout_s = 0 if at_once else _timeout(fields)
            job = await self._job(name, fields, told_id)
        except Failure as failure:
            return self._envelope(name, told_id, {}, failure)
        return await self._outcome(job, timeout_s)

    def restart(self) -> None:
        """The service dies and starts again: it knows no command any more.

        What the register is doing it does to its end.
        """
        self._queue.clear()
        for job in self._jobs.values():
            if not job.is_final:
                job.lost = True
                job.ended.set()
        self._jobs.clear()
        self.kkt.active = True

    async def close(self) -> None:
        """Finish what the register is doing; what waits is dropped."""
        self.restart()
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.wait((self._worker,))
        if self._at_register:
            await asyncio.wait(self._at_register)

    def _unknown(self, name: str) -> Exception:
        if self._habits.profile is Profile.LEGACY:
            return Failure(failures.unknown_command(name[:40]))
        return UnknownCommand(name)

    # Commands for the register.

    async def _job(self, name: str, fields: Fields, told_id: str) -> Job:
        """The new job of a command, or the one that it repeats. Raises `Failure`."""
        known = self._jobs.get(told_id)
        if known is not None and self._habits.repeat is not Repeat.FORGET:
            if known.is_final and self._habits.repeat is Repeat.STATUS5:
                raise Failure(failures.EXECUTED_EARLIER, Status.EXECUTED_EARLIER)
            return known
        lost = self._faults.fires("device-lost", name)
        found = name in COMMANDS and self.kkt.is_meant(fields) and self.kkt.is_found
        if lost or not found:
            await asyncio.sleep(self._habits.search.total_seconds())
            raise self._missing(fields)
        if self._faults.fires("licence", name):
            raise Failure(failures.LICENCE)
        if len(self._queue) >= MAX_WAITING:
            raise Failure(failures.BUSY)
        job = Job(name, fields, told_id or str(self._new_id()), _timeout(fields))
        self._jobs[job.id] = job
        self._jobs.move_to_end(job.id)
        if len(self._jobs) > MAX_JOBS:
            self._jobs.popitem(last=False)
        self._queue.append(job)
        if self._worker is None:
            loop = asyncio.get_running_loop()
            self._worker = loop.create_task(self._work(), context=self._context)
        return job

    def _missing(self, fields: Fields) -> Failure:
        is_old = self._habits.profile is Profile.LEGACY
        status = Status.FAILED if is_old else Status.NOT_FOUND
        return Failure(failures.device_missing(fields.whole("NumDevice") or 0), status)

    async def _outcome(self, job: Job, timeout_s: int) -> Answer:
        """The answer of a job, or that it goes on after so many seconds."""
        if timeout_s > AT_ONCE_S:
            try:
                async with asyncio.timeout(timeout_s):
                    await job.ended.wait()
            except TimeoutError:
                pass
        if job.lost:
            raise Restarted
        return self._state(job)

    def _state(self, job: Job) -> Answer:
        if job.is_final:
            return job.answer
        return {
            "Command": job.command,
            "Error": "",
            "Status": job.status,
            "IdCommand": job.id,
            "NumDevice": self._habits.number,
        }

    async def _work(self) -> None:
        """Do what waits, in its order."""
        try:
            while self._queue:
                await self._do(self._queue.popleft())
        finally:
            self._worker = None

    async def _do(self, job: Job) -> None:
        job.status = Status.RUNNING
        if self._faults.fires("slow-device", job.command):
            await asyncio.sleep(job.timeout_s + SLOW_S)
        await self._printer_idle()
        data, failure = await self._with_register(partial(self._run, job))
        await self._printer_idle()
        job.answer = self._envelope(job.command, job.id, data, failure, number=self._habits.number)
        job.status = failure.status if failure else Status.DONE
        job.ended.set()

    async def _printer_idle(self) -> None:
        """Wait; the register has no event to wait for."""
        while await self._with_register(lambda: self.kkt.is_printing):  # noqa: ASYNC110
            await asyncio.sleep(PRINT_LOOK_S)

    def _run(self, job: Job) -> tuple[Answer, Failure | None]:
        """In the register's thread."""
        self._faults.wire_command = job.command
        try:
            return self.kkt.execute(job.command, job.fields), None
        except Failure as failure:
            with_numbers = Quirk.ERROR_WITH_NUMBERS in self._habits.quirks
            return (self.kkt.numbers() if with_numbers else {}), failure
        except Exception:  # a mistake in one command must not take the server off the line
            logger.exception("command %s failed", job.command)
            return {}, Failure("Внутренняя ошибка сервера")
        finally:
            self._faults.wire_command = ""

    async def _with_register(self, use: Callable[[], _Value]) -> _Value:
        if self._executor is None:
            return use()
        work = asyncio.get_running_loop().run_in_executor(self._executor, use)
        self._at_register.add(work)
        work.add_done_callback(self._at_register.discard)
        return await asyncio.shield(work)

    # Commands of the server itself.

    async def _result(self, fields: Fields) -> Answer:
        job = self._jobs.get(fields.text("IdCommand"))
        if job is None:
            failure = Failure(failures.UNKNOWN_ID, Status.NOT_FOUND)
            return self._envelope("GetRezult", "", {}, failure)
        return {
            "Rezult": self._state(job),
            "Command": "GetRezult",
            "Error": "",
            "Status": Status.DONE,
            "IdCommand": "",
        }

    async def _list(self, fields: Fields) -> Answer:
        unit = await self._with_register(self.kkt.listed)
        is_listed = self.kkt.is_meant(fields) and all(
            fields.flag(key) in (None, unit[key])
            for key in ("Active", "OnOff", "FN_MemOverflowl", "FN_IsFiscal")
        )
        if (with_error := fields.flag("OFD_Error")) is not None:
            is_listed = is_listed and with_error is bool(unit["OFD_Error"])
        id_command = fields.text("IdCommand")
        return self._envelope("List", id_command, {"ListUnit": [unit] if is_listed else []})

    async def _switch(self, fields: Fields) -> Answer:
        if not self.kkt.is_meant(fields):
            raise self._missing(fields)
        active = fields.flag("Active")
        self.kkt.on = self.kkt.active = True if active is None else active
        return self._envelope("OnOffUnut", fields.text("IdCommand"), {})

    async def _server_data(self, fields: Fields) -> Answer:
        is_old = self._habits.profile is Profile.LEGACY
        data: Answer = {
            "ServerData": {
                "ServerName": "KkmServer",
                "ServerVersion": "2.1.14.18" if is_old else "2.2.17.1",
                "LicenseCount": "1",
                "OSName": "Virtual",
            }
        }
        return self._envelope("GetServerData", fields.text("IdCommand"), data)

    def _envelope(
        self,
        command: str,
        id_command: str,
        data: Answer,
        failure: Failure | None = None,
        *,
        number: int | None = None,
    ) -> Answer:
        answer: Answer = {**data, "Command": command}
        is_modern = self._habits.profile is Profile.MODERN
        if failure is None:
            answer["Error"] = ""
            if is_modern:
                answer |= {"Warning": data.get("Warning", ""), "Message": ""}
            else:
                answer.pop("Warning", None)
        else:
            answer["Error"] = failure.text
        answer["Status"] = failure.status if failure else Status.DONE
        answer["IdCommand"] = id_command
        if number is not None:
            answer["NumDevice"] = number
            if not is_modern:
                answer["UnitName"] = self._habits.name
        return answer


def _timeout(fields: Fields) -> int:
    asked = fields.whole("Timeout") or DEFAULT_TIMEOUT_S
    return min(max(asked, AT_ONCE_S), MAX_TIMEOUT_S)


_OWN: Mapping[str, Callable[[Service, Fields], Awaitable[Answer]]] = {
    "GetRezult": Service._result,
    "List": Service._list,
    "OnOffUnut": Service._switch,
    "GetServerData": Service._server_data,
}
"""Commands that need no device, and no turn."""
