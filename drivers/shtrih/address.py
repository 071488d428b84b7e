"""Where a register is: the URL of its link, read and checked.

`serial:///dev/ttyACM0?baudrate=115200`, `serial://COM3?baudrate=115200`,
`socket://host:port`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from drivers.register import AddressError

DEFAULT_BAUDRATE = 115200
BAUDRATES = (2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
"""Speeds that the protocol knows (command 14h)."""


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """A serial port (8N1, no flow control) or what looks like one: USB CDC, a pty."""

    port: str
    baudrate: int = DEFAULT_BAUDRATE


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """The same byte stream over TCP."""

    host: str
    port: int


Address: TypeAlias = SerialAddress | SocketAddress


def parse_address(url: str) -> Address:
    """The address that `url` names. Raises `AddressError`."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise AddressError(url, str(error)) from error
    match parts.scheme:
        case "serial":
            port = unquote(parts.path if not parts.netloc else parts.netloc + parts.path)
            return SerialAddress(_port_name(url, port), _baudrate(url, parts.query))
        case "socket":
            if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
                raise AddressError(url, "nothing may stand beside host and port")
            return _socket(url, parts.hostname, parts.netloc)
        case "":
            raise AddressError(url, "no scheme: serial:// or socket:// is needed")
        case scheme:
            raise AddressError(url, f"unknown scheme {scheme!r}: serial or socket is needed")


def _port_name(url: str, port: str) -> str:
    if port.strip("/") == "":
        raise AddressError(url, "no serial port")
    if "\0" in port:
        raise AddressError(url, "a serial port's name cannot hold a zero byte")
    return port


def _baudrate(url: str, query: str) -> int:
    options = parse_qs(query, keep_blank_values=True)
    if unknown := sorted(options.keys() - {"baudrate"}):
        raise AddressError(url, f"unknown option {unknown[0]!r}")
    values = options.get("baudrate", [str(DEFAULT_BAUDRATE)])
    if len(values) != 1 or values[0] not in map(str, BAUDRATES):
        raise AddressError(url, f"baudrate must be one of {', '.join(map(str, BAUDRATES))}")
    return int(values[0])


def _socket(url: str, host: str | None, netloc: str) -> SocketAddress:
    if not host:
        raise AddressError(url, "no host")
    port = netloc.rpartition(":")[2]
    if not port.isascii() or not port.isdigit() or not 1 <= int(port[:6]) <= 65535:
        raise AddressError(url, "a port from 1 to 65535 is needed after the host")
    return SocketAddress(host, int(port))
