"""The container in which a register sends a document to the operator; for reading logs.

Header of 32 bytes, then the document (outer TLV and message sign)::

    length 2 (whole, LE) | CRC 2 | A5 | form | version | 2 service bytes | FN as 8 bytes BCD
    | document number 3 (BE) | 12 service bytes
"""

from __future__ import annotations

from binascii import crc_hqx
from dataclasses import dataclass

HEADER_LENGTH = 32
_TYPE = 0xA5


class ContainerError(ValueError):
    """Bytes that are no container, or a damaged one."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container whose check sum is right."""

    form: int
    """Form code as it stands."""
    fiscal_drive_number: str
    fiscal_document_number: int
    body: bytes
    """Outer TLV, then the message sign (not TLV)."""


def container_crc(header: bytes, body: bytes) -> int:
    """CRC-16/CCITT-FALSE of header and body, without the header's own field of it."""
    return crc_hqx(header[:2] + header[4:] + body, 0xFFFF)


def read_container(data: bytes) -> Container:
    """The container that `data` is.

    Raises:
        ContainerError: Wrong length, type or check sum.
    """
    header, body = data[:HEADER_LENGTH], data[HEADER_LENGTH:]
    if len(header) < HEADER_LENGTH or int.from_bytes(header[:2], "little") != len(data):
        raise ContainerError(f"{len(data)} bytes are no whole container")
    if header[4] != _TYPE:
        raise ContainerError(f"no container of a document: type {header[4]:02x}")
    if int.from_bytes(header[2:4], "little") != container_crc(header, body):
        raise ContainerError("the check sum is wrong")
    return Container(header[5], header[9:17].hex(), int.from_bytes(header[17:20], "big"), body)
