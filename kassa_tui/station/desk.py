"""The register as the station uses it: connected when needed, every wait bounded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import TypeVar

from drivers.ffd.document import FiscalDocument
from drivers.register import (
    Capabilities,
    FiscalRegister,
    OutcomeUnknown,
    Reason,
    Refused,
    RegisterInfo,
    RegisterStatus,
    Unreachable,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

AT_ONCE = 10
"""Documents of one reading of the tape."""

_CLOSING_S = 5.0


class Desk:
    """One register. Every method raises `drivers.register.RegisterError`."""

    def __init__(self, register: FiscalRegister, reading_s: float, fiscal_s: float) -> None:
        self.register = register
        self._reading_s = reading_s
        self._fiscal_s = fiscal_s
        self._connected = False
        self.info: RegisterInfo | None = None
        """None until the register was reached for the first time."""
        self.capabilities: Capabilities | None = None

    async def status(self) -> RegisterStatus:
        await self._connect()
        return await self.read(self.register.status())

    async def tape(self, first: int, last: int) -> list[FiscalDocument]:
        """The documents `first`..`last`; none where the range is empty."""
        if last < first:
            return []
        await self._connect()

        async def collect() -> list[FiscalDocument]:
            return [document async for document in self.register.documents(first, last)]

        return await self.read(collect())

    async def tape_in_pieces(
        self, first: int, last: int, *, backwards: bool = False
    ) -> AsyncIterator[list[FiscalDocument]]:
        """The documents `first`..`last`, so many at a time that none waits for longer than a
        reading may; with `backwards` the last piece comes first."""
        pieces = range(first, last + 1, AT_ONCE)
        for begin in reversed(pieces) if backwards else pieces:
            yield await self.tape(begin, min(begin + AT_ONCE - 1, last))

    async def read(self, command: Awaitable[T]) -> T:
        """A command that records nothing; the link is dropped where it does not end."""
        try:
            async with asyncio.timeout(self._reading_s):
                return await command
        except TimeoutError as error:
            await self.drop()
            raise Unreachable(f"no answer in {self._reading_s:g} s") from error
        except (Unreachable, OutcomeUnknown):
            await self.drop()
            raise
        except Refused:
            raise
        except Exception as error:  # a driver's defect must not close the till
            log.exception("a reading command failed")
            await self.drop()
            raise Refused(Reason.OTHER, repr(error)) from error

    async def record(self, command: Awaitable[T]) -> T:
        """A command that changes something: its good end, `Refused`, or `OutcomeUnknown`."""
        try:
            async with asyncio.timeout(self._fiscal_s):
                return await command
        except TimeoutError as error:
            await self.drop()
            raise OutcomeUnknown(f"no end in {self._fiscal_s:g} s") from error
        except (Unreachable, OutcomeUnknown):
            await self.drop()
            raise
        except Refused:
            raise
        except Exception as error:  # whatever a driver's defect is, it may be recorded
            log.exception("a fiscal command failed")
            await self.drop()
            raise OutcomeUnknown(repr(error)) from error

    async def drop(self) -> None:
        """Give the link back; the next command makes a new one."""
        self._connected = False
        try:
            async with asyncio.timeout(_CLOSING_S):
                await self.register.close()
        except TimeoutError:
            pass  # a link that does not even close is left to the next connect

    async def _connect(self) -> None:
        if self._connected:
            return
        await self.read(self.register.connect())
        self.info = await self.read(self.register.info())
        self.capabilities = await self.read(self.register.capabilities())
        self._connected = True
