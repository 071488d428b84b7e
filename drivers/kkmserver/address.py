"""Where a register is: the address of its KkmServer, and which of its devices it is.

`http://192.168.1.20:5893?num_device=1`, `https://kkm.club.local?kkt_number=0010690000000177`,
`http://localhost?inn=526300112224`. Name and password never stand in an address, which is
shown and logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from drivers.register import AddressError

DEFAULT_PORT = 5893
"""Of the service's setting `ipPort`."""
SCHEMES = ("http", "https")

_USER_INFO = re.compile(r"(?<=//).*@", re.DOTALL)
_CHOICES = {
    "num_device": re.compile(r"[1-9][0-9]{0,2}"),
    "kkt_number": re.compile(r"[0-9A-Za-z]{1,20}"),
    "inn": re.compile(r"[0-9]{10}|[0-9]{12}"),
}


@dataclass(frozen=True, slots=True)
class KkmServerAddress:
    """The service, and the device by exactly one of the three."""

    scheme: str
    host: str
    port: int
    num_device: int | None = None
    """Number of the device in the service, from 1."""
    kkt_number: str = ""
    """Factory number."""
    inn: str = ""
    """Of the owner: good where he has one register there."""

    @property
    def base_url(self) -> str:
        """Without the device."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def device(self) -> dict[str, object]:
        """The fields of a command that name the device."""
        if self.num_device is not None:
            return {"NumDevice": self.num_device}
        return {"KktNumber": self.kkt_number} if self.kkt_number else {"InnKkm": self.inn}


def parse_address(url: str) -> KkmServerAddress:
    """The address that `url` names. Raises `AddressError`, which never shows a password."""
    shown = _USER_INFO.sub("***@", url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressError(shown, "host or port are wrong") from None
    if parts.scheme not in SCHEMES:
        raise AddressError(shown, f"unknown scheme {parts.scheme!r}: http or https is needed")
    if "@" in parts.netloc:
        raise AddressError(shown, "name and password are given apart from the address")
    if not parts.hostname:
        raise AddressError(shown, "no host")
    if port == 0:
        raise AddressError(shown, "a port is from 1 to 65535")
    if parts.path.strip("/") or parts.fragment:
        raise AddressError(shown, "nothing but the device may stand behind host and port")
    name, value = _device(shown, parts.query)
    where = parts.scheme, parts.hostname, port or DEFAULT_PORT
    match name:
        case "num_device":
            return KkmServerAddress(*where, num_device=int(value))
        case "kkt_number":
            return KkmServerAddress(*where, kkt_number=value)
        case _:
            return KkmServerAddress(*where, inn=value)


def _device(shown: str, query: str) -> tuple[str, str]:
    """The one choice of the query: without it the service would take any device."""
    try:
        options = parse_qs(query, keep_blank_values=True, max_num_fields=10)
    except ValueError as error:
        raise AddressError(shown, "too many options") from error
    if unknown := sorted(options.keys() - _CHOICES.keys()):
        raise AddressError(shown, f"unknown option {unknown[0]!r}")
    if len(options) != 1:
        raise AddressError(
            shown, "which device? One of ?num_device=, ?kkt_number=, ?inn= is needed"
        )
    ((name, values),) = options.items()
    if len(values) != 1 or not _CHOICES[name].fullmatch(values[0]):
        raise AddressError(shown, f"{name} is wrong")
    return name, values[0]
