"""From a register's address to an open stream."""

from __future__ import annotations

from drivers.shtrih.address import SerialAddress, parse_address
from drivers.shtrih.streams import ByteStream, TcpStream


async def open_stream(url: str, deadline: float) -> ByteStream:
    """The link that `url` names, open. Raises `AddressError`, `ConnectFailed`."""
    address = parse_address(url)
    if isinstance(address, SerialAddress):
        # Imported here: pyserial is of no use to a register on a socket.
        from drivers.shtrih.serial_stream import open_serial

        return await open_serial(address, deadline)
    return await TcpStream.open(address, deadline)
