"""Whose certificates are trusted: the system's, or those of one file. Always verified."""

from __future__ import annotations

import ssl
from pathlib import Path

from drivers.kkmserver.address import KkmServerAddress
from drivers.register import AddressError


def trust(address: KkmServerAddress, ca_file: Path | None) -> ssl.SSLContext:
    """Raises `AddressError`: the file cannot be read, or holds no certificate."""
    if address.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used, and cheap to make
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:  # also what is no certificate
        raise AddressError(
            address.base_url, f"ca_file {ca_file}: {error.strerror or error}"
        ) from error
