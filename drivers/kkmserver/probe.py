"""Looking for registers behind a KkmServer; nothing here changes anything."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import tzinfo
from uuid import uuid4

from drivers.kkmserver import commands
from drivers.kkmserver.address import parse_address
from drivers.kkmserver.answers import Answer
from drivers.kkmserver.client import Client, Login
from drivers.kkmserver.driver import KkmServerRegister
from drivers.kkmserver.error_texts import refusal
from drivers.kkmserver.execution import Execution, KkmTiming
from drivers.kkmserver.trust import trust
from drivers.loopback import is_loopback
from drivers.network import see_address
from drivers.ports import serial_ports
from drivers.register import AddressError, Answered, LinkFinding, Refused, Unreachable

USUAL_URL = "http://localhost:5893"
"""KkmServer on this computer, as it is installed."""
USER = "User"
"""The login that is meant for commands."""
QUICK = KkmTiming(connect=1.5, reading=4, margin=2.0)
"""For a look at an address where there may be no service at all."""
_KKT = "фискальный регистратор"
_MOST_DEVICES = 9


async def see_link(url: str) -> LinkFinding:
    """Whether the service's address takes connections, and on this computer the ports that it
    may find the register at. Raises `AddressError`."""
    address = parse_address(url)
    seen = await see_address(address.host, address.port)
    is_here = is_loopback(address.host)
    ports = await asyncio.to_thread(serial_ports) if is_here else ()
    return replace(seen, is_service=True, is_here=is_here, others=ports)


async def ask_who(url: str, timezone: tzinfo, password: str) -> Answered:
    """Have the register at `url` tell who it is; reads only. Raises `RegisterError`."""
    register = KkmServerRegister(url, timezone=timezone, user=USER, password=password, timing=QUICK)
    await register.connect()
    info = await register.info()
    status = await register.status()
    return Answered(url, info, status.fn.fiscal_drive_number)


async def find_on_service(service: str, timezone: tzinfo, password: str) -> tuple[Answered, ...]:
    """The registers of the service `http://HOST:PORT` that answer.

    Raises `Unreachable`; `Refused` where the service refuses to tell: its password is another.
    """
    base = service.rstrip("/")
    try:
        address = parse_address(f"{base}?num_device=1")
    except AddressError as error:
        raise Unreachable(str(error)) from error
    client = Client(address, Login(USER, password), trust(address, None), None, QUICK.connect)
    try:
        devices = await Execution(client, QUICK, uuid4).read(commands.list_devices())
    finally:
        await client.close()
    if not devices.is_good:
        raise refusal(devices)
    found = []
    for device in _registers(devices):
        try:
            found.append(await ask_who(f"{base}?{device}", timezone, password))
        except Unreachable:
            raise
        except Refused:
            continue  # it is switched off, or tells nothing
    return tuple(found)


def _registers(devices: Answer) -> Iterator[str]:
    """How each fiscal register is named: by its factory number, which no setting changes."""
    for unit in devices.fields.list("ListUnit")[:_MOST_DEVICES]:
        number, serial = unit.whole("NumDevice"), unit.text("KktNumber")
        if unit.text("TypeDevice").lower() != _KKT:
            continue
        if serial.isascii() and serial.isalnum():
            yield f"kkt_number={serial}"
        elif number:
            yield f"num_device={number}"
