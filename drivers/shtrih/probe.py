"""What can be seen of the way to a register without a byte to the device.

For a person who looks for the fault: harmless at any time but between two ends of a link that
is in use, which a second one may disturb.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from drivers.register import LinkFinding, LinkState
from drivers.shtrih.address import SerialAddress, SocketAddress, parse_address
from drivers.shtrih.streams import ConnectFailed, TcpStream

ANSWER_S = 2.0
"""How long a network address may take to answer."""


def serial_ports() -> tuple[str, ...]:
    """The serial ports of this computer, by name."""
    from serial.tools.list_ports import comports

    return tuple(sorted(port.device for port in comports()))


async def see_link(url: str) -> LinkFinding:
    """Whether the port is there, or the address takes connections. Raises `AddressError`."""
    match parse_address(url):
        case SerialAddress(port):
            ports = await asyncio.to_thread(serial_ports)
            there = port in ports or await asyncio.to_thread(Path(port).exists)
            state = LinkState.PRESENT if there else LinkState.ABSENT
            return LinkFinding(place=port, is_serial=True, state=state, others=ports)
        case SocketAddress() as address:
            return await _see_address(address)


async def _see_address(address: SocketAddress) -> LinkFinding:
    place = f"{address.host}:{address.port}"
    try:
        stream = await TcpStream.open(address, asyncio.get_running_loop().time() + ANSWER_S)
    except ConnectFailed as failed:
        return LinkFinding(place=place, is_serial=False, state=_meaning(failed.__cause__))
    await stream.close()
    return LinkFinding(place=place, is_serial=False, state=LinkState.PRESENT)


def _meaning(error: BaseException | None) -> LinkState:
    match error:
        case ConnectionRefusedError():
            return LinkState.REFUSED
        case socket.gaierror() | ValueError():
            return LinkState.ABSENT
        case _:
            return LinkState.SILENT
