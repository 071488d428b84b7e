"""The driver that an address asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.register import FiscalRegister, LinkFinding
    from kassa_tui.settings.model import Register


def is_kkmserver(url: str) -> bool:
    return url.startswith(("http:", "https:"))


def register_of(settings: Register, url: str) -> FiscalRegister:
    """The register of a club at `url`. Raises `AddressError`."""
    if is_kkmserver(url):
        from drivers.kkmserver.driver import KkmServerRegister
        from kassa_tui.station.tape import PAYMENT_ID_REQUISITE

        return KkmServerRegister(
            url,
            timezone=settings.timezone,
            user=settings.user,
            password=settings.password.get_secret_value(),
            ca_file=settings.ca_file,
            requisite_name=PAYMENT_ID_REQUISITE,
        )
    from drivers.shtrih.driver import ShtrihRegister

    return ShtrihRegister(
        url,
        timezone=settings.timezone,
        operator_password=int(settings.operator_password.get_secret_value()),
        admin_password=int(settings.admin_password.get_secret_value()),
        protocol=settings.protocol,
    )


def virtual_register_at(url: str, zone: tzinfo) -> FiscalRegister:
    """The register in software at `url`, with the passwords that it is made with."""
    if is_kkmserver(url):
        from drivers.kkmserver.driver import KkmServerRegister
        from kassa_tui.station.tape import PAYMENT_ID_REQUISITE

        return KkmServerRegister(url, timezone=zone, requisite_name=PAYMENT_ID_REQUISITE)
    from drivers.shtrih.driver import ShtrihRegister

    return ShtrihRegister(url, timezone=zone)


def look_at(url: str) -> Callable[[], Awaitable[LinkFinding]]:
    """Looks at the way to the register."""
    if is_kkmserver(url):
        from drivers.kkmserver.probe import see_link as see_service

        return lambda: see_service(url)
    from drivers.shtrih.probe import see_link

    return lambda: see_link(url)
