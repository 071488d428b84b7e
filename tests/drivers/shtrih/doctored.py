"""A virtual register whose answers a test changes: firmware of other kinds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drivers.ffd.enumerations import FfdVersion
from drivers.shtrih.driver import ShtrihRegister
from drivers.virtual.core import VirtualRegister
from drivers.virtual.registration import Registration
from drivers.virtual.shtrih_face.device import Device
from drivers.virtual.shtrih_face.link import Action, Execute, LinkV1, Send
from tests.drivers.examples import ZONE, SteppedClock
from tests.drivers.shtrih.scripted import FAST

Alter = Callable[[bytes, bytes], bytes]
"""From a request and the true answer to the answer that is sent."""


def code_of(body: bytes) -> str:
    return body[: 2 if body[:1] == b"\xff" else 1].hex().upper()


@dataclass
class Doctored:
    """The driver, the register behind it, and what has passed between them."""

    driver: ShtrihRegister
    virtual: VirtualRegister
    alter: dict[str, Alter]
    """By code of the command; may be changed at any time."""
    requests: list[str] = field(default_factory=list)
    """Codes of the commands, in order."""
    bytes_on_the_wire: int = 0
    """Both ways, control bytes included."""


@asynccontextmanager
async def doctored(
    alter: dict[str, Alter] | None = None, *, version: FfdVersion = FfdVersion.V1_2
) -> AsyncIterator[Doctored]:
    virtual = VirtualRegister.open(None, Registration(ffd_version=version), SteppedClock())
    device, link = Device(virtual), LinkV1()
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)

        def act(actions: list[Action]) -> None:
            for action in actions:
                match action:
                    case Send(data):
                        setup.bytes_on_the_wire += len(data)
                        writer.write(data)
                    case Execute(body, acknowledgement):
                        act([Send(acknowledgement)])
                        code = code_of(body)
                        setup.requests.append(code)
                        answer = device.execute(body)
                        change = setup.alter.get(code)
                        act(link.answer(change(body, answer) if change else answer))

        try:
            while data := await reader.read(4096):
                setup.bytes_on_the_wire += len(data)
                act(link.receive(data))
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    driver = ShtrihRegister(f"socket://127.0.0.1:{port}", timezone=ZONE, protocol="v1", timing=FAST)
    setup = Doctored(driver, virtual, alter or {})
    try:
        yield setup
    finally:
        await driver.close()
        server.close()
        await asyncio.gather(*tasks)
        await server.wait_closed()
        virtual.close()


def refuse(code: int) -> Alter:
    """The command ends with this error; the register has executed it all the same."""
    return lambda request, answer: bytes.fromhex(code_of(request)) + bytes((code,))
