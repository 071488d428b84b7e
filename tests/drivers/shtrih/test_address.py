"""URLs of registers."""

from __future__ import annotations

import pytest

from drivers.register import AddressError
from drivers.shtrih.address import SerialAddress, SocketAddress, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("serial:///dev/ttyACM0?baudrate=115200", SerialAddress("/dev/ttyACM0", 115200)),
        ("serial:///dev/ttyUSB1?baudrate=4800", SerialAddress("/dev/ttyUSB1", 4800)),
        ("serial:///dev/serial/by-id/usb-%20x", SerialAddress("/dev/serial/by-id/usb- x")),
        ("serial://COM3?baudrate=57600", SerialAddress("COM3", 57600)),
        ("serial://COM3", SerialAddress("COM3", 115200)),
        ("socket://192.168.137.111:7778", SocketAddress("192.168.137.111", 7778)),
        ("socket://kassa.local:1/", SocketAddress("kassa.local", 1)),
        ("socket://[::1]:7778", SocketAddress("::1", 7778)),
    ],
)
def test_an_address_is_read_from_its_url(url: str, address: SerialAddress | SocketAddress) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("", "no scheme"),
        ("/dev/ttyACM0", "no scheme"),
        ("http://host:1", "unknown scheme 'http'"),
        ("serial://", "no serial port"),
        ("serial:///", "no serial port"),
        ("serial:///dev/tty%00", "zero byte"),
        ("serial:///dev/ttyACM0?baudrate=115201", "baudrate must be one of"),
        ("serial:///dev/ttyACM0?baudrate=", "baudrate must be one of"),
        ("serial:///dev/ttyACM0?speed=9600", "unknown option 'speed'"),
        ("serial:///dev/ttyACM0?baudrate=9600&baudrate=4800", "baudrate must be one of"),
        ("socket://:7778", "no host"),
        ("socket://host", "a port"),
        ("socket://host:", "a port"),
        ("socket://host:0", "a port"),
        ("socket://host:65536", "a port"),
        ("socket://host:99999999999999999999", "a port"),
        ("socket://host:x", "a port"),
        ("socket://host:7778/path", "nothing may stand beside"),
        ("socket://user@host:7778", "nothing may stand beside"),
        ("socket://host:7778?x=1", "nothing may stand beside"),
        ("socket://[::1", "Invalid IPv6"),
    ],
)
def test_a_bad_url_names_what_is_wrong(url: str, wrong: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(url)
    assert wrong in caught.value.wrong
    assert caught.value.url == url
