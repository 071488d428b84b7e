"""A service that says whatever a script says: the other end of a real socket."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from drivers.kkmserver.driver import KkmServerRegister
from drivers.kkmserver.execution import KkmTiming
from tests.drivers.examples import ZONE, SteppedClock

FN = "9999078900011111"
IMPATIENT = KkmTiming(
    connect=5.0,
    reading=10,
    recording=5,
    margin=0.0,
    settling=6.0,
    tape=5.0,
    look_up=2.0,
    unknown=0.05,
    first_pause=0.01,
    last_pause=0.05,
)
"""The service answers at once, or not at all; the machine may be busy."""


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    body: bytes
    status: int = 200
    delay: float = 0.0
    breaks: bool = False
    """The connection breaks instead."""
    raw: bool = False
    """The body is all that is sent, headers and all."""


Said = Reply | Mapping[str, Any]
Script = Callable[[dict[str, Any]], Said]


@dataclass
class ScriptedService:
    """A register with an open shift and one receipt; `scripts` say something else instead."""

    scripts: dict[str, list[Said | Script]] = field(default_factory=dict)
    """By command; the last one again and again."""
    commands: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    url: str = ""
    info: dict[str, Any] = field(default_factory=lambda: dict(INFO))
    last: int = 2
    documents: dict[int, dict[str, Any]] = field(default_factory=dict)
    connections: set[asyncio.Task[Any]] = field(default_factory=set)

    def say(self, command: str, *said: Said | Script) -> None:
        self.scripts[command] = list(said)

    def count(self, command: str) -> int:
        return sum(one["Command"] == command for one in self.commands)

    def commands_of(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self.commands if one["Command"] == name]

    def answer(self, command: dict[str, Any]) -> Said:
        name = command["Command"]
        if waiting := self.scripts.get(name):
            said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            return said(command) if callable(said) else said
        match name:
            case "GetDataKKT":
                return done(command, SessionNumber=1, CheckNumber=self.last, Info=self.info)
            case "List":
                return done(command, ListUnit=[])
            case "GetDataCheck":
                number = command["FiscalNumber"] or self.last
                return done(command, **(self.documents.get(number) or on_tape(number)))
            case "GetRezult":
                return {"Command": "GetRezult", "Status": 3, "Error": "нет", "IdCommand": ""}
            case _:
                return done(command)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(httpx.Headers(_headers(head))["content-length"])
            command = json.loads(await reader.readexactly(length))
            self.commands.append(command)
            self.headers.append(head)
            said = self.answer(command)
            reply = said if isinstance(said, Reply) else Reply(json.dumps(said).encode())
            await asyncio.sleep(reply.delay)
            if not reply.breaks:
                head = f"HTTP/1.1 {reply.status} X\r\nContent-Length: {len(reply.body)}\r\n\r\n"
                writer.write(b"" if reply.raw else head.encode())
                writer.write(reply.body)
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self.connections.discard(task)

    async def close(self) -> None:
        await asyncio.sleep(0)  # those just accepted begin
        connections = tuple(self.connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections)


INFO: dict[str, Any] = {
    "SessionState": 2,
    "KktNumber": "0010690000000177",
    "FnNumber": FN,
    "RegNumber": "0004512300018834",
    "InnOrganization": "526300112224",
    "TaxVariant": "0,1,5",
    "FFDVersion": "1.2",
    "OFD_NumErrorDoc": 0,
    "BalanceCash": 100.00,
    "DateTimeKKT": "2026-11-20T12:00:05",
    "FN_DateEnd": "2027-05-01T00:00:00",
}


def done(command: Mapping[str, Any], **data: Any) -> dict[str, Any]:
    """A good answer."""
    return {
        **data,
        "Command": command["Command"],
        "Error": "",
        "Status": 0,
        "IdCommand": command.get("IdCommand", ""),
        "NumDevice": 1,
    }


def failed(text: str, status: int = 2, **data: Any) -> Script:
    return lambda command: {**done(command, **data), "Error": text, "Status": status}


def recorded(number: int = 3, total: str = "100.00", **data: Any) -> dict[str, Any]:
    """What an answer to `RegisterCheck` carries."""
    qr = f"t=20261120T1200&s={total}&fn={FN}&i={number}&fp=2904417715&n=1"
    return {"CheckNumber": number, "SessionNumber": 1, "SessionCheckNumber": 1, "QRCode": qr} | data


def result(inner: Mapping[str, Any] | None, status: int = 0) -> dict[str, Any]:
    """An answer to `GetRezult`."""
    answer = {"Command": "GetRezult", "Error": "", "Status": status, "IdCommand": ""}
    return answer if inner is None else {"Rezult": dict(inner), **answer}


def on_tape(
    number: int, total: str = "100.00", kind: str = "Приход", **data: Any
) -> dict[str, Any]:
    """What `GetDataCheck` tells of the receipt of `tests.drivers.examples.receipt()`."""
    return {
        "Slip": "",
        "RegisterCheck": {
            "FiscalNumber": str(number),
            "FiscalDate": "2026-11-20T12:00:00",
            "CheckType": kind,
            "FiscalSign": "2904417715",
            "Register": [{"Name": "Час игры", "Quantity": 1.0, "Amount": float(total), "Tax": -1}],
            "Cash": float(total),
            "AllSumm": float(total),
        }
        | data,
    }


@asynccontextmanager
async def service(
    *,
    timing: KkmTiming = IMPATIENT,
    trust: ssl.SSLContext | None = None,
    **options: Any,
) -> AsyncIterator[tuple[ScriptedService, KkmServerRegister]]:
    """The service, and a driver for its register."""
    scripted = ScriptedService()
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0, ssl=trust)
    port = server.sockets[0].getsockname()[1]
    scheme = "http" if trust is None else "https"
    scripted.url = f"{scheme}://127.0.0.1:{port}?num_device=1"
    driver = KkmServerRegister(
        scripted.url, timezone=ZONE, timing=timing, clock=SteppedClock(), **options
    )
    try:
        yield scripted, driver
    finally:
        await driver.close()
        server.close()
        await scripted.close()
        await server.wait_closed()


def _headers(head: str) -> list[tuple[str, str]]:
    lines = head.split("\r\n")[1:]
    return [(name, value) for name, _, value in (line.partition(": ") for line in lines) if name]
