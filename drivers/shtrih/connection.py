"""One register at an address: makes the link, keeps it in step, makes it anew.

An exchange that was cut (a cancelled task, a spoiled answer) leaves the link *dirty*; the
next one first brings both ends back to the start. A link that has broken is made again by
the next exchange, and by the cut one itself where the transport allows it to ask what has
become of its command.
"""

from __future__ import annotations

import asyncio
from typing import Literal, TypeAlias

from drivers.shtrih.address import parse_address
from drivers.shtrih.link import Command, ExecutionUnsure, Link, LinkTiming, NotExecuted
from drivers.shtrih.link_v1 import LinkV1
from drivers.shtrih.link_v2 import LinkV2
from drivers.shtrih.opening import open_stream
from drivers.shtrih.streams import ByteStream, StreamError

Protocol: TypeAlias = Literal["auto", "v1", "v2"]
"""`auto` asks the device: ENQ first, then a ping of version 2."""

_RECONNECT_PAUSE_S = 0.2


class Connection:
    """The link to one register, used by one task at a time."""

    def __init__(self, url: str, protocol: Protocol, timing: LinkTiming) -> None:
        """Raises `AddressError` when `url` names no register."""
        parse_address(url)
        self._url = url
        self._timing = timing
        self._versions: tuple[type[Link], ...] = {
            "auto": (LinkV1, LinkV2),
            "v1": (LinkV1,),
            "v2": (LinkV2,),
        }[protocol]
        self._link: Link | None = None
        self._open = False
        self._clean = False
        self.generation = 0
        """Grows with each new stream: what was learned of the device may be stale."""
        self.disturbances = 0
        """Grows when the link had to be brought back: the device may have restarted, and an
        unfinished document with it."""

    async def make_ready(self) -> None:
        """Have a link at the start of an exchange. Raises `NotExecuted`, `StreamError`."""
        if self._link is not None and self._open and not self._link.stream.is_broken:
            if self._clean:
                return
            self.disturbances += 1
            try:
                await self._link.synchronise(self._connect_deadline())
            except (NotExecuted, StreamError):
                pass
            else:
                self._clean = True
                return
        await self.close()
        deadline = self._connect_deadline()
        stream = await open_stream(self._url, deadline)
        try:
            link = await self._synchronised(stream, deadline)
        except BaseException:
            await stream.close()
            raise
        self._adopt(link)
        self._clean = True

    async def exchange(self, command: Command, timeout: float) -> bytes:
        """The answer to `command`, executed once; `timeout` runs from its sending.

        Raises `NotExecuted` (no link, or the device took nothing) and `ExecutionUnsure`.
        """
        await self._require_ready()
        try:
            return await self._attempt(command, timeout)
        except NotExecuted:
            pass
        except ExecutionUnsure:
            if not command.repeatable:
                raise
        await self._require_ready()
        return await self._attempt(command, timeout)

    async def close(self) -> None:
        """Give the line back; never raises."""
        self._clean = False
        if self._link is not None and self._open:
            self._open = False
            await self._link.stream.close()

    async def _require_ready(self) -> None:
        try:
            await self.make_ready()
        except StreamError as error:
            raise NotExecuted(str(error)) from error

    async def _attempt(self, command: Command, timeout: float) -> bytes:
        link = self._link
        assert link is not None, "the link was made ready"
        self._clean = False
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            answer = await link.exchange(command, deadline)
        except StreamError as error:
            await self.close()
            if command.repeatable:
                raise ExecutionUnsure(str(error)) from error
            answer = await self._recover(link, command, deadline)
        self._clean = True
        return answer

    async def _recover(self, link: Link, command: Command, deadline: float) -> bytes:
        """Ask once over a new stream what has become of a cut command."""
        give_up = min(deadline, self._connect_deadline())
        while True:
            try:
                stream = await open_stream(self._url, give_up)
            except StreamError as error:
                left = give_up - asyncio.get_running_loop().time()
                if left <= _RECONNECT_PAUSE_S:
                    raise ExecutionUnsure(str(error)) from error
                await asyncio.sleep(_RECONNECT_PAUSE_S)
            else:
                break
        link.stream = stream
        self._adopt(link)
        try:
            return await link.recover(command, deadline)
        except (StreamError, NotExecuted) as error:
            raise ExecutionUnsure(str(error)) from error

    def _adopt(self, link: Link) -> None:
        self.disturbances += 1
        self._link = link
        self._open = True
        self.generation += 1

    async def _synchronised(self, stream: ByteStream, deadline: float) -> Link:
        """The link of the version that the device speaks, at the start of an exchange.

        A device in version 2 is deaf to ENQ, and the other way round; one that has just been
        switched on takes the version of the first byte.
        """
        loop = asyncio.get_running_loop()
        while True:
            for version in self._versions:
                link = self._same_or_new(version, stream)
                patience = self._timing.probe if len(self._versions) > 1 else self._timing.connect
                try:
                    await link.synchronise(min(deadline, loop.time() + patience))
                except NotExecuted:
                    if loop.time() >= deadline:
                        raise
                else:
                    return link

    def _same_or_new(self, version: type[Link], stream: ByteStream) -> Link:
        """Keep what the link remembers of the device when only the stream is new."""
        if type(self._link) is version:
            self._link.stream = stream
            return self._link
        return version(stream, self._timing)

    def _connect_deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._timing.connect
