"""URLs of registers behind KkmServer."""

from __future__ import annotations

import pytest

from drivers.kkmserver.address import KkmServerAddress, parse_address
from drivers.register import AddressError


@pytest.mark.parametrize(
    ("url", "address", "device"),
    [
        (
            "http://192.168.1.20:5893?num_device=2",
            KkmServerAddress("http", "192.168.1.20", 5893, num_device=2),
            {"NumDevice": 2},
        ),
        (
            "https://kkm.club.local/?kkt_number=0010690000000177",
            KkmServerAddress("https", "kkm.club.local", 5893, kkt_number="0010690000000177"),
            {"KktNumber": "0010690000000177"},
        ),
        (
            "http://[::1]:5894?inn=526300112224",
            KkmServerAddress("http", "::1", 5894, inn="526300112224"),
            {"InnKkm": "526300112224"},
        ),
    ],
)
def test_an_address_is_read_from_its_url(
    url: str, address: KkmServerAddress, device: dict[str, object]
) -> None:
    assert parse_address(url) == address
    assert address.device == device


def test_the_service_is_reached_without_the_device() -> None:
    assert parse_address("http://[::1]?num_device=1").base_url == "http://[::1]:5893"


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("", "unknown scheme"),
        ("socket://host:1", "unknown scheme 'socket'"),
        ("http://?num_device=1", "no host"),
        ("http://host:0?num_device=1", "a port"),
        ("http://host:65536?num_device=1", "host or port"),
        ("http://host:x?num_device=1", "host or port"),
        ("http://[::1?num_device=1", "host or port"),
        ("http://host/Execute?num_device=1", "nothing but the device"),
        ("http://host", "which device"),
        ("http://host?num_device=1&inn=526300112224", "which device"),
        ("http://host?num_device=0", "num_device is wrong"),
        ("http://host?num_device=", "num_device is wrong"),
        ("http://host?num_device=1&num_device=2", "num_device is wrong"),
        ("http://host?kkt_number=12 34", "kkt_number is wrong"),
        ("http://host?inn=1", "inn is wrong"),
        ("http://host?device=1", "unknown option 'device'"),
        ("http://host?" + "a=1&" * 20, "too many options"),
    ],
)
def test_a_bad_url_names_what_is_wrong(url: str, wrong: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(url)
    assert wrong in caught.value.wrong


@pytest.mark.parametrize(
    "url",
    ["http://User:hunter2@host?num_device=1", "ftp://u:hunter2@host", "http://u:hu/@nter2@[x"],
)
def test_a_password_in_an_address_is_refused_and_never_shown(url: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(url)
    assert "nter2" not in f"{caught.value} {caught.value.url} {caught.value!r}"
