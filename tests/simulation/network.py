"""The wire: asyncio's transports between the driver and the virtual register, in memory.

Every chunk of bytes passes a `Line`, which says what becomes of it. Bytes that have left a
process arrive even when it dies; what had not left is lost with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from tests.simulation.machine import PROCESS, Process, VirtualLoop

Address = tuple[str, int]


class Line(Protocol):
    """What the wire does."""

    def reachable(self) -> bool:
        """Whether a connection can be made now."""
        ...

    def carry(self, data: bytes, to_register: bool) -> list[tuple[float, bytes]] | None:
        """The pieces that arrive, each with its delay in seconds; None: the link breaks."""
        ...


class Network:
    """Listening addresses and open connections."""

    def __init__(
        self, loop: VirtualLoop, line: Line, on_frame: Callable[[Process, bytes], None]
    ) -> None:
        self._loop = loop
        self._line = line
        self._on_frame = on_frame
        self._listening: dict[Address, Callable[[], Any]] = {}
        self._open: set[_End] = set()

    def listen(self, factory: Callable[[], Any], address: Address) -> _Server:
        host, port = address[0], address[1] or 7778 + len(self._listening)
        self._listening[host, port] = factory
        return _Server((host, port), lambda: self._listening.pop((host, port), None))

    async def connect(self, factory: Callable[[], Any], address: Address) -> tuple[_End, Any]:
        process = PROCESS.get()
        await asyncio.sleep(0.0005)
        if process is not None and not process.step("connect"):
            await self._loop.create_future()
        if address not in self._listening or not self._line.reachable():
            raise ConnectionRefusedError("connection refused")
        near, far = _End(self, process), _End(self, None)
        near.peer, far.peer = far, near
        near.protocol = factory()
        far.protocol = self._loop.outside.copy().run(self._listening[address])
        self._open |= {near, far}
        self._loop.outside.copy().run(far.protocol.connection_made, far)
        near.protocol.connection_made(near)
        return near, near.protocol

    def cut(self) -> None:
        """The cable is pulled: every connection breaks at both ends."""
        for end in [one for one in self._open if one.process is not None]:
            end.break_off(ConnectionResetError("reset"))
            if end.peer is not None:
                end.peer.break_off(ConnectionResetError("reset"))

    def leave(self, process: Process) -> None:
        """A process has died: the system closes its sockets."""
        for end in [one for one in self._open if one.process is process]:
            end.finish()

    def carry(self, end: _End, data: bytes) -> None:
        process, peer = end.process, end.peer
        if peer is None:
            return
        if process is not None:
            self._on_frame(process, data)
            data = data[: process.emit("byte", len(data))]
            if not data:
                return
        pieces = self._line.carry(data, to_register=process is not None)
        if pieces is None:
            self.cut()
            return
        for delay, piece in pieces:
            peer.inbox.append(piece)
            if delay > 0:
                self._loop.call_later(delay, peer.deliver, context=self._loop.outside)
            else:
                self._loop.call_soon(peer.deliver, context=self._loop.outside)

    def forget(self, end: _End) -> None:
        self._open.discard(end)


class _Server:
    def __init__(self, address: Address, stop: Callable[[], object]) -> None:
        self.address = address
        self.sockets = (self,)
        self._stop = stop

    def getsockname(self) -> Address:
        return self.address

    def close(self) -> None:
        self._stop()

    async def wait_closed(self) -> None:
        pass


class _End(asyncio.Transport):
    """One end of a connection."""

    def __init__(self, network: Network, process: Process | None) -> None:
        super().__init__()
        self.process = process
        self.protocol: Any = None
        self.peer: _End | None = None
        self.inbox: deque[bytes] = deque()
        self._network = network
        self._closing = False

    def write(self, data: Any) -> None:
        if not self._closing and (self.process is None or self.process.alive):
            self._network.carry(self, bytes(data))

    def deliver(self) -> None:
        """The next piece has arrived; pieces keep their order whatever their delays."""
        if not self.inbox:
            return
        piece = self.inbox.popleft()
        if self._closing or (self.process is not None and not self.process.step("arrival")):
            return
        if piece:
            self.protocol.data_received(piece)
        elif not self.protocol.eof_received():
            self.close()

    def finish(self) -> None:
        """Say goodbye behind what is still under way; nothing comes back."""
        if self._closing:
            return
        self._closing = True
        self._network.forget(self)
        if self.peer is not None and not self.peer._closing:
            self.peer.inbox.append(b"")
            self._later(self.peer.deliver)

    def break_off(self, error: Exception | None) -> None:
        if not self._closing:
            self._closing = True
            self._network.forget(self)
            self._later(self.protocol.connection_lost, error)

    def close(self) -> None:
        if not self._closing:
            self.finish()
            self._later(self.protocol.connection_lost, None)

    def abort(self) -> None:
        if not self._closing:
            peer = self.peer
            self.break_off(None)
            if peer is not None:
                peer.break_off(ConnectionResetError("reset"))

    def is_closing(self) -> bool:
        return self._closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def can_write_eof(self) -> bool:
        return False

    def is_reading(self) -> bool:
        return not self._closing

    def _later(self, callback: Callable[..., object], *arguments: object) -> None:
        loop = self._network._loop
        loop.call_soon(callback, *arguments, context=loop.outside)
