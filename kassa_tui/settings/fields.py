"""The kinds of values that settings hold, each checked where it enters.

Every text is bounded and printable. An error says what is wanted and never repeats the
value: it may be a secret in the wrong place.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    SecretStr,
)
from pydantic_core import PydanticCustomError

from drivers.ffd import cp866, inn
from drivers.kkmserver.address import SCHEMES, parse_address
from drivers.loopback import is_loopback
from drivers.register import AddressError
from kassa_tui.settings.problems import shown
from kassa_tui.words import _

Value = TypeVar("Value")


class Section(BaseModel):
    """A table of the file: immutable, of known keys, of exact types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


def wrong(message: str) -> PydanticCustomError:
    """An error whose message is for a person already."""
    return PydanticCustomError("kassa", "{message}", {"message": message})


def printed_text(limit: int) -> AfterValidator:
    """Text of a requisite: at most `limit` characters of CP866, which paper can show."""

    def check(text: str) -> str:
        _require_one_line(text)
        if missing := cp866.unencodable(text):
            raise wrong(
                _("a receipt cannot show these characters: {characters}").format(
                    characters=shown(missing)
                )
            )
        if len(cp866.encode(text)) > limit:
            raise wrong(_("must have at most {limit} characters").format(limit=limit))
        return text

    return AfterValidator(check)


def _require_one_line(text: str) -> None:
    if not text.strip():
        raise wrong(_("must not be empty"))
    if text != text.strip() or not text.isprintable():
        raise wrong(_("must be one line, without spaces around it"))


def _inn(is_valid: Callable[[str], bool], wanted: str) -> AfterValidator:
    def check(number: str) -> str:
        if not is_valid(number):
            message = _("must be an INN of {digits} digits with right check digits")
            raise wrong(message.format(digits=wanted))
        return number

    return AfterValidator(check)


PersonInn = Annotated[str, _inn(inn.is_person_inn, "12")]
"""1203."""
OrganisationInn = Annotated[str, _inn(inn.is_organisation_inn, "10")]
"""1017."""
Inn = Annotated[str, _inn(inn.is_valid_inn, "10/12")]
"""1018."""


