"""Commands to one register, ending as the contract of registers says.

the answer's value
Refused           an error byte; `Unreachable` where the link failed and nothing counted
OutcomeUnknown    only for commands that record something
"""

from __future__ import annotations

import asyncio
from typing import TypeVar

from drivers.register import OutcomeUnknown, Reason, Refused, Unreachable
from drivers.shtrih import errors
from drivers.shtrih.commands import device
from drivers.shtrih.commands.device import MODE_MASK, Flags, Mode
from drivers.shtrih.commands.request import BadAnswer, Request
from drivers.shtrih.connection import Connection
from drivers.shtrih.link import ExecutionUnsure, NotExecuted
from drivers.shtrih.streams import StreamError

Answer = TypeVar("Answer")

PRINT_PATIENCE_S = 60.0
"""How long a command waits for the printing of the one before."""
_PRINT_POLL_S = 0.1
_BUFFER_PAUSE_S = 1.0
_BUFFER_TRIES = 5
_NEED_A_MODE = frozenset(
    {"8D", "FF35", "FF0B", "FF41", "FF42", "FF43", "40", "50", "51", "8C", "1E"}
)
_REASON_OF_MODE: dict[int, Reason] = {
    Mode.SHIFT_OPEN: Reason.SHIFT_OPEN,
    Mode.SHIFT_EXPIRED: Reason.SHIFT_EXPIRED,
    Mode.SHIFT_CLOSED: Reason.SHIFT_CLOSED,
    Mode.DOCUMENT_OPEN: Reason.DOCUMENT_OPEN,
}


class Session:
    """Runs requests over a connection, one at a time.

    Attributes:
        operator: Password of the operator who sells; table 2 names him.
        admin: Password of the system administrator.
    """

    def __init__(self, connection: Connection, *, operator: int, admin: int) -> None:
        self.connection = connection
        self.operator = operator
        self.admin = admin

    async def make_ready(self) -> None:
        """A link at the start of an exchange. Raises `Unreachable`."""
        try:
            await self.connection.make_ready()
        except (NotExecuted, StreamError) as error:
            raise Unreachable(str(error)) from error

    async def run(self, request: Request[Answer]) -> Answer:
        """The value of the answer.

        Error 50h says that the register still prints and has executed nothing: the command is
        sent again until it is taken.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + PRINT_PATIENCE_S
        while True:
            answer = await self._exchange(request)
            try:
                code = request.error_of(answer)
                if code == 0:
                    return request.parse(answer)
            except BadAnswer as error:
                detail = f"{request.code}h: {error}"
                if request.records:
                    raise OutcomeUnknown(detail) from error
                raise Refused(Reason.OTHER, detail) from error
            if code != errors.PRINTING or loop.time() >= give_up:
                raise await self._refusal(code, request)
            await asyncio.sleep(_PRINT_POLL_S)

    async def run_outside_documents(self, request: Request[Answer]) -> Answer:
        """As `run`, for a command that finds no document open.

        A full receipt buffer (4Bh) is then what is left of the last receipt's print.
        """
        for _ in range(_BUFFER_TRIES):
            try:
                return await self.run(request)
            except Refused as refused:
                if refused.code != errors.BUFFER_FULL:
                    raise
            await asyncio.sleep(_BUFFER_PAUSE_S)
        return await self.run(request)

    async def run_optional(self, request: Request[Answer]) -> Answer | None:
        """As `run`; None where the register refuses (it is too old, or lacks the part)."""
        try:
            return await self.run(request)
        except Unreachable:
            raise
        except Refused:
            return None

    async def _refusal(self, code: int, request: Request[Answer]) -> Refused:
        """The error with what the state of the device adds to it.

        An open cover comes as "no paper": its flag tells them apart. A wrong mode (73h) says
        nothing until the mode is known.
        """
        refused = errors.refusal(code, request.code)
        wrong_mode = code == errors.WRONG_MODE and request.code in _NEED_A_MODE
        if not wrong_mode and refused.reason is not Reason.PAPER_OUT:
            return refused
        try:
            status = await self.run(device.short_status(self.operator))
        except Refused:
            return refused
        reason = refused.reason
        if wrong_mode:
            reason = _REASON_OF_MODE.get(status.mode & MODE_MASK, reason)
        elif Flags.COVER_OPEN in status.flags:
            reason = Reason.COVER_OPEN
        return Refused(reason, refused.detail, code)

    async def _exchange(self, request: Request[Answer]) -> bytes:
        try:
            return await self.connection.exchange(request.command, request.timeout)
        except NotExecuted as error:
            raise Unreachable(str(error)) from error
        except ExecutionUnsure as error:
            detail = f"{request.code}h: {error}"
            if request.records:
                raise OutcomeUnknown(detail) from error
            raise Unreachable(detail) from error
