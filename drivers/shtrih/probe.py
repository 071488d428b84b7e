"""Looking for a register: what can be seen of the way to it, and who answers at the other end.

`see_link` sends no byte to the device. All of it is harmless at any time but between two ends
of a link that is in use, which a second one may disturb.
"""

from __future__ import annotations

import asyncio
from datetime import tzinfo
from pathlib import Path
from urllib.parse import quote

from drivers.network import see_address
from drivers.ports import serial_ports
from drivers.register import Answered, LinkFinding, LinkState, Unreachable
from drivers.shtrih.address import SerialAddress, SocketAddress, parse_address
from drivers.shtrih.driver import ShtrihRegister
from drivers.shtrih.link import LinkTiming

USUAL_BAUDRATES = (115200, 4800, 57600, 9600)
"""The factory's settings first; USB takes any."""
QUICK = LinkTiming(control=0.5, answer=1.0, byte=0.5, probe=0.5, connect=1.2)
"""For a look at a port where there may be no register at all."""


async def see_link(url: str) -> LinkFinding:
    """Whether the port is there, or the address takes connections. Raises `AddressError`."""
    match parse_address(url):
        case SerialAddress(port):
            ports = await asyncio.to_thread(serial_ports)
            there = port in ports or await asyncio.to_thread(Path(port).exists)
            state = LinkState.PRESENT if there else LinkState.ABSENT
            return LinkFinding(place=port, is_serial=True, state=state, others=ports)
        case SocketAddress(host, port):
            return await see_address(host, port)


async def ask_who(url: str, timezone: tzinfo, admin_password: int) -> Answered:
    """Have the register at `url` tell who it is; reads only. Raises `RegisterError`."""
    register = ShtrihRegister(
        url,
        timezone=timezone,
        operator_password=admin_password,
        admin_password=admin_password,
        timing=QUICK,
    )
    try:
        await register.connect()
        info = await register.info()
        status = await register.status()
    finally:
        await register.close()
    return Answered(url, info, status.fn.fiscal_drive_number)


async def find_on_port(port: str, timezone: tzinfo, admin_password: int) -> Answered | None:
    """The register on a serial port, at one of the usual speeds; None where none answers.

    Raises `Refused` where a register answers and refuses to tell: its password is another.
    """
    for baudrate in USUAL_BAUDRATES:
        url = f"serial://{quote(port)}?baudrate={baudrate}"
        try:
            return await ask_who(url, timezone, admin_password)
        except Unreachable:
            continue
    return None