def _email(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+", text):
        raise wrong(_("must be an e-mail address"))
    return text


Email = Annotated[str, printed_text(64), AfterValidator(_email)]
"""1117."""


def _split(url: str) -> SplitResult:
    if not url.isprintable() or " " in url or len(url) > 512:
        raise wrong(_("must be an address without spaces, at most 512 characters"))
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong(_("host or port are wrong")) from None
    if "@" in parts.netloc:
        raise wrong(_("no name or password may stand in an address: they have keys of their own"))
    if port == 0:
        raise wrong(_("host or port are wrong"))
    return parts


def _register_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme == "serial":
        if not (parts.netloc + parts.path).strip("/"):
            raise wrong(_("names no serial port"))
    elif parts.scheme == "socket":
        if not parts.hostname or parts.port is None:
            raise wrong(_("host and port are needed: socket://192.168.1.50:7778"))
    elif parts.scheme in SCHEMES:
        try:
            parse_address(url)
        except AddressError:
            raise wrong(
                _("must be like {example}; or with kkt_number or inn").format(
                    example="http://192.168.1.20:5893?num_device=1"
                )
            ) from None
    else:
        raise wrong(_("must begin with serial://, socket://, http:// or https://"))
    return url


RegisterUrl = Annotated[str, AfterValidator(_register_url)]
"""Where the register is; what its link understands of the rest, the driver checks."""


def _gateway_url(url: str) -> str:
    parts = _split(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise wrong(_("must begin with https:// and a host"))
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise wrong(_("must begin with https://; http:// is for this computer only"))
    if parts.query or parts.fragment:
        raise wrong(_("must end with the path, without ? and #"))
    return url


GatewayUrl = Annotated[str, AfterValidator(_gateway_url)]
"""The CRM gateway, without `/v1`. Contract D.1: HTTPS, plain HTTP on loopback only."""


def _listen_address(text: str) -> str:
    host, _colon, port = text.rpartition(":")
    is_port = port.isascii() and port.isdecimal() and 0 < int(port[:6]) < 65536
    if not is_port or not re.fullmatch(r"[A-Za-z0-9.-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\]", host):
        raise wrong(_("must be host:port, like 127.0.0.1:8090"))
    return text


ListenAddress = Annotated[str, AfterValidator(_listen_address)]
"""Where this computer listens; an IPv6 address stands in brackets."""


def secret(pattern: str, wanted: Callable[[], str]) -> AfterValidator:
    """A secret that fits `pattern` wholly; `wanted` says in words what fits."""

    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise wrong(wanted())
        return value

    return AfterValidator(check)


RegisterPassword = Annotated[SecretStr, secret("[0-9]{1,8}", lambda: _("must be 1 to 8 digits"))]
"""A password of the Shtrih-M protocol, section 4: a number 0..99999999."""

ServicePassword = Annotated[
    SecretStr,
    secret(r"[^\x00-\x1f\x7f]{0,128}", lambda: _("must be one line of at most 128 characters")),
]
"""Of KkmServer, which has none as it is installed."""

AccountPassword = Annotated[
    SecretStr,
    secret(r"[^\x00-\x1f\x7f]{1,256}", lambda: _("must be one line of at most 256 characters")),
]
"""Of an account in a CRM."""

Token = Annotated[
    SecretStr,
    secret("[!-~]{1,4000}", lambda: _("must be Latin letters, digits and signs, without spaces")),
]
"""Goes into an HTTP header as it is."""


def _zone(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return ZoneInfo(value)
    except (ValueError, OSError, KeyError):
        zones = available_timezones()
    if not zones:
        raise wrong(_("this computer has no time zone data: install the package tzdata"))
    message = _("is not a time zone like Europe/Moscow or Asia/Yekaterinburg")
    raise wrong(message + did_you_mean(value, zones))


Zone = Annotated[
    ZoneInfo, BeforeValidator(_zone), PlainSerializer(lambda zone: zone.key, return_type=str)
]
"""An IANA time zone."""


def did_you_mean(word: str, known: Any) -> str:
    """The end of a message that offers the nearest of `known`; empty when none is near."""
    near = get_close_matches(word, known, n=1) if len(word) <= 64 else []
    return "; " + _("did you mean {name}?").format(name=near[0]) if near else ""


def _full_path(value: object) -> object:
    if not isinstance(value, str):
        return value
    _require_one_line(value)
    try:
        path = Path(value).expanduser()
    except RuntimeError:
        raise wrong(_("~ stands for no home directory here")) from None
    if not path.is_absolute():
        raise wrong(_("must be a full path"))
    return path


FullPath = Annotated[Path, BeforeValidator(_full_path), PlainSerializer(str, return_type=str)]
"""A full path; `~` is the home directory. Whether it is there is seen when it is opened."""

_MOST_ROUBLES = 10_000_000


def _kopecks(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise wrong(_("must be a number of roubles, like 1500 or 1500.50"))
    amount = Decimal(value)
    # Bounds and digits come first: arithmetic on 1e999999999 would not end.
    if not amount.is_finite() or not 0 < amount <= _MOST_ROUBLES:
        raise wrong(_("must be more than 0 and at most {most}").format(most=_MOST_ROUBLES))
    exponent = amount.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise wrong(_("must have at most two digits after the point"))
    return int(amount * 100)


Roubles = Annotated[
    int,
    BeforeValidator(_kopecks),
    PlainSerializer(lambda kopecks: f"{kopecks // 100}.{kopecks % 100:02}", return_type=str),
]
"""Kopecks; the file has roubles, because people do."""


def one_of(choices: dict[str, Value]) -> BeforeValidator:
    """A name of `choices` stands for its value."""

    def choose(value: object) -> object:
        if not isinstance(value, str):
            return value
        if value not in choices:
            listed = ", ".join(choices)
            raise wrong(_("must be one of: {choices}").format(choices=listed))
        return choices[value]

    return BeforeValidator(choose)
